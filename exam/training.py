"""One study: Keras' own fit() over the mock exam, marked after every pass.

The only module that imports Keras. It never runs in the page's process (see exam/desk.py).
"""

import os

# Before Keras loads, whatever the machine's own settings say.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import contextlib
import functools
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from exam.papers import QUESTIONS, load_exams
from exam.plans import Plan
from exam.results import Epoch
from exam.settings import EPOCHS, STUDENT
from exam.workbooks import open_workbook, question_order

# One thread: the same sums in the same order on any number of cores. For operations as small as
# these, handing them over to another thread costs more CPU than it saves time.
with contextlib.suppress(RuntimeError):  # where TensorFlow runs already, it keeps its threads
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)

LEARNING_RATE = 0.05
HIDDEN_UNITS = 32
PIXELS = 28 * 28

_one_at_a_time = threading.RLock()


@dataclass(frozen=True)
class Notebook:
    """What a student carries from one sitting to the next: weights, passes done, seconds spent."""

    weights: list[np.ndarray]
    epoch: int = 0
    seconds: float = 0.0


class Marker(keras.callbacks.Callback):
    """After every pass, mark the practised and the unseen exams and report the epoch.

    Marking looks and learns nothing. (The loss that fit() itself logs is an average over
    the pass, while the weights change; it is no mark.)
    """

    def __init__(self, plan: Plan, notebook: Notebook, on_epoch: Callable[[Epoch], bool | None]):
        super().__init__()
        self.plan, self.on_epoch = plan, on_epoch
        self.epoch, self.seconds = notebook.epoch, notebook.seconds
        self.solved = ""

    def on_train_begin(self, logs=None):
        if self.epoch == 0:
            self._report()

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds += time.perf_counter() - self._began
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
        x = tf.gather(_mock_questions(), exam[questions])
        self.given[questions] = self.model(x, training=False).numpy().argmax(axis=1)

    def on_epoch_end(self, epoch, logs=None):
        self.solved = _as_digits(self.given)
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
    sit(first_notebook(student), plan, epochs=epochs, on_epoch=keep)
    return tuple(record)


def sit(
    notebook: Notebook, plan: Plan, *, epochs: int, on_epoch: Callable[[Epoch], bool | None]
) -> Notebook:
    """Go on from `notebook` up to pass `epochs`, or until `on_epoch` answers False."""
    EPOCHS.check(epochs)
    with _one_at_a_time:
        model = trained_model(1 if plan.solving else plan.updates)
        model.set_weights(notebook.weights)
        marker = (SolvingMarker if plan.solving else Marker)(plan, notebook, on_epoch)
        model.fit(
            passes(plan, notebook.epoch, epochs),
            initial_epoch=notebook.epoch,
            epochs=epochs,
            steps_per_epoch=plan.updates,
            shuffle=False,
            verbose=0,
            callbacks=[marker],
        )
        return Notebook(model.get_weights(), marker.epoch, marker.seconds)


def first_notebook(student: int) -> Notebook:
    """The weights that a student brings along before any study."""
    STUDENT.check(student)
    layers = ((PIXELS, HIDDEN_UNITS), (HIDDEN_UNITS, 10))
    weights: list[np.ndarray] = []
    for number, shape in enumerate(layers):
        draw = keras.initializers.GlorotUniform(seed=10 * student + number)
        weights += [np.asarray(draw(shape)), np.zeros(shape[1], np.float32)]
    return Notebook(weights)


