"""The server beside the page: an early start, closed addresses, and the event streams of rooms.

The page works without all of it: a server that runs it as a plain script has none of it.
"""

import asyncio
import contextlib
import errno
import functools
import json
import logging
import math
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

from exam.charts.curves import curves_spec
from exam.charts.pictures import sheet_picture
from exam.compression import Compression
from exam.connection import Received, follow_runs
from exam.model.exams import BrokenExams
from exam.model.settings import EPOCHS, STUDENT
from exam.page.address import LOCAL_HOSTS, host_of
from exam.page.opening import with_opening
from exam.reading import share_reading
from exam.rooms.room import Room
from exam.rooms.rooms import ROOMS
from exam.service.machine import shortages
from exam.service.scheduler import get_scheduler
from exam.texts import LANGUAGES, load_texts

# Nothing is uploaded, nobody reads the metrics here, no agent drives the page, nobody logs in.
CLOSED = ("/_stcore/upload_file", "/_stcore/metrics", "/_stcore/agent", "/oauth2callback", "/auth/")
HEADERS = {
    "Referrer-Policy": "no-referrer",  # an address may have a room's secret
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
MAX_STREAMS, MAX_LECTURER_STREAMS = 1_000, 20  # of a room
KEEP_ALIVE_SECONDS = 15.0  # after which a stream sends a comment, so that no proxy cuts it
# Between two events for a lecturer, who asks for what is new at each: in one step, and of two.
COUNT_SECONDS, STEP_SECONDS = 2.0, 0.25
MAX_OPEN_FILES = 65_536
MAX_KEPT_VISITS = 400  # of browsers that are not there
# What anybody can have logged without end: by logger, parts of the messages.
NOISE = {
    "streamlit.runtime.scriptrunner.script_runner": ("find fragment",),
    "streamlit.runtime.app_session": ("The fragment with id", "Rejecting backend operation"),
    "streamlit.runtime.state.query_params": ("Ignoring query string",),
    "streamlit.runtime.websocket_session_manager": ("is already connected",),
    "uvicorn.error": ("Invalid HTTP request", "Invalid UTF-8", "Unsupported upgrade"),
    "asyncio": ("data_received() call failed",),  # frames that are none
}
# Who logs that no more files can be opened, whenever somebody asks.
OUT_OF_FILES = ("asyncio", "uvicorn.error")
_log = logging.getLogger("exam")
_is_closing = threading.Event()
_open_streams: set[Callable[[], None]] = set()


class Guard:
    """Refuses closed addresses and foreign websockets, and adds headers to all other answers."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if scope["type"] == "websocket" and _is_foreign(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] != "http":
            await self.app(scope, receive, send)
        elif any(path in scope["path"] for path in CLOSED) or _opens_another_app(scope):
            await PlainTextResponse("Not found", 404)(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)


def _opens_another_app(scope: Scope) -> bool:
    """Whether Streamlit's script would show what another host says, with its scripts, as this page.

    In it they would have our cookies: the secret of a room, by a link that a lecturer follows.
    """
    query = scope["query_string"].decode("latin-1")
    return any(name == "staticAppId" for name, _ in parse_qsl(query, keep_blank_values=True))


def _is_foreign(headers: Headers) -> bool:
    """Whether a page of another host opens the websocket.

    Streamlit would refuse it as well, but only after it has asked the network for its own address,
    while everybody waits; where nothing answers, again and again.
    """
    if "origin" not in headers or not config.get_option("server.enableCORS"):
        return False
    origin, host = headers["origin"], headers.get("host", "")
    if origin in (f"https://{host}", f"http://{host}"):  # with the port, as Streamlit compares it
        return False
    known = {config.get_option("browser.serverAddress"), *LOCAL_HOSTS}
    allowed = config.get_option("server.corsAllowedOrigins")
    known |= {host_of(each.strip()) for each in allowed}
    return host_of(origin) not in known - {None}


class Opening:
    """Puts the head of the page into Streamlit's document, which is empty."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = Headers(scope=scope).get("accept", "") if scope["type"] == "http" else ""
        if "text/html" not in accepted or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        document: Message | None = None  # the start of an answer that is Streamlit's document
        parts: list[bytes] = []

        async def send_opened(message: Message) -> None:
            nonlocal document
            if message["type"] == "http.response.start" and _is_document(message):
                document = message
            elif document is None:  # a stream, or a file
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    await _send_document(scope, document, b"".join(parts), send)

        headers = MutableHeaders(raw=list(scope["headers"]))
        for name in ("accept-encoding", "if-none-match", "if-modified-since", "range"):
            del headers[name]
        await self.app({**scope, "headers": headers.raw}, receive, send_opened)


def _is_document(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")


async def _send_document(scope: Scope, start: Message, body: bytes, send: Send) -> None:
    query = scope["query_string"].decode("latin-1")
    language = Headers(scope=scope).get("accept-language", "")
    opened = with_opening(body.decode(), query, language).encode()
    headers = MutableHeaders(scope=start)
    headers["content-length"] = str(len(opened))
    for name in ("etag", "last-modified"):  # they are those of Streamlit's file
        del headers[name]
    await send(start)
    await send({"type": "http.response.body", "body": opened})


async def stream_room(request: Request) -> Response:
    """The state of a room as an event stream: at once, and then whenever it changes."""
    room = ROOMS.find(request.path_params["code"].upper())
    if not room:
        return PlainTextResponse("There is no such room", 404)
    for_lecturer = "count" in request.query_params
    if for_lecturer and not _is_led_by(request, room):
        return PlainTextResponse("Only for its lecturer", 403)
    listeners, limit = (
        (room.lecturer_listeners, MAX_LECTURER_STREAMS)
        if for_lecturer
        else (room.listeners, MAX_STREAMS)
    )
    if len(listeners) >= limit:
        return PlainTextResponse("The room is full", 429)  # no proxy takes it for a lost server
    return StreamingResponse(
        room_events(room, for_lecturer=for_lecturer),
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},  # the latter for nginx
        media_type="text/event-stream",
    )


def _is_led_by(request: Request, room: Room) -> bool:
    """By its cookie, or by its address where a frame keeps no cookies."""
    cookie = request.cookies.get(f"lead_{room.code}", "")
    return room.is_led_by(request.query_params.get("secret", cookie))


async def room_events(room: Room, *, for_lecturer: bool = False) -> AsyncIterator[str]:
    """The events of the stream, and a comment where nothing has happened for a while.

    For the lecturer's screens there is also an event when somebody has joined, guessed or written.
    """
    listeners = room.lecturer_listeners if for_lecturer else room.listeners
    loop, has_changed, last = asyncio.get_running_loop(), asyncio.Event(), None

    def listener() -> None:
        with contextlib.suppress(RuntimeError):  # its loop has ended
            loop.call_soon_threadsafe(has_changed.set)

    listeners.add(listener)
    _open_streams.add(listener)
    room.notify_lecturer()
    try:
        while not (_is_closing.is_set() or room.is_closed):
            has_changed.clear()
            state = room.state()
            if for_lecturer:
                state["event_count"] = room.event_count
            event = json.dumps(state)
            yield ": still here\n\n" if event == last else f"data: {event}\n\n"
            last = event
            if for_lecturer:
                await _bundle(room, state["step"])
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(has_changed.wait(), KEEP_ALIVE_SECONDS)
    finally:
        listeners.discard(listener)
        room.notify_lecturer()
        _open_streams.discard(listener)


async def _bundle(room: Room, step: object) -> None:
    """Wait, so that many guesses are one event; but the lecturer's other screens follow soon."""
    until = time.monotonic() + COUNT_SECONDS
    while time.monotonic() < until and room.state()["step"] == step:
        await asyncio.sleep(STEP_SECONDS)


def raise_file_limit() -> None:
    """Streamlit holds four open files for a visit, and 1,024 are usual: 250 learners."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limit
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, MAX_OPEN_FILES)), hard))


def watch_no_files() -> None:
    """Streamlit watches them for whoever comes back, even where it is told not to.

    Then each of their runs walks through all loaded modules, while everybody waits for 0.1 s.
    """
    if config.get_option("server.fileWatcherType") == "none":
        AppSession.register_file_watchers = lambda session: None  # type: ignore


class KeptVisits(MemorySessionStorage):
    """Sessions of a whole hall whose Wi-Fi is away for a moment; Streamlit keeps 128 of any kind.

    One in which nothing has run is not kept, or who opens many would push out the visits.
    """

    def __init__(self) -> None:
        super().__init__(MAX_KEPT_VISITS, config.get_option("server.disconnectedSessionTTL"))

    def save(self, session_info: SessionInfo) -> None:
        if session_info.script_run_count:
            super().save(session_info)
        else:
            session_info.session.shutdown()


def quieten_log() -> None:
    """Anybody can ask for a file or a part of the page that there is not, as often as they like."""
    logging.getLogger("streamlit.runtime.backend_operation_handler").addFilter(Seldom())
    for name in OUT_OF_FILES:
        logging.getLogger(name).addFilter(Seldom(_is_out_of_files))
    for name, noise in NOISE.items():
        logging.getLogger(name).addFilter(functools.partial(_is_worth_it, noise))


def _is_worth_it(noise: tuple[str, ...], record: logging.LogRecord) -> bool:
    """Not noise, nor that h11 can send no answer: the rest of the request was no HTTP."""
    error = record.exc_info[0] if record.exc_info else None
    has_no_answer = error is not None and error.__name__ == "LocalProtocolError"
    return not has_no_answer and not any(part in str(record.msg) for part in noise)


def _is_out_of_files(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)


class Seldom(logging.Filter):
    """Of what it is for, one line a second at most, and no traceback."""

    def __init__(self, is_for: Callable[[logging.LogRecord], bool] = lambda record: True):
        super().__init__()
        self._is_for, self._last = is_for, -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        if not self._is_for(record):
            return True
        record.exc_info = None
        is_due = record.created >= self._last + 1
        if is_due:
            self._last = record.created
        return is_due


def _end_streams(then: Callable[..., object], *args: object) -> None:
    _is_closing.set()
    for listener in tuple(_open_streams):
        listener()
    then(*args)


def end_streams_with_the_server() -> None:
    """Uvicorn waits for all answers before it ends, and an event stream would never end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if callable(before):
            signal.signal(number, functools.partial(_end_streams, before))


@contextlib.asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Before the first visitor, begin to load Keras, and build what the first screen needs."""
    raise_file_limit()
    share_reading()
    follow_runs()
    watch_no_files()
    Runtime.instance()._session_mgr._session_storage = KeptVisits()  # type: ignore
    quieten_log()
    for shortage in shortages():
        _log.warning("This machine has %s (assets/OPERATIONS.md)", shortage)
    scheduler = get_scheduler()
    with contextlib.suppress(ValueError):  # not in the main thread, as in a test
        end_streams_with_the_server()
    with contextlib.suppress(BrokenExams):  # the page says so itself
        sheet_picture(STUDENT.default)
    for lang in LANGUAGES:
        curves_spec(load_texts(lang), EPOCHS.default)
    yield
    scheduler.close()


ROUTES = [Route("/room/{code}", stream_room)]
MIDDLEWARE = [
    Middleware(Guard),
    Middleware(Received),
    Middleware(Opening),
    Middleware(Compression),
]
