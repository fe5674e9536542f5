"""One study: Keras' own fit() over the mock exam, marked after every pass.

It never runs in the page's process, but in the worker's (exam/service/worker_main.py).
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
from exam.model.results import Checkpoint, Epoch
from exam.model.settings import EPOCHS, STUDENT
from exam.model.workbooks import question_order

_one_at_a_time = threading.RLock()


class Marker(keras.callbacks.Callback):
    """After every pass, mark the practised and the unseen exams and report the epoch.

    Marking looks and learns nothing. (The loss that fit() itself logs is an average over
    the pass, while the weights change; it is no mark.)
    """

    def __init__(self, plan: Plan, start: Checkpoint, on_epoch: Callable[[Epoch], bool | None]):
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
    on_epoch: Callable[[Epoch], None] | None = None,
    **more: int | str | bool,
) -> tuple[Epoch, ...]:
    """Let a student work through the workbook `epochs` times; return every mark.

    Equal to `model.fit(x, y, batch_size=batch_size)`, one epoch a call, on the order of
    questions that `question_order(student, epoch)` gives. The same settings give the same
    numbers, whatever else ran before, and a longer study begins with the epochs of a shorter.

    The workbook is the first mock exam unless `more` (the other fields of a `Plan`) says
    otherwise. `on_epoch` is called with each `Epoch` as soon as it is marked, epoch 0 first.
    Raises ValueError for a setting outside its range.
    """
    record: list[Epoch] = []

    def keep(epoch: Epoch) -> None:
        record.append(epoch)
        if on_epoch is not None:
            on_epoch(epoch)

    plan = Plan(batch_size, student, **more)
    resume(initial_checkpoint(student), plan, epochs=epochs, on_epoch=keep)
    return tuple(record)


def resume(
    start: Checkpoint, plan: Plan, *, epochs: int, on_epoch: Callable[[Epoch], bool | None]
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
