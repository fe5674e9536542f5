"""Wait for what must come true, and for no longer than that takes."""

import time
from collections.abc import Callable
from typing import TypeVar

import psutil

Value = TypeVar("Value")


def wait_for(what: Callable[[], Value], *, seconds: float = 60.0) -> Value:
    """Call `what` until it gives something true; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < deadline, f"{seconds} s went by without {what}"
        time.sleep(0.02)
    return value


def is_gone(process: psutil.Process) -> bool:
    """Whether the process has ended, reaped or not."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def source_of(server: psutil.Process) -> psutil.Process | None:
    """The process that has loaded Keras for this server, and forks its workers."""
    children = filter(_has_keras, server.children())
    return next(children, None)


def workers_of(server: psutil.Process) -> list[psutil.Process]:
    """The processes that compute for this server; none while Keras is being loaded."""
    source = source_of(server)
    return list(filter(_has_keras, source.children())) if source else []


def _has_keras(process: psutil.Process) -> bool:
    try:
        return not is_gone(process) and "exam.service.worker_main" in process.cmdline()
    except psutil.NoSuchProcess:
        return False
