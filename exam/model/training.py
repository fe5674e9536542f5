"""One study: Keras' own fit() over the mock exam, marked after every pass.

What surprises here: a step of this fit() is a whole pass, so `steps_per_epoch` is 1. The student's
`train_step` (network.py) goes through the batches itself, because calling a step from Python takes
longer than a step of so small a network computes. The updates are those of plain Keras:

    for epoch in range(epochs):
        order = question_order(student, epoch)
        model.fit(x[order], y[order], batch_size=batch_size, shuffle=False)

gives the same number of updates and the same weights but for rounding; a test compares the two.

Nothing here runs in the server's process, but in a worker (exam/service/worker_main.py).
"""

import threading
import time
from collections.abc import Callable

import numpy as np

from exam.model.keras_setup import keras
from exam.model.marking import as_digits, mark
from exam.model.network import initial_weights, shared_network
from exam.model.passes import passes
from exam.model.plan import Plan
from exam.model.results import Checkpoint, Mark
from exam.model.settings import EPOCHS, STUDENT
from exam.model.workbooks import question_order

_one_at_a_time = threading.RLock()


class Marker(keras.callbacks.Callback):
    """After every pass, mark the practised and the unseen exams and report the epoch.

    Marking looks and learns nothing. (The loss that fit() itself logs is an average over
    the pass, while the weights change; it is no mark.)
    """

    def __init__(self, plan: Plan, start: Checkpoint, on_epoch: Callable[[Mark], bool | None]):
        super().__init__()
        self.plan, self.on_epoch = plan, on_epoch
        self.epoch, self.seconds = start.epoch, start.seconds

    def on_train_begin(self, logs=None):
        if self.epoch == 0:
            self.on_epoch(mark(self.plan, epoch=0))

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.process_time() - self._began
        self.epoch = epoch + 1
        given = np.empty_like(logs["answers"])
        given[question_order(self.plan.student, epoch, len(given))] = logs["answers"]
        marks = mark(self.plan, epoch=self.epoch, seconds=self.seconds, solved=as_digits(given))
        self.model.stop_training = self.on_epoch(marks) is False


def study(
    *,
    batch_size: int,
    epochs: int,
    student: int,
    on_epoch: Callable[[Mark], None] | None = None,
    **more: object,
) -> tuple[Mark, ...]:
    """Let a student work through the workbook `epochs` times; return every mark.

    The same settings give the same numbers, whatever else ran before, and a longer study begins
    with the marks of a shorter one.

    The workbook is the first mock exam unless `more` (the other fields of a `Plan`) says
    otherwise. `on_epoch` is called with each `Mark` as soon as it is there, epoch 0 first.
    Raises ValueError for a setting outside its range.
    """
    record: list[Mark] = []

    def keep(mark: Mark) -> None:
        record.append(mark)
        if on_epoch is not None:
            on_epoch(mark)

    plan = Plan(batch_size, student, **more)
    resume(initial_checkpoint(student), plan, epochs=epochs, on_epoch=keep)
    return tuple(record)


def resume(
    start: Checkpoint, plan: Plan, *, epochs: int, on_epoch: Callable[[Mark], bool | None]
) -> Checkpoint:
    """Go on from `start` up to pass `epochs`, or until `on_epoch` returns False."""
    EPOCHS.check(epochs)
    with _one_at_a_time:
        model = shared_network()
        model.optimizer.learning_rate = plan.learning_rate
        model.set_weights(start.weights)
        marker = Marker(plan, start, on_epoch)
        model.fit(
            passes(plan, start.epoch, epochs),
            initial_epoch=start.epoch,
            epochs=epochs,
            steps_per_epoch=1,  # a whole pass
            shuffle=False,
            verbose=0,
            callbacks=[marker],
        )
        return Checkpoint(model.get_weights(), marker.epoch, marker.seconds)


def initial_checkpoint(student: int) -> Checkpoint:
    """Before any study."""
    STUDENT.check(student)
    return Checkpoint(initial_weights(student))
