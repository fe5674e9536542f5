"""Parts of the page that run alone: what is pressed in one runs no other, and none takes another
down with it."""

import contextlib
import functools
import logging
from collections.abc import Callable, Iterator

import streamlit as st

from exam.model.exams import BrokenExams
from exam.page.language import language
from exam.page.texts import load_texts

_log = logging.getLogger("exam")


@contextlib.contextmanager
def politely() -> Iterator[None]:
    """Where something fails, a sentence on the page and a traceback in the log."""
    try:
        yield
    except Exception as error:
        _log.exception("The page failed")
        words = load_texts(language())
        st.error(words.failure_exams if isinstance(error, BrokenExams) else words.failed)


def fragment(show: Callable[..., None], key: str | None = None) -> Callable[..., None]:
    """A part that Streamlit can run alone; by its key, a callback can have it run."""

    @functools.wraps(show)
    def shown(*args) -> None:
        with politely():
            show(*args)

    return st.fragment(shown, key=key)
