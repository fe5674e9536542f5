"""As how many runs of a part of the page counts what a browser asks for."""

from streamlit.proto.BackMsg_pb2 import BackMsg

from exam.service.run_queue import WHOLE_PAGE

OPEN_CHAPTER, FILE = 4, 10  # as how many runs a chapter that is open counts, and a file to save
MAX_OPEN = 100  # chapters; one is counted by its id, of which there are three, by its language


class Cost:
    """What the requests of one session cost; Streamlit keeps open what no message has closed."""

    def __init__(self) -> None:
        self._open: set[str] = set()

    def of(self, message: BackMsg) -> int:
        state = message.rerun_script
        for widget in state.widget_states.widgets:
            if widget.id.endswith("_open"):
                self._set_open(widget.id, widget.bool_value)
        if message.HasField("backend_operation_request"):
            return FILE
        if not message.HasField("rerun_script") or state.fragment_id:
            return 1
        return self.of_page()

    def of_page(self) -> int:
        names = {chapter.split("-")[-1] for chapter in self._open}
        return WHOLE_PAGE + OPEN_CHAPTER * len(names)

    def _set_open(self, chapter: str, is_open: bool) -> None:
        if not is_open:
            self._open.discard(chapter)
        elif len(self._open) < MAX_OPEN:
            self._open.add(chapter)
