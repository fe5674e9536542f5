"""How long a connection may leave unread what it has asked for, and how many may at once.

Of who asks for a large file and reads nothing, the server would keep 200 kB for as long as they
like. A browser on a slow line reads a little at a time, as those may who take all places; so of
too many, who has read nothing for longest ends first.
"""

import socket
import struct
from asyncio import AbstractEventLoop
from asyncio.selector_events import _SelectorSocketTransport as Transport  # type: ignore

UNREAD_SECONDS = 60.0  # in which it has read some of it
MAX_UNREAD = 500  # connections, beyond which the next one ends another
LOOK_SECONDS = 5.0
AT_ONCE = struct.pack("ii", 1, 0)

_pause = Transport._maybe_pause_protocol
_resume = Transport._maybe_resume_protocol


class Unread:
    """The connections that have yet to read what was sent; all methods run in one event loop."""

    def __init__(self) -> None:
        self._since: dict[Transport, float] = {}  # when each has read last; the first one first
        self._is_watched = False
        self._is_closing = False

    def hurry(self) -> None:
        """To be called when the server ends, which waits for whoever has yet to read."""
        self._is_closing = True

    def pause(self, transport: Transport) -> None:
        """To be called when something was sent that waits to be read, or may."""
        if transport._protocol_paused and transport not in self._since:
            self._note(transport)

    def resume(self, transport: Transport) -> None:
        """To be called when something was read, be it a little of what waits."""
        if self._since.pop(transport, 0.0) and transport._protocol_paused:
            self._note(transport)

    def _note(self, transport: Transport) -> None:
        loop = transport._loop
        self._since[transport] = loop.time()
        if len(self._since) > MAX_UNREAD:  # one that is gone, or has read nothing for longest
            self._end(min(self._since, key=lambda each: each._sock is not None))
        if not self._is_watched:
            self._is_watched = True
            loop.call_later(LOOK_SECONDS, self._look, loop)

    def _look(self, loop: AbstractEventLoop) -> None:
        before = loop.time() - (LOOK_SECONDS if self._is_closing else UNREAD_SECONDS)
        for transport in [each for each, since in self._since.items() if since < before]:
            self._end(transport)
        self._is_watched = bool(self._since)
        if self._is_watched:
            loop.call_later(LOOK_SECONDS, self._look, loop)

    def _end(self, transport: Transport) -> None:
        del self._since[transport]
        if transport._sock is not None:  # the system would keep what is unread as well
            transport._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        transport.abort()


def bound_unread() -> Unread:
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
    return unread
