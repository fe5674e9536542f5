"""The worker process, `python -m exam.service.worker_main fork FOLDER` (or `serve FOLDER`).

Temporary files go to FOLDER, which is removed when the server has ended.

The process loads Keras and sends its process id, or what it cannot load: "exams" or "keras". Then
it forks a worker for every socket that it is sent, and computes nothing itself: once TensorFlow has
run, a fork of it hangs. With `serve`, where nothing can fork, it is itself the one worker.

A worker says its process id, reads a `TurnRequest` at a time and answers each with a `TurnResult`,
all pickled. It keeps nothing from one request to the next, and ends when its connection does.
"""

import contextlib
import gc
import os
import pickle
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from io import BufferedIOBase

from exam.model.exams import BrokenExams, load_exams
from exam.model.plan import Plan
from exam.model.results import Mark
from exam.service.turn import TurnRequest, TurnResult

NICENESS = 5  # so that the page, which needs a core only now and then, gets it at once
# Keras imports these if they are installed, for uses that we do not have: 170 MB and a second.
NOT_NEEDED = ("IPython", "matplotlib", "pandas", "scipy", "sklearn")


def main() -> None:
    with contextlib.suppress(AttributeError):  # on Windows
        os.nice(NICENESS)
    requests, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what libraries print goes to the log
    tempfile.tempdir = os.environ["TMPDIR"] = sys.argv[2]
    failed = _load_keras()
    if failed or sys.argv[1] == "fork":
        with open(answers, "wb") as output:  # closed: a worker that held it would hide our end
            pickle.dump(failed or os.getpid(), output)
        if failed:
            return
        with _forked(socket.socket(fileno=requests)).makefile("rwb") as stream:
            serve(stream, stream)
    else:
        with open(requests, "rb") as input_, open(answers, "wb") as output:
            serve(input_, output)
    os._exit(0)  # at once, whatever threads TensorFlow has


def _load_keras() -> str:
    """Import Keras; returns "", or what cannot be loaded."""
    try:
        load_exams()
        for name in NOT_NEEDED:
            sys.modules[name] = None  # type: ignore[assignment]  # as if it were not installed
        from exam.model import training  # noqa: F401
    except BrokenExams as reason:
        print(f"The exams are broken: {reason}", file=sys.stderr)
        return "exams"
    except ImportError:
        traceback.print_exc()
        remedy = "pip install -r requirements.txt"
        print(f"Keras cannot be loaded; this may help: {remedy}", file=sys.stderr)
        return "keras"
    return ""


def _forked(control: socket.socket) -> socket.socket:
    """Fork for every socket that comes; returns in the child, with its socket."""
    os.close(0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the server sees that one has ended
    gc.freeze()  # or a collection in a worker would copy what it shares with the others
    while True:
        sockets: list[int] = []
        with contextlib.suppress(ConnectionError):
            _, sockets, _, _ = socket.recv_fds(control, 16, 1)
        if not sockets:  # the server is gone; a worker that is stopped would not see it
            shutil.rmtree(sys.argv[2], ignore_errors=True)
            os.killpg(0, signal.SIGKILL)
        if os.fork() == 0:
            control.close()
            return socket.socket(fileno=sockets[0])
        os.close(sockets[0])


def serve(requests: BufferedIOBase, answers: BufferedIOBase) -> None:
    """Run one study, send our process id, then answer requests until the connection ends."""

    def send(answer: int | TurnResult) -> None:
        pickle.dump(answer, answers)
        answers.flush()

    run_turn(TurnRequest(Plan(1, 1), 1, None, 0.0))  # or the first study would wait for tracing
    send(os.getpid())
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            send(run_turn(pickle.load(requests)))


def run_turn(turn: TurnRequest) -> TurnResult:
    """Compute the passes of a turn."""
    from exam.model.training import initial_checkpoint, resume  # Keras has been loaded by now

    began, marks = time.monotonic(), []

    def report(mark: Mark) -> bool:
        marks.append(mark)
        return time.monotonic() - began < turn.seconds

    checkpoint = turn.checkpoint or initial_checkpoint(turn.plan.student)
    checkpoint = resume(checkpoint, turn.plan, epochs=turn.epochs, on_epoch=report)
    return TurnResult(marks, checkpoint)


if __name__ == "__main__":
    with contextlib.suppress(ConnectionError):  # the server has gone while Keras was loading
        main()
