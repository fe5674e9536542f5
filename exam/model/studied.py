"""The settings that have been studied, with their results: the points of a map."""

import threading
from collections import Counter
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
    _visits: dict[tuple[int, int], str] = field(default_factory=dict)  # that studied each first
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, batch_size: int, epochs: int, loss: float, wrong: float, visit: str = "") -> None:
        setting = batch_size, epochs
        with self._lock:
            if setting not in self.sums and len(self.sums) >= MAX_SETTINGS:
                self._make_place()
            self._visits.setdefault(setting, visit)
            runs, losses, wrongs = self.sums.get(setting, (0, 0.0, 0.0))
            self.sums[setting] = runs + 1, losses + loss, wrongs + wrong

    def _make_place(self) -> None:
        """Of the visit that has the most settings, the last one with the fewest runs goes.

        So whoever fills the map, in one visit or a thousand, pushes out nobody who came before.
        """
        counts, latest = Counter(self._visits.values()), reversed(self.sums)
        gone = min(latest, key=lambda each: (-counts[self._visits[each]], self.sums[each][0]))
        del self.sums[gone], self._visits[gone]

    def points(self) -> list[Point]:
        return [
            Point(*setting, runs, losses / runs, wrongs / runs)
            for setting, (runs, losses, wrongs) in self.sums.copy().items()
        ]
