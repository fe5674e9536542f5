"""A turn of a study in the worker: resume it at its checkpoint, and keep a new one at the end."""

import base64
import collections
import contextlib
import dataclasses
import sys
import time
from collections.abc import Callable

from exam.model.network import keras_file
from exam.model.plan import Plan
from exam.model.results import Checkpoint, Epoch
from exam.model.training import initial_checkpoint, resume

KEPT_CHECKPOINTS = 256  # 100 kB each; about as many as the studies that the scheduler keeps
_checkpoints: collections.OrderedDict[Plan, Checkpoint] = collections.OrderedDict()


def run_turn(
    send: Callable[..., None],
    *,
    plan: dict,
    epochs: int,
    known: int,
    turn_seconds: float,
    wants_file: bool,
) -> None:
    """Send the epochs from number `known` on, or the file, until `turn_seconds` are over."""
    began = time.monotonic()
    plan = Plan(**plan)

    def report(epoch: Epoch) -> bool:
        if epoch.epoch >= known and not wants_file:
            send(**dataclasses.asdict(epoch))
        return time.monotonic() - began < turn_seconds

    checkpoint = _checkpoints.pop(plan, None)
    last_useful = epochs if wants_file else max(known - 1, 0)
    if checkpoint is None or checkpoint.epoch > last_useful:
        checkpoint = initial_checkpoint(plan.student)
    if checkpoint.epoch < epochs:
        checkpoint = resume(checkpoint, plan, epochs=epochs, on_epoch=report)
    _checkpoints[plan] = checkpoint
    if len(_checkpoints) > KEPT_CHECKPOINTS:
        _checkpoints.popitem(last=False)
    if wants_file and checkpoint.epoch == epochs:
        send(file=base64.b64encode(_file_of(plan, checkpoint)).decode("ascii"))


def _file_of(plan: Plan, checkpoint: Checkpoint) -> bytes:
    """The model as a `.keras` file; empty where the disk is full."""
    try:
        return keras_file(checkpoint.weights, plan.learning_rate)
    except OSError as error:
        with contextlib.suppress(OSError):  # the log is on that disk, too
            print(f"The model cannot be written: {error}", file=sys.stderr, flush=True)
        return b""
