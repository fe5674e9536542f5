"""The network that studies: its layers, its initial weights, and how it is compiled."""

import functools
import tempfile
from pathlib import Path

import numpy as np

from exam.model.exams import load_exams
from exam.model.keras_setup import keras, tf
from exam.model.plan import DIGITS, HIDDEN_UNITS, LEARNING_RATE, PIXELS

_SHAPES = ((PIXELS, HIDDEN_UNITS), (HIDDEN_UNITS, DIGITS))


@functools.cache
def shared_network() -> keras.Sequential:
    """The layers that all studies share, each with its own weights; never compiled."""
    return keras.Sequential(
        [
            keras.Input((PIXELS,)),
            keras.layers.Dense(HIDDEN_UNITS, activation="relu"),
            keras.layers.Dense(DIGITS, activation="softmax"),
        ]
    )


def initial_weights(student: int) -> list[np.ndarray]:
    """What a student brings along before any study: kernel and bias of both layers."""
    weights: list[np.ndarray] = []
    for number, shape in enumerate(_SHAPES):
        draw = keras.initializers.GlorotUniform(seed=10 * student + number)
        weights += [np.asarray(draw(shape)), np.zeros(shape[1], np.float32)]
    return weights


def compiled(model: keras.Model, learning_rate: float = LEARNING_RATE, **options) -> keras.Model:
    """The model with the optimizer and the loss of every study."""
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate),
        loss="sparse_categorical_crossentropy",
        **options,
    )
    return model


def keras_file(weights: list[np.ndarray], learning_rate: float) -> bytes:
    """The network with these weights as a `.keras` file, for `keras.models.load_model`.

    Raises OSError where the disk is full, since Keras writes it to the disk first.
    """
    model = keras.models.clone_model(shared_network())  # other studies go on with the shared layers
    compiled(model, learning_rate, metrics=["accuracy"]).set_weights(weights)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "student.keras"
        model.save(file)
        return file.read_bytes()


def as_x(questions: np.ndarray) -> np.ndarray:
    """What fit() takes as x: float32 [questions, 784] in 0..1."""
    return questions.reshape(-1, PIXELS).astype(np.float32) / 255


@functools.cache
def mock_questions() -> tf.Tensor:
    """The 2,000 questions of the mock exams as x."""
    return tf.constant(as_x(load_exams().mock.questions))
