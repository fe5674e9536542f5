"""The runs of one visit: the study on the screen, and the earlier ones to compare it with."""

from dataclasses import dataclass, field

from exam.overfitting import best_epoch
from exam.results import Epoch

EARLIER_RUNS = 3
SHORTEST_SECONDS, LONGEST_SECONDS = 2.0, 5.0  # that a study takes on the screen
PATIENCE = 5  # passes without a lower unseen loss, until the warning
FRAME_SECONDS = 0.1  # no faster than this; of a long study, each frame shows several epochs


@dataclass
class Run:
    """A study as far as it is drawn: `marks` are those on the screen, epoch 0 first."""

    batch_size: int
    epochs: int
    student: int
    marks: list[Epoch] = field(default_factory=list)
    is_drawing: bool = True
    is_hurried: bool = False
    trouble: str = ""
    frame_rest: float = 0.0  # seconds that must go by after the latest frame

    @property
    def settings(self) -> dict[str, int]:
        return {"batch_size": self.batch_size, "epochs": self.epochs, "student": self.student}

    @property
    def is_complete(self) -> bool:
        return len(self.marks) > self.epochs

    @property
    def best_epoch(self) -> int | None:
        """The epoch of the overfitting warning, as far as the drawn marks show it."""
        after_passes = self.marks[1:]
        return best_epoch(
            [mark.val_loss for mark in after_passes], [mark.loss for mark in after_passes], PATIENCE
        )

    @property
    def seconds_per_frame(self) -> float:
        return max(FRAME_SECONDS, self._seconds_per_epoch, self.frame_rest)

    def advance(self, known: list[Epoch]) -> bool:
        """Put the next frame's epochs on the screen, as far as they are computed; False if none."""
        on_screen = len(self.marks)
        step = max(1, round(self.seconds_per_frame / self._seconds_per_epoch))
        has_news = len(known) > on_screen
        if has_news:
            self.marks = known if self.is_hurried else known[: on_screen + step]
        if self.is_complete or self.trouble:
            self.is_drawing = False
        return has_news

    @property
    def _seconds_per_epoch(self) -> float:
        share = self.epochs / 200
        return (SHORTEST_SECONDS + share * (LONGEST_SECONDS - SHORTEST_SECONDS)) / self.epochs


def begin(runs: list[Run], run: Run) -> list[Run]:
    """The runs of the visit with a new one at the end; one with the same settings is replaced."""
    others = [each for each in runs if each.settings != run.settings and each.marks]
    return others[-EARLIER_RUNS:] + [run]
