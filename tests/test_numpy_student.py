"""The reckoning in NumPy that the chapters are held against is itself held against study()."""

import pytest

from exam.model.training import study
from tests.numpy_student import X, Y, never_practised, passes


@pytest.mark.parametrize("batch_size", [1, 10, 32, 100])
def test_numpy_and_keras_agree(batch_size):
    val_x, val_y = never_practised("unseen")
    marks = study(batch_size=batch_size, epochs=15, student=2)
    for mark, student in zip(marks, passes(2, batch_size, 15), strict=True):
        assert student.wrong(X[:100], Y[:100]) == pytest.approx(mark.wrong, abs=1)
        assert student.loss(X[:100], Y[:100]) == pytest.approx(mark.loss, rel=1e-2, abs=1e-3)
        assert student.wrong(val_x, val_y) / 10 == pytest.approx(mark.val_wrong, abs=0.4)
        assert student.loss(val_x, val_y) == pytest.approx(mark.val_loss, rel=1e-2)
