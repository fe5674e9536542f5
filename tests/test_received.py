"""What a browser may send: the table of all values, and what is taken out of a message."""

import re
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from exam.page.address import MAX_QUERY, READERS
from exam.rooms.votes import read_rounds
from exam.server.received import (
    FORMS,
    MAX_TEXT,
    MAX_VALUES,
    form_of,
    read_message,
)
from tests.browser import ROOT

HASH = "0" * 32
# Where the code reads something that a browser sends.
READ = [
    r"eaders(?:\(scope=scope\))?\.get(?:_all)?\([\"']([\w-]+)[\"']",
    r"headers\[\"([\w-]+)\"\]",
    r"\"([\w-]+)\" not in headers",
    r"st\.context\.(?!headers|cookies)(\w+)",
    r"_cookie\(f?\"([a-z_]+)",
    r"cookies\.get\(f?\"([a-z_]+)",
    r"query_params\.get\(\"(\w+)\"",
    r"\"(\w+)\" in (?:request|st)\.query_params",
    r"path_params\[\"(\w+)\"\]",
    r"OTHER_APP = b\"(\w+)\"",
    r"on_(now|written|removed|\w+)_change=(?!on_change)",
    r"searchParams\.get\(\"(\w+)\"\)",
    r"hash\.match\(/\^#(\w+)",
]
WRITTEN = {"content-type", "content-length", "content-encoding", "vary"}  # of our own answers


def in_table() -> set[str]:
    text = (ROOT / "assets" / "OPERATIONS.md").read_text()
    table = text.split("## What a browser sends")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)} | {"start"}


def in_code() -> set[str]:
    sources = [*ROOT.glob("exam/**/*.py"), ROOT / "streamlit_app.py", *ROOT.glob("assets/**/*.js")]
    text = "\n".join(map(Path.read_text, sources))
    found = {name for pattern in READ for name in re.findall(pattern, text)}
    widgets = {part for form in FORMS for part in form.keys.pattern.split("|")}
    return found - WRITTEN | set(READERS) | widgets


def test_every_value_that_is_read_stands_in_the_table():
    assert in_code() == in_table()


def test_of_an_address_all_that_is_read_stays():
    script = (ROOT / "assets" / "address.js").read_text()
    kept = re.findall(r'"(\w+)"', script.split("PARAMETERS = [")[1].split("]")[0])
    assert set(kept) == set(READERS) | {"embed", "embed_options"}  # those are Streamlit's


def test_no_slider_takes_what_a_component_reports():
    assert form_of("ask_learning_rate").field == "json_trigger_value"
    assert form_of("learning_rate_rate").field == "double_array_value"


def message(*states: WidgetState) -> BackMsg:
    sent = BackMsg()
    sent.rerun_script.query_string = "batch_size=5"
    sent.rerun_script.widget_states.widgets.extend(states)
    return sent


def widget(key: str, **value: object) -> WidgetState:
    return WidgetState(id=f"$$ID-{HASH}-{key}", **value)


def read(sent: BackMsg) -> BackMsg:
    received = read_message(sent.SerializeToString())
    assert received is not None
    return received


def test_what_has_its_form_arrives_as_it_was_sent():
    number, choice = widget("batch_size"), widget("lang")
    number.double_array_value.data.append(7)
    choice.string_array_value.data.append("en")
    events = f"$$STREAMLIT_INTERNAL_KEY_$$ID-{HASH}-writing__events"
    report = WidgetState(id=events, json_trigger_value='[{"event": "written", "value": {}}]')
    pressed = widget("start", trigger_value=True)
    guess = widget("students_guess", string_value="A: more")
    sent = message(number, choice, report, pressed, guess, widget("final_exam_stop"))
    assert read(sent) == sent


@pytest.mark.parametrize(
    "wrong",
    [
        widget("batch_size", string_value="7"),
        widget("batch_size", double_value=7),
        widget("start", bool_value=True),
        widget("students_guess", string_value="A" * (MAX_TEXT + 1)),
        widget("writing", json_trigger_value="[" * 9_000),
        widget("paper", json_trigger_value='[{"event": "weights", "value": [[]]}]'),
        widget("paper", json_trigger_value='[{"event": "written", "value": {"at": {}}}]'),
        widget("paper", json_trigger_value='[{"event": "weights"}]'),
        widget("of_nobody", bool_value=True),
        WidgetState(id="batch_size", string_value="7"),
        WidgetState(id=f"$$ID-{HASH[1:]}-batch_size"),
    ],
)
def test_what_has_not_its_form_is_taken_out_and_the_rest_stays(wrong):
    pressed = widget("start", trigger_value=True)
    assert read(message(wrong, pressed)) == message(pressed)


def test_a_message_is_bounded_and_only_a_learner_s():
    many = message(*[widget("start", trigger_value=True)] * (MAX_VALUES + 1))
    assert len(read(many).rerun_script.widget_states.widgets) == MAX_VALUES
    long = message()
    long.rerun_script.fragment_id = "a\nb"
    long.rerun_script.query_string = "x" * 100_000
    assert read(long).rerun_script.fragment_id == ""
    assert len(read(long).rerun_script.query_string) == MAX_QUERY
    assert read_message(BackMsg(clear_cache=True).SerializeToString()) is None
    assert read_message(b"\xff\xff") is None


def test_what_is_refused_is_not_kept():
    form_of.cache_clear()
    for letter in "abc":
        assert read(message(widget(letter * 900_000, bool_value=True))) == message()
    assert form_of.cache_info().currsize == 0
    hashes = message()
    hashes.rerun_script.cached_message_hashes.extend(["ab12"] * 300)
    assert read(hashes) == hashes
    hashes.rerun_script.cached_message_hashes.extend(["ab12"] * 100_000)
    assert not read(hashes).rerun_script.cached_message_hashes
    unknown = message().SerializeToString() + b"\xfa\xff\x7f\x05hello"  # of no field that there is
    assert read_message(unknown) == message()


@pytest.mark.parametrize("name", ["file_id", "request_id"])
def test_a_request_for_a_file_has_short_names(name):
    """They would be written into the log."""
    sent = BackMsg()
    request = sent.backend_operation_request
    request.request_id, request.deferred_file.file_id = "a-1", "b_2"
    assert read_message(sent.SerializeToString()) == sent
    setattr(request.deferred_file if name == "file_id" else request, name, "x" * 101)
    assert read_message(sent.SerializeToString()) is None


def test_closed_votes_of_an_address_have_a_length():
    one = "students.0-1"
    assert read_rounds(one) and read_rounds(",".join([one] * 9_000)) is None
