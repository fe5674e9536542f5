"""The workers and their threads: each takes the next job, gives it a turn, and takes the next."""

import logging
import sys
import threading
import time

from exam.service.job import Job
from exam.service.job_queue import JobQueue
from exam.service.worker import Worker, WorkerLost, WorkerSource, workers_wanted

TURN_SECONDS = 0.2  # of a job; resuming one costs some 10 ms
TRIES = 3  # of a job, or of a start, that loses its worker each time, before a rest

_log = logging.getLogger(__name__)


class WorkerPool:
    """`lock` guards the queue, and whatever is counted here."""

    def __init__(self, queue: JobQueue, lock: threading.Lock):
        self._queue, self._lock = queue, lock
        self._source, self._starting = WorkerSource(), threading.Lock()
        self._failed_starts = self._workers = 0
        self._without_since = time.monotonic()
        self.is_closed = False  # once True, its threads and its workers end
        for _ in range(workers_wanted()):
            threading.Thread(target=self._serve, name="worker", daemon=True).start()

    @property
    def loading_seconds(self) -> float | None:
        """For how long there has been no worker; None while there is one."""
        return None if self._workers else time.monotonic() - self._without_since

    def _serve(self) -> None:
        while not self._is_over:
            with self._starting:  # one after the other: the first loads Keras
                worker = self._start_worker()
            if worker:
                self._give_turns(worker)
                worker.stop()
                with self._lock:
                    self._workers -= 1
                    self._without_since = time.monotonic()
        self._source.stop()

    @property
    def _is_over(self) -> bool:
        """Whether it was closed, or Streamlit has reloaded this module because a file was edited.

        The new module starts a scheduler of its own; this one must let its workers go.
        """
        module = sys.modules.get(__name__)
        return self.is_closed or module is None or vars(module) is not globals()

    def _start_worker(self) -> Worker | None:
        """A new worker; None if the pool is over or none can be had, which the jobs are told."""
        queue = self._queue
        with self._lock:
            while not self._is_over and (
                not queue.failure.is_over or (self._failed_starts and not queue.waiting)
            ):
                queue.job_came.wait(1.0)
        if self._is_over:
            return None
        try:
            worker = self._source.new_worker()
        except Exception as error:  # WorkerLost, or the system has no more files or processes
            _warn(error)
            failed = getattr(error, "failed", "")
            with self._lock:
                self._failed_starts += 1
                if failed or self._failed_starts >= TRIES:
                    queue.fail(failed or "worker")
            return None
        with self._lock:
            self._failed_starts = 0
            self._workers += 1
        return worker

    def _give_turns(self, worker: Worker) -> None:
        """Give the worker one job after the other, until it is lost or the pool is over."""
        try:
            while job := self._next_job(worker):
                self._give_turn(worker, job)
        except Exception as error:
            _warn(error)

    def _next_job(self, worker: Worker) -> Job | None:
        """The job whose turn it is, waiting until there is one; None once it is over."""
        with self._lock:
            while not (job := self._queue.start_next()):
                if self._is_over:
                    return None
                self._queue.job_came.wait(1.0)
                if not worker.is_alive():
                    raise WorkerLost(f"worker {worker.pid} ended while it was idle")
            return job

    def _give_turn(self, worker: Worker, job: Job) -> None:
        answers = worker.compute(
            plan=job.plan,
            epochs=job.target,
            checkpoint=job.checkpoint,
            known=len(job.marks),
            seconds=job.marks[-1].seconds if job.marks else 0.0,
            turn_seconds=TURN_SECONDS if job.marks else 0.0,
        )
        try:
            for answer in answers:
                with self._lock:
                    job.take(answer)
        except Exception:
            with self._lock:
                self._queue.lose_worker(job, TRIES)
            raise
        with self._lock:
            self._queue.end_turn(job)


def _warn(error: Exception) -> None:
    """A lost worker is a line in the log; what was not foreseen comes with its traceback."""
    _log.warning("%s", error, exc_info=not isinstance(error, WorkerLost))
