"""Marking: the network's answers to the practised exam and to ten that are never practised."""

import functools

import numpy as np

from exam.model.exams import QUESTIONS, load_exams
from exam.model.keras_setup import tf
from exam.model.network import as_x, mock_questions, shared_network
from exam.model.own_exam import PIXELS, OwnExam
from exam.model.plan import Plan
from exam.model.results import Mark
from exam.model.workbooks import open_workbook


def mark(plan: Plan, *, epoch: int, seconds: float = 0.0, answers_in_pass: str = "") -> Mark:
    """Mark the practised exam, ten never practised and the learners' own in one forward pass."""
    key, practised = _marked_key(plan), plan.book.size
    given = shared_network().predict_on_batch(_marked_questions(plan))
    probabilities = given[: len(key)]
    own = given[len(key) :][: len(plan.own.answers) if plan.own else 0]
    answers = probabilities.argmax(axis=1)
    wrong = answers != key
    rows = np.arange(len(key))
    confidence, probability_of_key = probabilities[rows, answers], probabilities[rows, key]
    # evaluate() computes the loss from the logits; ours is the same, except that a probability
    # that has underflowed to 0 must not give an infinite loss.
    losses = -np.log(np.maximum(probability_of_key, np.finfo(np.float32).tiny))
    first_of_ten = slice(practised, practised + QUESTIONS)
    confidence_when_wrong = confidence[practised:][wrong[practised:]]
    return Mark(
        epoch=epoch,
        updates=epoch * plan.updates,
        wrong=int(wrong[:practised].sum()),
        val_wrong=100 * int(wrong[practised:].sum()) / len(wrong[practised:]),
        loss=float(losses[:practised].mean(dtype=np.float64)),
        val_loss=float(losses[practised:].mean(dtype=np.float64)),
        seconds=seconds,
        answers=as_digits(answers[:practised]),
        confidence=_as_percent(confidence[:practised]),
        val_answers=as_digits(answers[first_of_ten]),
        val_confidence=_as_percent(confidence[first_of_ten]),
        val_confidence_when_wrong=_mean(confidence_when_wrong),
        answers_in_pass=answers_in_pass,
        own_answers=as_digits(own.argmax(axis=1)),
        own_confidence=_as_percent(own.max(axis=1)),
    )


def _marked_questions(plan: Plan) -> tf.Tensor:
    exams = _exam_questions(plan.workbook, plan.marked_on)
    return _with_own(plan.workbook, plan.marked_on, plan.own) if plan.own else exams


@functools.lru_cache(maxsize=2)
def _with_own(workbook: str, marked_on: str, own: OwnExam) -> tf.Tensor:
    """The learners' own come last, padded to a hundred, or TensorFlow would retrace each shape."""
    questions = np.zeros((QUESTIONS, PIXELS), np.uint8)
    questions[: len(own.answers)] = own.questions
    return tf.concat([_exam_questions(workbook, marked_on), as_x(questions)], axis=0)


@functools.cache
def _exam_questions(workbook: str, marked_on: str) -> tf.Tensor:
    """The practised questions, then the thousand that are never practised."""
    practised = open_workbook(workbook).practised_questions
    never_practised = load_exams().marked_on(marked_on).questions
    return tf.concat([tf.gather(mock_questions(), practised), as_x(never_practised)], axis=0)


@functools.lru_cache(maxsize=32)
def _marked_key(plan: Plan) -> np.ndarray:
    never_practised = load_exams().marked_on(plan.marked_on).answers.reshape(-1)
    return np.concatenate([plan.book.key[plan.book.practised_questions], never_practised])


def as_digits(numbers: np.ndarray) -> str:
    return (numbers + ord("0")).astype(np.uint8).tobytes().decode("ascii")


def _as_percent(probabilities: np.ndarray) -> bytes:
    return np.minimum(np.round(100 * probabilities), 99).astype(np.uint8).tobytes()


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0
