"""What a learner takes home of a study: table, script, notebook and figures."""

import contextlib
import threading
import time
from collections.abc import Callable
from html import escape

import streamlit as st

from exam.model.keras_script import keras_notebook, keras_script
from exam.model.own_exam import OwnExam
from exam.model.plan import Study
from exam.model.results import Mark, to_csv
from exam.page.browser import asset, load
from exam.page.sentences import fit_call
from exam.service import run_queue
from exam.service.scheduler import get_scheduler
from exam.service.usage import Follower
from exam.texts import Texts, name_of

FETCH_TIMEOUT = 20.0  # seconds, for marks that must be computed again
_fetching = threading.BoundedSemaphore(2)  # each occupies one of the server's few threads


def show_save(study: Study, own: OwnExam | None, follower: Follower, texts: Texts) -> None:
    """Buttons for the files; script and notebook mark the learners' own exam, too.

    Marks that were forgotten are computed again for `follower`.
    """
    (plan, epochs) = study
    name = f"exam-b{plan.batch_size}-e{epochs}-s{plan.student}"

    def marks() -> list[Mark]:
        known = get_scheduler().poll(plan, epochs, is_background=True, follower=follower).marks
        if len(known) > epochs:
            return known
        if not _fetching.acquire(blocking=False):
            raise TimeoutError("others wait for their files")
        try:
            ends = time.monotonic() + FETCH_TIMEOUT
            # Only for as long as the run of a file has a place.
            with run_queue.PAGES.lent_place(), contextlib.suppress(TimeoutError):
                seconds = run_queue.LONGEST_RUN_SECONDS
                return get_scheduler().fetch(plan, epochs, seconds, follower)
            return get_scheduler().fetch(plan, epochs, ends - time.monotonic(), follower)
        finally:
            _fetching.release()

    _show_download(texts.csv, f"{name}.csv", "text/csv", lambda: to_csv(marks()))
    _show_download(texts.script, f"{name}.py", "text/x-python", lambda: keras_script(study, own))
    _show_download(
        texts.notebook,
        f"{name}.ipynb",
        "application/x-ipynb+json",
        lambda: keras_notebook(study, own),
    )
    setting = f"{fit_call(study)} · {name_of(texts.student)} {plan.student}"
    load(figure_buttons(texts, name, setting))


def _show_download(label: str, name: str, media_type: str, make: Callable[[], str]) -> None:
    """A button for a file, which is made only when somebody presses it."""
    key = name.rsplit(".", 1)[1]
    st.download_button(label, make, name, media_type, on_click="ignore", key=key)


def figure_buttons(texts: Texts, name: str, setting: str) -> str:
    """Two buttons, as HTML with their script; the files are called `name`.

    Title, setting and source are written into the figure, since it may be shown anywhere.
    """
    title, source = escape(texts.title), escape(texts.source)
    data = f'data-name="{escape(name)}" data-title="{title}" data-setting="{escape(setting)}"'
    buttons = "".join(
        f'<button type="button" data-ending="{ending}" {data} data-source="{source}">'
        f"{texts.figure} {ending.upper()}</button>"
        for ending in ("svg", "png")
    )
    return f'<div class="figure-files">{buttons}</div><script>{asset("figure.js")}</script>'
