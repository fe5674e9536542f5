"""What every chapter does alike: ask for a guess, run the experiment, set the rule beside it."""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from types import SimpleNamespace

import pyarrow as pa
import streamlit as st

from exam.experiments import Experiment
from exam.frames import take_turn
from exam.listeners import Listeners
from exam.plans import Plan
from exam.projector import magnified
from exam.results import Epoch

FRAME_SECONDS = 0.3  # no faster: thirty lines in one chart keep a browser busy
Wanted = Mapping[Hashable, tuple[Plan, int]]  # by name: who studies what, and how many epochs


class Chapter:
    """One chapter in one run of the page; what lasts between runs is in `kept`, its experiments.

    `say` holds the chapter's texts and `words` those of the whole page; `settings` are the
    sliders of the first screen, and `marks` is the study that is drawn there. `on_setting` is to
    be called when a setting of the chapter's own has changed.
    """

    def __init__(
        self,
        name: str,
        *,
        words: SimpleNamespace,
        lang: str,
        settings: dict[str, int],
        marks: Sequence[Epoch],
        kept: dict[str, Experiment],
        on_setting: Callable[[], None],
        is_alone: bool = False,
        is_projected: bool = False,
    ):
        self.name, self.words, self.lang = name, words, lang
        self.settings, self.marks = settings, marks
        self.on_setting, self.is_alone = on_setting, is_alone
        self._is_projected = is_projected
        self.say = getattr(words, name)
        self.experiment: Experiment | None = kept.get(name)
        self.measured: Callable[[], str] = str
        self._kept, self._at_once = kept, f"{name}_at_once"
        self._followed: list[Experiment] = []
        self._redraw: list[Callable[[], None]] = []
        self._is_stale, self._next_frame = False, 0.0
        self._listeners = Listeners(name)

    # What a chapter is written with.

    def ask(self, wanted: Wanted, measured: Callable[[], str]) -> Experiment | None:
        """Ask for a guess and offer to find out; from then on, the experiment.

        `measured` gives the sentence that says what came of it, once it is complete.
        """
        if self.experiment is None:
            guess = st.radio(
                f"**{self.say.question}**",
                range(len(self.say.choices)),
                index=None,
                format_func=lambda choice: self.say.choices[choice],
                key=f"{self.name}_guess",
            )
            if guess is None:
                st.caption(self.words.guess_first)
            self.offer(wanted, guess)
            return None
        return self.follow(measured)

    def follow(self, measured: Callable[[], str]) -> Experiment:
        """The experiment that has begun; the page looks for its news."""
        self.measured = measured
        if self.experiment.is_running:
            self._followed.append(self.experiment)
        return self.experiment

    def offer(self, wanted: Wanted, guess: int | None) -> None:
        """The button that begins the experiment, once there is a guess."""
        st.button(
            self.say.press,
            type="primary",
            key=f"{self.name}_begin",
            disabled=guess is None,
            on_click=self._kept.update,
            args=({self.name: Experiment(wanted, guess)},),
        )

    def at_once(self, wanted: Wanted) -> Experiment:
        """An experiment that needs no guess and begins when the chapter is opened."""
        experiment = self._kept.get(self._at_once)
        if experiment is None or experiment.wanted != wanted:
            experiment = self._kept[self._at_once] = Experiment(wanted)
        if experiment.is_running:
            self._followed.append(experiment)
        return experiment

    def figure(self, spec: dict, data: Callable[[], pa.Table], alt: str) -> None:
        """A chart of what is there; while the experiment runs, it grows."""
        if self.experiment and self.experiment.is_complete:
            alt = f"{alt} {self.measured().replace('**', '')}"
        if self._is_projected:
            spec = magnified(spec)
        chart = st.vega_lite_chart(data(), spec, alt=alt, width="stretch")
        draw = chart.vega_lite_chart
        self._redraw.append(lambda: draw(data(), spec, alt=alt, width="stretch"))

    def sheet(self, spec: dict, data: pa.Table, alt: str) -> None:
        """A marked sheet, as large as it is everywhere."""
        if self._is_projected:
            spec = magnified(spec, taller=1.0)
        st.vega_lite_chart(data, spec, alt=alt, width="stretch")

    def conclude(self, guess: str = "", title: str = "") -> None:
        """The guess, what was measured, and the rule; until then, how far the experiment is."""
        experiment = self.experiment or self._kept[self._at_once]
        if experiment.is_complete:
            with st.container(key=f"{self.name}_conclusion"):
                yours, found = st.columns([1, 3], gap="medium")
                guess = guess or self.say.choices[experiment.guess]
                yours.markdown(f"**{title or self.words.your_guess}**\n\n{guess}")
                found.markdown(f"**{self.words.measured}**\n\n{self.measured()}")
                found.markdown(self.say.rule)
            self._offer_again()
        else:
            self.wait_for(experiment)

    def wait_for(self, experiment: Experiment) -> None:
        """How far an experiment is, or why it came to nothing."""
        line = st.markdown(self._progress(experiment))
        self._redraw.append(lambda: line.markdown(self._progress(experiment)))
        if not experiment.is_running:
            self._offer_again()

    # What the page does with it while an experiment runs.

    @property
    def is_running(self) -> bool:
        return any(experiment.is_running for experiment in self._followed)

    def tell(self) -> None:
        """Tell listeners how far the experiment is, quarter by quarter, and what was measured."""
        experiment = self.experiment or self._kept.get(self._at_once)
        if experiment is None:
            text = ""
        elif experiment.is_complete:
            text = self.measured().replace("**", "")
        elif experiment.is_running and experiment.loading_seconds is not None:
            text = self.words.spoken_loading
        else:
            text = self._progress(experiment, steps=4)
        self._listeners.tell(text)

    def advance(self, classroom) -> None:
        """Look for news, and draw what there is."""
        has_news = [experiment.advance(classroom) for experiment in self._followed]
        self._is_stale |= any(has_news)
        self._is_stale |= any(each.loading_seconds is not None for each in self._followed)
        if self._is_stale and time.monotonic() >= self._next_frame:
            rest = take_turn(self._draw_again)
            self._is_stale = False
            self._next_frame = time.monotonic() + max(FRAME_SECONDS, rest)

    def _draw_again(self) -> None:
        for draw in self._redraw:
            draw()
        self.tell()

    def _offer_again(self) -> None:
        st.button(self.words.again, key=f"{self.name}_again", on_click=self._forget)

    def _forget(self) -> None:
        self._kept.pop(self.name, None)
        self._kept.pop(self._at_once, None)
        st.session_state.pop(f"{self.name}_guess", None)

    def _progress(self, experiment: Experiment, steps: int | None = None) -> str:
        if experiment.trouble:
            return getattr(self.words, f"trouble_{experiment.trouble}")
        if experiment.loading_seconds is not None:
            return self.words.loading(seconds=int(experiment.loading_seconds))
        done, studies = len(experiment.complete), len(experiment.wanted)
        if steps:
            done = (steps * done // studies) * studies // steps
        return self.words.studies_done(done=done, studies=studies)
