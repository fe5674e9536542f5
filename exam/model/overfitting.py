"""When to warn: the unseen loss has risen for a while, and the practised one still falls."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from exam.model.results import Mark

PATIENCE = 5  # passes without a lower unseen loss, until the page warns
MIN_RISE = 0.02  # of the unseen loss; `python -m tests.tools.audit` compares it with others


class Overfitting(NamedTuple):
    """The unseen loss was lowest at `best`; that is known from `known` to before `until`.

    Epochs are 1-based. `until` is the epoch at which the loss falls lower after all, or the one
    after the last.
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
    below what they were there. Both sequences start with the loss after pass 1. What has been
    found stays found when passes are added.

    Counts as `keras.callbacks.EarlyStopping(patience=patience)` does: a tie or a NaN is no
    improvement. Raises ValueError where the two sequences differ in length.
    """
    found = next(overfittings(val_losses, losses, patience, min_rise), None)
    return found and found.best


def overfittings(
    val_losses: Sequence[float], losses: Sequence[float], patience: int, min_rise: float
) -> Iterator[Overfitting]:
    """All of them: if the loss falls lower after all, another may follow."""
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


def found_in(marks: Sequence[Mark]) -> list[Overfitting]:
    """When and for how long the page warns, in the marks of a study, epoch 0 first."""
    val_losses, losses = ([getattr(m, f) for m in marks[1:]] for f in ("val_loss", "loss"))
    return list(overfittings(val_losses, losses, PATIENCE, MIN_RISE))


def best_shown(marks: Sequence[Mark]) -> list[int | None]:
    """For each of the marks, the epoch of the lowest unseen loss, while the page warns of it."""
    found = found_in(marks)
    shown = ([each.best for each in found if each.known <= m.epoch < each.until] for m in marks)
    return [best[0] if best else None for best in shown]
