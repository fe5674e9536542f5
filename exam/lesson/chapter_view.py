"""A chapter in one run of the script: what is known of it, and what shows its blocks."""

import contextlib
import functools
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import ceil

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exam.charts.lines import has_students, pixels_beside_lines
from exam.charts.theme import PROJECTED_WIDTH, Figure
from exam.lesson.chapter import Chapter, Found
from exam.page.browser import push
from exam.page.texts import Texts
from exam.page.visit import Attempt, Visit, settings
from exam.service.experiment import Experiment, Plans
from exam.service.job import RETRY_SECONDS
from exam.service.scheduler import get_scheduler

SPOKEN_STEPS = 4  # a screen reader says so often how far an experiment is
SIDE_BY_SIDE = [5, 8]  # on a projector: words, and a figure that the last row can read


class ChapterView:
    """What the blocks of a chapter show, and the means to show it.

    `found` is None until the experiment has begun, and `numbers` is empty until it is complete.
    `answer` is the choice that the numbers support, `rounds` what a hall has guessed.
    """

    def __init__(
        self, chapter: Chapter, visit: Visit, words: Texts, rounds: Sequence[Counter[int]] = ()
    ):
        self.chapter, self.visit, self.words, self.rounds = chapter, visit, words, rounds
        self.name, self.say = chapter.name, getattr(words, chapter.name)
        self.found: Found | None = None
        self.numbers: dict = {}
        self.answer: int | None = None
        self._spoken, self._explained_pale_lines = "", False
        self._awaited: list[Experiment] = []

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Show blocks within. As long as something is missing, the browser asks again."""
        # Its place is the same in every run; a screen reader speaks it when it changes (page.js).
        live_region = st.container(key=f"{self.name}_spoken")
        yield
        live_region.markdown(self._spoken)
        if self._awaited:
            has_failed = any(experiment.failure for experiment in self._awaited)
            self.visit.waiting.ask(self.name, at_least=RETRY_SECONDS if has_failed else 0.0)
        else:
            self.visit.waiting.end(self.name)

    def look_up(self, attempt: Attempt) -> None:
        """Have what was found of the attempt; from now on, the experiment has begun."""
        chapter, self.found = self.chapter, Found(attempt, self.rounds)
        self.follow(self.found)
        if self.found.is_complete:
            self.numbers = chapter.numbers(self.found)
            self.answer = chapter.answer(self.numbers) if chapter.answer else None
            self._spoken = self.measured

    def follow(self, experiment: Experiment) -> None:
        """Poll an experiment, and poll it again until it is complete."""
        experiment.poll(get_scheduler())
        if not experiment.is_complete:
            self._awaited.append(experiment)

    @functools.cached_property
    def known(self) -> Found:
        """What an experiment that has not begun has found: the studies that are known before."""
        found = Found(Attempt(self.chapter.plans(settings())))
        known = {n: plan for n, plan in found.plans.items() if n[0] == self.chapter.known}
        found.marks |= self.at_once(known).marks
        return found

    def at_once(self, plans: Plans) -> Experiment:
        """An experiment that begins when the chapter is opened, without a guess."""
        self.follow(experiment := Experiment(plans))
        return experiment

    def has(self, due: str) -> bool:
        """Whether the experiment is "begun" or "complete"; "always" and "known" are true."""
        is_complete, has_begun = bool(self.numbers), self.found is not None
        return {"always": True, "known": True, "begun": has_begun, "complete": is_complete}[due]

    @property
    def measured(self) -> str:
        """The numbers in words, without marks; "" until they are there."""
        return self.say.measured(**self.numbers).replace("**", "") if self.numbers else ""

    def figure(self, figure: Figure) -> None:
        if figure.title:
            st.markdown(figure.title)
        is_projected = self.visit.is_projected
        width = PROJECTED_WIDTH if is_projected else "stretch"
        st.vega_lite_chart(figure.data, figure.spec, alt=figure.alt, width=width)
        if has_students(figure) and not (is_projected or self._explained_pale_lines):
            st.caption(self.words.pale_lines)
            self._explained_pale_lines = True

    def figure_to_draw_in(self, figure: Figure, name: str) -> None:
        """In its axes a guess can be drawn before the answer, which is kept by that name."""
        push("sketch", name, pixels_beside_lines(figure), self.words.your_guess)
        with st.container(key=f"{name}_{'drawn' if self.found else 'drawing'}"):
            self.figure(figure)
            if not self.found:
                st.caption(self.say.draw)

    def choose(self, options: Mapping[str, str]) -> str:
        """One of several ways to look at a figure, each by the key of its text."""
        return st.segmented_control(
            self.say.option_label,
            options,
            default=next(iter(options)),
            required=True,
            format_func=lambda option: getattr(self.say, options[option]),
            key=f"{self.name}_option",
        )

    def show_progress(self, experiment: Experiment) -> None:
        """How far it is, or why nothing comes of it."""
        words, studies = self.words, len(experiment.marks)
        done = len(experiment.complete)
        if experiment.failure:
            self._spoken = getattr(words, f"failure_{experiment.failure}")
            st.markdown(self._spoken)
            return
        if experiment.loading_seconds is not None:
            self._spoken = words.spoken_loading
            text = words.loading(seconds=int(experiment.loading_seconds))
        else:
            in_steps = (SPOKEN_STEPS * done // studies) * studies // SPOKEN_STEPS
            self._spoken = words.studies_done(done=in_steps, studies=studies)
            text = words.studies_done(done=done, studies=studies)
            if done and isinstance(experiment, Found):
                took = time.monotonic() - experiment.attempt.began
                text += words.seconds_left(seconds=ceil(took / done * (studies - done)))
        st.progress(done / studies, text)


def begin_attempt(visit: Visit, chapter: Chapter, choice: int | None) -> None:
    """With what is set now: a slider may have been moved since the chapter was drawn.

    Nothing begins where there is nothing to study yet: an exam of one's own must be written first.
    """
    name, plans = chapter.name, chapter.plans(settings())
    if not plans:
        return
    visit.observer.see(name)
    visit.begun[name] += 1
    first = visit.first_choices.setdefault(name, choice)
    visit.attempts[name] = Attempt(plans, choice, visit.begun[name], first, time.monotonic())


def show_chapter(chapter: Chapter, visit: Visit, words: Texts) -> None:
    """The chapter as the page shows it: every block that is due."""
    view = ChapterView(chapter, visit, words)
    if visit.reveals and chapter.plans and not visit.begun[chapter.name]:
        begin_attempt(visit, chapter, chapter.middle_pass)  # without a guess, as the address asks
    with view.shown():
        if attempt := visit.attempts.get(chapter.name):
            view.look_up(attempt)
        for block in chapter.blocks:
            if view.has(block.due):
                block.show(view)


def side_by_side() -> tuple[DeltaGenerator, DeltaGenerator]:
    """On a projector, a place for words, and one for a figure beside them."""
    left, right = st.columns(SIDE_BY_SIDE, gap="medium")
    return left.container(key="aside"), right
