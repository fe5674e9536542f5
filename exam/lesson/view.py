"""A chapter on the screen: its story, its question, its figures while they grow, its rule."""

from collections import Counter

import streamlit as st

from exam.charts.theme import PROJECTED_WIDTH
from exam.lesson.chapter import Chapter, Figure, Outcome, Plans, Texts
from exam.lesson.guess import ask, begin, middle, offer_again, show_guess
from exam.page.sentences import markdown_table
from exam.page.visit import Visit
from exam.service.experiment import Experiment
from exam.service.job import RETRY_SECONDS
from exam.service.scheduler import get_scheduler


class ChapterView:
    """One chapter in one run of the script; while its experiment runs, the chapter asks again.

    `asks` says whether this visit guesses, and `rounds` what a hall has guessed.
    """

    asks = True
    rounds: tuple[Counter[int], ...] = ()

    def __init__(self, name: str, chapter: Chapter, visit: Visit, words: Texts):
        self.name, self.chapter, self.visit, self.words = name, chapter, visit, words
        self.say = getattr(words, name)
        self._experiment = visit.experiments.get(name)
        self._followed: list[Outcome] = []

    def show(self) -> None:
        """The whole of it; and again, as long as something of it is not there yet."""
        self.show_parts()
        if self._followed:
            has_failed = any(outcome.failure for outcome in self._followed)
            self.visit.waiting.ask(self.name, at_least=RETRY_SECONDS if has_failed else 0.0)
        else:
            self.visit.waiting.end(self.name)

    def show_parts(self) -> None:
        chapter, spoken = self.chapter, ""
        # Its place is the same in every run; a screen reader speaks it when it changes (exam.js).
        live_region = st.container(key=f"{self.name}_spoken")
        if chapter.plans:
            self._begin_if_revealed()
            st.markdown(self.say.story(**chapter.facts))
        if chapter.look:
            chapter.look(self)
        is_ready = chapter.before is None or chapter.before(self) is not False
        if not chapter.plans:
            return
        if is_ready:
            if self.has_begun:
                spoken = self._answer()
            else:
                ask(self)
        elif self._followed:
            self.show_progress(self._followed[0])
            spoken = self._standing(self._followed[0], steps=4)
        live_region.markdown(spoken)

    def _begin_if_revealed(self) -> None:
        """Where the address asks to reveal it, the experiment begins without a guess."""
        if self.visit.reveals:
            self.begin(middle(self.chapter.passes) if self.chapter.passes else None)

    def begin(self, choice: int | None) -> None:
        """Begin the experiment, unless it has been, with that choice."""
        if not self.has_begun or self._experiment.choice != choice:
            begin(self.visit, self.name, self.chapter, choice)
            self._experiment = self.visit.experiments[self.name]

    def find(self) -> tuple[Outcome, dict, int | None]:
        """What was found; once it is complete, its numbers, and which choice they support."""
        chapter, outcome = self.chapter, self._follow(Outcome(self._experiment))
        numbers = chapter.numbers(outcome) if outcome.is_complete else {}
        return outcome, numbers, chapter.answer(numbers) if numbers and chapter.answer else None

    def _answer(self) -> str:
        """Figures and rule, or how far it is; returns what a screen reader is told of it."""
        chapter, choice = self.chapter, self._experiment.choice
        outcome, numbers, answer = self.find()
        show_guess(self, choice, answer)
        offer_again(self, is_running=outcome.is_running)
        with st.container(key=f"{self.name}_verdict"):
            if numbers and None not in (answer, choice):
                st.markdown(self.words.held if answer == choice else self.words.missed)
            elif not numbers:
                self.show_progress(outcome)
        outcome.option = self.choose_option()
        measured = self.say.measured(**numbers) if numbers else ""
        spoken = measured.replace("**", "")
        for show in chapter.above if numbers else ():
            show(self, outcome)
        for figure in chapter.figures(outcome, self.words):
            self.figure(figure._replace(alt=f"{figure.alt} {spoken}".strip()))
        if numbers:
            self.show_table(outcome)
            for show in chapter.after:
                show(self, outcome)
            self.conclude(numbers)
        return spoken or self._standing(outcome, steps=4)

    def show_table(self, outcome: Outcome) -> None:
        if rows := self.chapter.rows:
            st.markdown(markdown_table(self.say.columns, rows(outcome, self.words)))

    def conclude(self, numbers: dict) -> None:
        """What was measured, and the rule that follows."""
        with st.container(key=f"{self.name}_conclusion"):
            st.markdown(f"**{self.words.measured}:** {self.say.measured(**numbers)}")
            st.markdown(self.chapter.conclusion(numbers, self.say))
        self.visit.done.add(self.name)

    # What `before` and `after` of a chapter are written with.

    @property
    def has_begun(self) -> bool:
        """Whether the learner has guessed and pressed."""
        return self._experiment is not None

    def at_once(self, plans: Plans) -> Outcome:
        """An experiment that needs no guess and begins when the chapter is opened."""
        return self._follow(Outcome(Experiment(plans)))

    def figure(self, figure: Figure) -> None:
        if figure.title:
            st.markdown(figure.title)
        width = PROJECTED_WIDTH if self.visit.is_projected else "stretch"
        st.vega_lite_chart(figure.data, figure.spec, alt=figure.alt, width=width)

    def _follow(self, outcome: Outcome) -> Outcome:
        outcome.poll(get_scheduler())
        if not outcome.is_complete:
            self._followed.append(outcome)
        return outcome

    def choose_option(self) -> str:
        options, say = self.chapter.options, self.say
        if not options:
            return ""
        return st.segmented_control(
            say.option_label,
            options,
            default=next(iter(options)),
            required=True,
            format_func=lambda option: getattr(say, options[option]),
            key=f"{self.name}_option",
        )

    def show_progress(self, outcome: Outcome) -> None:
        if outcome.failure:
            st.markdown(self._standing(outcome))
        else:
            st.progress(len(outcome.complete) / len(outcome.marks), self._standing(outcome))

    def _standing(self, outcome: Outcome, steps: int | None = None) -> str:
        """How far an experiment is, or why nothing comes of it; a listener is told in `steps`."""
        if outcome.failure:
            return getattr(self.words, f"failure_{outcome.failure}")
        if outcome.loading_seconds is not None:
            seconds = int(outcome.loading_seconds)
            return self.words.spoken_loading if steps else self.words.loading(seconds=seconds)
        done, studies = len(outcome.complete), len(outcome.marks)
        if steps:
            done = (steps * done // studies) * studies // steps
        return self.words.studies_done(done=done, studies=studies)
