"""Fragments: parts of the page that rerun alone, and fail alone."""

import asyncio
import contextlib
import functools
import logging
import threading
from collections.abc import Callable, Iterator
from typing import ParamSpec

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from exam.model.exams import BrokenExams
from exam.page.language import language
from exam.texts import load_texts

FLUSH_TIMEOUT = 2.0  # seconds

Arguments = ParamSpec("Arguments")
_log = logging.getLogger("exam")


@contextlib.contextmanager
def errors_as_text() -> Iterator[None]:
    """Turn an error into a sentence on the page, and a traceback in the log."""
    try:
        yield
    except Exception as error:
        _log.exception("The page failed")
        texts = load_texts(language())
        st.error(texts.failure.exams if isinstance(error, BrokenExams) else texts.failed)


def fragment(
    show: Callable[Arguments, None], key: str | None = None
) -> Callable[Arguments, object]:
    """Make `show` a fragment; by its key, a callback can rerun it."""

    @functools.wraps(show)
    def shown(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        with errors_as_text():
            show(*args, **kwargs)
        wait_until_flushed()

    return st.fragment(shown, key=key)


def rerun(*keys: str) -> None:
    """Rerun the fragments of these keys and nothing else; to be called by a callback."""
    try:
        st.rerun(list(keys))
    except StreamlitAPIException:  # the last run was interrupted before these fragments existed
        st.rerun()


def runs_alone() -> bool:
    """Whether a part of the page runs, and not the whole page."""
    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)


def wait_until_flushed() -> None:
    """Wait until Streamlit's event loop has sent what this run has written.

    If the next run is asked for just as this one ends, Streamlit 1.67 creates a new runner for it,
    and drops what the old one has written but the loop has not sent: on a busy server, that may be
    the response to a guess, or the time of the next poll.
    """
    with contextlib.suppress(AttributeError, RuntimeError):
        loop, is_flushed = Runtime.instance()._get_async_objs().eventloop, threading.Event()
        if isinstance(loop, asyncio.AbstractEventLoop):  # AppTest has none
            loop.call_soon_threadsafe(is_flushed.set)
            is_flushed.wait(FLUSH_TIMEOUT)
