"""When to warn: the unseen loss has risen for a while, and the practised one still falls."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from exam.model.results import Mark

PATIENCE = 5  # passes without a lower unseen loss, until the page warns
MIN_RISE = 0.02  # of the unseen loss; `python -m tests.tools.audit` compares it with others


class Overfitting(NamedTuple):
    """The unseen loss was lowest at epoch `best`; the page warns from `known` until before `until`.

    Epochs are 1-based. At `until` the loss falls lower after all, or the study has ended.
    """

    best: int
    known: int
    until: int


def best_epoch(
    val_losses: Sequence[float], losses: Sequence[float], patience: int, min_rise: float = 0.0
) -> int | None:
    """The 1-based epoch after which the student only learnt the practised exam by heart, or None.

    It is the first epoch whose `val_losses` (unseen) stayed the lowest for `patience` further
    passes, and were exceeded by `min_rise` then or later, once the practised `losses` have fallen
    below their value at that epoch. Both sequences start with the loss after pass 1. More passes
    never change the answer once it is not None.

    Counts as `keras.callbacks.EarlyStopping(patience=patience)` does: a tie or a NaN is no
    improvement. Raises ValueError where the two sequences differ in length.
    """
    first = next(overfittings(val_losses, losses, patience, min_rise), None)
    return first and first.best


def overfittings(
    val_losses: Sequence[float], losses: Sequence[float], patience: int, min_rise: float
) -> Iterator[Overfitting]:
    """Every overfitting of a study; if the loss falls lower after all, another may follow."""
    best, known = 1, None
    for epoch, (val_loss, loss) in enumerate(zip(val_losses, losses, strict=True), start=1):
        lowest = val_losses[best - 1]
        if epoch == 1 or val_loss < lowest:
            if known:
                yield Overfitting(best, known, epoch)
            best, known = epoch, None
        elif not known and epoch - best >= patience and loss < losses[best - 1]:
            has_risen = not val_loss - lowest < min_rise  # a NaN, too
            known = epoch if has_risen else None
    if known:
        yield Overfitting(best, known, len(val_losses) + 1)


def warned_overfittings(marks: Sequence[Mark]) -> list[Overfitting]:
    """Those of a study, epoch 0 first, of which the page warns, by its PATIENCE and MIN_RISE."""
    val_losses, losses = [mark.val_loss for mark in marks[1:]], [mark.loss for mark in marks[1:]]
    return list(overfittings(val_losses, losses, PATIENCE, MIN_RISE))


def best_shown(marks: Sequence[Mark]) -> list[int | None]:
    """For each of the marks, the epoch of the lowest unseen loss, while the page warns of it."""
    all_of_them = warned_overfittings(marks)
    return [
        next((each.best for each in all_of_them if each.known <= mark.epoch < each.until), None)
        for mark in marks
    ]
