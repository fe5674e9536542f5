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
    `active_seconds` counts the seconds in which something has begun to run for it.
    """

    def __init__(self, network: str) -> None:
        self.network = network
        self.account = self.charged = RequestAccount(network)
        self.active_seconds = self.last_second = 0
        self._open: dict[str, bool] = {}  # whether a chapter was last said to be open, by widget

    def note_activity(self) -> None:
        """To be called when something runs for it."""
        now = int(time.monotonic())
        self.active_seconds += now != self.last_second
        self.last_second = now

    @property
    def has_open_chapters(self) -> bool:
        return self._has_all or any(self._open.values())

    @property
    def _has_all(self) -> bool:
        """Whether all chapters count as open, since no browser has so many widgets."""
        return len(self._open) >= MAX_OPEN

    def complete(self, message: BackMsg) -> None:
        """Have the message say of each chapter whether it is open, as was said last.

        Streamlit keeps what a message does not mention, and may drop the one that closes a chapter.
        """
        if not message.HasField("rerun_script"):
            return
        widgets = message.rerun_script.widget_states.widgets
        said = {widget.id: widget.bool_value for widget in widgets if widget.id.endswith("_open")}
        for widget, is_open in self._open.items():
            if widget not in said:
                widgets.add(id=widget, bool_value=is_open)
        for widget, is_open in said.items():
            if not self._has_all:
                self._open[widget] = is_open

    def cost(self, message: BackMsg) -> int:
        """How many fragment runs a message that is complete counts as."""
        state = message.rerun_script
        if message.HasField("backend_operation_request"):
            return FILE
        if not message.HasField("rerun_script") or state.fragment_id:
            return 1
        return self.cost_of_page(state.query_string)

    def cost_of_page(self, query: str) -> int:
        """How many fragment runs a run of the whole page with this address counts as."""
        opened = [widget for widget, is_open in self._open.items() if is_open]
        names = {widget.split("-")[-1].removesuffix("_open") for widget in opened}
        open_chapters = len(CHAPTERS if self._has_all else CHAPTERS & names)
        result = RESULT if BY_ADDRESS.search(query) else 0
        return WHOLE_PAGE + OPEN_CHAPTER * open_chapters + result


USES: WeakKeyDictionary[AppSession, SessionUse] = WeakKeyDictionary()


def network_of_session(info: ActiveSessionInfo | SessionInfo) -> str:
    return USES[info.session].network
