"""One step of a chapter on the projector: a block of it, beside what the hall has guessed."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exam.hall.choices import middle_guess, shares, show_choices
from exam.hall.found import found_so_far
from exam.hall.hall_sheet import show_hall_sheet
from exam.hall.room import POLL_SECONDS, WRITTEN, Room
from exam.hall.seat import Seat, how_to_join
from exam.hall.steps import Step
from exam.lesson.blocks import Block, Chart, Display, Question, Rule, Story, Table
from exam.lesson.chapter import Chapter
from exam.lesson.chapter_view import SIDE_BY_SIDE, ChapterView, begin_attempt, side_by_side
from exam.page.ask_again import ask_again
from exam.page.fragment import fragment
from exam.page.texts import Texts
from exam.page.visit import Visit, settings


@fragment
def show_chapter_step(chapter: Chapter, step: Step, seat: Seat, visit: Visit, words: Texts) -> None:
    room = seat.led_room
    rounds = room.standing(chapter.name).rounds if room else ()
    view = ChapterView(chapter, visit, words, rounds)
    with view.shown():
        missing = [question.needs(view) for question in _blocks(view, Question)]
        if any(missing) and step.part != "display":
            st.markdown(missing[0])
        elif step.part == "display":
            _show_all(view, Story)
            if room and step.place == WRITTEN:
                show_hall_sheet(seat, words)
            else:
                chapter.blocks[step.number].show(view)
        elif step.part in ("question", "close", "discuss"):
            _show_vote(view, step.part, seat, room)
        else:
            _show_found(view, chapter.blocks[step.number], is_first=step.part == "reveal")


def _show_all(view: ChapterView, kind: type) -> None:
    for block in _blocks(view, kind):
        block.show(view)


def _blocks(view: ChapterView, kind: type) -> list[Block]:
    return [block for block in view.chapter.blocks if isinstance(block, kind)]


# The question, and the votes.


def _show_vote(view: ChapterView, part: str, seat: Seat, room: Room | None) -> None:
    """The question; beside it how many have guessed, and never what until the vote is closed.

    Then the rounds, and what peer instruction advises, as soon as it is known.
    """
    is_closed, is_again = part == "close", part == "discuss"
    if is_again:
        st.markdown(view.words.discuss)
    # Otherwise it was shown with what there was to see; in a discussion a figure leaves no room.
    is_short = not any(each.due == "always" for each in _blocks(view, Display))
    if not is_closed and is_short and not (is_again and view.chapter.passes):
        _show_all(view, Story)
    rounds = view.rounds if is_closed else ()
    with _beside_the_question(view, room, rounds):
        if not is_closed and room:
            _show_count(seat, view.chapter, view.words)


def _beside_the_question(view: ChapterView, room: Room | None, rounds: tuple) -> DeltaGenerator:
    """Show the question, and return the place for its votes: beside it, or below it if a pass is
    guessed, for then a figure stands beside it.
    """
    (question,) = _blocks(view, Question)
    if view.chapter.passes:
        left, right = st.columns(SIDE_BY_SIDE, gap="medium")
        with left:
            _show_question(view, rounds)
        with right:
            question.above(view)
        return left
    left, right = st.columns([8, 3], gap="medium") if room else (st.container(), None)
    with left:
        question.above(view)
        with st.container(key="hall_question"):
            _show_question(view, rounds)
    return right or left


def _show_question(view: ChapterView, rounds: tuple = (), answer: int | None = None) -> None:
    say, words = view.say, view.words
    st.markdown(f"**{say.question}**")
    if not view.chapter.passes:
        show_choices(say.choices, words, rounds, answer)
    told = [words.two_rounds] if len(rounds) > 1 else []
    if answer is not None:
        told.append(shares(rounds, answer, words))
    st.caption(" ".join(told))


@fragment
def _show_count(seat: Seat, chapter: Chapter, words: Texts) -> None:
    """How many have guessed. The experiment is computed in the meantime."""
    found_so_far(chapter)
    ask_again(f"{chapter.name}_count", POLL_SECONDS, unless="leads", on="hall-counted")
    if not (room := seat.room):
        return
    standing = room.standing(chapter.name)
    present = len(room.listeners)  # the pages that follow the room now
    of = f" / {present}" if present >= standing.guesses else ""  # not where pages have no stream
    st.html(f'<p class="count"><b>{standing.guesses}</b>{of}</p>')
    st.markdown(words.have_guessed if standing.is_open else words.vote_closed)
    if standing.is_open:
        st.caption(how_to_join(room, words))
    if standing.rounds and standing.is_open:
        st.markdown(words.have_changed(changed=standing.changed))


# What was found.


def _show_found(view: ChapterView, block: Block, *, is_first: bool) -> None:
    """A figure beside what was guessed, a display alone, or the rule beside the first figure.

    Until the experiment is complete, every step shows the first figure, which grows.
    """
    _look_up(view)
    is_there = view.has(block.due)
    if is_there and isinstance(block, Rule) and _blocks(view, Table):
        _show_all(view, Rule)
        _show_all(view, Table)
        return
    if is_there and isinstance(block, Display) and not is_first:
        with st.container(key="aside"):
            block.show(view)
        return
    words, figure = side_by_side()
    is_rule = is_there and isinstance(block, Rule)
    with words:
        if is_rule:
            block.show(view)
        else:
            _show_guesses(view)
    with figure:
        shown = _blocks(view, Chart)[0] if is_rule or not is_there else block
        shown.show(view)


def _look_up(view: ChapterView) -> None:
    """The experiment, which begins with the first step that shows it, or if what is set is new."""
    visit, chapter = view.visit, view.chapter
    choice = middle_guess(view.rounds, chapter.middle_pass) if chapter.passes else None
    wanted = [choice, *chapter.plans(settings()).items()]  # in their order: the first is one's own
    attempt = visit.attempts.get(chapter.name)
    if not attempt or wanted != [attempt.choice, *attempt.plans.items()]:
        begin_attempt(visit, chapter, choice)
    view.look_up(visit.attempts[chapter.name])


def _show_guesses(view: ChapterView) -> None:
    """What was asked and guessed, and what was measured, or how far it is."""
    _show_question(view, view.rounds, view.answer)
    if not view.found.is_complete:
        view.show_progress(view.found)
