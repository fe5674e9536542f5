"""A chapter in one run of the script: what is known of its experiment, and how blocks are shown."""

import contextlib
import functools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Literal

import streamlit as st

from exam.charts.lines import has_students
from exam.charts.theme import Figure
from exam.lesson.chapter import Chapter, Experiment, Numbers
from exam.page.browser import push
from exam.page.visit import Visit, settings
from exam.rooms.votes import Rounds
from exam.service.experiment import Attempt, Studies
from exam.service.job import RETRY_SECONDS
from exam.service.scheduler import get_scheduler
from exam.texts import Texts

SPOKEN_STEPS = 4  # how many times a screen reader says how far an experiment is
PROJECTED_HEIGHT = 200  # of a chart, in pixels, until the browser has measured its place

# When a block is shown: "always" (before the guess, with the known studies only); "known" (the
# same, but no guess is drawn into it); or once the experiment is "begun" or "complete".
Due = Literal["always", "known", "begun", "complete"]


@dataclass(frozen=True)
class Block:
    """A part of a chapter. Subclasses say when it is `due`, and `show` it."""

    due: Due = field(default="always", kw_only=True)

    def show(self, view: "ChapterView") -> None:
        raise NotImplementedError


class ChapterView:
    """The state of a chapter for its blocks, and the elements with which they show it.

    `experiment` is None until it has begun, and `numbers` is empty until it is complete. `answer`
    is the choice that the numbers support; `rounds` are the guesses of a hall, if there is one.
    `chosen` is the option that was last chosen in one of its blocks, or "".
    """

    def __init__(self, chapter: Chapter, visit: Visit, texts: Texts, rounds: Rounds = ()):
        self.chapter, self.visit, self.texts, self.rounds = chapter, visit, texts, rounds
        self.name, self.captions = chapter.name, texts[chapter.name]
        self.experiment: Experiment | None = None
        self.numbers: Numbers = {}
        self.answer: int | None = None
        self.chosen = ""
        self._spoken, self._has_explained_pale_lines = "", False
        self._missing: list[Experiment] = []

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Show blocks inside this. As long as marks are missing, the browser asks again."""
        # Its place is the same in every run; a screen reader speaks it when it changes (page.js).
        live_region = st.container(key=f"{self.name}_spoken")
        yield
        live_region.markdown(self._spoken)
        if self._missing:
            has_failed = any(experiment.failure for experiment in self._missing)
            self.visit.waiting.ask(self.name, at_least=RETRY_SECONDS if has_failed else 0.0)
        else:
            self.visit.waiting.end(self.name)

    def follow(self, attempt: Attempt) -> None:
        """Show the experiment of this attempt from now on."""
        experiment = self._poll(Experiment(attempt, self.rounds))
        self.experiment = experiment
        if experiment.is_complete:
            self.numbers = self.chapter.numbers(experiment)
            self.answer = self.chapter.answer(self.numbers) if self.chapter.answer else None
            self._spoken = self.measured

    @property
    def complete_experiment(self) -> Experiment:
        """The experiment, for blocks that are due when it is complete."""
        assert self.experiment is not None and self.experiment.is_complete
        return self.experiment

    @functools.cached_property
    def known(self) -> Experiment:
        """The experiment before the guess: only the studies named (known, student) have marks."""
        experiment = Experiment(Attempt(self.chapter.studies_for(settings())))
        studies = {
            name: study
            for name, study in experiment.studies.items()
            if isinstance(name, tuple) and name[0] == self.chapter.known
        }
        experiment.marks |= self.without_guess(studies).marks
        return experiment

    def without_guess(self, studies: Studies) -> Experiment:
        """An experiment whose studies begin when the chapter is opened."""
        return self._poll(Experiment(Attempt(studies)))

    def _poll(self, experiment: Experiment) -> Experiment:
        experiment.poll(get_scheduler(), self.visit.follower)
        if not experiment.is_complete:
            self._missing.append(experiment)
        return experiment

    def is_due(self, block: Block) -> bool:
        match block.due:
            case "begun":
                return self.experiment is not None
            case "complete":
                return bool(self.numbers)
            case _:
                return True

    @property
    def measured(self) -> str:
        """The sentence of the numbers without bold markers; "" until they are there."""
        if not self.numbers:
            return ""
        return self.captions.measured(**self.numbers).replace("**", "")

    def show_figure(self, figure: Figure) -> None:
        if figure.title:
            st.markdown(figure.title)
        is_projected, spec = self.visit.is_projected, figure.spec
        if is_projected:  # as high as its place on the screen (hall/steps.css)
            spec = spec | {"autosize": {"type": "fit", "contains": "padding"}}
        st.vega_lite_chart(
            figure.data,
            spec,
            alt=figure.alt,
            width="stretch",
            height=PROJECTED_HEIGHT if is_projected else "content",
        )
        if has_students(figure) and not (is_projected or self._has_explained_pale_lines):
            st.caption(self.texts.pale_lines)
            self._has_explained_pale_lines = True

    def show_figure_to_draw_in(self, figure: Figure, name: str) -> None:
        """A figure into which the guess can be drawn (sketch.js); it stays beside the answer."""
        push("sketch", self.texts.your_guess)
        with st.container(key=f"{name}_drawn"):
            self.show_figure(figure)
            if not self.experiment:
                st.container(key=f"{name}_drawing").caption(self.captions.draw)

    def choose(self, options: Mapping[str, str]) -> str:
        """One of several ways to look at a figure; `options` has the key of each one's caption."""
        first = next(iter(options))
        chosen = st.segmented_control(
            self.captions.option_label,
            options,
            default=first,
            required=True,
            format_func=lambda option: self.captions[options[option]],
            key=f"{self.name}_option",
        )
        self.chosen = chosen if chosen in options else first  # a message may choose anything
        return self.chosen

    def show_progress(self, experiment: Experiment) -> None:
        """How many studies are complete, or why none makes progress."""
        texts, studies = self.texts, len(experiment.marks)
        done = len(experiment.complete)
        if experiment.failure:
            self._spoken = texts.failure[experiment.failure]
            st.markdown(self._spoken)
            return
        if experiment.loading_seconds is not None:
            self._spoken = texts.spoken_loading
            st.progress(done / studies, texts.loading(seconds=int(experiment.loading_seconds)))
            return
        in_steps = (SPOKEN_STEPS * done // studies) * studies // SPOKEN_STEPS
        self._spoken = texts.studies_done(done=in_steps, studies=studies)
        text = texts.studies_done(done=done, studies=studies)
        if done and experiment.attempt.began:
            took = time.monotonic() - experiment.attempt.began
            text += texts.seconds_left(seconds=ceil(took / done * (studies - done)))
        st.progress(done / studies, text)


def begin_attempt(visit: Visit, chapter: Chapter, guess: int | None) -> None:
    """Begin the experiment with the current settings.

    Nothing begins if there is nothing to study yet: an exam of one's own must be written first.
    """
    if studies := chapter.studies_for(settings()):
        visit.seat.mark_seen(chapter.name)
        attempt = Attempt(studies, guess, first_guess=guess, began=time.monotonic())
        visit.begin_attempt(chapter.name, attempt)
