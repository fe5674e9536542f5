"""What it has cost the thread of late to read what a connection sends."""

from asyncio import BaseTransport
from weakref import WeakKeyDictionary

from exam.service.fading import Fading

HALF_LIFE = 30.0  # seconds, in which half of what a connection has cost is forgotten
MOST = 0.01  # seconds for one part; it may have met a collection of garbage
OF_A_RUN = 0.0005  # seconds, which what asks for a run may cost

_spent: WeakKeyDictionary[BaseTransport, Fading] = WeakKeyDictionary()


def charge(transport: BaseTransport, seconds: float) -> float:
    """Charge it to the connection; returns what that has cost of late."""
    spent = _spent.setdefault(transport, Fading(HALF_LIFE))
    spent.add(min(seconds, MOST))
    return spent.now()


def forgive_a_run(transport: BaseTransport | None) -> None:
    """To be called when something runs for the connection: runs have turns of their own.

    Otherwise who moves a slider for a while would wait among those that send a flood.
    """
    if spent := transport and _spent.get(transport):
        spent.add(-min(spent.now(), OF_A_RUN))
