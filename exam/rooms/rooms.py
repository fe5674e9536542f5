"""All rooms: who may lead one, and which is closed where there are too many."""

import math
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable

from exam.rooms.room import Room

MAX_ROOMS, MAX_ROOMS_OF_A_CLIENT = 100, 20
KEPT_SECONDS = 3 * 3600.0  # a room is closed so long after its last use
RECENT_SECONDS = 600.0  # a room used so recently is not closed for another client's
RELOAD_SECONDS = 30.0  # nor one used so recently for the same client's: its screen may be reloading
MAX_SECRETS = 10_000  # of closed rooms
LETTERS = "ABCEFGHJKLMNPRSTWXYZ"  # of a code: no two that look alike
CODE = re.compile(f"[{LETTERS}]{{4}}")
LEARNER = re.compile(r"[\w-]{11}", re.ASCII)
SECRET = re.compile(r"[\w-]{22}", re.ASCII)


class RoomRefused(Exception):
    """The room cannot be led: the "secret" is wrong, or all rooms are "taken"."""


def new_code() -> str:
    return "".join(map(secrets.choice, [LETTERS] * 4))


def new_secret() -> str:
    return secrets.token_urlsafe(16)


def new_learner() -> str:
    """A random name by which a learner's guess is counted once."""
    return secrets.token_urlsafe(8)


def read_code(text: str) -> str | None:
    """A room's code in capitals; None if the text is not one."""
    return text.upper() if text.isascii() and CODE.fullmatch(text.upper()) else None


def read_secret(text: str) -> str | None:
    return text if SECRET.fullmatch(text) else None


class Rooms:
    """Rooms by their codes. `clock` gives seconds. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock, self._lock = clock, threading.Lock()
        self._rooms: dict[str, Room] = {}
        self._closed: dict[str, tuple[str, float]] = {}  # secrets and `since`, by code

    def find(self, code: str) -> Room | None:
        """The room of that code. Looking for it counts as using it."""
        with self._lock:
            return self._find(code)

    def lead(self, code: str, secret: str, client: str = "", since: float = math.inf) -> Room:
        """The room of that code, for its lecturer; a new one if there is none.

        So the lecturer's link opens the room again after a restart, and at the replica it leads to,
        unless somebody else has opened one with its code before. Who has led the code elsewhere
        `since` before that takes it over: the room of the other one is closed.
        Raises RoomRefused for a wrong secret, also of a closed room, and if all rooms are taken.
        """
        with self._lock:
            room = self._find(code)
            known = (room.secret, room.since) if room else self._closed.get(code)
            if known and not secrets.compare_digest(known[0], secret):
                if known[1] <= since:
                    raise RoomRefused("secret")
                if room:
                    self._close(room)
                    room = None
            if room is None:
                self._make_place(client, since)
                self._closed.pop(code, None)
                room = self._rooms[code] = Room(code, secret, self._clock(), client)
            room.since = min(room.since, since)
            return room

    def has(self, code: str, secret: str) -> bool:
        """Whether there is that room, with that secret; asking is no use of it."""
        with self._lock:
            room = self._rooms.get(code)
            if room is None or self._unused_seconds(room) >= KEPT_SECONDS:
                return False
            return room.is_led_by(secret)

    def _find(self, code: str) -> Room | None:
        room = self._rooms.get(code)
        if room and self._unused_seconds(room) >= KEPT_SECONDS:
            self._close(room)
            return None
        if room:
            room.used_at = self._clock()
        return room

    def _make_place(self, client: str, since: float) -> None:
        """Close a room of a client that has too many, or any room if all are taken.

        The one that has been unused for longest is closed. Rooms with learners stay open, and so do
        other clients' rooms that were used recently, unless one client has more than its share. For
        one that its lecturer has led `since` then elsewhere, a newer one of the client is closed.
        """
        for room in list(self._rooms.values()):
            if self._unused_seconds(room) >= KEPT_SECONDS:
                self._close(room)
        rooms = list(self._rooms.values())
        count_of_client = sum(room.client == client for room in rooms)
        empty = [room for room in rooms if not room.is_in_use]
        if count_of_client >= MAX_ROOMS_OF_A_CLIENT:
            own = [room for room in empty if room.client == client]
            closable = [each for each in own if self._unused_seconds(each) >= RELOAD_SECONDS]
            closable = closable or _newer_of(client, rooms, since)
        elif len(rooms) >= MAX_ROOMS:
            closable = [each for each in empty if self._unused_seconds(each) >= RECENT_SECONDS]
            closable = closable or _last_of_most(rooms, share=count_of_client + 1)
        else:
            return
        if not closable:
            raise RoomRefused("taken")
        self._close(min(closable, key=lambda room: room.used_at))

    def _close(self, room: Room) -> None:
        """Close a room; its code stays reserved for its secret."""
        room.close()
        del self._rooms[room.code]
        self._closed[room.code] = room.secret, room.since
        if len(self._closed) > MAX_SECRETS:
            del self._closed[next(iter(self._closed))]

    def _unused_seconds(self, room: Room) -> float:
        return self._clock() - room.used_at


def _newer_of(client: str, rooms: list[Room], since: float) -> list[Room]:
    """A room of the client to close for one that has been led `since` then, before it was opened.

    Of all that are newer, it is the one with the fewest followers; never the one with the most.
    """
    own = sorted((each for each in rooms if each.client == client), key=_followers)
    return [room for room in own[:-1] if room.since > since][:1]


def _followers(room: Room) -> int:
    return len(room.listeners)


def _last_of_most(rooms: list[Room], share: int) -> list[Room]:
    """A room to close, of the client with the most rooms, if those are more than `share`.

    All of them count as in use, since a single guess or listener is enough. So take neither one of
    the client's oldest rooms nor one with the most followers: from a hall's own address, a script
    may open nineteen rooms after the lecturer's, with more followers, or before it, with fewer.
    """
    # Of clients with equally many, the one that has opened the latest.
    client, count = Counter(room.client for room in reversed(rooms)).most_common(1)[0]
    by_age = [room for room in rooms if room.client == client]
    by_followers = sorted(by_age, key=_followers, reverse=True)

    def rank(room: Room) -> tuple[int, int]:
        age = by_age.index(room)
        return min(age, by_followers.index(room)), age

    return [max(by_age, key=rank)] if count > share else []


ROOMS = Rooms()  # those of this process
