"""An experiment: the studies that a chapter compares, and their marks so far."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from exam.model.plan import Study
from exam.model.results import Mark, MeanMarks, mean_marks
from exam.service.scheduler import Scheduler
from exam.service.usage import NOBODY, Follower

AT_ONCE = 16  # studies asked for at a time, so that a class of 30 does not flood the queue
Name = Any  # of a study: any hashable value the chapter chooses; often (what, student)
Studies = Mapping[Name, Study]


class Attempt(NamedTuple):
    """A learner's attempt at an experiment, which began at `began` (`time.monotonic()`).

    `guess` is a choice by its index, or a pass; None without a guess. `number` counts the learner's
    attempts at this chapter from 1, and `first_guess` is the guess of the first one.
    """

    studies: Studies
    guess: int | None = None
    number: int = 1
    first_guess: int | None = None
    began: float = 0.0

    def after(self, last: "Attempt") -> "Attempt":
        """This attempt as the one that follows `last`."""
        return self._replace(number=last.number + 1, first_guess=last.first_guess)


class Experiment:
    """The marks of an attempt's studies by their names, as far as they have been computed.

    `rounds` are the guesses of a hall, if there is one.
    """

    def __init__(self, attempt: Attempt, rounds: Sequence[Counter[int]] = ()):
        self.attempt, self.studies, self.rounds = attempt, attempt.studies, rounds
        self.marks: dict[Name, list[Mark]] = {name: [] for name in self.studies}
        self.loading_seconds: float | None = None
        self.failure = ""

    @property
    def complete(self) -> dict[Name, list[Mark]]:
        """The marks of the complete studies, in the order of the studies."""
        return {name: marks for name, marks in self.marks.items() if self._is_complete(name)}

    def of(self, what: Name) -> list[list[Mark]]:
        """The marks of the complete studies that are named (what, student)."""
        return [
            marks
            for name, marks in self.complete.items()
            if isinstance(name, tuple) and name[0] == what
        ]

    def mean(self, what: Name) -> list[MeanMarks]:
        """The means of those studies, pass by pass."""
        return mean_marks(self.of(what))

    @property
    def is_complete(self) -> bool:
        return all(map(self._is_complete, self.marks))

    @property
    def is_running(self) -> bool:
        return not self.failure and not self.is_complete

    def poll(self, scheduler: Scheduler, follower: Follower = NOBODY) -> None:
        """Get the marks that have been computed, and ask for the next studies."""
        asked = 0
        for name, (plan, epochs) in self.studies.items():
            if self._is_complete(name):
                continue
            progress = scheduler.poll(plan, epochs, is_background=True, follower=follower)
            self.marks[name] = progress.marks
            self.loading_seconds, self.failure = progress.loading_seconds, progress.failure
            asked += not self._is_complete(name)
            if asked == AT_ONCE or self.failure:
                break

    def _is_complete(self, name: Name) -> bool:
        return self.studies[name].is_complete(self.marks[name])
