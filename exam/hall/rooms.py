"""Which rooms there are, who may lead them, and which is given up where there are too many."""

import re
import secrets
import threading
import time

from exam.hall.room import Room

MOST_ROOMS, MOST_OF_A_CLIENT = 100, 20
KEPT_SECONDS = 3 * 3600.0  # after its last use a room is gone
RECENT_SECONDS = 600.0  # a room used so recently is not given up, even if nobody guesses in it
MOST_SECRETS = 10_000  # of rooms that are gone
LETTERS = "ABCEFGHJKLMNPRSTWXYZ"  # of a code: none that are taken for one another
CODE = re.compile(f"[{LETTERS}]{{4}}")
LEARNER = re.compile(r"[\w-]{11}", re.ASCII)
SECRET = re.compile(r"[\w-]{22}", re.ASCII)


class RoomRefused(Exception):
    """Nobody leads it: the "secret" is wrong, or all rooms are "taken"."""


def new_code() -> str:
    return "".join(map(secrets.choice, [LETTERS] * 4))


def new_secret() -> str:
    return secrets.token_urlsafe(16)


def new_learner() -> str:
    """A random name by which a guess is counted once; it says nothing of who it is."""
    return secrets.token_urlsafe(8)


class Rooms:
    """Rooms by their codes. `clock` gives seconds."""

    def __init__(self, clock=time.monotonic):
        self._clock, self._lock = clock, threading.Lock()
        self._rooms: dict[str, Room] = {}
        self._secrets: dict[str, str] = {}  # by code, of rooms that are gone

    def find(self, code: str) -> Room | None:
        """The room of that code; to look for it counts as using it."""
        with self._lock:
            return self._find(code)

    def lead(self, code: str, secret: str, client: str = "") -> Room:
        """The room of that code, for its lecturer; a new one where there is none.

        So the lecturer's link opens it again the next day, and at the replica that it leads to.
        Raises RoomRefused for a wrong secret, also of a room that is gone, and where all are taken.
        """
        with self._lock:
            room = self._find(code)
            known = room.secret if room else self._secrets.get(code, secret)
            if not secrets.compare_digest(known, secret):
                raise RoomRefused("secret")
            if room is None:
                self._make_place(client)
                self._secrets.pop(code, None)
                room = self._rooms[code] = Room(code, secret, self._clock(), client)
            return room

    def _find(self, code: str) -> Room | None:
        room = self._rooms.get(code)
        if room and self._unused_seconds(room) >= KEPT_SECONDS:
            self._close(room)
            return None
        if room:
            room.used = self._clock()
        return room

    def _make_place(self, client: str) -> None:
        """Close a room of a client that has too many, or any room if all are taken.

        The one that has not been used for longest goes. A room that has learners stays, and so does
        one of another client that was used recently.
        """
        for room in list(self._rooms.values()):
            if self._unused_seconds(room) >= KEPT_SECONDS:
                self._close(room)
        of_client = [room for room in self._rooms.values() if room.client == client]
        if len(of_client) >= MOST_OF_A_CLIENT:
            self._close_one(of_client)
        elif len(self._rooms) >= MOST_ROOMS:
            rooms = self._rooms.values()
            self._close_one([r for r in rooms if self._unused_seconds(r) >= RECENT_SECONDS])

    def _close_one(self, rooms: list[Room]) -> None:
        empty = [room for room in rooms if not room.has_learners]
        if not empty:
            raise RoomRefused("taken")
        self._close(min(empty, key=lambda room: room.used))

    def _close(self, room: Room) -> None:
        """Its code is kept for whoever has its secret."""
        room.end()
        del self._rooms[room.code]
        self._secrets[room.code] = room.secret
        if len(self._secrets) > MOST_SECRETS:
            del self._secrets[next(iter(self._secrets))]

    def _unused_seconds(self, room: Room) -> float:
        return self._clock() - room.used


ROOMS = Rooms()  # those of this process
