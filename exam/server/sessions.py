"""Streamlit's sessions, as a hall needs them."""

from streamlit import config
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

MAX_KEPT_VISITS = 400  # of browsers that are not there


class KeptVisits(MemorySessionStorage):
    """Sessions of a whole hall whose Wi-Fi is away for a moment; Streamlit keeps 128 of any kind.

    If they are too many, the one in which the least has run goes, or who opens many and leaves them
    would push out the visits; one in which nothing has run is not kept at all.
    """

    def __init__(self) -> None:
        super().__init__(MAX_KEPT_VISITS + 1, config.get_option("server.disconnectedSessionTTL"))

    def save(self, session_info: SessionInfo) -> None:
        super().save(session_info)
        infos = self.list()
        least = min(infos, key=lambda info: info.script_run_count)
        if len(infos) > MAX_KEPT_VISITS or not least.script_run_count:
            self.delete(least.session.id)
            least.session.shutdown()


def keep_visits() -> None:
    """Have the Streamlit that runs keep its sessions so."""
    Runtime.instance()._session_mgr._session_storage = KeptVisits()  # type: ignore


def watch_no_files() -> None:
    """Streamlit watches them for whoever comes back, even where it is told not to.

    Then each of their runs walks through all loaded modules, while everybody waits for 0.1 s.
    """
    if config.get_option("server.fileWatcherType") == "none":
        AppSession.register_file_watchers = lambda session: None  # type: ignore
