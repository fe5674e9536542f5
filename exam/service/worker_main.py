"""The worker's own main, `python -m exam.service.worker_main fork FOLDER` (or `serve FOLDER`).

Its temporary files go to that folder, which it removes when the server is gone.

It loads Keras and says its process id, or why it cannot: "exams" or "keras". Then it forks a worker
for every socket that it is sent, and computes nothing itself: once TensorFlow has run, a fork of it
hangs. With `serve`, where nothing can fork, it is itself the one worker.

A worker says its process id, reads requests, the arguments of `turns.run_turn`, and answers each
with the epochs that are asked for, and at the end of its turn with a `Checkpoint`; all pickled. It
remembers nothing from one request to the next, and ends when its connection does.
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
import traceback
from typing import BinaryIO

from exam.model.exams import BrokenExams, load_exams
from exam.model.plan import Plan
from exam.model.results import Checkpoint, Mark

# Keras imports these if they are installed, for uses that we do not have: 170 MB and a second.
NOT_NEEDED = ("IPython", "matplotlib", "pandas", "scipy", "sklearn")


def main() -> None:
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
    os._exit(0)


def _load_keras() -> str:
    """Import what needs Keras; "" or what cannot be loaded."""
    try:
        load_exams()
        sys.modules.update(dict.fromkeys(NOT_NEEDED))  # as if they were not installed
        from exam.service import turns  # noqa: F401
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
        sockets = []
        with contextlib.suppress(ConnectionError):
            _, sockets, _, _ = socket.recv_fds(control, 16, 1)
        if not sockets:  # the server is gone; a worker that stands still would not see it
            shutil.rmtree(sys.argv[2], ignore_errors=True)
            os.killpg(0, signal.SIGKILL)
        if os.fork() == 0:
            control.close()
            return socket.socket(fileno=sockets[0])
        os.close(sockets[0])


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Say our process id, once a study is known to run here; then answer requests."""

    def send(answer: int | Mark | Checkpoint) -> None:
        pickle.dump(answer, answers)
        answers.flush()

    from exam.service.turns import run_turn  # Keras has been loaded by now

    run_turn(lambda answer: None, plan=Plan(1, 1), epochs=1)  # traces what a first study would
    send(os.getpid())
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            run_turn(send, **pickle.load(requests))


if __name__ == "__main__":
    with contextlib.suppress(ConnectionError):  # the server has gone while Keras was loading
        main()
