"""What one client may do to a hall: `python -m tests.tools.abuse [nuisance …]`.

The page starts with the usual soft limit of 1,024 open files. While each nuisance goes on, a
learner comes every second, opens the page and presses. Prints how many of them came to an end, how
long they waited for the page and for the first pass, and what the page kept for how long: memory,
log, open files.
"""

import asyncio
import base64
import contextlib
import itertools
import json
import math
import random
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import numpy as np
import psutil
import streamlit
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from exam.rooms.rooms import new_code, new_secret
from exam.server.received import MAX_MESSAGE
from tests.browser import ROOT, running_server
from tests.tools.load import memory_of
from tests.visit import Visit

OPEN_FILES = 1024
SECONDS, PATIENCE_SECONDS, WARM_SECONDS = 20.0, 30.0, 15.0
ELSEWHERE = "127.0.0.3"  # an address that no learner has
KEPT, REST = 30_000_000, 120.0  # above this many bytes it waits, for this many seconds
Nuisance = Callable[[str], Awaitable[None]]


async def again_and_again(one: Callable[[], Awaitable[None]], at_once: int) -> None:
    """Run `at_once` of them, restarting each when it ends or its connection is cut."""

    async def repeat() -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError, websockets.WebSocketException):
                await one()

    await asyncio.gather(*(repeat() for _ in range(at_once)))


async def hold(url: str, connections: int, sent: bytes = b"") -> None:
    """Open the connections one after another; each sends `sent`, if anything, and stays open."""
    address = url.replace("http", "ws", 1) + "_stcore/stream"
    async with contextlib.AsyncExitStack() as held:
        for _ in range(connections):
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                connection = websockets.connect(address, subprotocols=["streamlit"], open_timeout=2)
                line = await held.enter_async_context(connection)
                if sent:
                    await line.send(sent)
        await asyncio.Event().wait()


async def abandoned(url: str) -> None:
    """2,000 connections, never used; they stay open."""
    await hold(url, 2_000)


async def idle(url: str) -> None:
    """5,000 connections that ask once for a fragment that does not exist, and stay."""
    await hold(url, 5_000, asked("x"))


async def settings(url: str) -> None:
    """3,000 different settings, pressed by one client."""
    every = itertools.product(range(1, 101), range(1, 31))
    async with Visit(url).connection() as visit:
        await visit.open()
        for batch_size, student in every:
            visit.link = f"batch_size={batch_size}&student={student}&epochs=200"
            await visit.move("batch_size", batch_size)
            await visit.press()
            await visit.catch(0.01)


async def reruns(url: str) -> None:
    """Runs of the page, asked for as fast as one connection can."""
    async with Visit(url).connection() as visit:
        await visit.open()
        while True:
            await visit.ask()
            await visit.catch(0.001)


async def downloads(url: str) -> None:
    """All files of a long study, for ten learners again and again."""

    async def one(student: int) -> None:
        link = f"batch_size=1&epochs=200&student={student}"
        async with Visit(url, link).connection() as visit:
            await visit.study()
            await visit.unfold("save")
            await visit.catch(1.0)
            assert visit.files
            while True:
                for file in visit.files:
                    await visit.download(file)
                await visit.catch(0.05)

    await asyncio.gather(*(one(student) for student in range(1, 11)))


async def large(url: str) -> None:
    """Messages just under Streamlit's 25 MB, and just under what this page allows, in turn."""
    for size in itertools.cycle((24_500_000, MAX_MESSAGE - 1_000)):
        with contextlib.suppress(websockets.WebSocketException):
            async with Visit(url).connection() as visit:
                await visit.open()
                for _ in range(10):
                    visit.link = "x" * size
                    await visit.ask()
                    await visit.catch(0.01)


async def silent(url: str) -> None:
    """100 connections that ask for the page, again every five seconds, and never read it."""
    async with contextlib.AsyncExitStack() as held:
        visits = [Visit(url) for _ in range(100)]
        for visit in visits:
            await held.enter_async_context(visit.connection())
            visit.socket.transport.pause_reading()
        while True:
            for visit in visits:
                await visit.ask()
                await asyncio.sleep(0.05)


