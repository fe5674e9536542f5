"""What a study leaves behind: one `Mark` for every pass, the table to take home, a checkpoint."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

import numpy as np

CSV_COLUMNS = ("epoch", "updates", "wrong", "val_wrong", "loss", "val_loss", "seconds")


@dataclass(frozen=True, slots=True)
class Mark:
    """How the student stands after a pass; epoch 0 is before studying.

    `wrong` counts among the practised questions, `val_wrong` among the unseen ones, per 100.
    `updates` and `seconds` add up from the start of the study. The seconds are the CPU time of the
    passes, without marking: others use the same machine, so the time on the clock says little.
    `val_sure_when_wrong` is how sure the student was, on average, of the answers on unseen exams
    that were wrong (0 to 1; 0 where none was).

    `answers` holds one digit for every practised question, in the order of the sheet, and `sure`
    two for each: by how many percent the student held with it, 99 at most. `val_answers` and
    `val_sure` are those of the first unseen exam, `own_answers` and `own_sure` those of an exam of
    one's own, if there is one. `solved` holds the answers that were given during the pass, each
    before the update that followed it; "" before studying.
    """

    epoch: int
    updates: int
    wrong: int
    val_wrong: float
    loss: float
    val_loss: float
    seconds: float
    answers: str
    sure: str = ""
    val_answers: str = ""
    val_sure: str = ""
    val_sure_when_wrong: float = 0.0
    solved: str = ""
    own_answers: str = ""
    own_sure: str = ""


@dataclass(frozen=True)
class Checkpoint:
    """Where a study stands, so that it can be resumed: weights, passes done, seconds spent."""

    weights: list[np.ndarray]
    epoch: int = 0
    seconds: float = 0.0


def sureness(digits: str) -> list[int]:
    """The percentages that `Mark.sure` or one of its kin spells, one for every question."""
    return [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]


class MeanMarks(NamedTuple):
    """The means of several students after the same pass."""

    epoch: int
    wrong: float
    val_wrong: float
    loss: float
    val_loss: float
    val_sure_when_wrong: float


def mean_marks(studies: Iterable[Sequence[Mark]]) -> list[MeanMarks]:
    """Pass by pass, over studies of the same length."""
    return [
        MeanMarks(
            marks[0].epoch,
            *(fmean(getattr(mark, field) for mark in marks) for field in MeanMarks._fields[1:]),
        )
        for marks in zip(*studies, strict=True)
    ]


def lowest_loss(marks: Sequence[Mark | MeanMarks]) -> Mark | MeanMarks:
    """The mark after the pass with the lowest unseen loss; `marks` begin with epoch 0."""
    return min(marks[1:], key=lambda mark: mark.val_loss)


def to_csv(marks: Iterable[Mark]) -> str:
    """The study as a CSV table with the columns of `CSV_COLUMNS`, epoch 0 first."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    writer.writerows([getattr(mark, column) for column in CSV_COLUMNS] for mark in marks)
    return table.getvalue()
