"""The study on the screen: its figure, its sentence, its warning; drawn again while it grows."""

import time

import streamlit as st

from exam.charts.curves import Curve, curves_spec, curves_table
from exam.charts.theme import magnified
from exam.model.overfitting import best_epoch_of
from exam.model.results import Epoch
from exam.page.live_region import LiveRegion
from exam.page.save import show_save
from exam.page.sentences import run_label, spoken, standing, waiting, warning
from exam.page.texts import Texts
from exam.page.training_run import TrainingRun
from exam.page.visit import Visit
from exam.service.job import Progress
from exam.service.scheduler import get_scheduler

POLL_SECONDS = 0.5  # the longest wait for news before the page shows that it still waits
REST = 8  # times what drawing a frame took: where many draw it takes long, and all draw less often


class StudyView:
    """The training run of the visit that is on the screen, with the earlier ones behind it."""

    def __init__(self, visit: Visit, words: Texts):
        self.visit, self.words, self.run = visit, words, visit.run
        self._known: list[Epoch] = []
        self._earlier = [self._earlier_curve(run) for run in visit.runs[:-1]]
        if self.run:
            self._known = self._poll(0.0).epochs
            self.run.ask_again(len(self._known))
        self._last_news = self._next_frame = time.monotonic()

    @property
    def is_drawing(self) -> bool:
        return self.run is not None and self.run.is_drawing

    @property
    def marks(self) -> list[Epoch]:
        """Those on the screen, epoch 0 first."""
        return self._known[: self.run.shown] if self.run else []

    def show_curves(self) -> None:
        self._chart = st.vega_lite_chart(**self._figure())

    def show_result(self, while_drawing) -> None:
        """What is said of the run, and what can be saved of it once `while_drawing` is over."""
        self._while_drawing = while_drawing
        self._line = standing(self.run, self.marks, self.words)
        self._message = st.markdown(self._line)
        self._live_region = LiveRegion("study")
        self._live_region.announce(spoken(self.run, self.marks, self.words))
        self._alarm, self._save = st.empty(), st.empty()
        self._show_warning()
        self._show_save()

    def advance(self, *, waits: bool) -> float:
        """Draw what is new; returns the seconds until the next frame. `waits` for news, if any."""
        progress = self._poll(POLL_SECONDS if waits else 0.0)
        now, self.run.failure = time.monotonic(), progress.failure
        if now >= self._next_frame and self.run.advance(len(progress.epochs)):
            self._known = progress.epochs
            self._chart.vega_lite_chart(**self._figure())
            self._show_warning()
            self.run.frame_rest = REST * (time.monotonic() - now)
            self._last_news, self._next_frame = now, now + self.run.seconds_per_frame
        self._say(progress, waited_seconds=now - self._last_news)
        if not self.is_drawing:  # here and now, for a rerun costs as much as all the frames
            self._while_drawing.empty()
            self._show_save()
        return max(0.0, self._next_frame - time.monotonic())

    def _say(self, progress: Progress, waited_seconds: float) -> None:
        line = waiting(self.run, self.marks, progress, waited_seconds, self.words)
        if line != self._line:
            self._message.markdown(line)
        self._line = line
        self._live_region.announce(spoken(self.run, self.marks, self.words, progress))

    def _poll(self, wait_seconds: float) -> Progress:
        run = self.run
        epochs, news = max(run.last_epoch, 1), {"seen": run.shown, "wait_seconds": wait_seconds}
        return get_scheduler().poll(run.plan, epochs, self.visit, **news)

    def _earlier_curve(self, run: TrainingRun) -> Curve:
        shown = max(run.shown - 1, 1)
        progress = get_scheduler().poll(run.plan, shown, self.visit, is_background=True)
        return Curve(progress.epochs, run_label(run, self.words))

    def _figure(self) -> dict:
        epochs = self.run.epochs if self.run else st.session_state.epochs
        spec = curves_spec(self.words, epochs)
        curves = [*self._earlier, Curve(self.marks)] if self.run else []
        return {
            "data": curves_table(curves, epochs, best_epoch_of(self.marks)),
            "spec": magnified(spec, taller=1.2) if self.visit.is_projected else spec,
            "alt": self.words.chart_alt(epochs=epochs),
            "width": "stretch",
        }

    def _show_warning(self) -> None:
        if text := warning(self.marks, self.words):
            self._alarm.warning(text)

    def _show_save(self) -> None:
        if self.run and self.run.shown > 1 and not self.is_drawing:
            with self._save.container(horizontal=True, vertical_alignment="center"):
                show_save(self.visit, self.words)
