"""Which connection the page runs for next, where more ask than it can serve.

One thread answers everybody. While it is busy, runs wait here: those of learners in the order in
which they came, and after them those of connections that ask without pause. Of these, the one that
has asked for the least of late comes first. Every fourth turn is that of the run that has waited
longest: a connection has one at a time, so nobody waits for ever.
"""

import asyncio
import heapq
import itertools
import time
from collections import deque

from exam.fading import Fading

HALF_LIFE = 30.0  # seconds, in which half of what a connection has asked for is forgotten
LIGHT = 40.0  # runs of late, up to which all are equal: what a learner asks for, and more
SAMPLE_SECONDS = 0.003  # in which it is seen whether the thread is busy
BUSY = 0.9  # of a sample
LONGEST_WAIT_EVERY = 4  # turns, of which one is that of the run that has waited longest
# After which the next run begins, however busy the thread is; and after one of who asks much, which
# takes about that long, so that learners' runs find few others beside them.
RUN_SECONDS, HEAVY_RUN_SECONDS = 0.012, 0.04


class RunQueue:
    """The runs that wait, of all connections; all methods are called in one event loop."""

    def __init__(self) -> None:
        self._by_weight: list[tuple[float, int, asyncio.Future[None]]] = []
        self._by_age: deque[asyncio.Future[None]] = deque()
        self._numbers = itertools.count()
        self._serving: asyncio.Task[None] | None = None
        self._due = 0.0  # when the next one begins, however busy the thread is

    async def wait(self, weight: float, runs: int) -> None:
        """Wait until it is the turn of so many runs; those of the smallest weight come first."""
        mine = asyncio.get_running_loop().create_future()
        heapq.heappush(self._by_weight, (weight, next(self._numbers), mine))
        self._by_age.append(mine)
        if not self._serving or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        await mine
        seconds = HEAVY_RUN_SECONDS if weight else RUN_SECONDS
        self._due = max(self._due, time.monotonic()) + runs * seconds

    async def _serve(self) -> None:
        for turn in itertools.count():
            if not (
                first := self._next(is_oldest=turn % LONGEST_WAIT_EVERY == LONGEST_WAIT_EVERY - 1)
            ):
                return
            first.set_result(None)
            await asyncio.sleep(0)  # so that it is charged
            while await _is_busy() and time.monotonic() < self._due:
                pass

    def _next(self, *, is_oldest: bool) -> asyncio.Future[None] | None:
        """The next one that still waits; the others were served, or their connection has ended."""
        while self._by_age if is_oldest else self._by_weight:
            first = self._by_age.popleft() if is_oldest else heapq.heappop(self._by_weight)[-1]
            if not first.done():
                return first
        return None


async def _is_busy() -> bool:
    """Whether this process has computed during nearly all of a sample, in whichever thread."""
    began, computed = time.monotonic(), time.process_time()
    await asyncio.sleep(SAMPLE_SECONDS)
    return time.process_time() - computed > BUSY * (time.monotonic() - began)


RUNS = RunQueue()  # of this process


class Asked:
    """What one connection has asked for of late."""

    def __init__(self) -> None:
        self.runs = Fading(HALF_LIFE)

    async def wait(self, runs: int = 1) -> None:
        """Call before so many runs; waits while others come first."""
        self.runs.add(runs)  # first: who comes back ever anew with a large one waits as well
        await RUNS.wait(max(self.runs.now() - LIGHT, 0.0), runs)
