"""An experiment: the studies that a chapter compares, what the learner guessed, what is there."""

import dataclasses
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from exam.classroom import Classroom
from exam.plans import Plan
from exam.results import Epoch

AT_ONCE = 4  # studies that an experiment asks for at a time, so that a class of 30 floods nobody


@dataclass
class Experiment:
    """`wanted` gives each study's plan and epochs by its name; `marks` is what is there of it."""

    wanted: Mapping[Hashable, tuple[Plan, int]]
    guess: int | None = None
    marks: dict[Hashable, list[Epoch]] = field(default_factory=dict)
    loading_seconds: float | None = None
    trouble: str = ""

    @property
    def complete(self) -> dict[Hashable, list[Epoch]]:
        """The studies that have come to their end, in the order in which they are wanted."""
        return {name: self.marks[name] for name in self.wanted if self._is_complete(name)}

    @property
    def is_complete(self) -> bool:
        return len(self.complete) == len(self.wanted)

    @property
    def is_running(self) -> bool:
        return not self.trouble and not self.is_complete

    def advance(self, classroom: Classroom) -> bool:
        """Look at the next few studies that are not there yet; True where there is news."""
        before, asked = self._passes, 0
        for name, (plan, epochs) in self.wanted.items():
            if self._is_complete(name):
                continue
            settings = dataclasses.asdict(plan) | {"epochs": epochs}
            view = classroom.look(**settings, seen=0, patience_seconds=0, is_patient=True)
            if len(view.epochs) > len(self.marks.get(name, ())):
                self.marks[name] = view.epochs
            self.loading_seconds, self.trouble = view.loading_seconds, view.trouble
            asked += not self._is_complete(name)
            if asked == AT_ONCE or self.trouble:
                break
        return self._passes > before

    def _is_complete(self, name: Hashable) -> bool:
        return len(self.marks.get(name, ())) > self.wanted[name][1]

    @property
    def _passes(self) -> int:
        return sum(map(len, self.marks.values()))
