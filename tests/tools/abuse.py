"""What one client may do to a hall: `python -m tests.tools.abuse [nuisance …]`.

The page runs with the usual limit of 1,024 open files. While each nuisance goes on, a learner comes
every second, opens the page and presses. Prints how many of them came to an end, how long they
waited for the first pass, and what the page kept for how long: memory, log, open files.
"""

import asyncio
import base64
import contextlib
import itertools
import math
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import websockets

from exam.model.own_exam import PIXELS
from exam.rooms.rooms import new_code, new_secret
from tests.browser import running_server
from tests.tools.load import memory_of
from tests.visit import Visit

OPEN_FILES = 1024
SECONDS, PATIENCE_SECONDS, WARM_SECONDS = 20.0, 30.0, 15.0
KEPT, REST = 30_000_000, 120.0  # bytes above which it is waited, and for how many seconds
Nuisance = Callable[[str], Awaitable[None]]


async def abandoned(url: str) -> None:
    """2,000 connections, opened one after the other and never used; they stay open."""
    address = url.replace("http", "ws", 1) + "_stcore/stream"
    async with contextlib.AsyncExitStack() as held:
        for _ in range(2000):
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                connection = websockets.connect(address, subprotocols=["streamlit"], open_timeout=2)
                await held.enter_async_context(connection)
        await asyncio.Event().wait()


async def settings(url: str) -> None:
    """3,000 different settings, pressed by one client."""
    every = itertools.product(range(1, 101), range(1, 31))
    async with Visit(url).connection() as visit:
        await visit.open()
        for batch_size, student in every:
            visit.link = f"batch_size={batch_size}&student={student}&epochs=200"
            await visit.move("batch_size", batch_size)
            await visit.press()
            await visit.catch(0.01)


async def reruns(url: str) -> None:
    """Runs of the page, asked for as fast as one connection can."""
    async with Visit(url).connection() as visit:
        await visit.open()
        while True:
            await visit.ask()
            await visit.catch(0.001)


async def downloads(url: str) -> None:
    """All files of a long study, for ten learners again and again."""

    async def one(student: int) -> None:
        link = f"batch_size=1&epochs=200&student={student}"
        async with Visit(url, link).connection() as visit:
            await visit.study()
            await visit.unfold("save")
            await visit.catch(1.0)
            assert visit.files
            while True:
                for file in visit.files:
                    await visit.download(file)
                await visit.catch(0.05)

    await asyncio.gather(*(one(student) for student in range(1, 11)))


async def large(url: str) -> None:
    """Messages just under Streamlit's 25 MB, and just under what this page allows, in turn."""
    for size in itertools.cycle((24_500_000, 1_000_000)):
        with contextlib.suppress(websockets.WebSocketException):
            async with Visit(url).connection() as visit:
                await visit.open()
                for _ in range(10):
                    visit.link = "x" * size
                    await visit.ask()
                    await visit.catch(0.01)


async def silent(url: str) -> None:
    """100 connections that ask for the page, again every five seconds, and never read it."""
    async with contextlib.AsyncExitStack() as held:
        visits = [Visit(url) for _ in range(100)]
        for visit in visits:
            await held.enter_async_context(visit.connection())
            visit.socket.transport.pause_reading()
        while True:
            for visit in visits:
                await visit.ask()
                await asyncio.sleep(0.05)


async def rooms(url: str) -> None:
    """20 connections that open rooms in a loop, and forge guesses, codes and secrets."""

    async def one() -> None:
        while True:
            code = new_code()
            links = [f"room={code}&secret={new_secret()}", f"room={code}&secret={new_secret()}"]
            for link in (*links, f"room={new_code()}", f"room={code}"):
                with contextlib.suppress(websockets.WebSocketException):
                    async with Visit(url, f"{link}&only=students").connection() as visit:
                        await visit.open()
                        for forged in ("0", "99", "<script>"):
                            if "students_guess" in visit.ids:
                                visit.options["students_guess"] = [forged]
                                await visit.choose("students_guess", 0)
                                await visit.read()

    await asyncio.gather(*(one() for _ in range(20)))


async def uploads(url: str) -> None:
    """Files of 1 MB, put where Streamlit keeps those of a file uploader, for 20 visits."""

    def put(session: str, number: int) -> None:
        edge = b"--edge\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=edge"}
        place, body = f"{url}_stcore/upload_file/{session}/{number}", bytes(1_000_000)
        request = urllib.request.Request(
            place, edge + body + b"\r\n--edge--\r\n", headers, method="PUT"
        )
        with contextlib.suppress(OSError):
            urllib.request.urlopen(request, timeout=5)

    async with contextlib.AsyncExitStack() as held:
        visits = [Visit(url) for _ in range(20)]
        for visit in visits:
            await held.enter_async_context(visit.connection())
            await visit.open()
        for number in itertools.count():
            await asyncio.to_thread(put, visits[number % 20].session, number)


