"""How often one connection may have the page run while others wait for the server.

One thread answers everybody. A connection that asks without pause would have it to itself, so where
that thread is busy, it is read again only when the others have had their turns.
"""

import asyncio
import time

RUNS_PER_SECOND, AT_ONCE = 3.0, 20  # of a connection: far more than a learner asks for
WHOLE_PAGE = 10  # runs as which one of the whole page counts; with all chapters open it takes 0.3 s
BUSY_SECONDS = 0.02  # that a turn of the event loop takes where others wait
LONGEST_DELAY = 5.0
SHARED_BY = 4  # connections that are ahead of their pace; more of them share what these have


class Pace:
    """The pace of one connection."""

    waiting = 0  # connections that are ahead of their pace, of all

    def __init__(self) -> None:
        self._next = 0.0  # when its next run would be due at an even pace

    async def keep(self, runs: int = 1) -> None:
        """Call before so many runs; waits if there were too many and others wait."""
        self.charge(runs)
        ahead = self._next - time.monotonic() - AT_ONCE / RUNS_PER_SECOND
        if ahead > 0 and await _is_busy():
            Pace.waiting += 1
            try:
                await asyncio.sleep(min(ahead, LONGEST_DELAY) * max(1.0, Pace.waiting / SHARED_BY))
            finally:
                Pace.waiting -= 1

    def charge(self, runs: int) -> None:
        """Count so many runs, for which the next ones wait."""
        self._next = max(self._next, time.monotonic()) + runs / RUNS_PER_SECOND


async def _is_busy() -> bool:
    before = time.monotonic()
    await asyncio.sleep(0)
    return time.monotonic() - before > BUSY_SECONDS
