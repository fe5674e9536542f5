"""Which part of a file is sent next, where many are loaded at the same time."""

import asyncio
from typing import NamedTuple

from exam.service.network_turns import InOrder, NetworkTurns

PARTS_AT_ONCE = 4  # in each turn of the event loop, which answers everybody
LONGEST_WAIT_EVERY = 2  # one turn in so many goes to the part that has waited longest


class Part(NamedTuple):
    """A part that waits for its turn, and how much of its file was sent before it."""

    sent_bytes: int
    turn: asyncio.Future[None]


class PartTurns:
    """Parts of all files that are sent, of each network in turn.

    Of a network it is alternately the part whose file has sent the least and the one that has
    waited longest: a few large files do not hold up small ones, nor many small ones a large one.
    """

    def __init__(self) -> None:
        self._waiting: NetworkTurns[InOrder[Part]] = NetworkTurns(
            lambda: InOrder(lambda part: part.sent_bytes, LONGEST_WAIT_EVERY)
        )
        self._is_giving = False

    async def wait(self, sent_bytes: int, network: str) -> None:
        """Wait until the next part of a file may be sent, of which `sent_bytes` have been sent."""
        loop = asyncio.get_running_loop()
        part = Part(sent_bytes, loop.create_future())
        self._waiting.of(network).append(part)
        if not self._is_giving:
            self._is_giving = True
            loop.call_soon(self._give, loop)
        await part.turn

    def _give(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(PARTS_AT_ONCE):
            if not (parts := self._waiting.next()):
                self._is_giving = False
                return
            part = parts.take()
            if not part.turn.cancelled():
                part.turn.set_result(None)
        loop.call_soon(self._give, loop)
