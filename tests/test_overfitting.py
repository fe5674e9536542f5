"""best_epoch() decides as Keras' EarlyStopping does, and only while the practised loss falls."""

import math

import numpy as np
import pytest

from exam.model.overfitting import (
    MIN_RISE,
    Overfitting,
    best_epoch,
    overfittings,
    warned_overfittings,
)


def early_stopping(val_losses, patience) -> int | None:
    """The epoch whose weights Keras' EarlyStopping would restore, or None where it never stops."""
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    callback = keras.callbacks.EarlyStopping(
        monitor="val_loss", mode="min", patience=patience, restore_best_weights=True
    )
    callback.set_model(model)
    callback.on_train_begin()
    model.stop_training = False
    for epoch, val_loss in enumerate(val_losses):
        callback.on_epoch_end(epoch, {"val_loss": val_loss})
        if model.stop_training:
            return callback.best_epoch + 1
    return None


def falling(length: int) -> list[float]:
    return [1 / (n + 1) for n in range(length)]


NAN = math.nan
SCRIPTS = [
    [],
    [1.0],
    [1.0, 0.9, 0.8],
    [1.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0],
    [1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    [0.5] * 8,
    [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 0.1],
    [1.0, 0.5, 0.6, 0.7, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    [1.0, NAN, NAN, 0.5, NAN, NAN, NAN, NAN, NAN],
    [NAN, 0.5, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0],
    [NAN] * 8,
    [1.0, math.inf, math.inf, math.inf, math.inf, math.inf, math.inf],
]


@pytest.mark.parametrize("patience", [1, 2, 5])
@pytest.mark.parametrize("val_losses", SCRIPTS, ids=str)
def test_as_early_stopping_on_scripted_series(val_losses, patience):
    expected = early_stopping(val_losses, patience)
    assert best_epoch(val_losses, falling(len(val_losses)), patience) == expected


def test_as_early_stopping_on_random_series():
    for seed in range(40):
        random = np.random.RandomState(seed)
        val_losses = np.round(np.cumsum(random.normal(0, 0.3, 30)) + 5, 1).tolist()  # with ties
        patience = random.randint(1, 7)
        assert best_epoch(val_losses, falling(30), patience) == early_stopping(val_losses, patience)


def test_it_is_known_from_the_pass_on_that_shows_it():
    from exam.model.training import study

    marks = study(batch_size=1, epochs=40, student=2)
    ((best, known, until),) = warned_overfittings(marks)
    assert until == 41 and warned_overfittings(marks[:known]) == []
    assert warned_overfittings(marks[: known + 1]) == [Overfitting(best, known, known + 1)]
    assert best == min(marks[1:], key=lambda mark: mark.val_loss).epoch
    assert marks[known].val_loss - marks[best].val_loss >= MIN_RISE


def test_a_rise_that_is_too_small_does_not_count():
    val_losses = [1.0, 0.5, 0.51, 0.51, 0.51, 0.51, 0.53, 0.51]
    assert best_epoch(val_losses, falling(8), 3) == 2
    assert best_epoch(val_losses, falling(8), 3, 0.03) == 2
    assert best_epoch(val_losses[:6], falling(6), 3, 0.02) is None
    assert best_epoch(val_losses, falling(8), 3, 0.04) is None
    assert list(overfittings(val_losses, falling(8), 3, 0.02)) == [Overfitting(2, 7, 9)]


def test_what_is_taken_back_may_come_again_with_another_best():
    val_losses = [1.0, 0.5, 0.6, 0.6, 0.4, 0.5, 0.5, 0.3]
    spans = list(overfittings(val_losses, falling(8), 2, 0.02))
    assert spans == [Overfitting(2, 4, 5), Overfitting(5, 7, 8)]
    assert best_epoch(val_losses, falling(8), 2, 0.02) == 2  # what was found stays found


@pytest.mark.parametrize("batch_size", [1, 10, 32, 100])
def test_as_early_stopping_on_real_studies(batch_size):
    from exam.model.training import study

    marks = study(batch_size=batch_size, epochs=120, student=2)[1:]
    val_losses = [mark.val_loss for mark in marks]
    best = best_epoch(val_losses, [mark.loss for mark in marks], 5)
    assert best == early_stopping(val_losses, 5)
    assert (best is None) == (batch_size == 100)


def test_no_warning_while_the_practised_loss_does_not_fall():
    rising = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1]
    assert best_epoch(rising, falling(7), 5) == 1
    assert best_epoch(rising, [0.4] * 7, 5) is None
    assert best_epoch(rising, [NAN] * 7, 5) is None
    assert best_epoch(rising, rising, 5) is None


def test_it_comes_when_it_is_due_and_stays():
    val_losses = [1.0, 0.5, 0.6, 0.6, 0.6, 0.1, 0.1]
    answers = [best_epoch(val_losses[:n], falling(n), 3) for n in range(8)]
    assert answers == [None] * 5 + [2, 2, 2]
