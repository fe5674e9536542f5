"""What a study leaves behind: one `Epoch` for every pass, and the table to take home."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

CSV_COLUMNS = ("epoch", "updates", "wrong", "val_wrong", "loss", "val_loss", "seconds")


@dataclass(frozen=True, slots=True)
class Epoch:
    """How the student stands after a pass; epoch 0 is before studying.

    `wrong` counts among the 100 practised questions, `val_wrong` among the unseen ones, per 100.
    `updates` and `seconds` add up from the start of the study; the seconds are those that
    Keras spent on the passes, without marking. `answers` holds one digit for every practised
    question, in the order of the sheet.
    """

    epoch: int
    updates: int
    wrong: int
    val_wrong: float
    loss: float
    val_loss: float
    seconds: float
    answers: str


def to_csv(epochs: Iterable[Epoch]) -> str:
    """The study as a CSV table with the columns of `CSV_COLUMNS`, epoch 0 first."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    writer.writerows([getattr(epoch, column) for column in CSV_COLUMNS] for epoch in epochs)
    return table.getvalue()
