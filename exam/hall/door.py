"""The way into a room: the box that opens one and gives its links, and the door on the wall."""

from html import escape

import streamlit as st

from exam.hall import rooms
from exam.hall.room import POLL_SECONDS
from exam.hall.seat import Seat, show_entry
from exam.page.address import is_local, link_to, reachable
from exam.page.ask_again import ask_again
from exam.page.fragment import fragment
from exam.page.share import show_qr_code
from exam.page.texts import Texts

OPEN = """<div class="enter"><button type="button" data-opens="{code}" data-secret="{secret}">
{label}</button></div>"""


def show_room(seat: Seat, words: Texts) -> None:
    """Open a room or enter one; then its code and both links, for the hall and for its lecturer."""
    room, page = seat.led_room, st.context.url or ""
    if not room:
        _show_opener(words)
        st.caption(words.room_help)
        show_entry(words)
        return
    if is_local(page):
        st.info(words.share_local)
    learners = reachable(link_to(page, room=room.code))
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
        with st.expander(words.lecturers_links):
            st.caption(words.lecturers_link)
            st.code(lecturer, language=None, wrap_lines=True)
            st.caption(words.presenter_link)
            own = link_to(page, room=room.code, lang=st.session_state.lang, presenter="true")
            own = f"{reachable(own)}#secret={room.secret}"
            show_qr_code(own, words)
            st.code(own, language=None, wrap_lines=True)


def _show_opener(words: Texts) -> None:
    """A button that leads to a new room, at the server to which its code leads (room.js)."""
    room = {"code": rooms.new_code(), "secret": rooms.new_secret()}
    st.html(OPEN.format(label=words.open_room, **room))


def show_door(seat: Seat, words: Texts) -> None:
    """For the hall: the code, the link and its QR code as large as the screen."""
    link = reachable(link_to(st.context.url or "", room=seat.code))
    code, told = st.columns(2, gap="large", vertical_alignment="center")
    with code:
        show_qr_code(link, words, "qr is-large")
    told.html(f'<p class="code">{seat.code}</p><p class="link">{escape(link)}</p>')
    told.markdown(words.door)
    with told:
        _show_present(seat, words)


@fragment
def _show_present(seat: Seat, words: Texts) -> None:
    """How many have come in."""
    ask_again("door", POLL_SECONDS, unless="leads", on="hall-counted")
    if (room := seat.room) and room.counters:  # not where pages have no stream
        st.markdown(words.present_now(present=len(room.listeners)))
