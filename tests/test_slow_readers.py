"""Clients that read nothing of what they asked for are ended, but not those that read slowly."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator

import pytest
import uvicorn

from exam.server import slow_readers
from exam.server.app import MEMORY_PER_FILE, raise_file_limit
from exam.server.slow_readers import SlowReaders, Transport, bound_slow_readers
from exam.service import machine
from tests.visit import run

PATIENCE = 60.0  # seconds
ANSWER = 30_000_000  # bytes, more than the buffers of both ends hold
HALL = 700
REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def answer(scope: dict, receive, send) -> None:
    if scope["type"] == "http":
        length = [(b"content-length", str(ANSWER).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        for _ in range(ANSWER // 50_000):
            await send({"type": "http.response.body", "body": bytes(50_000), "more_body": True})
        await send({"type": "http.response.body"})


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[int]:
    """The port of a server that answers much."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 10_000)  # as small as on a slow line
        server = uvicorn.Server(uvicorn.Config(answer, http="h11", log_config=None))
        running = asyncio.create_task(server.serve([door]))
        try:
            async with asyncio.timeout(PATIENCE):
                yield door.getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            await running


async def ask(port: int, address: str = "127.0.0.1") -> socket.socket:
    line = socket.socket()
    line.bind((address, 0))
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
    await asyncio.get_running_loop().sock_sendall(line, REQUEST)
    return line


async def read(line: socket.socket, most: int = 2 * ANSWER) -> int:
    """How much of the answer comes, up to so many bytes."""
    loop, length = asyncio.get_running_loop(), 0
    with contextlib.suppress(ConnectionError):
        while length < most and (part := await loop.sock_recv(line, min(65_536, most - length))):
            length += len(part)
    return length


@pytest.fixture(autouse=True)
def readers(monkeypatch) -> SlowReaders:
    for name in ("_maybe_pause_protocol", "_maybe_resume_protocol"):
        monkeypatch.setattr(Transport, name, getattr(Transport, name))
    monkeypatch.setattr(slow_readers, "LOOK_SECONDS", 0.05)
    return bound_slow_readers()


@pytest.mark.parametrize("at_once", [500_000, 1_000])
def test_who_reads_nothing_is_ended_and_who_reads_slowly_is_not(monkeypatch, at_once):
    """Though it reads so slowly that something waits to be read all the time."""
    monkeypatch.setattr(slow_readers, "MAX_SECONDS", 1.0)

    async def serve() -> tuple[int, int]:
        async with serving() as port:
            silent, slow = await ask(port), await ask(port)
            came = 0
            for _ in range(60):
                came += await read(slow, at_once)
                await asyncio.sleep(0.05)
            return await read(silent), came + await read(slow)

    silent, slow = run(serve())
    assert silent < ANSWER < slow


def test_of_too_many_those_end_first_that_have_read_nothing_for_longest(monkeypatch):
    """500 clients that had read something just once used to keep out all that came later."""
    monkeypatch.setattr(slow_readers, "MAX_KEPT", 3 * 120_000)
    ended: list[int] = []

    async def serve() -> int:
        async with serving() as port:
            lines, came = [], 0
            reader = await ask(port)
            for _ in range(8):
                lines.append(await ask(port))
                await read(lines[-1], 200_000)
                came += await read(reader, 200_000)
            while len(ended) < 6:
                ended.extend(n for n, line in enumerate(lines) if n not in ended and is_reset(line))
                came += await read(reader, 10_000)
                await asyncio.sleep(0.001)  # or a reader that was ended would never be noticed
            return came + await read(reader)

    assert run(serve()) > ANSWER
    assert ended == [0, 1, 2, 3, 4, 5]


def test_an_answer_of_which_little_waits_is_ended_as_well(monkeypatch):
    """A response of which the kernel had taken all but a few kB was once kept indefinitely."""
    monkeypatch.setattr(slow_readers, "MAX_SECONDS", 0.5)
    monkeypatch.setattr(sys.modules[__name__], "ANSWER", 50_000)

    async def serve() -> None:
        async with serving() as port:
            silent = await ask(port)
            while not is_reset(silent):
                await asyncio.sleep(0.05)

    run(serve())


def test_who_is_gone_is_soon_forgotten(readers):
    """With all that it had, it was once kept for as long as one who may yet read."""

    async def serve() -> None:
        async with serving() as port:
            silent = await ask(port)
            while not readers._waiting:
                await asyncio.sleep(0.01)
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, slow_readers.RESET)
            silent.close()
            while readers._waiting:
                await asyncio.sleep(0.01)

    run(serve())


def test_who_opens_most_loses_nobody_elses(monkeypatch):
    """A client that read a little on each of 2,800 connections once had a hall's phones ended."""
    monkeypatch.setattr(slow_readers, "MAX_KEPT", 4 * 120_000)

    async def serve() -> None:
        async with serving() as port:
            phone, many = await ask(port), []
            while not (ended := [n for n, line in enumerate(many) if is_reset(line)]):
                many.append(await ask(port, "127.0.0.2"))
                await asyncio.sleep(0.05)
            assert ended == [0] and not is_reset(phone)

    run(serve())


def test_a_hall_whose_line_is_full_is_served():
    """Its phones open the page with six connections each; once, 500 of all could wait."""
    raise_file_limit()

    async def serve() -> list[int]:
        async with serving() as port:
            lines = [await ask(port) for _ in range(HALL)]
            came = [0] * HALL
            for _ in range(50):  # in turn, a little each
                for number, line in enumerate(lines):
                    came[number] += await read(line, 2_000)
            return came

    assert run(serve()) == [100_000] * HALL


def is_reset(line: socket.socket) -> bool:
    return line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


def test_on_a_small_machine_fewer_connections_are_served(monkeypatch):
    """The sum of all limits once took more than 1 GB, so the system ended the server."""
    for known, files in ((0, 60_000), (1 << 30, 1_789), (1 << 40, 60_000)):
        monkeypatch.setattr(machine, "memory", lambda known=known: known)
        assert machine.affordable(60_000, MEMORY_PER_FILE) == files
