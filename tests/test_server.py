"""What the server does beside the page, and that the page does without it."""

import asyncio
import contextlib
import errno
import gzip
import http.client
import json
import logging
import os
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import h11
import psutil
import pytest
import streamlit
import websockets
from playwright.sync_api import expect
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import Runtime, app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.media_file_manager import MediaFileMetadata
from streamlit.runtime.session_manager import SessionClientDisconnectedError, SessionInfo
from streamlit.web.server.starlette.starlette_websocket import _is_origin_allowed

from exam.page.address import MAX_QUERY
from exam.rooms.room import Room
from exam.rooms.rooms import KEPT_SECONDS, LETTERS, Rooms, new_code, new_secret
from exam.server import room_stream, sessions
from exam.server.cookies import MAX_COOKIES
from exam.server.document import Opening
from exam.server.guard import CLOSED, HEADERS, MAX_PATH, Guard
from exam.server.log import NOISE, OUT_OF_FILES, RateLimitFilter, quieten_log
from exam.server.room_stream import (
    room_events,
)
from exam.server.session_use import USES, SessionUse
from exam.server.sessions import (
    MAX_KEPT_VISITS,
    SAVED_FILE_SECONDS,
    KeptVisits,
    keep_saved_files,
    read_theme_once,
    send_at_once,
    watch_no_files,
)
from exam.server.static_files import PART, StaticFiles
from exam.texts import load_texts
from tests.browser import (
    ROOT,
    Server,
    open_page,
    press_start,
    running_server,
    wait_until_idle,
    wait_until_played,
)
from tests.tools.abuse import asked, connect_again
from tests.visit import Visit, run
from tests.waiting import source_of, wait_for

EN = load_texts("en")
# The same file, served as it was before Streamlit knew of `st.App`.
PLAIN = """
import sys
from streamlit.web import bootstrap
port = int(next(a for a in sys.argv if a.startswith("--server.port=")).split("=")[1])
options = {"server.port": port, "server.headless": True}
bootstrap.load_config_options(options)
bootstrap.run("streamlit_app.py", False, [], options)
"""

ANSWER_TO_FILE = "backend_operation_response"  # that a message is


def put(server: Server, path: str, size: int) -> int:
    """The status of an attempt to upload so many bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    edge = b"--edge\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\n"
    body = edge + bytes(size) + b"\r\n--edge--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    connection.request("PUT", path, body, headers)
    return connection.getresponse().status


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Iterator[Server]:
    """The script alone, without what st.App adds."""
    log = tmp_path_factory.mktemp("plain") / "log.txt"
    with running_server(log, command=("-c", PLAIN)) as running:
        yield running
    assert "Traceback" not in log.read_text(), log.read_text()


def test_answers_keep_addresses_to_themselves_and_what_is_not_used_is_closed(server):
    with urllib.request.urlopen(server.url, timeout=10) as answer:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    for path in CLOSED:
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(server.url[:-1] + path, timeout=10)
    assert put(server, "/_stcore/upload_file/a/b", 1000) == 404


@pytest.mark.parametrize(
    "address", ["?staticAppId=/a.b/x", "?a=1&static%41ppId", "x?staticAppId=1"]
)
def test_no_link_opens_what_another_host_says(server, address):
    """Streamlit's script would show that as this page, with its cookies."""
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(server.url + address, timeout=10)


@pytest.mark.parametrize("accepted, unpack", [(b"gzip", gzip.decompress), (b"br", bytes)])
def test_a_file_is_loaded_and_compressed_once_for_all_that_wait_and_sent_in_parts(accepted, unpack):
    body, loads = random.Random(1).randbytes(3 * PART), []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        loads.append(scope["path"])
        await asyncio.sleep(0)
        status = 200 if scope["path"].endswith("a.js") else 404
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body if status == 200 else b"none"})

    async def get(files: StaticFiles, path: str) -> list[Message]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        headers = [(b"accept-encoding", accepted)]
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
        await files(scope, wait_for_nothing, send)
        return sent

    async def wait_for_nothing() -> Message:
        return await asyncio.get_running_loop().create_future()

    async def get_all() -> None:
        files = StaticFiles(app)
        paths = ["/static/a.js"] * 20 + ["/static/b.js"] * 2
        answers = await asyncio.gather(*(get(files, path) for path in paths))
        for start, *parts in answers[:20]:
            sent = [part.get("body", b"") for part in parts]
            assert start["status"] == 200 and unpack(b"".join(sent)) == body
            assert len(sent) > 3 and max(map(len, sent)) <= PART
        assert [start["status"] for start, *_ in answers[20:]] == [404, 404]
        await get(files, "/static/b.js")
        assert loads == ["/static/a.js", "/static/b.js", "/static/b.js"], "it may come to be"

    run(get_all())


