"""The exam of a hall on the projector as it is written; a click excludes its writer."""

import streamlit as st

from exam.charts.pictures import own_picture
from exam.hall.joining import POLL_SECONDS, show_way_in
from exam.page.ask_again import ask_again
from exam.page.browser import asset, reported
from exam.page.fragment import fragment
from exam.rooms.room import Room
from exam.rooms.seat import Seat
from exam.texts import Texts

KEY = "hall_sheet"
_sheet = st.components.v2.component(
    KEY,
    html='<p class="hall-sheet"></p>',
    js=asset("hall/hall_sheet.js"),
    isolate_styles=False,
)


def sentence_of_counts(room: Room, texts: Texts) -> str:
    """How many questions have arrived, and how many pages follow the room, where they can."""
    written = texts.own_exam.hall_written(questions=len(room.exam.questions()))
    has_streams = bool(room.lecturer_listeners)
    present = texts.hall.present_now(present=len(room.listeners)) if has_streams else ""
    return f"{written} {present}"


@fragment
def show_hall_sheet(seat: Seat, texts: Texts) -> None:
    ask_again(KEY, POLL_SECONDS, unless="leads", on="hall-counted")
    if not (room := seat.room):
        return
    sheet_place, way_in_place = st.columns([4, 1], gap="medium")
    with way_in_place:
        show_way_in(room, texts)
    with sheet_place:
        _show_sheet(seat, room, texts)


def _show_sheet(seat: Seat, room: Room, texts: Texts) -> None:
    captions = texts.own_exam
    questions = room.exam.show() if seat.leads else room.exam.questions()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{sentence_of_counts(room, texts)} {captions.hall_sheet}")
        if room.exam.has_excluded:
            st.button(
                captions.put_back,
                key="hall_sheet_put_back",
                type="tertiary",
                on_click=room.readmit_writer,
                width="content",
            )
    data = {
        "numbers": [question.number for question in questions],
        "digits": [question.digit for question in questions],
        "picture": own_picture(b"".join(question.drawing.centred for question in questions)),
        "take_out": captions.take_out,
    }
    _sheet(key=KEY, data=data, on_removed_change=lambda: _exclude(seat))


def _exclude(seat: Seat) -> None:
    number = reported(KEY, "removed")
    if type(number) is int and (room := seat.room):
        room.exclude_writer(number)
