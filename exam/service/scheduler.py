"""The scheduler: has every requested study computed, and shares the results.

A plan determines the marks of its study, and a longer study begins with those of a shorter one. So
whoever asks for marks that exist has them at once, and whoever asks for a study that is running
follows it from its beginning. job_queue.py decides which study comes next, and worker_pool.py
gives it its turn.
"""

import functools
import threading
import time

from exam.model.plan import Plan
from exam.model.results import Mark
from exam.model.settings import EPOCHS
from exam.service.job import Progress
from exam.service.job_queue import JobQueue
from exam.service.usage import NOBODY, Follower
from exam.service.worker_pool import WorkerPool

FOLLOWED_SECONDS = 8.0  # a job that nobody has polled for so long is no longer computed
ASKED_SECONDS = 2.0  # the same after a visit's first poll: it may have left since

_starting = threading.Lock()


def get_scheduler() -> "Scheduler":
    """The scheduler of this process; not in Streamlit's cache, as clearing would not close it."""
    with _starting:
        return _the_scheduler()


@functools.cache
def _the_scheduler() -> "Scheduler":
    return Scheduler()


class Scheduler:
    def __init__(self):
        self._lock = threading.Lock()
        self._queue = JobQueue(self._lock)
        self._pool = WorkerPool(self._queue, self._lock)

    def poll(
        self,
        plan: Plan,
        epochs: int,
        *,
        wait_seconds: float = 0.0,
        is_background: bool = False,
        follower: Follower = NOBODY,
    ) -> Progress:
        """The marks of `plan` so far; waits at most `wait_seconds` for all its `epochs`.

        The first poll asks for the study, which is computed as long as somebody polls it. One that
        has been polled only in the background comes later, and so does one of a `follower`
        that has asked for a lot recently. Raises ValueError for wrong epochs.
        """
        EPOCHS.check(epochs)
        with self._lock:
            job = self._queue.job_of(plan)
            job.target = max(job.target, epochs) if job.is_wanted else epochs
            seconds = FOLLOWED_SECONDS if follower in job.followers else ASKED_SECONDS
            self._queue.follow(job, follower, seconds, is_background=is_background)
            self._queue.add(job)
            job.changed.wait_for(
                lambda: len(job.marks) > epochs or self._queue.failure_reason(job), wait_seconds
            )
            if len(job.marks) > epochs:
                return Progress(job.marks[: epochs + 1])
            return Progress(
                marks=job.marks[: epochs + 1],
                loading_seconds=self._pool.loading_seconds,
                failure=self._queue.failure_reason(job),
                ahead=self._queue.ahead_of(job),
                silent_seconds=job.silent_seconds,
            )

    def fetch(
        self, plan: Plan, epochs: int, timeout_seconds: float, follower: Follower = NOBODY
    ) -> list[Mark]:
        """All marks up to pass `epochs`, computed again where they have been forgotten.

        Raises TimeoutError if they do not come in time, and at once if the study has failed.
        """
        ends = time.monotonic() + timeout_seconds
        while True:
            progress = self.poll(plan, epochs, wait_seconds=0.5, follower=follower)
            if len(progress.marks) > epochs:
                return progress.marks
            if progress.failure or time.monotonic() > ends:
                reason = progress.failure or f"{timeout_seconds} s are over"
                raise TimeoutError(f"no {epochs} epochs of {plan}: {reason}")

    def close(self) -> None:
        """End its workers."""
        self._pool.close()
