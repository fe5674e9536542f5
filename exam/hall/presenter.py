"""The presenter's view: a small page for the one who leads, on a phone or a laptop of their own.

It has the bar of the projected page, and what the hall is not to read: how long this step has been
shown, what peer instruction advises, and what comes next.
"""

import time

import streamlit as st

from exam.hall.choices import advice, middle_guess, shares, show_choices
from exam.hall.found import answer_so_far
from exam.hall.hall_sheet import show_written
from exam.hall.lectern import follow_other_screens, label_of, show_bar
from exam.hall.room import WRITTEN, Room
from exam.hall.seat import Seat
from exam.hall.steps import Step, steps_of
from exam.lesson.chapters import CHAPTERS
from exam.page.ask_again import ask_again
from exam.page.browser import load, styles
from exam.page.fragment import fragment
from exam.page.texts import Texts
from exam.page.visit import Visit

LOOK_SECONDS = 1.0  # between two looks at the room
AHEAD = 3  # steps that are named behind the next one


def show_presenter_view(seat: Seat, visit: Visit, words: Texts) -> None:
    if not (room := seat.room):
        return
    load(styles("hall.css"))
    steps = steps_of(leads=True)
    ahead = steps[steps.index(seat.step) + 1 :][: AHEAD + 1]
    labels = [label_of(one, other, words) for one, other in zip(ahead, ahead[1:], strict=False)]
    _show_standing(seat, seat.step, words)
    show_bar(seat, visit, words)
    st.caption(f"{words.after_that} {' · '.join(labels)}")
    follow_other_screens(seat, room)


@fragment
def _show_standing(seat: Seat, step: Step, words: Texts) -> None:
    ask_again("presenter", LOOK_SECONDS)
    if not (room := seat.room):
        st.info(words.no_room)
        return
    since_step, since_opening = map(_minutes, (room.shown, room.opened))
    st.caption(words.since(step=since_step, opening=since_opening, present=len(room.listeners)))
    if (step.place, step.part) == (WRITTEN, "display"):
        show_written(room, words)
    elif step.place in CHAPTERS and CHAPTERS[step.place].plans:
        _show_vote(room, step, words)


def _minutes(since: float) -> str:
    seconds = int(time.monotonic() - since)
    return f"{seconds // 60}:{seconds % 60:02}"


def _show_vote(room: Room, step: Step, words: Texts) -> None:
    """How many have guessed, and of closed rounds what; after the first, what is advised."""
    chapter, standing = CHAPTERS[step.place], room.standing(step.place)
    st.markdown(f"**{standing.guesses}** / {len(room.listeners)} {words.have_guessed}")
    if not standing.rounds:
        return
    answer = answer_so_far(chapter)
    if chapter.passes:
        st.markdown(middle_guess(standing.rounds, chapter.middle_pass))
        return
    show_choices(getattr(words, chapter.name).choices, words, standing.rounds, answer)
    if answer is not None:
        st.caption(shares(standing.rounds, answer, words))
        if step[1:] == ("close", 1):
            st.info(advice(standing.rounds[0], answer, words))
