"""Which run of the page begins next when more are requested than the server can run at once.

One thread answers everybody, so a few runs at once are as fast as many, and the others wait.
Fragment runs never wait for runs of the whole page, learners never wait for sessions that ask
without pause, and lecturers wait only for lecturers. Each network has its share of the thread's
time. Within a network, of learners the smallest run comes first, and among equals the one whose
session has asked less often recently; of lecturers, the one whose room has had the least of the
network's share while others waited, and of about equal ones the smallest run, unless its room asks
without pause. Every fourth turn of a network goes to the run that has waited longest, so that
nobody waits forever.
"""

import asyncio
import contextlib
import itertools
import math
import secrets
from collections.abc import Callable, Iterator

from exam.service.decaying_sum import DecayingSum
from exam.service.fair_shares import FairShares
from exam.service.network_turns import InOrder

HALF_LIFE = 30.0  # seconds, in which half of what a session has asked for is forgotten
# The same for how often it has asked. If hundreds ask without pause, each gets a turn only every
# few seconds: over 30 s, that is no more than a learner asks for who opens the page and presses
# start.
TIMES_HALF_LIFE = 120.0
# Every session counts as having asked at least this often, or a stream of new sessions would come
# before a learner who is already there.
FEW = 31
WHOLE_PAGE = 10  # fragment runs that a run of the whole page counts as
LIGHT_RUNS = 60.0  # recent runs; a learner asks for fewer
PARTS_AT_ONCE, PAGES_AT_ONCE = 4, 2  # of learners
LEADERS_AT_ONCE = 2  # of lecturers, parts and pages
LECTURE_RUNS = 1_023  # recent runs; a room whose lecturer goes on every second asks for fewer
HEAVY_PARTS_AT_ONCE, HEAVY_PAGES_AT_ONCE = 2, 1  # of sessions that ask without pause
# How many places may be lent by runs that wait for something; with 8, the slowest twentieth of 200
# learners waits three times as long for the first pass (`load 200 guesses`).
MAX_LENT = 32
# When a run of the whole page has waited for this long, more come than the server can let in: then
# the newest of equal runs goes first, since in order of arrival, everybody would wait until they
# give up. Who has waited in vain connects again.
LONG_WAIT_SECONDS = 3.0
LONGEST_WAIT_EVERY = 4  # one turn in so many goes to the run that has waited longest
# How long a run keeps its place at most. Then the next one begins, even if this one has not ended
# or Streamlit has not said so.
LONGEST_RUN_SECONDS = 2.0
PART_SECONDS = 0.01  # that a part of the page takes, on a quiet machine
EQUAL_SECONDS = 0.1  # rooms whose shares differ by less are equal: a count is no step
BESIDE_SCRIPT = 0.005  # seconds that reading and sending for a run take, beside its script


class Run:
    """A run that waits until its future `turn` is done, and then takes a place until it ends.

    Of those that wait, the one for which `rank` is lowest begins next.
    """

    def __init__(
        self, queue: "RunQueue", rank: Callable[[], tuple[float, ...]], network: str, session: str
    ):
        self.rank = rank
        self.network, self.session = network, session
        loop = asyncio.get_running_loop()
        self.turn: asyncio.Future[None] = loop.create_future()
        self.asked_at = loop.time()
        self._queue, self._has_place = queue, False

    def begin(self) -> None:
        self._has_place = True
        self.turn.set_result(None)
        self._keep_place()

    def extend(self) -> None:
        """Keep the place for as long again from now on, if it has not ended."""
        if self._has_place:
            self._ending.cancel()
            self._keep_place()

    def end(self) -> None:
        """Free the place for the next run, if this one still has it."""
        if self._has_place:
            self._has_place = False
            self._queue.add_place()

    def _keep_place(self) -> None:
        self._ending = self.turn.get_loop().call_later(LONGEST_RUN_SECONDS, self.end)


class WaitingRuns(InOrder[Run]):
    """Those of one network, and the share of its time that each of its rooms has had meanwhile."""

    def __init__(self) -> None:
        super().__init__(lambda run: run.rank(), LONGEST_WAIT_EVERY)
        self.rooms = FairShares()


