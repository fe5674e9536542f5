"""A hall in one room, for `python -m tests.tools.load room`: is it told, and is the count right?"""

import asyncio
import contextlib
import json
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import psutil

from exam.rooms.rooms import new_code, new_secret
from exam.server.room_stream import COUNT_SECONDS
from tests.browser import Server
from tests.visit import Visit

CHAPTERS = ("sheet", "first_pass", "students")
OPEN_SECONDS, GUESS_SECONDS = 30.0, 10.0
MOST_BEHIND, MOST_TOLD = 1.0, 2.0  # seconds that the count may be late, and a phone
STEPS, COUNTS = 6, 40  # for one measurement


def cpu_seconds(server: Server) -> float:
    return sum(psutil.Process(server.pid).cpu_times()[:2])


async def events(server: Server, path: str) -> AsyncIterator[dict]:
    """What the event stream of a room says, from its first state on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET /room/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    try:
        while line := await reader.readline():
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))
    finally:
        writer.close()


class Hall:
    """A lecturer's screen and phones that follow it. Times are those of `time.monotonic`."""

    def __init__(self, server: Server, connections: contextlib.AsyncExitStack):
        self.server, self.connections = server, connections
        self.code, self.secret = new_code(), new_secret()
        self.told: list[float] = []  # when each phone was told of the step that is shown
        self.counts: list[tuple[float, int]] = []
        self.tasks: list[asyncio.Task] = []

    async def lead(self, chapter: str) -> None:
        """The lecturer's screen at the question of that chapter, which follows the count."""
        link = f"room={self.code}&secret={self.secret}&projected=true&only={chapter}"
        self.lecturer = await self.connections.enter_async_context(
            Visit(self.server.url, link).connection()
        )
        await self.lecturer.open()
        while not self.lecturer.counts:
            await self.lecturer.press("step_next")
            await self.lecturer.read()

    def begin(self, what: Awaitable[None]) -> asyncio.Task:
        self.tasks.append(asyncio.create_task(what))
        return self.tasks[-1]

    async def count(self) -> None:
        """As the lecturer's browser: whenever there is news, ask for the count (follow.js)."""
        async for _ in events(self.server, f"{self.code}?count&secret={self.secret}"):
            await self.lecturer.poll()
            self.counts.append((time.monotonic(), self.lecturer.guesses))

    async def follow(self) -> None:
        """As a phone."""
        async for _ in events(self.server, self.code):
            self.told.append(time.monotonic())

    async def come_in(self) -> Visit:
        await asyncio.sleep(random.uniform(0, OPEN_SECONDS))
        visit = Visit(self.server.url, f"room={self.code}")
        await self.connections.enter_async_context(visit.connection())
        await visit.open()
        self.begin(self.follow())
        return visit

    async def step(self, key: str, phones: int) -> tuple[float, list[float]]:
        """CPU seconds of a step, and the seconds after which each phone was told."""
        self.told.clear()
        began, spent = time.monotonic(), cpu_seconds(self.server)
        await self.lecturer.press(key)
        await self.lecturer.read()
        async with asyncio.timeout(30):
            while len(self.told) < phones:
                await asyncio.sleep(0.01)
        return cpu_seconds(self.server) - spent, [at - began for at in self.told[:phones]]

    async def steps(self, phones: int) -> tuple[float, list[float]]:
        """CPU seconds of a step, the median, and all times until a phone was told."""
        found = [await self.step(key, phones) for key in ["step_back", "step_next"] * STEPS]
        return statistics.median(cpu for cpu, _ in found), sum((told for _, told in found), [])

    async def guesses(self, visit: Visit, chapter: str) -> float:
        """CPU seconds of one learner's guess, each counted by itself."""
        spent = cpu_seconds(self.server)
        for number in range(COUNTS):
            await visit.choose(f"{chapter}_guess", number % 2)
            await visit.read()
            await asyncio.sleep(2 * COUNT_SECONDS)
        return (cpu_seconds(self.server) - spent) / COUNTS

    async def vote(self, visits: list[Visit], chapter: str) -> None:
        """All guess within some seconds: are they counted, and when?"""
        done: list[float] = []
        waits: list[float] = []
        self.counts.clear()

        async def guess(visit: Visit) -> None:
            await asyncio.sleep(random.uniform(0, GUESS_SECONDS))
            began = time.monotonic()
            await visit.choose(f"{chapter}_guess", random.randrange(3))
            await visit.read()
            done.append(time.monotonic())
            waits.append(done[-1] - began)

        await asyncio.gather(*map(guess, visits))
        async with asyncio.timeout(30):
            while not self.counts or self.counts[-1][1] < len(visits):
                await asyncio.sleep(0.05)
        assert self.counts[-1][1] == len(visits), self.counts[-1]
        # A count is as late as the time since the first guess that it lacks.
        behind = max(
            max((at - each for each in sorted(done)[count:] if each <= at), default=0.0)
            for at, count in self.counts
        )
        last = self.counts[-1][0] - max(done)
        print(f"  {chapter}: {len(visits)} of {len(visits)} counted in {len(self.counts)} counts,")
        print(f"    at most {max(behind, last):.2f} s behind; a learner waits", end=" ")
        print(f"{1000 * statistics.median(waits):.0f} ms (median)")
        assert max(behind, last) <= MOST_BEHIND


async def hall(server: Server, learners: int, memory_of: Callable[[Server], int]) -> None:
    async with contextlib.AsyncExitStack() as connections:
        room = Hall(server, connections)
        await room.lead(CHAPTERS[0])
        await room.steps(0)  # what the steps show is computed
        alone, _ = await room.steps(0)
        before = memory_of(server)
        visits = await asyncio.gather(*(room.come_in() for _ in range(learners)))
        print(f"  all are in the room; memory {(memory_of(server) - before) / 1e6:+.0f} MB")
        with_all, told = await room.steps(learners)
        late = sorted(told)[int(0.95 * len(told))]
        print(f"  {learners} are told within {late:.2f} s (95 of 100; median", end=" ")
        print(f"{statistics.median(told):.2f}); telling takes {1000 * (with_all - alone):.0f} ms")
        assert late <= MOST_TOLD
        for chapter in CHAPTERS:
            await room.lead(chapter)
            for visit in visits:
                await visit.unfold(f"{chapter}_open")
                await visit.read()
            counting = room.begin(room.count())
            await room.vote(visits, chapter)
            counting.cancel()
        uncounted = await room.guesses(visits[0], chapter)
        room.begin(room.count())
        counted = await room.guesses(visits[0], chapter)
        print(f"  a guess takes the server {1000 * uncounted:.1f} ms of CPU, a count", end=" ")
        print(f"{1000 * (counted - uncounted):.1f} ms; memory of it all", end=" ")
        print(f"{(memory_of(server) - before) / 1e6:+.0f} MB")
        for task in room.tasks:
            task.cancel()
