"""A job: what the scheduler has of a study, who follows it, and how far it is to go."""

import threading
import time
from dataclasses import dataclass, field
from typing import NamedTuple

from exam.model.plan import Plan
from exam.model.results import Checkpoint, Mark

RETRY_SECONDS = 15.0  # after a failure, until the next try


class Failure(NamedTuple):
    """Why nothing comes for now: "exams" or "keras" do not load, or the "worker" was lost."""

    reason: str = ""
    until: float = 0.0

    @classmethod
    def now(cls, reason: str) -> "Failure":
        return cls(reason, time.monotonic() + RETRY_SECONDS)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until


class Progress(NamedTuple):
    """What a poll of a study finds; `failure` is "" or the reason of a `Failure`."""

    marks: list[Mark]
    loading_seconds: float | None  # for how long Keras has been loading; None once it is there
    failure: str


@dataclass(eq=False)
class Job:
    """The marks of a plan so far, and the number of passes (`target`) that somebody waits for.

    The checkpoint, 100 kB, is kept while the job waits or runs, and of some that are complete.
    """

    plan: Plan
    changed: threading.Condition
    marks: list[Mark] = field(default_factory=list)  # only ever grows at its end
    checkpoint: Checkpoint | None = None
    target: int = 0
    followed_until: float = 0.0
    lost_workers: int = 0
    is_background: bool = True  # until somebody polls it for the first screen
    failure: Failure = Failure()

    def take(self, answer: Mark | Checkpoint) -> None:
        """Keep what the worker sends, and wake whoever waits for it.

        Raises ValueError for what was not asked for.
        """
        match answer:
            case Checkpoint():
                self.checkpoint = answer
            case Mark(epoch=number) if number == len(self.marks):
                self.marks.append(answer)
                self.changed.notify_all()
            case _:
                raise ValueError(f"{answer!r:.100} instead of the mark of pass {len(self.marks)}")

    def follow(self, seconds: float) -> None:
        self.followed_until = max(self.followed_until, time.monotonic() + seconds)

    @property
    def is_followed(self) -> bool:
        return self.followed_until > time.monotonic()

    @property
    def is_complete(self) -> bool:
        return len(self.marks) > self.target

    @property
    def is_wanted(self) -> bool:
        return self.is_followed and not self.is_complete

    @property
    def is_urgent(self) -> bool:
        """A first pass takes milliseconds, and then something moves on somebody's screen."""
        return not self.marks and not self.is_background

    @property
    def priority(self) -> tuple[bool, bool, float]:
        """The smallest comes first: what is urgent, what was pressed for, the least work left."""
        seconds_per_pass = 0.0025 + 0.00007 * self.plan.updates  # roughly, once the worker is warm
        work_left = (self.target + 1 - len(self.marks)) * seconds_per_pass
        return not self.is_urgent, self.is_background, work_left
