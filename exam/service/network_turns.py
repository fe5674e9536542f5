"""What waits for the one thread that answers everybody: of each network in turn."""

from collections import OrderedDict
from collections.abc import Callable, Sized
from typing import Generic, TypeVar

Waiting = TypeVar("Waiting", bound=Sized)


class NetworkTurns(Generic[Waiting]):
    """Collections of what waits, one for each network, in an order that is the caller's."""

    def __init__(self, make: Callable[[], Waiting]) -> None:
        self._make = make
        self._waiting: OrderedDict[str, Waiting] = OrderedDict()  # the next network comes first

    def of(self, network: str) -> Waiting:
        """What waits of that network; the caller may change it."""
        return self._waiting.setdefault(network, self._make())

    def next(self) -> Waiting | None:
        """What waits of the network whose turn it is, and is not empty; None if nothing waits."""
        while self._waiting:
            network, waiting = self._waiting.popitem(last=False)
            if waiting:
                self._waiting[network] = waiting
                return waiting
        return None

    def longest(self) -> Waiting:
        """Of the network of which the most waits; of equals, of the one whose turn was last."""
        return max(reversed(self._waiting.values()), key=len)
