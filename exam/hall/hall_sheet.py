"""The exam of a hall on the wall, as it fills; a click takes out what does not belong there.

Another puts back what was taken out by mistake.
"""

import streamlit as st

from exam.charts.pictures import own_picture
from exam.hall.room import POLL_SECONDS, Room
from exam.hall.seat import Seat, how_to_join
from exam.page.ask_again import ask_again
from exam.page.browser import asset
from exam.page.fragment import fragment
from exam.page.texts import Texts

_sheet = st.components.v2.component(
    "hall_sheet", html='<p class="hall-sheet"></p>', js=asset("hall_sheet.js"), isolate_styles=False
)


def show_written(room: Room, words: Texts) -> None:
    """How many questions there are, and how many pages follow the room, where they can."""
    written = words.own_exam.hall_written(questions=len(room.exam.questions()))
    present = words.present_now(present=len(room.listeners)) if room.counters else ""
    st.markdown(f"{written} {present}")


@fragment
def show_hall_sheet(seat: Seat, words: Texts) -> None:
    ask_again("hall_sheet", POLL_SECONDS, unless="leads", on="hall-counted")
    if not (room := seat.room):
        return
    questions = room.exam.questions()
    with st.container(horizontal=True, vertical_alignment="center"):
        show_written(room, words)
        if room.exam.has_taken_out:
            back = {"type": "tertiary", "on_click": room.put_back, "width": "content"}
            st.button(words.own_exam.put_back, key="hall_sheet_put_back", **back)
    st.caption(f"{words.own_exam.hall_sheet} {how_to_join(room, words)}")
    data = {
        "numbers": [each.number for each in questions],
        "digits": [each.digit for each in questions],
        "picture": own_picture(b"".join(each.written.form for each in questions)),
        "take_out": words.own_exam.take_out,
    }
    _sheet(key="hall_sheet", data=data, on_out_change=_take_out(seat))


def _take_out(seat: Seat):
    def take_out() -> None:
        number = st.session_state.hall_sheet.out
        if type(number) is int and (room := seat.room):
            room.take_out(number)

    return take_out
