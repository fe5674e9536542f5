"""The study on the screen: sheet, curves, player, its sentence and its warnings.

The server sends what is there; the browser plays it, and asks for the rest when it needs it.
"""

import time
from collections.abc import Sequence

import streamlit as st

from exam.charts.curves import Curve, curves_figure
from exam.charts.theme import PROJECTED_WIDTH
from exam.model.results import Epoch
from exam.page import player
from exam.page.sentences import markdown_table, run_label, runs_rows, waiting, warnings
from exam.page.texts import Texts
from exam.page.visit import FIGURE, Visit, chosen_run
from exam.service.job import RETRY_SECONDS, Progress
from exam.service.scheduler import get_scheduler

WAIT_SECONDS = 0.2  # of a run of the script, so that a short study is there at once
LOADING_SECONDS = 2.0  # between two questions at the most, while Keras loads
EARLY_SECONDS = 0.5  # before the browser has played what it has, it asks for more


def show_figure(visit: Visit, words: Texts) -> None:
    """The training run of the visit that is on the screen, with the earlier ones behind it.

    It stands in a fragment, which is run again as long as something is missing.
    """
    scheduler, run = get_scheduler(), visit.run
    polled = [
        scheduler.poll(each.plan, each.epochs, is_background=True).epochs
        for each in visit.runs[:-1]
    ]
    progress = scheduler.poll(run.plan, run.epochs, wait_seconds=WAIT_SECONDS) if run else None
    marks = progress.epochs if progress else []
    sheet, curves = st.columns([5, 8], gap="small")
    with sheet:
        st.html(player.html_of_sheet(player.MAIN))
    with curves:
        _show_curves(visit, [*polled, marks], words)
    st.html(player.html_of_player(player.MAIN))
    place = st.empty()  # so that what is below it stays where it is
    if line := _line(visit, progress, words):
        place.markdown(line)
    _show_marks(visit, marks, words)
    if polled:
        rows = runs_rows(visit.runs, [*polled, marks])
        st.markdown(markdown_table(words.runs_columns, rows))
    if not run:
        return
    if len(marks) > run.epochs:
        visit.map_study(marks[-1])
    _ask_for_the_rest(visit, [*polled, marks], progress)


def _show_curves(visit: Visit, studies: Sequence[Sequence[Epoch]], words: Texts) -> None:
    ended = [
        Curve(marks, run_label(run, words))
        for run, marks in zip(visit.runs, studies, strict=False)
        if run == visit.run or len(marks) > run.epochs
    ]
    figure = curves_figure(ended, (visit.run or chosen_run()).epochs, words)
    width = PROJECTED_WIDTH if visit.is_projected else "stretch"
    st.vega_lite_chart(figure.data, figure.spec, alt=figure.alt, width=width)


def _line(visit: Visit, progress: Progress | None, words: Texts) -> str:
    """Why nothing comes, or which settings the figure shows where others are set now."""
    run = visit.run
    if not run:
        return words.ready
    if progress.failure or len(progress.epochs) <= run.epochs:
        waited = visit.waiting.seconds_without_news(FIGURE, len(progress.epochs))
        if text := waiting(progress, waited, lambda: get_scheduler().ahead_of(run.plan), words):
            return text
    if chosen_run() == run:
        return ""
    new = {f"new_{name}": value for name, value in chosen_run()._asdict().items()}
    return words.shown_is(**run._asdict(), **new)


def _show_marks(visit: Visit, marks: Sequence[Epoch], words: Texts) -> None:
    """What the browser draws and plays; each warning has a place, shown at the passes it is of."""
    shown = list(warnings(marks, words))
    for number, warning in enumerate(shown):
        st.container(key=f"warning_{number}").warning(warning.text)
    spans = [
        {"key": f"warning_{number}", "from": each.start, "until": each.end}
        for number, each in enumerate(shown)
    ]
    run = visit.run or chosen_run()  # before any, clean paper in the batches that are set
    data = player.sheet_data(marks, student=run.student, passes=run.epochs, words=words)
    data |= {"plays": bool(visit.run), "scrolls": True, "run": visit.presses}
    player.push("study", player.MAIN, data | {"batch_size": run.batch_size, "warnings": spans})


def _ask_for_the_rest(visit: Visit, studies: Sequence[Sequence[Epoch]], progress: Progress) -> None:
    """Of this run and of those that it has overtaken."""
    missing = [
        run for run, marks in zip(visit.runs, studies, strict=True) if len(marks) <= run.epochs
    ]
    if not missing:
        visit.waiting.end(FIGURE)
        return
    if progress.failure:
        visit.waiting.ask(FIGURE, at_least=RETRY_SECONDS)
        return
    known, epochs = len(progress.epochs) - 1, visit.run.epochs
    visit.plays_since = visit.plays_since or (time.monotonic() if known > 0 else 0.0)
    is_playing = 0 < known < epochs
    played_in = player.seconds_until(known, epochs) if is_playing else 0.0
    left = visit.plays_since + played_in - time.monotonic() - EARLY_SECONDS
    at_most = {"at_most": LOADING_SECONDS} if progress.loading_seconds is not None else {}
    visit.waiting.ask(FIGURE, at_least=left, **at_most)
