"""Which room a connection leads; a lecturer waits for nobody but lecturers."""

from urllib.parse import parse_qsl

from starlette.requests import HTTPConnection
from starlette.types import Scope

from exam.rooms.room import Room
from exam.rooms.rooms import ROOMS, read_code

MAX_FIELDS = 100  # of an address


class Lead:
    """The room that a connection leads: its first address has the secret, or a cookie."""

    def __init__(self, scope: Scope):
        self._cookies = HTTPConnection(scope).cookies
        self._secrets: dict[str, str] = {}  # of one room, by its code

    def room(self, query: str) -> Room | None:
        try:
            values = dict(parse_qsl(query, max_num_fields=MAX_FIELDS))
        except ValueError:
            return None
        code = read_code(values.get("room", ""))
        room = ROOMS.find(code) if code else None
        if code and (secret := values.get("secret") or self._cookies.get(f"lead_{code}")):
            self._secrets = {code: secret}
        return room if room and room.is_led_by(self._secrets.get(room.code, "")) else None
