"""A chapter on the projector: one part of it at a time, each on one screen."""

from collections import Counter

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exam.lesson.chapter import Chapter, Outcome, Texts
from exam.lesson.guess import middle
from exam.lesson.view import ChapterView
from exam.page.ask_again import ask_again
from exam.page.choices import advice, middle_guess, shares, show_choices
from exam.page.fragment import fragment
from exam.page.room import Seat
from exam.page.visit import Visit, settings
from exam.service.experiment import Experiment
from exam.service.scheduler import get_scheduler

POLL_SECONDS = 0.5  # between two looks at the votes of a room
SIDE_BY_SIDE = [5, 8]  # the question, and a figure in letters that the last row can read


class HallView(ChapterView):
    asks = False

    def __init__(self, name: str, chapter: Chapter, visit: Visit, words: Texts, part: str):
        super().__init__(name, chapter, visit, words)
        self.part, seat = part, visit.seat
        self.room = seat.room if seat.leads else None
        self.rounds = self.room.standing(name).rounds if self.room else ()

    def show_parts(self) -> None:
        part, _, number = self.part.partition("_")
        live_region = st.container(key=f"{self.name}_spoken")
        if part == "look":
            self._look()
        elif part in ("question", "discuss"):
            self._ask()
        elif part == "close":
            self._show_votes()
        else:
            live_region.markdown(self._show_found(part, int(number or 0)))

    def _look(self) -> None:
        if self.chapter.plans:
            st.markdown(self.say.story(**self.chapter.facts))
        self.chapter.look(self)

    def _ask(self) -> None:
        """The question, and how many have guessed; never what."""
        if self.part == "discuss":
            st.markdown(self.words.discuss)
        elif not self.chapter.look:
            st.markdown(self.say.story(**self.chapter.facts))
        with self._beside_the_question():
            if self.room:
                _count(self.visit.seat, self.name, self.words, self.chapter)

    def _show_votes(self) -> None:
        """The rounds that are closed, and what peer instruction advises, as soon as it is known."""
        with self._beside_the_question(self.rounds):
            if self.chapter.answer and len(self.rounds) == 1:
                _advise(self.rounds[0], self.name, self.chapter, self.words)

    def _beside_the_question(self, rounds: tuple = ()) -> DeltaGenerator:
        """The place beside the question; a figure on which a number is guessed takes its own."""
        if self.chapter.passes:
            left, right = st.columns(SIDE_BY_SIDE, gap="medium")
            with left:
                self._show_question(rounds)
            with right:
                self.chapter.before(self)
            return left
        left, right = st.columns([8, 3], gap="medium") if self.room else (st.container(), None)
        with left:
            if self.chapter.before and self.part != "discuss":
                self.chapter.before(self)
            with st.container(key="hall_question"):
                self._show_question(rounds)
        return right or left

    def _show_question(self, rounds: tuple = (), answer: int | None = None) -> None:
        st.markdown(f"**{self.say.question}**")
        if not self.chapter.passes:
            show_choices(self.say.choices, self.words, rounds, answer)
        told = [self.words.two_rounds] if len(rounds) > 1 else []
        if answer is not None:
            told.append(shares(rounds, answer, self.words))
        st.caption(" ".join(told))

    def _show_found(self, part: str, number: int) -> str:
        """Figure, sheet or rule of the experiment; returns what a screen reader is told of it."""
        passes = self.chapter.passes
        self.begin(middle_guess(self.rounds, middle(passes)) if passes else None)
        outcome, numbers, answer = self.find()
        outcome.rounds = self.rounds
        if part == "closer" and numbers:
            with st.container(key="hall_aside"):
                [*self.chapter.above, *self.chapter.after][number](self, outcome)
            return ""
        if part == "rule" and numbers and self.chapter.rows:
            self.conclude(numbers)
            self.show_table(outcome)
        else:
            self._show_figure(outcome, numbers, number if part == "figure" else 0, answer)
        return self.say.measured(**numbers).replace("**", "") if numbers else ""

    def _show_figure(
        self, outcome: Outcome, numbers: dict, number: int, answer: int | None
    ) -> None:
        """Beside it the rule, or what was asked and guessed."""
        left, right = st.columns(SIDE_BY_SIDE, gap="medium")
        with left, st.container(key="hall_aside"):
            if self.part == "rule" and numbers:
                self.conclude(numbers)
            else:
                self._show_guesses(outcome, answer)
        with right:
            if self.part == "reveal" and numbers and self.chapter.above:
                self.chapter.above[0](self, outcome)
                return
            outcome.option = self.choose_option()
            self.figure(list(self.chapter.figures(outcome, self.words))[number])

    def _show_guesses(self, outcome: Outcome, answer: int | None) -> None:
        """What was asked and guessed, and what was measured, or how far it is."""
        self._show_question(self.rounds, answer)
        if not outcome.is_complete:
            self.show_progress(outcome)
        elif answer is not None and len(self.rounds) == 1:
            st.caption(advice(self.rounds[0], answer, self.words))


@fragment
def _advise(counts: Counter[int], name: str, chapter: Chapter, words: Texts) -> None:
    """In words that do not tell, before the answer is shown, how many had it; once it is known."""
    outcome = _found_so_far(chapter)
    if outcome.is_complete:
        st.caption(advice(counts, chapter.answer(chapter.numbers(outcome)), words))
    elif outcome.is_running:
        ask_again(f"{name}_advice", POLL_SECONDS)


@fragment
def _count(seat: Seat, name: str, words: Texts, chapter: Chapter) -> None:
    """How many have guessed. Meanwhile, what they guess about is computed."""
    _found_so_far(chapter)
    ask_again(f"{name}_count", POLL_SECONDS)
    if not (room := seat.room):
        return
    standing = room.standing(name)
    st.html(f'<p class="count"><b>{standing.guesses}</b></p>')
    st.markdown(words.have_guessed if standing.is_open else words.vote_closed)
    if standing.rounds and standing.is_open:
        st.markdown(words.have_changed(changed=standing.changed))


def _found_so_far(chapter: Chapter) -> Outcome:
    outcome = Outcome(Experiment(chapter.plans(settings())))
    outcome.poll(get_scheduler())
    return outcome
