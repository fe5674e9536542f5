"""One study: Keras' own fit() over the mock exam, marked after every pass.

It never runs in the page's process, but in the worker's (exam/service/worker_main.py).
"""

import functools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exam.model.exams import QUESTIONS
from exam.model.keras_setup import keras, tf
from exam.model.marking import as_digits, mark
from exam.model.network import compiled, initial_weights, mock_questions, shared_network
from exam.model.passes import passes
from exam.model.plan import PIXELS, Plan
from exam.model.results import Epoch
from exam.model.settings import EPOCHS, STUDENT
from exam.model.workbooks import question_order

_one_at_a_time = threading.RLock()


@dataclass(frozen=True)
class Checkpoint:
    """Where a study stands, so that it can be resumed: weights, passes done, seconds spent."""

    weights: list[np.ndarray]
    epoch: int = 0
    seconds: float = 0.0


class Marker(keras.callbacks.Callback):
    """After every pass, mark the practised and the unseen exams and report the epoch.

    Marking looks and learns nothing. (The loss that fit() itself logs is an average over
    the pass, while the weights change; it is no mark.)
    """

    def __init__(self, plan: Plan, start: Checkpoint, on_epoch: Callable[[Epoch], bool | None]):
        super().__init__()
        self.plan, self.on_epoch = plan, on_epoch
        self.epoch, self.seconds = start.epoch, start.seconds
        self.solved = ""

    def on_train_begin(self, logs=None):
        if self.epoch == 0:
            self._report()

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.process_time() - self._began
        self.epoch = epoch + 1
        self.model.stop_training = self._report() is False

    def _report(self) -> bool | None:
        progress = {"epoch": self.epoch, "seconds": self.seconds, "solved": self.solved}
        return self.on_epoch(mark(self.plan, **progress))


class SolvingMarker(Marker):
    """Also writes down what the student answers in each batch, before the update that follows."""

    def on_epoch_begin(self, epoch, logs=None):
        super().on_epoch_begin(epoch, logs)
        self.order = question_order(self.plan.student, epoch, self.plan.book.size)
        self.given = np.zeros(len(self.order), np.uint8)

    def on_train_batch_begin(self, batch, logs=None):
        questions = self.order[batch * self.plan.batch_size :][: self.plan.batch_size]
        exam = self.plan.book.exams[self.plan.book.exam_of_pass(self.epoch)]
        x = tf.gather(mock_questions(), exam[questions])
        self.given[questions] = self.model(x, training=False).numpy().argmax(axis=1)

    def on_epoch_end(self, epoch, logs=None):
        self.solved = as_digits(self.given)
        super().on_epoch_end(epoch, logs)


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
        model = compiled_for(1 if plan.solving else plan.updates)
        model.optimizer.learning_rate = plan.learning_rate
        model.set_weights(start.weights)
        marker = (SolvingMarker if plan.solving else Marker)(plan, start, on_epoch)
        model.fit(
            passes(plan, start.epoch, epochs),
            initial_epoch=start.epoch,
            epochs=epochs,
            steps_per_epoch=plan.updates,
            shuffle=False,
            verbose=0,
            callbacks=[marker],
        )
        return Checkpoint(model.get_weights(), marker.epoch, marker.seconds)


def initial_checkpoint(student: int) -> Checkpoint:
    """Before any study."""
    STUDENT.check(student)
    return Checkpoint(initial_weights(student))


@functools.cache
def compiled_for(updates: int) -> keras.Model:
    """The network, compiled so that it makes so many updates a call; traced once and kept.

    fit() runs a whole pass in one call (`steps_per_execution`), and tracing that call takes
    longer than a study. So there is one model for each number of updates, of which there are
    19, all around the same layers.
    """
    model = keras.Sequential([keras.Input((PIXELS,)), *shared_network().layers])
    compiled(model, steps_per_execution=updates)
    plan = Plan(batch_size=-(-QUESTIONS // updates), student=1)
    model.fit(passes(plan, 0, 1), steps_per_epoch=updates, shuffle=False, verbose=0)
    mark(plan, epoch=0)
    return model
