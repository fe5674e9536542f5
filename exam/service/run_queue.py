"""Which run of the page begins next, where more are asked for than the page can serve.

One thread answers everybody, so that a few runs at once are as fast as many, and the others wait.
Parts of the page wait for no whole page, learners for nobody who asks without pause, and lecturers
for nobody else. Of learners that wait for each other each network has its turn, and of one network
the smallest run comes first; of equals, the one whose session has asked fewer times of late; of
lecturers, the one whose room has asked for the least. Every fourth turn of a network is that of the
one that has waited longest, so that nobody waits for ever.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Iterator

from exam.service.fading import Fading
from exam.service.network_turns import NetworkTurns

HALF_LIFE = 30.0  # seconds, in which half of what a session has asked for is forgotten
# The same of how often it has asked. Where hundreds ask without pause, each has its turn every few
# seconds: in 30 s that would be no more than what a learner does who opens the page and presses.
TIMES_HALF_LIFE = 120.0
# As how often everybody has asked at least, or ever new sessions would come before a learner who is
# there.
FEW = 31
WHOLE_PAGE = 10  # runs of a part of the page, as which one of the whole page counts
LIGHT = 60.0  # runs of late: what a learner asks for, and more
PARTS_AT_ONCE, PAGES_AT_ONCE = 4, 2  # of learners
LEADERS_AT_ONCE = 2  # of lecturers, parts and pages
HEAVY_PARTS_AT_ONCE, HEAVY_PAGES_AT_ONCE = 2, 1  # of sessions that ask without pause
# Places of runs that wait for something; with 8, the slowest twentieth of 200 learners waits three
# times as long for the first pass (`load 200 guesses`).
MAX_LENT = 32
LONGEST_WAIT_EVERY = 4  # turns, of which one is that of the run that has waited longest
# For each as which a run counts, and at most: then the next one begins even if this one has not
# ended, or Streamlit has not said so.
RUN_SECONDS, LONGEST_RUN_SECONDS = 0.3, 2.0
PART_SECONDS = 0.01  # that a part of the page takes, on a quiet machine


class Run:
    """A run that waits until its turn is done, and then takes a place until it ends."""

    def __init__(self, queue: "RunQueue", rank: tuple[int, int], seconds: float):
        self.rank = rank  # the lowest one begins next
        self.turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue, self._seconds, self._has_place = queue, seconds, False
        self.charged: Fading | None = None  # a sum to which the time that it took is added

    def begin(self) -> None:
        self._has_place, self._began_at = True, time.monotonic()
        self.turn.set_result(None)
        self._ending = self.turn.get_loop().call_later(self._seconds, self.end)

    def extend(self, seconds: float) -> None:
        """Keep the place for so long from now on, if it has not ended."""
        if self._has_place:
            self._ending.cancel()
            self._ending = self.turn.get_loop().call_later(seconds, self.end)

    def end(self) -> None:
        """Make room for the next one; nothing happens if it has been made."""
        if self._has_place:
            self._has_place = False
            if self.charged:
                self.charged.add((time.monotonic() - self._began_at) / PART_SECONDS)
            self._queue.add_place()


class NetworkRuns(list[Run]):
    """Those of one network that wait, in the order in which they came."""

    def __init__(self) -> None:
        super().__init__()
        self._turns = itertools.count(1)

    def take(self) -> Run:
        """The one that begins next."""
        is_longest = next(self._turns) % LONGEST_WAIT_EVERY == 0
        run = self[0] if is_longest else min(self, key=lambda run: run.rank)
        self.remove(run)
        return run


class RunQueue:
    """Runs of one kind, of which a few go on at once; used in one event loop."""

    def __init__(self, at_once: int):
        self._places, self._lent = at_once, 0
        self._loop: asyncio.AbstractEventLoop | None = None  # in which it is used
        self._waiting: NetworkTurns[NetworkRuns] = NetworkTurns(NetworkRuns)

    def add(self, rank: tuple[int, int], seconds: float, network: str = "") -> Run:
        """A run that begins when it is its turn, and ends after so many seconds or when told so."""
        self._loop = asyncio.get_running_loop()
        run = Run(self, rank, seconds)
        self._waiting.of(network).append(run)
        self._begin_next()
        return run

    @contextlib.contextmanager
    def lent_place(self) -> Iterator[bool]:
        """For a run that waits for something, in its thread: another one has its place meanwhile.

        False if so many wait already that it should not: all of them go on at once then.
        """
        if self._loop is None or self._lent >= MAX_LENT:
            yield False
            return
        self._loop.call_soon_threadsafe(self._lend, 1)
        try:
            yield True
        finally:
            with contextlib.suppress(RuntimeError):  # the server has ended
                self._loop.call_soon_threadsafe(self._lend, -1)

    def _lend(self, places: int) -> None:
        self._lent += places
        self.add_place(places)

    def add_place(self, places: int = 1) -> None:
        self._places += places
        self._begin_next()

    def _begin_next(self) -> None:
        while self._places > 0 and (waiting := self._waiting.next()):
            # Those whose turn is done without having begun were of connections that have ended.
            waiting[:] = [run for run in waiting if not run.turn.done()]
            if waiting:
                self._places -= 1
                waiting.take().begin()


PARTS, PAGES = RunQueue(PARTS_AT_ONCE), RunQueue(PAGES_AT_ONCE)
HEAVY_PARTS, HEAVY_PAGES = RunQueue(HEAVY_PARTS_AT_ONCE), RunQueue(HEAVY_PAGES_AT_ONCE)
LEADERS = RunQueue(LEADERS_AT_ONCE)


class Asked:
    """What all connections of one session, or all that lead a room, have asked for of late."""

    def __init__(self, network: str, before: float = 0.0) -> None:
        self._network = network
        self.runs = Fading(HALF_LIFE)
        self.runs.add(before)
        self.times = Fading(TIMES_HALF_LIFE)

    def ask(self, runs: int = 1, *, leads: bool = False) -> Run:
        """A run that counts as so many; it may begin when its `turn` is done.

        Who `leads` a room waits for other lecturers only.
        """
        self.runs.add(runs)  # first: who comes back ever anew with a large one waits as well
        self.times.add(1)
        # Rounded, so that there are equals, of which whoever came first comes first.
        weight, often = round(self.runs.now()), max(round(self.times.now()), FEW).bit_length()
        if leads:  # or the many parts that one of them asks for would come before another's step
            run = LEADERS.add((weight, runs), _seconds(runs))
            # Otherwise who has many idle rooms could ask for slow parts and come before a lecturer.
            run.charged = self.runs
            return run
        if weight <= LIGHT:
            queue = PAGES if runs >= WHOLE_PAGE else PARTS
        else:
            queue = HEAVY_PAGES if runs >= WHOLE_PAGE else HEAVY_PARTS
        return queue.add((runs, often), _seconds(runs), self._network)

    def add(self, runs: int, run: Run) -> None:
        """To be called when a run has turned out to count as so many more."""
        self.runs.add(runs)
        run.extend(_seconds(runs))


def _seconds(runs: int) -> float:
    return min(runs * RUN_SECONDS, LONGEST_RUN_SECONDS)
