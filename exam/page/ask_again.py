"""Polling: the server says when the browser reruns a fragment.

No run of the script waits for a study longer than 0.2 s. It sends the marks so far and ends; the
browser reruns the fragment after a delay that the server has sent along, or on an event. So
whatever else is pressed is answered at once.
"""

import itertools
import time

import streamlit as st

from exam.page.browser import asset

SHORTEST_DELAY, LONGEST_DELAY = 0.3, 5.0  # seconds
FIRST_DELAY = 1.0  # at most: the scheduler soon gives up a study that was asked for only once
BACKOFF = 3  # the next delay is a third of the time that has passed since the first

_ask = st.components.v2.component("ask_again", js=asset("ask_again.js"), isolate_styles=False)
_numbers = itertools.count()  # Streamlit sends only data that differs from what was sent before


def ask_again(key: str, seconds: float | None = None, *, unless: str = "", on: str = "") -> None:
    """Have the browser rerun this fragment after so many seconds, or on an event, or both.

    The delay begins again while the document has a data attribute named by `unless`. `on` is a
    DOM event: "line-back" when a lost connection is back (page.js), "study-runs-out" when the
    player has little left to play (player.js), "hall-…" for what happens in a room (follow.js).
    """
    data = {"seconds": seconds, "number": next(_numbers), "unless": unless, "on": on}
    _ask(key=f"ask_{key}", data=data, on_now_change=_nothing)


def _nothing() -> None:
    """Streamlit lets the browser report a change only if there is a callback for it."""


class Waiting:
    """Since when each part of a visit waits for a study."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def ask(
        self,
        key: str,
        *,
        at_least: float = 0.0,
        at_most: float = LONGEST_DELAY,
        unless: str = "",
        on: str = "",
    ) -> None:
        """Ask again, soon at first, and at longer intervals the longer the part waits."""
        if key not in self._since:
            at_least = min(at_least, FIRST_DELAY)
        waited = time.monotonic() - self._since.setdefault(key, time.monotonic())
        delay = min(max(SHORTEST_DELAY, waited / BACKOFF), at_most)
        ask_again(key, max(delay, at_least), unless=unless, on=on)

    def end(self, key: str) -> None:
        """The part has what it waited for, or will wait for something else."""
        self._since.pop(key, None)
