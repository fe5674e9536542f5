"""A hall in one room, for `python -m tests.tools.load room`: is the lecturer's count right?"""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import Callable

import psutil

from exam.hall.chapter_step import POLL_SECONDS
from exam.hall.rooms import new_code, new_secret
from tests.browser import Server
from tests.visit import Visit

CHAPTERS = ("sheet", "first_pass", "students")
OPEN_SECONDS, GUESS_SECONDS, QUIET_SECONDS = 30.0, 10.0, 20.0
MOST_BEHIND = 1.0  # seconds that the count may be late


def cpu_seconds(server: Server) -> float:
    return sum(psutil.Process(server.pid).cpu_times()[:2])


async def hall(server: Server, learners: int, memory_of: Callable[[Server], int]) -> None:
    async with contextlib.AsyncExitStack() as connections:
        await votes(server, learners, memory_of, connections)


async def votes(
    server: Server,
    learners: int,
    memory_of: Callable[[Server], int],
    connections: contextlib.AsyncExitStack,
) -> None:
    code, secret = new_code(), new_secret()
    lead = f"room={code}&secret={secret}&projected=true&only="
    async with Visit(server.url, lead + CHAPTERS[0]).connection() as lecturer:
        await ask(lecturer)
        alone = await cost_of_a_screen(server, lecturer)
        print(f"  lecturer's screen alone: {100 * alone:.1f} % of a core")
        before = memory_of(server)
        visits = [Visit(server.url, f"room={code}") for _ in range(learners)]
        await asyncio.gather(*(come_in(visit, connections) for visit in visits))
        print(f"  all are in the room; memory {(memory_of(server) - before) / 1e6:+.0f} MB")
    for chapter, visit in itertools.product(CHAPTERS, visits):
        await visit.unfold(f"{chapter}_open")
        await visit.read()
    before = memory_of(server)
    for chapter in CHAPTERS:
        async with Visit(server.url, lead + chapter).connection() as lecturer:
            await ask(lecturer)
            await vote(server, lecturer, visits, chapter, alone)
    print(f"  memory of three votes: {(memory_of(server) - before) / 1e6:+.1f} MB")


async def ask(lecturer: Visit) -> None:
    """Open the chapter at its question, over which the count stands."""
    await lecturer.open()
    while not lecturer.counts:
        await lecturer.press("step_next")
        await lecturer.read()


async def come_in(visit: Visit, connections: contextlib.AsyncExitStack) -> None:
    await asyncio.sleep(random.uniform(0, OPEN_SECONDS))
    await connections.enter_async_context(visit.connection())
    await visit.open()


async def cost_of_a_screen(server: Server, lecturer: Visit) -> float:
    """CPU seconds a second, while it asks for the count; what it guesses about is computed."""
    for _ in range(int(QUIET_SECONDS)):
        await lecturer.poll()
        await asyncio.sleep(POLL_SECONDS)
    began, spent = time.monotonic(), cpu_seconds(server)
    for _ in range(int(QUIET_SECONDS)):
        await lecturer.poll()
        await asyncio.sleep(POLL_SECONDS)
    return (cpu_seconds(server) - spent) / (time.monotonic() - began)


async def vote(
    server: Server, lecturer: Visit, visits: list[Visit], chapter: str, alone: float
) -> None:
    done: list[float] = []
    counts: list[tuple[float, int]] = []

    async def guess(visit: Visit) -> None:
        await asyncio.sleep(random.uniform(0, GUESS_SECONDS))
        began = time.monotonic()
        await visit.choose(f"{chapter}_guess", random.randrange(3))
        await visit.read()
        done.append(time.monotonic())
        waits.append(done[-1] - began)

    async def watch() -> None:
        while not counts or counts[-1][1] < len(visits):
            await lecturer.poll()
            counts.append((time.monotonic(), lecturer.guesses))
            await asyncio.sleep(POLL_SECONDS)

    waits: list[float] = []
    began, spent = time.monotonic(), cpu_seconds(server)
    await asyncio.wait_for(asyncio.gather(watch(), *map(guess, visits)), 120)
    spent = cpu_seconds(server) - spent - alone * (time.monotonic() - began)
    assert counts[-1][1] == len(visits), counts[-1]
    behind = max(
        max((at - each for each in sorted(done)[count:] if each <= at), default=0.0)
        for at, count in counts
    )
    print(f"  {chapter}: {counts[-1][1]} of {len(visits)} guesses counted;", end=" ")
    late = behind + POLL_SECONDS
    print(f"at most {late:.2f} s behind ({POLL_SECONDS} s of it until it is asked for);", end=" ")
    print(f"a guess takes the server {1000 * spent / len(visits):.1f} ms of CPU,", end=" ")
    print(f"and the learner {1000 * sorted(waits)[len(waits) // 2]:.0f} ms (median)")
    assert late <= MOST_BEHIND
