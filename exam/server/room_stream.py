"""Which room a code leads to, and what happens there, told to its phones and screens."""

import asyncio
import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from exam.rooms.room import Room
from exam.rooms.rooms import ROOMS
from exam.service.machine import affordable

EVENT_STREAM = "text/event-stream"
MAX_STREAMS, MAX_LECTURER_STREAMS = 1_000, 20  # of a room
# Of all rooms, those of lecturers aside; each takes 35 kB. With 1 GB, 715 of them.
MAX_ALL_STREAMS = affordable(2_000, bytes_each=1_500_000)
KEEP_ALIVE_SECONDS = 15.0  # after which a stream sends a comment, so that no proxy cuts it
# Between two events for a lecturer, whose page reruns at each: within one step, and when it
# changes.
COUNT_SECONDS, STEP_SECONDS = 2.0, 0.25
_is_closing = threading.Event()
# The room of each open stream, by its listener, oldest first; a stream that is removed ends.
_open_streams: dict[Callable[[], None], Room] = {}


async def stream_room(request: Request) -> Response:
    """The state of a room as an event stream: at once, and then whenever it changes.

    Only for scripts: another page's frames of it would take all connections of a browser.
    """
    if EVENT_STREAM not in request.headers.get("accept", EVENT_STREAM):
        return PlainTextResponse("An event stream", 406)
    room = ROOMS.find(request.path_params["code"].upper())
    if not room:
        return PlainTextResponse("There is no such room", 404)
    for_lecturer = "count" in request.query_params
    if for_lecturer and not _is_led_by(request, room):
        return PlainTextResponse("Only for its lecturer", 403)
    if not _has_place(room, for_lecturer):
        return PlainTextResponse("The room is full", 429)  # no proxy takes it for a lost server
    return StreamingResponse(
        room_events(room, for_lecturer=for_lecturer),
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},  # the latter for nginx
        media_type=EVENT_STREAM,
    )


async def tell_room_id(request: Request) -> Response:
    """The id of the room to which a code leads now, for a page to compare with its own."""
    room = ROOMS.find(request.path_params["code"].upper())
    return PlainTextResponse(room.id if room else "", 200 if room else 404)


def _has_place(room: Room, for_lecturer: bool) -> bool:
    """Whether the room can have another stream, if need be in place of somebody else's."""
    if for_lecturer:
        return len(room.lecturer_listeners) < MAX_LECTURER_STREAMS
    return len(room.listeners) < MAX_STREAMS and _make_place(room)


def _make_place(room: Room) -> bool:
    """Whether one of all learners' streams is free, or becomes free for this room.

    If all are taken, the client whose rooms have the most streams gives one up, from its room with
    the most; so whoever opens rooms of their own takes no stream away from a hall.
    """
    if len(_open_streams) < MAX_ALL_STREAMS:
        return True
    of_learners = {each: at for each, at in _open_streams.items() if each in at.listeners}
    if len(of_learners) >= MAX_ALL_STREAMS:
        of_room = Counter(of_learners.values())
        of_client = Counter(each.client for each in of_learners.values())
        most = max(of_room, key=lambda each: (of_client[each.client], of_room[each]))
        if most.client == room.client:
            surplus = of_room[most] - of_room[room]
        else:
            surplus = of_client[most.client] - of_client[room.client]
        if surplus <= 1:
            return False
        listener = next(each for each in of_learners if each in most.listeners)
        del _open_streams[listener]
        listener()
    return True


def _is_led_by(request: Request, room: Room) -> bool:
    """By its cookie, or by its address, as in a frame that keeps no cookies."""
    cookie = request.cookies.get(f"lead_{room.code}", "")
    return room.is_led_by(cookie) or room.is_led_by(request.query_params.get("secret", ""))


async def room_events(room: Room, *, for_lecturer: bool = False) -> AsyncIterator[str]:
    """The events of the stream, and a comment where nothing has happened for a while.

    For the lecturer's screens there is also an event when somebody has joined, guessed or written.
    """
    if not _has_place(room, for_lecturer):  # others were asked for in the same moment
        return
    listeners = room.lecturer_listeners if for_lecturer else room.listeners
    loop, has_changed, last = asyncio.get_running_loop(), asyncio.Event(), None

    def listener() -> None:
        with contextlib.suppress(RuntimeError):  # its loop has ended
            loop.call_soon_threadsafe(has_changed.set)

    listeners.add(listener)
    _open_streams[listener] = room
    room.notify_lecturer()
    try:
        while listener in _open_streams and not (_is_closing.is_set() or room.is_closed):
            has_changed.clear()
            state = room.state()
            if for_lecturer:
                ROOMS.find(room.code)  # it is used, even if nobody presses anything for hours
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
        _open_streams.pop(listener, None)


async def _bundle(room: Room, step: object) -> None:
    """Wait so that many guesses make one event, but not past a step, which other screens follow."""
    until = time.monotonic() + COUNT_SECONDS
    while not _is_closing.is_set() and time.monotonic() < until and room.state()["step"] == step:
        await asyncio.sleep(STEP_SECONDS)


def end_streams() -> None:
    """To be called when the server ends, or an event stream would never end."""
    _is_closing.set()
    for listener in tuple(_open_streams):
        listener()
