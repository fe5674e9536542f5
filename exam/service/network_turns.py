"""A round robin over networks, for what waits for the one thread that answers everybody."""

from collections import OrderedDict
from collections.abc import Callable, Sized
from typing import Generic, TypeVar

Waiting = TypeVar("Waiting", bound=Sized)


class NetworkTurns(Generic[Waiting]):
    """A collection of waiting items per network, whose order within is up to the caller."""

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
