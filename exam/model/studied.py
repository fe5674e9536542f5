"""The settings that have been studied, with their results: the points of a map."""

import threading
from statistics import fmean
from typing import NamedTuple

from exam.model.plan import Study
from exam.model.results import Mark

MAX_STUDIES = 1_000


class Point(NamedTuple):
    """The results of a setting on unseen exams, as means of so many `runs`."""

    batch_size: int
    epochs: int
    runs: int
    loss: float
    wrong: float


class StudiedSettings:
    """The studies of a room or of one visit: the last ones of each learner. Thread-safe."""

    def __init__(self, most_of_a_learner: int = MAX_STUDIES):
        self.most_of_a_learner = most_of_a_learner
        self._lock = threading.Lock()
        # The loss and the wrong answers on unseen exams, by learner and study.
        self._results: dict[tuple[str, Study], tuple[float, float]] = {}

    def add(self, study: Study, last: Mark, learner: str = "") -> None:
        """Add a complete study; a learner's second run of the same study changes nothing.

        If there are MAX_STUDIES, the newest one makes room, so that nobody pushes out earlier ones.
        """
        with self._lock:
            self._results.pop((learner, study), None)
            own = [key for key in self._results if key[0] == learner]
            if len(own) >= self.most_of_a_learner:
                del self._results[own[0]]
            elif len(self._results) >= MAX_STUDIES:
                self._results.popitem()
            self._results[learner, study] = last.val_loss, last.val_wrong

    @property
    def is_empty(self) -> bool:
        return not self._results

    def empty(self) -> None:
        with self._lock:
            self._results.clear()

    def points(self) -> list[Point]:
        """A point for each setting, whoever studied it, with whatever student."""
        with self._lock:
            studies = list(self._results.items())
        of_setting: dict[tuple[int, int], list[tuple[float, float]]] = {}
        for (_, (plan, epochs)), results in studies:
            of_setting.setdefault((plan.batch_size, epochs), []).append(results)
        return [
            Point(*setting, len(results), *map(fmean, zip(*results, strict=True)))
            for setting, results in of_setting.items()
        ]
