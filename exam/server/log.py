"""What the log leaves out: messages that any client could cause without limit."""

import errno
import functools
import logging
import math
from collections.abc import Callable

# Parts of messages that any client can cause without limit, by logger.
NOISE = {
    "streamlit.runtime.scriptrunner.script_runner": ("find fragment",),
    "streamlit.runtime.app_session": ("The fragment with id", "Rejecting backend operation"),
    "streamlit.runtime.state.query_params": ("Ignoring query string",),
    "streamlit.runtime.websocket_session_manager": ("is already connected",),
    "uvicorn.error": ("Invalid HTTP request", "Invalid UTF-8", "Unsupported upgrade"),
    # Malformed frames, and writes to a browser that has hung up.
    "asyncio": ("data_received() call failed", "socket.send() raised"),
}
# Who logs that no more files can be opened, whenever somebody asks.
OUT_OF_FILES = ("asyncio", "uvicorn.error")


def quieten_log() -> None:
    """Drop or limit what any client can cause at will, as by asking for missing files."""
    logging.getLogger("streamlit.runtime.backend_operation_handler").addFilter(RateLimitFilter())
    # Our own exceptions keep their traceback, since they are ours to mend.
    logging.getLogger("exam").addFilter(RateLimitFilter(_has_traceback, keeps_traceback=True))
    for name in OUT_OF_FILES:
        logging.getLogger(name).addFilter(RateLimitFilter(_is_out_of_files))
    for name, noise in NOISE.items():
        logging.getLogger(name).addFilter(functools.partial(_is_worth_it, noise))


def _is_worth_it(noise: tuple[str, ...], record: logging.LogRecord) -> bool:
    """Whether it is neither noise nor h11's failure to answer a request that was not valid HTTP."""
    error = record.exc_info[0] if record.exc_info else None
    has_no_answer = error is not None and error.__name__ == "LocalProtocolError"
    return not has_no_answer and not any(part in str(record.msg) for part in noise)


def _is_out_of_files(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)


def _has_traceback(record: logging.LogRecord) -> bool:
    return record.exc_info is not None


class RateLimitFilter(logging.Filter):
    """Lets through at most one matching record a second, by default without its traceback."""

    def __init__(
        self,
        is_for: Callable[[logging.LogRecord], bool] = lambda record: True,
        *,
        keeps_traceback: bool = False,
    ):
        super().__init__()
        self._is_for, self._keeps_traceback, self._last = is_for, keeps_traceback, -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        if not self._is_for(record):
            return True
        if not self._keeps_traceback:
            record.exc_info = None
        is_due = record.created >= self._last + 1
        if is_due:
            self._last = record.created
        return is_due
