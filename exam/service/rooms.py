"""Rooms: what the people in a hall guess and study, counted without names and in memory alone."""

import re
import secrets
import threading
import time
from dataclasses import dataclass, field

from exam.model.studied import Studied
from exam.service.votes import Standing, Vote

MOST_ROOMS = 100
KEPT_SECONDS = 3 * 3600.0  # after its last use a room is gone
SPARED_SECONDS = 600.0  # and where all are taken, the one that has been unused so long at least
LETTERS = "ABCEFGHJKLMNPRSTWXYZ"  # of a code: none that are taken for one another
LEARNER = re.compile(r"[\w-]{11}", re.ASCII)
SECRET = re.compile(r"[\w-]{22}", re.ASCII)


class RoomRefused(Exception):
    """No entry: there is no such "room", the "secret" is wrong, or all rooms are "taken"."""


def new_code() -> str:
    return "".join(map(secrets.choice, [LETTERS] * 4))


def new_secret() -> str:
    return secrets.token_urlsafe(16)


def new_learner() -> str:
    """A random name by which a guess is counted once; it says nothing of who it is."""
    return secrets.token_urlsafe(8)


@dataclass(eq=False)
class Room:
    """The votes by chapter, and what was studied. `step` is where its lecturer stands."""

    code: str
    secret: str
    used: float
    studied: Studied = field(default_factory=Studied)
    step: tuple[str, str] | None = None
    _votes: dict[str, Vote] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def guess(self, chapter: str, learner: str, choice: int) -> None:
        with self._lock:
            self._vote(chapter).guess(learner, choice)

    def see(self, chapter: str, learner: str) -> None:
        """The learner looks at what was measured."""
        with self._lock:
            self._vote(chapter).see(learner)

    def state_of_guess(self, chapter: str, learner: str) -> str:
        with self._lock:
            return self._vote(chapter).state_of(learner)

    def standing(self, chapter: str) -> Standing:
        with self._lock:
            return self._vote(chapter).standing()

    def close(self, chapter: str, number: int) -> None:
        with self._lock:
            self._vote(chapter).close(number)

    def open_again(self, chapter: str) -> None:
        with self._lock:
            self._vote(chapter).open_again()

    def study(self, batch_size: int, epochs: int, loss: float, wrong: float) -> None:
        with self._lock:
            self.studied.add(batch_size, epochs, loss, wrong)

    def votes(self) -> list[tuple[str, int, int, int]]:
        """Chapter, round, choice and count, of the rounds that are open as far as they are."""
        with self._lock:
            return [
                (chapter, number, choice, count)
                for chapter, vote in self._votes.items()
                for number, counts in enumerate(vote.all_rounds(), start=1)
                for choice, count in sorted(counts.items())
            ]

    def _vote(self, chapter: str) -> Vote:
        return self._votes.setdefault(chapter, Vote())


class Rooms:
    """Rooms by their codes. `clock` gives seconds."""

    def __init__(self, clock=time.monotonic):
        self._clock, self._lock = clock, threading.Lock()
        self._rooms: dict[str, Room] = {}

    def find(self, code: str) -> Room | None:
        """The room of that code, which is used by looking for it."""
        with self._lock:
            return self._find(code)

    def lead(self, code: str, secret: str) -> Room:
        """The room of that code, for its lecturer; a new one where there is none.

        So the lecturer's link opens it again the next day, and at the replica that it leads to.
        Raises RoomRefused for a wrong secret, and where all rooms are taken.
        """
        with self._lock:
            room = self._find(code)
            if room is None:
                self._make_place()
                room = self._rooms[code] = Room(code, secret, self._clock())
            if not secrets.compare_digest(room.secret, secret):
                raise RoomRefused("secret")
            return room

    def _find(self, code: str) -> Room | None:
        room = self._rooms.get(code)
        if room and self._unused_seconds(room) >= KEPT_SECONDS:
            del self._rooms[code]
            return None
        if room:
            room.used = self._clock()
        return room

    def _make_place(self) -> None:
        """The oldest unused one goes; a room in use never, whoever opens others in a loop."""
        for room in list(self._rooms.values()):
            if self._unused_seconds(room) >= KEPT_SECONDS:
                del self._rooms[room.code]
        if len(self._rooms) >= MOST_ROOMS:
            oldest = min(self._rooms.values(), key=lambda room: room.used)
            if self._unused_seconds(oldest) < SPARED_SECONDS:
                raise RoomRefused("taken")
            del self._rooms[oldest.code]

    def _unused_seconds(self, room: Room) -> float:
        return self._clock() - room.used


ROOMS = Rooms()  # those of this process
