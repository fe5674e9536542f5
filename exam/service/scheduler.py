"""The scheduler: takes every study that is asked for, and shares what comes of it.

A study is settled by its plan, and a longer one begins with the marks of a shorter one. So
whoever asks for marks that exist has them at once, and whoever asks for a study that is running
follows it from its beginning. Which study comes next, job_queue.py says; worker_pool.py gives it
its turn.
"""

import collections
import functools
import threading
import time

from exam.model.own_exam import OwnExam
from exam.model.plan import Plan
from exam.model.results import Mark
from exam.model.settings import EPOCHS
from exam.service.job import Progress
from exam.service.job_queue import JobQueue
from exam.service.worker_pool import WorkerPool

FOLLOWED_SECONDS = 8.0  # a job that nobody has polled for so long is put aside

_starting = threading.Lock()


def get_scheduler() -> "Scheduler":
    """The one of this process; not in Streamlit's cache, for clearing that would not end it."""
    with _starting:
        return _the_scheduler()


@functools.cache
def _the_scheduler() -> "Scheduler":
    return Scheduler()


class Scheduler:
    def __init__(self):
        self._lock = threading.Lock()
        self._to_forget: collections.deque[OwnExam] = collections.deque()
        self._queue = JobQueue(self._lock)
        self._pool = WorkerPool(self._queue, self._lock)

    def poll(
        self,
        plan: Plan,
        epochs: int,
        *,
        wait_seconds: float = 0.0,
        is_background: bool = False,
    ) -> Progress:
        """The study of `plan` as far as it is, waiting at most so long for all its `epochs`.

        The first poll asks for the study. It is computed as long as somebody polls; what is polled
        in the background comes later. Raises ValueError for a number of epochs out of range.
        """
        EPOCHS.check(epochs)
        with self._lock:
            while self._to_forget:
                exam = self._to_forget.popleft()
                self._queue.forget(lambda each, exam=exam: each.own == exam)
            job = self._queue.job_of(plan)
            job.target = max(job.target, epochs) if job.is_wanted else epochs
            job.is_background &= is_background
            job.follow(FOLLOWED_SECONDS)
            self._queue.add(job)
            job.changed.wait_for(
                lambda: len(job.marks) > epochs or self._queue.failure_of(job), wait_seconds
            )
            is_complete = len(job.marks) > epochs
            return Progress(
                marks=job.marks[: epochs + 1],
                loading_seconds=None if is_complete else self._pool.loading_seconds,
                failure="" if is_complete else self._queue.failure_of(job),
            )

    def ahead_of(self, plan: Plan) -> int:
        """How many studies come before this one, which somebody has asked for."""
        with self._lock:
            return self._queue.ahead_of(self._queue.job_of(plan))

    def fetch(self, plan: Plan, epochs: int, timeout_seconds: float) -> list[Mark]:
        """The study as far as `epochs`, computed again where it has been let go.

        Raises TimeoutError where it does not come in time.
        """
        ends = time.monotonic() + timeout_seconds
        while True:
            progress = self.poll(plan, epochs, wait_seconds=0.5)
            if len(progress.marks) > epochs:
                return progress.marks
            if progress.failure or time.monotonic() > ends:
                raise TimeoutError(f"no {epochs} epochs of {plan} within {timeout_seconds} s")

    def forget(self, exam: OwnExam) -> None:
        """Keep nothing of studies that were marked on this exam, from the next poll on.

        It takes no lock: whoever wrote the exam may be collected while this thread holds it.
        """
        self._to_forget.append(exam)

    def close(self) -> None:
        """End its workers."""
        self._pool.is_closed = True
