"""What a session asks for, how many runs it counts as, and for how long the session was active."""

import re
import time
from weakref import WeakKeyDictionary

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.session_manager import ActiveSessionInfo, SessionInfo

from exam.parts import CHAPTER_NAMES
from exam.service.run_queue import WHOLE_PAGE, RequestAccount

# How many runs each counts as: an open chapter, a result or study in the address, a file to save.
OPEN_CHAPTER, RESULT, FILE = 4, 20, 10
BY_ADDRESS = re.compile(r"reveal|start|%[4-7]")  # a letter that is escaped may be one of these
MAX_OPEN = 100  # widgets; a chapter has one in each language
CHAPTERS = frozenset(CHAPTER_NAMES)


class SessionUse:
    """The use of a session over all its connections, the first of which came from `network`.

    What it asks for is charged to `charged`: its own account, or that of the room that it leads.
    `active_seconds` counts the seconds in which something has begun to run for it. Streamlit keeps
    a chapter open until a message closes it.
    """

    def __init__(self, network: str) -> None:
        self.network = network
        self.account = self.charged = RequestAccount(network)
        self.active_seconds = self.last_second = 0
        self._open: set[str] = set()  # widgets

    def note_activity(self) -> None:
        """To be called when something runs for it."""
        now = int(time.monotonic())
        self.active_seconds += now != self.last_second
        self.last_second = now

    @property
    def has_open_chapters(self) -> bool:
        return bool(self._open)

    def cost(self, message: BackMsg) -> int:
        """How many fragment runs the message counts as."""
        state = message.rerun_script
        for widget in state.widget_states.widgets:
            if widget.id.endswith("_open"):
                self._set_open(widget.id, widget.bool_value)
        if message.HasField("backend_operation_request"):
            return FILE
        if not message.HasField("rerun_script") or state.fragment_id:
            return 1
        return self.cost_of_page(state.query_string)

    def cost_of_page(self, query: str) -> int:
        """How many fragment runs a run of the whole page with this address counts as."""
        names = {widget.split("-")[-1].removesuffix("_open") for widget in self._open}
        has_all = len(self._open) >= MAX_OPEN
        open_chapters = len(CHAPTERS if has_all else CHAPTERS & names)
        result = RESULT if BY_ADDRESS.search(query) else 0
        return WHOLE_PAGE + OPEN_CHAPTER * open_chapters + result

    def _set_open(self, widget: str, is_open: bool) -> None:
        if len(self._open) >= MAX_OPEN:
            return  # no browser has so many: all chapters count from now on
        if is_open:
            self._open.add(widget)
        else:
            self._open.discard(widget)


USES: WeakKeyDictionary[AppSession, SessionUse] = WeakKeyDictionary()


def network_of_session(info: ActiveSessionInfo | SessionInfo) -> str:
    return USES[info.session].network