async def rooms(url: str) -> None:
    """20 connections that open rooms in a loop, and forge guesses, codes and secrets."""

    async def one() -> None:
        while True:
            code = new_code()
            links = [f"room={code}&secret={new_secret()}", f"room={code}&secret={new_secret()}"]
            for link in (*links, f"room={new_code()}", f"room={code}"):
                with contextlib.suppress(websockets.WebSocketException):
                    async with Visit(url, f"{link}&only=students").connection() as visit:
                        await visit.open()
                        for forged in ("0", "99", "<script>"):
                            if "students_guess" in visit.ids:
                                visit.options["students_guess"] = [forged]
                                await visit.choose("students_guess", 0)
                                await visit.read()

    await asyncio.gather(*(one() for _ in range(20)))


async def uploads(url: str) -> None:
    """Files of 1 MB, put where Streamlit keeps those of a file uploader, for 20 visits."""

    def put(session: str, number: int) -> None:
        edge = b"--edge\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=edge"}
        place, body = f"{url}_stcore/upload_file/{session}/{number}", bytes(1_000_000)
        request = urllib.request.Request(
            place, edge + body + b"\r\n--edge--\r\n", headers, method="PUT"
        )
        with contextlib.suppress(OSError):
            urllib.request.urlopen(request, timeout=5)

    async with contextlib.AsyncExitStack() as held:
        visits = [Visit(url) for _ in range(20)]
        for visit in visits:
            await held.enter_async_context(visit.connection())
            await visit.open()
        for number in itertools.count():
            await asyncio.to_thread(put, visits[number % 20].session, number)


async def ballots(url: str) -> None:
    """Any number of fake learners who guess, or look, in one room."""
    code = new_code()
    async with Visit(url, f"room={code}&secret={new_secret()}").connection() as lecturer:
        await lecturer.open()

        async def one() -> None:
            while True:
                link = f"room={code}&only=students"
                with contextlib.suppress(websockets.WebSocketException):
                    async with Visit(url, link).connection() as visit:
                        await visit.open()
                        await visit.choose("students_guess", random.randrange(3))
                        await visit.read()

        await asyncio.gather(*(one() for _ in range(20)))


async def greedy(url: str) -> None:
    """20 connections of one browser that press for ever new studies."""
    plans = itertools.product(range(1, 101), range(1, 31))

    async def press() -> None:
        async with Visit(url).connection() as visit:
            await visit.open()
            for batch_size, student in plans:
                visit.link = f"batch_size={batch_size}&student={student}&epochs=200"
                visit.options["student"] = list(map(str, range(1, 31)))
                await visit.move("epochs", 200)
                await visit.move("batch_size", batch_size)
                await visit.choose("student", student - 1)
                await visit.press()
                await visit.catch(0.2)

    await again_and_again(press, 20)  # it has asked for too much, and is cut


async def links(url: str) -> None:
    """G1 and G7: links with invalid rooms, secrets, plans and guesses."""
    wrong = ["A;Max-Age=1", "ABCE\r\nX: 1", "a" * 4000, "%00", "ABCE; Path=/", "[]", "'\"><script>"]
    for text in itertools.cycle(wrong):
        query = urlencode({"room": text, "secret": text, "plan": text, "only": "students"})
        with contextlib.suppress(websockets.WebSocketException):
            async with Visit(url, query, f"lead_ABCE={quote(text)}").connection() as visit:
                await visit.open()
                if "students_guess" in visit.ids:
                    visit.options["students_guess"] = [text]
                    await visit.choose("students_guess", 0)
                    await visit.read()


async def streams(url: str) -> None:
    """G2: somebody who knows the code asks for the lecturer's stream of counts, and for others."""
    code, secret = new_code(), new_secret()
    async with Visit(url, f"room={code}&secret={secret}").connection() as lecturer:
        await lecturer.open()

        def ask(query: str) -> None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}room/{code}{query}", timeout=1).read()

        while True:
            asked = [
                asyncio.to_thread(ask, query) for query in ("?count", "?count&secret=x", "") * 5
            ]
            await asyncio.gather(*asked)


