"""One connection of a browser: what it sends is read first, and runs in its turn (run_queue.py)."""

import asyncio
import contextlib
import re
from contextvars import ContextVar
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from exam.rooms.room import Room
from exam.rooms.rooms import ROOMS, read_code
from exam.server.inbox import END, Inbox
from exam.server.message_cache import MessageCache
from exam.server.received import MAX_MESSAGE, read_message
from exam.service.run_queue import LONGEST_RUN_SECONDS, WHOLE_PAGE, Asked, Run

LARGE_MESSAGE = 100_000  # bytes, which take as long to read as a run of a part of the page
OPEN_CHAPTER, FILE = 4, 10  # as how many runs a chapter that is open counts, and a file to save
FIRST_SECONDS = 10.0  # in which a browser has asked for something; it holds four open files
MAX_FIELDS = 100  # of an address
RUNS = ("rerun_script", "backend_operation_request")  # messages whose end the page tells
SEE = "exam.see"  # in the scope of a connection: what is called with all that the page writes to it
NEW_ROOM = 300.0  # runs, for which who leads a new room counts as having asked of late
# What the page, and Streamlit for it, know a browser by.
COOKIE = re.compile(r"\s*(lead_[A-Z]{4}|learner|_streamlit_\w+)=", re.ASCII)
MAX_COOKIES = 50
CONNECTION: ContextVar["Connection"] = ContextVar("connection")  # of the task that serves it
ASKED_IN: WeakKeyDictionary[Room, Asked] = WeakKeyDictionary()  # by all that lead the room


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


