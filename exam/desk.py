"""The desk at which students study: `python -m exam.desk`, a process of its own, for Keras.

It reads one request a line and answers with one JSON object a line:

    {"plan": {"batch_size": 10, "student": 1}, "epochs": 20, "known": 3, "turn_seconds": 0.5}

asks for the epochs from number 3 on (0 is before studying) of the study of that `Plan`. Each
comes as it is marked, and `{"turn_over": true}` ends the turn, at the latest after the pass in
which `turn_seconds` have gone by. A knock, `{"turn_seconds": 0.0}`, shortens a turn that runs.
With `"wants_file": true` it brings the study to its end without a word, and then sends the
student as a `.keras` file, in base64: `{"file": "UEsDB…"}`. The desk says `{"ready": true}` once
Keras has loaded, and leaves when its input ends.
"""

import base64
import collections
import contextlib
import dataclasses
import json
import os
import queue
import sys
import threading
import time
import traceback

from exam.papers import QUESTIONS, BrokenExams, batches, load_exams
from exam.plans import Plan

# Keras loads these where it finds them, for uses that we have not: 170 MB and a second.
NOT_NEEDED = ("IPython", "matplotlib", "pandas", "scipy", "sklearn")
KEPT_NOTEBOOKS = 256  # 100 kB each; as many as the classroom keeps studies


def main() -> None:
    answers = _claim_output()

    def tell(**answer) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    inbox: queue.SimpleQueue[dict] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(inbox,), daemon=True).start()
    try:
        load_exams()
        sys.modules.update(dict.fromkeys(NOT_NEEDED))  # as if they were not installed
        from exam import training  # takes seconds, so after the reader has begun

        training.tf.get_logger().setLevel("ERROR")  # it takes 19 models for one traced anew
    except BrokenExams as reason:
        print(f"The exams are broken: {reason}", file=sys.stderr)
        return tell(failed="exams")
    except ImportError:
        traceback.print_exc()
        print(
            "Keras cannot be loaded; mend it by: pip install -r requirements.txt", file=sys.stderr
        )
        return tell(failed="keras")
    tell(ready=True)

    desk = Desk(training, tell, inbox)
    untraced = collections.deque(_updates_by_popularity())
    while True:
        while inbox.empty() and untraced:  # nobody waits: trace ahead, or the first study would
            training.trained_model(untraced.popleft())
        request = inbox.get()
        if "plan" in request:
            desk.give_turn(**request)
            tell(turn_over=True)


class Desk:
    """Takes up a study where it was put aside, and puts it aside when its turn is over."""

    def __init__(self, training, tell, knocks: queue.SimpleQueue[dict]):
        self.training, self.tell, self.knocks = training, tell, knocks
        self.notebooks: collections.OrderedDict = collections.OrderedDict()

    def give_turn(
        self, *, plan: dict, epochs: int, known: int, turn_seconds: float, wants_file: bool
    ) -> None:
        began = time.monotonic()
        if wants_file:
            known = epochs + 1

        def report(epoch) -> bool:
            nonlocal turn_seconds
            if epoch.epoch >= known:
                self.tell(**dataclasses.asdict(epoch))
            while not self.knocks.empty():
                turn_seconds = min(turn_seconds, self.knocks.get()["turn_seconds"])
            return time.monotonic() - began < turn_seconds

        plan = Plan(**plan)
        notebook = self.notebooks.pop(plan, None)
        if notebook is None or notebook.epoch >= max(known, 1):  # past what is asked for
            notebook = self.training.first_notebook(plan.student)
        if notebook.epoch < epochs:
            notebook = self.training.sit(notebook, plan, epochs=epochs, on_epoch=report)
        self.notebooks[plan] = notebook
        if len(self.notebooks) > KEPT_NOTEBOOKS:
            self.notebooks.popitem(last=False)
        if wants_file and notebook.epoch == epochs:
            try:
                file = self.training.keras_file(notebook)
            except OSError as error:  # Keras writes it to the disk, which may be full, as the log
                with contextlib.suppress(OSError):
                    print(f"The student cannot be written: {error}", file=sys.stderr, flush=True)
                file = b""
            self.tell(file=base64.b64encode(file).decode("ascii"))


def _updates_by_popularity() -> list[int]:
    """Every number of updates that a pass can have, those of the quick picks first."""
    quick_picks = [10, 1, 100, 32]
    every = [len(batches(size)) for size in quick_picks + list(range(1, QUESTIONS + 1))]
    return list(dict.fromkeys(every))


def _read_requests(inbox: queue.SimpleQueue) -> None:
    for line in sys.stdin:
        inbox.put(json.loads(line))
    os._exit(0)  # the server is gone; even in the middle of an import or a study


def _claim_output():
    """Keep standard output for answers alone: what libraries print goes to the log."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


if __name__ == "__main__":
    main()
