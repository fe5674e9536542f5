"""The worker's own main, `python -m exam.service.worker_main`: the process for Keras.

It reads one request a line and answers with one JSON object a line:

    {"plan": {"batch_size": 10, "student": 1}, "epochs": 20, "known": 3, "turn_seconds": 0.2,
     "wants_file": false}

asks for the epochs from number 3 on (0 is before studying) of the study of that `Plan`. Each
is sent as soon as it is marked, and `{"turn_over": true}` ends the turn, at the latest after the
pass in which `turn_seconds` have gone by. With `"wants_file": true` no epochs are sent; the turn
in which the study ends sends the model as a `.keras` file, in base64: `{"file": "UEsDB…"}`.

It says `{"ready": true}` once Keras has loaded, and ends when its input does.
"""

import collections
import json
import os
import queue
import sys
import threading
import traceback

from exam.model.exams import QUESTIONS, BrokenExams, batches, load_exams

# Keras loads these where it finds them, for uses that we have not: 170 MB and a second.
NOT_NEEDED = ("IPython", "matplotlib", "pandas", "scipy", "sklearn")
QUICK_PICKS = (10, 1, 100, 32)


def main() -> None:
    output = _claim_output()

    def send(**answer) -> None:
        output.write(json.dumps(answer) + "\n")
        output.flush()

    inbox: queue.SimpleQueue[dict] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(inbox,), daemon=True).start()
    turns = _load_keras(send)
    if turns is None:
        return
    send(ready=True)
    untraced = collections.deque(_updates_by_popularity())
    while True:
        while inbox.empty() and untraced:  # idle: trace now what a first study would wait for
            turns.compiled_for(untraced.popleft())
        turns.run_turn(send, **inbox.get())
        send(turn_over=True)


def _load_keras(send):
    """Import what needs Keras; None where it or the exams cannot be loaded, the reason sent."""
    try:
        load_exams()
        sys.modules.update(dict.fromkeys(NOT_NEEDED))  # as if they were not installed
        from exam.model.keras_setup import tf  # takes seconds, so after the reader has begun
        from exam.service import turns

        tf.get_logger().setLevel("ERROR")  # or it warns that 19 models are traced
    except BrokenExams as reason:
        print(f"The exams are broken: {reason}", file=sys.stderr)
        return send(failed="exams")
    except ImportError:
        traceback.print_exc()
        remedy = "pip install -r requirements.txt"
        print(f"Keras cannot be loaded; this may help: {remedy}", file=sys.stderr)
        return send(failed="keras")
    return turns


def _updates_by_popularity() -> list[int]:
    """Every number of updates that a pass can have, those of the quick picks first."""
    sizes = [*QUICK_PICKS, *range(1, QUESTIONS + 1)]
    return list(dict.fromkeys(len(batches(size)) for size in sizes))


def _read_requests(inbox: queue.SimpleQueue) -> None:
    for line in sys.stdin:
        inbox.put(json.loads(line))
    os._exit(0)  # the server is gone; even in the middle of an import or a study


def _claim_output():
    """Keep standard output for answers alone: what libraries print goes to the log."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return output


if __name__ == "__main__":
    main()
