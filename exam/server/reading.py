"""How much of the event loop thread's time may go into reading what connections send.

One thread answers everybody. Asyncio reads up to 256 kB from a connection at once, which may be
43,000 frames of six bytes, before any other has its turn; and uvicorn answers each ping whether or
not anybody reads the pong.
"""

import math
import random
import socket
import time
from asyncio.selector_events import _SelectorSocketTransport as Transport  # type: ignore
from weakref import ReferenceType, WeakKeyDictionary, ref

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from exam.server.inbox import DISMISSED_SECONDS
from exam.server.reading_cost import charge
from exam.server.received import MAX_MESSAGE
from exam.server.request_turns import RequestTurns, WaitingConnection, refuse

READ_BYTES = 1_024  # of a connection, before the next one has its turn
WRITE_BUFFER_BYTES = 8_192  # of a response, waiting to be sent, before more of it is produced
PAUSE_READING_BYTES = 65_536  # waiting to be sent to a connection, above which nothing is read
# Of pipelined requests: no browser or proxy sends any, and responses are so quick that hardly more
# than one read of them ever piles up.
UNANSWERED_BYTES = READ_BYTES // 2
FRAMES = 100  # per message; a browser sends few, and empty ones would escape any limit in bytes
MAX_UNFINISHED = 30_000_000  # bytes of all messages that have begun and not ended
UNSENT_SECONDS = 0.1  # before PAUSE_READING_BYTES is checked again
LIGHT_SECONDS = 0.005  # recent ones of the thread; who took more waits; a learner takes 0.001
# Of the thread's time, for all waiting connections together. HTTP and websockets have a share
# each, since a proxy sends many learners' requests over one connection, and a flood of frames must
# not delay them.
MAX_SHARE = 0.1

REQUEST_SECONDS = 10.0  # in which a request is whole
IN_TURN_SECONDS = 0.1  # for which a connection that has had its turn is read without waiting

_read = Transport._read_ready__data_received
_make = H11Protocol.connection_made


class Readings:
    """What reading has cost of late, for each connection; all methods run in one event loop."""

    def __init__(self, requests: RequestTurns) -> None:
        self._requests = requests
        self._in_turn_until: WeakKeyDictionary[Transport, float] = WeakKeyDictionary()
        self._resumes: WeakKeyDictionary[Transport, float] = WeakKeyDictionary()
        self._due: dict[type, float] = {}  # when the next of those that wait is read, by protocol
        self._unfinished: WeakKeyDictionary[Transport, int] = WeakKeyDictionary()
        self._unfinished_bytes = 0

    def read(self, transport: Transport) -> None:
        """Read a little of a connection that has sent something, unless it is to wait."""
        if self._resumes.get(transport, 0.0) > time.monotonic():  # uvicorn has resumed it
            transport._loop._remove_reader(transport._sock_fd)
        elif transport.get_write_buffer_size() > PAUSE_READING_BYTES:
            self._pause(transport, UNSENT_SECONDS)
        elif isinstance(transport.get_protocol(), H11Protocol):
            self._wait_or_read(transport)
        else:
            self._read_now(transport)

    def note_turn(self, transport: Transport) -> None:
        """To be called when it is its turn: what it sends next is read at once."""
        self._in_turn_until[transport] = time.monotonic() + IN_TURN_SECONDS

    def _wait_or_read(self, transport: Transport) -> None:
        if self._in_turn_until.pop(transport, 0.0) > time.monotonic():
            self._read_now(transport)
            return
        transport._loop._remove_reader(transport._sock_fd)
        if transport not in self._requests:
            transport.get_protocol()._unset_keepalive_if_required()  # uvicorn would end it

            def read() -> None:
                if transport.is_reading():  # has neither ended nor been paused
                    transport._add_reader(transport._sock_fd, transport._read_ready)
                    self._read_now(transport)

            line, peername = map(transport.get_extra_info, ("socket", "peername"))

            def end() -> None:
                if not (transport.is_closing() or _is_answering(transport.get_protocol())):
                    refuse(line._sock)
                transport.abort()

            self._requests.wait(transport, peername, WaitingConnection(line, read, end))

    def _read_now(self, transport: Transport) -> None:
        began = time.thread_time()
        _read(transport)
        self._charge(transport, time.thread_time() - began)
        protocol = transport.get_protocol()
        if _keeps_too_much(protocol):
            self._dismiss(transport)
        elif isinstance(protocol, H11Protocol) and _has_half_a_request(protocol):
            self.note_turn(transport)  # it waits once for all of it
        self._bound_unfinished(transport)

    def _bound_unfinished(self, transport: Transport) -> None:
        """If unfinished messages hold too many bytes in all, drop the longest of them."""
        size = _unfinished_bytes(transport.get_protocol())
        before = self._unfinished.get(transport, 0)
        if size != before:
            self._unfinished[transport] = size
            self._unfinished_bytes += size - before
        if self._unfinished_bytes > MAX_UNFINISHED:  # or was, of connections that are gone
            sizes = {line: size for line, size in self._unfinished.items() if line._sock}
            self._unfinished = WeakKeyDictionary(sizes)
            self._unfinished_bytes = sum(sizes.values())
            if self._unfinished_bytes > MAX_UNFINISHED:
                longest = max(sizes, key=lambda line: sizes[line])
                self._unfinished_bytes -= self._unfinished.pop(longest)
                _drop_unfinished(longest.get_protocol())
                self._dismiss(longest)

    def _charge(self, transport: Transport, seconds: float) -> None:
        if charge(transport, seconds) > LIGHT_SECONDS and not transport.is_closing():
            now, kind = time.monotonic(), type(transport.get_protocol())
            self._due[kind] = max(self._due.get(kind, now), now) + seconds / MAX_SHARE
            self._pause(transport, self._due[kind] - now)

    def _pause(self, transport: Transport, seconds: float) -> None:
        self._resumes[transport] = time.monotonic() + seconds
        transport._loop._remove_reader(transport._sock_fd)
        transport._loop.call_later(seconds, self._resume, transport)

    def _resume(self, transport: Transport) -> None:
        if self._resumes.get(transport) != math.inf:  # not dismissed in the meantime
            self._resumes.pop(transport, None)
            transport._add_reader(transport._sock_fd, transport._read_ready)

    def _dismiss(self, transport: Transport) -> None:
        """Read nothing more, and end the connection a while later: at once, it would come anew."""
        self._resumes[transport] = math.inf
        transport._loop._remove_reader(transport._sock_fd)
        transport._loop.call_later(random.uniform(*DISMISSED_SECONDS), transport.abort)


