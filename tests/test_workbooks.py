"""The workbooks hold what they say, and study() works through them as plain Keras does."""

import numpy as np
import pytest

from exam.model.exams import load_exams
from exam.model.plan import Plan
from exam.model.training import initial_checkpoint, resume, study
from exam.model.workbooks import (
    WORKBOOKS,
    misprint,
    misprinted_questions,
    open_workbook,
    question_order,
)
from tests.test_training import VAL_X, VAL_Y, plain_model

MOCK = load_exams().mock
X = MOCK.questions.reshape(2000, 784) / np.float32(255)
Y = MOCK.answers.reshape(2000).astype(int)


@pytest.mark.parametrize("misprints", [0, 1, 10, 30])
def test_so_many_answers_are_misprinted(misprints):
    key = MOCK.answers[0]
    printed = misprint(key, misprints)
    assert set(np.flatnonzero(printed != key)) == set(misprinted_questions(misprints))
    assert (printed != key).sum() == misprints and printed.max() <= 9
    assert (open_workbook("one_exam", misprints).key[:100] == printed).all()
    assert (open_workbook("one_exam", misprints).key[100:] == Y[100:]).all()


def test_fewer_misprints_are_among_more():
    assert set(misprinted_questions(10)) < set(misprinted_questions(20))


def test_a_shuffled_key_has_the_same_answers_in_other_places():
    shuffled = open_workbook("shuffled_key").key[:100]
    assert sorted(shuffled) == sorted(Y[:100])
    assert 75 < (shuffled != Y[:100]).sum() < 99  # by chance nine in ten


def test_look_alikes_look_more_alike_than_any_other_ten():
    book = open_workbook("look_alikes")
    (digit,) = set(Y[book.practised_questions])
    assert book.size == 10 and digit != 1
    ours = X[book.practised_questions].astype(float)
    spread = ((ours - ours[0]) ** 2).sum()
    for question in np.flatnonzero(Y != 1)[::7]:  # every seventh of the others, done the slow way
        same = X[Y[question] == Y].astype(float)
        others = np.sort(((same - X[question]) ** 2).sum(axis=1))[:10].sum()
        assert spread <= others + 1e-6


def test_the_exam_of_each_pass():
    exams = {name: open_workbook(name).exam_of_pass for name in WORKBOOKS}
    assert [exams["one_exam"](e) for e in (0, 7, 199)] == [0, 0, 0]
    assert [exams["twenty_exams"](e) for e in (0, 7, 19, 20)] == [0, 7, 19, 0]
    assert [exams["pianist"](e) for e in (0, 39, 99, 100, 199)] == [0, 19, 19, 0, 0]
    assert [exams["pianist_0_to_4"](e) for e in (0, 39, 99, 100, 199)] == [0, 19, 19, 20, 20]
    low = open_workbook("pianist_0_to_4").practised_questions
    assert np.array_equal(np.bincount(Y[low], minlength=10), [20] * 5 + [0] * 5)


PLANS = [
    Plan(10, 3, workbook="twenty_exams"),
    Plan(32, 2, workbook="shuffled_key"),
    Plan(1, 2, workbook="look_alikes"),
    Plan(10, 2, workbook="look_alikes"),
    Plan(7, 4, misprints=20),
    Plan(10, 5, marked_on="final"),
    Plan(1, 6),
    Plan(32, 6),
    Plan(100, 6),
]


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_equal_to_plain_fit(plan):
    """Batch by batch with train_on_batch(), asked before each what it would answer."""
    epochs, book = 3, plan.book
    model = plain_model(plan.student)
    for epoch in range(epochs):
        exam = book.exams[book.exam_of_pass(epoch)]
        order = question_order(plan.student, epoch, len(exam))
        solved = np.zeros(len(exam), int)
        for start in range(0, len(exam), plan.batch_size):
            batch = order[start : start + plan.batch_size]
            solved[batch] = np.asarray(model(X[exam[batch]], training=False)).argmax(axis=1)
            model.train_on_batch(X[exam[batch]], book.key[exam[batch]].astype(int))
    marks = []
    end = resume(initial_checkpoint(plan.student), plan, epochs=epochs, on_epoch=marks.append)
    for ours, theirs in zip(end.weights, model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    last, practised = marks[-1], book.practised_questions
    assert last.updates == epochs * -(-len(practised) // plan.batch_size)
    probabilities = model.predict(X[practised], verbose=0)
    assert last.answers == "".join(map(str, probabilities.argmax(axis=1)))
    assert list(last.confidence) == pytest.approx(100 * probabilities.max(axis=1), abs=1.01)
    assert last.wrong == (probabilities.argmax(axis=1) != book.key[practised]).sum()
    assert last.answers_in_pass == "".join(map(str, solved))
    if plan.marked_on == "unseen":
        val_x, val_y = VAL_X, VAL_Y
    else:
        final = load_exams().final
        val_x, val_y = final.questions.reshape(1000, 784) / 255, final.answers.reshape(1000)
    loss, accuracy = model.evaluate(val_x, val_y.astype(int), batch_size=1000, verbose=0)
    assert last.val_loss == pytest.approx(loss, rel=1e-4)
    assert last.val_wrong == pytest.approx(100 * (1 - accuracy), abs=1e-4)
    probabilities = model.predict(val_x, verbose=0)
    answers, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    assert last.val_answers == "".join(map(str, answers[:100]))
    assert list(last.val_confidence) == pytest.approx(100 * sure[:100], abs=1.01)
    assert last.val_confidence_when_wrong == pytest.approx(sure[answers != val_y].mean(), rel=1e-3)


def test_the_final_exams_are_marked_only_when_asked_for():
    unseen, final = (
        study(batch_size=10, epochs=2, student=8, marked_on=marked_on)
        for marked_on in ("unseen", "final")
    )
    assert [mark.answers for mark in unseen] == [mark.answers for mark in final]
    assert [mark.loss for mark in unseen] == [mark.loss for mark in final]
    assert all(a.val_loss != b.val_loss for a, b in zip(unseen, final, strict=True))


@pytest.mark.parametrize(
    "wrong",
    [
        {"workbook": "no such"},
        {"misprints": 31},
        {"misprints": True},
        {"marked_on": "mock"},
        {"learning_rate": 0},
        {"learning_rate": 20.0},
    ],
)
def test_a_plan_that_cannot_be(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        study(batch_size=10, epochs=1, student=1, **wrong)
