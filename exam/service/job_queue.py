"""All jobs, and which of them waits, runs, comes next or is forgotten.

First passes of studies that somebody has started come first, so that something moves on every
screen; then the rest of those studies; then studies polled only in the background, for chapters.
Within each, the job with the least work left is first, so that nobody waits for another's 200
epochs. Every fourth turn goes to the job that has waited longest, and every eighth to a chapter's,
so that a stream of new short studies cannot starve a long one or a chapter. Above all, the jobs of
visits that have asked for a lot recently wait for everybody else's (usage.py).

Not thread-safe by itself: whoever calls a method holds the lock.
"""

import threading
import time

from exam.model.plan import Plan
from exam.service.job import Failure, Job
from exam.service.usage import NEW_STUDY_SECONDS, Usage

KEPT_MARKS = 30_000  # of all jobs together, 1.4 kB each: 42 MB; more only while they are followed
KEPT_CHECKPOINTS = 100  # of studies that are complete: 10 MB
# How long large jobs, whose size KEPT_MARKS does not limit, are kept after they were last
# followed, and how many.
KEPT_LARGE_SECONDS, KEPT_LARGE = 600.0, 50
# One turn in so many goes to the job that has waited longest; every other of those, to a
# chapter's.
LONGEST_WAIT_EVERY = 4
MAX_WAITING = 500  # jobs; when full, a poll adds a job only in place of a later one


class JobQueue:
    def __init__(self, lock: threading.Lock):
        self._lock, self.job_came = lock, threading.Condition(lock)
        self.jobs: dict[Plan, Job] = {}  # the one used last stands last
        self.waiting: list[Job] = []
        self.running: list[Job] = []  # one for each worker at most
        self._usage = Usage()
        self._turns = 0
        self.failure = Failure()  # of all jobs, because no worker can be had
        # Positions in the order of turns; None after a turn has begun, until somebody asks.
        self._places: dict[Job, int] | None = None

    def job_of(self, plan: Plan) -> Job:
        job = self.jobs.pop(plan, None) or Job(plan, threading.Condition(self._lock))
        self.jobs[plan] = job
        return job

    def follow(self, job: Job, visit: str, seconds: float, *, is_background: bool) -> None:
        """Let a visit follow the job for `seconds`, and charge it if it has started the study."""
        if visit not in job.followers and not is_background:
            self._usage.charge(visit, NEW_STUDY_SECONDS)
        job.is_background &= is_background
        job.follow(seconds, visit)

    def add(self, job: Job) -> None:
        """Let the job wait for its turn, where somebody wants it and there is room."""
        is_there = job in self.running or job in self.waiting
        if is_there or not job.is_wanted or self.failure_reason(job):
            return
        if len(self.waiting) >= MAX_WAITING:
            self._drop_unwanted()
        if len(self.waiting) >= MAX_WAITING:
            last = max(self.waiting, key=self._turn_of)
            if self._turn_of(job) < self._turn_of(last):
                self.waiting.remove(last)
                last.checkpoint = None
        if len(self.waiting) < MAX_WAITING:
            self.waiting.append(job)
            self.job_came.notify()

    def ahead_of(self, job: Job) -> int:
        """How many jobs come first; all of them if this one is not in the order yet.

        The queue is sorted once a turn, however many ask.
        """
        if job in self.running or job.is_complete:
            return 0
        if self._places is None:
            in_order = sorted(self.waiting, key=self._turn_of)
            self._places = {each: place for place, each in enumerate(in_order)}
        return self._places.get(job, len(self._places)) + len(self.running)

    def start_next(self) -> Job | None:
        """The job whose turn it is from now on, if any waits."""
        self._places = None
        self._forget_large()
        self._drop_unwanted()
        job = self._next()
        if job:
            self._turns += 1
            job.turn_began = time.monotonic()
            self.waiting.remove(job)
            self.running.append(job)
        return job

    def _next(self) -> Job | None:
        rounds, turn = divmod(self._turns, LONGEST_WAIT_EVERY)
        if turn < LONGEST_WAIT_EVERY - 1:
            return min(self.waiting, key=self._turn_of, default=None)
        chapters = [job for job in self.waiting if job.is_background and rounds % 2 == 0]
        return min(chapters or self.waiting, key=self._wait_of, default=None)

    def end_turn(self, job: Job) -> None:
        """The job that ran waits again, unless it is complete; old results may go."""
        job.lost_workers = 0
        followers = job.present_followers()
        for visit in followers:
            self._usage.charge(visit, (time.monotonic() - job.turn_began) / len(followers))
        self._put_back(job)
        self._forget_the_oldest()

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
        for each in self.jobs.values():
            each.changed.notify_all()

    def failure_reason(self, job: Job) -> str:
        return next((each.reason for each in (job.failure, self.failure) if not each.is_over), "")

    def _turn_of(self, job: Job) -> tuple[int, bool, bool, float]:
        """The smallest comes first."""
        return self._level_of(job), *job.priority

    def _wait_of(self, job: Job) -> tuple[int, float]:
        """The smallest has waited longest, of those whose visits have asked for little."""
        return self._level_of(job), -job.silent_seconds

    def _level_of(self, job: Job) -> int:
        """The level of the job's lightest follower."""
        return min(map(self._usage.level, job.present_followers()), default=0)

    def _put_back(self, job: Job) -> None:
        self.running.remove(job)
        self.add(job)
        if not job.is_complete and job not in self.waiting:
            job.checkpoint = None

    def _drop_unwanted(self) -> None:
        waiting, self.waiting = self.waiting, []
        for job in waiting:
            if job.is_wanted:
                self.waiting.append(job)
            else:
                job.checkpoint = None

    def _forget_large(self) -> None:
        """Forget large jobs that nobody has followed for a while, and the oldest of too many."""
        oldest = time.monotonic() - KEPT_LARGE_SECONDS
        unfollowed = [
            plan
            for plan, job in self.jobs.items()
            if job.is_large and not job.is_followed and job not in self.running
        ]
        for plan in unfollowed[:-KEPT_LARGE]:
            del self.jobs[plan]
        for plan in unfollowed[-KEPT_LARGE:]:
            if self.jobs[plan].followed_until < oldest:
                del self.jobs[plan]

    def _forget_the_oldest(self) -> None:
        oldest_first = list(self.jobs.values())
        for job in oldest_first[:-KEPT_CHECKPOINTS]:
            if job.is_complete:
                job.checkpoint = None
        kept = sum(len(job.marks) for job in oldest_first)
        for job in oldest_first:
            if kept <= KEPT_MARKS:
                return
            if not job.is_followed and job not in self.running:
                kept -= len(job.marks)
                del self.jobs[job.plan]
