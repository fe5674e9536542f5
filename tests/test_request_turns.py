"""In which order requests are read; by the page's server, and by one of its kind."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import Mock

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from exam.server import accepting, reading
from exam.server.request_turns import RequestTurns
from tests.visit import run

SCRIPT, LEARNER = "127.0.0.3", "127.0.0.1"  # addresses of one machine
MANY, PATIENCE = 30, 60.0
REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(autouse=True)
def loop_as_it_was(monkeypatch) -> None:
    for owner, name in (
        (reading.Transport, "max_size"),
        (reading.Transport, "_read_ready__data_received"),
        (accepting.BaseSelectorEventLoop, "_start_serving"),
        (accepting.BaseSelectorEventLoop, "_accept_connection"),
        (reading.H11Protocol, "connection_made"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))


def read_in_turns(max_waiting: float = 1_000) -> RequestTurns:
    requests = RequestTurns(max_waiting)
    accepting.accept_in_turns(requests)
    reading.limit_reading(requests)
    return requests


class Page:
    """Notes who has asked, and in which turn of the loop."""

    connections: set  # of its server
    place: tuple[str, int]

    def __init__(self) -> None:
        self.asked: list[tuple[int, str]] = []
        self.turn = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.asked.append((self.turn, scope["client"][0]))
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

    async def wait_for(self, requests: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.asked) < requests:
                await asyncio.sleep(0)
                self.turn += 1


@asynccontextmanager
async def asked_by(*addresses: str) -> AsyncIterator[tuple[Page, list[socket.socket]]]:
    """A server, and a connection from each of these; all have asked before it accepts any."""
    page = Page()
    server = uvicorn.Server(uvicorn.Config(page, "127.0.0.1", 0, log_level="error", http="h11"))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(PATIENCE):
        while not server.started:
            await asyncio.sleep(0)
    page.connections = server.server_state.connections
    place = page.place = server.servers[0].sockets[0].getsockname()
    lines = [socket.create_connection(place, source_address=(each, 0)) for each in addresses]
    for line in lines:
        line.send(REQUEST)
    yield page, lines
    for line in lines:
        line.close()
    server.should_exit = True
    await serving


def test_one_is_read_before_what_it_begins_goes_on():
    read_in_turns()

    async def ask() -> list[int]:
        async with asked_by(*[LEARNER] * MANY) as (page, _):
            await page.wait_for(MANY)
            return [turn for turn, _ in page.asked]

    turns = run(ask())
    assert max(map(turns.count, turns)) == 1


def test_each_address_has_its_turn_however_many_ask_from_another():
    read_in_turns()

    async def ask() -> list[str]:
        async with asked_by(*[SCRIPT] * MANY, LEARNER, LEARNER) as (page, _):
            await page.wait_for(MANY + 2)
            return [address for _, address in page.asked]

    assert run(ask())[:4].count(LEARNER) == 2


def test_those_that_are_gone_take_no_turn():
    read_in_turns()

    async def ask() -> list[tuple[int, str]]:
        async with asked_by(*[SCRIPT] * MANY, LEARNER) as (page, lines):
            for line in lines[:-1]:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes((1, *[0] * 7)))
                line.close()
            await page.wait_for(1)
            return page.asked

    assert [address for _, address in run(ask())] == [LEARNER]


@pytest.mark.skipif(not hasattr(socket, "TCP_DEFER_ACCEPT"), reason="not of this system")
def test_who_sends_nothing_costs_nothing():
    """Connections that were opened and reset kept the thread busy, 3,000 of them a second."""
    read_in_turns()

    async def ask() -> int:
        async with asked_by(LEARNER) as (page, lines):
            silent = [socket.create_connection(page.place) for _ in range(MANY)]
            await page.wait_for(1)
            lines.append(socket.create_connection(page.place))
            lines[-1].send(REQUEST)  # accepted after all that are silent, if they were
            await page.wait_for(2)
            for line in silent:
                line.close()
            return len(page.connections)

    assert run(ask()) == 2


def test_a_long_request_waits_once(monkeypatch):
    requests, waits = read_in_turns(), []
    wait = requests.wait
    monkeypatch.setattr(requests, "wait", lambda *turn: (waits.append(turn), wait(*turn)))

    async def ask() -> int:
        async with asked_by() as (page, lines):
            lines.append(socket.create_connection(page.place))
            lines[0].send(REQUEST[:-2] + b"Cookie: " + b"x" * 5_000 + b"\r\n\r\n")
            await page.wait_for(1)
            return len(waits)

    assert run(ask()) == 1


def test_uvicorn_ends_no_connection_whose_request_waits(monkeypatch):
    """It does five seconds after an answer, unless it has read of another request."""
    requests = read_in_turns()

    async def ask() -> None:
        async with asked_by(LEARNER) as (page, lines):
            await page.wait_for(1)
            (protocol,) = page.connections
            async with asyncio.timeout(PATIENCE):
                while not protocol.timeout_keep_alive_task:
                    await asyncio.sleep(0)
                monkeypatch.setattr(requests, "_is_watched", True)  # nobody has a turn
                lines[0].send(REQUEST)
                while protocol.transport not in requests:
                    await asyncio.sleep(0)
            assert not protocol.timeout_keep_alive_task

    run(ask())


def test_whose_connection_has_ended_while_its_request_waits_is_passed_over(monkeypatch):
    requests = read_in_turns()

    async def ask() -> None:
        async with asked_by(LEARNER) as (page, lines):
            await page.wait_for(1)
            (protocol,) = page.connections
            transport = protocol.transport
            monkeypatch.setattr(requests, "_is_watched", True)  # nobody has a turn
            lines[0].send(REQUEST)
            async with asyncio.timeout(PATIENCE):
                while transport not in requests:
                    await asyncio.sleep(0)
                transport.abort()
                while transport.get_protocol():
                    await asyncio.sleep(0)
            requests._read_one()
            assert transport not in requests

    run(ask())


def test_where_too_many_files_were_open_it_accepts_again(monkeypatch):
    read_in_turns()
    serve, loop, door = Mock(), Mock(), Mock()
    monkeypatch.setattr(accepting, "_serve", serve)
    door.accept.side_effect = OSError(errno.EMFILE, "")
    asked = ("factory", door, None, "server", 2_048, 60.0, 30.0)
    accepting.BaseSelectorEventLoop._accept_connection(loop, *asked)
    _, again = loop.call_later.call_args.args
    door.fileno.return_value = -1
    again()
    serve.assert_not_called()
    door.fileno.return_value = 7
    again()
    serve.assert_called_once_with(loop, *asked)


def test_where_too_many_wait_those_of_the_address_with_the_most_are_told_so():
    """Without an answer, nginx would ask another replica, which does not know the room."""
    read_in_turns(max_waiting=MANY)

    async def ask() -> list[str]:
        async with asked_by(LEARNER, *[SCRIPT] * MANY, LEARNER, LEARNER) as (page, lines):
            await page.wait_for(MANY)
            loop, refused = asyncio.get_running_loop(), 0
            for line in lines:
                line.setblocking(False)
                answer = await asyncio.wait_for(loop.sock_recv(line, 12), PATIENCE)
                refused += answer == b"HTTP/1.1 503"
            assert refused == 3
            return [address for _, address in page.asked]

    asked = run(ask())
    assert (asked.count(LEARNER), asked.count(SCRIPT)) == (3, MANY - 3)
