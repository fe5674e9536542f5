"""The share box: the present view as a link, as a frame for a lecture page, as a QR code."""

import html

import streamlit as st

from exam.page.address import DEFAULTS, STUDY, is_local, link_to
from exam.page.room import show_opener, show_qr_code
from exam.page.texts import Texts
from exam.page.visit import Visit

STUDY_HEIGHT = 820  # pixels of a frame, 700 wide, that holds the first screen and its result
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


def show_room(visit: Visit, words: Texts) -> None:
    """Open a room or enter one; then its code and both links, for the hall and for its lecturer."""
    seat, page = visit.seat, st.context.url or ""
    room = seat.room if seat.leads else None
    if not room:
        show_opener(words)
        st.caption(words.room_help)
        seat.show_entry(words)
        return
    learners = link_to(page, room=room.code)
    lecturer = link_to(page, room=room.code, lang=st.session_state.lang, projected="true")
    lecturer += f"#secret={room.secret}"  # what is behind # never leaves the browser
    code, lines = st.columns([1, 3], gap="medium")
    with code:
        show_qr_code(learners, words)
        st.caption(words.share_for_learners)
    with lines:
        st.markdown(words.room_open(code=room.code))
        st.code(learners, language=None, wrap_lines=True)
        st.link_button(words.lecturers_screen, lecturer, type="primary")
        st.caption(words.lecturers_link)
        st.code(lecturer, language=None, wrap_lines=True)


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
