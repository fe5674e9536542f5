"""One step of a chapter on the projector: a block of it, beside the guesses of the hall."""

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exam.hall.hall_sheet import show_hall_sheet
from exam.hall.joining import POLL_SECONDS, show_way_in
from exam.hall.measured import begun_experiment
from exam.hall.vote_view import show_choices
from exam.lesson.blocks import Chart, Display, Rule, Story, Table
from exam.lesson.chapter import Chapter
from exam.lesson.chapter_view import Block, ChapterView, begin_attempt
from exam.lesson.guess import PassSlider, Question, question_of
from exam.page.ask_again import ask_again
from exam.page.fragment import fragment
from exam.page.visit import Visit, settings
from exam.rooms.room import Room, Step
from exam.rooms.votes import Rounds
from exam.texts import Texts

COUNT = '<p class="count"><b>{count}</b>{of}</p>'
Kind = TypeVar("Kind", bound=Block)


@fragment
def show_chapter_step(chapter: Chapter, step: Step, visit: Visit, texts: Texts) -> None:
    room = visit.seat.led_room
    # Counts would bias the second vote, so until that is closed only the lecturer's phone has
    # them.
    is_between = step.kind == "discuss" or (step.kind, step.round) == ("close", 1)
    has_counts = room and (not is_between or chapter.name in room.revealed)
    rounds = room.standing(chapter.name).rounds if room and has_counts else ()
    view, question = ChapterView(chapter, visit, texts, rounds), question_of(chapter)
    block = chapter.blocks[step.block]
    is_withheld = visit.seat.withholds_answer(chapter.name)  # from a learner's own projector
    with view.shown():
        reason = question.blocked_by(view) if question else ""
        if step.kind == "write" and room:
            show_hall_sheet(visit.seat, texts)
        elif step.kind in ("write", "display"):
            _show_all(view, Story)
            block.show(view)
        elif reason:
            st.markdown(reason)
        elif question and (step.kind in ("question", "close", "discuss") or is_withheld):
            _show_vote(view, question, step, room)
        elif question:
            _show_result(view, question, block, is_first=step.kind == "reveal")


def _show_all(view: ChapterView, kind: type[Block]) -> None:
    for block in _blocks(view, kind):
        block.show(view)


def _blocks(view: ChapterView, kind: type[Kind]) -> Sequence[Kind]:
    return [block for block in view.chapter.blocks if isinstance(block, kind)]


# The question, and the votes.


def _show_vote(view: ChapterView, question: Question, step: Step, room: Room | None) -> None:
    """The question, with how many have guessed; once the last vote is closed, their guesses."""
    is_closed, is_discussed = step.kind == "close", step.kind == "discuss"
    if is_discussed:
        st.markdown(view.texts.hall.discuss)
    has_earlier_step = any(block.due == "always" for block in _blocks(view, Display))
    if step.kind == "question" and not has_earlier_step:
        _show_all(view, Story)
    rounds = view.rounds if is_closed else ()
    with _beside_the_question(view, question, room, rounds):
        if room and not rounds:
            _show_count(view.visit, view.chapter, view.texts, is_first=not is_discussed)
    if len(rounds) > 1:
        st.caption(view.texts.hall.two_rounds)


def _beside_the_question(
    view: ChapterView, question: Question, room: Room | None, rounds: Rounds
) -> DeltaGenerator:
    """Show the question, and return the place beside it for the count of guesses.

    Its figure stands above choices, and below the question of a pass.
    """
    left = right = st.container()
    if room and not rounds:
        left, right = st.columns([4, 1], gap="medium")
    with left:
        if isinstance(question, PassSlider):
            _show_question(view, question, rounds)
            question.show_beside(view)
        else:
            question.show_beside(view)
            with st.container(key="hall_question"):
                _show_question(view, question, rounds)
    return right


def _show_question(view: ChapterView, question: Question, rounds: Rounds) -> None:
    st.markdown(f"**{view.captions.question}**")
    if not isinstance(question, PassSlider):
        show_choices(view.captions.choices, view.texts, rounds, view.answer)


@fragment
def _show_count(visit: Visit, chapter: Chapter, texts: Texts, *, is_first: bool) -> None:
    """How many have guessed. The experiment is computed in the meantime."""
    begun_experiment(chapter, visit.follower)
    ask_again(f"{chapter.name}_count", POLL_SECONDS, unless="leads", on="hall-counted")
    if not (room := visit.seat.room):
        return
    standing = room.standing(chapter.name)
    present = len(room.listeners)  # the pages that follow the room now
    of = f" / {present}" if present >= standing.guesses else ""  # not where pages have no stream
    if standing.rounds and standing.is_open:  # all guesses of the first vote count again
        st.html(COUNT.format(count=standing.changed, of=f" / {standing.guesses}"))
        st.markdown(texts.hall.have_changed)
    else:
        st.html(COUNT.format(count=standing.guesses, of=of))
        st.markdown(texts.hall.have_guessed if standing.is_open else texts.hall.counts_later)
    if standing.is_open and is_first:
        show_way_in(room, texts)


# The result.


def _show_result(view: ChapterView, question: Question, block: Block, *, is_first: bool) -> None:
    """A block, below the guesses if it is a figure or the first display.

    Below the rule are the tables, or the first figure. A step whose block is not due yet shows the
    first figure, which grows.
    """
    _begin(view, question)
    first_figure = _blocks(view, Chart)[0]
    if not view.is_due(block):
        _show_guesses(view, question)
        first_figure.show(view)
    elif isinstance(block, Rule):
        block.show(view)
        _show_all(view, Table)
        if not _blocks(view, Table):
            first_figure.show(view)
    else:
        if isinstance(block, Chart) or is_first:
            _show_guesses(view, question)
        block.show(view)


def _begin(view: ChapterView, question: Question) -> None:
    """Begin the experiment with the first step that shows it, or when the settings have changed."""
    visit, chapter = view.visit, view.chapter
    guess, studies = question.guess_of_hall(view.rounds), chapter.studies_for(settings())
    attempt = visit.attempts.get(chapter.name)
    # In their order, too: some chapters read the setting from the first study.
    if not attempt or [guess, *studies.items()] != [attempt.guess, *attempt.studies.items()]:
        begin_attempt(visit, chapter, guess)
    view.follow(visit.attempts[chapter.name])


def _show_guesses(view: ChapterView, question: Question) -> None:
    """The question with its guesses and the answer, or how far the experiment is."""
    with st.container(key="guesses"):
        _show_question(view, question, view.rounds)
        if view.experiment and not view.experiment.is_complete:
            view.show_progress(view.experiment)