class Connection:
    """What a browser asks for, and whether it reads what it is sent."""

    def __init__(self, scope: Scope, receive: Receive, send: Send):
        self.inbox, self._send = Inbox(receive), send
        self._asked, self._lead = Asked(), Lead(scope)
        self._has_asked, self._first_by = False, asyncio.get_running_loop().time() + FIRST_SECONDS
        self._given: Run | None = None  # of the message that Streamlit was given last
        self._is_part_given = False  # whether that asks for a part of the page, as a guess does
        self._runs: list[Run] = []  # that have begun, and whose end the page has not written
        self._has_next = False  # whether Streamlit has yet to begin one of what was asked for
        self._has_seen = False  # whether the page has written anything of itself
        self._cache = MessageCache()
        self._query = ""  # of the address that was asked for last
        self._led: Room | None = None
        self._is_read = asyncio.Event()  # set while nothing waits for the browser to read it
        self._is_read.set()
        self._no_part_runs = asyncio.Event()
        self._no_part_runs.set()

    async def receive(self) -> Message:
        """The next message that is right, when it is its turn."""
        self.end_given()
        while (message := await self._next())["type"] == "websocket.receive":
            if self.inbox.has_ended and not self._has_seen:  # what it asked for is for nobody
                return END
            data = message.get("bytes") or b""
            if len(data) > LARGE_MESSAGE:
                reading = self._asked.ask(len(data) // LARGE_MESSAGE)
                await self.inbox.unless_ended(reading.turn)
                reading.end()  # what follows here waits for nothing until it is read
            if len(data) > MAX_MESSAGE:
                break  # Streamlit ends the connection
            if data and (read := read_message(data)):
                self._has_asked |= read.WhichOneof("type") in RUNS
                if await self._take_turn(read):
                    return {"type": "websocket.receive", "bytes": read.SerializeToString()}
        with contextlib.suppress(TimeoutError):  # Streamlit stops what runs for who has left
            async with asyncio.timeout(LONGEST_RUN_SECONDS):
                await self._no_part_runs.wait()
        return message

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout_at(None if self._has_asked else self._first_by):
                return await self.inbox.read()
        except TimeoutError:
            return END

    async def _take_turn(self, message: BackMsg) -> bool:
        """Wait for it; false if nobody is there any more for whom it would run."""
        # Streamlit would keep 500 messages for a browser that does not read, however large.
        await self.inbox.unless_ended(self._is_read.wait())
        state = message.rerun_script
        self._query = state.query_string or self._query
        room = self._lead.room(state.query_string)
        # All that lead a room count as one, or many connections would each come before a lecturer.
        asked = ASKED_IN.setdefault(room, Asked(NEW_ROOM)) if room else self._asked
        run = asked.ask(_runs_of(message), leads=bool(room))
        await self.inbox.unless_ended(run.turn)
        if said := state.cached_message_hashes:
            kept = self._cache.kept_until_answered(said, others=len(self._runs) + self._has_next)
            del said[:]
            said.extend(kept)
        if self.inbox.has_ended and not state.fragment_id:
            run.end()
            return False  # a guess, which is a part of the page, counts also of who has left
        self._given, self._is_part_given = run, bool(state.fragment_id)
        return True

    def note_run(self) -> None:
        """To be called when a run begins, or is asked for, with what Streamlit was given last."""
        if self._given:
            self._runs.append(self._given)
            self._given = None
            if self._is_part_given:
                self._no_part_runs.clear()

    def end_given(self) -> None:
        """If nothing runs for what Streamlit was given last, and so the page writes no end."""
        if self._given:
            self._given.end()
            self._given = None

    async def send(self, message: Message) -> None:
        self._is_read.clear()
        try:
            with contextlib.suppress(OSError):  # the browser is gone, as `receive` will say
                await self._send(message)
        finally:
            self._is_read.set()

    def see(self, written: ForwardMsg) -> None:
        """To be called with all that the page writes to this browser."""
        self._has_seen |= written.WhichOneof("type") == "delta"
        self._cache.write(written)
        if _ends_run(written):
            self._cache.end_run()
            self.end_runs()
            self._be_leader_of(self._lead.room(self._query))  # the run may have opened it

    def _be_leader_of(self, room: Room | None) -> None:
        if self._led and self._led is not room:
            self._led.leaders.discard(self)
        if room:
            room.leaders.add(self)
        self._led = room

    def leave(self) -> None:
        self.end_given()
        self.end_runs()
        self._be_leader_of(None)

    def end_runs(self) -> None:
        # What was asked for while another run went on follows it, as one run.
        self._has_next = len(self._runs) + self._has_next > 1
        while self._runs:
            self._runs.pop().end()
        if not self._has_next:
            self._no_part_runs.set()


class Received:
    """Reads each message of a browser before Streamlit does."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        scope = _with_our_cookies(scope)
        connection = Connection(scope, receive, send)
        CONNECTION.set(connection)
        collecting = asyncio.create_task(connection.inbox.collect())
        try:
            seen = {**scope, SEE: connection.see}
            await self.app(seen, connection.receive, connection.send)
        finally:
            collecting.cancel()
            connection.leave()


def _with_our_cookies(scope: Scope) -> Scope:
    """Streamlit would keep 330 kB for 8 kB of cookies, as long as the connection is open."""
    headers = MutableHeaders(raw=list(scope["headers"]))
    ours = list(filter(COOKIE.match, headers.get("cookie", "").split(";")))
    del headers["cookie"]
    if ours:
        headers["cookie"] = ";".join(ours[:MAX_COOKIES])
    return {**scope, "headers": headers.raw}


def follow_runs() -> None:
    """Have Streamlit tell which messages begin a run, and what the page writes, read or not.

    It drops what a browser asks of a session that it has no more, or of a part of the page that
    there is not.
    """
    write, handle = StarletteSessionClient.write_forward_msg, AppSession.handle_backmsg

    def see_and_write(client: StarletteSessionClient, message: ForwardMsg) -> None:
        client._websocket.scope[SEE](message)
        write(client, message)

    def note_and_handle(session: AppSession, message: BackMsg) -> None:
        part = message.rerun_script.fragment_id
        runs = message.WhichOneof("type") in RUNS and (not part or session.has_fragment(part))
        if runs and (connection := CONNECTION.get(None)):
            connection.note_run()
        handle(session, message)

    StarletteSessionClient.write_forward_msg = see_and_write  # type: ignore
    AppSession.handle_backmsg = note_and_handle  # type: ignore


def _ends_run(written: ForwardMsg) -> bool:
    """Whether a file is there, or a run has ended and no other follows at once."""
    kind = written.WhichOneof("type")
    if kind == "script_finished":
        return written.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
    return kind == "backend_operation_response"


def _runs_of(message: BackMsg) -> int:
    """As how many runs of a part of the page it counts."""
    state = message.rerun_script
    if message.HasField("backend_operation_request"):
        return FILE
    if not message.HasField("rerun_script") or state.fragment_id:
        return 1
    widgets = state.widget_states.widgets
    chapters = sum(widget.bool_value and widget.id.endswith("_open") for widget in widgets)
    return WHOLE_PAGE + OPEN_CHAPTER * chapters