class RunQueue:
    """Runs of one kind, of which a few go on at once; used in one event loop.

    Its networks have shares of the thread's time, in all queues that are `beside` it together, and
    `by_room` the rooms of a network have shares of what is the network's.
    When a run has waited for `long_wait` seconds, the newest of equal ones goes first.
    """

    def __init__(
        self,
        at_once: int,
        beside: "RunQueue | None" = None,
        long_wait: float = math.inf,
        by_room: bool = False,
    ):
        self._places, self._lent = at_once, 0
        self._long_wait, self._by_room = long_wait, by_room
        self._loop: asyncio.AbstractEventLoop | None = None  # in which it is used
        self._waiting: dict[str, WaitingRuns] = {}
        self.shares: FairShares = beside.shares if beside else FairShares()
        self._all_waiting: list[dict[str, WaitingRuns]] = beside._all_waiting if beside else []
        self._all_waiting.append(self._waiting)

    def add(self, rank: Callable[[], tuple[float, ...]], network: str, session: str) -> Run:
        """A run that begins when it is its turn, and ends when told so."""
        self._loop = asyncio.get_running_loop()
        run = Run(self, rank, network, session)
        self._waiting.setdefault(network, WaitingRuns()).append(run)
        self._begin_next()
        return run

    def charge(self, network: str, session: str, seconds: float) -> None:
        """Charge them for the thread's time that a run has taken."""
        self.shares.charge(network, session, seconds)
        if self._by_room and (waiting := self._waiting.get(network)):
            waiting.rooms.charge(session, "", seconds)

    def share_of_room(self, network: str, session: str) -> float:
        """The seconds of the thread that the room has had since others of its network wait."""
        waiting = self._waiting.get(network)
        return waiting.rooms.clock(session) if waiting else 0.0

    @contextlib.contextmanager
    def lent_place(self) -> Iterator[bool]:
        """Lend the place of a run that waits for something in its thread to another one meanwhile.

        Yields False if so many already do that this one should not wait: they would all resume at
        once.
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
        while self._places > 0 and self._waiting:
            network = min(self._waiting, key=self.shares.clock)
            waiting = self._waiting[network]
            # Runs whose turn is done although they never began belong to connections that have
            # ended.
            waiting[:] = [run for run in waiting if not run.turn.done()]
            if not waiting:
                del self._waiting[network]
                continue
            self.shares.note_turn(itertools.chain.from_iterable(self._all_waiting))
            if self._by_room:
                waiting.rooms.note_turn(run.session for run in waiting)
            waited = asyncio.get_running_loop().time() - waiting[0].asked_at
            run = waiting.take(newest_first=waited > self._long_wait)
            self._places -= 1
            self.charge(network, run.session, BESIDE_SCRIPT)
            run.begin()


PARTS = RunQueue(PARTS_AT_ONCE)
PAGES = RunQueue(PAGES_AT_ONCE, beside=PARTS, long_wait=LONG_WAIT_SECONDS)
HEAVY_PARTS = RunQueue(HEAVY_PARTS_AT_ONCE, beside=PARTS)
HEAVY_PAGES = RunQueue(HEAVY_PAGES_AT_ONCE, beside=PARTS, long_wait=LONG_WAIT_SECONDS)
LEADERS = RunQueue(LEADERS_AT_ONCE, by_room=True)


class RequestAccount:
    """What all connections of a session, or all that lead a room, have asked for recently."""

    def __init__(self, network: str, *, leads: bool = False, runs: float = 0.0) -> None:
        self.network, self.session = network, secrets.token_hex(8)
        self._leads = leads
        self.runs = DecayingSum(HALF_LIFE)
        self.runs.add(runs)
        self.times, self.pages = DecayingSum(TIMES_HALF_LIFE), DecayingSum(TIMES_HALF_LIFE)

    def ask(self, runs: int = 1) -> Run:
        """Queue a run that counts as `runs` runs; it may begin when its `turn` is done."""
        self.runs.add(runs)  # first, so that somebody who keeps sending large ones waits too
        self.times.add(1)
        weight = round(self.runs.now())
        if self._leads:  # one queue, or one leader's many fragments would go before another's step
            return LEADERS.add(lambda: self._rank_of_leader(runs), self.network, self.session)
        if runs >= WHOLE_PAGE:
            # Who comes goes before those who ask for the page again and again.
            self.pages.add(1)
            often = round(self.pages.now()).bit_length()
            queue = PAGES if weight <= LIGHT_RUNS else HEAVY_PAGES
        else:
            often = max(round(self.times.now()), FEW).bit_length()
            queue = PARTS if weight <= LIGHT_RUNS else HEAVY_PARTS
        return queue.add(lambda: (runs, often), self.network, self.session)

    def _rank_of_leader(self, runs: int) -> tuple[float, ...]:
        """By what the room has had when a turn comes, most of it perhaps after this was asked."""
        share = LEADERS.share_of_room(self.network, self.session)
        often = max(round(self.runs.now()), LECTURE_RUNS).bit_length()
        return int(share / EQUAL_SECONDS), often, runs, share

    def charge(self, seconds: float) -> None:
        """Charge for the thread's time that a run has taken."""
        queue = LEADERS if self._leads else PARTS
        queue.charge(self.network, self.session, seconds)
        if self._leads:  # or one who has many idle rooms would go first, with ever new slow runs
            self.runs.add(seconds / PART_SECONDS)
