"""What a lecturer's address has of the room, so that another server can go on with it."""

import re
import time
from typing import NamedTuple

from exam.parts import CHAPTER_NAMES
from exam.rooms.room import Room, Step, read_step
from exam.rooms.seal import seal, server_key, unseal
from exam.rooms.votes import Rounds, read_rounds, rounds_address

SINCE = re.compile(r"\d{1,12}", re.ASCII)


class LectureState(NamedTuple):
    """The step that was shown and the closed rounds; `since` is when the room was first opened."""

    since: float
    step: Step | None
    rounds: dict[str, Rounds]


def seal_state(room: Room, step: Step) -> str:
    votes = rounds_address(room.closed_rounds())
    return seal(f"{room.code} {int(room.since)} {step.address} {votes}", room.secret)


def read_state(sealed: str, code: str, secret: str) -> LectureState | None:
    """The state of that room; None if it was not sealed for it, or not by its lecturer.

    Without a key of the server, a lecturer can seal anything, so that nobody knows since when.
    """
    fields = (unseal(sealed, secret) or "").split(" ")
    if len(fields) != 4 or fields[0] != code or not SINCE.fullmatch(fields[1]):
        return None
    since = int(fields[1]) if server_key() else time.time()
    rounds = read_rounds(fields[3]) or {}
    known = {name: rounds[name] for name in CHAPTER_NAMES if name in rounds}
    return LectureState(since, read_step(fields[2]), known)
