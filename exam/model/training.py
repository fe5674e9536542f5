"""Training: Keras' own fit() over the mock exam, marked after every pass.

Keras would call Python once for every batch, and with so small a network the call takes longer than
the batch. So one training step of Keras is a whole pass here: `steps_per_epoch` is 1, and the
student's `train_step` (network.py) loops over the batches. The updates are those of plain Keras:

    for epoch in range(epochs):
        order = question_order(student, epoch)
        model.fit(x[order], y[order], batch_size=batch_size, shuffle=False)

gives the same number of updates and the same weights but for rounding; a test compares the two.

All of this runs in a worker (exam/service/worker_main.py), never in the server's process.
"""

import dataclasses
import threading
import time
from collections.abc import Callable

import numpy as np

from exam.model.keras_setup import keras
from exam.model.marking import as_digits, mark
from exam.model.network import initial_weights, shared_network
from exam.model.own_exam import OwnExam
from exam.model.passes import passes
from exam.model.plan import LEARNING_RATE, UNSEEN, Plan
from exam.model.results import Checkpoint, Mark
from exam.model.settings import EPOCHS, STUDENT
from exam.model.snapshots import pack_weights
from exam.model.speed import seconds_per_question
from exam.model.steps import measure_steps
from exam.model.updates import encode_deltas, first_pass_deltas
from exam.model.workbooks import question_order

# All studies share one network, so one trains at a time; `on_epoch` must not begin another.
_one_at_a_time = threading.Lock()


class Marker(keras.callbacks.Callback):
    """After every pass, mark the exams of the plan and report the mark.

    Marking only evaluates. (The loss that a plain fit() logs is an average over the pass, during
    which the weights change, so it would not do.)
    """

    def __init__(self, plan: Plan, start: Checkpoint, on_epoch: Callable[[Mark], bool | None]):
        super().__init__()
        self.plan, self.report = plan, on_epoch
        self.epoch, self.seconds = start.epoch, start.seconds
        self.initial_weights = start.weights  # where the study begins

    def on_train_begin(self, logs=None):
        if self.epoch == 0:
            self.report(self._with_weights(mark(self.plan, epoch=0)))

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.process_time() - self._began
        self.epoch = epoch + 1
        answers = np.empty_like(logs["answers"])
        answers[question_order(self.plan.student, epoch, len(answers))] = logs["answers"]
        after_pass = mark(
            self.plan,
            epoch=self.epoch,
            seconds=self.seconds,
            answers_in_pass=as_digits(answers),
        )
        if epoch == 0:
            after_pass = self._with_updates(after_pass)
        self.model.stop_training = self.report(self._with_weights(after_pass)) is False

    def _with_weights(self, mark: Mark) -> Mark:
        if mark.epoch not in self.plan.kept_passes:
            return mark
        return dataclasses.replace(mark, weights=pack_weights(self.model.get_weights()))

    def _with_updates(self, mark: Mark) -> Mark:
        """The mark of the first pass with what its updates did to the weights."""
        deltas = encode_deltas(first_pass_deltas(self.initial_weights, self.plan))
        steps = measure_steps(self.initial_weights, self.plan) if self.plan.has_steps else None
        seconds = seconds_per_question(self.plan.timing) if self.plan.timing else 0.0
        return dataclasses.replace(mark, deltas=deltas, steps=steps, seconds_per_question=seconds)


def study(
    *,
    batch_size: int,
    epochs: int,
    student: int,
    on_epoch: Callable[[Mark], None] | None = None,
    workbook: str = "one_exam",
    misprints: int = 0,
    marked_on: str = UNSEEN,
    learning_rate: float = LEARNING_RATE,
    own: OwnExam | None = None,
    has_steps: bool = False,
) -> tuple[Mark, ...]:
    """Train a student for `epochs` passes through the workbook; returns every mark.

    For notebooks, tests and measurements: a worker calls `resume`, turn by turn.

    The same settings give the same numbers, whatever else ran before, and a longer study begins
    with the marks of a shorter one.

    `on_epoch` is called with each `Mark` as soon as it is computed, epoch 0 first. The other
    settings are those of a `Plan`. Raises ValueError for a setting outside its range.
    """
    record: list[Mark] = []

    def keep(mark: Mark) -> None:
        record.append(mark)
        if on_epoch is not None:
            on_epoch(mark)

    plan = Plan(batch_size, student, workbook, misprints, marked_on, learning_rate, own, has_steps)
    resume(initial_checkpoint(student), plan, epochs=epochs, on_epoch=keep)
    return tuple(record)


def resume(
    start: Checkpoint, plan: Plan, *, epochs: int, on_epoch: Callable[[Mark], bool | None]
) -> Checkpoint:
    """Train from `start` up to pass `epochs`, or until `on_epoch` returns False."""
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
    """The checkpoint before any study."""
    STUDENT.check(student)
    return Checkpoint(initial_weights(student))
