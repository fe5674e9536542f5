"""What a browser has sent by its connection, and nobody has read yet."""

import asyncio
import random
from collections.abc import Awaitable
from typing import ClassVar
from weakref import WeakSet

from starlette.types import Message, Receive

# Messages of a connection that wait to be read; and how many of them still are when it has ended.
MAX_UNREAD, MAX_UNREAD_BYTES, KEPT_UNREAD = 200, 300_000, 3
MAX_ALL_BYTES = 30_000_000  # of all connections
LITTLE_BYTES = 30_000  # up to this, an inbox never counts as the fullest; a learner's has less
DISMISSED_SECONDS = 10.0, 20.0  # until a connection that is no longer read is closed; spread out
END = {"type": "websocket.disconnect", "code": 1008}


class Inbox:
    """The unread messages of one connection, which ends if there are too many.

    They are received as they come, so that a disconnect is noticed at once. All but the last few
    unread ones are then dropped; those are kept because a learner's last guess counts. If all
    inboxes together hold too much, the fullest one is dismissed, and its connection closed a while
    later, since it would reconnect right away.
    """

    _large: ClassVar[WeakSet["Inbox"]] = WeakSet()  # those with more than LITTLE_BYTES
    _all_bytes: ClassVar[int] = 0

    def __init__(self, receive: Receive):
        self._receive, self._bytes = receive, 0
        self._message: Message | None = None  # that was read last, and is still in use
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._has_ended = asyncio.Event()
        self._is_told_at = 0.0  # of its end, by the clock of the event loop
        self._is_dismissed = False

    @property
    def has_ended(self) -> bool:
        return self._has_ended.is_set()

    async def collect(self) -> None:
        try:
            while (message := await self._receive())["type"] != "websocket.disconnect":
                if self.has_ended:
                    return
                self._messages.put_nowait(message)
                self._count(_size_of(message))
                if self._messages.qsize() > MAX_UNREAD or self._bytes > MAX_UNREAD_BYTES:
                    break
                if Inbox._all_bytes > MAX_ALL_BYTES and Inbox._large:
                    max(Inbox._large, key=lambda inbox: inbox._bytes)._dismiss()
        finally:
            self.end()

    async def read(self) -> Message:
        if self._message:
            self._count(-_size_of(self._message))
        self._message = await self._messages.get()
        if self._message is END:
            await asyncio.sleep(self._is_told_at - asyncio.get_running_loop().time())
        return self._message

    def end(self) -> None:
        """Read a little of what is unread, and then its end."""
        if not self.has_ended:
            self._end(unread=KEPT_UNREAD)

    def close(self) -> None:
        """To be called when nobody reads it any more."""
        self._end(unread=0)
        self._count(-self._bytes)

    def _dismiss(self) -> None:
        if not self.has_ended:
            now = asyncio.get_running_loop().time()
            self._is_told_at = now + random.uniform(*DISMISSED_SECONDS)
        self._is_dismissed = True
        self._end(unread=0)
        Inbox._large.discard(self)

    def _end(self, unread: int) -> None:
        """Keep this many unread messages, followed by the end."""
        while self._messages.qsize() > unread:
            self._count(-_size_of(self._messages.get_nowait()))
        self._has_ended.set()
        self._messages.put_nowait(END)

    def _count(self, size: int) -> None:
        self._bytes += size
        Inbox._all_bytes += size
        if self._bytes > LITTLE_BYTES and not self._is_dismissed:
            Inbox._large.add(self)
        else:
            Inbox._large.discard(self)

    async def unless_ended(self, waiting: Awaitable, seconds: float = 0.0) -> None:
        """Wait, but at most `seconds` after the connection has ended: a stopping server waits."""
        waited = asyncio.ensure_future(waiting)
        ended = asyncio.create_task(self._has_ended.wait())
        await asyncio.wait((waited, ended), return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait((waited,), timeout=seconds)
        for task in (waited, ended):
            task.cancel()


def _size_of(message: Message) -> int:
    return len(message.get("bytes") or message.get("text") or "")
