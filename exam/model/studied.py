"""The settings that have been studied, with their results: the points of a map."""

import threading
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_SETTINGS = 1_000


class Point(NamedTuple):
    """The results of a setting on unseen exams, as means of so many `runs`."""

    batch_size: int
    epochs: int
    runs: int
    loss: float
    wrong: float


@dataclass
class StudiedSettings:
    """Every setting that has been studied, in a room or in one visit. Thread-safe."""

    sums: dict[tuple[int, int], tuple[int, float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, batch_size: int, epochs: int, loss: float, wrong: float) -> None:
        setting = batch_size, epochs
        with self._lock:
            if setting not in self.sums and len(self.sums) >= MAX_SETTINGS:
                # The first of those with the fewest runs, so that nobody can fill the map.
                del self.sums[min(self.sums, key=lambda each: self.sums[each][0])]
            runs, losses, wrongs = self.sums.get(setting, (0, 0.0, 0.0))
            self.sums[setting] = runs + 1, losses + loss, wrongs + wrong

    def points(self) -> list[Point]:
        return [
            Point(*setting, runs, losses / runs, wrongs / runs)
            for setting, (runs, losses, wrongs) in self.sums.copy().items()
        ]
