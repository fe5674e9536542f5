"""The server beside the page: what it begins with, and what answers before Streamlit does."""

import contextlib
import functools
import gc
import logging
import math
import signal
import sys
from collections.abc import AsyncIterator, Callable
from importlib.util import find_spec

from starlette.middleware import Middleware
from starlette.routing import Route

from exam.charts.curves import curves_spec
from exam.charts.pictures import sheet_picture
from exam.model.exams import BrokenExams
from exam.model.settings import EPOCHS, STUDENT
from exam.server.accepting import accept_in_turns
from exam.server.crowd import bound_sessions
from exam.server.document import Opening
from exam.server.guard import Guard
from exam.server.log import quieten_log
from exam.server.reading import limit_reading
from exam.server.request_turns import RequestTurns
from exam.server.room_stream import end_streams, stream_room, tell_room_id
from exam.server.sessions import (
    keep_saved_files,
    keep_visits,
    read_theme_once,
    send_at_once,
    share_script_loop,
    watch_no_files,
)
from exam.server.slow_readers import bound_slow_readers
from exam.server.static_files import StaticFiles
from exam.server.websocket import (
    ConnectionMiddleware,
    charge_time,
    follow_runs,
    follow_sessions,
)
from exam.service.machine import affordable, shortages
from exam.service.scheduler import get_scheduler
from exam.texts import LANGUAGES, load_texts

MAX_OPEN_FILES = 65_536
# Bytes. By quiet connections, all limits together took more than 1 GB, although each was kept.
MEMORY_PER_FILE = 600_000
SHARE_OF_FILES = 0.5  # of the open-file limit, for connections that wait to be read
# How long a thread that runs the page may hold the GIL while the thread that answers everybody
# waits for it. With Python's default of 0.005, it would wait that long for several threads each
# time.
SWITCH_SECONDS = 0.0005
OTHER_SERVERS = ("httptools", "uvloop")  # uvicorn prefers them if installed; our limits miss them
_log = logging.getLogger("exam")


def raise_file_limit() -> float:
    """Raise the limit on open files and return it; a visit takes up to three, 1,024 is usual."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return math.inf
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, MAX_OPEN_FILES)), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def on_end(*endings: Callable[[], None]) -> None:
    """Have them called when the server is told to end: it waits for all answers before it does."""

    def end(then: Callable[..., object], *args: object) -> None:
        for ending in endings:
            ending()
        then(*args)

    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if callable(before):
            signal.signal(number, functools.partial(end, before))


@contextlib.asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Before the first visitor, begin to load Keras, and build what the first screen needs."""
    max_open_files = affordable(raise_file_limit(), MEMORY_PER_FILE)
    sys.setswitchinterval(SWITCH_SECONDS)
    requests = RequestTurns(min(max_open_files, MAX_OPEN_FILES) * SHARE_OF_FILES)
    accept_in_turns(requests)
    limit_reading(requests)
    slow_readers = bound_slow_readers()
    follow_sessions()
    follow_runs()
    charge_time()
    watch_no_files()
    keep_saved_files()
    share_script_loop()
    read_theme_once()
    keep_visits()
    send_at_once()
    bound_sessions(max_open_files)
    quieten_log()
    for shortage in shortages():
        _log.warning("This machine has %s (assets/OPERATIONS.md)", shortage)
    for package in filter(find_spec, OTHER_SERVERS):
        _log.warning("%s is installed, and the server unguarded (assets/OPERATIONS.md)", package)
    scheduler = get_scheduler()
    with contextlib.suppress(ValueError):  # not in the main thread, as in a test
        on_end(end_streams, slow_readers.hurry)
    with contextlib.suppress(BrokenExams):  # the page says so itself
        sheet_picture(STUDENT.default)
    for lang in LANGUAGES:
        curves_spec(load_texts(lang), EPOCHS.default)
    gc.collect()
    gc.freeze()  # otherwise each collection of all that is loaded would stop everybody for 0.2 s
    yield
    scheduler.close()


ROUTES = [Route("/room/{code}", stream_room), Route("/room/{code}/id", tell_room_id)]
MIDDLEWARE = [
    Middleware(Guard),
    Middleware(ConnectionMiddleware),
    Middleware(Opening),
    Middleware(StaticFiles),
]
