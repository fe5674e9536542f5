"""The study on the screen: sheet, curves, player, its sentence and its warnings.

The server sends what is there; the browser plays it, and asks for the rest when it needs it.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from exam.charts.curves import Curve, curves_figure
from exam.charts.pictures import sheet_picture
from exam.charts.theme import PROJECTED_WIDTH
from exam.model.results import Mark
from exam.page import player
from exam.page.ask_again import SELDOM
from exam.page.browser import push
from exam.page.sentences import (
    LONG_WAIT_SECONDS,
    markdown_table,
    run_label,
    runs_rows,
    waiting,
    warnings,
)
from exam.page.texts import Texts
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
    """The training run of the visit that is on the screen, with the earlier ones behind it.

    It stands in a fragment, which is run again as long as something is missing.
    """
    scheduler, run, student = get_scheduler(), visit.run, (visit.run or chosen_run()).student
    push("picture", student, sheet_picture(student))  # the browser keeps it
    polled = [
        scheduler.poll(each.plan, each.epochs, is_background=True).marks for each in visit.runs[:-1]
    ]
    progress = scheduler.poll(run.plan, run.epochs, wait_seconds=WAIT_SECONDS) if run else None
    marks = progress.marks if progress else []
    awaited = _awaited(visit, progress) if run and len(marks) <= run.epochs else None
    sheet, curves = st.columns([5, 8], gap="small")
    with sheet:
        st.html(player.html_of_sheet(player.MAIN))
    with curves:
        _show_curves(visit, [*polled, marks], words)
    st.html(player.html_of_player(player.MAIN))
    place = (
        st.empty()
    )  # so that the elements below keep their places whether there is a line or not
    if line := _line(visit, awaited, words):
        place.markdown(line)
    _show_marks(visit, marks, words)
    if polled:
        rows = runs_rows(visit.runs, [*polled, marks])
        st.markdown(markdown_table(words.runs_columns, rows))
    if run and not awaited:
        visit.map_study(marks[-1])
    _ask_for_the_rest(visit, polled, awaited)


def _awaited(visit: Visit, progress: Progress) -> Awaited:
    waited = visit.waiting.seconds_without_news(FIGURE, len(progress.marks))
    is_long = waited > LONG_WAIT_SECONDS
    ahead = get_scheduler().ahead_of(visit.run.plan) if is_long else 0
    return Awaited(progress, waited, ahead)


def _show_curves(visit: Visit, studies: Sequence[Sequence[Mark]], words: Texts) -> None:
    ended = [
        Curve(marks, run_label(run, words))
        for run, marks in zip(visit.runs, studies, strict=False)
        if run == visit.run or len(marks) > run.epochs
    ]
    figure = curves_figure(ended, (visit.run or chosen_run()).epochs, words)
    width = PROJECTED_WIDTH if visit.is_projected else "stretch"
    st.vega_lite_chart(figure.data, figure.spec, alt=figure.alt, width=width)


def _line(visit: Visit, awaited: Awaited | None, words: Texts) -> str:
    """Why nothing comes, or which settings the figure shows if others are set by now."""
    run = visit.run
    if not run:
        return words.ready
    if awaited and (text := waiting(*awaited, words)):
        return text
    if chosen_run() == run:
        return ""
    new = {f"new_{name}": value for name, value in chosen_run()._asdict().items()}
    return words.shown_is(**run._asdict(), **new)


def _show_marks(visit: Visit, marks: Sequence[Mark], words: Texts) -> None:
    """What the browser draws and plays. It shows each warning at the passes to which it belongs."""
    shown = list(warnings(marks, words))
    for number, warning in enumerate(shown):
        st.container(key=f"warning_{number}").warning(warning.text)
    spans = [
        {"key": f"warning_{number}", "from": each.start, "until": each.end}
        for number, each in enumerate(shown)
    ]
    run = visit.run or chosen_run()  # before any, clean paper in the batches that are set
    data = player.sheet_data(marks, student=run.student, passes=run.epochs, words=words)
    data |= {
        "picture": run.student,
        "plays": bool(visit.run),
        "scrolls": True,
        "run": visit.presses,
    }
    push("study", player.MAIN, data | {"batch_size": run.batch_size, "warnings": spans})


def _ask_for_the_rest(
    visit: Visit, polled: Sequence[Sequence[Mark]], awaited: Awaited | None
) -> None:
    """When there is likely to be more of this run, or of earlier ones that have not ended."""
    overtaken = zip(visit.runs, polled, strict=False)
    if awaited:
        visit.waiting.ask(FIGURE, **_delay(visit, awaited))
    elif any(len(marks) <= run.epochs for run, marks in overtaken):
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
