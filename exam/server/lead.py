"""Which room a connection leads; a lecturer's runs wait only for those of other lecturers."""

import re

from starlette.requests import HTTPConnection
from starlette.types import Scope

from exam.rooms.room import Room
from exam.rooms.rooms import ROOMS, read_code

# Only these are parsed: everybody waits for it, and an address may be long.
FIELDS = re.compile(r"(?:^|&)(room|secret)=([\w-]{1,40})(?=&|$)", re.ASCII)
MAX_SECRETS = 3  # of a room, that an address or a cookie has


class Lead:
    """The room that a connection leads: its first address has the secret, or a cookie."""

    def __init__(self, scope: Scope):
        self._cookies = HTTPConnection(scope).cookies
        self._secrets: dict[str, tuple[str, ...]] = {}  # that were given for one room, by its code

    def room(self, query: str) -> Room | None:
        values = dict(FIELDS.findall(query))
        if not (code := read_code(values.get("room", ""))):
            return None
        # A stranger's link may have a false one.
        kept = self._cookies.get(f"lead_{code}"), *self._secrets.get(code, ())
        given = filter(None, dict.fromkeys((values.get("secret"), *kept)))
        self._secrets = {code: tuple(given)[:MAX_SECRETS]}
        room = ROOMS.find(code)
        return room if room and any(map(room.is_led_by, self._secrets[code])) else None
