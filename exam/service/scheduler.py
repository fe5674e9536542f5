"""The scheduler: gives every study its turns at the one worker, and shares what comes of it.

A study is settled by its plan, and a longer one begins with the epochs of a shorter one. So
whoever asks for epochs that exist has them at once, and whoever asks for a study that is running
follows it from its beginning. Which study comes next, job_queue.py says.
"""

import dataclasses
import functools
import logging
import sys
import threading
import time

from exam.model.plan import Plan
from exam.model.results import Epoch
from exam.model.settings import EPOCHS
from exam.service.job import FileJob, Job, Progress
from exam.service.job_queue import JobQueue
from exam.service.worker import Worker, WorkerLost

FOLLOWED_SECONDS = 3.0  # a job that nobody has polled for so long is put aside
TURN_SECONDS = 0.2  # of a job; resuming one costs some 10 ms
FILES_AT_ONCE = 3  # downloads that may wait for a file; asyncio's pool has 6 threads on two cores
TRIES = 3  # of a job, or of a start, that loses the worker each time, before a rest

_log = logging.getLogger(__name__)
_starting = threading.Lock()


def get_scheduler() -> "Scheduler":
    """The one of this process. Clearing Streamlit's cache would leave one behind that it kept."""
    with _starting:
        return _the_scheduler()


@functools.cache
def _the_scheduler() -> "Scheduler":
    return Scheduler()


class Scheduler:
    def __init__(self):
        self._lock = threading.Lock()
        self._queue = JobQueue(self._lock)
        self._files = threading.BoundedSemaphore(FILES_AT_ONCE)
        self._worker: Worker | None = None
        self._failed_starts = 0
        self.is_closed = False  # once True, its thread and its worker end
        self._loading_since: float | None = time.monotonic()
        threading.Thread(target=self._serve, name="scheduler", daemon=True).start()

    def poll(
        self,
        plan: Plan,
        epochs: int,
        *,
        seen: int = 0,
        wait_seconds: float = 0.0,
        is_background: bool = False,
    ) -> Progress:
        """The study of `plan` as far as `epochs`, waiting so long for more than the `seen` marks.

        The first poll asks for the study. It is computed as long as somebody polls; first passes
        in the background come after those that are not. Raises ValueError for a number of epochs
        outside its range.
        """
        EPOCHS.check(epochs)
        with self._lock:
            job = self._queue.job_of(plan)
            job.target = max(job.target, epochs) if job.is_wanted else epochs
            job.is_background &= is_background
            job.follow(FOLLOWED_SECONDS)
            self._queue.add(job)
            seen = min(seen, epochs)
            job.changed.wait_for(
                lambda: len(job.epochs) > seen or self._queue.failure_of(job), wait_seconds
            )
            is_complete = len(job.epochs) > epochs
            return Progress(
                epochs=job.epochs[: epochs + 1],
                loading_seconds=None if is_complete else self._loading_seconds(),
                was_interrupted=job.lost_workers > 0,
                failure="" if is_complete else self._queue.failure_of(job),
                ahead=0 if is_background or len(job.epochs) > seen else self._queue.ahead_of(job),
            )

    def fetch(self, plan: Plan, epochs: int, timeout_seconds: float) -> list[Epoch]:
        """The study as far as `epochs`, computed again where it has been let go.

        Raises TimeoutError where it does not come in time.
        """
        ends = time.monotonic() + timeout_seconds
        while True:
            progress = self.poll(plan, epochs, seen=epochs, wait_seconds=0.5)
            if len(progress.epochs) > epochs:
                return progress.epochs
            if progress.failure or time.monotonic() > ends:
                raise TimeoutError(f"no {epochs} epochs of {plan} within {timeout_seconds} s")

    def keras_file(self, plan: Plan, epochs: int, timeout_seconds: float) -> bytes:
        """The model after so many epochs of `plan`, as a `.keras` file.

        TimeoutError where it is late or too many wait already, OSError where it cannot be written.
        """
        EPOCHS.check(epochs)
        job = FileJob(plan, threading.Condition(self._lock), target=epochs)
        if not self._files.acquire(blocking=False):
            raise TimeoutError(f"{FILES_AT_ONCE} downloads wait for a file already")
        try:
            with self._lock:
                job.follow(timeout_seconds)
                self._queue.add(job)
                if not job.changed.wait_for(lambda: job.is_complete, timeout_seconds):
                    raise TimeoutError(f"no file of {plan} within {timeout_seconds} s")
        finally:
            self._files.release()
        if not job.file:
            raise OSError(f"no room for a file of {plan}")
        return job.file

    def _loading_seconds(self) -> float | None:
        return None if self._loading_since is None else time.monotonic() - self._loading_since

    # From here on: the scheduler's own thread, which alone starts, asks and stops the worker.

    def _serve(self) -> None:
        while not self._is_over:
            try:
                self._start_worker()
                self._give_turns()
            except WorkerLost as lost:
                _log.warning("%s", lost)
                self._clean_up(lost.failed)
            except Exception:
                _log.exception("The scheduler failed and goes on")
                self._clean_up("worker")
        if self._worker:
            self._worker.stop()

    @property
    def _is_over(self) -> bool:
        """Closed, or Streamlit has dropped this module to load it anew, since a file was edited.

        The new module starts a scheduler of its own; this one must not keep its worker.
        """
        module = sys.modules.get(__name__)
        return self.is_closed or module is None or vars(module) is not globals()

    def _start_worker(self) -> None:
        with self._lock:
            queue = self._queue
            while not queue.failure.is_over or (self._failed_starts and not queue.waiting):
                queue.job_came.wait(1.0)
        self._failed_starts += 1
        self._loading_since = time.monotonic()
        self._worker = Worker()
        self._worker.wait_until_ready()
        self._failed_starts = 0
        self._loading_since = None

    def _give_turns(self) -> None:
        while job := self._next_job():
            answers = self._worker.compute(
                plan=dataclasses.asdict(job.plan),
                epochs=job.target,
                known=len(job.epochs),
                turn_seconds=TURN_SECONDS if job.epochs or job.wants_file else 0.0,
                wants_file=job.wants_file,
            )
            for answer in answers:
                try:
                    with self._lock:
                        job.take(answer)
                except (KeyError, TypeError, ValueError) as wrong:
                    raise WorkerLost(f"worker {self._worker.pid} wrote nonsense: {wrong}") from None
            with self._lock:
                self._queue.end_turn()

    def _next_job(self) -> Job | None:
        """The job whose turn it is, waiting until there is one; None once it is over."""
        with self._lock:
            while not (job := self._queue.start_next()):
                if self._is_over:
                    return None
                self._queue.job_came.wait(1.0)
                if not self._worker.is_alive():
                    raise WorkerLost(f"worker {self._worker.pid} ended while it was idle")
            return job

    def _clean_up(self, failed: str) -> None:
        """After the worker was lost."""
        if self._worker:
            self._worker.stop()
        if self._failed_starts >= TRIES:
            failed = failed or "worker"
        with self._lock:
            self._worker, self._loading_since = None, time.monotonic()
            self._queue.lose_worker(failed, TRIES)
