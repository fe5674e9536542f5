"""What the page says of training runs: why nothing comes yet, which there are, the warning."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from exam.model.overfitting import warned_at
from exam.model.results import Epoch
from exam.model.settings import STUDENT
from exam.page.texts import Texts
from exam.page.training_run import TrainingRun
from exam.service.job import Progress

LONG_WAIT_SECONDS = 1.0


class PassWarning(NamedTuple):
    """A text that belongs to the passes from `start` to before `end`."""

    text: str
    start: int
    end: int


def waiting(progress: Progress, epochs: int, waited_seconds: float, words: Texts) -> str:
    """Why nothing comes of a run of so many epochs, or ""; `waited_seconds` since the last news."""
    if progress.failure:
        return getattr(words, f"failure_{progress.failure}")
    if len(progress.epochs) > epochs:
        return ""
    if progress.loading_seconds is not None:
        loading = words.loading(seconds=int(progress.loading_seconds))
        return f"{words.interrupted} {loading}" if progress.was_interrupted else loading
    if waited_seconds <= LONG_WAIT_SECONDS:
        return ""
    return words.queued_behind(ahead=progress.ahead) if progress.ahead else words.queued


def fit_call(batch_size: int, epochs: int) -> str:
    return f"model.fit(x, y, batch_size={batch_size}, epochs={epochs})"


def name_of(label: str) -> str:
    """The name of a setting, which its label explains after a colon."""
    return re.split("[:：]", label)[0]


def run_label(run: TrainingRun, words: Texts) -> str:
    is_usual = run.student == STUDENT.default
    return (words.run_label if is_usual else words.run_label_student)(**run.settings)


def runs_rows(runs: Sequence[TrainingRun], marks: Sequence[Sequence[Epoch]]) -> Iterator[tuple]:
    """The table of this visit's runs, as far as they are computed."""
    for run, each in zip(runs, marks, strict=True):
        if len(each) > 1:
            last, lowest = each[-1], min(each[1:], key=lambda mark: mark.val_loss)
            counted = f"{last.updates:,}", last.wrong, f"{last.val_wrong:.1f}"
            yield run.batch_size, last.epoch, run.student, *counted, lowest.epoch


def warnings(marks: Sequence[Epoch], words: Texts) -> Iterator[PassWarning]:
    """The warning, from the pass on that shows it, until the loss falls further after all."""
    if not (found := warned_at(marks)):
        return
    best, warned = marks[found[0]], found[1]
    later = marks[warned:]
    recovered = next((m.epoch for m in later if m.val_loss < best.val_loss), len(marks))
    fields = {"best": best.epoch, "val_loss_best": best.val_loss, "loss_best": best.loss}
    yield PassWarning(words.warning(**fields), warned, recovered)
    if recovered < len(marks):
        yield PassWarning(words.recovered(**fields), recovered, len(marks))


def markdown_table(header: Sequence[str], rows: Iterable[Sequence]) -> str:
    """A table of figures, the first column to the left."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in lines)
