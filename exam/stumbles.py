"""What the log says when a run of the page fails: a traceback for a mistake of ours, and one line
for what Streamlit itself fails at: a widget value or a message that no browser sends, or a
connection that is lost while it is written to."""

import logging
import os
import traceback
from pathlib import Path

import streamlit
from streamlit.errors import StreamlitAPIException

_log = logging.getLogger("exam")
_ROOT = Path(__file__).parent.parent
_OURS = f"{_ROOT / 'exam'}{os.sep}", str(_ROOT / "streamlit_app.py")
_STREAMLIT = str(Path(streamlit.__file__).parent)
_CONNECTIONS = "uvicorn.error"


def log_stumble(error: Exception) -> None:
    """Log what a run of the page raised."""
    _log.error("The page stumbled", exc_info=error)


def keep_log_short() -> None:
    """From here on, a refusal is one line in the log, of whichever part of a run it ends."""
    outside_our_script = "streamlit.error_util", "streamlit.runtime.app_session", _CONNECTIONS
    for name in (_log.name, *outside_our_script):
        logging.getLogger(name).addFilter(_shorten)


def is_refusal(error: BaseException) -> bool:
    """Whether Streamlit could not read the state of a widget, and it was not we who asked wrongly.

    Then the error comes from within Streamlit, and is none that it raises for a wrong call; we
    were not in it at all, or called for a widget, and not for an entry of the session state.
    """
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [number for number, file in enumerate(files) if file.startswith(_OURS)]
    theirs = [file for file in files[ours[-1] + 1 if ours else 0 :] if file.startswith(_STREAMLIT)]
    is_ours = not theirs or theirs[0].endswith("session_state_proxy.py")
    return not is_ours and not isinstance(error, StreamlitAPIException)


def _where(error: BaseException) -> str:
    """The line of ours that called, should it be to blame after all."""
    lines = [
        f"{Path(frame.f_code.co_filename).name}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.startswith(_OURS)
    ]
    return lines[-1] if lines else "outside our script"


def _shorten(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    if error and is_refusal(error):
        said = repr(error).encode("unicode_escape").decode("ascii")[:200]
        if record.name == _CONNECTIONS:
            record.msg, record.args = "Streamlit ended a connection: %s", (said,)
        else:
            record.msg = "Streamlit refused the value of a widget (%s): %s"
            record.args = _where(error), said
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
    return True
