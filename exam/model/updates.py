"""What the updates of a first pass do to the weights of the first layer.

For one question, the gradient of these weights is the outer product of its pixels and its deltas:
for each hidden unit, the gradient of the loss with respect to the unit's input. So an update adds
to the 28 × 28 weights of a unit the picture of every question of its batch, times
-learning_rate * delta / questions in the batch. Whoever has the pictures can follow the weights by
the deltas alone.
"""

import numpy as np

from exam.model.exams import load_exams
from exam.model.plan import DIGITS, HIDDEN_UNITS, PIXELS, Plan
from exam.model.workbooks import question_order

_LARGEST = np.iinfo(np.int16).max


def first_pass_questions(plan: Plan) -> np.ndarray:
    """The numbers of the questions in the order of the first pass, int32 [questions]."""
    exam = plan.book.exams[plan.book.exam_of_pass(0)]
    return exam[question_order(plan.student, 0, plan.book.size)]


def pixels_of(questions: np.ndarray) -> np.ndarray:
    """The pixels of these questions by their numbers, float32 [questions, PIXELS] in 0..1."""
    exams = load_exams().mock.questions.reshape(-1, PIXELS)
    return exams[questions].astype(np.float32) / 255


def first_pass_deltas(initial_weights: list[np.ndarray], plan: Plan) -> np.ndarray:
    """The deltas of the first pass, float64 [questions, HIDDEN_UNITS], in the order of the pass.

    This is the pass of training.py again, in NumPy, because fit() would slow down if it reported
    them. A test compares the weights that follow from them with those of Keras. With float64, they
    are the same on every machine once they are encoded.
    """
    hidden_kernel, hidden_bias, kernel, bias = (part.astype(float) for part in initial_weights)
    numbers = first_pass_questions(plan)
    x, y = pixels_of(numbers).astype(float), np.eye(DIGITS)[plan.book.key[numbers]]
    inputs = x @ hidden_kernel + hidden_bias  # of the hidden units, for every question
    similarity = x @ x.T + 1  # an update for one question moves the inputs of another by this
    deltas = np.empty((len(numbers), HIDDEN_UNITS))
    for start in range(0, len(numbers), plan.batch_size):
        batch = slice(start, start + plan.batch_size)
        hidden = np.maximum(inputs[batch], 0)
        logits = hidden @ kernel + bias
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        error = exponentials / exponentials.sum(axis=1, keepdims=True) - y[batch]
        deltas[batch] = (error @ kernel.T) * (hidden > 0)
        step = -plan.learning_rate / len(hidden)
        inputs += step * (similarity[:, batch] @ deltas[batch])
        kernel += step * (hidden.T @ error)
        bias += step * error.sum(axis=0)
    return deltas


def encode_deltas(deltas: np.ndarray) -> bytes:
    """The deltas as 16-bit integers, without those of units that were off, which are 0.

    First comes the largest magnitude as a float32, then a bit for each delta that says whether it
    is there, then those that are: half of the bytes of a plain array. With 8 bits each, the errors
    of a hundred updates would be seen.
    """
    largest = np.float32(np.abs(deltas).max() or 1)
    values = np.round(deltas[deltas != 0] / largest * _LARGEST).astype("<i2")
    return largest.tobytes() + np.packbits(deltas != 0).tobytes() + values.tobytes()


def decode_deltas(encoded: bytes, questions: int) -> np.ndarray:
    """The deltas that `encode_deltas` has encoded, float32 [questions, HIDDEN_UNITS]."""
    count = questions * HIDDEN_UNITS
    values_at = 4 + count // 8
    deltas = np.zeros(count, np.float32)
    is_there = np.unpackbits(np.frombuffer(encoded, np.uint8)[4:values_at]).astype(bool)
    largest = np.frombuffer(encoded, "<f4", count=1)[0]
    values = np.frombuffer(encoded[values_at:], "<i2")
    deltas[is_there] = values / np.float32(_LARGEST) * largest
    return deltas.reshape(questions, HIDDEN_UNITS)
