"""What one client may do to a hall: `python -m tests.tools.abuse [nuisance …]`.

The page runs with the usual limit of 1,024 open files. While each nuisance goes on, a learner comes
every second, opens the page and presses. Prints how many of them came to an end, how long they
waited for the first pass, and what the page kept a minute later: memory, log, open files.
"""

import asyncio
import contextlib
import itertools
import math
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import websockets

from tests.browser import Server, running_server
from tests.tools.load import memory_of
from tests.visit import Visit

OPEN_FILES = 1024
SECONDS, REST_SECONDS, PATIENCE_SECONDS = 20.0, 60.0, 30.0
Nuisance = Callable[[Server], Awaitable[None]]


async def abandoned(server: Server) -> None:
    """2,000 connections, opened one after the other and never used; they stay open."""
    address = server.url.replace("http", "ws", 1) + "_stcore/stream"
    async with contextlib.AsyncExitStack() as held:
        for _ in range(2000):
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                connection = websockets.connect(address, subprotocols=["streamlit"], open_timeout=2)
                await held.enter_async_context(connection)
        await asyncio.sleep(SECONDS)


async def settings(server: Server) -> None:
    """3,000 different settings, pressed by one client."""
    every = itertools.product(range(1, 101), range(1, 31))
    async with Visit(server.url).connection() as visit:
        await visit.open()
        for batch_size, student in every:
            visit.link = f"batch_size={batch_size}&student={student}&epochs=200"
            await visit.move("batch_size", batch_size)
            await visit.press()
            await visit.catch(0.01)


async def reruns(server: Server) -> None:
    """Runs of the page, asked for as fast as one connection can."""
    async with Visit(server.url).connection() as visit:
        await visit.open()
        while True:
            await visit.ask()
            await visit.catch(0.001)


async def downloads(server: Server) -> None:
    """All files of a long study, the trained model among them, for ten learners again and again."""

    async def one(student: int) -> None:
        link = f"batch_size=1&epochs=200&student={student}"
        async with Visit(server.url, link).connection() as visit:
            await visit.study()
            await visit.unfold("save")
            await visit.catch(1.0)
            assert visit.files
            while True:
                for file in visit.files:
                    await visit.download(file)
                await visit.catch(0.05)

    await asyncio.gather(*(one(student) for student in range(1, 11)))


async def large(server: Server) -> None:
    """Messages just under Streamlit's 25 MB, one after the other."""
    async with Visit(server.url).connection() as visit:
        await visit.open()
        while True:
            visit.link = "x" * 24_500_000
            await visit.ask()
            await visit.catch(0.01)


async def silent(server: Server) -> None:
    """100 connections that ask for runs of the page and never read what comes."""
    async with contextlib.AsyncExitStack() as held:
        visits = [Visit(server.url) for _ in range(100)]
        for visit in visits:
            await held.enter_async_context(visit.connection())
            visit.socket.transport.pause_reading()
        while True:
            for visit in visits:
                await visit.ask()
            await asyncio.sleep(0.5)


NUISANCES: dict[str, Nuisance] = {
    act.__name__: act for act in (abandoned, settings, reruns, downloads, large, silent)
}


async def learners(server: Server, until: asyncio.Task, waits: list[float]) -> None:
    """One a second; infinite is the wait of one whom the page did not serve in time."""

    async def one(number: int) -> None:
        visit = Visit(server.url, f"student={number % 30 + 1}&epochs=5")
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), visit.connection():
                await visit.study()
            waits.append(visit.first_pass - visit.pressed)
        except (OSError, websockets.WebSocketException, TimeoutError):
            waits.append(math.inf)

    coming = []
    for number in itertools.count():
        if until.done():
            break
        coming.append(asyncio.create_task(one(number)))
        await asyncio.sleep(1.0)
    await asyncio.gather(*coming)


async def beside(server: Server, nuisance: Nuisance) -> list[float]:
    waits: list[float] = []

    async def for_a_while() -> None:
        with contextlib.suppress(TimeoutError, OSError, websockets.WebSocketException):
            await asyncio.wait_for(nuisance(server), SECONDS)

    await learners(server, asyncio.create_task(for_a_while()), waits)
    return waits


def try_one(name: str) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as server,
    ):
        hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)[1]
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (OPEN_FILES, hard))
        asyncio.run(Visit(server.url, "epochs=1").study_alone())
        time.sleep(10)  # until the specs are built
        page = psutil.Process(server.pid)
        memory, log = memory_of(server), server.log.stat().st_size
        waits = asyncio.run(beside(server, NUISANCES[name]))
        peak = memory_of(server)
        time.sleep(REST_SECONDS)
        grown, logged = memory_of(server) - memory, server.log.stat().st_size - log
        served = sum(map(math.isfinite, waits))
        print(f"{name}: {served} of {len(waits)} learners served, first pass median", end=" ")
        print(f"{statistics.median(waits):.2f} s, worst {max(waits):.2f} s;", end=" ")
        print(
            f"memory {(peak - memory) / 1e6:+.0f} MB, a minute later {grown / 1e6:+.0f};", end=" "
        )
        print(f"log {logged / 1e6:+.2f} MB; {page.num_fds()} files open", flush=True)


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # of the one who makes trouble
    for chosen in sys.argv[1:] or NUISANCES:
        try_one(chosen)
