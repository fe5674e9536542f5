"""A turn: the passes of a study that a worker computes before it takes another study."""

from typing import NamedTuple

from exam.model.plan import Plan
from exam.model.results import Checkpoint, Mark


class TurnRequest(NamedTuple):
    """Resume the plan at its checkpoint (None: at the beginning), at most up to pass `epochs`.

    The turn ends with the first pass after `seconds`; with 0.0 seconds it is one pass long.
    """

    plan: Plan
    epochs: int
    checkpoint: Checkpoint | None
    seconds: float


class TurnResult(NamedTuple):
    """The marks of the turn's passes, the oldest first, and where the next turn resumes."""

    marks: list[Mark]
    checkpoint: Checkpoint
