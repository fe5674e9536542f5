"""How new connections are accepted: first as bare sockets, which cost little while they wait.

By default, asyncio creates a transport and a protocol for each right away, which takes 0.25 ms of
the one thread that answers everybody, whether or not the client ever sends anything; and it accepts
all pending connections before it answers any.
"""

import contextlib
import errno
import logging
import socket
from asyncio.selector_events import BaseSelectorEventLoop
from functools import partial

from exam.server.request_turns import RequestTurns, WaitingConnection, refuse

ACCEPTED_AT_ONCE = 200  # before what has come of the others has its turn
# How long the kernel holds back connections that have sent nothing, up to its backlog.
SILENT_SECONDS = 10
RETRY_SECONDS = 1.0  # before it accepts again, after too many files were open
SHORT_OF = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

_serve = BaseSelectorEventLoop._start_serving  # type: ignore
_admit = BaseSelectorEventLoop._accept_connection2  # type: ignore
_log = logging.getLogger("exam")


def accept_in_turns(requests: RequestTurns) -> None:
    """Make asyncio's selector event loop accept this way; any other event loop stays as it is."""

    def accept(loop, factory, sock, sslcontext=None, server=None, backlog=100, *others):
        def admit(line, peername):
            about = {"peername": peername}
            loop.create_task(_admit(loop, factory, line, about, sslcontext, server, *others))

        def accept_again():
            if sock.fileno() >= 0:  # the server has not ended
                _serve(loop, factory, sock, sslcontext, server, backlog, *others)

        for _ in range(min(backlog, ACCEPTED_AT_ONCE)):
            try:
                line, peername = sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in SHORT_OF:
                    continue  # an error of the network, of this connection alone
                _log.warning("Too many files are open: nobody is let in for a second")
                loop._remove_reader(sock.fileno())
                loop.call_later(RETRY_SECONDS, accept_again)
                return
            line.setblocking(False)
            take, end = partial(admit, line, peername), partial(_refuse_and_close, line)
            requests.wait(line, peername, WaitingConnection(line, take, end))

    BaseSelectorEventLoop._start_serving = _defer_and_serve  # type: ignore
    BaseSelectorEventLoop._accept_connection = accept  # type: ignore


def _defer_and_serve(loop, factory, sock, *others):
    if hasattr(socket, "TCP_DEFER_ACCEPT"):
        with contextlib.suppress(OSError):  # it only saves time
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_SECONDS)
    _serve(loop, factory, sock, *others)


def _refuse_and_close(line: socket.socket) -> None:
    refuse(line)
    line.close()
