"""The presenter's view: a small page for the one who leads, on a phone or a laptop of their own.

It has the bar of the projected page, and what the hall is not to read: how long this step has been
shown, what peer instruction advises, and what comes next.
"""

import time

import streamlit as st

from exam.hall.choices import advice
from exam.hall.found import answer_so_far
from exam.hall.lectern import follow_other_screens, label_of, show_bar
from exam.hall.seat import Seat
from exam.hall.steps import Step, steps_of
from exam.lesson.chapters import CHAPTERS
from exam.page.ask_again import ask_again
from exam.page.fragment import fragment
from exam.page.texts import Texts
from exam.page.visit import Visit

LOOK_SECONDS = 1.0  # between two looks at the room
AHEAD = 3  # steps that are named behind the next one


def show_presenter_view(seat: Seat, visit: Visit, words: Texts) -> None:
    if not (room := seat.room):
        return
    follow_other_screens(seat, room)
    steps = steps_of(leads=True)
    ahead = steps[steps.index(seat.step) + 1 :][: AHEAD + 1]
    labels = [label_of(one, other, words) for one, other in zip(ahead, ahead[1:], strict=False)]
    with st.container(key="presenter"):
        _show_standing(seat, seat.step, words)
        show_bar(seat, visit, words)
        st.caption(f"{words.after_that} {' · '.join(labels)}")


@fragment
def _show_standing(seat: Seat, step: Step, words: Texts) -> None:
    ask_again("presenter", LOOK_SECONDS)
    if not (room := seat.room):
        st.info(words.no_room)
        return
    seconds, standing = int(time.monotonic() - room.shown), room.standing(step.place)
    told = f"{seconds // 60}:{seconds % 60:02}"
    has_vote = step.place in CHAPTERS and CHAPTERS[step.place].plans
    if has_vote:
        told += f" · **{standing.guesses}** / {len(room.listeners)} {words.have_guessed}"
    st.markdown(told)
    # Once the first round is closed, what is advised.
    if has_vote and len(standing.rounds) == 1 and CHAPTERS[step.place].answer:
        answer = answer_so_far(CHAPTERS[step.place])
        if answer is not None:
            st.info(advice(standing.rounds[0], answer, words))
