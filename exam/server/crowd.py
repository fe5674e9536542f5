"""Who stays, where more sessions are there than files may be open."""

import heapq
from typing import Any

from streamlit.runtime import Runtime
from streamlit.runtime.session_manager import ActiveSessionInfo, SessionInfo

from exam.server.session_use import USES
from exam.server.sessions import KeptVisits
from exam.server.websocket import connection_of

FILES_OF_A_SESSION, FILES_OF_A_KEPT_ONE = 4, 3
SESSION_FILES = 7 / 8  # of those that may be open
MAX_SESSION_FILES = 10_000  # 2,500 sessions, of some 50 kB each


def bound_sessions(max_open_files: float, kept: KeptVisits) -> None:
    """Have the Streamlit that runs end those in which the least was done, and for the longest not.

    Those that are there, and those that are kept for who comes back, count together; who leads a
    room stays. Whoever is ended comes back by itself, as after a lost line, if a browser is there.
    """
    manager = Runtime.instance()._session_mgr
    most = min(max_open_files * SESSION_FILES, MAX_SESSION_FILES)
    connect = manager.connect_session

    def sessions_but(new: str) -> list[SessionInfo | ActiveSessionInfo]:
        here = manager.list_active_sessions()
        return [
            *(info for info in here if info.session.id != new and not _leads(info)),
            *kept.list(),
        ]

    def open_files() -> int:
        here = manager.num_active_sessions()
        return here * FILES_OF_A_SESSION + len(kept.list()) * FILES_OF_A_KEPT_ONE

    def connect_and_bound(*args: Any, **options: Any) -> str:
        new = connect(*args, **options)
        while open_files() > most and (others := sessions_but(new)):
            # Some at once: to look at all of them takes a while.
            for info in heapq.nsmallest(len(others) // 100 + 1, others, key=_activity):
                if isinstance(info, ActiveSessionInfo):
                    connection_of(info.client).inbox.end()
                    manager.disconnect_session(info.session.id)
                else:
                    kept.drop(info)
        return new

    manager.connect_session = connect_and_bound  # type: ignore


def _leads(info: ActiveSessionInfo) -> bool:
    return connection_of(info.client).leads


def _activity(info: SessionInfo | ActiveSessionInfo) -> tuple[int, int]:
    use = USES.get(info.session)
    return (use.active_seconds, use.last_second) if use else (0, 0)
