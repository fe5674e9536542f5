"""Which settings have been studied, and what came of them: the points of a map."""

import threading
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_SETTINGS = 1_000


class Point(NamedTuple):
    """What came of a setting: the means of so many runs, on unseen exams."""

    batch_size: int
    epochs: int
    runs: int
    loss: float
    wrong: float


@dataclass
class Studied:
    """Every setting that has been studied, in a room or in one visit. Thread-safe."""

    sums: dict[tuple[int, int], tuple[int, float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, batch_size: int, epochs: int, loss: float, wrong: float) -> None:
        setting = batch_size, epochs
        with self._lock:
            if setting in self.sums or len(self.sums) < MOST_SETTINGS:
                runs, losses, wrongs = self.sums.get(setting, (0, 0.0, 0.0))
                self.sums[setting] = runs + 1, losses + loss, wrongs + wrong

    def points(self) -> list[Point]:
        return [
            Point(*setting, runs, losses / runs, wrongs / runs)
            for setting, (runs, losses, wrongs) in self.sums.copy().items()
        ]