async def crowded(url: str) -> None:
    """G3 and G4: somebody at a hall's address keeps opening rooms while the lecturer is there."""
    code, secret = new_code(), new_secret()
    async with Visit(url, f"room={code}&secret={secret}&projected=true").connection() as lecturer:
        await lecturer.open()
        stream = asyncio.to_thread(
            urllib.request.urlopen, f"{url}room/{code}?count&secret={secret}", timeout=600
        )
        async with contextlib.AsyncExitStack() as held:
            held.push((await stream).__exit__)
            while True:
                link = f"room={new_code()}&secret={new_secret()}"
                async with Visit(url, link).connection() as visit:
                    await visit.open()
                async with Visit(url, f"room={code}").connection() as visit:
                    await visit.open()
                    assert visit.data["ask_room"]["unless"] == "follows", "the room is gone"


async def scribbler(url: str) -> None:
    """G5: a writer whose picture is taken out writes it again, a pixel more each time."""
    code, secret = new_code(), new_secret()
    led = f"room={code}&secret={secret}&projected=true&only=own_exam"
    async with Visit(url, led).connection() as lecturer:
        await lecturer.open()
        async with Visit(url, f"room={code}&only=own_exam").connection() as writer:
            await writer.open()
            while True:
                await writer.tell("writing_of_hall", "written", drawing(0))
                await lecturer.tell("hall_sheet", "removed", 0)
                assert not lecturer.data["hall_sheet"]["numbers"], "it stands on the wall again"


async def foreigners(url: str) -> None:
    """G6: pages of other hosts open the websocket, or say that they are of the host they ask."""
    for number in itertools.count():
        host = ["[", "a/b", f"{number}.example"][number % 3].encode()
        origin = [b"null", b"http://[::1]", b"http://" + host][number % 4 % 3]
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(*url.split("/")[2].split(":"))
            lines = handshake(url).splitlines()
            lines[1] = b"Host: " + host + b"\r\nOrigin: " + origin
            writer.write(b"\r\n".join([*lines, b""]) + b"\r\n")
            await reader.read(100)
            writer.close()


async def bloat(url: str) -> None:
    """What the page might keep: long keys, many hashes, nested reports, files spelt otherwise."""
    with urllib.request.urlopen(url, timeout=20) as document:
        script = re.search(r"static/js/[\w.-]+\.js", document.read().decode())
    assert script
    for number in itertools.count():
        spelt = script[0].replace("/", "/" + "./" * (number % 500 + 1), 1)
        request = urllib.request.Request(url + spelt, headers={"Accept-Encoding": "gzip"})
        await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=20).read())  # noqa: B023
        with contextlib.suppress(websockets.WebSocketException):
            async with Visit(url).connection() as visit:
                await visit.open()
                key = f"$$ID-{'0' * 32}-{number}{'x' * 900_000}"
                await visit.ask(WidgetState(id=key, bool_value=True))
                message = BackMsg()
                message.rerun_script.cached_message_hashes.extend(map(str, range(130_000)))
                await visit.socket.send(message.SerializeToString())
                nested = json.loads("[" * 900 + "]" * 900)
                await visit.tell("paper", "weights", nested)


async def junk(url: str) -> None:
    """Frames that are thrown away, as fast as one connection can send them, and large ones."""
    message = BackMsg()
    message.file_urls_request.file_names.append("x" * 900_000)
    large = message.SerializeToString()
    while True:
        with contextlib.suppress(websockets.WebSocketException):
            async with Visit(url).connection() as visit:
                await visit.open()
                for number in itertools.count():
                    await visit.socket.send("x" if number % 100 else large)


async def equals(url: str) -> None:
    """200 sessions that ask for a small part of the page as soon as the last one has come."""

    async def one() -> None:
        async with Visit(url).connection() as visit:
            await visit.open()
            while True:
                await visit.ask(within="batch_size")
                await visit.read()

    await again_and_again(one, 200)


async def crowd(url: str) -> None:
    """Runs of the page, asked for by 40 connections, each faster than it is served."""

    async def one() -> None:
        async with Visit(url).connection() as visit:
            await visit.open()
            while True:
                await visit.ask()
                await visit.catch(0.05)

    await again_and_again(one, 40)


async def flood(url: str) -> None:
    """40 connections that move a slider seven times a second, and read what comes."""

    async def move(visit: Visit) -> None:
        for number in itertools.count():
            moved = WidgetState(id=visit.ids["batch_size"])
            moved.double_array_value.data.append(number % 100 + 1)
            await visit.ask(moved, within="batch_size")
            await asyncio.sleep(0.15)

    async def one() -> None:
        async with Visit(url).connection() as visit:
            await visit.open()
            moving = asyncio.create_task(move(visit))
            try:
                while True:
                    await visit.read_one()
            finally:
                moving.cancel()

    await again_and_again(one, 40)


