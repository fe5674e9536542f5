"""The way into a room: the box that opens one and has its links, and the door on a projector."""

from html import escape

import streamlit as st

from exam.hall.joining import POLL_SECONDS, show_entry
from exam.hall.steps import HOUR_PLAN
from exam.page.address import is_local, link_to, reachable
from exam.page.ask_again import ask_again
from exam.page.fragment import fragment
from exam.page.language import language
from exam.page.share import show_qr_code
from exam.rooms import rooms
from exam.rooms.room import Room
from exam.rooms.seat import Seat
from exam.texts import Texts

OPEN = """<div class="enter"><button type="button" data-opens="{code}" data-secret="{secret}">
{label}</button></div>"""


def show_room_box(seat: Seat, texts: Texts) -> None:
    """Open a room or enter one; then its code, and its links for the hall and for its lecturer."""
    if room := seat.led_room:
        _show_links(room, texts)
        return
    # A button that leads to a new room, at the server to which its code leads (hall/room.js).
    code, secret = rooms.new_code(), rooms.new_secret()
    st.html(OPEN.format(label=texts.hall.open_room, code=code, secret=secret))
    st.caption(texts.hall.room_help)
    show_entry(texts)


def _show_links(room: Room, texts: Texts) -> None:
    page, lang = st.context.url or "", language()
    secret = f"#secret={room.secret}"  # what is behind # never leaves the browser
    learners = reachable(link_to(page, room=room.code))
    # Browser history would keep the secret, where others may find it, so add it only if no cookie
    # has it. A frame's cookie is sent only where the page is embedded in the same way.
    is_kept = st.context.cookies.get(f"lead_{room.code}") == room.secret
    here = "" if is_kept and not st.context.is_embedded else secret
    projector = link_to(page, room=room.code, lang=lang, projected="true")
    hour = link_to(page, room=room.code, lang=lang, projected="true", plan=",".join(HOUR_PLAN))
    own = f"{reachable(link_to(page, room=room.code, lang=lang, presenter='true'))}{secret}"
    if is_local(page):
        st.info(texts.share_local)
    code, lines = st.columns([1, 3], gap="medium")
    with code:
        show_qr_code(learners, texts)
        st.caption(texts.share_for_learners)
    with lines:
        st.markdown(texts.hall.room_open(code=room.code))
        st.code(learners, language=None, wrap_lines=True)
        st.link_button(texts.hall.lecturers_screen, projector + here, type="primary")
        st.link_button(texts.hall.teach_hour, hour + here)
        with st.expander(texts.hall.lecturers_links):
            st.caption(texts.hall.lecturers_link)
            st.code(projector + secret, language=None, wrap_lines=True)
            st.caption(texts.hall.presenter_link)
            show_qr_code(own, texts)
            st.code(own, language=None, wrap_lines=True)


def show_door(seat: Seat, texts: Texts) -> None:
    """For the hall: the code, the link and its QR code as large as the screen."""
    link = reachable(link_to(st.context.url or "", room=seat.code))
    code, words = st.columns(2, gap="large", vertical_alignment="center")
    with code:
        show_qr_code(link, texts, "qr is-large")
    words.html(f'<p class="code">{seat.code}</p><p class="link">{escape(link)}</p>')
    words.markdown(texts.hall.door)
    with words:
        _show_present(seat, texts)


@fragment
def _show_present(seat: Seat, texts: Texts) -> None:
    """How many have joined."""
    ask_again("door", POLL_SECONDS, unless="leads", on="hall-counted")
    if (room := seat.room) and room.lecturer_listeners:  # not where pages have no event stream
        st.markdown(texts.hall.present_now(present=len(room.listeners)))
