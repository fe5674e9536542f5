"""How long a connection may leave unread what it has asked for, and how many may at once.

Of who asks for a large file and reads nothing, the server would keep 200 kB for as long as they
like. A browser on a slow line reads a little at a time: of too many, who never has ends first.
"""

import socket
import struct
from asyncio.selector_events import _SelectorSocketTransport as Transport  # type: ignore
from weakref import WeakSet

UNREAD_SECONDS = 30.0  # in which it has read some of them
MAX_UNREAD = 500  # connections, beyond which the next one ends another
LOOK_SECONDS = 5.0
AT_ONCE = struct.pack("ii", 1, 0)

_pause = Transport._maybe_pause_protocol
_resume = Transport._maybe_resume_protocol


class Unread:
    """The connections that have yet to read what was sent; all methods run in one event loop."""

    def __init__(self) -> None:
        self._since: dict[Transport, float] = {}  # the first one has waited longest
        self._have_read: WeakSet[Transport] = WeakSet()

    def pause(self, transport: Transport) -> None:
        """To be called when something was sent that waits to be read, or may."""
        if not transport._protocol_paused or transport in self._since:
            return
        if not self._since:
            transport._loop.call_later(LOOK_SECONDS, self._look, transport._loop)
        self._since[transport] = transport._loop.time()
        if len(self._since) > MAX_UNREAD:
            self._end(min(self._since, key=self._rank))

    def resume(self, transport: Transport) -> None:
        """To be called when something was read."""
        if not transport._protocol_paused and self._since.pop(transport, 0.0):
            self._have_read.add(transport)

    def _rank(self, transport: Transport) -> tuple[bool, bool]:
        """Which ends first: one that is gone, then one that has never read, then the first."""
        return transport._sock is not None, transport in self._have_read

    def _look(self, loop) -> None:
        before = loop.time() - UNREAD_SECONDS
        for transport in [each for each, since in self._since.items() if since < before]:
            self._end(transport)
        if self._since:
            loop.call_later(LOOK_SECONDS, self._look, loop)

    def _end(self, transport: Transport) -> None:
        del self._since[transport]
        if transport._sock is not None:  # the system would keep what is unread as well
            transport._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        transport.abort()


def bound_unread() -> None:
    """Have the event loop end them; where it is another one, nothing changes."""
    unread = Unread()

    def pause(transport: Transport) -> None:  # functions, so that they become methods
        _pause(transport)
        unread.pause(transport)

    def resume(transport: Transport) -> None:
        _resume(transport)
        unread.resume(transport)

    Transport._maybe_pause_protocol = pause
    Transport._maybe_resume_protocol = resume
