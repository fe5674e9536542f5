"""Every value that a browser sends, wrong in 200 ways each, through the real server."""

import asyncio
import contextlib
import json
import re
import urllib.error
import urllib.request
from urllib.parse import quote, urlencode

import pytest
import websockets
from streamlit.proto.WidgetStates_pb2 import WidgetState

from exam.lesson.chapters import CHAPTERS
from exam.page.address import READERS
from exam.rooms.rooms import new_code, new_secret
from exam.server.received import FORMS
from tests.browser import Server, running_server
from tests.tools.fuzz import TEXTS
from tests.tools.load import memory_of_each
from tests.visit import Visit, run
from tests.waiting import wait_for

VALUES = 200
MOST_KEPT, PATIENCE = 5_000_000, 60  # bytes, seconds
LONG = ["a,b,a", "🎹" * 50, "א" * 300, "9" * 12_000, "\u202e", "a\nb", "\ufeff", "e\u0301"]
NUMBERS = [0, 1, -1, 0.5, 31, 101, 201, 2**31, 2**53, -(2**63), 1e308, float("nan"), float("inf")]
PLAIN = [*LONG, *TEXTS, *NUMBERS, None, True, False]
NESTED = [[[[[[[[1]]]]]]], {"a": {"b": {"c": {"d": {}}}}}, [{}] * 1_000]
NESTED += [[value] for value in PLAIN] + [{"at": value} for value in PLAIN]
NESTED += [[value, value] for value in PLAIN] + [{"value": [value] * 3} for value in PLAIN]
WRONG = [*PLAIN, *NESTED][:VALUES]
FIELDS = [field.name for field in WidgetState.DESCRIPTOR.oneofs[0].fields]
UNSENT = {"pair_.+", "step_skip", "hall_sheet_put_back"}  # they need two studies, or a hall
SAVED = {"csv", "ipynb", "py", "room_csv"}  # buttons of files, of which the page hears nothing
DEEP = "[" * 8_000


def states(widget: str, number: int) -> list[WidgetState]:
    """What is wrong for the widget in the way of that number: of every type that there is."""
    value = WRONG[number]
    events = f"$$STREAMLIT_INTERNAL_KEY_{widget}__events"
    told = json.dumps([{"event": ["written", "removed", "now"][number % 3], "value": value}])
    malformed = [told, json.dumps(value), DEEP, told[:-3], json.dumps([told])][number % 5]
    text, real = str(value), float(NUMBERS[number % len(NUMBERS)])
    state = WidgetState(id=widget)
    match FIELDS[number % len(FIELDS)]:
        case "double_array_value":
            state.double_array_value.data.extend([real] * (number % 3))
        case "double_value":
            state.double_value = real
        case "string_array_value":
            state.string_array_value.data.extend([text] * (number % 4))
        case "int_array_value":
            state.int_array_value.data.extend([number] * (number % 3))
        case "int_value":
            state.int_value = -number
        case "bool_value":
            state.bool_value = True
        case "trigger_value":
            state.trigger_value = True
        case "json_value":
            state.json_value = malformed
        case "bytes_value":
            state.bytes_value = text.encode()
        case "chat_input_value":
            state.chat_input_value.data = text
        case "file_uploader_state_value":
            state.file_uploader_state_value.uploaded_file_info.add(file_id=text)
        case "arrow_value":
            state.arrow_value.data = text.encode()
        case _:
            state.string_value = text
    longer = WidgetState(id=widget, string_value=text)
    report = WidgetState(id=events, json_trigger_value=malformed)
    return [state, report, longer][: 1 + number % 3]


async def tell_wrongly(visit: Visit, key: str, number: int) -> None:
    await visit.ask(*states(visit.ids[key], number), within=key)
    await visit.read()


def family(key: str) -> str:
    """The part of a form that the key matches, as `.+_guess` for a chapter's guess."""
    parts = [part for form in FORMS for part in form.keys.pattern.split("|")]
    return next((part for part in parts if re.fullmatch(part, key)), "")


async def send_wrong_values(url: str, room: str, values: range) -> set[str]:
    """All widgets of all pages, one of each family; returns the families."""
    sent: set[str] = set()

    async def visit_page(link: str) -> None:
        async with Visit(url, link).connection() as visit:
            await visit.open()
            if not link:
                await visit.press()
                await visit.stay()
                for key in ("save", "share"):
                    await visit.unfold(key)
                    await visit.read()
            for key in [key for key in visit.ids if key.endswith("_guess")]:
                await visit.choose(key, 0)
                await visit.read()
            if link.startswith("only=") and f"{link[5:]}_begin" in visit.ids:
                await visit.press(f"{link[5:]}_begin")
                await visit.read()
                await visit.follow(f"ask_{link[5:]}")
            # Another step has other parts, and Streamlit answers nothing for those that are gone.
            keys = sorted(set(visit.ids) - SAVED, key=lambda key: (key.startswith("step_"), key))
            for key in keys:
                if family(key) not in sent:
                    sent.add(family(key))
                    for number in values:
                        await tell_wrongly(visit, key, number)

    led = f"{room}&projected=true"
    for link in (f"{led}&only=students", f"{room}&presenter=true", f"{led}&only=own_exam"):
        await visit_page(link)
    await visit_page(f"{room.split('&')[0]}&only=own_exam")  # the hall's exam is open
    links = iter(["", *(f"only={name}" for name in CHAPTERS)])

    async def visit_pages() -> None:
        for link in links:
            await visit_page(link)

    await asyncio.gather(*(visit_pages() for _ in range(4)))
    return sent


