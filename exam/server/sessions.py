"""Streamlit's sessions, as a hall needs them."""

import asyncio
import time
from typing import Any
from weakref import WeakKeyDictionary

from streamlit import config
from streamlit.runtime import Runtime, app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.media_file_manager import MediaFileMetadata
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

from exam.server.session_use import USES

MAX_KEPT_VISITS = 400  # of browsers that are not there
SAVED_FILE_SECONDS = 20.0


class KeptVisits(MemorySessionStorage):
    """Sessions of a whole hall whose Wi-Fi is away for a moment; Streamlit keeps 128 of any kind.

    If they are too many, the one that was active for the fewest seconds goes: otherwise somebody
    who opens many, and leaves them or holds them, would push out the others. One in which nothing
    has run is not kept.
    """

    def __init__(self) -> None:
        super().__init__(MAX_KEPT_VISITS + 1, config.get_option("server.disconnectedSessionTTL"))

    def save(self, session_info: SessionInfo) -> None:
        super().save(session_info)
        if not session_info.script_run_count:
            self._drop(session_info)
        elif len(kept := self.list()) > MAX_KEPT_VISITS:
            self._drop(min(kept, key=_active_seconds))

    def _drop(self, session_info: SessionInfo) -> None:
        self.delete(session_info.session.id)
        session_info.session.shutdown()


def _active_seconds(session_info: SessionInfo) -> int:
    use = USES.get(session_info.session)
    return use.active_seconds if use else 0


def keep_visits() -> None:
    """Have the Streamlit that runs keep its sessions so."""
    manager = Runtime.instance()._session_mgr
    # Another release might keep them elsewhere, and nothing would say so.
    assert isinstance(manager._session_storage, MemorySessionStorage)  # type: ignore
    manager._session_storage = KeptVisits()  # type: ignore


def keep_saved_files() -> None:
    """Keep what somebody saves for as long as a browser may take to ask for it.

    No session refers to such a file, so Streamlit would delete it at the end of the second run of
    anybody: in a hall, before it is there.
    """
    mark = MediaFileMetadata.mark_for_delete
    unused_since: WeakKeyDictionary[MediaFileMetadata, float] = WeakKeyDictionary()

    def mark_later(file: MediaFileMetadata) -> None:
        now = time.monotonic()
        if now - unused_since.setdefault(file, now) >= SAVED_FILE_SECONDS:
            mark(file)

    MediaFileMetadata.mark_for_delete = mark_later  # type: ignore


def share_script_loop() -> None:
    """Give the scripts of all sessions one event loop, in which none of ours runs anything.

    Streamlit makes one for each, which holds three open files as long as the session is there or
    kept, and at its end looks through the tasks of all connections.
    """
    shared, make = asyncio.new_event_loop(), AppSession.__init__

    def make_with_shared_loop(session: AppSession, *args: Any, **options: Any) -> None:
        make(session, *args, **options)
        session._script_event_loop.close()
        session._script_event_loop = shared

    AppSession.__init__ = make_with_shared_loop  # type: ignore
    app_session._close_script_event_loop = lambda loop: None


def watch_no_files() -> None:
    """Streamlit watches them for whoever comes back, even where it is told not to.

    Then each of their runs walks through all loaded modules, while everybody waits for 0.1 s.
    """
    if config.get_option("server.fileWatcherType") == "none":
        AppSession.register_file_watchers = lambda session: None  # type: ignore
