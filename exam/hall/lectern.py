"""The lectern: the lesson on a projector, step by step; in a room, with the votes of the hall."""

import streamlit as st

from exam.hall.chapter_step import show_chapter_step
from exam.hall.door import show_door
from exam.hall.files import show_room_files
from exam.hall.room import Room, Step
from exam.hall.seat import Seat
from exam.hall.steps import DOOR, WATCHED, steps_of
from exam.lesson.chapters import CHAPTERS
from exam.lesson.contents import numbered
from exam.page.parts import STUDY
from exam.page.texts import Texts
from exam.page.visit import Visit, chosen_run


def open_lectern(seat: Seat, visit: Visit) -> None:
    """A projector begins at the chapter of its address, where its room stands, or at the door.

    Where the address asks for the study alone, there are no steps.
    """
    if seat.step or not visit.is_projected or visit.only == STUDY:
        return
    steps = steps_of(leads=seat.leads)
    at_chapter = [step for step in steps if step.place == visit.only]
    revealed = [step for step in at_chapter if step.part == "reveal" and visit.reveals]
    room_steps = [seat.room.step] if seat.leads and seat.room and seat.room.step else []
    here = [step for step in room_steps if step.place == visit.only]
    stand_at(seat, visit, [*revealed, *here, *at_chapter, *room_steps, *steps][0])


def stand_at(seat: Seat, visit: Visit, step: Step) -> None:
    """From now on, this is on the screen."""
    seat.step, visit.place = step, step.place


def show_step(seat: Seat, visit: Visit, words: Texts) -> None:
    step = seat.step
    with st.container(key="at_" + "_".join(map(str, step))):
        if step.place == DOOR:
            show_door(seat, words)
        elif step.place in CHAPTERS:
            show_chapter_step(CHAPTERS[step.place], step, seat, visit, words)
    _show_bar(seat, visit, words)


def _show_bar(seat: Seat, visit: Visit, words: Texts) -> None:
    """Back, the places, and what comes next; a clicker presses them (projector.js)."""
    steps = steps_of(leads=seat.leads)
    at, places = steps.index(seat.step), list(dict.fromkeys(step.place for step in steps))
    st.session_state.step_place = seat.step.place
    with st.container(key="lectern", horizontal=True, vertical_alignment="center"):
        go = {"on_click": _go, "width": "content"}
        back = {
            "key": "step_back",
            "disabled": at == 0,
            "args": (seat, visit, steps[max(at - 1, 0)]),
        }
        st.button("←", help=words.step_back, **back, **go)
        st.selectbox(
            words.step_place,
            places,
            key="step_place",
            format_func=lambda place: _title(place, words),
            on_change=_go_to_place,
            args=(seat, visit, steps),
            label_visibility="collapsed",
            width="stretch",
        )
        if seat.leads and (room := seat.room):
            with st.popover(words.save_room, width="content"):
                show_room_files(room, words)
                question = [s for s in steps if s[:2] == (seat.step.place, "question")]
                if question:
                    anew = {"key": "vote_anew", "on_click": _begin_anew}
                    anew["args"] = (seat, visit, question[0])
                    st.button(words.vote_anew, help=words.vote_anew_help, **anew)
        if seat.step[1:] == ("close", 1):  # where nearly all had it, there is little to discuss
            reveal = next(step for step in steps[at:] if step.part == "reveal")
            skip = {"key": "step_skip", "args": (seat, visit, reveal, True)}
            st.button(words.step_reveal, **skip, **go)
        if at + 1 < len(steps):
            step = steps[at + 1]
            label = _label(seat.step, step, words)
            forward = {"key": "step_next", "args": (seat, visit, step, True)}
            st.button(label, type="primary", **forward, **go)


def _title(place: str, words: Texts) -> str:
    if place == DOOR:
        return words.step_door
    return words.title if place == STUDY else numbered(place, words)


def _label(now: Step, step: Step, words: Texts) -> str:
    if step.place != now.place:
        return f"{_title(step.place, words)} →"
    return getattr(words, f"step_{step.part}")


def _go(seat: Seat, visit: Visit, step: Step, is_forward: bool = False) -> None:
    stand_at(seat, visit, step)
    if is_forward and step == WATCHED and visit.run != chosen_run():
        visit.begin_run()
    if seat.leads and (room := seat.room):
        room.stand_at(step)
        if is_forward:
            _vote(room, step)


def _vote(room: Room, step: Step) -> None:
    """A step forward closes votes, or opens the second; a step back changes none."""
    for number in {"close": [step.number], "reveal": [1, 2]}.get(step.part, ()):
        room.close(step.place, number)
    if step.part == "discuss":
        room.open_again(step.place)


def _begin_anew(seat: Seat, visit: Visit, question: Step) -> None:
    if room := seat.room:
        room.begin_anew(question.place)
    _go(seat, visit, question)


def _go_to_place(seat: Seat, visit: Visit, steps: list[Step]) -> None:
    place = st.session_state.step_place
    _go(seat, visit, next((step for step in steps if step.place == place), seat.step))
