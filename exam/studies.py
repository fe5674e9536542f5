"""A study as the classroom keeps it, and as a learner sees it."""

import base64
import math
import threading
import time
from dataclasses import dataclass, field
from typing import NamedTuple

from exam.plans import Plan
from exam.results import Epoch

REST_SECONDS = 15.0  # after a trouble, until the next try
AGEING = 0.05  # seconds of work by which a second of waiting moves a study forward


class Trouble(NamedTuple):
    """Why nothing more comes for now: "exams", "keras" (neither loads) or "worker" (lost again)."""

    reason: str = ""
    until: float = 0.0

    @classmethod
    def now(cls, reason: str) -> "Trouble":
        return cls(reason, time.monotonic() + REST_SECONDS)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until


class View(NamedTuple):
    """What a learner sees of a study at a look; `trouble` is "" or the reason of a `Trouble`."""

    epochs: list[Epoch]
    loading_seconds: float | None  # for how long Keras has been loading; None where it is there
    was_interrupted: bool
    trouble: str
    ahead: int = 0  # studies of others that come first; not counted for the patient


@dataclass(eq=False)
class Study:
    """What comes of a plan: the epochs so far, and how far somebody wants them."""

    plan: Plan
    news: threading.Condition
    epochs: list[Epoch] = field(default_factory=list)  # grows at its end; nothing else changes
    wanted: int = 0
    asked_at: float = 0.0
    watched_until: float = 0.0
    lost_workers: int = 0
    is_patient: bool = True  # until somebody looks who is not
    wants_file: bool = False  # not the epochs but the student after them, as a `.keras` file
    file: bytes | None = None
    trouble: Trouble = Trouble()

    def take(self, answer: dict) -> None:
        """Write down what the desk sends, and tell whoever waits for it.

        Raises KeyError, TypeError or ValueError for what was not asked for.
        """
        if self.wants_file:
            self.file = base64.b64decode(answer["file"], validate=True)
        else:
            epoch = Epoch(**answer)
            if epoch.epoch != len(self.epochs):
                raise ValueError(f"epoch {epoch.epoch} out of turn")
            self.epochs.append(epoch)
        self.news.notify_all()

    @property
    def is_wanted(self) -> bool:
        has_epochs = len(self.epochs) > self.wanted
        is_complete = self.file is not None if self.wants_file else has_epochs
        return self.is_watched and not is_complete

    @property
    def is_watched(self) -> bool:
        return time.monotonic() < self.watched_until

    @property
    def is_urgent(self) -> bool:
        """A first pass: it takes milliseconds, and then something moves on the screen."""
        return not self.epochs and not self.is_patient

    @property
    def urgency(self) -> float:
        """The smaller, the sooner: the work that is left, less what waiting has earned."""
        if self.is_urgent:
            return -math.inf
        seconds_per_pass = 0.004 + 0.00007 * self.plan.updates  # so about, when warm
        work_left = (self.wanted + 1 - len(self.epochs)) * seconds_per_pass
        return work_left - AGEING * (time.monotonic() - self.asked_at)