def test_to_who_has_hung_up_nothing_more_is_sent():
    """5,000 clients that read 1.5 kB/s and were ended kept the thread busy with their rest."""
    parts: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(100 * PART)})

    async def get() -> None:
        has_hung_up = asyncio.Event()

        async def receive() -> Message:
            await has_hung_up.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            parts.append(message)
            if len(parts) == 10:
                has_hung_up.set()

        scope = {"type": "http", "method": "GET", "path": "/static/a.js", "headers": []}
        await StaticFiles(app)(scope, receive, send)

    run(get())
    assert 10 <= len(parts) < 15


def test_a_small_file_waits_for_no_large_ones():
    """2,000 connections that read 4.7 MB each, as fast as they could, once kept everybody out."""
    sent: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        size = PART if scope["path"].endswith("small.js") else 100 * PART
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(size)})

    async def get_all() -> None:
        files = StaticFiles(app)
        half_sent = asyncio.Event()

        async def get(name: str) -> None:
            async def send(message: Message) -> None:
                sent.append(name)
                if len(sent) > 1_000:
                    half_sent.set()

            scope = {"type": "http", "method": "GET", "path": f"/static/{name}.js", "headers": []}
            await files(scope, asyncio.Event().wait, send)

        larger = [asyncio.create_task(get("large")) for _ in range(20)]
        await half_sent.wait()
        await get("small")
        assert len(sent) < 1_200, "of more than 2,000"
        await asyncio.gather(*larger)

    run(get_all())
    assert sent.count("large") == 20 * (1 + 100 + 1)


@pytest.mark.parametrize("path", ["your-teacher-is.wrong", "a/b", "KHJM/text", "x.html"])
def test_an_address_in_which_somebody_has_written_something_leads_to_the_page(server, path):
    """Once it stood on the wall in large letters, as the address by which the hall was to join."""
    query = "room=KHJM&only=students"
    request = urllib.request.Request(f"{server.url}{path}?{query}", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request) as answer:
        assert answer.url == f"{server.url}?{query}" and b"opening" in answer.read()


def test_the_document_is_read_once():
    """Reading it for each visitor takes twice as long as the rest of the response."""
    loads = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        loads.append(scope["path"])
        headers = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"<html></html>"})

    async def get(files: StaticFiles, path: str) -> bytes:
        parts: list[bytes] = []

        async def send(message: Message) -> None:
            parts.append(message.get("body", b""))

        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        await files(scope, asyncio.Event().wait, send)
        return b"".join(parts)

    async def get_all() -> None:
        files = StaticFiles(app)
        # Streamlit sends it also where there is no such file, under as many names as one likes.
        for path in ("/", "/", "/static/none", "/static/none"):
            assert await get(files, path) == b"<html></html>"

    run(get_all())
    assert loads == ["/", "/static/none", "/static/none"]


def test_who_asks_first_for_a_file_and_hangs_up_leaves_it_whole_for_all_others(server):
    folder = Path(streamlit.__file__).parent / "static"
    file = next(folder.glob("static/js/Plotly*.js"))  # which this page never loads
    path = file.relative_to(folder).as_posix()
    request = f"GET /{path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as first:
        first.sendall(request.encode())
        at_once = struct.pack("ii", 1, 0)
        first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    asked = urllib.request.Request(server.url + path, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert gzip.decompress(answer.read()) == file.read_bytes()


def test_the_log_says_where_another_server_takes_the_place_of_the_guarded_one(tmp_path):
    (tmp_path / "httptools.py").touch()
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port=0"]
    log, path = tmp_path / "log.txt", os.environ | {"PYTHONPATH": str(tmp_path)}
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env=path)
    try:
        wait_for(lambda: "httptools is installed" in log.read_text())
    finally:
        server.kill()
        server.wait()


def test_keras_loads_before_anybody_comes(tmp_path):
    import psutil

    with running_server(tmp_path / "log.txt") as server:
        wait_for(lambda: source_of(psutil.Process(server.pid)))


