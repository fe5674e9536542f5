"""What the updates of a first pass do to the weights, against plain Keras and NumPy."""

import dataclasses

import numpy as np
import pytest

from exam.model.network import initial_weights
from exam.model.plan import Plan
from exam.model.settings import STUDENT
from exam.model.training import study
from exam.model.updates import decode_deltas, encode_deltas, first_pass_deltas
from exam.model.workbooks import question_order
from tests.numpy_student import Student
from tests.test_training import X, Y, plain_model

SIZES = (1, 7, 10, 32, 100)
SCALE, GAMMA = 0.03, 0.6  # of the pictures of weights (assets/head.js)
NO_CHANGE, UP, DOWN = 204, 27, 255  # the red of their greys


def gained(deltas: np.ndarray, student: int, batch_size: int) -> np.ndarray:
    """What the first layer's weights have gained, by the digits and the deltas alone."""
    x, kernel = X[question_order(student, 0)].astype(float), np.zeros((784, 32))
    for start in range(0, 100, batch_size):
        batch = slice(start, start + batch_size)
        kernel -= 0.05 / len(x[batch]) * x[batch].T @ deltas[batch].astype(float)
    return kernel


def greys(weights: np.ndarray) -> np.ndarray:
    """As they are drawn."""
    shares = np.clip(weights / SCALE, -1, 1)
    ends = np.where(shares > 0, UP, DOWN)
    return NO_CHANGE + (ends - NO_CHANGE) * np.abs(shares) ** GAMMA


def gained_by_keras(student: int, batch_size: int, updates: int = 100) -> np.ndarray:
    """What they gain in the first pass, or in its first `updates` updates."""
    model, order = plain_model(student), question_order(student, 0)[: batch_size * updates]
    before = model.get_weights()[0].astype(float)
    model.fit(X[order], Y[order], batch_size=batch_size, shuffle=False, verbose=0)
    return model.get_weights()[0] - before


@pytest.mark.parametrize("batch_size", SIZES)
@pytest.mark.parametrize("student", [1, 17])
def test_digits_and_deltas_give_the_weights_of_keras(batch_size, student):
    expected = gained_by_keras(student, batch_size)
    deltas = first_pass_deltas(initial_weights(student), Plan(batch_size, student))
    ours = gained(deltas, student, batch_size)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)
    sent = study(batch_size=batch_size, epochs=1, student=student)[1].deltas
    drawn = greys(gained(decode_deltas(sent, 100), student, batch_size))
    assert np.abs(drawn - greys(ours)).max() <= 1
    assert np.abs(drawn - greys(expected)).max() <= 1


def test_they_take_at_most_6_kb_of_json():
    for student in range(STUDENT.lowest, STUDENT.highest + 1):
        for batch_size in (1, 10, 32, 100):
            plan = Plan(batch_size, student)
            encoded = encode_deltas(first_pass_deltas(initial_weights(student), plan))
            assert 4 * (len(encoded) + 2) // 3 <= 6000


def test_nothing_of_it_is_computed_after_the_first_pass():
    first, *later = study(batch_size=10, epochs=3, student=1)[1:]
    assert first.deltas and not any(mark.deltas for mark in later)
    assert not any(mark.steps for mark in (first, *later))


def test_a_rate_so_large_that_nothing_is_learnt_gives_numbers_as_well():
    plan = Plan(1, 1, learning_rate=10.0)
    deltas = first_pass_deltas(initial_weights(1), plan)
    assert np.isfinite(deltas).all()
    off = np.zeros((100, 32), np.float32)  # of units that are all off
    assert not decode_deltas(encode_deltas(off), 100).any()


@pytest.mark.parametrize("batch_size", SIZES)
def test_steps_are_those_of_numpy(batch_size):
    """The path of the weights, worked out by back-propagation."""
    measured = study(batch_size=batch_size, epochs=1, student=3, has_steps=True)[1].steps
    student, order = Student(3), np.random.RandomState([3, 0]).permutation(100)

    def weights() -> np.ndarray:
        parts = (student.w1, student.b1, student.w2, student.b2)
        return np.concatenate([part.reshape(-1) for part in parts]).astype(float)

    def update(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        before = weights()
        student.learn(x, y)
        return weights() - before

    def cosine(a: np.ndarray, b: np.ndarray) -> float:
        return a @ b / np.linalg.norm(a) / np.linalg.norm(b)

    begin, agreements, lengths = weights(), [], []
    for start in range(0, 100, batch_size):
        batch = order[start : start + batch_size]
        kept = [part.copy() for part in vars(student).values()]
        of_exam = update(X, Y)
        student.w1, student.b1, student.w2, student.b2 = kept
        step = update(X[batch], Y[batch])
        agreements.append(cosine(step, of_exam))
        lengths.append(np.linalg.norm(step))
        if start == 0:
            changed = (step[: 784 * 32].reshape(784, 32) != 0).sum(axis=0)
    full = 100 // batch_size
    assert measured.agreement == pytest.approx(np.mean(agreements[:full]), rel=1e-3)
    assert measured.length == pytest.approx(np.mean(lengths[:full]), rel=1e-3)
    assert measured.walked == pytest.approx(sum(lengths), rel=1e-3)
    assert measured.distance == pytest.approx(np.linalg.norm(weights() - begin), rel=1e-3)
    assert measured.changed == tuple(changed)
    assert measured.outside_ink == 0


def test_a_plan_that_measures_its_steps_is_the_same_study():
    plain, measured = (
        study(batch_size=32, epochs=3, student=2, has_steps=has_steps)
        for has_steps in (False, True)
    )
    assert measured[1].steps
    for mark, other in zip(plain, measured, strict=True):
        same = {"seconds": 0.0, "steps": None}
        assert dataclasses.replace(mark, **same) == dataclasses.replace(other, **same)