async def open_wrongly(url: str, number: int) -> None:
    """Every parameter, cookie and header of an opening, wrong in the way of that number."""
    long = number % len(READERS)  # all of them together would be too long for an address
    wrong = [
        str(WRONG[(number + at) % VALUES])[: 3_000 if at == long else 50]
        for at in range(len(READERS))
    ]
    pairs = list(zip(READERS, wrong, strict=True))
    repeated = pairs if number % 4 else [pair for pair in pairs for _ in range(2)]
    query = urlencode(repeated, errors="replace")
    text = quote(wrong[0], safe="")[:500]
    cookie = f"learner={text}; lead_ABCE={text}; lead_{text[:9]}=1; {text[:9]}"
    async with Visit(url, query, cookie).connection() as visit:
        await visit.open()
    headers = {
        "Accept": "text/html, text/event-stream",
        "Accept-Language": text or "-",
        "Cookie": cookie,
    }
    headers |= {"X-Forwarded-For": text or "-", "Accept-Encoding": text or "-", "Range": "bytes=x"}
    for address in (
        f"?{query}",
        f"room/{text or '-'}?count={text}&secret={text}",
        f"room/ABCE?{query}",
    ):
        request = urllib.request.Request(url + address, headers=headers)
        with contextlib.suppress(urllib.error.HTTPError):
            assert urllib.request.urlopen(request, timeout=60).status == 200
    for origin in ("null", f"http://{text[:50] or '-'}", "http://[", "x"):
        with pytest.raises(websockets.WebSocketException):
            await websockets.connect(
                f"ws{url[4:]}_stcore/stream", subprotocols=["streamlit"], origin=origin
            )


async def witness(url: str, room: str) -> tuple:
    """What somebody sees who studies, and whose guess is counted in a room."""
    learner = f"{room.split('&')[0]}&only=students"
    async with Visit(url, "batch_size=7&epochs=3").connection() as visit:
        await visit.study()
        seen = (visit.settings, visit.shown)
    async with Visit(url, f"{room}&projected=true&only=students").connection() as lecturer:
        await lecturer.open()
        async with Visit(url, learner, "learner=abcdefghijk").connection() as visit:
            await visit.open()
            await visit.choose("students_guess", 1)
            await visit.read()
        await lecturer.poll()
        return (*seen, lecturer.guesses)


def is_back(server: Server, before: int) -> bool:
    """Whether the server's memory is what it was, a minute later at most.

    Somebody opens the page meanwhile, or Python would see no reason to collect its garbage.
    """

    async def open_page() -> None:
        async with Visit(server.url).connection() as visit:
            await visit.open()

    def has_room() -> bool:
        run(open_page())
        return memory_of_each(server)[0] - before < MOST_KEPT

    with contextlib.suppress(AssertionError):
        return wait_for(has_room, seconds=PATIENCE)
    return False


def test_every_value_is_read_in_one_place_and_nothing_comes_of_wrong_ones(tmp_path):
    room, hall = (f"room={new_code()}&secret={new_secret()}" for _ in range(2))
    # Visits that are kept for two minutes would be more or fewer, as fast as the machine is.
    options = ("--server.disconnectedSessionTTL=10",)
    with running_server(tmp_path / "log.txt", options=options) as server:

        async def send(values: range) -> set[str]:
            for number in values:
                await open_wrongly(server.url, number)
            return await send_wrong_values(server.url, room, values)

        seen = run(witness(server.url, hall))
        first, second = range(VALUES // 2), range(VALUES // 2, VALUES)
        run(send(first))
        before = memory_of_each(server)[0]
        families = run(send(second))
        if not is_back(server, before):  # a heap may grow once; what is kept grows each time
            before = memory_of_each(server)[0]
            run(send(range(VALUES)))
            assert is_back(server, before)
        assert run(witness(server.url, hall)) == seen
        assert "Traceback" not in server.log.read_text(errors="replace")
    assert "" not in families  # a widget that has no form, and is not heard
    every = {part for form in FORMS for part in form.keys.pattern.split("|")}
    assert every <= families | UNSENT
