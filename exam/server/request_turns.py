"""In which order connections that have sent a request are read: a network after the other.

One thread answers everybody, and what a request sets off may take it five milliseconds. A few are
read, then what they have begun goes on. Somebody who sends thousands waits among their own; those
of a hall that has one address have theirs as they come.
"""

import asyncio
import socket
from asyncio.selector_events import _SelectorSocketTransport as Transport  # type: ignore
from collections import OrderedDict
from collections.abc import Callable

from exam.page.address import network_of

READ_AT_ONCE = 2  # before what they have begun, and what has come of websockets, has its turn
MET_AT_ONCE = 50  # with those that are found to be gone, which takes little time


class RequestTurns:
    """The connections that wait; all methods run in one event loop.

    `read` is called for each in its turn. Beyond `max_waiting` of them, of the network with the
    most the one ends that came last.
    """

    def __init__(self, read: Callable[[Transport], None], max_waiting: float) -> None:
        self._read, self._max_waiting = read, max_waiting
        self._networks: dict[Transport, str] = {}
        # By network, of which the next comes first; of each, whoever has waited longest.
        self._waiting: OrderedDict[str, dict[Transport, None]] = OrderedDict()

    def __contains__(self, transport: Transport) -> bool:
        return transport in self._networks

    def wait(self, transport: Transport) -> None:
        """Read nothing of it before it is its turn, whatever resumes it."""
        transport._loop._remove_reader(transport._sock_fd)
        if transport in self:
            return
        if not self._networks:
            asyncio.get_running_loop().call_soon(self._read_some)
        address, *_ = transport.get_extra_info("peername") or [""]  # of a Unix socket there is none
        network = self._networks[transport] = network_of(address)
        self._waiting.setdefault(network, {})[transport] = None
        if len(self._networks) > self._max_waiting:
            most = max(self._waiting.values(), key=len)
            last = next(reversed(most))
            self._forget(last)
            last.abort()

    def _forget(self, transport: Transport) -> None:
        network = self._networks.pop(transport)
        del self._waiting[network][transport]
        if not self._waiting[network]:
            del self._waiting[network]

    def _read_some(self) -> None:
        alive = 0
        for _ in range(min(MET_AT_ONCE, len(self._networks))):
            network = next(iter(self._waiting))
            self._waiting.move_to_end(network)
            transport = next(iter(self._waiting[network]))
            self._forget(transport)
            if transport.is_reading() and _was_reset(transport):
                transport.abort()
            elif transport.is_reading():  # has neither ended nor been paused
                transport._add_reader(transport._sock_fd, transport._read_ready)
                self._read(transport)
            alive += not transport.is_closing()
            if alive == READ_AT_ONCE:
                break
        if self._networks:
            asyncio.get_running_loop().call_soon(self._read_some)


def _was_reset(transport: Transport) -> bool:
    """Whether who had sent the request is gone: the system would still give it out."""
    line = transport.get_extra_info("socket")
    return bool(line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
