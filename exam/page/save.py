"""What a learner takes home of a study: table, script, notebook and figures."""

from collections.abc import Callable
from html import escape

import streamlit as st

from exam.model.keras_script import keras_notebook, keras_script
from exam.model.own_exam import OwnExam
from exam.model.results import to_csv
from exam.page.browser import asset, load
from exam.page.sentences import fit_call, name_of
from exam.page.texts import Texts
from exam.page.training_run import TrainingRun
from exam.service.scheduler import get_scheduler

FILE_SECONDS = 20.0  # the longest wait for results that must be computed again


def show_save(run: TrainingRun, own: OwnExam | None, words: Texts) -> None:
    """Of a run; script and notebook mark the learners' own exam as well, if there is one."""
    name = "exam-b{batch_size}-e{epochs}-s{student}".format(**run._asdict())
    for label, ending, kind, make in _files(run, own, words):
        # `make` is a function, so a file is made only when somebody wants it.
        st.download_button(label, make, f"{name}.{ending}", kind, on_click="ignore", key=ending)
    setting = f"{fit_call(run.batch_size, run.epochs)} · {name_of(words.student)} {run.student}"
    load(figure_buttons(words, name, setting))


def _files(
    run: TrainingRun, own: OwnExam | None, words: Texts
) -> list[tuple[str, str, str, Callable[[], str | bytes]]]:
    """Label, ending, media type and maker of each file; a maker fetches the marks when called."""
    scheduler, study = get_scheduler(), (run.plan, run.epochs, FILE_SECONDS)
    fetch, settings = lambda: scheduler.fetch(*study), run._asdict() | {"own": own}
    return [
        (words.csv, "csv", "text/csv", lambda: to_csv(fetch())),
        (words.script, "py", "text/x-python", lambda: keras_script(**settings)),
        (
            words.notebook,
            "ipynb",
            "application/x-ipynb+json",
            lambda: keras_notebook(**settings),
        ),
    ]


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
