"""What settles a study, but for its length: the same plan gives the same numbers."""

import functools
from dataclasses import dataclass

from exam.papers import batches
from exam.settings import BATCH_SIZE, MISPRINTS, STUDENT
from exam.workbooks import WORKBOOKS, Workbook, open_workbook

UNSEEN, FINAL = "unseen", "final"


@dataclass(frozen=True)
class Plan:
    """Who studies what and how; raises ValueError for a value outside its range.

    `marked_on` names the ten exams, never practised, on which the student is marked after every
    pass. With `solving`, what the student answers during a pass is written down as well.
    """

    batch_size: int
    student: int
    workbook: str = "one_exam"
    misprints: int = 0
    marked_on: str = UNSEEN
    solving: bool = False

    def __post_init__(self):
        BATCH_SIZE.check(self.batch_size)
        STUDENT.check(self.student)
        MISPRINTS.check(self.misprints)
        if self.workbook not in WORKBOOKS:
            raise ValueError(f"workbook must be one of {', '.join(WORKBOOKS)}")
        if self.marked_on not in (UNSEEN, FINAL):
            raise ValueError(f"marked_on must be {UNSEEN} or {FINAL}")

    @property
    def book(self) -> Workbook:
        return open_workbook(self.workbook, self.misprints)

    @functools.cached_property
    def updates(self) -> int:
        """How many updates a pass has."""
        return len(batches(self.batch_size, self.book.size))
