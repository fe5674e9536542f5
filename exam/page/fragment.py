"""Parts of the page that run alone: a press in one does not run the others, and a failure in one
leaves the others as they are.
"""

import asyncio
import contextlib
import functools
import logging
import threading
from collections.abc import Callable, Iterator

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from exam.model.exams import BrokenExams
from exam.page.language import language
from exam.page.texts import load_texts

TAKEN_SECONDS = 2.0  # at the most

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
        if getattr(get_script_run_ctx(), "fragment_ids_this_run", None):  # it runs alone
            wait_until_taken()

    return st.fragment(shown, key=key)


def wait_until_taken() -> None:
    """End a run only when Streamlit's event loop has taken what it has sent.

    If the next run is asked for just when this one has ended, Streamlit 1.67 makes a new runner for
    it, and drops what the old one has sent and the loop has not taken yet: on a busy server, the
    answer to a guess, or the word when to ask again.
    """
    with contextlib.suppress(AttributeError, RuntimeError):
        loop, is_taken = Runtime.instance()._get_async_objs().eventloop, threading.Event()
        if isinstance(loop, asyncio.AbstractEventLoop):  # AppTest has none
            loop.call_soon_threadsafe(is_taken.set)
            is_taken.wait(TAKEN_SECONDS)
