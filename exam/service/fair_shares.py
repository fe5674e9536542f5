"""Shares for all networks of what is scarce: a thread's time, or the workers'.

This is start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996). Each network has a clock that
goes on by what the network is charged, and the one whose clock is furthest behind comes next. After
a pause, a clock is set to the one that was last furthest behind: nothing is saved up, and nothing
is owed for what a network used while no other wanted it.

Shares are as the square roots of how many visits the networks have, up to MAX_VISITS: a hall has
more than somebody with a few addresses, and somebody with many visits no more than a hall.
"""

import time
from collections import Counter
from collections.abc import Iterable
from math import sqrt

RECENT_SECONDS = 60.0  # how long a visit counts
MAX_VISITS = 35  # that count: some of a hall have asked for nothing in the last minute
FORGET_EVERY = 5.0  # seconds


class FairShares:
    """The clock of each network. Not thread-safe by itself."""

    def __init__(self) -> None:
        self._clocks: dict[str, float] = {}
        self._last = 0.0  # the clock that was last furthest behind
        self._seen_at: dict[tuple[str, str], float] = {}  # by network and visit
        self._visits = Counter[str]()  # by network
        self._forgot_at = time.monotonic()

    def clock(self, network: str) -> float:
        """The smaller, the sooner it comes."""
        return max(self._clocks.get(network, 0.0), self._last)

    def charge(self, network: str, visit: str, amount: float) -> None:
        self.note_visit(network, visit)
        weight = sqrt(min(self._visits[network], MAX_VISITS))
        self._clocks[network] = self.clock(network) + amount / weight

    def note_visit(self, network: str, visit: str) -> None:
        """Note that the network has this visit."""
        now = time.monotonic()
        if now > self._forgot_at + FORGET_EVERY:
            self._forget(now)
        self._visits[network] += (network, visit) not in self._seen_at
        self._seen_at[network, visit] = now

    def note_turn(self, waiting: Iterable[str]) -> None:
        """To be called when one of the networks that wait has its turn, with all of them."""
        self._last = max(self._last, min(map(self.clock, waiting)))

    def _forget(self, now: float) -> None:
        self._forgot_at = now
        self._clocks = {each: at for each, at in self._clocks.items() if at > self._last}
        self._seen_at = {
            each: at for each, at in self._seen_at.items() if at > now - RECENT_SECONDS
        }
        self._visits = Counter(network for network, _ in self._seen_at)
