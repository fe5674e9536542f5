"""In which order requests are read: network by network, when there is little else to do.

One thread answers everybody, and a request may occupy it for five milliseconds. Work already begun
is finished first. Somebody who sends thousands of requests delays only their own network; within a
network, as in a hall with one address, requests are read in the order in which they come.
"""

import asyncio
import contextlib
import socket
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from exam.page.address import network_of
from exam.service.network_turns import NetworkTurns
from exam.texts import LANGUAGES, load_texts

# Callbacks still to run, in this turn of the event loop and so far in the next one. A request that
# has begun has few at a time; files that are being sent have up to nine.
LITTLE = 10
WAIT_SECONDS = 0.01  # after which one is read, however much there is to do
MAX_REQUEST = 65_536  # bytes
GONE_AT_ONCE = 50  # that are found to be gone, which takes little time


REFUSAL = (
    "HTTP/1.1 503 Service Unavailable\r\n"
    "Connection: close\r\nRefresh: 5\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    + "\n".join(load_texts(lang).too_many_at_once for lang in LANGUAGES)
).encode()


def refuse(line: socket.socket) -> None:
    """Answer, before the connection is ended, that too many wait, or that it took too long.

    Without an answer, a proxy would take this server for lost and ask another one, which knows none
    of its rooms.
    """
    with contextlib.suppress(OSError):  # there may be nothing left to read
        line.recv(MAX_REQUEST)  # or what is unread would reset the connection, and the answer
    with contextlib.suppress(OSError):
        line.send(REFUSAL)


@dataclass
class WaitingConnection:
    """What a connection waits for, and what is done instead if too many wait."""

    line: socket.socket
    take: Callable[[], object]
    end: Callable[[], object]

    @property
    def is_reset(self) -> bool:
        """Whether the client has closed the connection; the kernel still delivers its request."""
        return self.line.fileno() < 0 or bool(
            self.line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        )


class RequestTurns:
    """Connections, or their sockets, that wait; all methods run in one event loop.

    Beyond `max_waiting`, the latest one of the network with the most of them is ended.
    """

    def __init__(self, max_waiting: float) -> None:
        self._max_waiting = max_waiting
        self._networks: dict[object, str] = {}
        self._waiting: NetworkTurns[OrderedDict[object, WaitingConnection]] = NetworkTurns(
            OrderedDict
        )
        self._is_watched = False
        self._last = 0.0  # when one was read

    def __contains__(self, connection: object) -> bool:
        return connection in self._networks

    def wait(self, connection: object, peername: tuple | None, turn: WaitingConnection) -> None:
        """`peername` is the address and port that it comes from."""
        if not self._is_watched:
            self._is_watched = True
            asyncio.get_running_loop().call_soon(self._watch)
        network = self._networks[connection] = network_of(peername[0] if peername else "")
        self._waiting.of(network)[connection] = turn
        if len(self._networks) > self._max_waiting:
            self._forget(next(reversed(self._waiting.longest()))).end()

    def _forget(self, connection: object) -> WaitingConnection:
        return self._waiting.of(self._networks.pop(connection)).pop(connection)

    def _watch(self) -> None:
        """Read one if there is little to do, and look again in the next turn of the loop."""
        loop = asyncio.get_running_loop()
        has_little_to_do = len(loop._ready) <= LITTLE  # type: ignore
        try:
            if has_little_to_do or loop.time() > self._last + WAIT_SECONDS:
                self._last = loop.time()
                self._read_one()
        finally:  # or an exception would be the end of all reading
            self._is_watched = bool(self._networks)
            if self._is_watched:
                loop.call_soon(self._watch)

    def _read_one(self) -> None:
        for _ in range(GONE_AT_ONCE):
            if not (turns := self._waiting.next()):
                return
            turn = self._forget(next(iter(turns)))
            if not turn.is_reset:
                turn.take()
                return
            turn.end()
