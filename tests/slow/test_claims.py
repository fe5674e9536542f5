"""What the lesson says without measuring it on the spot: held against measurements here."""

import numpy as np
import pytest

from exam.model.overfitting import best_epoch
from exam.model.training import study

STUDENTS = (1, 8, 15, 22, 29)  # a few of those that a learner can choose; all 30 were tried


@pytest.mark.parametrize("student", STUDENTS)
def test_what_the_rules_say_holds_for_every_student(student):
    ten = study(batch_size=10, epochs=200, student=student)
    one = study(batch_size=1, epochs=60, student=student)
    hundred = study(batch_size=100, epochs=20, student=student)

    shuffled = study(batch_size=10, epochs=50, student=student, workbook="shuffled_key")
    assert shuffled[-1].val_wrong > 80 and shuffled[-1].wrong < 15  # by heart, no more

    assert one[20].wrong < hundred[20].wrong - 10

    first, second = ten[0].wrong - ten[5].wrong, ten[5].wrong - ten[10].wrong
    assert second < first / 4

    for marks in (one, ten):  # surer of mistakes, not more of them
        best = min(marks[1:], key=lambda mark: mark.val_loss)
        assert marks[-1].val_loss > best.val_loss
        assert marks[-1].val_sure_when_wrong > best.val_sure_when_wrong + 0.04
        assert marks[-1].val_wrong == pytest.approx(best.val_wrong, abs=2.5)

    misprinted = [
        study(batch_size=10, epochs=60, student=student, misprints=misprints)[-1]
        for misprints in (0, 10, 20, 30)
    ]
    assert [mark.wrong for mark in misprinted] == pytest.approx([0] * 4, abs=1)
    errors = [mark.val_wrong for mark in misprinted]
    assert errors == sorted(errors) and errors[-1] > errors[0] + 15


# Mean of students 1 to 5: batch size -> wrong after 1, 5, 20 passes, unseen after 20, and, after
# 200, whether the unseen loss has risen.
DESIGN_TABLE = {1: (33, 2, 0, 23), 10: (55, 9, 0, 24), 100: (88, 69, 30, 50)}


@pytest.mark.parametrize("batch_size", DESIGN_TABLE)
def test_the_lesson_comes_out_at_every_batch_size(batch_size):
    studies = [study(batch_size=batch_size, epochs=200, student=s) for s in range(1, 6)]
    wrong = [np.mean([marks[epoch].wrong for marks in studies]) for epoch in (1, 5, 20)]
    val_wrong = np.mean([marks[20].val_wrong for marks in studies])
    assert [*wrong, val_wrong] == pytest.approx(DESIGN_TABLE[batch_size], abs=8)
    for marks in studies:
        val_losses = [mark.val_loss for mark in marks]
        rise = val_losses[-1] - min(val_losses)
        assert rise > 0.1 if batch_size == 1 else rise > 0.02 if batch_size == 10 else rise == 0


@pytest.mark.parametrize(
    ("batch_size", "earliest", "latest"), [(1, 8, 16), (10, 30, 50), (32, 60, 90)]
)
def test_when_it_warns(batch_size, earliest, latest):
    """Mean of five students, at the epoch at which the page would warn them."""
    due = []
    for student in range(1, 6):
        marks = study(batch_size=batch_size, epochs=110, student=student)[1:]
        val_losses, losses = [m.val_loss for m in marks], [m.loss for m in marks]
        due.append(
            next(n for n in range(111) if best_epoch(val_losses[:n], losses[:n], 5) is not None)
        )
    assert earliest <= np.mean(due) <= latest
