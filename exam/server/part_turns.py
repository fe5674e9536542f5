"""Which part of a file is sent next, where many are loaded at the same time."""

import asyncio
import heapq
import itertools

PARTS_AT_ONCE = 4  # in each turn of the event loop, which answers everybody


class PartTurns:
    """Those of which the least was sent go on first: a few large files hold up no small one."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrivals = itertools.count()

    async def wait(self, sent_bytes: int) -> None:
        """For the turn of the next part of a file, of which so much was sent."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        heapq.heappush(self._waiting, (sent_bytes, next(self._arrivals), turn))
        if len(self._waiting) == 1:
            loop.call_soon(self._give, loop)
        await turn

    def _give(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(min(PARTS_AT_ONCE, len(self._waiting))):
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.cancelled():
                turn.set_result(None)
        if self._waiting:
            loop.call_soon(self._give, loop)
