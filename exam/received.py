"""What a browser may send over the websocket: each value has a form and a bound.

Streamlit takes any value for any widget, and meets a wrong one with a traceback. So each message is
read here first, and what has not its form is taken out. A widget without a form sends nothing; a
table of all forms is in assets/OPERATIONS.md.
"""

import asyncio
import functools
import json
import re
from collections.abc import Awaitable, Callable
from math import isfinite
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from google.protobuf.message import DecodeError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from exam.rooms.rooms import ROOMS, read_code
from exam.run_queue import WHOLE_PAGE, Asked, Run

MAX_MESSAGE, MAX_EVENTS = 250_000, 10_000  # bytes: a message, and what a component reports
LARGE_MESSAGE = 100_000  # bytes, which take as long to read as a run of a part of the page
OPEN_CHAPTER, FILE = 4, 10  # as how many runs a chapter that is open counts, and a file to save
RUNS = ("rerun_script", "backend_operation_request")  # messages whose end the page tells
# Messages of a connection that wait to be read; and how many of them still are when it has ended.
MAX_UNREAD, MAX_UNREAD_BYTES, KEPT_UNREAD = 200, 3_000_000, 10
FIRST_SECONDS = 10.0  # in which a connection has asked for something, or is ended
MAX_VALUES = 200  # of a message
MAX_TEXT, MAX_ADDRESS = 200, 10_000  # letters: of a chosen option, and of an address
MAX_FIELDS = 100  # of an address
MAX_HASHES, MAX_HASH = 1_000, 64  # of messages that the browser has, and letters of each
NAME = re.compile(r"[\w-]{0,100}", re.ASCII)
WIDGET = re.compile(r"\$\$ID-[0-9a-f]{32}-(\w{1,60})", re.ASCII)
SEE = "exam.see"  # in the scope of a connection: what is called with all that the page writes to it
EVENTS = re.compile(r"\$\$STREAMLIT_INTERNAL_KEY_\$\$ID-[0-9a-f]{32}-(\w{1,60})__events", re.ASCII)


def _is_number(value: Any) -> bool:
    return len(value.data) == 1 and isfinite(value.data[0])


def _is_text(value: str) -> bool:
    return len(value) <= MAX_TEXT


def _is_choice(value: Any) -> bool:
    return len(value.data) <= 1 and all(map(_is_text, value.data))


def _is_flag(value: bool) -> bool:
    return True  # the message cannot hold anything else


def _is_report(value: str) -> bool:
    """Whether a component of ours may have reported these events; each is read by its callback."""
    try:
        events = json.loads(value) if len(value) <= MAX_EVENTS else None
    except (ValueError, RecursionError):
        return False
    return isinstance(events, list) and all(map(_is_event, events))


def _is_event(event: Any) -> bool:
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        return False
    value = event.get("value", [])
    # Streamlit copies it, and a copy of what is nested deeply fails.
    parts = value.values() if isinstance(value, dict) else [value]
    return not any(isinstance(part, dict | list) for part in parts)


class Form(NamedTuple):
    """The widgets whose keys match `keys` set this field of a message, and only so."""

    keys: re.Pattern[str]
    field: str
    is_right: Callable[[Any], bool]


FORMS = (
    Form(
        re.compile("batch_size|epochs|misprints|.+_stop|.+_rate"), "double_array_value", _is_number
    ),
    Form(re.compile("student|share_what|pair_.+|step_place_.+|.+_guess"), "string_value", _is_text),
    Form(re.compile("lang|.+_option"), "string_array_value", _is_choice),
    Form(
        re.compile("save|share|pair|share_start|share_projected|.+_open|.+_uncover|.+_reveal"),
        "bool_value",
        _is_flag,
    ),
    Form(
        re.compile(
            "start|step_back|step_next|step_skip|vote_anew|hall_sheet_put_back|.+_begin|.+_signs"
        ),
        "trigger_value",
        _is_flag,
    ),
    Form(
        re.compile("ask_.+|writing|writing_of_hall|hall_sheet|paper"),
        "json_trigger_value",
        _is_report,
    ),
)


@functools.lru_cache(maxsize=1_000)
def form_of(key: str) -> Form | None:
    return next((form for form in FORMS if form.keys.fullmatch(key)), None)


