"""What waits for the one thread that answers everybody: within a network, and over networks."""

import itertools
from collections import OrderedDict
from collections.abc import Callable, Sized
from typing import Any, Generic, TypeVar

Waiting = TypeVar("Waiting", bound=Sized)
Item = TypeVar("Item")


class InOrder(list[Item]):
    """What waits in one network, in the order in which it came."""

    def __init__(self, rank: Callable[[Item], Any], longest_wait_every: int) -> None:
        super().__init__()
        self._rank, self._longest_wait_every = rank, longest_wait_every
        self._turns = itertools.count(1)

    def take(self, *, newest_first: bool = False) -> Item:
        """The one with the lowest rank; every so many turns the one that has waited longest.

        Of several with the lowest rank, it is the oldest one, or the newest.
        """
        is_longest = next(self._turns) % self._longest_wait_every == 0
        by_age = reversed(self) if newest_first else self
        item = self[0] if is_longest else min(by_age, key=self._rank)
        self.remove(item)
        return item


class NetworkTurns(Generic[Waiting]):
    """A round robin over networks, with a collection of waiting items for each."""

    def __init__(self, make: Callable[[], Waiting]) -> None:
        self._make = make
        self._waiting: OrderedDict[str, Waiting] = OrderedDict()  # the next network comes first

    def of(self, network: str) -> Waiting:
        """The waiting items of that network; the caller may change the collection."""
        return self._waiting.setdefault(network, self._make())

    def next(self) -> Waiting | None:
        """The non-empty collection of the network whose turn it is; None if nothing waits."""
        while self._waiting:
            network, waiting = self._waiting.popitem(last=False)
            if waiting:
                self._waiting[network] = waiting
                return waiting
        return None

    def longest(self) -> Waiting:
        """The largest collection; among equals, that of the network whose turn was last."""
        return max(reversed(self._waiting.values()), key=len)
