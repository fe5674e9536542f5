"""How new connections are accepted: as sockets first, which cost little while they wait.

Asyncio makes of each at once all that serves it, for 0.25 ms of the one thread that answers
everybody, whether or not it ever sends anything; and lets in all that there are before it answers
any.
"""

import socket
from asyncio.selector_events import BaseSelectorEventLoop

from exam.server.request_turns import RequestTurns, Turn

ACCEPTED_AT_ONCE = 200  # before what has come of the others has its turn
SILENT_SECONDS = 10  # for which the system itself keeps those that have sent nothing

_serve = BaseSelectorEventLoop._start_serving  # type: ignore
_accept = BaseSelectorEventLoop._accept_connection  # type: ignore
_admit = BaseSelectorEventLoop._accept_connection2  # type: ignore


def accept_in_turns(requests: RequestTurns) -> None:
    """Have the event loop accept this way; where it is another one, nothing changes."""

    def serve(loop, factory, sock, *others):
        if hasattr(socket, "TCP_DEFER_ACCEPT") and sock.family != getattr(socket, "AF_UNIX", None):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_SECONDS)
        _serve(loop, factory, sock, *others)

    def accept(loop, factory, sock, sslcontext=None, server=None, backlog=100, *others):
        for _ in range(min(backlog, ACCEPTED_AT_ONCE)):
            try:
                line, peername = sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:  # too many files are open: asyncio meets that as well, and waits
                _accept(loop, factory, sock, sslcontext, server, 1, *others)
                return
            line.setblocking(False)

            def admit(line=line, peername=peername):
                about = {"peername": peername}
                loop.create_task(_admit(loop, factory, line, about, sslcontext, server, *others))

            requests.wait(line, peername, Turn(line, admit, line.close))

    BaseSelectorEventLoop._start_serving = serve  # type: ignore
    BaseSelectorEventLoop._accept_connection = accept  # type: ignore
