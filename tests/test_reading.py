"""What reading costs is shared among connections; with asyncio's own server, and the page's."""

import asyncio
import contextlib
import http.client
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
import uvicorn
import websockets
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from exam.server import reading
from exam.server.connection import Connection
from exam.server.reading import LIGHT_SECONDS, MAX_SHARE, PAUSE_READING_BYTES, READ_BYTES
from exam.server.reading_cost import MOST, OF_A_RUN, charge
from exam.server.request_turns import RequestTurns
from tests.visit import run

COSTS = 0.002  # seconds, that the thread takes for what it reads at a time
GREEDY, LASTS, PATIENCE = 20, 2.0, 60.0  # connections, and seconds


@pytest.fixture(autouse=True)
def shared_reading(monkeypatch) -> None:
    """In this process, as in the server's; put back after the test."""
    for name in ("max_size", "_read_ready__data_received"):
        monkeypatch.setattr(reading.Transport, name, getattr(reading.Transport, name))
    monkeypatch.setattr(reading.H11Protocol, "connection_made", reading.H11Protocol.connection_made)
    reading.limit_reading(RequestTurns(max_waiting=1_000))


class Reader(asyncio.Protocol):
    """Takes a while for all that it reads, and says how much that was."""

    sizes: list[int]
    spent: float
    answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        began = time.thread_time()
        while time.thread_time() < began + COSTS:
            pass
        type(self).sizes.append(len(data))
        type(self).spent += time.thread_time() - began
        self.transport.write(self.answer)


@pytest.fixture
def reader() -> type[Reader]:
    return type("Reader", (Reader,), {"sizes": [], "spent": 0.0})