def _keeps_too_much(protocol: object) -> bool:
    """Whether it holds more pipelined requests, or more frames of a message, than a browser sends.

    No browser sends a request before the previous one is answered.
    """
    if isinstance(protocol, H11Protocol):
        return _is_answering(protocol) and len(protocol.conn.trailing_data[0]) > UNANSWERED_BYTES
    return len(getattr(protocol, "frames", ())) > FRAMES  # of a websocket


def _is_answering(protocol: H11Protocol) -> bool:
    return protocol.cycle is not None and not protocol.cycle.response_complete


def _has_half_a_request(protocol: H11Protocol) -> bool:
    return bool(protocol.conn.trailing_data[0]) and not _is_answering(protocol)


def _unfinished_bytes(protocol: object) -> int:
    """How many bytes of an unfinished websocket message it holds."""
    if isinstance(protocol, WebSocketsSansIOProtocol):
        return len(protocol.conn.reader.buffer) + sum(map(len, protocol.frames))
    return 0


def _drop_unfinished(protocol: WebSocketsSansIOProtocol) -> None:
    """Of who is read no more."""
    protocol.conn.reader.buffer.clear()
    protocol.frames.clear()


def _end_if_idle(known: ReferenceType[Transport], last: object, requests: RequestTurns) -> None:
    """End a connection whose last request was answered a while ago, or that has sent none.

    Uvicorn waits five seconds for the next request, but forever for the rest of one; and a
    websocket that it refuses, as for too long a request, it neither answers nor closes. Both are
    answered here. `known` is a weak reference, or a thousand new connections a second would all
    stay in memory until checked.
    """
    line = known()
    if line is None or line.is_closing():
        return
    protocol = line.get_protocol()
    if line in requests:
        now, is_idle = None, False
    elif isinstance(protocol, H11Protocol):
        now = protocol.cycle  # the request that is or was answered last
        is_idle = now is None or (now.response_complete and not line.get_write_buffer_size())
    elif getattr(protocol, "handshake_complete", True):
        return  # it has become a websocket
    else:
        now, is_idle = protocol, True
    if is_idle and now is last:
        if not isinstance(protocol, H11Protocol) or _has_half_a_request(protocol):
            refuse(line._sock)
        line.close()
    else:
        last = now if is_idle else object()  # it may be answered just before the next look
        line._loop.call_later(REQUEST_SECONDS, _end_if_idle, known, last, requests)


def limit_reading(requests: RequestTurns) -> None:
    """Make asyncio's selector event loop read this way; any other event loop stays as it is."""
    readings = Readings(requests)

    def read(transport: Transport) -> None:  # a function, so that it becomes a method
        readings.read(transport)

    def make(protocol: H11Protocol, transport: Transport) -> None:
        _make(protocol, transport)
        # Streamlit allows websocket messages of 200 MB; a websocket begins as HTTP, so the limit
        # is set here.
        protocol.config.ws_max_size = MAX_MESSAGE
        transport.set_write_buffer_limits(WRITE_BUFFER_BYTES)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # or the system would keep some megabytes more
            line = transport.get_extra_info("socket")
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, WRITE_BUFFER_BYTES)
        known, loop = ref(transport), protocol.loop
        loop.call_later(REQUEST_SECONDS, _end_if_idle, known, None, requests)
        readings.note_turn(transport)

    H11Protocol.connection_made = make  # type: ignore
    Transport.max_size = READ_BYTES
    Transport._read_ready__data_received = read
