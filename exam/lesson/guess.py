"""The learner's guess: asked for before an experiment, and set beside the result.

The callbacks take the visit and no view: Streamlit keeps them between two runs of the script,
and with a view it would keep all results that were drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median_low
from typing import Literal

import streamlit as st

from exam.lesson.chapter import Chapter, Experiment
from exam.lesson.chapter_view import Block, ChapterView, begin_attempt
from exam.page.visit import Visit
from exam.rooms.votes import Rounds
from exam.texts import Texts


@dataclass(frozen=True)
class Question(Block):
    """The question of a chapter: the page asks for a guess, and judges it by the result.

    `show_beside` shows a figure or a control with the question: above choices, below a slider. It
    may return an experiment that must be complete before the page asks. `blocked_by` says why the
    page cannot ask yet, or "".
    """

    show_beside: Callable[[ChapterView], Experiment | None] = lambda view: None
    blocked_by: Callable[[ChapterView], str] = lambda view: ""

    def allowed(self, captions: Texts) -> range:
        """The values that a guess may have."""
        raise NotImplementedError

    def key(self, chapter: str) -> str:
        """The key of the widget in which the guess is made."""
        raise NotImplementedError

    def ask(self, view: ChapterView, on_change: Callable[[], None]) -> int | None:
        """Show the widget; returns the guess so far."""
        raise NotImplementedError

    def show_guess(self, view: ChapterView, guess: int | None) -> None:
        """Show the question with the guess, and the answer once there is one."""
        raise NotImplementedError

    def name_of(self, guess: int, captions: Texts) -> str:
        """The guess in words."""
        raise NotImplementedError

    def guess_of_hall(self, rounds: Rounds) -> int | None:
        """The guess to begin with in a hall, or for a link that reveals the result."""
        raise NotImplementedError

    def show(self, view: ChapterView) -> None:
        needed = self.show_beside(view)
        self.show_question(view, needed)

    def show_question(self, view: ChapterView, needed: Experiment | None) -> None:
        """Ask, or say why not yet; once the experiment has begun, what came of the guess."""
        if view.experiment:
            _show_verdict(self, view, view.experiment)
        elif reason := self.blocked_by(view):
            st.markdown(reason)
        elif needed and not needed.is_complete:
            view.show_progress(needed)
        else:
            _ask(self, view)


@dataclass(frozen=True)
class Choices(Question):
    """A guess among the `choices` of the captions, by its index."""

    def allowed(self, captions: Texts) -> range:
        return range(len(captions.choices))

    def key(self, chapter: str) -> str:
        return f"{chapter}_guess"

    def ask(self, view: ChapterView, on_change: Callable[[], None]) -> int | None:
        choices = view.captions.choices
        if view.visit.seat.voting_room:  # with letters, as on the projector
            choices = [f"{'ABCD'[number]}: {choice}" for number, choice in enumerate(choices)]
        return st.radio(
            view.captions.question,
            self.allowed(view.captions),
            view.visit.seat.guess_of(view.name),  # from before a reload
            format_func=lambda choice: choices[choice],
            key=self.key(view.name),
            on_change=on_change,
        )

    def show_guess(self, view: ChapterView, guess: int | None) -> None:
        lines = [f"**{view.captions.question}**", ""]
        for number, choice in enumerate(view.captions.choices):
            notes = []
            if number == guess:
                notes.append(view.texts.your_guess)
            if number == view.answer:
                choice, notes = f"**{choice}**", [*notes, view.texts.supported]
            if notes:
                lines.append(f"- {' — '.join([choice, *notes])}")
        st.markdown("\n".join(lines))

    def name_of(self, guess: int, captions: Texts) -> str:
        return captions.choices[guess]

    def guess_of_hall(self, rounds: Rounds) -> int | None:
        return None


@dataclass(frozen=True)
class PassSlider(Question):
    """A guess of a pass, on a slider. A hall's guess is the median of its last round."""

    passes: range = field(kw_only=True)

    def show(self, view: ChapterView) -> None:
        question_place = st.container()
        needed = self.show_beside(view)
        with question_place:
            self.show_question(view, needed)

    def allowed(self, captions: Texts) -> range:
        return self.passes

    def key(self, chapter: str) -> str:
        return f"{chapter}_stop"

    def ask(self, view: ChapterView, on_change: Callable[[], None]) -> int | None:
        known = view.visit.seat.guess_of(view.name)  # from before a reload
        return st.slider(
            view.captions.question,
            self.passes[0],
            self.passes[-1],
            self.middle if known is None else known,
            key=self.key(view.name),
            on_change=on_change,
        )

    def show_guess(self, view: ChapterView, guess: int | None) -> None:
        st.markdown(f"**{view.captions.question}** {view.captions.stopped_at(epoch=guess)}")

    def name_of(self, guess: int, captions: Texts) -> str:
        return captions.stopped_at(epoch=guess)

    def guess_of_hall(self, rounds: Rounds) -> int | None:
        # A lecturer's address may name passes that do not exist.
        guesses = [each for each in rounds[-1].elements() if each in self.passes] if rounds else []
        return median_low(guesses) if guesses else self.middle

    @property
    def middle(self) -> int:
        """The default guess, until somebody moves the slider."""
        return self.passes[-1] // 2


