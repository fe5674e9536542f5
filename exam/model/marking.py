"""Marking: what the network answers now on the practised and on the unseen exams."""

import functools

import numpy as np

from exam.model.exams import QUESTIONS, load_exams
from exam.model.keras_setup import tf
from exam.model.network import as_x, mock_questions, shared_network
from exam.model.own_exam import PIXELS, OwnExam
from exam.model.plan import Plan
from exam.model.results import Mark
from exam.model.workbooks import open_workbook


def mark(plan: Plan, *, epoch: int, seconds: float = 0.0, solved: str = "") -> Mark:
    """Mark the practised exam, the ten never practised and one's own in one forward pass."""
    key, practised = _marked_key(plan), plan.book.size
    given = shared_network().predict_on_batch(_marked_questions(plan))
    probabilities = given[: len(key)]
    own = given[len(key) :][: len(plan.own.answers) if plan.own else 0]
    answers = probabilities.argmax(axis=1)
    wrong = answers != key
    rows = np.arange(len(key))
    sure, sure_of_key = probabilities[rows, answers], probabilities[rows, key]
    # As evaluate() computes it: from the logits, so that a probability of 0 gives no infinite loss.
    losses = -np.log(np.maximum(sure_of_key, np.finfo(np.float32).tiny))
    first_unseen = slice(practised, practised + QUESTIONS)
    sure_when_wrong = sure[practised:][wrong[practised:]]
    return Mark(
        epoch=epoch,
        updates=epoch * plan.updates,
        wrong=int(wrong[:practised].sum()),
        val_wrong=100 * int(wrong[practised:].sum()) / len(wrong[practised:]),
        loss=float(losses[:practised].mean(dtype=np.float64)),
        val_loss=float(losses[practised:].mean(dtype=np.float64)),
        seconds=seconds,
        answers=as_digits(answers[:practised]),
        sure=_as_percent(sure[:practised]),
        val_answers=as_digits(answers[first_unseen]),
        val_sure=_as_percent(sure[first_unseen]),
        val_sure_when_wrong=float(sure_when_wrong.mean()) if len(sure_when_wrong) else 0.0,
        solved=solved,
        own_answers=as_digits(own.argmax(axis=1)),
        own_sure=_as_percent(own.max(axis=1)),
    )


def _marked_questions(plan: Plan) -> tf.Tensor:
    exams = _exam_questions(plan.workbook, plan.marked_on)
    return _with_own(plan.workbook, plan.marked_on, plan.own) if plan.own else exams


@functools.lru_cache(maxsize=2)
def _with_own(workbook: str, marked_on: str, own: OwnExam) -> tf.Tensor:
    """One's own come last, always a hundred, or TensorFlow would trace each number of them anew."""
    questions = np.zeros((QUESTIONS, PIXELS), np.uint8)
    questions[: len(own.answers)] = own.questions
    return tf.concat([_exam_questions(workbook, marked_on), as_x(questions)], axis=0)


@functools.cache
def _exam_questions(workbook: str, marked_on: str) -> tf.Tensor:
    """The practised questions and behind them the thousand that are never practised."""
    practised = open_workbook(workbook).practised_questions
    never_practised = getattr(load_exams(), marked_on).questions
    return tf.concat([tf.gather(mock_questions(), practised), as_x(never_practised)], axis=0)


@functools.lru_cache(maxsize=32)
def _marked_key(plan: Plan) -> np.ndarray:
    never_practised = getattr(load_exams(), plan.marked_on).answers.reshape(-1)
    return np.concatenate([plan.book.key[plan.book.practised_questions], never_practised])


def as_digits(numbers: np.ndarray) -> str:
    return (numbers + ord("0")).astype(np.uint8).tobytes().decode("ascii")


def _as_percent(shares: np.ndarray) -> str:
    percent = np.minimum(np.round(100 * shares), 99).astype(np.uint8)
    return as_digits(np.stack(np.divmod(percent, 10), axis=1))