class Inbox:
    """The messages of one connection that are not read yet; it ends if they are too many.

    It takes them as they come, so that an end is known at once. Then what is unread is dropped,
    unless it is as little as a learner leaves behind, whose last guess counts.
    """

    def __init__(self, receive: Receive):
        self._receive, self._size = receive, 0
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._has_ended = asyncio.Event()

    async def collect(self) -> None:
        try:
            while (message := await self._receive())["type"] != "websocket.disconnect":
                self._messages.put_nowait(message)
                self._size += _size_of(message)
                if self._messages.qsize() > MAX_UNREAD or self._size > MAX_UNREAD_BYTES:
                    break
        finally:
            self._has_ended.set()
            while self._messages.qsize() > KEPT_UNREAD:
                self._messages.get_nowait()
            self._messages.put_nowait({"type": "websocket.disconnect", "code": 1008})

    async def read(self) -> Message:
        message = await self._messages.get()
        self._size -= _size_of(message)
        return message

    async def unless_ended(self, waiting: Awaitable) -> None:
        """Wait, but not for a connection that has ended: a server that stops waits for it, too."""
        tasks = [asyncio.ensure_future(each) for each in (waiting, self._has_ended.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()


def _size_of(message: Message) -> int:
    return len(message.get("bytes") or message.get("text") or "")


class Lead:
    """Whether a connection leads a room: its first address has the secret, or a cookie."""

    def __init__(self, scope: Scope):
        self._cookies = HTTPConnection(scope).cookies
        self._secrets: dict[str, str] = {}  # of one room, by its code

    def leads(self, query: str) -> bool:
        try:
            values = dict(parse_qsl(query, max_num_fields=MAX_FIELDS))
        except ValueError:
            return False
        code = read_code(values.get("room", ""))
        room = ROOMS.find(code) if code else None
        if code and (secret := values.get("secret") or self._cookies.get(f"lead_{code}")):
            self._secrets = {code: secret}
        return room is not None and room.is_led_by(self._secrets.get(room.code, ""))


class Received:
    """Reads each message of a browser before Streamlit does."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        inbox, asked, lead = Inbox(receive), Asked(), Lead(scope)
        runs: list[Run] = []  # that have begun, and whose end nobody has told
        # One that asks for nothing holds four open files; a browser asks at once.
        has_asked, ends_at = False, asyncio.get_running_loop().time() + FIRST_SECONDS
        is_sent = asyncio.Event()  # set while nothing waits for this browser to read it
        is_sent.set()

        parts: set[str] = set()  # fragments that the page has written to this browser

        def end_runs() -> None:
            while runs:
                runs.pop().end()

        def see(written: ForwardMsg) -> None:
            if part := written.delta.fragment_id:
                parts.add(part)
            if _ends_run(written):
                end_runs()

        async def read_in_time() -> Message:
            try:
                async with asyncio.timeout_at(None if has_asked else ends_at):
                    return await inbox.read()
            except TimeoutError:
                return {"type": "websocket.disconnect", "code": 1008}

        async def receive_read() -> Message:
            nonlocal has_asked
            while (message := await read_in_time())["type"] == "websocket.receive":
                data = message.get("bytes") or b""
                if len(data) > LARGE_MESSAGE:
                    reading = asked.ask(len(data) // LARGE_MESSAGE)
                    await inbox.unless_ended(reading.turn)
                    reading.end()  # what follows here waits for nothing until it is read
                if len(data) > MAX_MESSAGE:
                    break  # Streamlit ends the connection
                if data and (read := read_message(data)):
                    has_asked = True
                    leads = lead.leads(read.rerun_script.query_string)
                    run = asked.ask(_runs_of(read), leads=leads)
                    await inbox.unless_ended(run.turn)
                    # Or Streamlit would keep 500 messages for it, however large.
                    await inbox.unless_ended(is_sent.wait())
                    part = read.rerun_script.fragment_id
                    if read.WhichOneof("type") in RUNS and (not part or part in parts):
                        runs.append(run)
                    else:  # nothing runs whose end the page could tell
                        run.end()
                    return {"type": "websocket.receive", "bytes": read.SerializeToString()}
            return message

        async def send_and_tell(message: Message) -> None:
            is_sent.clear()
            try:
                await send(message)
            finally:
                is_sent.set()

        collecting = asyncio.create_task(inbox.collect())
        try:
            await self.app({**scope, SEE: see}, receive_read, send_and_tell)
        finally:
            collecting.cancel()
            end_runs()


def see_what_is_written() -> None:
    """Have Streamlit tell what the page writes at once; a browser may read it late, or never."""
    write = StarletteSessionClient.write_forward_msg

    def see_and_write(client: StarletteSessionClient, message: ForwardMsg) -> None:
        client._websocket.scope[SEE](message)
        write(client, message)

    StarletteSessionClient.write_forward_msg = see_and_write  # type: ignore


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


def read_message(data: bytes) -> BackMsg | None:
    """The message without what has not its form; None if nothing remains of it."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return None
    message.DiscardUnknownFields()
    match message.WhichOneof("type"):
        case "rerun_script":
            _read(message.rerun_script)
        case "backend_operation_request":
            request = message.backend_operation_request
            if not request.HasField("deferred_file"):  # the files that a learner saves
                return None
            if not all(map(NAME.fullmatch, (request.request_id, request.deferred_file.file_id))):
                return None
        case "stop_script" | "app_heartbeat":
            pass
        case _:
            return None  # for who develops an app of Streamlit's
    return message


def _read(state: ClientState) -> None:
    right = [value for value in state.widget_states.widgets[:MAX_VALUES] if _is_right(value)]
    if len(right) < len(state.widget_states.widgets):
        del state.widget_states.widgets[:]
        state.widget_states.widgets.extend(right)
    if not NAME.fullmatch(state.fragment_id):
        state.fragment_id = ""
    if not NAME.fullmatch(state.page_script_hash):
        state.page_script_hash = ""
    if not NAME.fullmatch(state.page_name):
        state.page_name = ""
    state.query_string = state.query_string[:MAX_ADDRESS]
    hashes = state.cached_message_hashes  # without them, Streamlit sends each message again
    if len(hashes) > MAX_HASHES or any(len(each) > MAX_HASH for each in hashes):
        del hashes[:]
    if state.context_info.ByteSize() > MAX_ADDRESS:  # address, locale and time zone of the browser
        state.ClearField("context_info")


def _is_right(value: WidgetState) -> bool:
    named = WIDGET.fullmatch(value.id) or EVENTS.fullmatch(value.id)
    if not named:
        return False
    field = value.WhichOneof("value")
    if field is None:  # nothing is chosen yet
        return True
    form = form_of(named[1])
    return form is not None and form.field == field and form.is_right(getattr(value, field))
