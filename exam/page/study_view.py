"""The study on the first screen: the sheet, the curves, the player, and what is said of them.

The server sends what is there; the browser plays it.
"""

import time

import streamlit as st

from exam.charts.curves import Curve, curves_figure
from exam.charts.theme import PROJECTED_WIDTH
from exam.model.results import Epoch
from exam.page import player
from exam.page.sentences import markdown_table, run_label, runs_rows, waiting, warnings
from exam.page.texts import Texts
from exam.page.visit import Visit, chosen_run
from exam.service.job import Progress
from exam.service.scheduler import get_scheduler


class StudyView:
    """The training run of the visit that is on the screen, with the earlier ones behind it."""

    def __init__(self, visit: Visit, words: Texts):
        self.visit, self.words, self.run = visit, words, visit.run
        scheduler = get_scheduler()
        self._earlier = [
            scheduler.poll(run.plan, run.epochs, is_background=True).epochs
            for run in visit.runs[:-1]
        ]
        self._progress = scheduler.poll(self.run.plan, self.run.epochs) if self.run else None
        self._last_news = time.monotonic()

    @property
    def marks(self) -> list[Epoch]:
        return self._progress.epochs if self._progress else []

    @property
    def is_running(self) -> bool:
        progress = self._progress
        return bool(self.run) and not progress.failure and len(self.marks) <= self.run.epochs

    def show(self) -> None:
        sheet, curves = st.columns([5, 8], gap="small")
        with sheet:
            st.html(player.html_of_sheet(player.MAIN))
        self._chart = curves.empty()
        st.html(player.html_of_player(player.MAIN))
        self._line = st.empty()
        self._warnings, self._warning_places = st.container(), []
        self._data = st.empty()
        self._runs = st.empty() if self._earlier else None
        self._send()

    def advance(self, wait_seconds: float) -> None:
        """Wait for news, for the first pass or for the end, and send what there is."""
        run, known = self.run, len(self.marks)
        seen = 1 if known < 2 else run.epochs
        progress = get_scheduler().poll(run.plan, run.epochs, seen=seen, wait_seconds=wait_seconds)
        has_news = len(progress.epochs) > known
        self._progress = progress
        if has_news:
            self._last_news = time.monotonic()
            self._send()
        else:
            self._say(progress)

    def _send(self) -> None:
        if self.run and len(self.marks) > self.run.epochs:
            self.visit.map_study(self.marks[-1])
        self._show_curves()
        shown = list(warnings(self.marks, self.words))
        for number in range(len(self._warning_places), len(shown)):
            place = self._warnings.container(key=f"warning_{number}").empty()
            self._warning_places.append(place)
        for place, warning in zip(self._warning_places, shown, strict=False):
            place.warning(warning.text)
        spans = [
            {"key": f"warning_{number}", "from": each.start, "until": each.end}
            for number, each in enumerate(shown)
        ]
        player.push("study", player.MAIN, self._sheet() | {"warnings": spans}, place=self._data)
        if self._runs:
            rows = runs_rows(self.visit.runs, [*self._earlier, self.marks])
            self._runs.markdown(markdown_table(self.words.runs_columns, rows))
        self._say(self._progress)

    def _say(self, progress: Progress | None) -> None:
        """Why nothing comes, or which settings the figure shows where others are set now."""
        waited = time.monotonic() - self._last_news
        text = waiting(progress, self.run.epochs, waited, self.words) if progress else ""
        if self.run and not text and chosen_run() != self.run:
            new = {f"new_{name}": value for name, value in chosen_run()._asdict().items()}
            text = self.words.shown_is(**self.run._asdict(), **new)
        if text := text or ("" if self.run else self.words.ready):
            self._line.markdown(text)
        else:
            self._line.empty()

    def _sheet(self) -> dict:
        """Of the run; before any, clean paper in the batches that are set."""
        run = self.run or chosen_run()
        data = player.sheet_data(self.marks, student=run.student, words=self.words)
        is_new = {"plays": bool(self.run), "scrolls": True, "passes": run.epochs}
        return data | is_new | {"run": self.visit.presses, "batch_size": run.batch_size}

    def _show_curves(self) -> None:
        names = [run_label(run, self.words) for run in self.visit.runs]
        curves = list(map(Curve, [*self._earlier, self.marks], names)) if self.run else []
        figure = curves_figure(curves, (self.run or chosen_run()).epochs, self.words)
        width = PROJECTED_WIDTH if self.visit.is_projected else "stretch"
        self._chart.vega_lite_chart(figure.data, figure.spec, alt=figure.alt, width=width)
