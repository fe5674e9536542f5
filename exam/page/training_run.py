"""The runs of a visit: what was asked for, and in which order.

Their marks are the scheduler's, which forgets old ones; so a visit keeps none and asks again.
"""

from typing import NamedTuple

from exam.model.plan import Plan

EARLIER_RUNS = 3


class TrainingRun(NamedTuple):
    batch_size: int
    epochs: int
    student: int

    @property
    def plan(self) -> Plan:
        return Plan(self.batch_size, self.student)


def with_run(runs: list[TrainingRun], run: TrainingRun) -> list[TrainingRun]:
    """The runs of the visit with a new one at the end; one with the same settings is replaced."""
    return [each for each in runs if each != run][-EARLIER_RUNS:] + [run]
