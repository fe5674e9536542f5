"""The study on the screen: sheet, curves, player, its sentence and its warnings.

The server sends what is there; the browser plays it, and asks for the rest when it needs it.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from exam.charts.curves import PANEL_HEIGHT, PROJECTED_HEIGHT, Curve, curves_figure
from exam.charts.pictures import sheet_picture
from exam.charts.theme import PROJECTED_WIDTH
from exam.model.results import Mark
from exam.page import player
from exam.page.ask_again import SELDOM
from exam.page.browser import push
from exam.page.sentences import (
    LONG_WAIT_SECONDS,
    html_table,
    run_label,
    runs_rows,
    waiting,
    warnings,
)
from exam.page.texts import Texts
from exam.page.training_run import EARLIER_RUNS, TrainingRun
from exam.page.visit import FIGURE, Visit, chosen_run
from exam.service.job import RETRY_SECONDS, Progress
from exam.service.scheduler import get_scheduler

WAIT_SECONDS = 0.2  # of a run of the script, so that a short study is there at once
# The shortest times until the browser asks for more: before the first pass, while it plays, and for
# each study that comes before this one.
FIRST_SECONDS, NEXT_SECONDS, SECONDS_OF_EACH = 0.3, 0.7, 0.1
LOADING_SECONDS = 2.0  # at the most, while Keras loads
EARLY_SECONDS = 0.5  # before the browser has played what it has, it asks for more


class Awaited(NamedTuple):
    """Why the study on the screen is not there, where it is not."""

    progress: Progress
    waited_seconds: float  # since the last news of it
    ahead: int  # studies that come first; counted only where one has to wait


def show_figure(visit: Visit, words: Texts) -> None:
    """The study of what is set, if it was begun, with the earlier ones behind it.

    Otherwise clean paper in the batches that are set. It stands in a fragment, which is run again
    as long as something is missing.
    """
    chosen = chosen_run()
    run = visit.run if visit.run == chosen else None
    push("picture", chosen.student, sheet_picture(chosen.student))  # the browser keeps it
    earlier = [(each, _poll_earlier(each)) for each in visit.runs if each != run]
    ended = [(each, found) for each, found in earlier if len(found) > each.epochs]
    progress = _poll(run) if run else None
    marks = progress.marks if progress else []
    awaited = _awaited(visit, progress) if run and len(marks) <= run.epochs else None
    sheet, curves = st.columns([5, 8], gap="small")
    with sheet:
        st.html(player.html_of_sheet(player.MAIN))
    with curves:
        _show_curves(visit, [*ended[-EARLIER_RUNS:], (chosen, marks)], words)
    st.html(player.html_of_player(player.MAIN))
    place = st.empty()  # whether there is a line or not, the elements below keep their places
    if line := _line(visit, awaited, words):
        place.markdown(line)
    st.html(player.html_of_missed(player.MAIN, words))
    _show_marks(visit, marks, words)
    if earlier:
        rows = runs_rows([*ended, (chosen, marks)])
        with st.container(key="runs"):
            st.html(html_table(words.runs_columns, rows))
    if run and not awaited:
        visit.map_study(marks[-1])
    _ask_for_the_rest(visit, awaited, is_missing=len(ended) < len(earlier))


def _poll_earlier(run: TrainingRun) -> list[Mark]:
    return get_scheduler().poll(run.plan, run.epochs, is_background=True).marks


def _poll(run: TrainingRun) -> Progress:
    return get_scheduler().poll(run.plan, run.epochs, wait_seconds=WAIT_SECONDS)


def _awaited(visit: Visit, progress: Progress) -> Awaited:
    waited = visit.waiting.seconds_without_news(FIGURE, len(progress.marks))
    is_long = waited > LONG_WAIT_SECONDS
    ahead = get_scheduler().ahead_of(visit.run.plan) if is_long else 0
    return Awaited(progress, waited, ahead)


def _show_curves(
    visit: Visit, studies: Sequence[tuple[TrainingRun, Sequence[Mark]]], words: Texts
) -> None:
    curves = [Curve(marks, run_label(run, words)) for run, marks in studies]
    width, height = "stretch", PANEL_HEIGHT
    if visit.is_projected:
        width, height = PROJECTED_WIDTH, PROJECTED_HEIGHT
    figure = curves_figure(curves, chosen_run().epochs, words, panel_height=height)
    st.vega_lite_chart(figure.data, figure.spec, alt=figure.alt, width=width)


def _line(visit: Visit, awaited: Awaited | None, words: Texts) -> str:
    """Why nothing comes, or what is to be pressed."""
    if not visit.run:
        return words.ready
    if visit.run != chosen_run():
        return words.ready_again(**chosen_run()._asdict())
    return waiting(*awaited, words) if awaited else ""


def _show_marks(visit: Visit, marks: Sequence[Mark], words: Texts) -> None:
    """What the browser draws and plays. It shows each warning at the passes to which it belongs."""
    shown = list(warnings(marks, words))
    for number, warning in enumerate(shown):
        st.container(key=f"warning_{number}").warning(warning.text)
    spans = [
        {"key": f"warning_{number}", "from": each.start, "until": each.end}
        for number, each in enumerate(shown)
    ]
    run = chosen_run()
    data = player.study_data(run, marks, words)
    data |= {"picture": run.student, "scrolls": True, "warnings": spans}
    push("study", player.MAIN, data | {"plays": run == visit.run, "run": visit.presses})


def _ask_for_the_rest(visit: Visit, awaited: Awaited | None, *, is_missing: bool) -> None:
    """When there is likely to be more of this run, or of earlier ones that have not ended."""
    if awaited:
        visit.waiting.ask(FIGURE, **_delay(visit, awaited))
    elif is_missing:
        visit.waiting.ask(FIGURE)
    else:
        visit.waiting.end(FIGURE)


def _delay(visit: Visit, awaited: Awaited) -> dict[str, float]:
    progress, known = awaited.progress, len(awaited.progress.marks) - 1
    if progress.failure:
        return {"at_least": RETRY_SECONDS}
    if progress.loading_seconds is not None:
        return {"at_most": LOADING_SECONDS}
    turn = min(SELDOM, awaited.ahead * SECONDS_OF_EACH)
    if known < 1:
        return {"at_least": max(FIRST_SECONDS, turn)}
    visit.plays_since = visit.plays_since or time.monotonic()
    played_in = player.seconds_until(known, visit.run.epochs) - EARLY_SECONDS
    return {"at_least": max(NEXT_SECONDS, turn, visit.plays_since + played_in - time.monotonic())}
