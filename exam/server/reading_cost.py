"""How much thread time reading from each connection has cost recently."""

from asyncio import BaseTransport
from weakref import WeakKeyDictionary

from exam.service.decaying_sum import DecayingSum

HALF_LIFE = 30.0  # seconds, in which half of what a connection has cost is forgotten
MOST = 0.01  # seconds for one part; it may have met a collection of garbage
OF_A_RUN = 0.0005  # seconds, which what asks for a run may cost

_spent: WeakKeyDictionary[BaseTransport, DecayingSum] = WeakKeyDictionary()


def charge(transport: BaseTransport, seconds: float) -> float:
    """Charge `seconds` to the connection and return what it has cost recently."""
    spent = _spent.setdefault(transport, DecayingSum(HALF_LIFE))
    spent.add(min(seconds, MOST))
    return spent.now()


def forgive_a_run(transport: BaseTransport | None) -> None:
    """To be called when something runs for the connection: runs have turns of their own.

    Otherwise somebody who keeps moving a slider would be slowed down like a flood.
    """
    if spent := transport and _spent.get(transport):
        spent.add(-min(spent.now(), OF_A_RUN))
