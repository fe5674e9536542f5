"""All jobs, and which of them waits, runs, comes next or is forgotten.

First passes of studies that somebody has started come first, so that something moves on every
screen. Then comes the network whose share of the workers is due, and of its visits those that have
used them least of late (usage.py); of their jobs, first passes, then the rest of those
studies, then what is polled in the background for chapters, and of each the one with the least work
left, so that nobody waits for another's 200 epochs. The first pass of a visit that has asked for a
lot waits with the rest. Every fourth turn goes to the job of that network that has waited longest,
and chapters have at least a quarter of the workers' time, so that a stream of new short studies
cannot starve a long one or a chapter.

Not thread-safe by itself: whoever calls a method holds the lock.
"""

import itertools
import threading
import time
from collections import Counter
from operator import itemgetter
from typing import NamedTuple

from exam.model.plan import Plan
from exam.service.decaying_sum import DecayingSum
from exam.service.job import Failure, Job
from exam.service.usage import HALF_LIFE, NOBODY, Follower, Usage

KEPT_MARKS = 30_000  # of all jobs that nobody follows any more, 1.4 kB each: 41 MB
FOLLOWED_MARKS = 120_000  # of the others: 170 MB, as of 560 learners who study for 200 passes
# What a job counts as beside its marks, and a large one. With 15,000 jobs of one pass, looking
# through them all took 25 ms after each turn.
MARKS_PER_JOB, MARKS_PER_LARGE_JOB = 10, 300
KEPT_CHECKPOINTS = 100  # of studies that are complete: 10 MB
KEPT_LARGE_SECONDS = 600.0  # how long large jobs are kept at most after they were last followed
LONGEST_WAIT_EVERY = 4  # one turn in so many goes to the job that has waited longest
CHAPTERS_SHARE = 0.25  # of the workers' time, at least, while chapters wait
MAX_WAITING = 500  # jobs; when there are more, one is dropped
NO_ROOM = (None,)  # in place of the rooms of a job that only learners have followed


class Key(NamedTuple):
    """When a job has its turn: the one with the smallest comes first."""

    is_later: bool  # than all first passes of visits that have asked for little
    network_clock: float
    level: int  # of the visit's usage
    is_not_urgent: bool
    is_background: bool
    work_left: float


class Entry(NamedTuple):
    """A waiting job's place in the order, and the network for which it has that place."""

    key: Key
    network: str


