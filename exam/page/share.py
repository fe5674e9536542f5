"""The share box: the present view as a link, as a frame for a lecture page, as a QR code."""

import contextlib
import html

import segno
import streamlit as st

from exam.page.address import DEFAULTS, is_local, link_to
from exam.page.parts import STUDY
from exam.page.texts import Texts

STUDY_HEIGHT = 860  # pixels of a frame, 700 wide, that holds the first screen and its result
PAGE_HEIGHT = 1520  # of one that holds the whole page, which scrolls


def show_share(words: Texts, chapters: dict[str, int]) -> None:
    """`chapters` gives the height of the frame of each, 700 pixels wide."""
    titles = {"": words.share_page, STUDY: words.share_study}
    titles |= {name: getattr(words, name).title for name in chapters}
    only = st.selectbox(words.share_what, titles, format_func=titles.get, key="share_what")
    view = {name: st.session_state[name] for name in DEFAULTS}
    view |= {"only": only} if only else {}
    if only not in chapters and st.toggle(words.share_start, key="share_start"):
        view |= {"start": "true"}
    is_for_hall = st.toggle(words.share_projected, key="share_projected")
    link = link_to(st.context.url or "", **view)
    if is_local(link):
        st.info(words.share_local)
    code, lines = st.columns([1, 3], gap="medium")
    with code:
        show_qr_code(link, words)
        st.caption(words.link)
    with lines:
        st.markdown(words.link)
        if is_for_hall:  # which is no frame
            st.code(f"{link}&projected=true", language=None, wrap_lines=True)
            return
        height = ({"": PAGE_HEIGHT, STUDY: STUDY_HEIGHT} | chapters)[only]
        for name, text in ({"": link} | ways_to_embed(link, titles[only], height)).items():
            st.markdown(name)
            st.code(text, language=None, wrap_lines=True)


def show_qr_code(link: str, words: Texts, kind: str = "qr") -> None:
    """The link as a QR code, dark on light in every theme; nothing where it is too long for one."""
    with contextlib.suppress(segno.DataOverflowError):
        picture = segno.make(link, error="m", micro=False).png_data_uri(scale=8, border=3)
        st.html(f'<img class="{kind}" src="{picture}" alt="{words.share_qr}">')


def ways_to_embed(link: str, title: str, height: int) -> dict[str, str]:
    """One line for each place in which lecturers keep their pages, without Streamlit's own bars."""
    embedded = f"{link}&embed=true"
    frame = (
        f'<iframe src="{html.escape(embedded)}" title="{html.escape(title)}" width="100%"'
        f' height="{height}" style="border:0" loading="lazy"></iframe>'
    )
    jupyter = f'"{embedded}", "100%", {height}, extras=[\'loading="lazy"\']'
    return {
        "HTML · Moodle · Jekyll": frame,
        "Notion": f"/embed {embedded}",
        "Jupyter": f"from IPython.display import IFrame; IFrame({jupyter})",
    }
