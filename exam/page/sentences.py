"""Sentences of the page: why a study is delayed, the table of studies, the warnings."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from exam.model.overfitting import warned_overfittings
from exam.model.plan import Study
from exam.model.results import Mark, MeanMarks, lowest_loss
from exam.service.job import Progress
from exam.texts import Texts

LONG_WAIT_SECONDS = 1.0
CLOSE = 0.5  # wrong answers per 100; smaller changes count as "about the same"


class PassWarning(NamedTuple):
    """A text that is shown from pass `start` until before pass `end`.

    `best` is the pass of the lowest unseen loss; None if the text takes a warning back.
    """

    text: str
    start: int
    end: int
    best: int | None = None


def delay_sentence(progress: Progress, texts: Texts) -> str:
    """Why a study shows no progress, or ""."""
    if progress.failure:
        return texts.failure[progress.failure]
    if progress.loading_seconds and progress.loading_seconds > LONG_WAIT_SECONDS:
        return texts.loading(seconds=int(progress.loading_seconds))
    if progress.silent_seconds <= LONG_WAIT_SECONDS:
        return ""
    return texts.queued_behind(ahead=progress.ahead) if progress.ahead else texts.queued


def first_sentence(text: str) -> str:
    """The first sentence, without bold markers."""
    return re.split(r"(?<=[.!?])\s|(?<=。)", text, maxsplit=1)[0].replace("**", "")


def fit_call(study: Study) -> str:
    return f"model.fit(x, y, batch_size={study.plan.batch_size}, epochs={study.epochs})"


def study_labels(studies: Sequence[Study], texts: Texts) -> list[str]:
    """A name for each study in the curves, which says what tells them apart."""
    settings = [
        {
            "run_batch": plan.batch_size,
            "run_epochs": epochs,
            "run_student": plan.student,
        }
        for plan, epochs in studies
    ]
    differs = [key for key in settings[0] if len({each[key] for each in settings}) > 1]
    return [
        " · ".join(texts[key](value=each[key]) for key in differs or ["run_batch"])
        for each in settings
    ]


def rows_of_studies(studies: Iterable[tuple[Study, Sequence[Mark]]]) -> Iterator[tuple]:
    """The table of this visit's studies, from the first pass of each on."""
    for (plan, _), marks in studies:
        if len(marks) > 1:
            last, lowest = marks[-1], lowest_loss(marks)
            yield (
                plan.batch_size,
                last.epoch,
                plan.student,
                f"{last.updates:,}",
                last.wrong,
                f"{last.val_wrong:.1f}",
                lowest.epoch,
            )


def warnings(marks: Sequence[Mark], texts: Texts) -> Iterator[PassWarning]:
    """The warnings of overfitting, each followed by its withdrawal, if there was one.

    Each is worded for the pass at which it appears, when later passes are unknown.
    """
    overfittings = warned_overfittings(marks)
    for each, later in itertools.zip_longest(overfittings, overfittings[1:]):
        best, now = marks[each.best], marks[each.known]
        parts = (texts.warning, texts[change_of_errors(best, now)], texts.remedies)
        text = " ".join(part(best=best, now=now) for part in parts)
        yield PassWarning(text, each.known, each.until, each.best)
        if each.until < len(marks):
            until = later.known if later else len(marks)
            yield PassWarning(texts.recovered(best=best), each.until, until)


def change_of_errors(before: Mark | MeanMarks, after: Mark | MeanMarks) -> str:
    """The key of the sentence that says how the wrong answers on unseen exams have changed."""
    change = after.val_wrong - before.val_wrong
    if abs(change) < CLOSE:
        return "errors_same"
    return "errors_rose" if change > 0 else "errors_fell"


def html_table(header: Sequence[str], rows: Iterable[Sequence]) -> str:
    """A table of figures; on a phone each row becomes a list with the names of its columns."""
    head = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in header)
    lines = []
    for first, *figures in rows:
        cells = [f'<th scope="row" role="rowheader" data-label="{escape(header[0])}">{first}</th>']
        cells += [
            f'<td role="cell" data-label="{escape(name)}">{figure}</td>'
            for name, figure in zip(header[1:], figures, strict=True)
        ]
        lines.append(f'<tr role="row">{"".join(cells)}</tr>')
    named = f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
    body = f'<tbody role="rowgroup">{"".join(lines)}</tbody>'
    return f'<table class="rows" role="table">{named}{body}</table>'
