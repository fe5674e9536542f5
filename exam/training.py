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
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from exam.papers import QUESTIONS, Sheets, batches, load_exams
from exam.results import Epoch
from exam.settings import BATCH_SIZE, EPOCHS, STUDENT

# One thread inside an operation: the same sums in the same order on any number of cores, and
# faster for operations as small as these.
with contextlib.suppress(RuntimeError):  # where TensorFlow runs already, it keeps its threads
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(2)

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

    def __init__(self, notebook: Notebook, on_epoch: Callable[[Epoch], bool | None]):
        super().__init__()
        self.on_epoch = on_epoch
        self.epoch, self.seconds = notebook.epoch, notebook.seconds

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
        return self.on_epoch(mark(self.model, self.epoch, self.seconds))


def study(
    *,
    batch_size: int,
    epochs: int,
    student: int,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> tuple[Epoch, ...]:
    """Let a student work through the first mock exam `epochs` times; return every mark.

    Equal to `model.fit(x, y, batch_size=batch_size)`, one epoch a call, on the order of
    questions that `question_order(student, epoch)` gives. The same settings give the same
    numbers, whatever else ran before, and a longer study begins with the epochs of a shorter.

    `on_epoch` is called with each `Epoch` as soon as it is marked, epoch 0 first.
    Raises ValueError for a setting outside its range.
    """
    record: list[Epoch] = []

    def keep(epoch: Epoch) -> None:
        record.append(epoch)
        if on_epoch is not None:
            on_epoch(epoch)

    sit(
        first_notebook(student),
        batch_size=batch_size,
        epochs=epochs,
        student=student,
        on_epoch=keep,
    )
    return tuple(record)


def sit(
    notebook: Notebook,
    *,
    batch_size: int,
    epochs: int,
    student: int,
    on_epoch: Callable[[Epoch], bool | None],
) -> Notebook:
    """Go on from `notebook` up to pass `epochs`, or until `on_epoch` answers False."""
    BATCH_SIZE.check(batch_size)
    EPOCHS.check(epochs)
    updates = len(batches(batch_size))
    with _one_at_a_time:
        model = trained_model(updates)
        model.set_weights(notebook.weights)
        marker = Marker(notebook, on_epoch)
        model.fit(
            passes(student, notebook.epoch, epochs, batch_size),
            initial_epoch=notebook.epoch,
            epochs=epochs,
            steps_per_epoch=updates,
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


def question_order(student: int, epoch: int) -> np.ndarray:
    """The order in which a student solves the 100 questions in a pass, int32 [100].

    Epochs count from 0 here. RandomState, for its stream is frozen across NumPy versions.
    """
    return np.random.RandomState([student, epoch]).permutation(QUESTIONS).astype(np.int32)


def passes(student: int, first: int, last: int, batch_size: int) -> tf.data.Dataset:
    """The passes from `first` to before `last` as batches of (x, y), each in its own order.

    One dataset for all passes, since fit() builds two iterators an epoch out of arrays,
    which costs more than the learning does.
    """
    x, y = _practised_tensors()
    orders = np.array([question_order(student, epoch) for epoch in range(first, last)], np.int32)

    def one_pass(order: tf.Tensor) -> tf.data.Dataset:
        solved = tf.data.Dataset.from_tensor_slices((tf.gather(x, order), tf.gather(y, order)))
        return solved.batch(batch_size)

    all_orders = tf.data.Dataset.from_tensor_slices(orders.reshape(-1, QUESTIONS))
    return all_orders.flat_map(one_pass).with_options(_without_helpers())


@functools.cache
def trained_model(updates: int) -> keras.Model:
    """The compiled model for studies of `updates` updates a pass, traced once and kept.

    fit() runs a whole pass in one call (`steps_per_execution`), and tracing that call takes
    longer than a study. So there is one model for each number of updates, of which there are
    19, and every student's weights are put into it.
    """
    model = keras.Sequential(
        [
            keras.Input((PIXELS,)),
            keras.layers.Dense(HIDDEN_UNITS, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(LEARNING_RATE),
        loss="sparse_categorical_crossentropy",
        steps_per_execution=updates,
    )
    batch_size = -(-QUESTIONS // updates)
    first_pass = passes(1, 0, 1, batch_size)
    model.fit(first_pass, steps_per_epoch=updates, shuffle=False, verbose=0)
    mark(model, 0, 0.0)
    return model


def mark(model: keras.Model, epoch: int, seconds: float) -> Epoch:
    """Mark the practised exam and the ten unseen ones in one forward pass."""
    questions, key = _marked_questions()
    probabilities = model.predict_on_batch(questions)
    answers = probabilities.argmax(axis=1)
    wrong = answers != key
    sureness_of_key = probabilities[np.arange(len(key)), key]
    losses = -np.log(np.maximum(sureness_of_key, keras.config.epsilon()))
    return Epoch(
        epoch=epoch,
        updates=epoch * model.steps_per_execution,
        wrong=int(wrong[:QUESTIONS].sum()),
        val_wrong=float(100 * wrong[QUESTIONS:].mean()),
        loss=float(losses[:QUESTIONS].mean(dtype=np.float64)),
        val_loss=float(losses[QUESTIONS:].mean(dtype=np.float64)),
        seconds=seconds,
        answers="".join(map(str, answers[:QUESTIONS])),
    )


def as_x_y(sheets: Sheets) -> tuple[np.ndarray, np.ndarray]:
    """What fit() takes: x float32 [questions, 784] in 0..1, y int32 [questions]."""
    x = sheets.questions.reshape(-1, PIXELS).astype(np.float32) / 255
    return x, sheets.answers.reshape(-1).astype(np.int32)


def practised_sheet() -> Sheets:
    """The one exam that is practised: the first mock exam."""
    return Sheets(*(part[:1] for part in load_exams().mock))


@functools.cache
def _practised_tensors() -> tuple[tf.Tensor, tf.Tensor]:
    x, y = as_x_y(practised_sheet())
    return tf.constant(x), tf.constant(y)


@functools.cache
def _marked_questions() -> tuple[tf.Tensor, np.ndarray]:
    """The practised exam and behind it the ten unseen ones, with their key."""
    (x, y), (val_x, val_y) = as_x_y(practised_sheet()), as_x_y(load_exams().unseen)
    return tf.constant(np.concatenate([x, val_x])), np.concatenate([y, val_y])


def _without_helpers() -> tf.data.Options:
    """A pass is too small for tf.data's thread pool, autotuning and graph rewriting to pay off."""
    options = tf.data.Options()
    options.threading.private_threadpool_size = 1
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    return options
