"""What no browser sends: `python -m tests.tools.fuzz [cases] [seed]`, 10,000 cases by default.

Addresses and websocket messages with values out of range, of wrong types, for unknown or forged
widgets, and longer than the 30 kB that are allowed. The page may answer anything but an exception;
no process may be lost and no memory leaked. Streamlit's own complaints may appear in the log.
"""

import asyncio
import contextlib
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets import CloseCode

from exam.lesson.chapters import CHAPTERS
from tests.browser import Server, running_server
from tests.tools.load import memory_of
from tests.visit import widget_id

MOST_KEPT = 80_000_000  # bytes: the studies, and the visits of which Streamlit keeps the state
CASES_A_VISIT, VISITS_AT_ONCE = 25, 8
REFUSED = "error message is redacted"  # Streamlit, before our script; only the forger sees it
LONG = "9" * 1_000_000
TEXTS = ["", "0", "-1", "1", "10", "101", "200", "1e3", "10.0", "20.5", "NaN", "inf", "-0"]
TEXTS += ["true", "None", "null", "sheet", "study", "ko", "en", "__class__", "{0}", "%s", "'; --"]
TEXTS += ["\x00", "\x1b[2J", "<script>1</script>", "../../etc/passwd", " 10 ", "٣", "１０", "🎹"]
NUMBERS = [0, 1, -1, 30, 101, 201, 2**31, 2**53, -(2**63), 2**63 - 1]
FLOATS = [*map(float, NUMBERS), float("nan"), float("inf"), float("-inf"), 0.5, 1e308, -1e-308]
PARAMETERS = ["batch_size", "epochs", "student", "misprints", "only", "lang", "start", "embed"]
PARAMETERS += [
    "room",
    "secret",
    "projected",
    "embed_options",
    "",
    "unknown",
    "__init__",
    "batch_size[]",
    "🎹",
]
RIGHT = [f"only={name}" for name in ("study", *CHAPTERS)]
RIGHT += ["room=KHJM", f"room=KHJM&secret={'k3' * 11}"] * len(CHAPTERS)
RIGHT += ["start=true", "projected=true", "reveal=true"] * len(CHAPTERS)


def any_text(draw: random.Random) -> str:
    if draw.random() < 0.01:
        return LONG[: draw.randrange(len(LONG))]
    return draw.choice(TEXTS) if draw.random() < 0.8 else chr(draw.randrange(0x2FFFF))


def any_query(draw: random.Random) -> str:
    def escaped(text: str) -> str:
        return quote(text if draw.random() < 0.9 else "\udcff%" + text[:9], errors="surrogatepass")

    pairs = [
        f"{escaped(draw.choice(PARAMETERS))}={escaped(any_text(draw))}"
        for _ in range(draw.randrange(1, 6))
    ]
    if draw.random() < 0.4:  # values that are each valid may be invalid together
        pairs += draw.sample(RIGHT, 2)
    return draw.choice(["&", "&", "&", ";", "&&"]).join(pairs)


def any_value(draw: random.Random, state: WidgetState, kind: str) -> None:
    """A value of the type that the widget has, or else of any that the protocol knows."""
    text, number, real = clean(any_text(draw)), draw.choice(NUMBERS), draw.choice(FLOATS)
    several = draw.randrange(4)
    right: dict[str, Callable] = {
        "slider": lambda: state.double_array_value.data.append(real),
        "button": lambda: setattr(state, "trigger_value", True),
        "download_button": lambda: setattr(state, "trigger_value", True),
        "radio": lambda: setattr(state, "string_value", text),
        "checkbox": lambda: setattr(state, "bool_value", draw.random() < 0.5),
        "expandable": lambda: setattr(state, "bool_value", draw.random() < 0.8),
        "button_group": lambda: state.string_array_value.data.extend([text] * several),
        "selectbox": lambda: setattr(state, "string_value", text),
    }
    others: list[Callable] = [
        *right.values(),
        lambda: setattr(state, "double_value", real),
        lambda: setattr(state, "json_value", text),
        lambda: setattr(state, "json_trigger_value", text),
        lambda: setattr(state, "bytes_value", text.encode()),
        lambda: state.double_array_value.data.extend([real] * several),
        lambda: setattr(state, "int_value", number),
        lambda: state.int_array_value.data.extend([number] * several),
        lambda: setattr(state.string_trigger_value, "data", text),
        lambda: setattr(state.chat_input_value, "data", text),
        lambda: setattr(state.arrow_value, "data", text.encode()),
        lambda: state.file_uploader_state_value.uploaded_file_info.add(file_id=text),
    ]
    is_right = kind in right and draw.random() < 0.9
    fill = right[kind] if is_right else draw.choice(others)
    fill()


def any_widget(draw: random.Random, known: dict[str, str]) -> str:
    widget = draw.choice(sorted(known)) if known else "$$ID-0-start"
    kind = draw.random()
    if kind < 0.85:
        return widget
    if kind < 0.95:  # an element hash that is forged
        at = draw.randrange(len(widget))
        return widget[:at] + draw.choice("0123456789abcdef-") + widget[at + 1 :]
    return clean(any_text(draw))[:200_000]


