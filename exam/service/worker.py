"""The worker as the server sees it: a process in which Keras lives, at the end of a pipe."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

LOADING_SECONDS = 180  # until a worker that has not become ready counts as lost
SILENT_SECONDS = 20  # until one that has a request and sends nothing does
COMMAND = [sys.executable, "-m", "exam.service.worker_main"]
ROOT = Path(__file__).parents[2]


class WorkerLost(Exception):
    """The worker died, fell silent or could not begin; the text is for the log.

    `failed` names what will fail again: "exams", "keras", or "" where another try may do.
    """

    def __init__(self, reason: str, failed: str = ""):
        super().__init__(reason)
        self.failed = failed


class Worker:
    """Starts `worker_main` and talks to it. Its input ends when this process does."""

    def __init__(self):
        self._process = subprocess.Popen(
            COMMAND,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C is for the server; the worker ends with it
        )
        self.pid = self._process.pid
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_until_ready(self) -> None:
        self._answer(LOADING_SECONDS)

    def compute(self, **request) -> Iterator[dict]:
        """Send a request; yield its epochs as they come, until its turn is over."""
        self._send(request)
        while "turn_over" not in (answer := self._answer(SILENT_SECONDS)):
            yield answer

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):  # what was still to be sent goes nowhere
            self._process.stdin.close()

    def _send(self, request: dict) -> None:
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise WorkerLost(f"worker {self.pid} does not read: {error}") from error

    def _answer(self, timeout_seconds: float) -> dict:
        try:
            line = self._lines.get(timeout=timeout_seconds)
        except queue.Empty:
            raise WorkerLost(f"worker {self.pid} silent for {timeout_seconds} s") from None
        if line is None:
            raise WorkerLost(f"worker {self.pid} ended, exit code {self._process.poll()}")
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise WorkerLost(f"worker {self.pid} wrote what is no answer: {line[:200]!r}")
        if "failed" in answer:
            raise WorkerLost(f"worker {self.pid} cannot begin", failed=answer["failed"])
        return answer

    def _listen(self) -> None:
        with self._process.stdout:
            for line in self._process.stdout:
                self._lines.put(line)
        self._lines.put(None)
