"""An experiment: the studies that a chapter compares, and what has been found of them so far."""

from collections.abc import Hashable, Mapping

from exam.model.plan import Plan
from exam.model.results import Mark
from exam.service.scheduler import Scheduler

AT_ONCE = 16  # studies that are asked for at a time, so that a class of 30 floods nobody
Plans = Mapping[Hashable, tuple[Plan, int]]


class Experiment:
    """`plans` gives each study by its name: its plan and its number of passes.

    `marks` holds those of each study by its name, as far as they are there.
    """

    def __init__(self, plans: Plans):
        self.plans = plans
        self.marks: dict[Hashable, list[Mark]] = {name: [] for name in plans}
        self.loading_seconds: float | None = None
        self.failure = ""

    @property
    def complete(self) -> dict[Hashable, list[Mark]]:
        """The studies that have come to their end, in the order of the plans."""
        return {name: marks for name, marks in self.marks.items() if self._is_complete(name)}

    def of(self, what: Hashable) -> list[list[Mark]]:
        """The complete studies that are named (what, student)."""
        return [marks for (each, _), marks in self.complete.items() if each == what]

    @property
    def is_complete(self) -> bool:
        return all(map(self._is_complete, self.marks))

    @property
    def is_running(self) -> bool:
        return not self.failure and not self.is_complete

    def poll(self, scheduler: Scheduler) -> None:
        """Look at what is there, and ask for the next studies that are not."""
        asked = 0
        for name, (plan, epochs) in self.plans.items():
            if self._is_complete(name):
                continue
            progress = scheduler.poll(plan, epochs, is_background=True)
            self.marks[name] = max(self.marks[name], progress.marks, key=len)
            self.loading_seconds, self.failure = progress.loading_seconds, progress.failure
            asked += not self._is_complete(name)
            if asked == AT_ONCE or self.failure:
                break

    def _is_complete(self, name: Hashable) -> bool:
        return len(self.marks[name]) > self.plans[name][1]