def any_message(draw: random.Random, known: dict[str, str]) -> bytes:
    message = BackMsg()
    kind = draw.random()
    if kind < 0.9:
        rerun = message.rerun_script
        rerun.query_string = any_query(draw) if draw.random() < 0.3 else ""
        for _ in range(draw.randrange(1, 5)):
            state = rerun.widget_states.widgets.add()
            state.id = any_widget(draw, known)
            any_value(draw, state, known.get(state.id, ""))
        if draw.random() < 0.1:
            rerun.page_script_hash = clean(any_text(draw)[:50])
        if draw.random() < 0.1:
            rerun.fragment_id = clean(draw.choice(TEXTS))
    elif kind < 0.93:
        message.stop_script = True
    elif kind < 0.96:
        message.clear_cache = True
    else:
        request = message.backend_operation_request
        request.request_id = "1"
        request.deferred_file.file_id = draw.choice(["", "../../etc/passwd", "0" * 32])
    return message.SerializeToString()


def clean(text: str) -> str:
    """What a websocket can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def is_answered(message: BackMsg) -> bool:
    """Whether there is a response; if not, the next response shows what the message did."""
    is_silent = message.WhichOneof("type") in ("stop_script", "clear_cache")
    is_path = "/" in message.backend_operation_request.deferred_file.file_id
    return not (is_silent or is_path or message.rerun_script.fragment_id)


@contextlib.contextmanager
def until_too_large() -> Iterator[None]:
    """The page refuses what is longer, and ends the visit, with or without a code."""
    try:
        yield
    except websockets.ConnectionClosedError as closed:
        if closed.rcvd and closed.rcvd.code != CloseCode.MESSAGE_TOO_BIG:
            raise


async def answer_to(socket, known: dict[str, str]) -> list[str]:
    """Read until the page has come to rest; returns what it showed of exceptions."""
    exceptions = []
    async for raw in socket:
        message = ForwardMsg.FromString(raw)
        kind = message.delta.new_element.WhichOneof("type")
        if widget := widget_id(message):
            known[widget] = kind or message.delta.add_block.WhichOneof("type")
        if kind == "exception":
            exceptions.append(message.delta.new_element.exception.message)
        if message.WhichOneof("type") in ("script_finished", "backend_operation_response"):
            return exceptions
    raise ConnectionError("the server closed the connection")


async def visit(server: Server, draw: random.Random, cases: int) -> list[str]:
    """One visit: an address, then messages; returns the exceptions that the page showed."""
    url = server.url.replace("http", "ws") + "_stcore/stream"
    known: dict[str, str] = {}
    exceptions: list[str] = []
    with until_too_large():
        async with websockets.connect(url, subprotocols=["streamlit"], max_size=None) as socket:
            opening = BackMsg()
            opening.rerun_script.query_string = any_query(draw)
            await socket.send(opening.SerializeToString())
            exceptions += await answer_to(socket, known)
            for _ in range(cases - 1):
                message = any_message(draw, known)
                await socket.send(message)
                if is_answered(BackMsg.FromString(message)):
                    exceptions += await asyncio.wait_for(answer_to(socket, known), 180)
    return exceptions


async def fuzz(server: Server, cases: int, seed: int) -> list[str]:
    """So many cases, eight visits at a time; returns the exceptions that the page showed."""
    exceptions, numbers = [], iter(range(-(-cases // CASES_A_VISIT)))

    async def one_after_another() -> None:
        for number in numbers:
            exceptions.extend(await visit(server, random.Random(f"{seed}-{number}"), CASES_A_VISIT))
            if number % 40 == 39:
                print(f"{(number + 1) * CASES_A_VISIT} cases, {memory_of(server) / 1e6:.0f} MB")

    await asyncio.gather(*(one_after_another() for _ in range(VISITS_AT_ONCE)))
    return exceptions


def main(cases: int, seed: int) -> bool:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as server,
    ):
        asyncio.run(fuzz(server, 250, seed + 1))  # whatever is loaded once
        workers, before = server.workers(), memory_of(server)
        exceptions = asyncio.run(fuzz(server, cases, seed))
        grown = memory_of(server) - before
        log = server.log.read_text(errors="replace")
        is_whole = server.workers() == workers and psutil.pid_exists(server.pid)
        refused = sum(REFUSED in exception for exception in exceptions)
        exceptions = [exception for exception in exceptions if REFUSED not in exception]
        print(f"{cases} cases, seed {seed}: {len(exceptions)} exceptions on the page,", end=" ")
        print(f"{log.count('Traceback')} in the log, {refused} refused by Streamlit,", end=" ")
        print(f"{grown / 1e6:+.0f} MB,", end=" ")
        print("no process lost" if is_whole else "a process lost")
        print(*sorted(set(exceptions))[:5], sep="\n")
        return is_whole and not exceptions and grown < MOST_KEPT


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(not main(*(arguments + [10_000, 0][len(arguments) :])))
