"""Streamlit's sessions, as a hall needs them."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import Runtime, app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.media_file_manager import MediaFileMetadata
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import (
    ActiveSessionInfo,
    SessionClientDisconnectedError,
    SessionInfo,
)

from exam.server.session_use import USES, network_of_session

MAX_KEPT_VISITS = 1_000  # of browsers that are not there
SAVED_FILE_SECONDS = 20.0
SEND_SECONDS = 0.005  # in which what is written for one session is sent


class KeptVisits(MemorySessionStorage):
    """Keeps the sessions of a whole hall whose Wi-Fi drops out for a moment; Streamlit keeps 128.

    If there are too many, the one goes that was active for the fewest seconds, of the network with
    the most: otherwise somebody who opens many would push out the others. A session in which
    nothing has run is not kept.
    """

    def __init__(self) -> None:
        super().__init__(MAX_KEPT_VISITS + 1, config.get_option("server.disconnectedSessionTTL"))

    def save(self, session_info: SessionInfo) -> None:
        super().save(session_info)
        if not session_info.script_run_count:
            self._drop(session_info)
        elif len(kept := self.list()) > MAX_KEPT_VISITS:
            networks = Counter(map(network_of_session, kept))
            self._drop(min(kept, key=lambda each: _worth_keeping(each, networks)))

    def _drop(self, session_info: SessionInfo) -> None:
        self.delete(session_info.session.id)
        session_info.session.shutdown()


def _worth_keeping(info: SessionInfo, networks: Counter[str]) -> tuple[int, int]:
    """The less, the more its network has of them, and the less was done in it."""
    return -networks[network_of_session(info)], USES[info.session].active_seconds


def keep_visits() -> None:
    """Make the running Streamlit use KeptVisits."""
    manager = Runtime.instance()._session_mgr
    # Another release might keep them elsewhere, and nothing would say so.
    assert isinstance(manager._session_storage, MemorySessionStorage)  # type: ignore
    manager._session_storage = KeptVisits()  # type: ignore


def send_at_once() -> None:
    """Send what has been written for a session at once, or as much as SEND_SECONDS allow.

    Streamlit sends a single message per turn of the event loop, over all sessions. A page has
    sixty, so when turns are busy, everybody waits longer. Streamlit itself still sends the rest, at
    least the last message, after which the other sessions have their turn.
    """
    runtime, flush = Runtime.instance(), AppSession.flush_browser_queue
    send = Runtime._send_message

    def send_to_who_is_there(
        runtime: Runtime, info: ActiveSessionInfo, message: ForwardMsg
    ) -> None:
        """Send to the session's present connection, which may have changed in the meantime."""
        now = runtime._session_mgr.get_active_session_info(info.session.id)
        send(runtime, now or info, message)

    def flush_and_send(session: AppSession) -> list[ForwardMsg]:
        messages, until = flush(session), time.monotonic() + SEND_SECONDS
        info = runtime._session_mgr.get_active_session_info(session.id)
        sent = 0
        with contextlib.suppress(SessionClientDisconnectedError):  # Streamlit will meet it as well
            while info and sent < len(messages) - 1 and time.monotonic() < until:
                sent += 1
                runtime._send_message(info, messages[sent - 1])
        return messages[sent:]

    Runtime._send_message = send_to_who_is_there  # type: ignore
    AppSession.flush_browser_queue = flush_and_send  # type: ignore


def keep_saved_files() -> None:
    """Keep what somebody saves for as long as a browser may take to ask for it.

    No session refers to such a file, so Streamlit would delete it at the end of the second run of
    any session: in a hall, before the browser has asked for it.
    """
    mark = MediaFileMetadata.mark_for_delete
    unused_since: WeakKeyDictionary[MediaFileMetadata, float] = WeakKeyDictionary()

    def mark_later(file: MediaFileMetadata) -> None:
        now = time.monotonic()
        if now - unused_since.setdefault(file, now) >= SAVED_FILE_SECONDS:
            mark(file)

    MediaFileMetadata.mark_for_delete = mark_later  # type: ignore


def share_script_loop() -> None:
    """Give the scripts of all sessions one shared event loop, which our code never uses.

    Streamlit creates one per session, which holds three open files for as long as the session lives
    or is kept, and when it is closed looks through the tasks of all connections.
    """
    shared, make = asyncio.new_event_loop(), AppSession.__init__

    def make_with_shared_loop(session: AppSession, *args: Any, **options: Any) -> None:
        make(session, *args, **options)
        session._script_event_loop.close()
        session._script_event_loop = shared

    AppSession.__init__ = make_with_shared_loop  # type: ignore
    app_session._close_script_event_loop = lambda loop: None


def read_theme_once() -> None:
    """Keep Streamlit from reading the theme's settings at the beginning of each run.

    It looks through all settings six times, in a seventh of what a press costs, and meanwhile every
    other run waits for the lock that it holds.
    """
    read: Callable[[CustomThemeConfig, str], None] = app_session._populate_theme_msg
    themes: dict[str, CustomThemeConfig] = {}

    def fill_in(message: CustomThemeConfig, section: str = "theme") -> None:
        if section not in themes:
            themes[section] = CustomThemeConfig()
            read(themes[section], section)
        if themes[section].ByteSize():  # or an empty one would be there
            message.MergeFrom(themes[section])

    app_session._populate_theme_msg = fill_in  # type: ignore


def watch_no_files() -> None:
    """Keep Streamlit from watching files for reconnected sessions, as it does even if told not to.

    Each of their runs would then walk through all loaded modules, and block everybody for 0.1 s.
    """
    if config.get_option("server.fileWatcherType") == "none":
        AppSession.register_file_watchers = lambda session: None  # type: ignore
