"""The network that studies: its layers, its initial weights, and how it learns in a pass."""

import functools

import numpy as np

from exam.model.exams import load_exams
from exam.model.keras_setup import keras, tf
from exam.model.plan import DIGITS, HIDDEN_UNITS, LEARNING_RATE, PIXELS

_SHAPES = ((PIXELS, HIDDEN_UNITS), (HIDDEN_UNITS, DIGITS))


class Student(keras.Sequential):
    """The network. One step of its fit() is a whole pass, batch by batch (see training.py).

    Keras has `steps_per_execution` for this, but would trace it anew for every number of updates.
    """

    @tf.function(reduce_retracing=True)  # one trace for batches and exams of all sizes
    def train_step(self, data):
        """`data`: the questions by number and the key, int32 [questions], and the batch size."""
        order, key, batch_size = data
        starts = tf.range(0, tf.size(order), batch_size)
        answers = tf.TensorArray(tf.int64, tf.size(starts), infer_shape=False)
        for update in tf.range(tf.size(starts)):
            batch = slice(starts[update], starts[update] + batch_size)
            with tf.GradientTape() as tape:
                y_pred = self(tf.gather(mock_questions(), order[batch]), training=True)
                loss = self.compute_loss(y=key[batch], y_pred=y_pred)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply(gradients, self.trainable_variables)
            answers = answers.write(update, tf.argmax(y_pred, axis=1))
        return {"answers": answers.concat()}

    @property
    def metrics(self):
        """No metrics: they would be means over the pass, while the weights change."""
        return []


@functools.cache
def shared_network() -> Student:
    """The one network of this process; every study puts its own weights into it."""
    return build_network(HIDDEN_UNITS)


def build_network(hidden_units: int) -> Student:
    layers = [
        keras.Input((PIXELS,)),
        keras.layers.Dense(hidden_units, activation="relu"),
        keras.layers.Dense(DIGITS, activation="softmax"),
    ]
    network = Student(layers)
    network.compile(
        optimizer=keras.optimizers.SGD(LEARNING_RATE),
        loss="sparse_categorical_crossentropy",
    )
    network.optimizer.build(network.trainable_variables)  # train_step is called without fit(), too
    return network


def initial_weights(student: int) -> list[np.ndarray]:
    """What a student brings along before any study: kernel and bias of both layers."""
    weights: list[np.ndarray] = []
    for number, shape in enumerate(_SHAPES):
        draw = keras.initializers.GlorotUniform(seed=10 * student + number)
        weights += [np.asarray(draw(shape)), np.zeros(shape[1], np.float32)]
    return weights


def as_x(questions: np.ndarray) -> np.ndarray:
    """What fit() takes as x: float32 [questions, 784] in 0..1."""
    return questions.reshape(-1, PIXELS).astype(np.float32) / 255


@functools.cache
def mock_questions() -> tf.Tensor:
    """The 2,000 questions of the mock exams as x."""
    with tf.init_scope():  # a constant that is kept must not belong to the graph being traced
        return tf.constant(as_x(load_exams().mock.questions))
