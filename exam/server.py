"""What the server does beside the page: it starts Keras early, closes addresses that the page does
not need, and tells whoever is in a room what happens there.

The page works without all of it: a server that runs it as a plain script has none of it.
"""

import asyncio
import contextlib
import json
import signal
import threading
from collections.abc import AsyncIterator

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exam.charts.curves import curves_spec
from exam.charts.pictures import sheet_picture
from exam.hall.room import Room
from exam.hall.rooms import ROOMS
from exam.model.exams import BrokenExams
from exam.model.settings import EPOCHS, STUDENT
from exam.page.opening import with_opening
from exam.page.texts import LANGUAGES, load_texts
from exam.service.scheduler import get_scheduler

# Nothing is uploaded, nobody reads the metrics here, and no agent drives the page.
CLOSED = ("/_stcore/upload_file", "/_stcore/metrics", "/_stcore/agent")
HEADERS = {
    "Referrer-Policy": "no-referrer",  # an address may have a room's secret
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
MOST_LISTENERS, MOST_COUNTERS = 1_000, 20  # of a room: learners' pages, and its lecturer's
SILENT_SECONDS = 15.0  # after which a stream sends a comment, so that no proxy cuts it
_is_closing, _open_streams = threading.Event(), set()
COUNT_SECONDS = 0.25  # at least, between two counts


class Guard:
    """Refuses what is closed, and adds the headers to all other answers."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif any(path in scope["path"] for path in CLOSED):
            await PlainTextResponse("Not found", 404)(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)


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

        asked = MutableHeaders(raw=list(scope["headers"]))
        for name in ("accept-encoding", "if-none-match", "if-modified-since", "range"):
            del asked[name]
        await self.app(scope | {"headers": asked.raw}, receive, send_opened)


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


async def tell_room(request: Request) -> Response:
    """The state of a room as an event stream: at once, and then whenever it changes."""
    room = ROOMS.find(request.path_params["code"].upper())
    if not room:
        return PlainTextResponse("There is no such room", 404)
    counts = "count" in request.query_params
    if len(room.counters) >= MOST_COUNTERS if counts else len(room.listeners) >= MOST_LISTENERS:
        return PlainTextResponse("The room is full", 503)
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # the latter for nginx
    stream = states(room, counts=counts)
    return StreamingResponse(stream, headers=headers, media_type="text/event-stream")


async def states(room: Room, *, counts: bool = False) -> AsyncIterator[str]:
    """Events of the stream; a comment where nothing has happened for a while.

    With `counts`, for the lecturer's screens, whenever somebody has come, guessed or written, too.
    """
    listeners = room.counters if counts else room.listeners
    loop, has_changed, told = asyncio.get_running_loop(), asyncio.Event(), None

    def listener() -> None:
        with contextlib.suppress(RuntimeError):  # its loop has ended
            loop.call_soon_threadsafe(has_changed.set)

    listeners.add(listener)
    room.tell_counters()
    _open_streams.add(listener)
    try:
        while not (_is_closing.is_set() or room.is_over):
            has_changed.clear()
            state = json.dumps(room.state() | ({"news": room.news} if counts else {}))
            yield ": still here\n\n" if state == told else f"data: {state}\n\n"
            told = state
            if counts:
                await asyncio.sleep(COUNT_SECONDS)  # many guesses at once are one event
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(has_changed.wait(), SILENT_SECONDS)
    finally:
        listeners.discard(listener)
        room.tell_counters()
        _open_streams.discard(listener)


def end_streams_with_the_server() -> None:
    """A server that is told to end waits for its answers to end, and a stream has no end."""

    def end(*_: object) -> None:
        _is_closing.set()
        for listener in tuple(_open_streams):
            listener()

    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if callable(before):
            signal.signal(number, lambda *args, before=before: (end(), before(*args)))


@contextlib.asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Before anybody comes, Keras begins to load, and what the first screen needs is there."""
    scheduler = get_scheduler()
    with contextlib.suppress(ValueError):  # not in the main thread, as in a test
        end_streams_with_the_server()
    with contextlib.suppress(BrokenExams):  # of which the page speaks
        sheet_picture(STUDENT.default)
    for lang in LANGUAGES:
        curves_spec(load_texts(lang), EPOCHS.default)
    with contextlib.suppress(ImportError):  # what Streamlit 1.67 finds out in the first run of all
        from streamlit import emojis, env_util  # noqa: F401

        env_util.is_repl()
    yield
    scheduler.close()


ROUTES = [Route("/room/{code}", tell_room)]
MIDDLEWARE = [Middleware(Guard), Middleware(Opening)]