class JobQueue:
    def __init__(self, lock: threading.Lock):
        self._lock, self.job_came = lock, threading.Condition(lock)
        self.jobs: dict[Plan, Job] = {}  # the one used last stands last
        self.waiting: list[Job] = []
        self.running: list[Job] = []  # one for each worker at most
        self._usage = Usage()
        self._turns = 0
        self._turn_seconds = DecayingSum(HALF_LIFE)
        self._chapter_seconds = DecayingSum(HALF_LIFE)  # of those turns, the chapters' ones
        self.failure = Failure()  # of all jobs, because no worker can be had
        self._order: dict[Job, Entry] | None = None  # None if they must be sorted anew

    def job_of(self, plan: Plan) -> Job:
        job = self.jobs.pop(plan, None) or Job(plan, threading.Condition(self._lock))
        self.jobs[plan] = job
        return job

    def follow(self, job: Job, follower: Follower, seconds: float, *, is_background: bool) -> None:
        """Let a visit follow the job for `seconds`, and charge it if it has started the study."""
        if follower not in job.followers and not is_background:
            self._usage.charge_start(follower)
        job.is_background &= is_background
        job.follow(seconds, follower)

    def add(self, job: Job) -> None:
        """Let the job wait for its turn, where somebody wants it and there is room."""
        is_there = job in self.running or job in self.waiting
        if is_there or not self._may_wait(job):
            return
        self._let_wait(job)
        if len(self.waiting) > MAX_WAITING:
            self._drop_last()

    def _may_wait(self, job: Job) -> bool:
        return job.is_wanted and not self.failure_reason(job)

    def _let_wait(self, job: Job) -> None:
        self._in_order()[job] = self._entry_of(job)  # sorted in when the next turn begins
        self.waiting.append(job)
        self.job_came.notify_all()  # one of those that wait may be about to start a worker

    def _drop_last(self) -> None:
        """Drop the last job of the network that has the most; of equal ones, the newest.

        So whoever fills the queue takes no place away from a hall that has a few jobs in it.
        """
        order = self._in_order()
        counts = Counter(each.network for each in order.values())
        most = max(counts.values())
        due = [job for job in reversed(order) if counts[order[job].network] == most]
        last = max(due, key=lambda job: order[job].key)
        del order[last]
        self.waiting.remove(last)
        last.checkpoint = None

    def ahead_of(self, job: Job) -> int:
        """Roughly how many jobs come first: of each other network as many as of its own."""
        if job in self.running or job.is_complete:
            return 0
        order = self._in_order()
        own = order.get(job) or self._entry_of(job)  # it has come since
        before = itertools.takewhile(lambda each: each.key < own.key, order.values())
        counts = Counter(each.network for each in before)
        of_own_network = counts.pop(own.network, 0)
        of_others = sum(min(count, of_own_network + 1) for count in counts.values())
        return of_own_network + of_others + len(self.running)

    def _in_order(self) -> dict[Job, Entry]:
        """As they were when this turn began, since sorting them for each who asks takes long."""
        if self._order is None:
            entries = {job: self._entry_of(job) for job in self.waiting}
            self._order = dict(sorted(entries.items(), key=lambda each: each[1].key))
        return self._order

    def start_next(self) -> Job | None:
        """The job whose turn it is from now on, if any waits."""
        self._order = None
        self._forget_large()
        self._drop_unwanted()
        job = self._next()
        if job:
            self._turns += 1
            job.turn_began = time.monotonic()
            self.waiting.remove(job)
            self._usage.networks.note_turn(self._waiting_networks())
            del self._in_order()[job]
            self.running.append(job)
        return job

    def _waiting_networks(self) -> set[str]:
        return {each.network for job in self._in_order() for each in job.followers or [NOBODY]}

    def _next(self) -> Job | None:
        jobs = list(self._in_order())
        chapters = [job for job in jobs if job.is_background]
        studies = [job for job in jobs if not job.is_background]
        are_chapters_late = self._chapter_seconds.now() < CHAPTERS_SHARE * self._turn_seconds.now()
        if self._turns % LONGEST_WAIT_EVERY == LONGEST_WAIT_EVERY - 1:
            due = (chapters if are_chapters_late else studies) or jobs
            return min(due, key=self._wait_of, default=None)
        if are_chapters_late and not any(job.is_urgent for job in studies):
            return next(iter(chapters or studies), None)
        return next(iter(jobs), None)

    def end_turn(self, job: Job) -> None:
        """The job that ran waits again, unless it is complete; old results may go."""
        job.lost_workers = 0
        seconds = time.monotonic() - job.turn_began
        self._turn_seconds.add(seconds)
        self._chapter_seconds.add(seconds * job.is_background)
        followers = job.present_followers()
        for follower in followers:
            self._usage.charge_turn(follower, seconds / len(followers))
        self._put_back(job)
        self._forget_results()

    def lose_worker(self, job: Job, tries: int) -> None:
        """The job that ran waits again, or fails if it has now lost `tries` workers."""
        job.lost_workers += 1
        if job.lost_workers >= tries:
            job.lost_workers, job.failure = 0, Failure.now("worker")
        self._put_back(job)
        job.changed.notify_all()

    def fail(self, reason: str) -> None:
        """No worker can be had: all jobs fail for a while."""
        self.failure = Failure.now(reason)
        for job in self.waiting:
            job.checkpoint = None  # perhaps nobody asks for it again
        self.waiting.clear()
        self._order = None
        for each in self.jobs.values():
            each.changed.notify_all()

    def failure_reason(self, job: Job) -> str:
        return next((each.reason for each in (job.failure, self.failure) if not each.is_over), "")

    def _entry_of(self, job: Job) -> Entry:
        network_clock, level, network = self._usage_of(job)
        key = Key(
            is_later=not (job.is_urgent and level == 0),
            network_clock=network_clock,
            level=level,
            is_not_urgent=not job.is_urgent,
            is_background=job.is_background,
            work_left=job.work_left,
        )
        return Entry(key, network)

    def _wait_of(self, job: Job) -> tuple[float, int, float]:
        """The smallest has waited longest, of those whose network and visit come first."""
        network_clock, level, _ = self._usage_of(job)
        return network_clock, level, -job.silent_seconds

    def _usage_of(self, job: Job) -> tuple[float, int, str]:
        """The clock of the network, the level and the network of the follower that comes first."""
        followers = job.present_followers() or [NOBODY]
        usages = (
            (self._usage.networks.clock(each.network), self._usage.level(each), each.network)
            for each in followers
        )
        return min(usages, key=itemgetter(0, 1))

    def _put_back(self, job: Job) -> None:
        self.running.remove(job)
        if self._may_wait(job):
            self._let_wait(job)  # even where it is one too many, or it would begin anew each time
        elif not job.is_complete:
            job.checkpoint = None

    def _drop_unwanted(self) -> None:
        waiting, self.waiting = self.waiting, []
        for job in waiting:
            if job.is_wanted:
                self.waiting.append(job)
            else:
                job.checkpoint = None

    def _forget_large(self) -> None:
        """Forget large jobs that nobody has followed for a while."""
        oldest = time.monotonic() - KEPT_LARGE_SECONDS
        for plan, job in list(self.jobs.items()):
            if job.is_large and job.followed_until < oldest and job not in self.running:
                del self.jobs[plan]

    def _forget_results(self) -> None:
        """Forget checkpoints, and results where there are too many.

        Those that are followed and the others are counted apart, or the former would push out at
        once whatever nobody polls for the moment, as a projector that shows a complete step.
        """
        oldest_first = list(self.jobs.values())
        for job in oldest_first[:-KEPT_CHECKPOINTS]:
            if job.is_complete:
                job.checkpoint = None
        followed = {job for job in oldest_first if job.is_followed}
        self._forget_most([job for job in oldest_first if job not in followed], KEPT_MARKS)
        self._forget_most([job for job in oldest_first if job in followed], FOLLOWED_MARKS)

    def _forget_most(self, jobs: list[Job], most: int) -> None:
        """Of jobs with more marks than `most`, forget some of the network that has the most.

        Within a network, what the lecturers of its rooms have followed is counted by room, so that
        no learner pushes it out, and no lecturer more than a share of it.
        """
        total = sum(map(_size, jobs))
        if total <= most:
            return
        kept = Counter[object]()  # by network, by room, and of no room
        for job in self.jobs.values():
            kept.update(dict.fromkeys(_holders(job), _size(job)))
        idle = [job for job in jobs if job not in self.running and job not in self.waiting]

        def weight(job: Job) -> tuple[int, int, bool]:
            # What several share is as safe as if the lightest one had it alone. Weights go first,
            # and then the oldest: those of a hundred passes would push out all of a chapter's.
            of_network = min(kept[each] for each in job.networks)
            of_room = min(kept[each] for each in job.open_rooms or NO_ROOM)
            return of_network, of_room, bool(job.plan.kept_passes)

        while idle and total > 0.95 * most:  # some more at once: it takes a while
            idle.sort(key=weight, reverse=True)  # among equals, the oldest stays first
            heaviest = idle[: 1 + len(idle) // 50]  # of thousands, one by one took seconds
            del idle[: len(heaviest)]
            for forgotten in heaviest:
                total -= _size(forgotten)
                kept.subtract(dict.fromkeys(_holders(forgotten), _size(forgotten)))
                del self.jobs[forgotten.plan]


def _holders(job: Job) -> list[object]:
    return [*job.networks, *(job.open_rooms or NO_ROOM)]


def _size(job: Job) -> int:
    """How many marks the job counts as."""
    return len(job.marks) + (MARKS_PER_LARGE_JOB if job.is_large else MARKS_PER_JOB)
