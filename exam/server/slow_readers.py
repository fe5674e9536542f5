"""How long a connection may leave its responses unread, and how much may be unread in all.

If a client asks for a large file and reads nothing, the server would keep the file for as long as
that client likes. But a browser on a slow line reads a little at a time, as all do in a hall whose
line is full. So if too much is unread, the server takes the network for which it keeps the most and
ends the connection there that has read nothing for longest.
"""

import contextlib
import socket
import struct
from asyncio import AbstractEventLoop
from asyncio.selector_events import _SelectorSocketTransport as Transport  # type: ignore
from collections import Counter
from typing import NamedTuple

from exam.page.address import network_of

MAX_SECONDS = 120.0  # without reading anything
MAX_KEPT, CONNECTION = 100_000_000, 20_000  # bytes for all of them; those that one takes itself
LOOK_SECONDS = 5.0
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: what is unsent is dropped

_pause = Transport._maybe_pause_protocol
_resume = Transport._maybe_resume_protocol


class Waiting(NamedTuple):
    """When a connection last read something, how many bytes are kept for it, and its network."""

    since: float
    kept: int
    network: str


class SlowReaders:
    """The connections that have yet to read what was sent; all methods run in one event loop."""

    def __init__(self) -> None:
        self._waiting: dict[Transport, Waiting] = {}  # who has read nothing for longest comes first
        self._kept: Counter[str] = Counter()  # bytes, by network
        self._is_watched = False
        self._is_closing = False

    def hurry(self) -> None:
        """To be called when the server ends, which waits for whoever has yet to read."""
        self._is_closing = True

    def pause(self, transport: Transport) -> None:
        """To be called when something was sent that waits to be read, or may."""
        if transport not in self._waiting:
            self._note(transport)

    def resume(self, transport: Transport) -> None:
        """To be called when something was read, be it a little of what waits."""
        if transport in self._waiting:
            self._forget(transport)
            self._note(transport)

    def _note(self, transport: Transport) -> None:
        """Note it if something waits; beyond MAX_KEPT, end those of the network with the most."""
        if not (size := transport.get_write_buffer_size()):
            return
        loop, (address, *_) = transport._loop, transport.get_extra_info("peername") or [""]
        at = self._waiting[transport] = Waiting(loop.time(), CONNECTION + size, network_of(address))
        self._kept[at.network] += at.kept
        if self._kept.total() > MAX_KEPT:
            self._forget_gone()
        while self._kept.total() > MAX_KEPT:
            network, _ = self._kept.most_common(1)[0]
            self._end(next(each for each, at in self._waiting.items() if at.network == network))
        if not self._is_watched:
            self._is_watched = True
            loop.call_later(LOOK_SECONDS, self._look, loop)

    def _forget(self, transport: Transport) -> None:
        at = self._waiting.pop(transport)
        self._kept[at.network] -= at.kept
        if not self._kept[at.network]:
            del self._kept[at.network]

    def _forget_gone(self) -> None:
        for gone in [each for each in self._waiting if each._sock is None]:
            self._forget(gone)

    def _look(self, loop: AbstractEventLoop) -> None:
        self._forget_gone()
        before = loop.time() - (LOOK_SECONDS if self._is_closing else MAX_SECONDS)
        for transport in [each for each, at in self._waiting.items() if at.since < before]:
            self._end(transport)
        self._is_watched = bool(self._waiting)
        if self._is_watched:
            loop.call_later(LOOK_SECONDS, self._look, loop)

    def _end(self, transport: Transport) -> None:
        self._forget(transport)
        if transport._sock is not None:  # the system would keep what is unread as well
            with contextlib.suppress(OSError):  # where one cannot that has ended
                transport._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        transport.abort()


def bound_slow_readers() -> SlowReaders:
    """Make asyncio's selector event loop end them; any other event loop stays as it is."""
    readers = SlowReaders()

    def pause(transport: Transport) -> None:  # functions, so that they become methods
        _pause(transport)
        readers.pause(transport)

    def resume(transport: Transport) -> None:
        _resume(transport)
        readers.resume(transport)

    Transport._maybe_pause_protocol = pause
    Transport._maybe_resume_protocol = resume
    return readers
