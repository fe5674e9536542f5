"""When to warn: the unseen loss no longer falls while the practised one still does."""

from collections.abc import Sequence

from exam.model.results import Epoch

PATIENCE = 5  # passes without a lower unseen loss, until the page warns


def best_epoch(val_losses: Sequence[float], losses: Sequence[float], patience: int) -> int | None:
    """The 1-based epoch after which the student only learnt the practised exam by heart, or None.

    It is the first epoch whose `val_losses` (unseen) stayed the lowest for `patience` further
    passes, once the practised `losses` have fallen below what they were there. Both sequences
    start with the loss after pass 1. What has been found stays found when passes are added.

    Counts as `keras.callbacks.EarlyStopping(patience=patience)` does: a tie or a NaN is no
    improvement. Raises ValueError where the two sequences differ in length.
    """
    found = _find(val_losses, losses, patience)
    return found and found[0]


def _find(
    val_losses: Sequence[float], losses: Sequence[float], patience: int
) -> tuple[int, int] | None:
    """The best epoch, and the one at which it is known."""
    best = 1
    for epoch, (val_loss, loss) in enumerate(zip(val_losses, losses, strict=True), start=1):
        if epoch == 1 or val_loss < val_losses[best - 1]:
            best = epoch
        elif epoch - best >= patience and loss < losses[best - 1]:
            return best, epoch
    return None


def warned_at(marks: Sequence[Epoch]) -> tuple[int, int] | None:
    """The best epoch of a study's marks, epoch 0 first, and the pass at which the page warns."""
    passes = marks[1:]
    return _find([each.val_loss for each in passes], [each.loss for each in passes], PATIENCE)
