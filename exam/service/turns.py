"""A turn of a study in the worker: resume it at a checkpoint, and send one back at the end."""

import dataclasses
import time
from collections.abc import Callable

from exam.model.plan import Plan
from exam.model.results import Checkpoint, Mark
from exam.model.training import initial_checkpoint, resume


def run_turn(
    send: Callable[[Mark | Checkpoint], None],
    *,
    plan: Plan,
    epochs: int,
    checkpoint: Checkpoint | None = None,
    known: int = 0,
    seconds: float = 0.0,
    turn_seconds: float = 0.0,
) -> None:
    """Send the marks from number `known` on, until `turn_seconds` are over.

    `seconds` are those of the last mark that is known. The passes between the checkpoint and it
    are computed again, and their marks are not sent.
    """
    began = time.monotonic()

    def report(mark: Mark) -> bool:
        if mark.epoch >= known:
            send(mark)
        return time.monotonic() - began < turn_seconds

    checkpoint = checkpoint or initial_checkpoint(plan.student)
    if checkpoint.epoch < known - 1:
        checkpoint = resume(checkpoint, plan, epochs=known - 1, on_epoch=report)
    if checkpoint.epoch == known - 1:
        checkpoint = dataclasses.replace(checkpoint, seconds=seconds)
    if known - 1 <= checkpoint.epoch < epochs:
        checkpoint = resume(checkpoint, plan, epochs=epochs, on_epoch=report)
    send(checkpoint)
