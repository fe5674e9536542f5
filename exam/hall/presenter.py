"""The presenter's view: a page for the lecturer alone, on a phone or laptop of their own.

It has the bar of the projected page, and what the hall is not to read: for how long this step has
been shown, what peer instruction advises, and what comes next.
"""

import itertools
import time
from collections import Counter
from collections.abc import Iterator

import streamlit as st

from exam.hall.hall_sheet import sentence_of_counts
from exam.hall.lectern import bar_container, following_step, label_of, show_bar
from exam.hall.measured import measured_answer
from exam.hall.steps import HEADS
from exam.hall.vote_view import advice, show_choices
from exam.lesson.chapters import CHAPTERS
from exam.lesson.guess import PassSlider, question_of
from exam.page.ask_again import ask_again
from exam.page.browser import load, styles
from exam.page.fragment import fragment
from exam.page.visit import Visit
from exam.rooms.room import Room, Step
from exam.texts import Texts

POLL_SECONDS = 1.0  # between two polls of the room
STEPS_AHEAD = 3  # that are named after the next one


def show_presenter_view(visit: Visit, step: Step, texts: Texts) -> None:
    load(styles("hall/hall.css"))
    ahead = list(itertools.islice(_steps_after(step, visit), STEPS_AHEAD + 1))
    labels = [label_of(later, now, texts) for now, later in zip(ahead, ahead[1:], strict=False)]
    _show_standing(visit, step, texts)
    with st.container():  # even if empty: the bar below keeps its place while the step changes
        _show_advice("heads" if step == HEADS else step.place, texts)
    with bar_container():
        show_bar(visit, step, texts)
    st.caption(f"{texts.hall.after_that} {' · '.join(labels)}")


def _steps_after(step: Step, visit: Visit) -> Iterator[Step]:
    while following := following_step(step, visit):
        yield following
        step = following


def _show_advice(place: str, texts: Texts) -> None:
    if place in texts.hall.teach:
        about = texts.hall.teach[place]
        st.markdown(texts.hall.believed(what=about.believed))
        st.markdown(texts.hall.say(what=about.say))


@fragment
def _show_standing(visit: Visit, step: Step, texts: Texts) -> None:
    ask_again("presenter", POLL_SECONDS)
    if not (room := visit.seat.room):
        st.info(texts.hall.refused.room)
        return
    st.caption(
        texts.hall.since(
            step=_as_minutes(time.monotonic() - room.step_shown_at),
            opening=_as_minutes(time.time() - room.since),
            present=len(room.listeners),
        )
    )
    if step.kind == "write":
        st.markdown(sentence_of_counts(room, texts))
    elif step.place in CHAPTERS and CHAPTERS[step.place].studies:
        _show_vote(room, step, visit, texts)


def _as_minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _show_vote(room: Room, step: Step, visit: Visit, texts: Texts) -> None:
    """How many have guessed, and the guesses of closed rounds; after the first, the advice."""
    chapter, standing = CHAPTERS[step.place], room.standing(step.place)
    question, rounds = question_of(chapter), standing.rounds
    st.markdown(f"**{standing.guesses}** / {len(room.listeners)} {texts.hall.have_guessed}")
    if not rounds:
        return
    if isinstance(question, PassSlider):
        st.markdown(_median_and_range(question, rounds[-1], texts))
        return
    answer = measured_answer(chapter, visit.follower)
    st.caption(texts.hall.two_rounds if len(rounds) > 1 else texts.hall.first_vote)
    show_choices(texts[chapter.name].choices, texts, rounds, answer)
    if answer is not None and (step.kind, step.round) == ("close", 1):
        st.info(advice(rounds[0], answer, texts))


def _median_and_range(question: PassSlider, counts: Counter[int], texts: Texts) -> str:
    guesses = counts.keys() & set(question.passes)
    if not guesses:
        return ""
    median = question.guess_of_hall((counts,))
    return f"{texts.hall.median_guess}: **{median}** ({min(guesses)}–{max(guesses)})"
