"""Which sessions stay when there are more than the server can hold."""

import heapq
from collections import Counter
from typing import Any

from streamlit.runtime import Runtime
from streamlit.runtime.session_manager import ActiveSessionInfo

from exam.server.session_use import USES, network_of_session
from exam.server.websocket import connection_of

MAX_SESSIONS = 1_500  # with more, a full garbage collection stops everybody for a second
SHARE_OF_NEWEST = 1 / 3  # of all sessions
FILES = 3  # open ones, at most: its websocket, the stream of its room, and a request


def bound_sessions(max_open_files: float) -> None:
    """Make the running Streamlit end surplus sessions: the least active, then the longest idle.

    They are taken from the network with the most sessions; of these, those that lead a room last.
    The newest ones stay, or those that have been there for longer would keep everybody else out. A
    browser that is still open reconnects, as after a lost connection.
    """
    manager = Runtime.instance()._session_mgr
    most = min(max_open_files // FILES, MAX_SESSIONS)
    newest = int(most * SHARE_OF_NEWEST)
    connect = manager.connect_session

    def connect_and_bound(*args: Any, **options: Any) -> str:
        session_id = connect(*args, **options)
        if manager.num_active_sessions() > most:
            sessions = manager.list_active_sessions()
            networks = Counter(map(network_of_session, sessions))
            older = sorted(sessions, key=_opened_at)[:-newest]
            # Some at once: to look at all of them takes a while.
            first = heapq.nsmallest(
                len(older) // 100 + 1,
                older,
                key=lambda info: (
                    -networks[network_of_session(info)],
                    _leads(info),
                    _activity(info),
                ),
            )
            for info in first:
                manager.disconnect_session(info.session.id)
        return session_id

    manager.connect_session = connect_and_bound  # type: ignore


def _opened_at(info: ActiveSessionInfo) -> float:
    return connection_of(info.client).opened_at


def _leads(info: ActiveSessionInfo) -> bool:
    return connection_of(info.client).leads


def _activity(info: ActiveSessionInfo) -> tuple[int, float]:
    """For how many seconds it was active, and when last."""
    use = USES[info.session]
    return use.active_seconds, max(use.last_second, _opened_at(info))
