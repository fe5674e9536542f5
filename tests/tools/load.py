"""Many learners at once: `python -m tests.tools.load [learners] [scene …]`.

Each learner opens the page within 30 s and presses the button within the same 10 s, over
Streamlit's own websocket, all from one process beside the server. Prints waiting times, CPU, and
the memory of server and workers together (what processes share is counted once). Start it with an
older commit's page by `EXAM_PAGE=folder`.
"""

import asyncio
import contextlib
import math
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from exam.lesson.chapters import CHAPTERS
from tests.browser import ROOT, Server, running_server
from tests.visit import Visit

SECONDS = OPEN_SECONDS, PRESS_SECONDS = 30.0, 10.0
PATIENCE_SECONDS = 240.0
PAGE = Path(os.environ.get("EXAM_PAGE", ROOT))


@dataclass
class Learner:
    """One visit. Times are seconds: opening, press to first drawn pass, press to the end, and
    from a guess to its answer."""

    link: str
    opened: float = 0.0
    first: float = 0.0
    ended: float = 0.0
    guess: float = 0.0
    error: str = ""
    reads: str = ""  # a chapter that is open before the press


Deed = Callable[[Visit, Learner], Awaitable[None]]


async def study(visit: Visit, learner: Learner) -> None:
    await visit.press()
    await visit.stay()


async def study_and_read(visit: Visit, learner: Learner) -> None:
    """Open a chapter, run its experiment, and study meanwhile."""
    name = random.choice([name for name in CHAPTERS if name not in ("own_exam", "questions")])
    await visit.unfold(f"{name}_open")
    await visit.read()
    if f"{name}_guess" in visit.ids:
        await visit.choose(f"{name}_guess", 0)
        await visit.read()
    if f"{name}_begin" in visit.ids:
        await visit.press(f"{name}_begin")
    await visit.press()
    await visit.stay()


async def study_and_guess(visit: Visit, learner: Learner) -> None:
    """Guess in a chapter while the study runs, and see that it is counted."""
    await visit.press()
    await visit.catch(random.uniform(0.5, 5.0))
    began = time.monotonic()
    await visit.choose("students_guess", random.randrange(3))
    while visit.drawn["students_guess"] < began:
        await visit.read_or_ask()
    learner.guess = time.monotonic() - began
    await visit.stay()


async def one_visit(server: Server, learner: Learner, deed: Deed, open_at: float, press_at: float):
    visit = Visit(server.url, learner.link)
    await asyncio.sleep(open_at - time.monotonic())
    began = time.monotonic()
    async with visit.connection():
        await visit.open()
        learner.opened = time.monotonic() - began
        if learner.reads:
            await visit.unfold(f"{learner.reads}_open")
            await visit.read()
        await asyncio.sleep(press_at - time.monotonic())
        await deed(visit, learner)
        learner.first = (visit.first_pass or visit.ended) - visit.pressed
        learner.ended = visit.ended - visit.pressed


async def counted(learner: Learner, visit: Awaitable) -> None:
    """Every failure is counted, and none ends the load."""
    try:
        await asyncio.wait_for(visit, PATIENCE_SECONDS)
    except Exception as error:  # noqa: BLE001
        learner.error = repr(error)


async def lecture(
    server: Server,
    learners: Iterable[Learner],
    deed: Deed,
    open_seconds: float = OPEN_SECONDS,
    press_seconds: float = PRESS_SECONDS,
) -> None:
    """All learners open the page within `open_seconds`, then press start within `press_seconds`."""
    start = time.monotonic()
    visits = [
        one_visit(
            server,
            learner,
            deed,
            start + random.uniform(0, open_seconds),
            start + open_seconds + random.uniform(0, press_seconds),
        )
        for learner in learners
    ]
    await asyncio.gather(*map(counted, learners, visits))


def memory_of(server: Server) -> int:
    return sum(memory_of_each(server))


def memory_of_each(server: Server) -> list[int]:
    """Bytes (PSS, in which what several share counts once), of the server first."""
    everyone = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    return [each.memory_full_info().pss for each in everyone]


