"""What the page says about a training run: how it goes on, what came of it, and the warning.

`marks` are always those on the screen, epoch 0 first.
"""

import re
from collections.abc import Sequence

from exam.model.overfitting import best_epoch_of
from exam.model.results import Epoch
from exam.model.settings import STUDENT
from exam.page.texts import Texts
from exam.page.training_run import TrainingRun
from exam.service.job import Progress

LONG_WAIT_SECONDS = 1.0
Marks = Sequence[Epoch]


def waiting(
    run: TrainingRun, marks: Marks, progress: Progress, waited_seconds: float, words: Texts
) -> str:
    """The line beneath the chart while a run is followed: why nothing comes, or how far it is.

    `waited_seconds` have gone by since the last news of it.
    """
    if _waits_for_keras(run, progress):
        loading = words.loading(seconds=int(progress.loading_seconds))
        return f"{words.interrupted} {loading}" if progress.was_interrupted else loading
    if _nothing_comes(run, progress) and waited_seconds > LONG_WAIT_SECONDS:
        ahead = progress.ahead
        return words.queued_behind(ahead=ahead) if ahead else words.queued
    return standing(run, marks, words)


def standing(run: TrainingRun | None, marks: Marks, words: Texts) -> str:
    """The line beneath the chart for what is on the screen: not begun, on its way, or its end."""
    if run is None:
        return words.ready
    if run.failure:
        return getattr(words, f"failure_{run.failure}")
    if run.is_drawing and not marks:
        return words.queued
    if run.is_complete:
        return summary(marks, words)
    epoch = max(len(marks) - 1, 0)
    if run.is_drawing:
        return words.drawing(epoch=epoch, epochs=run.epochs, seconds=marks[-1].seconds)
    return words.stopped(epoch=epoch, epochs=run.epochs)


def name_of(label: str) -> str:
    """The name of a setting, which its label explains after a colon."""
    return re.split("[:：]", label)[0]


def run_label(run: TrainingRun, words: Texts) -> str:
    is_usual = run.student == STUDENT.default
    return (words.run_label if is_usual else words.run_label_student)(**run.settings)


def spoken(
    run: TrainingRun | None, marks: Marks, words: Texts, progress: Progress | None = None
) -> str:
    """What a screen reader is told: a run quarter by quarter, and every other line as it is."""
    if progress and _waits_for_keras(run, progress):
        return words.spoken_loading
    if run and run.is_drawing and marks:
        quarter = 4 * marks[-1].epoch // run.epochs
        mark = marks[quarter * run.epochs // 4]
        wrong = {"wrong": mark.wrong, "val_wrong": mark.val_wrong}
        return words.spoken(epoch=mark.epoch, epochs=run.epochs, **wrong)
    return standing(run, marks, words).replace("**", "")


def _waits_for_keras(run: TrainingRun, progress: Progress) -> bool:
    return _nothing_comes(run, progress) and progress.loading_seconds is not None


def _nothing_comes(run: TrainingRun, progress: Progress) -> bool:
    return run.is_drawing and len(progress.epochs) == run.shown


def summary(marks: Marks, words: Texts) -> str:
    first, last = marks[0], marks[-1]
    return words.summary(
        wrong_before=first.wrong,
        wrong=last.wrong,
        val_wrong=last.val_wrong,
        updates=last.updates,
        seconds=last.seconds,
    )


def warning(marks: Marks, words: Texts) -> str:
    """What a rising unseen loss means so far, or that it fell further after all; or ""."""
    epoch = best_epoch_of(marks)
    if epoch is None:
        return ""
    best, last = marks[epoch], marks[-1]
    lowest = min(marks[1:], key=lambda mark: mark.val_loss)
    if lowest.val_loss < best.val_loss:
        return words.recovered(
            best=best.epoch,
            val_loss_best=best.val_loss,
            lowest=lowest.epoch,
            val_loss_lowest=lowest.val_loss,
        )
    rise = words.warning(
        best=best.epoch,
        val_loss_best=best.val_loss,
        val_loss=last.val_loss,
        loss_best=best.loss,
        loss=last.loss,
        wrong_best=best.wrong,
        wrong=last.wrong,
    )
    is_flat = last.val_wrong < best.val_wrong + 1
    errors = words.warning_errors_flat if is_flat else words.warning_errors_risen
    return f"{rise} {errors(val_wrong_best=best.val_wrong, val_wrong=last.val_wrong)}"