async def nothing_there(url: str) -> None:
    """Files that there are not, under long names; and addresses as long as they can be."""
    address = f"{url}?{urlencode({'state': ','.join(['students.0-1'] * 4_000)})}"
    request = urllib.request.Request(address, headers={"Accept": "text/html"})
    while True:
        with contextlib.suppress(websockets.WebSocketException):
            async with Visit(url).connection() as visit:
                await visit.open()
                for name in itertools.cycle(("x" * 900_000, "x")):
                    message = BackMsg()
                    message.backend_operation_request.request_id = name
                    message.backend_operation_request.deferred_file.file_id = name
                    await visit.socket.send(message.SerializeToString())
                    await asyncio.to_thread(lambda: urllib.request.urlopen(request).read())


def handshake(url: str) -> bytes:
    return (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: {url.split('/')[2]}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(random.randbytes(16)).decode()}\r\n"
        "Sec-WebSocket-Protocol: streamlit\r\n\r\n"
    ).encode()


async def open_raw(url: str) -> asyncio.StreamWriter:
    """A websocket that sends what no library would."""
    _, writer = await asyncio.open_connection(*url.split("/")[2].split(":"))
    writer.write(handshake(url))
    await writer.drain()
    return writer


async def unfinished(url: str) -> None:
    """300 connections that send all of a message but its end."""
    writers = []
    for _ in range(300):
        writers.append(await open_raw(url))
        writers[-1].write(b"\x82\xff" + MAX_MESSAGE.to_bytes(8, "big") + bytes(4))
        writers[-1].write(bytes(MAX_MESSAGE - 1))
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(writers[-1].drain(), 1.0)
    await asyncio.Event().wait()


async def tiny(url: str) -> None:
    """Frames of six bytes, pings, and chunks of one byte, from 90 connections that read nothing."""
    host = url.split("/")[2]

    async def send(begin: bytes, part: bytes, is_websocket: bool) -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError):
                if is_websocket:
                    writer = await open_raw(url)
                else:
                    _, writer = await asyncio.open_connection(*host.split(":"))
                writer.write(begin)
                while True:
                    writer.write(part * 10_000)
                    await asyncio.wait_for(writer.drain(), SECONDS)

    chunked = f"POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    parts, pings = b"\x00\x80" + bytes(4), b"\x89\x80" + bytes(4)
    ways = (
        (b"\x02\x80" + bytes(4), parts, True),
        (b"", pings, True),
        (chunked, b"1\r\nx\r\n", False),
    )
    await asyncio.gather(*(send(*way) for _ in range(30) for way in ways))


@contextlib.asynccontextmanager
async def open_small(url: str, request: bytes = b"") -> AsyncIterator[socket.socket]:
    """A websocket, or a request, that takes as little unread as one over a wireless network."""
    loop, (host, port) = asyncio.get_running_loop(), url.split("/")[2].split(":")
    with socket.socket() as line:
        line.setblocking(False)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1_448)
        await loop.sock_connect(line, (host, int(port)))
        await loop.sock_sendall(line, request or handshake(url))
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += await loop.sock_recv(line, 1)
        yield line


def asked(fragment: str) -> bytes:
    message = BackMsg()
    message.rerun_script.fragment_id = fragment
    return message.SerializeToString()


def asking_for(fragment: str) -> bytes:
    """A frame that asks for a part of the page."""
    data = asked(fragment)
    assert len(data) < 126
    return bytes((0x82, 0x80 + len(data))) + bytes(4) + data


async def unread(url: str) -> None:
    """100 connections that ask for the page, read a byte of it and come anew a second later."""
    loop = asyncio.get_running_loop()

    async def one() -> None:
        async with open_small(url) as line:
            await loop.sock_sendall(line, asking_for(""))
            await loop.sock_recv(line, 1)
            await asyncio.sleep(1.05)

    await again_and_again(one, 100)


def asking_for_much() -> bytes:
    """A request for the largest file, of 4 MB."""
    scripts = Path(streamlit.__file__).parent.glob("static/static/js/*.js")
    largest = max(scripts, key=lambda script: script.stat().st_size).name
    return f"GET /static/js/{largest} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