class Watch:
    """CPU and memory of server and workers, and CPU of the learners, until `stop`."""

    def __init__(self, server: Server):
        self.server, self.peak, self._is_over = server, memory_of_each(server), threading.Event()
        self._at_first = sum(self.peak)
        page = psutil.Process(server.pid)
        self._processes = [[page], page.children(recursive=True), [psutil.Process()]]
        self._before = self._cpu_seconds()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _cpu_seconds(self) -> list[float]:
        return [
            sum(sum(each.cpu_times()[:2]) for each in processes) for processes in self._processes
        ]

    def _look(self) -> None:
        while not self._is_over.wait(0.5):
            self.peak = max(self.peak, memory_of_each(self.server), key=sum)

    def stop(self) -> str:
        self._is_over.set()
        self._thread.join()
        cpu = zip(self._before, self._cpu_seconds(), strict=True)
        server, workers, learners = (after - before for before, after in cpu)
        shares = " + ".join(f"{each / 1e6:.0f}" for each in self.peak)
        memory = f"memory {self._at_first / 1e6:.0f} MB, at its peak {sum(self.peak) / 1e6:.0f}"
        cpu = f"CPU: server {server:.1f} s, workers {workers:.1f} s, learners {learners:.1f} s"
        return f"{cpu}; {memory} ({shares})"


def report(name: str, learners: list[Learner]) -> None:
    errors = [learner.error for learner in learners if learner.error]
    print(f"\n{name}: {len(learners)} learners, {len(errors)} errors")
    for error in sorted(set(errors)):
        print("  ", error[:200])
    print("                           median    p95   worst (s)")
    fields = {"opening": "opened", "press → first pass": "first", "press → end": "ended"}
    fields["guess → its answer"] = "guess"
    for title, field in fields.items():
        times = sorted(getattr(each, field) for each in learners if not each.error)
        if not (times := [seconds for seconds in times if seconds]):
            continue
        p95 = times[math.ceil(0.95 * len(times)) - 1]
        print(f"  {title:24} {statistics.median(times):6.2f} {p95:6.2f} {times[-1]:6.2f}")


@contextlib.contextmanager
def warm_server():
    """A server at which somebody has studied, and whose worker has traced all it will."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt", PAGE) as server,
    ):
        asyncio.run(lecture(server, [Learner("epochs=1&student=30")], study, 0, 0))
        wait_until_quiet(psutil.Process(server.pid))
        yield server
        log = server.log.read_text()
        assert "Traceback" not in log, log[-3000:]


def wait_until_quiet(page: psutil.Process) -> None:
    for process in page.children(recursive=True):
        while process.cpu_percent(interval=1.0) > 10:
            pass


def scene(
    name: str,
    links: list[str],
    deed: Deed = study,
    seconds: tuple[float, float] = SECONDS,
    reads: str = "",
) -> None:
    with warm_server() as server:
        learners, watch = [Learner(link, reads=reads) for link in links], Watch(server)
        asyncio.run(lecture(server, learners, deed, *seconds))
        figures = watch.stop()
        report(name, learners)
        print("  " + figures)


def any_settings(count: int) -> list[str]:
    draw = random.Random(0)
    return [
        f"batch_size={draw.randint(1, 100)}&epochs={draw.randint(20, 200)}"
        f"&student={draw.randint(1, 30)}"
        for _ in range(count)
    ]


def any_students(count: int) -> list[str]:
    return [f"student={number % 30 + 1}" for number in range(count)]


def room(count: int) -> None:
    """A hall in one room guesses in three chapters."""
    from tests.tools.hall import hall

    with warm_server() as server:
        print(f"\n{count} learners in one room")
        asyncio.run(hall(server, count, memory_of))


def writing(count: int) -> None:
    """Two halls write an exam each."""
    from tests.tools.writing import halls

    with warm_server() as server:
        print(f"\n{count} learners in each of two rooms write an exam")
        asyncio.run(halls(server, count, memory_of))


SCENES: dict[str, Callable[[int], None]] = {
    "guesses": lambda count: scene(
        "a guess meanwhile", any_settings(count), study_and_guess, reads="students"
    ),
    "chapters": lambda count: scene("chapters open", any_students(count), study_and_read),
    "thousand": lambda count: scene("a thousand", [""] * 5 * count, seconds=(60.0, 20.0)),
    "room": room,
    "write": writing,
}


if __name__ == "__main__":
    random.seed(0)
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    names = [argument for argument in sys.argv[1:] if argument in SCENES]
    for chosen in names or SCENES:
        SCENES[chosen](numbers[0] if numbers else 200)
