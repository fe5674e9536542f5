"""What the page says of runs: why nothing comes yet, which there are, the warning."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from exam.model.overfitting import found_in
from exam.model.results import Mark, MeanMarks, lowest_loss
from exam.model.settings import STUDENT
from exam.page.texts import Texts
from exam.page.training_run import TrainingRun
from exam.service.job import Progress

LONG_WAIT_SECONDS = 1.0
CLOSE = 0.5  # wrong answers per 100; nearer ones are called about the same


class PassWarning(NamedTuple):
    """A text that belongs to the passes from `start` to before `end`."""

    text: str
    start: int
    end: int


def waiting(progress: Progress, waited_seconds: float, ahead: int, words: Texts) -> str:
    """Why nothing has come of a study for `waited_seconds`, or ""."""
    if progress.failure:
        return getattr(words, f"failure_{progress.failure}")
    if progress.loading_seconds and progress.loading_seconds > LONG_WAIT_SECONDS:
        return words.loading(seconds=int(progress.loading_seconds))
    if waited_seconds <= LONG_WAIT_SECONDS:
        return ""
    return words.queued_behind(ahead=ahead) if ahead else words.queued


def first_sentence(text: str) -> str:
    """Without what is bold in it."""
    return re.split(r"(?<=[.!?])\s|(?<=。)", text, maxsplit=1)[0].replace("**", "")


def fit_call(batch_size: int, epochs: int) -> str:
    return f"model.fit(x, y, batch_size={batch_size}, epochs={epochs})"


def name_of(label: str) -> str:
    """The name of a setting, which its label explains after a colon."""
    return re.split("[:：]", label)[0]


def run_label(run: TrainingRun, words: Texts) -> str:
    is_usual = run.student == STUDENT.default
    return (words.run_label if is_usual else words.run_label_student)(**run._asdict())


def runs_rows(runs: Iterable[tuple[TrainingRun, Sequence[Mark]]]) -> Iterator[tuple]:
    """The table of this visit's runs, from the first pass of each on."""
    for run, marks in runs:
        if len(marks) > 1:
            last, lowest = marks[-1], lowest_loss(marks)
            counted = f"{last.updates:,}", last.wrong, f"{last.val_wrong:.1f}"
            yield run.batch_size, last.epoch, run.student, *counted, lowest.epoch


def warnings(marks: Sequence[Mark], words: Texts) -> Iterator[PassWarning]:
    """The warnings, each from the pass on that shows it, and how it was taken back, if it was.

    They speak of the pass at which they come up: what follows is not known there yet.
    """
    found = found_in(marks)
    for each, later in itertools.zip_longest(found, found[1:]):
        best, now = marks[each.best], marks[each.known]
        fields = {"best": best, "now": now}
        parts = words.warning, getattr(words, errors(best, now)), words.remedies
        yield PassWarning(" ".join(part(**fields) for part in parts), each.known, each.until)
        if each.until < len(marks):
            until = later.known if later else len(marks)
            yield PassWarning(words.recovered(best=best), each.until, until)


def errors(before: Mark | MeanMarks, after: Mark | MeanMarks) -> str:
    """The key of the sentence that says how the wrong answers on unseen exams have changed."""
    change = after.val_wrong - before.val_wrong
    if abs(change) < CLOSE:
        return "errors_same"
    return "errors_rose" if change > 0 else "errors_fell"


def html_table(header: Sequence[str], rows: Iterable[Sequence]) -> str:
    """A table of figures; on a phone each row is a list, beside each figure what it is."""
    head = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in header)
    lines = []
    for first, *figures in rows:
        cells = [f'<th scope="row" role="rowheader" data-label="{escape(header[0])}">{first}</th>']
        cells += [
            f'<td role="cell" data-label="{escape(n)}">{figure}</td>'
            for n, figure in zip(header[1:], figures, strict=True)
        ]
        lines.append(f'<tr role="row">{"".join(cells)}</tr>')
    named = f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
    body = f'<tbody role="rowgroup">{"".join(lines)}</tbody>'
    return f'<table class="rows" role="table">{named}{body}</table>'
