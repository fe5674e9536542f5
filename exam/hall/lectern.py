"""The lectern: the lesson on a projector, step by step; in a room, with the votes of the hall."""

import streamlit as st

from exam.hall.chapter_step import show_chapter_step
from exam.hall.door import show_door
from exam.hall.files import show_room_files
from exam.hall.room import Room
from exam.hall.seat import Seat
from exam.hall.steps import DOOR, WATCHED, Step, steps_of
from exam.lesson.chapters import CHAPTERS
from exam.lesson.contents import numbered
from exam.page.ask_again import ask_again
from exam.page.browser import push
from exam.page.parts import STUDY
from exam.page.texts import Texts
from exam.page.visit import Visit, chosen_run


def open_lectern(seat: Seat, visit: Visit) -> None:
    """Choose where a projector begins.

    If its address names a chapter: at the answer if it is to be revealed, else at what the room has
    shown last if that is of this chapter, else at its beginning. Otherwise at what the room has
    shown last, or at the door. If the address asks for the study alone, there are no steps.
    """
    shown = seat.led_room and seat.led_room.step
    if seat.step and shown and shown != seat.step:  # another screen of the lecturer has gone there
        _be_at(shown, seat, visit, is_forward=shown == WATCHED)
    has_steps = visit.is_projected or seat.presents
    if seat.step or not has_steps or visit.only == STUDY:
        return
    steps = steps_of(leads=seat.leads)
    at_chapter = [step for step in steps if step.place == visit.only]
    revealed = [step for step in at_chapter if step.part == "reveal" and visit.reveals]
    room_steps = [shown] if shown else []
    here = [step for step in room_steps if step.place == visit.only]
    go_to([*revealed, *here, *at_chapter, *room_steps, *steps][0], seat, visit)


def go_to(step: Step, seat: Seat, visit: Visit, *, is_forward: bool = False) -> None:
    """Show that from now on; a step forward begins a study, or closes and opens votes."""
    _be_at(step, seat, visit, is_forward=is_forward)
    if room := seat.led_room:
        room.show(step)
        if is_forward:
            _vote(room, step)


def _be_at(step: Step, seat: Seat, visit: Visit, *, is_forward: bool) -> None:
    seat.step = step
    is_new = is_forward and visit.run != chosen_run()
    if step == WATCHED and (is_new or not visit.run):
        visit.begin_run()


def show_step(seat: Seat, visit: Visit, words: Texts) -> None:
    step = seat.step
    with st.container(key="at_" + "_".join(map(str, step))):
        if step.place == DOOR:
            show_door(seat, words)
        elif step.place in CHAPTERS:
            show_chapter_step(CHAPTERS[step.place], step, seat, visit, words)
    show_bar(seat, visit, words)
    if room := seat.led_room:
        follow_other_screens(seat, room)


def follow_other_screens(seat: Seat, room: Room) -> None:
    """Go where another screen of the same lecturer goes (assets/follow.js).

    It comes last in a run: until then what the step before it shows still listens.
    """
    push("lead", room.code, " ".join(map(str, seat.step)))
    ask_again("room_moved", on="hall-moved")


def show_bar(seat: Seat, visit: Visit, words: Texts) -> None:
    """Back, the places, and what comes next; a clicker presses them (projector.js)."""
    steps = steps_of(leads=seat.leads)
    at, places = steps.index(seat.step), list(dict.fromkeys(step.place for step in steps))
    # So that what it shows is never an older place, or in an older language.
    here = f"step_place_{seat.step.place}_{words.lang}"
    with st.container(key="lectern", horizontal=True, vertical_alignment="center"):
        before = (steps[max(at - 1, 0)], seat, visit)
        back = {"on_click": go_to, "args": before, "disabled": at == 0, "width": "content"}
        st.button("←", key="step_back", help=words.step_back, **back)
        st.selectbox(
            words.step_place,
            places,
            places.index(seat.step.place),
            key=here,
            format_func=lambda place: title_of(place, words),
            on_change=_go_to_place,
            args=(here, steps, seat, visit),
            label_visibility="collapsed",
            width="stretch",
        )
        if room := seat.led_room:
            with st.popover(words.save_room, width="content"):
                show_room_files(room, words)
                _offer_to_vote_anew(steps, seat, visit, words)
        _show_ways_forward(steps[at + 1 :], steps, seat, visit, words)


def _show_ways_forward(
    ahead: list[Step], steps: list[Step], seat: Seat, visit: Visit, words: Texts
) -> None:
    forward = {"on_click": go_to, "kwargs": {"is_forward": True}, "width": "content"}
    if seat.step[1:] == ("close", 1):  # where nearly all had it, there is little to discuss
        reveal = next(step for step in ahead if step.part == "reveal")
        st.button(words.step_reveal, key="step_skip", args=(reveal, seat, visit), **forward)
    if ahead:
        step = ahead[0]
        if step.place != seat.step.place:
            step = _entry(step.place, steps, seat)
        after = {"key": "step_next", "type": "primary", "args": (step, seat, visit)}
        st.button(label_of(seat.step, step, words), **after, **forward)


def _offer_to_vote_anew(steps: list[Step], seat: Seat, visit: Visit, words: Texts) -> None:
    """Behind a second press, for all guesses of the chapter go with it."""
    for question in [step for step in steps if step[:2] == (seat.step.place, "question")]:
        with st.expander(words.vote_anew):
            st.caption(words.vote_anew_help)
            anew = {"on_click": _begin_anew, "args": (question, seat, visit)}
            st.button(words.vote_anew_sure, key="vote_anew", **anew)


def title_of(place: str, words: Texts) -> str:
    if place == DOOR:
        return words.step_door
    return words.title if place == STUDY else numbered(place, words)


def label_of(now: Step, step: Step, words: Texts) -> str:
    if step.place != now.place:
        return f"{title_of(step.place, words)} →"
    return getattr(words, f"step_{step.part}")


def _vote(room: Room, step: Step) -> None:
    """A step forward closes votes, or opens the second; a step back changes none."""
    for number in {"close": [step.number], "reveal": [1, 2]}.get(step.part, ()):
        room.close(step.place, number)
    if step.part == "discuss":
        room.open_again(step.place)


def _begin_anew(question: Step, seat: Seat, visit: Visit) -> None:
    if room := seat.room:
        room.begin_anew(question.place)
    go_to(question, seat, visit)


def _go_to_place(key: str, steps: list[Step], seat: Seat, visit: Visit) -> None:
    go_to(_entry(st.session_state[key], steps, seat), seat, visit)


def _entry(place: str, steps: list[Step], seat: Seat) -> Step:
    """Where a place begins; a chapter that the hall has voted on, at its result."""
    there = [step for step in steps if step.place == place]
    room = seat.led_room
    is_over = room and room.standing(place).rounds and not room.standing(place).is_open
    return next((step for step in there if step.part == "reveal" and is_over), there[0])
