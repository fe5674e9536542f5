"""What the page says about a run: how it goes on, what came of it, and the warning."""

import re
from types import SimpleNamespace

from exam.runs import Run
from exam.studies import View

LONG_WAIT_SECONDS = 1.0


def progress(run: Run, view: View, *, waited_seconds: float, say: SimpleNamespace) -> str:
    """The line beneath the chart while a study is followed: why nothing comes, or how far it is.

    `waited_seconds` have gone by since the last news of it.
    """
    if _waits_for_keras(run, view):
        loading = say.loading(seconds=int(view.loading_seconds))
        return f"{say.interrupted} {loading}" if view.was_interrupted else loading
    if _nothing_comes(run, view) and waited_seconds > LONG_WAIT_SECONDS:
        return say.queued_behind(ahead=view.ahead) if view.ahead else say.queued
    return standing(run, say)


def standing(run: Run | None, say: SimpleNamespace) -> str:
    """The line beneath the chart for what is on the screen: not begun, on its way, or its end."""
    if run is None:
        return say.ready
    if run.trouble:
        return getattr(say, f"trouble_{run.trouble}")
    if run.is_drawing and not run.marks:
        return say.queued
    if run.is_complete:
        return _summary(run, say)
    epoch = max(len(run.marks) - 1, 0)
    if run.is_drawing:
        return say.drawing(epoch=epoch, epochs=run.epochs, seconds=run.marks[-1].seconds)
    return say.stopped(epoch=epoch, epochs=run.epochs)


def name_of(label: str) -> str:
    """The name of a setting, which its label explains after a colon."""
    return re.split("[:：]", label)[0]


def spoken(run: Run | None, say: SimpleNamespace, view: View | None = None) -> str:
    """What a screen reader is told: a study quarter by quarter, and every other line as it is."""
    if view and _waits_for_keras(run, view):
        return say.spoken_loading
    if run and run.is_drawing and run.marks:
        quarter = 4 * run.marks[-1].epoch // run.epochs
        mark = run.marks[quarter * run.epochs // 4]
        return say.spoken(
            epoch=mark.epoch, epochs=run.epochs, wrong=mark.wrong, val_wrong=mark.val_wrong
        )
    return standing(run, say).replace("**", "")


def _nothing_comes(run: Run, view: View) -> bool:
    return run.is_drawing and len(view.epochs) == len(run.marks)


def _waits_for_keras(run: Run, view: View) -> bool:
    return _nothing_comes(run, view) and view.loading_seconds is not None


def _summary(run: Run, say: SimpleNamespace) -> str:
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
    is_flat = last.val_wrong < best.val_wrong + 1
    errors = say.warning_errors_flat if is_flat else say.warning_errors_risen
    return f"{rise} {errors(val_wrong_best=best.val_wrong, val_wrong=last.val_wrong)}"
