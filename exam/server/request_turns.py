"""In which order requests are read: a network after the other, while there is little else to do.

One thread answers everybody, and what a request sets off may take it five milliseconds. What has
been begun goes on first. Somebody who sends thousands waits among their own; those of a hall that
has one address have theirs as they come.
"""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass

from exam.page.address import network_of
from exam.service.network_turns import NetworkTurns

LITTLE = 3  # callbacks, in this turn of the loop
WAIT_SECONDS = 0.02  # after which one is read, however much there is to do
GONE_AT_ONCE = 50  # that are found to be gone, which takes little time


@dataclass
class Turn:
    """What a connection waits for, and what is done instead where too many wait."""

    line: socket.socket
    take: Callable[[], object]
    end: Callable[[], object]

    @property
    def is_reset(self) -> bool:
        """Whether who had sent the request is gone: the system would still give it out."""
        return self.line.fileno() < 0 or bool(
            self.line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        )


class RequestTurns:
    """Connections, or their sockets, that wait; all methods run in one event loop.

    Beyond `max_waiting` of them, of the network with the most the one ends that came last.
    """

    def __init__(self, max_waiting: float) -> None:
        self._max_waiting = max_waiting
        self._networks: dict[object, str] = {}
        self._waiting: NetworkTurns[dict[object, Turn]] = NetworkTurns(dict)
        self._last = 0.0  # when one was read

    def __contains__(self, connection: object) -> bool:
        return connection in self._networks

    def wait(self, connection: object, peername: tuple | str, turn: Turn) -> None:
        """`peername` is that of its socket; of a Unix socket there is none."""
        if not self._networks:
            asyncio.get_running_loop().call_soon(self._read_one)
        network = self._networks[connection] = network_of(peername[0] if peername else "")
        self._waiting.of(network)[connection] = turn
        if len(self._networks) > self._max_waiting:
            self._forget(next(reversed(self._waiting.longest()))).end()

    def _forget(self, connection: object) -> Turn:
        return self._waiting.of(self._networks.pop(connection)).pop(connection)

    def _read_one(self) -> None:
        loop = asyncio.get_running_loop()
        has_little_to_do = len(loop._ready) <= LITTLE  # type: ignore
        if has_little_to_do or loop.time() > self._last + WAIT_SECONDS:
            for _ in range(GONE_AT_ONCE):
                if not (turns := self._waiting.next()):
                    return
                turn = self._forget(next(iter(turns)))
                if turn.is_reset:
                    turn.end()
                else:
                    turn.take()
                    self._last = loop.time()
                    break
        if self._networks:
            loop.call_soon(self._read_one)
