"""The desk at which students study: `python -m exam.desk`, a process of its own, for Keras.

It reads one request a line and answers with one JSON object a line:

    {"plan": {"batch_size": 10, "student": 1}, "epochs": 20, "known": 3, "others_wait": false}

asks for the epochs from number 3 on (0 is before studying) of the study of that `Plan`. Each
comes as it is marked, and `{"turn_over": true}` ends the turn. A turn ends early, after a whole
pass, when somebody else waits: that is what `others_wait` says, and any line that arrives
meanwhile. It says `{"ready": true}` once Keras has loaded, and leaves when its input ends.
"""

import collections
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

TURN_SECONDS = 0.2  # of a study that others wait for; taking one up again costs some 20 ms
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

    desk = Desk(training, tell, somebody_knocks=lambda: not inbox.empty())
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

    def __init__(self, training, tell, somebody_knocks):
        self.training, self.tell, self.somebody_knocks = training, tell, somebody_knocks
        self.notebooks: collections.OrderedDict = collections.OrderedDict()

    def give_turn(self, *, plan: dict, epochs: int, known: int, others_wait: bool) -> None:
        began = time.monotonic()
        turn_seconds = TURN_SECONDS if known else 0.0  # everyone's first pass comes soon

        def report(epoch) -> bool:
            if epoch.epoch >= known:
                self.tell(**dataclasses.asdict(epoch))
            is_over = time.monotonic() - began >= turn_seconds
            return not (is_over and (others_wait or self.somebody_knocks()))

        plan = Plan(**plan)
        notebook = self.notebooks.pop(plan, None)
        if notebook is None or notebook.epoch >= max(known, 1):  # past what is asked for
            notebook = self.training.first_notebook(plan.student)
        self.notebooks[plan] = self.training.sit(notebook, plan, epochs=epochs, on_epoch=report)
        if len(self.notebooks) > KEPT_NOTEBOOKS:
            self.notebooks.popitem(last=False)


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
