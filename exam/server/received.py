"""What a browser may send over the websocket: the type and the bounds of each value.

Streamlit accepts any value for any widget, and fails on a wrong one with a traceback. So each
message is parsed here first, and invalid values are removed. Values of widgets that no form matches
are removed too; a table of all forms is in assets/OPERATIONS.md.
"""

import functools
import json
import re
from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState

from exam.page.address import MAX_QUERY

# In bytes: a message (Streamlit keeps up to six times its size for as long as the session lasts; a
# learner's has 4,400 with all chapters open in all languages), and a component's events.
MAX_MESSAGE, MAX_EVENTS = 30_000, 10_000
MAX_VALUES = 200  # of a message
MAX_TEXT = 200  # letters of a chosen option
MAX_CONTEXT = 10_000  # bytes: address, locale and time zone of the browser
MAX_HASHES, MAX_HASH = 1_000, 64  # of messages that the browser has, and letters of each
NAME = re.compile(r"[\w-]{0,100}", re.ASCII)
WIDGET = re.compile(r"\$\$ID-[0-9a-f]{32}-(\w{1,60})", re.ASCII)
EVENTS = re.compile(r"\$\$STREAMLIT_INTERNAL_KEY_\$\$ID-[0-9a-f]{32}-(\w{1,60})__events", re.ASCII)


def _is_number(value: Any) -> bool:
    return len(value.data) == 1 and isfinite(value.data[0])


def _is_text(value: str) -> bool:
    return len(value) <= MAX_TEXT


def _is_choice(value: Any) -> bool:
    return len(value.data) <= 1 and all(map(_is_text, value.data))


def _is_flag(value: bool) -> bool:
    return True  # the message cannot hold anything else


def _is_report(value: str) -> bool:
    """Whether a component of ours may have reported these events; each is read by its callback."""
    try:
        events = json.loads(value) if len(value) <= MAX_EVENTS else None
    except (ValueError, RecursionError):
        return False
    return isinstance(events, list) and all(map(_is_event, events))


def _is_event(event: Any) -> bool:
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        return False
    value = event.get("value", [])
    # Streamlit makes a deep copy of it, which fails on deep nesting.
    parts = value.values() if isinstance(value, dict) else [value]
    return not any(isinstance(part, dict | list) for part in parts)


class Form(NamedTuple):
    """The widgets whose keys match `keys` set this field of a message, and only so."""

    keys: re.Pattern[str]
    field: str
    is_right: Callable[[Any], bool]


FORMS = (
    # First, since `ask_learning_rate` is none of the sliders below.
    Form(
        re.compile("ask_.+|writing|writing_of_hall|hall_sheet|paper"),
        "json_trigger_value",
        _is_report,
    ),
    Form(
        re.compile("batch_size|epochs|misprints|.+_stop|.+_rate"), "double_array_value", _is_number
    ),
    Form(re.compile("student|share_what|pair_.+|step_place_.+|.+_guess"), "string_value", _is_text),
    Form(re.compile("lang|.+_option"), "string_array_value", _is_choice),
    Form(
        re.compile("save|share|pair|share_start|share_projected|.+_open|.+_uncover|.+_reveal"),
        "bool_value",
        _is_flag,
    ),
    Form(
        re.compile(
            "start|step_back|step_next|step_skip|vote_anew|hall_sheet_put_back|.+_begin|.+_signs"
        ),
        "trigger_value",
        _is_flag,
    ),
)


@functools.lru_cache(maxsize=1_000)
def form_of(key: str) -> Form | None:
    return next((form for form in FORMS if form.keys.fullmatch(key)), None)


def read_message(data: bytes) -> BackMsg | None:
    """The message without its invalid values; None if nothing remains."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return None
    message.DiscardUnknownFields()
    match message.WhichOneof("type"):
        case "rerun_script":
            _read(message.rerun_script)
        case "backend_operation_request":
            request = message.backend_operation_request
            if not request.HasField("deferred_file"):  # the files that a learner saves
                return None
            if not all(map(NAME.fullmatch, (request.request_id, request.deferred_file.file_id))):
                return None
        case "stop_script" | "app_heartbeat":
            pass
        case _:
            return None  # for who develops an app of Streamlit's
    return message


def _read(state: ClientState) -> None:
    right = [value for value in state.widget_states.widgets[:MAX_VALUES] if _is_right(value)]
    if len(right) < len(state.widget_states.widgets):
        del state.widget_states.widgets[:]
        state.widget_states.widgets.extend(right)
    if not NAME.fullmatch(state.fragment_id):
        state.fragment_id = ""
    if not NAME.fullmatch(state.page_script_hash):
        state.page_script_hash = ""
    if not NAME.fullmatch(state.page_name):
        state.page_name = ""
    state.query_string = state.query_string[:MAX_QUERY]
    hashes = state.cached_message_hashes  # without them, Streamlit sends each message again
    if len(hashes) > MAX_HASHES or any(len(each) > MAX_HASH for each in hashes):
        del hashes[:]
    if state.context_info.ByteSize() > MAX_CONTEXT:
        state.ClearField("context_info")


def _is_right(value: WidgetState) -> bool:
    named = WIDGET.fullmatch(value.id) or EVENTS.fullmatch(value.id)
    if not named:
        return False
    field = value.WhichOneof("value")
    if field is None:  # nothing is chosen yet
        return True
    form = form_of(named[1])
    return form is not None and form.field == field and form.is_right(getattr(value, field))