def question_of(chapter: Chapter) -> Question | None:
    """The question of a chapter; None if it asks nothing."""
    return next((block for block in chapter.blocks if isinstance(block, Question)), None)


def report_guess(visit: Visit, chapter: Chapter, question: Question, texts: Texts) -> int | None:
    """Have the guess counted in the room; returns it, or None if there is none that is allowed.

    A forged message can make Streamlit's radio hold anything, so every guess is checked here.
    """
    guess = st.session_state.get(question.key(chapter.name))
    if guess is None or guess not in question.allowed(texts[chapter.name]):
        return None
    visit.seat.guess(chapter.name, guess)
    return guess


def _ask(question: Question, view: ChapterView) -> None:
    """Ask for a guess, and offer to begin the experiment."""
    visit, chapter, texts = view.visit, view.chapter, view.texts

    def report() -> None:
        report_guess(visit, chapter, question, texts)

    guess = question.ask(view, report)
    if state := visit.seat.guess_state(view.name):
        st.caption(texts.guess[state](code=visit.seat.code))
    else:
        st.caption(texts.guess.first)
    st.button(
        view.captions.press,
        key=f"{view.name}_begin",
        type=_kind_of_button(visit),
        disabled=guess is None,
        on_click=lambda: _begin(visit, chapter, question, texts),
    )


def _kind_of_button(visit: Visit) -> Literal["primary", "secondary"]:
    return "secondary" if visit.seat.voting_room else "primary"  # a hall waits for its lecturer


def _begin(visit: Visit, chapter: Chapter, question: Question, texts: Texts) -> None:
    guess = report_guess(visit, chapter, question, texts)  # a slider may not have been moved
    if guess is not None and not visit.seat.withholds_answer(chapter.name):
        begin_attempt(visit, chapter, guess)


def _show_verdict(question: Question, view: ChapterView, experiment: Experiment) -> None:
    """The guess, a button to guess again, and whether it was right, or how far the studies are."""
    texts, guess = view.texts, experiment.attempt.guess
    visit, chapter = view.visit, view.chapter
    question.show_guess(view, guess)
    label = view.captions.again if "again" in view.captions else texts.again
    with st.container(
        key=f"{view.name}_verdict", horizontal=True, vertical_alignment="center", gap="medium"
    ):
        st.button(  # in the place of the one that began the experiment
            label,
            key=f"{view.name}_begin",
            disabled=experiment.is_running,
            on_click=lambda: _guess_again(visit, chapter, question),
        )
        if not view.numbers:
            view.show_progress(experiment)
        elif view.answer is not None and guess is not None:
            st.markdown(texts.verdict_right if view.answer == guess else texts.verdict_wrong)


def _guess_again(visit: Visit, chapter: Chapter, question: Question) -> None:
    visit.attempts.pop(chapter.name, None)
    if isinstance(question, Choices):  # a pass stays as it was chosen
        st.session_state.pop(question.key(chapter.name), None)
