"""The results of a study: a `Mark` for every pass, their means, a CSV table, a checkpoint."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple, TypeVar

import numpy as np

CSV_COLUMNS = ("epoch", "updates", "wrong", "val_wrong", "loss", "val_loss", "seconds")


class Steps(NamedTuple):
    """The updates of a first pass, measured on the weights before and after each.

    `agreement` is the mean cosine between an update and the one that the whole exam would have made
    of the same weights; `length` is the mean length of an update. Both leave out a last batch that
    is shorter. `walked` is the length of all updates, and `distance` that from the first weights to
    the last. `changed` says for each hidden unit how many of its weights the first update has
    changed, and `outside_ink` counts the first layer's weights that an update has changed where
    none of its questions has ink.
    """

    agreement: float
    length: float
    walked: float
    distance: float
    changed: tuple[int, ...]
    outside_ink: int

    @property
    def along(self) -> float:
        """How far an update goes in the direction of the whole exam's update."""
        return self.length * self.agreement


@dataclass(frozen=True, slots=True)
class Mark:
    """The student's results after a pass; the first mark, of epoch 0, is before any pass.

    `wrong` is out of 100 practised questions, `val_wrong` per 100 unseen ones. `updates` and
    `seconds` add up from the start of the study. The seconds are the CPU time of the passes without
    marking: learners share the machine, so elapsed time says little. `val_confidence_when_wrong` is
    the mean probability of those answers on unseen exams that were wrong (0 to 1; 0 if none was).

    `answers` has a digit for every practised question, by its number in the exam, and `confidence`
    a byte: the probability of that answer in percent, 99 at most. `val_answers` and
    `val_confidence` are those of the first unseen exam, `own_answers` and `own_confidence` those of
    an exam that learners wrote, if there is one. `answers_in_pass` are the answers given during
    the pass, each before the update that followed it; "" in the first mark. The mark of the first
    pass has its `deltas`, as `encode_deltas` of updates.py writes them, and its `steps` or
    `seconds_per_question` if the plan asks for them. `weights` are those of a pass that the plan
    keeps, as `pack_weights` of snapshots.py writes them.
    """

    epoch: int
    updates: int
    wrong: int
    val_wrong: float
    loss: float
    val_loss: float
    seconds: float
    answers: str
    confidence: bytes = b""
    val_answers: str = ""
    val_confidence: bytes = b""
    val_confidence_when_wrong: float = 0.0
    answers_in_pass: str = ""
    own_answers: str = ""
    own_confidence: bytes = b""
    deltas: bytes = b""
    steps: Steps | None = None
    seconds_per_question: float = 0.0
    weights: bytes = b""


@dataclass(frozen=True)
class Checkpoint:
    """What a study resumes from: the weights, the passes done and the seconds they took."""

    weights: list[np.ndarray]
    epoch: int = 0
    seconds: float = 0.0


class MeanMarks(NamedTuple):
    """The means of several students after the same pass."""

    epoch: int
    wrong: float
    val_wrong: float
    loss: float
    val_loss: float
    val_confidence_when_wrong: float


def mean_marks(studies: Iterable[Sequence[Mark]]) -> list[MeanMarks]:
    """Pass by pass, over studies of the same length."""
    return [
        MeanMarks(
            marks[0].epoch,
            *(fmean(getattr(mark, field) for mark in marks) for field in MeanMarks._fields[1:]),
        )
        for marks in zip(*studies, strict=True)
    ]


AnyMark = TypeVar("AnyMark", Mark, MeanMarks)


def lowest_loss(marks: Sequence[AnyMark]) -> AnyMark:
    """The mark with the lowest unseen loss, of a study whose first mark is that of epoch 0."""
    return min(marks[1:], key=lambda mark: mark.val_loss)


def to_csv(marks: Iterable[Mark]) -> str:
    """The study as a CSV table with the columns of `CSV_COLUMNS`, epoch 0 first."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    writer.writerows([getattr(mark, column) for column in CSV_COLUMNS] for mark in marks)
    return table.getvalue()