def events(server: Server, code: str) -> Iterator[dict]:
    """What a phone is told of the room."""
    stream = urllib.request.urlopen(f"{server.url}room/{code}", timeout=60)
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    for line in stream:
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


def test_who_is_in_a_room_is_told_what_its_lecturer_does(server):
    code, secret = new_code(), new_secret()
    link = f"room={code}&secret={secret}&projected=true&only=twenty_exams"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        next(events(server, code))

    async def lead() -> None:
        async with Visit(server.url, link).connection() as lecturer:
            await lecturer.open()
            listening.set()
            while not heard.is_set():
                await lecturer.catch(0.05)
            await lecturer.press("step_next")
            await lecturer.read()

    state = {"place": "twenty_exams", "is_open": True, "round": 1, "resets": 0}
    state["withholds_answer"] = True
    listening, heard = threading.Event(), threading.Event()
    leader = threading.Thread(target=run, args=(lead(),))
    leader.start()
    assert listening.wait(60)
    phones = [events(server, code.lower()) for _ in range(3)]
    for phone in phones:
        assert next(phone) == state | {"kind": "question", "step": "twenty_exams_question_1"}
    heard.set()
    assert [next(phone) for phone in phones] == [
        state | {"kind": "close", "step": "twenty_exams_close_1"}
    ] * 3
    leader.join()


