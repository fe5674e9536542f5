"""A room: the votes of the people in a hall, their studies and their exam, without names."""

import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from exam.model.studied import StudiedSettings
from exam.rooms.hall_exam import HallExam
from exam.rooms.votes import GuessState, Rounds, Standing, Vote

MAX_ON_MAP = 10  # studies of a learner
STEP = re.compile(r"[a-z_]{1,20}\.[a-z]{0,10}\.\d{1,2}\.[012]", re.ASCII)
BEFORE_THE_ANSWER = ("write", "display", "question", "close", "discuss")  # kinds of steps


class Step(NamedTuple):
    """What a projector shows: a place (the door, which shows how to join, the study or a chapter).

    `kind` is the part of it. A chapter begins with parts that are BEFORE_THE_ANSWER: "close" ends a
    round of the vote, "discuss" comes between two rounds. Then follow "reveal", "figure", "closer"
    and "rule"; hall/steps.py makes them. `block` is the index of a block of the chapter, `round`
    the round that a "close" ends.
    """

    place: str
    kind: str = ""
    block: int = 0
    round: int = 0

    @property
    def address(self) -> str:
        """The step as a parameter of an address."""
        return f"{self.place}.{self.kind}.{self.block}.{self.round}"

    @property
    def key(self) -> str:
        """A name for the step that differs from those of all others."""
        return f"{self.place}_{self.kind}_{self.block or self.round}"


def read_step(text: str) -> Step | None:
    """The step of an address; None if the text is not one."""
    if not STEP.fullmatch(text):
        return None
    place, kind, block, round_number = text.split(".")
    return Step(place, kind, int(block), int(round_number))