def keras_file(notebook: Notebook) -> bytes:
    """The student with these weights as a `.keras` file, ready for `keras.models.load_model`."""
    with _one_at_a_time:
        model = keras.models.clone_model(_student())  # others go on with the student's own layers
        model.compile(
            optimizer=keras.optimizers.SGD(LEARNING_RATE),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        model.set_weights(notebook.weights)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "student.keras"
            model.save(file)
            return file.read_bytes()


def passes(plan: Plan, first: int, last: int) -> tf.data.Dataset:
    """The passes from `first` to before `last` as batches of (x, y), each in its own order.

    One dataset for all passes, since fit() builds two iterators an epoch out of arrays,
    which costs more than the learning does.
    """
    book, x = plan.book, _mock_questions()
    y = tf.constant(book.key.astype(np.int32))
    orders = [
        book.exams[book.exam_of_pass(epoch)][question_order(plan.student, epoch, book.size)]
        for epoch in range(first, last)
    ]
    batches = _batches(x, y, np.reshape(orders, (-1, book.size)), plan.batch_size)
    return batches.with_options(_without_helpers())


@tf.function(
    input_signature=[
        tf.TensorSpec([None, PIXELS], tf.float32),
        tf.TensorSpec([None], tf.int32),
        tf.TensorSpec([None, None], tf.int32),
        tf.TensorSpec([], tf.int64),
    ]
)
def _batches(x, y, orders, batch_size) -> tf.data.Dataset:
    """A function of TensorFlow's own, for `flat_map` would trace `one_pass` at every turn."""

    def one_pass(order: tf.Tensor) -> tf.data.Dataset:
        solved = tf.data.Dataset.from_tensor_slices((tf.gather(x, order), tf.gather(y, order)))
        return solved.batch(batch_size)

    return tf.data.Dataset.from_tensor_slices(orders).flat_map(one_pass)


@functools.cache
def _student() -> keras.Sequential:
    """The one student; whoever studies lends it the weights. It marks, and is never compiled."""
    return keras.Sequential(
        [
            keras.Input((PIXELS,)),
            keras.layers.Dense(HIDDEN_UNITS, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


@functools.cache
def trained_model(updates: int) -> keras.Model:
    """The student, compiled so that it makes so many updates a call; traced once and kept.

    fit() runs a whole pass in one call (`steps_per_execution`), and tracing that call takes
    longer than a study. So there is one model for each number of updates, of which there are
    19, all around the same layers.
    """
    model = keras.Sequential([keras.Input((PIXELS,)), *_student().layers])
    model.compile(
        optimizer=keras.optimizers.SGD(LEARNING_RATE),
        loss="sparse_categorical_crossentropy",
        steps_per_execution=updates,
    )
    plan = Plan(batch_size=-(-QUESTIONS // updates), student=1)
    model.fit(passes(plan, 0, 1), steps_per_epoch=updates, shuffle=False, verbose=0)
    mark(plan, epoch=0)
    return model


def mark(plan: Plan, *, epoch: int, seconds: float = 0.0, solved: str = "") -> Epoch:
    """Mark the practised exam and the ten that are never practised in one forward pass."""
    questions = _marked_questions(plan.workbook, plan.marked_on)
    key, practised = _marked_key(plan), plan.book.size
    probabilities = _student().predict_on_batch(questions)
    answers = probabilities.argmax(axis=1)
    wrong = answers != key
    rows = np.arange(len(key))
    sure, sure_of_key = probabilities[rows, answers], probabilities[rows, key]
    # As evaluate() has it, which computes it before the softmax and so knows no smallest number.
    losses = -np.log(np.maximum(sure_of_key, np.finfo(np.float32).tiny))
    first_unseen = slice(practised, practised + QUESTIONS)
    sure_when_wrong = sure[practised:][wrong[practised:]]
    return Epoch(
        epoch=epoch,
        updates=epoch * plan.updates,
        wrong=int(wrong[:practised].sum()),
        val_wrong=100 * int(wrong[practised:].sum()) / len(wrong[practised:]),
        loss=float(losses[:practised].mean(dtype=np.float64)),
        val_loss=float(losses[practised:].mean(dtype=np.float64)),
        seconds=seconds,
        answers=_as_digits(answers[:practised]),
        sure=_as_percent(sure[:practised]),
        val_answers=_as_digits(answers[first_unseen]),
        val_sure=_as_percent(sure[first_unseen]),
        val_sure_when_wrong=float(sure_when_wrong.mean()) if len(sure_when_wrong) else 0.0,
        solved=solved,
    )


def as_x(questions: np.ndarray) -> np.ndarray:
    """What fit() takes as x: float32 [questions, 784] in 0..1."""
    return questions.reshape(-1, PIXELS).astype(np.float32) / 255


@functools.cache
def _mock_questions() -> tf.Tensor:
    return tf.constant(as_x(load_exams().mock.questions))


@functools.cache
def _marked_questions(workbook: str, marked_on: str) -> tf.Tensor:
    """The practised questions and behind them the thousand that are never practised."""
    practised = open_workbook(workbook).practised_questions
    never_practised = getattr(load_exams(), marked_on).questions
    return tf.concat([tf.gather(_mock_questions(), practised), as_x(never_practised)], axis=0)


@functools.lru_cache(maxsize=32)
def _marked_key(plan: Plan) -> np.ndarray:
    never_practised = getattr(load_exams(), plan.marked_on).answers.reshape(-1)
    return np.concatenate([plan.book.key[plan.book.practised_questions], never_practised])


def _as_digits(numbers: np.ndarray) -> str:
    return (numbers + ord("0")).astype(np.uint8).tobytes().decode("ascii")


def _as_percent(shares: np.ndarray) -> str:
    percent = np.minimum(np.round(100 * shares), 99).astype(np.uint8)
    return _as_digits(np.stack(np.divmod(percent, 10), axis=1))


def _without_helpers() -> tf.data.Options:
    """A pass is too small for tf.data's thread pool, autotuning and graph rewriting to pay off."""
    options = tf.data.Options()
    options.threading.private_threadpool_size = 1
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    return options
