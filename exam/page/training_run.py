"""A training run of this visit: its settings, and how much of it is on the screen."""

from dataclasses import dataclass

from exam.model.plan import Plan

EARLIER_RUNS = 3
SHORTEST_SECONDS, LONGEST_SECONDS = 2.0, 5.0  # that a run takes on the screen
FRAME_SECONDS = 0.1  # no faster than this; of a long run, each frame shows several epochs


@dataclass(eq=False)
class TrainingRun:
    """The marks themselves are the scheduler's; `shown` counts those on the screen, from epoch 0.

    The scheduler lets old results go. So a visit keeps none of them, but asks again.
    """

    batch_size: int
    epochs: int
    student: int
    shown: int = 0
    stopped_at: int | None = None  # the pass at which the learner stopped it
    is_drawing: bool = True
    is_hurried: bool = False
    failure: str = ""
    frame_rest: float = 0.0  # seconds that must go by after the latest frame

    @property
    def plan(self) -> Plan:
        return Plan(self.batch_size, self.student)

    @property
    def settings(self) -> dict[str, int]:
        return {"batch_size": self.batch_size, "epochs": self.epochs, "student": self.student}

    @property
    def last_epoch(self) -> int:
        """The last one that is to be shown."""
        return self.epochs if self.stopped_at is None else self.stopped_at

    @property
    def is_complete(self) -> bool:
        return self.shown > self.epochs

    @property
    def seconds_per_frame(self) -> float:
        return max(FRAME_SECONDS, self._seconds_per_epoch, self.frame_rest)

    def advance(self, known: int) -> bool:
        """Show the next frame's marks, as far as so many are computed; False if there are none."""
        step = max(1, round(self.seconds_per_frame / self._seconds_per_epoch))
        before, most = self.shown, known if self.is_hurried else self.shown + step
        self.shown = max(before, min(known, most))
        if self.shown > self.last_epoch or self.failure:
            self.is_drawing = False
        return self.shown > before

    def stop(self) -> None:
        if self.is_drawing:
            self.is_drawing, self.stopped_at = False, max(self.shown - 1, 0)

    def ask_again(self, known: int) -> None:
        """Draw it anew, at once, where results that were on the screen have been let go."""
        if known < self.shown and not self.is_drawing:
            self.shown, self.is_drawing, self.is_hurried = 0, True, True

    @property
    def _seconds_per_epoch(self) -> float:
        share = self.epochs / 200
        return (SHORTEST_SECONDS + share * (LONGEST_SECONDS - SHORTEST_SECONDS)) / self.epochs


def begin(runs: list[TrainingRun], run: TrainingRun) -> list[TrainingRun]:
    """The runs of the visit with a new one at the end; one with the same settings is replaced."""
    others = [each for each in runs if each.settings != run.settings and each.shown]
    return others[-EARLIER_RUNS:] + [run]
