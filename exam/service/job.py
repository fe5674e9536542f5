"""A job: a study that somebody has asked for, with its marks so far and how far it is to go."""

import threading
import time
import weakref
from dataclasses import dataclass, field
from typing import NamedTuple

from exam.model.plan import Plan
from exam.model.results import Checkpoint, Mark
from exam.service.turn import TurnResult
from exam.service.usage import NOBODY, Follower

RETRY_SECONDS = 15.0  # after a failure, until the next try
MANY_FOLLOWERS = 1_000  # of a job


class Failure(NamedTuple):
    """Why studies fail at the moment: "exams" or "keras" do not load, or the "worker" was lost."""

    reason: str = ""
    until: float = 0.0

    @classmethod
    def now(cls, reason: str) -> "Failure":
        return cls(reason, time.monotonic() + RETRY_SECONDS)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until


class Progress(NamedTuple):
    """The answer to a poll: how far a study has got, and why it is delayed, if it is.

    `failure` is "" or the reason of a `Failure`. `loading_seconds` is for how long there has been
    no worker, as while Keras loads; None if there is one, or if all marks are here. `ahead` counts
    the studies that come first, and `silent_seconds` is the time since the last mark, or since the
    study was asked for.
    """

    marks: list[Mark]
    loading_seconds: float | None = None
    failure: str = ""
    ahead: int = 0
    silent_seconds: float = 0.0


@dataclass(eq=False)
class Job:
    """The marks of a plan so far, and the number of passes (`target`) that somebody waits for.

    The checkpoint, 100 kB, is kept while the job waits or runs, and for some that are complete.
    Without one, the next turn begins at the first pass again and gives the same numbers.
    """

    plan: Plan
    changed: threading.Condition
    marks: list[Mark] = field(default_factory=list)  # never becomes shorter
    checkpoint: Checkpoint | None = None
    target: int = 0
    followed_until: float = 0.0
    followers: dict[Follower, float] = field(default_factory=dict)  # and until when each follows
    networks: set[str] = field(default_factory=set)  # from which it was ever followed
    rooms: set[weakref.ref] = field(default_factory=set)  # whose leaders have followed it
    turn_began: float = 0.0
    last_mark_at: float = field(default_factory=time.monotonic)
    lost_workers: int = 0
    is_background: bool = True  # until somebody polls it for the first screen
    failure: Failure = Failure()

    def add_turn(self, result: TurnResult) -> None:
        """Keep the result of a turn, and wake everybody who waits for it."""
        first = result.marks[0].epoch
        self.marks[first : first + len(result.marks)] = result.marks
        self.checkpoint = result.checkpoint
        self.last_mark_at = time.monotonic()
        self.changed.notify_all()

    def follow(self, seconds: float, follower: Follower = NOBODY) -> None:
        """Note that a visit wants the study and will poll again within `seconds`."""
        now = time.monotonic()
        if len(self.followers) > MANY_FOLLOWERS:
            self.present_followers()  # without those that have gone
        self.followers[follower] = now + seconds
        if len(self.networks) < MANY_FOLLOWERS:
            self.networks.add(follower.network)
        if follower.room and follower.room not in self.rooms:
            self.rooms = {*self.open_rooms, follower.room}
        if not self.is_followed:
            self.last_mark_at = now  # nobody has waited until now
        self.followed_until = max(self.followed_until, now + seconds)

    def present_followers(self) -> list[Follower]:
        """Those that follow the study now."""
        now = time.monotonic()
        self.followers = {each: until for each, until in self.followers.items() if until > now}
        return list(self.followers)

    @property
    def open_rooms(self) -> list[weakref.ref]:
        return [room for room in self.rooms if room()]

    @property
    def silent_seconds(self) -> float:
        return time.monotonic() - self.last_mark_at

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
        """Whether somebody waits for its first pass, which takes only milliseconds."""
        return not self.marks and not self.is_background

    @property
    def is_large(self) -> bool:
        """Whether it holds handwritten pictures (up to 78 kB) or the weights of passes (400 kB)."""
        return bool(self.plan.own or self.plan.kept_passes)

    @property
    def work_left(self) -> float:
        """Roughly how many seconds it takes to complete, once the worker is warm."""
        seconds_per_pass = 0.0025 + 0.00007 * self.plan.updates
        return (self.target + 1 - len(self.marks)) * seconds_per_pass