async def listen(reader: type[Reader]) -> tuple[asyncio.Server, tuple[str, int]]:
    server = await asyncio.get_running_loop().create_server(reader, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()


def send_without_end(address: tuple[str, int]) -> socket.socket:
    """A connection that has sent as much as it can, and reads nothing."""
    connection = socket.create_connection(address)
    connection.setblocking(False)
    try:
        while True:
            connection.send(bytes(65_536))
    except BlockingIOError:
        return connection


def test_those_that_send_much_take_a_share_of_the_thread_however_many_they_are(reader):
    async def send() -> float:
        server, address = await listen(reader)
        greedy = [send_without_end(address) for _ in range(GREEDY)]
        began = time.monotonic()
        while time.monotonic() < began + LASTS:
            await asyncio.sleep(0.01)
        took = time.monotonic() - began
        for each in greedy:
            each.close()
        server.close()
        return took

    took = run(send())
    free = GREEDY * (LIGHT_SECONDS + 2 * COSTS)
    assert max(reader.sizes) == READ_BYTES
    assert free / 2 < reader.spent < free + 1.5 * MAX_SHARE * took


def test_who_reads_no_answers_is_not_read(reader):
    reader.answer = bytes(PAUSE_READING_BYTES)
    kept: list[int] = []

    async def send() -> None:
        server, address = await listen(reader)
        unread = send_without_end(address)
        began = time.monotonic()
        while time.monotonic() < began + (
            LASTS if max(kept, default=0) > PAUSE_READING_BYTES else PATIENCE
        ):
            transports = asyncio.get_running_loop()._transports.values()  # type: ignore
            kept.extend(each.get_write_buffer_size() for each in transports)
            await asyncio.sleep(0.01)
        unread.close()
        server.close()

    run(send())
    assert PAUSE_READING_BYTES < max(kept) <= 2 * PAUSE_READING_BYTES


def test_requests_that_wait_for_no_answer_end_their_connection(server):
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:

        def read_answers() -> None:
            with contextlib.suppress(OSError):
                while connection.recv(65_536):
                    pass

        threading.Thread(target=read_answers, daemon=True).start()
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            while True:
                connection.sendall(100 * request)


def test_a_request_that_is_longer_than_what_is_read_at_once_is_answered(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    with contextlib.closing(connection):
        for _ in range(3):
            connection.request("GET", "/", headers={"Accept-Language": "ko," * READ_BYTES})
            answer = connection.getresponse()
            assert answer.status == 200 and answer.read()


# It is refused, without a response, because of one line of 9,000 characters.
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Long: " + b"a" * 9_000 + b"\r\n\r\n"
)


@contextlib.asynccontextmanager
async def uvicorn_with(app: ASGIApp) -> AsyncIterator[int]:
    """It serves this app, as the page is served; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        config = uvicorn.Config(app, http="h11", ws="websockets-sansio", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([door]))
        async with asyncio.timeout(PATIENCE):
            yield door.getsockname()[1]
        server.should_exit = server.force_exit = True
        await serving


@pytest.mark.parametrize(
    "sent, is_refused",
    [
        (b"", False),
        (b"GET / HTTP/1.1", True),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a", True),
        (HANDSHAKE, True),
        (HANDSHAKE.split(b"Long")[0] + b"X: a\r\n" * 200 + b"\r\n", True),
    ],
)
def test_a_request_that_is_never_whole_ends_its_connection(monkeypatch, sent, is_refused):
    """And no other: one that is still answered, or a websocket, which has a limit of its own.

    Without an answer, a proxy would ask another server, which knows none of this one's rooms.
    """
    monkeypatch.setattr(reading, "REQUEST_SECONDS", 0.2)
    is_answered = asyncio.Event()

    async def app(scope: dict, receive, send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await receive()
        elif scope["type"] == "http":
            await is_answered.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"answer"})

    async def serve() -> None:
        async with uvicorn_with(app) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            slow, slow_writer = await asyncio.open_connection("127.0.0.1", port)
            slow_writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            async with websockets.connect(f"ws://127.0.0.1:{port}") as line:
                writer.write(sent)
                if b"Host: a\r\n\r\n" in sent:
                    is_answered.set()
                got = b""
                with contextlib.suppress(ConnectionError):
                    while some := await reader.read(1_000):
                        got += some
                assert (b"503" in got) == is_refused
                await line.ping()
                is_answered.set()
                assert b"answer" in await slow.read(1_000)

    run(serve())


def test_a_connection_is_ended_a_while_after_its_last_answer_and_not_at_once():
    """A slow response may have ended just before the check, and was once taken for an old one."""
    protocol = reading.H11Protocol.__new__(reading.H11Protocol)
    protocol.cycle = SimpleNamespace(response_complete=False)
    protocol.conn = SimpleNamespace(trailing_data=(b"", False))
    line = Mock(**{"is_closing.return_value": False, "get_write_buffer_size.return_value": 0})
    line.get_protocol.return_value = protocol
    reading._end_if_idle(lambda: line, None, set())
    for is_closed in (False, True):  # at the next two looks
        protocol.cycle.response_complete = True
        _, look, *arguments = line._loop.call_later.call_args.args
        look(*arguments)
        assert line.close.called == is_closed


def test_no_connection_is_ended_whose_request_waits_for_its_turn():
    line = Mock(**{"is_closing.return_value": False})
    reading._end_if_idle(lambda: line, None, {line})
    _, look, *arguments = line._loop.call_later.call_args.args
    look(*arguments)
    assert not line.close.called


def test_where_too_much_waits_for_its_end_the_longest_message_ends(monkeypatch):
    """2,000 connections with 240 kB of an unfinished message each once held 600 MB indefinitely."""
    monkeypatch.setattr(reading, "MAX_UNFINISHED", 200_000)
    monkeypatch.setattr(reading, "DISMISSED_SECONDS", (0.05, 0.05))

    async def app(scope: dict, receive, send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            await receive()

    writers = []  # one that nobody has is closed

    async def begin(port: int, size: int) -> asyncio.StreamReader:
        """A websocket with all of a message of that size but its last byte."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HANDSHAKE.split(b"Long")[0] + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writers.append(writer)
        writer.write(struct.pack("!BBQI", 0x82, 0xFF, size, 0) + bytes(size - 1))
        return reader

    async def serve() -> None:
        async with uvicorn_with(app) as port:
            lines = [await begin(port, size) for size in (50_000, 120_000, 45_000)]
            with contextlib.suppress(ConnectionError):
                assert not await lines[1].read(1)
            assert not lines[0].at_eof() and not lines[2].at_eof()

    run(serve())


def test_who_has_something_run_pays_less_for_what_was_read():
    """Once, 40 key presses on a slider cost as much as a flood, and the browser had to wait."""
    left: list[float] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            return
        connection = Connection(scope, receive, send)
        await send({"type": "websocket.accept"})
        transport = connection.transport
        charge(transport, 10 * OF_A_RUN)
        spent = charge(transport, 0.0)
        connection.note_run(BackMsg())
        left.append(spent - charge(transport, 0.0))
        for _ in range(100):
            connection.note_run(BackMsg())
        left.append(charge(transport, 0.0))
        await send({"type": "websocket.close"})

    async def come() -> None:
        async with uvicorn_with(app) as port, websockets.connect(f"ws://127.0.0.1:{port}") as line:
            await line.wait_closed()

    run(come())
    assert left[0] == pytest.approx(OF_A_RUN, rel=0.1) and left[1] == 0.0


def test_for_a_collection_of_garbage_nobody_pays():
    class Line(asyncio.Transport):
        """As the server's, it can be referred to weakly."""

    assert charge(Line(), 1.0) <= MOST
