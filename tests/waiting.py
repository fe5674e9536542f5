"""Wait for what must come true, and for no longer than that takes."""

import time
from collections.abc import Callable
from typing import TypeVar

import psutil

Found = TypeVar("Found")


def wait_for(what: Callable[[], Found], *, seconds: float = 60.0) -> Found:
    """Call `what` until it gives something true; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, f"{seconds} s went by without {what}"
        time.sleep(0.02)
    return found


def is_gone(process: psutil.Process) -> bool:
    """Whether the process has ended, reaped or not."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def workers_of(server: psutil.Process) -> list[psutil.Process]:
    """The processes in which Keras lives for this server."""
    return [
        each
        for each in server.children(recursive=True)
        if not is_gone(each) and "exam.service.worker_main" in each.cmdline()
    ]
