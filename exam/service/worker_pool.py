"""The workers and their threads: each takes the next job, gives it a turn, and takes the next."""

import logging
import threading
import time

from exam.service.job import Job
from exam.service.job_queue import JobQueue
from exam.service.turn import TurnRequest
from exam.service.worker import Worker, WorkerLost, WorkerSource, workers_wanted

TURN_SECONDS = 0.2  # of a job; resuming one costs some 10 ms
# How often a job may lose its worker, or a worker fail to start, before a pause of RETRY_SECONDS.
# After the pause, one more failed start is enough for the next.
TRIES = 3

_log = logging.getLogger(__name__)


class WorkerPool:
    """Threads, one for each worker, which give it one turn after the other.

    `lock` guards the queue, and how many workers there are and have failed to start.
    """

    def __init__(self, queue: JobQueue, lock: threading.Lock):
        self._queue, self._lock = queue, lock
        self._source, self._starting = WorkerSource(), threading.Lock()
        self._failed_starts = self._worker_count = 0
        self._no_worker_since = time.monotonic()
        self._is_closed = False
        for _ in range(workers_wanted()):
            threading.Thread(target=self._serve, name="worker", daemon=True).start()

    @property
    def loading_seconds(self) -> float | None:
        """For how long there has been no worker, as while Keras loads; None if there is one."""
        return None if self._worker_count else time.monotonic() - self._no_worker_since

    def _serve(self) -> None:
        while not self._is_closed:
            with self._starting:  # one after the other: the first loads Keras
                worker = self._start_worker()
            if worker:
                self._keep_busy(worker)
                worker.stop()
                with self._lock:
                    self._worker_count -= 1
                    self._no_worker_since = time.monotonic()
        self._source.stop()

    def close(self) -> None:
        """Let its threads and its workers end."""
        self._is_closed = True

    def _start_worker(self) -> Worker | None:
        """A new worker, or None; if TRIES of them fail to start, all jobs fail."""
        queue = self._queue
        with self._lock:
            # After a failed start, try again only when the pause is over and a job waits.
            while not self._is_closed and (
                not queue.failure.is_over or (self._failed_starts and not queue.waiting)
            ):
                queue.job_came.wait(1.0)
        if self._is_closed:
            return None
        try:
            worker = self._source.new_worker()
        except Exception as error:  # WorkerLost, or the system has no more files or processes
            _warn(error)
            cannot_load = error.cannot_load if isinstance(error, WorkerLost) else ""
            with self._lock:
                self._failed_starts += 1
                if cannot_load or self._failed_starts >= TRIES:
                    queue.fail(cannot_load or "worker")
            return None
        with self._lock:
            self._failed_starts = 0
            self._worker_count += 1
        return worker

    def _keep_busy(self, worker: Worker) -> None:
        """Give the worker one job after the other, until it is lost or the pool is closed."""
        try:
            while job := self._next_job(worker):
                self._give_turn(worker, job)
        except Exception as error:
            _warn(error)

    def _next_job(self, worker: Worker) -> Job | None:
        """Wait for the job whose turn it is; None once the pool is closed."""
        with self._lock:
            while not self._is_closed:
                if job := self._queue.start_next():
                    return job
                self._queue.job_came.wait(1.0)
                if not worker.is_alive():
                    raise WorkerLost(f"worker {worker.pid} ended while it was idle")
            return None

    def _give_turn(self, worker: Worker, job: Job) -> None:
        seconds = TURN_SECONDS if job.marks else 0.0  # the first turn is the first pass alone
        with self._lock:
            request = TurnRequest(job.plan, job.target, job.checkpoint, seconds)
        try:
            result = worker.compute(request)
            with self._lock:
                job.add_turn(result)
        except Exception:
            with self._lock:
                self._queue.lose_worker(job, TRIES)
            raise
        with self._lock:
            self._queue.end_turn(job)


def _warn(error: Exception) -> None:
    """Log a lost worker as one line, and an error that nobody expected with its traceback."""
    _log.warning("%s", error, exc_info=not isinstance(error, WorkerLost))