async def hoarders(url: str) -> None:
    """300 connections that ask for a file of 4 MB and read nothing, new every five seconds."""

    async def one() -> None:
        async with open_small(url, asking_for_much()):
            await asyncio.sleep(5.0)

    await again_and_again(one, 300)


async def sippers(url: str) -> None:
    """3,000 connections that ask for a file of 4 MB, and read 3 kB of it every second."""

    async def one() -> None:
        async with open_small(url, asking_for_much()) as line:
            while await asyncio.get_running_loop().sock_recv(line, 3_000):
                await asyncio.sleep(1.0)

    await again_and_again(one, 3_000)


async def gulpers(url: str) -> None:
    """1,000 connections that load a file of 4 MB as fast as they can, again and again."""
    host, port = url.split("/")[2].split(":")

    async def one() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        with contextlib.closing(writer):
            writer.write(asking_for_much().replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            while await reader.read(65_536):
                pass

    await again_and_again(one, 1_000)


async def strangers(url: str) -> None:
    """150 sessions of another address that open the page, ask six times, and are then replaced."""

    async def one() -> None:
        async with Visit(url, address=ELSEWHERE).connection() as visit:
            await visit.open()
            for _ in range(6):
                await visit.ask(within="batch_size")
                await visit.read()

    await again_and_again(one, 150)


async def resets(url: str, address: str = ELSEWHERE) -> None:
    """3,000 connections that begin a websocket, are gone as soon as it is there, and come anew."""
    host, port = url.split("/")[2].split(":")

    async def one() -> None:
        reader, writer = await asyncio.open_connection(host, int(port), local_addr=(address, 0))
        try:
            writer.write(handshake(url))
            await reader.read(1)
        finally:
            writer.transport.abort()

    await again_and_again(one, 3_000)


async def resets_here(url: str) -> None:
    """The same, from the address that the learners have."""
    await resets(url, "127.0.0.1")


async def hangups(url: str) -> None:
    """40 connections that ask for a file of 4 MB, hang up as soon as it comes, and come anew."""

    async def one() -> None:
        async with open_small(url, asking_for_much()) as line:
            await asyncio.get_running_loop().sock_recv(line, 100)
        await asyncio.sleep(0.05)

    await again_and_again(one, 40)


async def with_all_chapters(url: str) -> BackMsg:
    """What asks for the page with all of its chapters open."""
    async with Visit(url).connection() as visit:
        await visit.open()
        ids = [id for key, id in visit.ids.items() if key.endswith("_open")]
    page = BackMsg()
    states = (WidgetState(id=id, bool_value=True) for id in ids)
    page.rerun_script.widget_states.widgets.extend(states)
    return page


async def piles(url: str) -> None:
    """500 connections that read all, and send 280 kB of pages with all chapters at once."""
    page = await with_all_chapters(url)
    page.rerun_script.cached_message_hashes.extend(f"{number:064}" for number in range(410))

    async def one() -> None:
        async with Visit(url).connection() as visit:
            for _ in range(10):
                await visit.socket.send(page.SerializeToString())
            async for _ in visit.socket:
                pass

    await again_and_again(one, 500)


async def starts(url: str) -> None:
    """40 connections, new each time, whose address starts a study that nobody has computed."""
    plans = itertools.product(range(1, 31), range(1, 101), range(50, 201))

    async def one() -> None:
        student, batch_size, epochs = next(plans)
        link = f"start=true&student={student}&batch_size={batch_size}&epochs={epochs}"
        async with Visit(url, link).connection() as visit:
            await visit.open()
            await visit.catch(1.0)

    await again_and_again(one, 40)


async def patient(url: str) -> None:
    """40 visits of another address, each new once its study of 200 passes has ended."""
    plans = itertools.product(range(1, 31), range(1, 101))

    async def one() -> None:
        student, batch_size = next(plans)
        link = f"student={student}&batch_size={batch_size}&epochs=200"
        await Visit(url, link, address=ELSEWHERE).study_alone()

    await again_and_again(one, 40)


async def scattered(url: str) -> None:
    """Two visits at each of six other addresses, which press a new study of 200 passes each 4 s."""
    plans = itertools.product(range(1, 31), range(1, 13))
    addresses = itertools.cycle(f"127.0.0.{number}" for number in range(11, 17))

    async def one() -> None:
        async with Visit(url, "epochs=200", address=next(addresses)).connection() as visit:
            await visit.open()
            for student, batch_size in plans:
                visit.link = f"student={student}&batch_size={batch_size}&epochs=200"
                await visit.move("batch_size", batch_size)
                await visit.press()
                await visit.catch(4.0)

    await again_and_again(one, 12)


async def fillers(url: str) -> None:
    """45 visits of another address, which have 500 studies wait: chapters, at ever new settings."""
    links = itertools.cycle(f"only=students&reveal=true&batch_size={n}" for n in range(1, 101))

    async def one() -> None:
        async with Visit(url, next(links), address=ELSEWHERE).connection() as visit:
            await visit.open()
            await visit.follow("ask_students")

    await again_and_again(one, 45)


async def redrawn(url: str) -> None:
    """From six other addresses ten connections each have the page draw a chapter again and again.

    It is complete, so that drawing it takes ten times as long as a press.
    """
    addresses = itertools.cycle(f"127.0.0.{number}" for number in range(11, 17))

    async def one() -> None:
        address = next(addresses)
        async with Visit(url, "only=pianist&reveal=true", address=address).connection() as visit:
            await visit.open()
            await visit.follow("ask_pianist")
            while True:
                await visit.ask(within="ask_pianist")
                await visit.read()

    await again_and_again(one, 60)


async def no_part(url: str) -> None:
    """200 connections that ask for parts of the page that there are not, new every four seconds."""

    async def one() -> None:
        async with open_small(url) as line:
            await asyncio.get_running_loop().sock_sendall(line, asking_for("x") * 10)
            await asyncio.sleep(4.0)

    await again_and_again(one, 200)


async def fresh(url: str) -> None:
    """100 connections, new each time, that ask for the page with all of its chapters open."""
    page = await with_all_chapters(url)

    async def one() -> None:
        async with Visit(url).connection() as visit:
            await visit.socket.send(page.SerializeToString())
            await visit.read()

    await again_and_again(one, 100)


def connect_again(visit: Visit) -> websockets.connect:
    """A connection that takes the session of that visit, as if its line had been away."""
    address = visit.url.replace("http", "ws", 1) + "_stcore/stream"
    return websockets.connect(address, subprotocols=["streamlit", "none", visit.session])


async def returned(url: str) -> None:
    """60 sessions; each comes back in a new connection every second, and asks for a part."""

    async def one() -> None:
        async with Visit(url).connection() as visit:
            await visit.open()
            part = visit.fragments["batch_size"]
            while True:
                async with connect_again(visit) as line:
                    await line.send(asked(part))
                    await asyncio.sleep(1.0)

    await asyncio.gather(*(one() for _ in range(60)))


async def taken(url: str) -> None:
    """100 connections, whose session another one has taken, ask for the page six times in 8 s."""
    async with Visit(url).connection() as visit:
        await visit.open()
        while True:
            async with contextlib.AsyncExitStack() as held:
                lines = [await held.enter_async_context(connect_again(visit)) for _ in range(101)]
                for line in lines[:-1]:
                    for _ in range(6):
                        await line.send(asked(""))
                await asyncio.sleep(8.0)


async def robbed(url: str) -> None:
    """Ten sessions; each asks for the page, and loses its connection as soon as its run begins."""

    async def one() -> None:
        async with Visit(url).connection() as visit:
            await visit.open()
            lines = [await connect_again(visit)]
            while True:
                await lines[-1].send(asked(""))
                await lines[-1].recv()
                lines.append(await connect_again(visit))
                if len(lines) > 30:  # those that have lost it stay for a while
                    await lines.pop(0).close()

    await again_and_again(one, 10)


async def left(url: str) -> None:
    """60 sessions; each comes back, asks for nine chapters, and is gone before they are there."""

    async def one() -> None:
        async with Visit(url).connection() as visit:
            await visit.open()
            for key in [key for key in visit.ids if key.endswith("_open")][:9]:
                await visit.unfold(key)
                await visit.read()
            small = visit.fragments["batch_size"]
            large = [part for part in dict.fromkeys(visit.fragments.values()) if part][-9:]
            while True:
                line = await connect_again(visit)
                await line.send(asked(small))
                await line.recv()
                for part in large:
                    await line.send(asked(part))
                line.transport.abort()
                await asyncio.sleep(0.5)

    await again_and_again(one, 60)


async def cookies(url: str) -> None:
    """Fifty requests a second with 8 kB of the start of a cookie name, or 15 kB in quotes."""
    cookie = b"Cookie: " + b"_streamlit_" * 730 + b"\r\nUpgrade: websocket"
    handshaking = handshake(url).replace(b"Upgrade: websocket", cookie)
    asking = b'GET / HTTP/1.1\r\nHost: a\r\nCookie: learner="' + b"\\" * 15_000 + b'"\r\n\r\n'
    for request in itertools.cycle((handshaking, asking)):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(*url.split("/")[2].split(":"))
            writer.write(request)
            await asyncio.sleep(0.02)
            writer.close()


async def addresses(url: str) -> None:
    """50 connections that ask for the page under addresses of 4 and of 15 kB, without pause."""
    head = b" HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\r\n"

    async def one() -> None:
        for letters in (3_990, 15_000):
            reader, writer = await asyncio.open_connection(*url.split("/")[2].split(":"))
            writer.write(b"GET /?" + (b"%zz&" * letters)[:letters] + head)
            await reader.read()
            writer.close()

    await again_and_again(one, 50)


async def noise(url: str) -> None:
    """What would be logged without end: parts of the page that there are not, and no HTTP."""
    host, port = url.split("/")[2].split(":")
    async with Visit(url).connection() as visit:
        await visit.open()
        for number in itertools.count():
            message = BackMsg()
            message.rerun_script.fragment_id = f"{number:0100}"
            await visit.socket.send(message.SerializeToString())
            await visit.catch(0.01)
            _, writer = await asyncio.open_connection(host, port)
            writer.write(b"no HTTP\r\n\r\n")
            writer.close()


def drawing(at: int) -> dict:
    """Random noise that might pass for a digit, different each time."""
    noise = np.zeros((2, 28, 28), np.uint8)
    noise[:, 4:24, 4:24] = np.random.default_rng().choice((0, 255), (2, 20, 20), p=(0.9, 0.1))
    form, small = (base64.b64encode(each.tobytes()).decode() for each in noise)
    return {"at": at, "centred": form, "small": small, "typed": False}


async def drawings(url: str) -> None:
    """20 connections that forge digits, write exams and have them studied, in a loop."""
    forged = [None, [], {"at": 99}, {"at": "0"}, {"at": True}, drawing(-1), {"at": 0, "centred": 7}]
    forged += [drawing(0) | {"centred": text} for text in ("", "?", "A" * 1_000_000, "/" * 1045)]

    async def one() -> None:
        async with Visit(url, "only=own_exam").connection() as visit:
            await visit.open()
            for sent in (*forged, *map(drawing, range(10))):
                await visit.tell("writing", "written", sent)
            await visit.choose("own_exam_guess", 0)
            await visit.read()
            await visit.press("own_exam_begin")
            await visit.catch(1.0)

    await again_and_again(one, 20)


NUISANCES: dict[str, Nuisance] = {
    act.__name__: act
    for act in (
        abandoned,
        settings,
        reruns,
        downloads,
        large,
        silent,
        rooms,
        uploads,
        ballots,
        drawings,
        greedy,
        links,
        streams,
        crowded,
        scribbler,
        foreigners,
        bloat,
        junk,
        crowd,
        equals,
        flood,
        nothing_there,
        unfinished,
        tiny,
        unread,
        hoarders,
        sippers,
        gulpers,
        strangers,
        resets,
        resets_here,
        hangups,
        piles,
        starts,
        patient,
        scattered,
        fillers,
        redrawn,
        idle,
        no_part,
        fresh,
        returned,
        taken,
        robbed,
        left,
        cookies,
        addresses,
        noise,
    )
}


async def learners(url: str, until: float) -> list[tuple[float, float]]:
    """One a second: how long each waits for the page, and for the first pass after the press.

    The waits are infinite for a learner who was not served in time.
    """
    waits: list[tuple[float, float]] = []

    async def one(number: int) -> None:
        visit, came = Visit(url, f"student={number % 30 + 1}&epochs=5"), time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await visit.study_alone()
            waits.append((visit.pressed - came, visit.first_pass - visit.pressed))
        except (OSError, websockets.WebSocketException, TimeoutError):
            waits.append((math.inf, math.inf))

    coming = []
    while time.monotonic() < until:
        coming.append(asyncio.create_task(one(len(coming))))
        await asyncio.sleep(1.0)
    await asyncio.gather(*coming)
    return waits


HONEST, COME_WITHIN = 40, 10.0  # learners, and the seconds in which they come
CHAPTER = "repetition"


async def honest_waits(url: str) -> list[list[float]]:
    """How long each of them waits for the defaults, for 200 passes, and for a chapter."""

    async def one(number: int) -> list[float]:
        await asyncio.sleep(COME_WITHIN * number / HONEST)
        waits = []
        for link in ("", f"epochs=200&student={number % 30 + 1}"):
            visit = Visit(url, link)
            await visit.study_alone()
            waits.append(visit.ended - visit.pressed)
        async with Visit(url, f"only={CHAPTER}").connection() as visit:
            await visit.open()
            await visit.choose(f"{CHAPTER}_guess", 0)
            await visit.read()
            pressed = time.monotonic()
            await visit.press(f"{CHAPTER}_begin")
            await visit.read()
            await visit.follow(f"ask_{CHAPTER}")
            waits.append(time.monotonic() - pressed)
        return waits

    return await asyncio.gather(*map(one, range(HONEST)))


def compare(project: Path) -> None:
    """The waits of honest learners without and with those that keep asking for new studies.

    `python -m tests.tools.abuse --fair [a folder with another commit]`
    """
    for name in ("", "greedy", "patient", "scattered", "fillers"):
        with (
            tempfile.TemporaryDirectory() as folder,
            running_server(Path(folder) / "log.txt", project) as server,
        ):
            asyncio.run(learners(server.url, time.monotonic() + WARM_SECONDS))
            command = [sys.executable, "-m", "tests.tools.abuse", "--only", name, server.url]
            with subprocess.Popen(command) if name else contextlib.nullcontext() as nuisance:
                if nuisance:
                    time.sleep(5.0)  # until all are there
                waits = asyncio.run(honest_waits(server.url))
                if nuisance:
                    nuisance.kill()
        for number, what in enumerate(("defaults", "200 passes", CHAPTER)):
            column = [each[number] for each in waits]
            print(
                f"{name or 'alone':7} {what:11} median {statistics.median(column):5.2f} s", end=""
            )
            print(f", worst {max(column):5.2f}", flush=True)


def try_one(name: str) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))  # with which the page starts
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as server,
    ):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        asyncio.run(learners(server.url, time.monotonic() + WARM_SECONDS))
        page = psutil.Process(server.pid)
        memory, log = memory_of(server), server.log.stat().st_size
        command = [sys.executable, "-m", "tests.tools.abuse", "--only", name, server.url]
        with subprocess.Popen(command) as nuisance:
            waits = asyncio.run(learners(server.url, time.monotonic() + SECONDS))
            openings, first_passes = zip(*waits, strict=True)
            most, files = memory_of(server), page.num_fds()
            assert nuisance.poll() is None, f"{name} has ended by itself"
            nuisance.kill()
        ended = time.monotonic()
        while (kept := memory_of(server) - memory) > KEPT and time.monotonic() < ended + REST:
            time.sleep(1.0)
        logged = server.log.stat().st_size - log
        served = sum(map(math.isfinite, openings))
        print(f"{name}: {served} of {len(waits)} learners served;", end=" ")
        for what, seconds in (("opening", openings), ("first pass", first_passes)):
            print(f"{what} {statistics.median(seconds):.2f} s, worst {max(seconds):.2f};", end=" ")
        print(f"{files} files open; memory", end=" ")
        print(f"{(most - memory) / 1e6:+.0f} MB, {kept / 1e6:+.0f} after", end=" ")
        print(f"{time.monotonic() - ended:.0f} s; log {logged / 1e6:+.2f} MB", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--only"]:
        asyncio.run(NUISANCES[sys.argv[2]](sys.argv[3]))
    elif sys.argv[1:2] == ["--fair"]:
        compare(Path(sys.argv[2]) if sys.argv[2:] else ROOT)
    else:
        for chosen in sys.argv[1:] or NUISANCES:
            try_one(chosen)
