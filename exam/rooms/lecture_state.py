"""What a lecturer's address has of the room, so that another server can go on with it."""

import re
import secrets
import time
from typing import NamedTuple

from exam.parts import CHAPTER_NAMES
from exam.rooms.room import Room, Step, read_step
from exam.rooms.seal import seal, server_key, unseal
from exam.rooms.votes import Rounds, read_rounds, rounds_address

PRESENTER = "presenter"
SINCE = re.compile(r"\d{1,12}", re.ASCII)
PROCESS = secrets.token_hex(4)  # the name of this one in what it seals


class LectureState(NamedTuple):
    """The step that was shown and the closed rounds; `since` is when the room was first opened.

    `is_presenter_page` says that the address is that of the lecturer's own page.
    """

    since: float
    is_presenter_page: bool
    step: Step | None
    rounds: dict[str, Rounds]


def seal_state(room: Room, *, is_presenter_page: bool) -> str:
    page = PRESENTER if is_presenter_page else ""
    step = room.step.address if room.step and room.has_moved else ""
    votes = rounds_address(room.closed_rounds())
    return seal(f"{room.code} {int(room.since)} {PROCESS} {page} {step} {votes}", room.secret)


def read_state(sealed: str, code: str, secret: str) -> LectureState | None:
    """The state of that room; None if it was not sealed for it, or not by its lecturer.

    Without a key of the server, a lecturer can seal anything, so that nobody knows since when. Of
    what this process has sealed, it need not be told: it has led the room since, or has closed it.
    By the states of rooms long closed, a student once took over the room that got the same code.
    """
    fields = (unseal(sealed, secret) or "").split(" ")
    if len(fields) != 6 or fields[0] != code or not SINCE.fullmatch(fields[1]):
        return None
    _, opened, process, page, step, votes = fields
    rounds = read_rounds(votes) or {}
    return LectureState(
        since=int(opened) if server_key() and process != PROCESS else time.time(),
        is_presenter_page=page == PRESENTER,
        step=read_step(step),
        rounds={name: rounds[name] for name in CHAPTER_NAMES if name in rounds},
    )
