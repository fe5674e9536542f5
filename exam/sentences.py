"""What the page says about a run: how it goes on, what came of it, and the warning."""

from types import SimpleNamespace

from exam.classroom import View
from exam.runs import Run


def progress(run: Run, view: View, *, waited_seconds: float, say: SimpleNamespace) -> str:
    """The line beneath the chart while the study is drawn."""
    if view.is_loading and len(view.epochs) == len(run.marks):
        loading = say.loading(seconds=int(waited_seconds))
        return f"{say.interrupted} {loading}" if view.was_interrupted else loading
    if not run.marks:
        return say.queued
    last = run.marks[-1]
    return say.drawing(epoch=last.epoch, epochs=run.epochs, seconds=last.seconds)


def outcome(run: Run | None, say: SimpleNamespace) -> str:
    """The sentence beneath the chart while nothing is drawn."""
    if run is None:
        return say.ready
    if run.trouble:
        return getattr(say, f"trouble_{run.trouble}")
    if not run.is_complete:
        return say.stopped(epoch=max(len(run.marks) - 1, 0), epochs=run.epochs)
    first, last = run.marks[0], run.marks[-1]
    return say.summary(
        wrong_before=first.wrong,
        wrong=last.wrong,
        val_wrong=last.val_wrong,
        updates=last.updates,
        seconds=last.seconds,
    )


def warning(run: Run, say: SimpleNamespace) -> str:
    """What the rising loss on unseen exams means so far; or that it fell further after all."""
    best, last = run.marks[run.best_epoch], run.marks[-1]
    lowest = min(run.marks[1:], key=lambda mark: mark.val_loss)
    if lowest.val_loss < best.val_loss:
        return say.recovered(
            best=best.epoch,
            val_loss_best=best.val_loss,
            lowest=lowest.epoch,
            val_loss_lowest=lowest.val_loss,
        )
    rise = say.warning(
        best=best.epoch,
        val_loss_best=best.val_loss,
        val_loss=last.val_loss,
        loss_best=best.loss,
        loss=last.loss,
        wrong_best=best.wrong,
        wrong=last.wrong,
    )
    errors = say.warning_errors(val_wrong_best=best.val_wrong, val_wrong=last.val_wrong)
    return f"{rise} {errors}"
