"""What a learner takes home of a study: table, script, notebook, page, and figures."""

import csv
import io
from collections.abc import Callable
from html import escape

import streamlit as st

from exam.model.keras_script import keras_notebook, keras_script
from exam.model.results import to_csv
from exam.page.assets import asset
from exam.page.recording import recording
from exam.page.sentences import fit_call, name_of
from exam.page.texts import Texts
from exam.page.training_run import TrainingRun
from exam.service.room import Room
from exam.service.scheduler import get_scheduler

FEW = 5  # fewer guesses than this are not told apart
FILE_SECONDS = 20.0  # the longest wait for results that must be computed again


def show_save(run: TrainingRun, words: Texts) -> None:
    name = "exam-b{batch_size}-e{epochs}-s{student}".format(**run._asdict())
    for label, ending, kind, make in _files(run, words):
        # Made only when it is wanted, and not for every learner after every study.
        st.download_button(label, make, f"{name}.{ending}", kind, on_click="ignore", key=ending)
    setting = f"{fit_call(run.batch_size, run.epochs)} · {name_of(words.student)} {run.student}"
    buttons = figure_buttons(words, name, setting)
    st.html(buttons, unsafe_allow_javascript=True, width="content")


def _files(run: TrainingRun, words: Texts) -> list[tuple[str, str, str, Callable[[], str | bytes]]]:
    """Label, ending, media type and maker of each file; a maker holds no results of its own."""
    scheduler, study = get_scheduler(), (run.plan, run.epochs, FILE_SECONDS)
    fetch, settings = lambda: scheduler.fetch(*study), run._asdict()
    return [
        (words.csv, "csv", "text/csv", lambda: to_csv(fetch())),
        (words.script, "py", "text/x-python", lambda: keras_script(**settings)),
        (words.notebook, "ipynb", "application/x-ipynb+json", lambda: keras_notebook(**settings)),
        (words.save_html, "html", "text/html", lambda: recording(run, fetch(), words)),
    ]


def show_room_files(room: Room, words: Texts) -> None:
    """What the hall has guessed, as a table in which nobody is recognised."""
    label, name = words.room_csv, f"exam-room-{room.code}.csv"
    make = lambda: votes_csv(room, words).encode("utf-8-sig")  # noqa: E731  so Excel reads Korean
    st.download_button(label, make, name, "text/csv", on_click="ignore", key="room_csv")


def votes_csv(room: Room, words: Texts) -> str:
    """Chapter, round, what was guessed (a choice or a number) and how often, "<5" below five."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("chapter", "round", "guess", "count"))
    for chapter, number, choice, count in room.votes():
        say = getattr(words, chapter)
        guess = say.choices[choice] if hasattr(say, "choices") else choice
        writer.writerow((say.title, number, guess, f"<{FEW}" if count < FEW else count))
    return table.getvalue()


def figure_buttons(words: Texts, name: str, setting: str) -> str:
    """Two buttons, as HTML with the script behind them; the files are called `name`.

    Title, setting and source are written into the figure: it may come to stand anywhere.
    """
    said = {"name": name, "title": words.title, "setting": setting, "source": words.source}
    data = " ".join(f'data-{key}="{escape(value)}"' for key, value in said.items())
    buttons = "".join(
        f'<button type="button" data-ending="{ending}" {data}>{words.figure} {ending.upper()}'
        "</button>"
        for ending in ("svg", "png")
    )
    return f'<div class="figure-files">{buttons}</div><script>{asset("figure.js")}</script>'