@dataclass(eq=False)
class Room:
    """What a hall has guessed (by chapter), studied and written; `step` is what its lecturer shows.

    `has_moved` says that its lecturer has moved to another step, or has restored one after a
    restart. `plan` names the chapters through which its lecturer wants to go, if not through all
    in order. `client` is the address from which it was opened, or "". `since` is when its lecturer
    opened it for the first time, by `time.time`, maybe before a restart or at another replica. `id`
    differs from that of any other room, also of one with the same code. `restarts` counts how often
    the vote of a chapter was begun anew; `revealed` are the chapters whose results were shown.
    `listeners` are called, in any thread, when the `state` has changed, `lecturer_listeners` also
    by `notify_lecturer`; for these `event_count` grows each time, so that no two events are equal.
    `leaders` are the connections of the browsers that lead it, by whatever page. `used_at` is when
    the room was last looked for, by the clock of `Rooms`.
    """

    code: str
    secret: str
    used_at: float
    client: str = ""
    since: float = field(default_factory=time.time)
    id: str = field(default_factory=lambda: secrets.token_hex(4))
    studied: StudiedSettings = field(default_factory=lambda: StudiedSettings(MAX_ON_MAP))
    step: Step | None = None
    has_moved: bool = False
    plan: tuple[str, ...] = ()
    restarts: Counter[str] = field(default_factory=Counter)
    revealed: set[str] = field(default_factory=set)
    exam: HallExam = field(default_factory=HallExam)
    step_shown_at: float = field(default_factory=time.monotonic)
    listeners: set[Callable[[], None]] = field(default_factory=set)
    lecturer_listeners: set[Callable[[], None]] = field(default_factory=set)
    leaders: set[object] = field(default_factory=set)
    event_count: int = 0
    is_closed: bool = False  # then its event streams end
    _votes: dict[str, Vote] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_in_use(self) -> bool:
        """Whether somebody has guessed, studied or written here, or follows or leads the room."""
        with self._lock:
            voted = any(vote.guesses or vote.has_seen for vote in self._votes.values())
            is_written = bool(self.exam.questions())
            is_followed = bool(self.listeners or self.lecturer_listeners or self.leaders)
            return voted or is_written or is_followed or not self.studied.is_empty

    def is_led_by(self, secret: str) -> bool:
        return secrets.compare_digest(self.secret.encode(), secret.encode())

    def state(self) -> dict[str, str | int | bool]:
        """What its lecturer shows, and how the vote there stands, without any guesses."""
        with self._lock:
            step = self.step or Step("")
            vote = self._votes.get(step.place, Vote())
            return {
                "step": step.key,
                "place": step.place,
                "kind": step.kind,
                "is_open": vote.is_open,
                "round": len(vote.rounds) + vote.is_open,
                "withholds_answer": self._withholds_answer(step),
                "resets": self.restarts.total() + self.exam.changes,
            }

    def withholds_answer(self, chapter: str) -> bool:
        """Whether the hall is at this chapter, and its lecturer has not shown the answer yet."""
        step = self.step
        return step is not None and step.place == chapter and self._withholds_answer(step)

    def _withholds_answer(self, step: Step) -> bool:
        return step.kind in BEFORE_THE_ANSWER and step.place not in self.revealed

    def show(self, step: Step) -> None:
        """Set the step that its lecturer shows; the hall's exam is open while it is written."""
        with self._lock:
            self.step, self.step_shown_at = step, time.monotonic()
            if step.kind and step.kind not in BEFORE_THE_ANSWER:
                self.revealed.add(step.place)
            is_writing = step.kind == "write"
            if is_writing and not self.exam.questions():
                # Until now, each guessed about an exam of their own.
                self._votes.pop(step.place, None)
            if self.exam.is_open != is_writing:
                self.exam.set_open(is_writing)
        self._notify()

    def close(self) -> None:
        """End the event streams of the room."""
        self.is_closed = True
        self._notify()

    def _notify(self) -> None:
        for listener in tuple(self.listeners):
            listener()
        self.notify_lecturer()

    def notify_lecturer(self) -> None:
        """To be called when somebody has guessed, written, begun to follow the room or left it."""
        with self._lock:
            self.event_count += 1
        for listener in tuple(self.lecturer_listeners):
            listener()

    def guess(self, chapter: str, learner: str, choice: int) -> None:
        with self._lock:
            self._vote(chapter).guess(learner, choice)
        self.notify_lecturer()

    def guess_of(self, chapter: str, learner: str) -> int | None:
        with self._lock:
            return self._vote(chapter).guesses.get(learner)

    def guess_state(self, chapter: str, learner: str) -> GuessState:
        with self._lock:
            return self._vote(chapter).state_of(learner)

    def mark_seen(self, chapter: str, learner: str) -> None:
        """The learner has begun the experiment of a chapter, and may see its result from now on."""
        with self._lock:
            self._vote(chapter).mark_seen(learner)

    def update_exam(self, learner: str) -> None:
        """The learner has written a question of the hall's exam."""
        self.exam.update(learner)
        self.notify_lecturer()

    def exclude_writer(self, number: int) -> None:
        """Leave the writer of a question out of the hall's exam."""
        self.exam.exclude(number)
        self.notify_lecturer()

    def readmit_writer(self) -> None:
        """Take back the last exclusion."""
        self.exam.readmit()
        self.notify_lecturer()

    def standing(self, chapter: str) -> Standing:
        with self._lock:
            return self._vote(chapter).standing()

    def close_round(self, chapter: str, number: int) -> None:
        with self._lock:
            self._vote(chapter).close(number)
        self._notify()

    def open_again(self, chapter: str) -> None:
        """Open the second round of a vote."""
        with self._lock:
            self._vote(chapter).open_again()
        self._notify()

    def restart_vote(self, chapter: str) -> None:
        """Forget the guesses of a chapter, and open its first round again."""
        with self._lock:
            self._votes.pop(chapter, None)
            self.restarts[chapter] += 1
            self.revealed.discard(chapter)
        self._notify()

    def restore(self, rounds: Mapping[str, Rounds], place: str) -> None:
        """Take over the closed rounds from before the server was started again.

        The hall was at `place`, so it has seen the results of the other chapters.
        """
        with self._lock:
            self.revealed |= rounds.keys() - {place}
            for chapter, counts in rounds.items():
                if not self._vote(chapter).all_rounds()[0]:
                    self._votes[chapter] = Vote(rounds=counts, is_open=False)

    def closed_rounds(self) -> dict[str, Rounds]:
        """By chapter, how often each choice was guessed in each round that is closed."""
        with self._lock:
            return {chapter: vote.rounds for chapter, vote in self._votes.items() if vote.rounds}

    def _vote(self, chapter: str) -> Vote:
        return self._votes.setdefault(chapter, Vote())
