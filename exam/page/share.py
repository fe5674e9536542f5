"""The share box: the present view as a link, as a frame for a lecture page, as a QR code."""

import functools
import html

import segno
import streamlit as st

from exam.page.address import is_local, link_to, reachable
from exam.page.visit import current_values
from exam.parts import CHAPTER_NAMES, STUDY
from exam.texts import Texts

# Pixels of a frame, 700 or 350 wide: the study fits, and a chapter or the page scrolls where the
# page around it keeps no script by which the frame grows.
STUDY_HEIGHTS, CHAPTER_HEIGHTS, PAGE_HEIGHTS = (900, 1760), (1200, 1600), (1520, 1620)
WIDE, PHONE = 740, 390  # of the pages around such frames
MAX_QR_LINK = 400  # characters; a code this long takes as long as a fragment run
# Of a QR code: choosing the best of eight masks takes five times as long, and scans no better.
MASK = 2


def show_share(texts: Texts) -> None:
    titles = {"": texts.share_page, STUDY: texts.share_study}
    titles |= {name: texts[name].title for name in CHAPTER_NAMES}
    only = st.selectbox(texts.share_what, titles, format_func=titles.__getitem__, key="share_what")
    view = dict(current_values(st.session_state.visit))
    if only:
        view["only"] = only
    if only not in CHAPTER_NAMES and st.toggle(texts.share_start, key="share_start"):
        view["start"] = "true"
    is_projected = st.toggle(texts.share_projected, key="share_projected")
    page = st.context.url or ""
    if is_local(page):
        st.info(texts.share_local)
    link = reachable(link_to(page, **view))
    code, lines = st.columns([1, 3], gap="medium")
    with code:
        show_qr_code(link, texts)
        st.caption(texts.link)
    with lines:
        st.markdown(texts.link)
        if is_projected:
            st.code(f"{link}&projected=true", language=None, wrap_lines=True)
            return
        st.code(link, language=None, wrap_lines=True)
        heights = {"": PAGE_HEIGHTS, STUDY: STUDY_HEIGHTS}.get(only, CHAPTER_HEIGHTS)
        for name, text in ways_to_embed(link, titles[only], heights).items():
            st.markdown(name)
            st.code(text, language=None, wrap_lines=True)


def show_qr_code(link: str, texts: Texts, kind: str = "qr") -> None:
    """The link as a QR code, dark on light in every theme; nothing if it is too long for one."""
    if len(link) <= MAX_QR_LINK:
        st.html(f'<img class="{kind}" src="{_qr_code(link)}" alt="{texts.share_qr}">')


@functools.lru_cache(maxsize=256)
def _qr_code(link: str) -> str:
    code = segno.make(link, error="m", micro=False, mask=MASK)
    return code.svg_data_uri(scale=8, border=3, light="white")


# For pages that keep scripts: frames grow and shrink with what they show (frame.js).
RESIZING = """<script>onmessage = ({source, data}) => document.querySelectorAll("iframe").forEach(
f => data?.examHeight && [source, source.parent].includes(f.contentWindow) &&
(f.style.height = data.examHeight + "px"))</script>"""


def ways_to_embed(link: str, title: str, heights: tuple[int, int]) -> dict[str, str]:
    """One line for each place in which lecturers keep their pages, without Streamlit's own bars."""
    embedded, (height, narrow) = f"{link}&embed=true", heights
    slope = (narrow - height) / (WIDE - PHONE)  # the heights in between, interpolated linearly
    grows = f"clamp({height}px, {narrow}px - {slope:.2f}*(100vw - {PHONE}px), {narrow}px)"
    frame = (
        f'<iframe src="{html.escape(embedded)}" title="{html.escape(title)}" width="100%"'
        f' height="{height}" style="border:0;height:{grows}" loading="lazy"></iframe>'
    )
    jupyter = f'"{embedded}", "100%", {height}, extras=[\'loading="lazy"\']'
    return {
        "HTML · Moodle · Jekyll": f"{frame}\n{RESIZING}",
        "Notion": f"/embed {embedded}",
        "Jupyter": f"from IPython.display import IFrame; IFrame({jupyter})",
    }
