"""The hall, for the script: a page's room, and the lecture that takes the place of the page."""

from collections.abc import Callable

import streamlit as st

from exam.hall.chapter_step import show_chapter_step
from exam.hall.door import show_door, show_room_box
from exam.hall.heads import show_heads
from exam.hall.joining import show_hints, show_seat
from exam.hall.lectern import bar_container, current_step, follow_other_screens, go_to, show_bar
from exam.hall.presenter import show_presenter_view
from exam.hall.steps import DOOR, HEADS, WATCHED
from exam.lesson.chapters import CHAPTERS
from exam.page.ask_again import ask_again
from exam.page.browser import load, scripts, styles
from exam.page.visit import Visit, write_address
from exam.parts import STUDY
from exam.texts import Texts

__all__ = [
    "is_lecture",
    "load_projector",
    "show_hints",
    "show_lecture",
    "show_room_box",
    "show_seat",
]


def is_lecture(visit: Visit) -> bool:
    """Whether the visit goes through the lesson step by step, instead of seeing the page."""
    return visit.seat.is_presenter_page or (visit.is_projected and visit.only != STUDY)


def load_projector() -> None:
    """Large letters, and the keys of a clicker."""
    load(
        styles("hall/projector.css", "hall/hall.css", "hall/steps.css")
        + scripts("hall/projector.js", "hall/fit.js")
    )


def show_lecture(
    visit: Visit,
    texts: Texts,
    show_heading: Callable[[Visit, Texts], None],
    show_first_screen: Callable[[Visit, Texts, Callable[[], None]], None],
    show_study_and_below: Callable[[Visit, Texts], None],
) -> None:
    """One step of the lecture, under the page's heading; the study is shown as on the page."""
    step = current_step(visit)
    show_heading(visit, texts)
    if visit.seat.is_presenter_page:
        write_address()
        if visit.seat.room:
            show_presenter_view(visit, step, texts)
            follow_other_screens(visit)
        return
    bar = bar_container()
    if step == WATCHED:
        show_study_and_below(visit, texts)
    elif step.place == STUDY and step != HEADS:
        show_first_screen(visit, texts, lambda: _start(visit))
    else:
        write_address()
    with st.container(key=f"at_{step.key}"):
        if step.place == DOOR:
            show_door(visit.seat, texts)
        elif step == HEADS:
            show_heads(visit, texts)
        elif step.place in CHAPTERS:
            show_chapter_step(CHAPTERS[step.place], step, visit, texts)
    with bar:
        show_bar(visit, step, texts)
    follow_other_screens(visit)
    ask_again("page", on="line-back")


def _start(visit: Visit) -> None:
    """On a projector, a study is watched in another step than its settings."""
    visit.begin_study()
    go_to(WATCHED, visit)
    st.rerun()
