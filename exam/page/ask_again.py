"""The only way to wait: the browser asks again when the server has said that it should.

No run of the script waits for a study. It asks for it, sends what there is, and ends; with it goes
a delay, after which the browser runs the fragment again, or an event. So whatever else is pressed
is answered at once.
"""

import itertools
import time

import streamlit as st

from exam.page.browser import asset

SOON, SELDOM = 0.3, 5.0  # seconds until the next question, the first time and at the most
PATIENCE = 3  # the next question comes after a third of the time that has been waited

_ask = st.components.v2.component("ask_again", js=asset("ask_again.js"), isolate_styles=False)
_numbers = itertools.count()  # Streamlit sends only data that differs from what was sent before


def ask_again(key: str, seconds: float | None = None, *, unless: str = "", on: str = "") -> None:
    """Have the browser run this fragment again after so many seconds, or on an event.

    `unless` the document has a data attribute of that name: then it looks again later. `on` names
    the event: "line-back" when a lost connection is back (page.js), "hall-…" what happens in a room
    (follow.js).
    """
    data = {"seconds": seconds, "number": next(_numbers), "unless": unless, "on": on}
    _ask(key=f"ask_{key}", data=data, on_now_change=_nothing)


def _nothing() -> None:
    """Streamlit lets the browser report a change only if there is a callback for it."""


class Waiting:
    """What the parts of a visit wait for: since when, and when something last came."""

    def __init__(self):
        self._since: dict[str, float] = {}
        self._news: dict[str, tuple[int, float]] = {}

    def ask(self, key: str, *, at_least: float = 0.0, at_most: float = SELDOM) -> None:
        """Ask again soon at first, and the more seldom the longer it takes."""
        waited = time.monotonic() - self._since.setdefault(key, time.monotonic())
        ask_again(key, max(min(max(SOON, waited / PATIENCE), at_most), at_least))

    def seconds_without_news(self, key: str, known: int) -> float:
        """How long ago `known`, the number of marks that have come, last changed."""
        now = time.monotonic()
        if self._news.get(key, (-1, now))[0] != known:
            self._news[key] = known, now
        return now - self._news[key][1]

    def end(self, key: str) -> None:
        """It has come, or something else is waited for from now on."""
        self._since.pop(key, None)
        self._news.pop(key, None)
