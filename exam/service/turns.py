"""A turn of a study in the worker: resume it at a checkpoint, and send one back at the end."""

import dataclasses
import time
from collections.abc import Callable

from exam.model.plan import Plan
from exam.model.results import Checkpoint, Epoch
from exam.model.training import initial_checkpoint, resume


def run_turn(
    send: Callable[[Epoch | Checkpoint], None],
    *,
    plan: Plan,
    epochs: int,
    checkpoint: Checkpoint | None = None,
    known: int = 0,
    seconds: float = 0.0,
    turn_seconds: float = 0.0,
) -> None:
    """Send the epochs from number `known` on, until `turn_seconds` are over.

    `seconds` are those of the last known epoch. What lies between the checkpoint and it is
    computed again in silence.
    """
    began = time.monotonic()

    def report(epoch: Epoch) -> bool:
        if epoch.epoch >= known:
            send(epoch)
        return time.monotonic() - began < turn_seconds

    checkpoint = checkpoint or initial_checkpoint(plan.student)
    if checkpoint.epoch < known - 1:
        checkpoint = resume(checkpoint, plan, epochs=known - 1, on_epoch=report)
    if checkpoint.epoch == known - 1:
        checkpoint = dataclasses.replace(checkpoint, seconds=seconds)
    if known - 1 <= checkpoint.epoch < epochs:
        checkpoint = resume(checkpoint, plan, epochs=epochs, on_epoch=report)
    send(checkpoint)