async def ballots(url: str) -> None:
    """False learners without number who guess, or look, in one room."""
    code = new_code()
    async with Visit(url, f"room={code}&secret={new_secret()}").connection() as lecturer:
        await lecturer.open()

        async def one() -> None:
            while True:
                link = f"room={code}&only=students"
                with contextlib.suppress(websockets.WebSocketException):
                    async with Visit(url, link).connection() as visit:
                        await visit.open()
                        await visit.choose("students_guess", random.randrange(3))
                        await visit.read()

        await asyncio.gather(*(one() for _ in range(20)))


def drawing(at: int) -> dict:
    """Noise that might be a digit, and is another each time."""
    noise = [base64.b64encode(bytes(random.choices((0, 255), (9, 1), k=PIXELS))) for _ in range(2)]
    form, small = (each.decode() for each in noise)
    return {"at": at, "centred": form, "small": small, "typed": False}


async def drawings(url: str) -> None:
    """20 connections that forge digits, write exams and have them studied, in a loop."""
    forged = [None, [], {"at": 99}, {"at": "0"}, {"at": True}, drawing(-1), {"at": 0, "centred": 7}]
    forged += [drawing(0) | {"centred": text} for text in ("", "?", "A" * 1_000_000, "/" * 1045)]

    async def one() -> None:
        while True:
            with contextlib.suppress(websockets.WebSocketException):
                async with Visit(url, "only=own_exam").connection() as visit:
                    await visit.open()
                    for sent in (*forged, *map(drawing, range(10))):
                        await visit.tell("writing", "written", sent)
                    await visit.choose("own_exam_guess", 0)
                    await visit.read()
                    await visit.press("own_exam_begin")
                    await visit.catch(1.0)

    await asyncio.gather(*(one() for _ in range(20)))


NUISANCES: dict[str, Nuisance] = {
    act.__name__: act
    for act in (
        abandoned,
        settings,
        reruns,
        downloads,
        large,
        silent,
        rooms,
        uploads,
        ballots,
        drawings,
    )
}


async def learners(url: str, until: float) -> list[float]:
    """One a second; infinite is the wait of one whom the page did not serve in time."""
    waits: list[float] = []

    async def one(number: int) -> None:
        visit = Visit(url, f"student={number % 30 + 1}&epochs=5")
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await visit.study_alone()
            waits.append(visit.first_pass - visit.pressed)
        except (OSError, websockets.WebSocketException, TimeoutError):
            waits.append(math.inf)

    coming = []
    while time.monotonic() < until:
        coming.append(asyncio.create_task(one(len(coming))))
        await asyncio.sleep(1.0)
    await asyncio.gather(*coming)
    return waits


def try_one(name: str) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as server,
    ):
        hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)[1]
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (OPEN_FILES, hard))
        asyncio.run(learners(server.url, time.monotonic() + WARM_SECONDS))
        page = psutil.Process(server.pid)
        memory, log = memory_of(server), server.log.stat().st_size
        command = [sys.executable, "-m", "tests.tools.abuse", "--only", name, server.url]
        with subprocess.Popen(command) as nuisance:
            waits = asyncio.run(learners(server.url, time.monotonic() + SECONDS))
            most, files = memory_of(server), page.num_fds()
            nuisance.kill()
        ended = time.monotonic()
        while (kept := memory_of(server) - memory) > KEPT and time.monotonic() < ended + REST:
            time.sleep(1.0)
        logged = server.log.stat().st_size - log
        print(f"{name}: {sum(map(math.isfinite, waits))} of {len(waits)} learners served;", end=" ")
        print(f"first pass median {statistics.median(waits):.2f} s,", end=" ")
        print(f"worst {max(waits):.2f}; {files} files open; memory", end=" ")
        print(f"{(most - memory) / 1e6:+.0f} MB, {kept / 1e6:+.0f} after", end=" ")
        print(f"{time.monotonic() - ended:.0f} s; log {logged / 1e6:+.2f} MB", flush=True)


if __name__ == "__main__":
    hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))
    if sys.argv[1:2] == ["--only"]:
        asyncio.run(NUISANCES[sys.argv[2]](sys.argv[3]))
    else:
        for chosen in sys.argv[1:] or NUISANCES:
            try_one(chosen)
