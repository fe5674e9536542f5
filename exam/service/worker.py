"""The server's end of a worker: a process with Keras in it, connected by a socket."""

import contextlib
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from pathlib import Path

from exam.service import machine
from exam.service.turn import TurnRequest, TurnResult

LOADING_TIMEOUT = 180  # seconds; a process that has not loaded Keras by then counts as lost
ANSWER_TIMEOUT = 20  # seconds; a worker that has not answered a request by then counts as lost
COMMAND = [sys.executable, "-m", "exam.service.worker_main"]
ROOT = Path(__file__).parents[2]
CAN_FORK = sys.platform == "linux"  # Windows cannot; on macOS it has not been tried
MAX_WORKERS = 4  # where nobody says otherwise

_log = logging.getLogger(__name__)


class WorkerLost(Exception):
    """The worker died, fell silent or could not begin; the text is for the log.

    `cannot_load` is "exams" or "keras" if another try would fail as well, else "".
    """

    def __init__(self, reason: str, cannot_load: str = "", is_silent: bool = False):
        super().__init__(reason)
        self.cannot_load, self.is_silent = cannot_load, is_silent


def workers_wanted() -> int:
    """One for each core that this process may use, or as many as EXAM_WORKERS says."""
    if not CAN_FORK:
        return 1
    wanted = os.environ.get("EXAM_WORKERS", "")
    if wanted.isdecimal() and int(wanted) > 0:
        return int(wanted)
    if wanted:
        _log.warning("EXAM_WORKERS must be a number from 1 on, not %r", wanted)
    return min(MAX_WORKERS, machine.cores())


class Worker:
    """Talks to a process of `worker_main`, which ends when the connection does."""

    def __init__(self, connection: socket.socket, timeout_seconds: float):
        """Wait until the process says its id. Raises WorkerLost."""
        self._socket = connection
        self._stream = connection.makefile("rwb")
        self.pid = self._pidfd = None
        hello = self._receive(timeout_seconds)
        if not isinstance(hello, int):
            cannot_load = hello if hello in ("exams", "keras") else ""
            raise WorkerLost(f"a worker cannot begin: {hello!r:.100}", cannot_load)
        self.pid = hello
        with contextlib.suppress(AttributeError, OSError):  # not on Windows; or it has ended
            self._pidfd = os.pidfd_open(hello)
            weakref.finalize(self, os.close, self._pidfd)

    @classmethod
    def start(cls, folder: str) -> "Worker":
        """A process that imports Keras, which takes seconds; its temporary files go to `folder`."""
        if CAN_FORK:
            ours, theirs = socket.socketpair()
            with theirs:
                _start_process("fork", folder, stdin=theirs, stdout=theirs)
            return cls(ours, LOADING_TIMEOUT)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
        return cls(_socket_for(_start_process("serve", folder, **pipes)), LOADING_TIMEOUT)

    def fork(self) -> "Worker":
        """A copy of this process, with Keras loaded; this one itself never computes anything."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._socket, [b"fork"], [theirs.fileno()])
            except OSError as error:
                raise WorkerLost(f"process {self.pid} does not fork: {error}") from error
        return Worker(ours, ANSWER_TIMEOUT)

    def compute(self, request: TurnRequest) -> TurnResult:
        """Have a turn computed. Raises WorkerLost."""
        self._socket.settimeout(ANSWER_TIMEOUT)
        try:
            pickle.dump(request, self._stream)
            self._stream.flush()
        except OSError as error:
            raise WorkerLost(f"worker {self.pid} does not read: {error}") from error
        result = self._receive(ANSWER_TIMEOUT)
        if not isinstance(result, TurnResult):
            raise WorkerLost(f"worker {self.pid} wrote nonsense: {result!r:.100}")
        return result

    def is_alive(self) -> bool:
        """Whether an idle worker still runs: there is something to read only when it has ended."""
        self._socket.settimeout(0)
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except ConnectionResetError:  # it was killed, and had not read all
            return False
        return False

    def stop(self) -> None:
        """End the process, even one that is stopped (SIGSTOP)."""
        with contextlib.suppress(OSError):
            if self._pidfd is not None:  # its pid may be another process's by now
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            elif self.pid is not None and not hasattr(os, "pidfd_open"):
                os.kill(self.pid, signal.SIGTERM)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _receive(self, timeout_seconds: float):
        self._socket.settimeout(timeout_seconds)
        try:
            return pickle.load(self._stream)
        except TimeoutError:
            silent = f"worker {self.pid} silent for {timeout_seconds} s"
            raise WorkerLost(silent, is_silent=True) from None
        except (EOFError, OSError) as error:
            raise WorkerLost(f"worker {self.pid} ended: {error}") from None
        except Exception as error:
            raise WorkerLost(f"worker {self.pid} wrote nonsense: {error!r}") from None


class WorkerSource:
    """Forks workers from a process that has loaded Keras and computed nothing."""

    def __init__(self):
        self._loaded: Worker | None = None
        self._folder: tempfile.TemporaryDirectory | None = None

    def new_worker(self) -> Worker:
        """A worker; the first call waits until Keras has loaded. Raises WorkerLost."""
        # TensorFlow compiles our functions to temporary files, and does not remove them.
        self._folder = self._folder or _new_folder()
        if not CAN_FORK:
            return Worker.start(self._folder.name)
        try:
            self._loaded = self._loaded or Worker.start(self._folder.name)
            return self._loaded.fork()
        except WorkerLost as lost:
            # If the new worker alone was killed, the process that it was forked from is still good.
            if self._loaded and (lost.is_silent or not self._loaded.is_alive()):
                self._drop_loaded()
            raise

    def stop(self) -> None:
        self._drop_loaded()
        if self._folder:
            self._folder.cleanup()
        self._folder = None

    def _drop_loaded(self) -> None:
        if self._loaded:
            self._loaded.stop()
        self._loaded = None


def _new_folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="exam-", ignore_cleanup_errors=True)


def _start_process(how: str, folder: str, **pipes) -> subprocess.Popen:
    # A session of its own, so that Ctrl-C reaches the server alone; the workers end with it.
    command = [*COMMAND, how, folder]
    # NumPy's threads busy-wait for each other: with a worker per core, that would make its
    # computations five times slower.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, **pipes)


def _socket_for(process: subprocess.Popen) -> socket.socket:
    """A socket for its pipes, since Windows can wait for sockets alone."""
    assert process.stdin and process.stdout  # both are pipes
    ours, theirs = socket.socketpair()

    def pump(read, write) -> None:
        with contextlib.suppress(OSError):
            while data := read(65536):
                write(data)
        with contextlib.suppress(OSError):
            theirs.shutdown(socket.SHUT_RDWR)  # close() would wait for the other pump

    for ends in ((process.stdout.read, theirs.sendall), (theirs.recv, process.stdin.write)):
        threading.Thread(target=pump, args=ends, daemon=True).start()
    return ours
