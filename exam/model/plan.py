"""A plan determines a study except for its length: the same plan gives the same numbers."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from exam.model.exams import batches
from exam.model.own_exam import PIXELS, OwnExam
from exam.model.results import Mark
from exam.model.settings import BATCH_SIZE, MISPRINTS, STUDENT
from exam.model.workbooks import WORKBOOKS, Workbook, open_workbook

UNSEEN, FINAL = "unseen", "final"
LEARNING_RATE = 0.05
HIDDEN_UNITS, DIGITS = 32, 10  # the widths of the network's layers behind the PIXELS
WEIGHTS = (PIXELS + 1) * HIDDEN_UNITS + (HIDDEN_UNITS + 1) * DIGITS
ACTIVATIONS = PIXELS + HIDDEN_UNITS + DIGITS  # numbers held for each question of a batch


class Timing(NamedTuple):
    """A measurement of how long a question takes: hidden units, and questions in a batch."""

    units: int
    batch_size: int


@dataclass(frozen=True)
class Plan:
    """Which student studies which workbook, and how. Raises ValueError for a value out of range.

    `marked_on` names the ten exams, never practised, on which the student is marked after every
    pass; `own` is one more that learners have written. With `has_steps`, every update of the first
    pass is measured; with a `timing`, it is made after the first pass. The marks of `kept_passes`
    hold the student's weights.
    """

    batch_size: int
    student: int
    workbook: str = "one_exam"
    misprints: int = 0
    marked_on: str = UNSEEN
    learning_rate: float = LEARNING_RATE
    own: OwnExam | None = None
    has_steps: bool = False
    timing: Timing | None = None
    kept_passes: tuple[int, ...] = ()

    def __post_init__(self):
        BATCH_SIZE.check(self.batch_size)
        STUDENT.check(self.student)
        MISPRINTS.check(self.misprints)
        if self.workbook not in WORKBOOKS:
            raise ValueError(f"workbook must be one of {', '.join(WORKBOOKS)}")
        if self.marked_on not in (UNSEEN, FINAL):
            raise ValueError(f"marked_on must be {UNSEEN} or {FINAL}")
        if not 0 < self.learning_rate <= 10:
            raise ValueError(f"learning_rate must be in (0, 10], got {self.learning_rate}")

    @property
    def book(self) -> Workbook:
        return open_workbook(self.workbook, self.misprints)

    @functools.cached_property
    def updates(self) -> int:
        """How many updates there are in a pass."""
        return len(batches(self.batch_size, self.book.size))


class Study(NamedTuple):
    """A plan and its number of passes: what one call of fit() computes."""

    plan: Plan
    epochs: int

    def is_complete(self, marks: Sequence[Mark]) -> bool:
        """Whether these are all its marks, of which the first is that of epoch 0."""
        return len(marks) > self.epochs
