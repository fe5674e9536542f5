"""The lesson on a projector, step by step; in a room, with the votes of the hall."""

from typing import NamedTuple

import streamlit as st

from exam.lesson import CHAPTERS, numbered
from exam.lesson.chapter import Chapter, Texts
from exam.lesson.hall_view import HallView
from exam.page.address import STUDY
from exam.page.fragment import fragment
from exam.page.room import show_door
from exam.page.save import show_room_files
from exam.page.visit import Visit, chosen_run

DOOR = "door"  # the place where the hall comes into the room
ROUNDS = {"close": [1], "close_again": [2], "reveal": [1, 2]}  # that a step forward closes


class Step(NamedTuple):
    """What is on the screen: the door of the room, the study or a chapter, and which part of it."""

    place: str
    part: str = ""


WATCHED = Step(STUDY, "start")  # the study without its sliders, so that it fits on the screen


def begin_study(visit: Visit) -> None:
    """Study what is set; on a projector, watch it."""
    visit.begin_run()
    if visit.step:
        visit.step = WATCHED


def steps_of(*, leads: bool) -> list[Step]:
    doors = [Step(DOOR)] if leads else []
    parts = [Step(name, p) for name, chapter in CHAPTERS.items() for p in _parts(chapter, leads)]
    return [*doors, Step(STUDY), WATCHED, *parts]


def _parts(chapter: Chapter, leads: bool) -> list[str]:
    parts = ["look"] if chapter.look else []
    if not chapter.plans:
        return parts
    votes = ["close", "discuss", "close_again"] if leads else []
    above, closers = len(chapter.above), len(chapter.above) + len(chapter.after)
    first = [f"closer_{number}" for number in range(1, above)]  # one is there with the answer
    figures = [f"figure_{number}" for number in range(0 if above else 1, chapter.figure_count)]
    last = [f"closer_{number}" for number in range(above, closers)]
    return [*parts, "question", *votes, "reveal", *first, *figures, *last, "rule"]


def stand_at(visit: Visit) -> None:
    """Where a projector begins: at the chapter of its address, where its room stands, or first."""
    seat, steps = visit.seat, steps_of(leads=visit.seat.leads)
    at_chapter = [step for step in steps if step.place == visit.only]
    revealed = [step for step in at_chapter if step.part == "reveal" and visit.reveals]
    room_steps = [seat.room.step] if seat.leads and seat.room and seat.room.step else []
    here = [step for step in room_steps if step.place == visit.only]
    visit.step = [*revealed, *here, *at_chapter, *room_steps, *steps][0]


def show_step(visit: Visit, words: Texts) -> None:
    place, part = visit.step
    with st.container(key=f"at_{place}_{part}"):
        if place == DOOR:
            show_door(visit.seat, words)
        elif place in CHAPTERS:
            _show_part(place, part, visit, words)
    _show_bar(visit, words)


@fragment
def _show_part(name: str, part: str, visit: Visit, words: Texts) -> None:
    HallView(name, CHAPTERS[name], visit, words, part).show()


def _show_bar(visit: Visit, words: Texts) -> None:
    """Back, the places, and what comes next; a clicker presses them (projector.html)."""
    steps = steps_of(leads=visit.seat.leads)
    at, places = steps.index(visit.step), list(dict.fromkeys(step.place for step in steps))
    st.session_state.step_place = visit.step.place
    with st.container(key="lectern", horizontal=True, vertical_alignment="center"):
        go = {"on_click": _go, "width": "content"}
        back = {"key": "step_back", "disabled": at == 0, "args": (visit, steps[max(at - 1, 0)])}
        st.button("←", help=words.step_back, **back, **go)
        st.selectbox(
            words.step_place,
            places,
            key="step_place",
            format_func=lambda place: _title(place, words),
            on_change=_go_to_place,
            args=(visit, steps),
            label_visibility="collapsed",
            width="stretch",
        )
        if visit.seat.leads and (room := visit.seat.room):
            with st.popover(words.save_room, width="content"):
                show_room_files(room, words)
                if Step(visit.step.place, "question") in steps:
                    anew = {"key": "vote_anew", "on_click": _begin_anew, "args": (visit,)}
                    st.button(words.vote_anew, help=words.vote_anew_help, **anew)
        if visit.step.part == "close":  # where nearly all had it, there is little to discuss
            reveal = {"key": "step_skip", "args": (visit, steps[at + 3], True)}
            st.button(words.step_reveal, **reveal, **go)
        if at + 1 < len(steps):
            step = steps[at + 1]
            label = _label(visit.step, step, words)
            st.button(label, key="step_next", type="primary", args=(visit, step, True), **go)


def _title(place: str, words: Texts) -> str:
    if place == DOOR:
        return words.step_door
    return words.title if place == STUDY else numbered(place, words)


def _label(now: Step, step: Step, words: Texts) -> str:
    if step.place != now.place:
        return f"{_title(step.place, words)} →"
    return getattr(words, f"step_{step.part.partition('_')[0]}")


def _go(visit: Visit, step: Step, is_forward: bool = False) -> None:
    visit.step, place = step, step.place
    if is_forward and step == WATCHED and visit.run != chosen_run():
        visit.begin_run()
    if visit.seat.leads and (room := visit.seat.room):
        room.stand_at(step)
        for number in ROUNDS.get(step.part, ()) if is_forward else ():
            room.close(place, number)
        if is_forward and step.part == "discuss":
            room.open_again(place)


def _begin_anew(visit: Visit) -> None:
    if room := visit.seat.room:
        room.begin_anew(visit.step.place)
    _go(visit, Step(visit.step.place, "question"))


def _go_to_place(visit: Visit, steps: list[Step]) -> None:
    place = st.session_state.step_place
    _go(visit, next((step for step in steps if step.place == place), visit.step))