def test_a_phone_loads_less_than_half_and_the_same(page, server):
    """Of the scripts and styles that opening the page asks for, in bytes on the line."""
    loaded: dict[str, int] = {}
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    names = {}
    line.on(
        "Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]})
    )
    line.on(
        "Network.loadingFinished",
        lambda e: loaded.update({names[e["requestId"]]: e["encodedDataLength"]}),
    )
    open_page(page, server)
    files = {url: size for url, size in loaded.items() if "/static/" in url and "font" not in url}
    plain = {}
    for url in files:
        with urllib.request.urlopen(url, timeout=20) as answer:
            plain[url] = answer.read()
        request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            body = answer.read()
            is_packed = answer.headers.get("Content-Encoding") == "gzip"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert (gzip.decompress(body) if is_packed else body) == plain[url]
    assert sum(files.values()) < sum(map(len, plain.values())) / 2
    for other in ("static//js/", "static/./js/"):  # the same file, which is not kept once more
        spelt = next(file for file in files if "static/js/" in file).replace("static/js/", other)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(spelt, timeout=20)
    missing = f"{server.url}static/js/none.js"  # Streamlit answers with its document
    request = urllib.request.Request(missing, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert "Content-Encoding" not in answer.headers


def test_the_stream_of_counts_is_the_lecturers_alone(server):
    """Twenty of a stranger once left none for the lecturer's own screens."""
    code, secret = new_code(), new_secret()

    async def lead() -> None:
        async with Visit(server.url, f"room={code}&secret={secret}").connection() as lecturer:
            await lecturer.open()

    run(lead())
    for more in ("", f"&secret={new_secret()}", "&secret=", "&secret=%F0%9F%99%82"):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            next(events(server, f"{code}?count{more}"))
    assert next(events(server, f"{code}?count&secret={secret}"))["event_count"]


@pytest.mark.parametrize("client, share", [("a hall", 50), ("a stranger", 20)])
def test_whoever_opens_rooms_of_their_own_takes_no_streams_of_a_halls(monkeypatch, client, share):
    """A stranger's rooms once had 200 streams each, without limit, and held 200 MB.

    A lecturer's stream more, and no phone had one any longer.
    """
    rooms = Rooms()
    for name, value in {"MAX_ALL_STREAMS": 100, "MAX_STREAMS": 50, "ROOMS": rooms}.items():
        monkeypatch.setattr(room_stream, name, value)
    hall = rooms.lead(new_code(), new_secret(), client)
    others = [rooms.lead(new_code(), new_secret(), "a stranger") for _ in range(4)]

    async def follow(room: Room) -> None:
        """Another stream, which begins, if it is not refused, and is read to its end."""
        scope = {"type": "http", "path_params": {"code": room.code}, "query_string": b""}
        answer = await room_stream.stream_room(Request(scope | {"headers": []}))
        if answer.status_code == 200:
            await anext(answer.body_iterator)
            reading.append(asyncio.create_task(read(answer.body_iterator)))

    async def read(events) -> None:
        async for _ in events:
            pass

    async def follow_all() -> list[int]:
        for room in (*others, *others):
            for _ in range(50):
                await follow(room)
        of_lecturer = room_events(others[0], for_lecturer=True)
        await anext(of_lecturer)
        for _ in range(50):
            await follow(hall)
        counts = Counter(room_stream._open_streams.values())
        for task in reading:
            task.cancel()
        return [counts[room] for room in (hall, *others)]

    reading: list[asyncio.Task] = []
    of_hall, *of_others = run(follow_all())
    assert of_hall == share and min(of_others) >= 10
    assert of_hall + sum(of_others) == 100 + 1, "the lecturer's is one more"


def test_a_websocket_of_a_foreign_page_is_refused_and_nobody_asks_the_network(server, monkeypatch):
    """For an unknown origin, Streamlit would make a network request, on its event loop."""
    allowed = []

    async def streamlit(scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        allowed.append(_is_origin_allowed(headers.get("origin"), headers.get("host")))

    async def shake_hands(**headers: str) -> list[Message]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        named = [(name.encode(), value.encode()) for name, value in headers.items()]
        await Guard(streamlit)({"type": "websocket", "headers": named}, send, send)
        return sent

    def ask() -> None:
        pytest.fail("Streamlit asks the network")

    monkeypatch.setattr("streamlit.net_util.get_internal_ip", ask)
    monkeypatch.setattr("streamlit.net_util.get_external_ip", ask)
    evil = "https://evil.example", "http://page.example.evil.example", "http://[::9]:80", "://"
    for origin in (*evil, "://page.example", "http://page.example:81", "http://a@page.example"):
        refused = run(shake_hands(host="page.example", origin=origin))
        assert refused == [{"type": "websocket.close", "code": 1008}]
    for host in ("[", "a/b", "a?b", "a#b"):
        assert run(shake_hands(host=host, origin=f"http://{host}")), host
    assert not allowed
    for origin in ("https://page.example:8501", "http://localhost:3000", "http://[::1]:3000"):
        run(shake_hands(host="page.example:8501", origin=origin))
    run(shake_hands(host="page.example"))  # no browser
    assert allowed == [True] * 4
    address = server.url.replace("http", "ws") + "_stcore/stream"
    with pytest.raises(websockets.InvalidStatus, match="403"):
        run(websockets.connect(address, origin="https://evil.example").__aenter__())


OURS = ["learner=abc", "_streamlit_xsrf=2|ab-_", f"lead_ABCD={new_secret()}"]
OTHERS = [f"c{number}=1" for number in range(1_000)]
WRONG = ['learner="abc"', "learner=", "learner=é", "xlearner=a", "lead_abcd=1", "learner=a b"]
LED = [f"lead_AA{first}{second}=1" for first in LETTERS for second in LETTERS]
# By HTTPS ours have a name that another page of the same domain cannot set.
OWN = ["__Host-learner=abc", f"__Host-{OURS[2]}"]
PLANTED = ["learner=planted", f"lead_ABCD={new_secret()}", f"lead_ABCE={new_secret()}"]


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "scheme, sent, kept",
    [
        ("http", [*OTHERS, *OURS, *WRONG], OURS),
        ("http", [*WRONG, *OURS, *OTHERS], OURS),
        ("http", OURS * 1_000, OURS),
        ("http", LED, LED[:MAX_COOKIES]),
        ("http", OTHERS, []),
        ("http", OTHERS[:1], []),
        ("http", [*PLANTED[:2], *OWN], [OURS[0], OURS[2]]),
        ("https", [*PLANTED, *OURS, *OWN, *LED, *PLANTED], [OURS[0], OURS[2], OURS[1]]),
        ("https", [*PLANTED, *WRONG, "__Host-_x=1", "__host-learner=a"], []),
    ],
)
def test_of_cookies_only_ours_are_let_in(kind, scheme, sent, kept):
    """Streamlit would keep them all, in an object each."""
    seen: list[str] = []

    async def streamlit(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(Headers(scope=scope).get("cookie", ""))

    headers = [(b"cookie", "; ".join(sent).encode()), (b"x-forwarded-proto", scheme.encode())]
    scope = {"type": kind, "path": "/", "query_string": b"", "headers": headers}
    run(Guard(streamlit)(scope, None, None))
    assert seen == ["; ".join(kept)]


LONG_COOKIES = [
    b"_streamlit_" * 1_400,
    b";" * 15_500,
    b"; " * 7_700,
    b"learner=" + b"a" * 15_400,
    b"learner=a" + b" " * 15_400,
    b";learner=" * 1_700,
    b'learner="' + b"\\" * 15_400 + b'"',
]
LONG_ADDRESSES = [text * 15_000 for text in (b"%zz&", b"a&", b"%61&", b"%zz", b"&", b";")]


@pytest.mark.parametrize("cookie", LONG_COOKIES)
def test_a_long_cookie_is_read_in_no_time(cookie):
    """Everybody waits for it; Python takes half a second for the last one."""
    assert seconds_to_answer(cookie=cookie) < 0.01


@pytest.mark.parametrize("query", [*LONG_ADDRESSES, *(each[:MAX_QUERY] for each in LONG_ADDRESSES)])
def test_a_long_address_is_read_in_no_time(query):
    assert seconds_to_answer(query=query) < 0.01


def test_an_address_is_refused_that_is_longer_than_any_of_ours(server):
    addresses = {
        f"?{'a' * MAX_QUERY}": 200,
        f"?{'a' * (MAX_QUERY + 1)}": 414,
        "a" * MAX_PATH: 414,
        "?room=%41BCE": 404,  # nginx would not see which room it is
        "?%72oom=ABCE": 404,
        "?room=%7eABCE&lang=%2D": 200,
    }
    for address, status in addresses.items():
        request = urllib.request.Request(server.url + address)
        try:
            assert urllib.request.urlopen(request, timeout=60).status == status
        except urllib.error.HTTPError as refused:
            assert refused.code == status


def seconds_to_answer(query: bytes = b"", cookie: bytes = b"") -> float:
    """Of the process, by Guard, by what reads cookies, and by the head of the page."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        assert HTTPConnection(scope).cookies is not None
        await PlainTextResponse("<body></body>", media_type="text/html")(scope, receive, send)

    async def send(message: Message) -> None:
        pass

    headers = [(b"accept", b"text/html"), (b"cookie", cookie)]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": query}
    spent = []
    for _ in range(4):
        before = time.process_time()
        run(Guard(Opening(answer))(scope | {"headers": headers}, None, send))
        spent.append(time.process_time() - before)
    return min(spent)


def test_no_files_are_watched_for_who_comes_back(monkeypatch):
    """Or each of their runs would walk through all loaded modules."""
    monkeypatch.setattr(AppSession, "register_file_watchers", AppSession.register_file_watchers)
    monkeypatch.setattr(config, "get_option", {"server.fileWatcherType": "none"}.get)
    watch_no_files()
    AppSession.register_file_watchers(None)  # of which a watcher would need much


def test_the_theme_is_what_streamlit_reads_and_is_read_once(monkeypatch):
    """By Streamlit's own way of telling a browser."""

    def told() -> CustomThemeConfig:
        theme = CustomThemeConfig()
        app_session._populate_theme_msg(theme)
        app_session._populate_theme_msg(theme.light, "theme.light")
        app_session._populate_theme_msg(theme.dark, "theme.dark")
        app_session._populate_theme_msg(theme.sidebar, "theme.sidebar")
        app_session._populate_theme_msg(theme.dark.sidebar, "theme.dark.sidebar")
        return theme

    by_streamlit = told()
    assert by_streamlit.base_font_size and not by_streamlit.HasField("sidebar"), "config.toml"
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    read_theme_once()
    assert told() == by_streamlit
    monkeypatch.setattr(config, "get_options_for_section", None)
    again = told()
    assert again == by_streamlit and not again.HasField("sidebar")


class Left:
    """Visits that are left, one after the other; `ended` are those that are kept no more."""

    @dataclass(eq=False)
    class Session:
        id: str
        shutdown: Callable[[], None]

    def __init__(self) -> None:
        self.kept, self.ended = KeptVisits(), []
        self._sessions: list[Left.Session] = []

    def leave(self, name: str, seconds: int, runs: int = 1, network: str = "") -> None:
        session = self.Session(name, lambda: self.ended.append(name))
        self._sessions.append(session)
        USES.setdefault(session, SessionUse(network)).active_seconds = seconds
        self.kept.save(SessionInfo(None, session, runs))


def test_a_session_in_which_little_was_done_pushes_out_no_visit():
    left = Left()
    kept, ended, leave = left.kept, left.ended, left.leave
    for number in range(200):  # more than Streamlit keeps
        leave(f"visit {number}", seconds=20)
    for number in range(MAX_KEPT_VISITS):
        leave(f"empty {number}", seconds=30, runs=0)
    assert len(kept.list()) == 200 and len(ended) == MAX_KEPT_VISITS
    for number in range(MAX_KEPT_VISITS):
        leave(f"opened {number}", seconds=1, runs=1_000)
    assert all(kept.get(f"visit {number}") for number in range(200))
    assert len(kept.list()) == MAX_KEPT_VISITS
    assert ended[MAX_KEPT_VISITS:] == [f"opened {number}" for number in range(200)], "the oldest"


def test_whoever_leaves_many_visits_pushes_out_none_of_another_network():
    left = Left()
    for number in range(150):
        left.leave(f"visit {number}", seconds=5, network="192.0.2.7")
    for number in range(MAX_KEPT_VISITS):
        left.leave(f"script {number}", seconds=100, network="198.51.100.9")
    assert all(left.kept.get(f"visit {number}") for number in range(150))
    assert len(left.kept.list()) == MAX_KEPT_VISITS


@pytest.mark.parametrize(
    "gone_at, seconds, unsent", [(None, 60.0, 1), (20, 60.0, 39), (None, 0.0, 60)]
)
def test_what_is_written_for_a_session_is_sent_at_once(monkeypatch, gone_at, seconds, unsent):
    """But for the last message, or what would take too long: Streamlit sends that in its turns."""
    sent: list[int] = []

    def send(info: object, message: int) -> None:
        if message == gone_at:
            raise SessionClientDisconnectedError
        sent.append(message)

    manager = SimpleNamespace(get_active_session_info={"there": object()}.get)
    runtime = SimpleNamespace(_session_mgr=manager, _send_message=send)
    monkeypatch.setattr(Runtime, "instance", lambda: runtime)
    monkeypatch.setattr(AppSession, "flush_browser_queue", lambda session: list(range(60)))
    monkeypatch.setattr(Runtime, "_send_message", Runtime._send_message)
    monkeypatch.setattr(sessions, "SEND_SECONDS", seconds)
    send_at_once()
    flush = AppSession.flush_browser_queue
    assert flush(SimpleNamespace(id="there")) == list(range(60))[60 - unsent :]
    assert sent == list(range(60 - unsent))[:gone_at]
    assert flush(SimpleNamespace(id="gone")) == list(range(60))


def test_what_is_sent_goes_to_the_connection_that_has_the_session_now(monkeypatch):
    sent: list[object] = []
    old, new = (SimpleNamespace(session=SimpleNamespace(id="a")) for _ in range(2))
    manager = SimpleNamespace(get_active_session_info={"a": new}.get)
    runtime = SimpleNamespace(_session_mgr=manager)
    monkeypatch.setattr(Runtime, "instance", lambda: runtime)
    monkeypatch.setattr(Runtime, "_send_message", lambda runtime, info, message: sent.append(info))
    monkeypatch.setattr(AppSession, "flush_browser_queue", AppSession.flush_browser_queue)
    send_at_once()
    Runtime._send_message(runtime, old, None)
    assert sent == [new]


FILES = IDLE = 400  # open ones, as many as there may be, and sessions
WITH_FEW_FILES = f"""
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({FILES}, {FILES}))
streamlit = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *sys.argv[1:]]
os.execv(sys.executable, streamlit)
"""


def test_sessions_in_which_nothing_is_done_keep_nobody_out(tmp_path):
    """Each holds a file, once four, indefinitely: 5,100 of one client took all of them."""

    async def crowd(server: Server) -> None:
        async with contextlib.AsyncExitStack() as there:
            learner = Visit(server.url)
            await there.enter_async_context(learner.connection())
            await learner.open()
            came = int(time.monotonic())
            while int(time.monotonic()) == came:
                await learner.study()
            await learner.study()  # so that it was active in two seconds
            for _ in range(IDLE):
                idle = Visit(server.url)
                await there.enter_async_context(idle.connection())
                await idle.socket.send(asked("x"))  # a part that there is not
            await Visit(server.url).study_alone()
            await learner.study()

    with running_server(tmp_path / "log", command=("-c", WITH_FEW_FILES)) as server:
        run(crowd(server))
        assert "Too many open files" not in server.log.read_text()


def test_a_session_takes_one_open_file(server):
    async def come(visits: int) -> int:
        async with contextlib.AsyncExitStack() as there:
            for _ in range(visits):
                await there.enter_async_context((visit := Visit(server.url)).connection())
                await visit.open()
            return psutil.Process(server.pid).num_fds()

    # Until those of other tests have gone.
    wait_for(lambda: run(come(21)) - run(come(1)) == 20)


def test_a_connection_ends_whose_session_another_one_has_taken(server):
    """Streamlit leaves it open: 20,000 connections of 240 sessions once took all files."""

    async def come_again() -> None:
        async with Visit(server.url).connection() as visit:
            await visit.open()
            async with connect_again(visit) as taken:
                former, visit.socket = visit.socket, taken
                await asyncio.wait_for(former.wait_closed(), timeout=60)
                await visit.study()

    run(come_again())


def test_what_somebody_saves_is_there_whatever_others_do_meanwhile(server):
    """Streamlit deletes it at the end of the second run of anybody."""

    async def save() -> str:
        async with Visit(server.url, "epochs=2").connection() as visit:
            await visit.study()
            await visit.unfold("save")
            await visit.catch(1.0)
            await visit.download(visit.files[0])
            while (answer := await visit.read_one()).WhichOneof("type") != ANSWER_TO_FILE:
                pass
            async with Visit(server.url).connection() as other:
                await other.open()
                for number in range(5):
                    await other.move("batch_size", number + 1)
                    await other.read()
            return answer.backend_operation_response.deferred_file.url

    with urllib.request.urlopen(server.url.rstrip("/") + run(save()), timeout=60) as saved:
        assert saved.status == 200 and saved.read()


def test_what_was_saved_is_not_kept_for_long(monkeypatch):
    monkeypatch.setattr(MediaFileMetadata, "mark_for_delete", MediaFileMetadata.mark_for_delete)
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    keep_saved_files()
    file = MediaFileMetadata()
    for seconds, is_marked in ((100.0, False), (0.9 * SAVED_FILE_SECONDS, False), (5.0, True)):
        now[0] += seconds
        file.mark_for_delete()
        assert file.is_marked_for_delete == is_marked


@pytest.mark.parametrize("part", [bytes(1_000), b"x", b""])
def test_a_message_is_not_kept_until_200_megabytes_of_it_have_come(server, part):
    async def send_much() -> None:
        address = server.url.replace("http", "ws") + "_stcore/stream"
        async with websockets.connect(address, subprotocols=["streamlit"]) as socket:
            with pytest.raises(websockets.ConnectionClosedError) as closed:
                await socket.send([part] * 1_000_000)
        too_big = websockets.CloseCode.MESSAGE_TOO_BIG
        assert not closed.value.rcvd or closed.value.rcvd.code == too_big

    run(send_much())


def test_what_a_link_has_besides_is_not_kept(page, server):
    """With what the page writes, it would be too long for a reload."""
    for besides in ("more=", "only=update&only=", "reveal=", "state=", "embed_options=x&" * 4):
        long = "x" * (MAX_QUERY - 100)
        page.goto(f"{server.url}?lang=en&batch_size=20&{besides}{long}&embed=true")
        wait_until_idle(page)
        expect(page).to_have_url(
            re.compile(r"\?(?=.*lang=en)(?=.*batch_size=20)(?=.*embed=true).{0,60}$")
        )


def test_the_script_alone_does_all_that_a_learner_sees(page, plain):
    open_page(page, plain, "batch_size=10&epochs=5&lang=en")
    press_start(page, EN)
    wait_until_played(page)
    expect(page.locator(".sentence")).to_contain_text("50 updates")
    with urllib.request.urlopen(f"{plain.url}room/{new_code()}", timeout=10) as answer:
        assert "event-stream" not in answer.headers["Content-Type"]  # there are no such routes
    assert put(plain, "/_stcore/upload_file/a/b", 1000) in (400, 403, 413)


def test_a_room_of_the_script_alone(browser, plain):
    room = f"room={(code := new_code())}&lang=en"
    lecturer, phone = (browser.new_context().new_page() for _ in range(2))
    phone.goto(f"{plain.url}?{room}&only=twenty_exams")
    expect(phone.get_by_text(EN.hall.room_awaited)).to_be_visible()
    lecturer.goto(f"{plain.url}?{room}&projected=true&only=twenty_exams#secret={new_secret()}")
    expect(phone.get_by_text(EN.hall.room_awaited)).to_have_count(0)
    phone.get_by_test_id("stRadioOption").first.click()
    expect(lecturer.locator("p.count b")).to_have_text("1")
    assert "secret" not in lecturer.url and code in lecturer.url
    for each in (lecturer, phone):
        each.context.close()


def test_a_stream_ends_with_its_room():
    """Otherwise its followers would not notice a new room with the same code."""
    now, code, secret = [0.0], new_code(), new_secret()
    rooms = Rooms(lambda: now[0])

    async def listen() -> list[str]:
        streams = [
            room_events(rooms.lead(code, secret), for_lecturer=lecturer)
            for lecturer in (False, True)
        ]
        events = [await anext(stream) for stream in streams]
        now[0] += 2 * KEPT_SECONDS
        assert not rooms.lead(code, secret).listeners, "it is another"
        return events + [state for stream in streams async for state in stream]

    assert len(run(listen())) == 2


def test_a_wall_on_which_nobody_presses_anything_keeps_its_room(monkeypatch):
    """As from the morning to the afternoon."""
    now = [0.0]
    rooms = Rooms(lambda: now[0])
    for name, value in (("ROOMS", rooms), ("KEEP_ALIVE_SECONDS", 0.01), ("COUNT_SECONDS", 0.0)):
        monkeypatch.setattr(room_stream, name, value)
    room = rooms.lead(new_code(), new_secret())

    async def stand() -> None:
        stream = room_events(room, for_lecturer=True)
        for _ in range(3):
            await anext(stream)
            now[0] += 0.9 * KEPT_SECONDS
        await stream.aclose()

    run(stand())
    assert rooms.find(room.code) is room


def test_a_silent_stream_says_that_it_is_there(monkeypatch):
    """Or a proxy would cut it."""
    monkeypatch.setattr(room_stream, "KEEP_ALIVE_SECONDS", 0.05)

    async def listen() -> list[str]:
        stream = room_events(Room(new_code(), new_secret(), 0.0))
        events = [await anext(stream) for _ in range(3)]
        await stream.aclose()
        return events

    first, *others = run(listen())
    assert first.startswith("data: ") and others == [": still here\n\n"] * 2


@pytest.fixture
def quietened() -> Iterator[None]:
    """The log as the server has it; afterwards, as it was for all other tests."""
    loggers = [
        each for each in logging.root.manager.loggerDict.values() if hasattr(each, "filters")
    ]
    before = [(log, log.filters[:]) for log in loggers]
    quieten_log()
    yield
    for log, filters in before:
        log.filters[:] = filters


@pytest.mark.parametrize(
    ("name", "noise"), [(name, part) for name, parts in NOISE.items() for part in parts]
)
def test_noise_is_not_logged_and_all_else_is(caplog, quietened, name, noise):
    log = logging.getLogger(name)
    log.warning("Before %s after", "x")
    log.warning(f"Before {noise} after")
    try:
        raise h11.LocalProtocolError("the rest of the request was no HTTP")
    except h11.LocalProtocolError:
        log.exception("Before another answer")
    assert [record.getMessage() for record in caplog.records] == ["Before x after"]


def test_what_anybody_can_have_logged_is_logged_once_a_second_without_traceback(caplog):
    log = logging.getLogger("tests.seldom")
    log.addFilter(RateLimitFilter())
    for _ in range(50):
        try:
            raise ValueError("no such file")
        except ValueError:
            log.exception("Error for %s", "x")
    assert len(caplog.records) <= 2 and not any(each.exc_info for each in caplog.records)


def test_an_exception_of_our_own_is_logged_once_a_second_with_its_traceback(caplog, quietened):
    """However many visits it meets; and all else always."""
    log = logging.getLogger("exam")
    for _ in range(50):
        try:
            raise ValueError("the page")
        except ValueError:
            log.exception("The page failed")
        log.warning("This machine has little memory")
    assert 51 <= len(caplog.records) <= 53
    assert all(each.exc_info for each in caplog.records if each.levelname == "ERROR")


@pytest.mark.parametrize("name", OUT_OF_FILES)
def test_that_no_more_files_can_be_opened_is_logged_seldom_and_all_else_always(
    caplog, quietened, name
):
    log = logging.getLogger(name)
    for error in (OSError(errno.EMFILE, "Too many open files"), OSError("another")):
        for _ in range(50):
            try:
                raise error
            except OSError:
                log.exception("Accepting")
    assert sum(each.exc_info is not None for each in caplog.records) == 50
    assert 51 <= len(caplog.records) <= 53
