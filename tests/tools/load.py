"""Many learners at once: `python -m tests.tools.load [learners] [scene …] [alone]`.

Each learner opens the page within 30 s and presses the button within the same 10 s, over
Streamlit's own websocket, all from one process beside the server; three more sit at real
Chromiums, unless `alone`. Prints waiting times, CPU, and the memory of server and workers together
(what processes share is counted once). Start it with an older commit's page by `EXAM_PAGE=folder`.
"""

import asyncio
import contextlib
import functools
import itertools
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
from urllib.parse import parse_qsl

import psutil

from exam.lesson.chapters import CHAPTERS
from exam.model.exams import QUESTIONS
from tests.browser import ROOT, Server, running_server
from tests.visit import Visit

SECONDS = OPEN_SECONDS, PRESS_SECONDS = 30.0, 10.0
PATIENCE_SECONDS = 240.0
CHROMIUMS = 3
PAGE = Path(os.environ.get("EXAM_PAGE", ROOT))
SOAK_VISITS, SOAK_SECONDS, SOAK_SETTLED = 3000, 600.0, 300
FRAMES = [f"only={name}&embed=true" for name in ("study", "batch_sizes", "repetition", "pianist")]
FLOOD_CONNECTIONS, NUISANCE_SECONDS = 20, 5.0


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
    leaves: bool = False  # closes the tab before the end
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


async def study_in_one_frame(visit: Visit, learner: Learner) -> None:
    """Of the four frames of a lecture page, all open; the others only stay."""
    if "only=study" in learner.link:
        await study(visit, learner)
    else:
        learner.leaves = True
        await visit.catch(PRESS_SECONDS)


async def study_restlessly(visit: Visit, learner: Learner) -> None:
    """Half of them leave in the middle, or move a slider and press again."""
    await visit.press()
    restless = random.random()
    if restless < 0.5:
        await visit.catch(random.uniform(0.2, 1.5))
    if restless < 0.25:
        learner.leaves = True
        return
    if restless < 0.5:
        await visit.move("batch_size", random.randint(1, 100))
        await visit.press()
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
        if not learner.leaves:
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
    """All open the page within so many seconds and then press within so many."""
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


# Collect the seconds from the press to the first pass that is shown, and to the last.
WATCH = """() => {
    document.querySelector(".st-key-start button").addEventListener("click", () => {
        const at = performance.now();
        window.passes = [];
        document.querySelector("#pass").addEventListener("input", (event) => {
            const seconds = (performance.now() - at) / 1000;
            if (+event.target.value === 1) window.passes[0] = seconds;
            window.passes[1] = seconds;
        });
    });
}"""


def sit_at_chromium(server: Server, learner: Learner, open_at: float, press_at: float) -> None:
    """The same with a real browser; the times are those at which its chart shows it."""
    from playwright.sync_api import sync_playwright

    from tests.browser import launch, open_page, press_start

    with sync_playwright() as playwright:
        browser = launch(playwright)
        for process in psutil.Process().children(recursive=True):
            if "chrom" in process.name():  # it stands for a learner's own machine
                process.nice(15)
        page = browser.new_page(locale="ko-KR")
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        try:
            time.sleep(max(0.0, open_at - time.monotonic()))
            began = time.monotonic()
            open_page(page, server, learner.link)
            learner.opened = time.monotonic() - began
            time.sleep(max(0.0, press_at - time.monotonic()))
            page.evaluate(WATCH)
            press_start(page)
            page.locator(".player[data-exam='study'][data-state='replay']").wait_for()
            learner.first, learner.ended = page.evaluate("window.passes")
        except Exception as error:  # noqa: BLE001
            learner.error = repr(error)
        finally:
            browser.close()


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
) -> list[Learner]:
    with warm_server() as server:
        learners = [Learner(link, reads=reads) for link in links]
        seats = [Learner(random.choice(links)) for _ in range(CHROMIUMS)]
        now, watch = time.monotonic(), Watch(server)
        threads = [
            threading.Thread(
                target=sit_at_chromium,
                args=(server, seat, now + 5 * number, now + OPEN_SECONDS + 3 * number),
            )
            for number, seat in enumerate(seats)
        ]
        for thread in threads:
            thread.start()
        asyncio.run(lecture(server, learners, deed, *seconds))
        for thread in threads:
            thread.join()
        figures = watch.stop()
        report(name, learners)
        print("  " + figures)
        if seats:
            report(f"{name}, at Chromiums", seats)
        return learners + seats


def scene_and_floor(name: str, links: list[str]) -> None:
    """The scene, and how long plain fit() takes for all that it asks for."""
    learners = scene(name, links)
    passes, fit_seconds, mark_seconds = floor(learners)
    worst = max(learner.ended for learner in learners)
    print(f"  fit() alone takes {fit_seconds:.0f} s for these {passes:,} passes, one by one,")
    print(f"  and marking them {mark_seconds:.0f} s more; the last learner waited", end=" ")
    print(f"{worst / fit_seconds:.1f} times as long as fit() takes")


def floor(learners: list[Learner]) -> tuple[int, float, float]:
    """How many different passes they ask for, and the seconds for fit() and marks by themselves."""
    from exam.model.marking import mark
    from exam.model.network import shared_network
    from exam.model.passes import passes
    from exam.model.plan import Plan

    longest: dict[Plan, int] = {}
    for learner in learners:
        asked = {name: int(value) for name, value in parse_qsl(learner.link)}
        plan = Plan(asked["batch_size"], asked["student"])
        longest[plan] = max(asked["epochs"], longest.get(plan, 0))

    def seconds(act: Callable[[], object], times: int) -> float:
        began = time.perf_counter()
        for _ in range(times):
            act()
        return (time.perf_counter() - began) / times

    @functools.cache
    def seconds_a_pass(updates: int) -> float:
        plan, model = Plan(-(-QUESTIONS // updates), 1), shared_network()
        fit = {"epochs": 50, "steps_per_epoch": 1, "shuffle": False, "verbose": 0}
        return seconds(lambda: model.fit(passes(plan, 0, 50), **fit), 3) / 50

    fit_seconds = sum(epochs * seconds_a_pass(plan.updates) for plan, epochs in longest.items())
    all_passes, any_plan = sum(longest.values()), next(iter(longest))
    return all_passes, fit_seconds, all_passes * seconds(lambda: mark(any_plan, epoch=0), 500)


def soak(visits: int = SOAK_VISITS, seconds: float = SOAK_SECONDS) -> None:
    """Pages opened, pressed now and then, and left: what memory stays?"""
    with warm_server() as server:
        learners = [Learner(f"epochs=3&student={n % 30 + 1}") for n in range(visits)]
        pace, settled = seconds / visits, []

        async def leave(visit: Visit, learner: Learner) -> None:
            learner.leaves = True
            if random.random() < 0.2:
                await visit.press()
                await visit.catch(0.5)

        async def all_visits() -> None:
            start = time.monotonic()
            tasks = []
            for number, learner in enumerate(learners):
                at = start + number * pace
                await asyncio.sleep(at - time.monotonic())
                visit = one_visit(server, learner, leave, at, at + random.uniform(0, 2))
                tasks.append(asyncio.create_task(counted(learner, visit)))
                if number == SOAK_SETTLED * visits // SOAK_VISITS:
                    settled.append(memory_of(server))
            await asyncio.gather(*tasks)

        watch = Watch(server)
        asyncio.run(all_visits())
        end, figures = memory_of(server), watch.stop()
        report(f"soak of {seconds:.0f} s", learners)
        share = 100 * (end / settled[0] - 1)
        print(f"  {figures}; after a tenth {settled[0] / 1e6:.0f} MB,", end=" ")
        print(f"at the end {end / 1e6:.0f} MB ({share:+.1f} %)")


def flood(learners: int) -> None:
    """A lecture on the defaults while one script opens links with every setting, and presses."""
    settings = itertools.product(range(1, 101), range(1, 31))
    links = itertools.cycle(f"batch_size={b}&student={s}&epochs=200" for b, s in settings)

    async def nuisance(server: Server) -> None:
        while True:
            visit = Visit(server.url, next(links))
            with contextlib.suppress(Exception):
                async with visit.connection():
                    await visit.open()
                    await visit.press()
                    await visit.catch(NUISANCE_SECONDS)

    async def under_flood(server: Server, crowd: list[Learner]) -> None:
        nuisances = [asyncio.create_task(nuisance(server)) for _ in range(FLOOD_CONNECTIONS)]
        await lecture(server, crowd, study, 5, 5)
        for task in nuisances:
            task.cancel()

    with warm_server() as server:
        medians = []
        for name, batch_size, act in (  # the same number of updates, and nothing known of either
            ("undisturbed", 13, lambda crowd: lecture(server, crowd, study, 5, 5)),
            ("flooded", 14, lambda crowd: under_flood(server, crowd)),
        ):
            link = f"batch_size={batch_size}&epochs=40&student="
            crowd = [Learner(f"{link}{n % 30 + 1}") for n in range(learners)]
            watch = Watch(server)
            asyncio.run(act(crowd))
            figures = watch.stop()
            report(name, crowd)
            print("  " + figures)
            medians.append(statistics.median(each.ended for each in crowd if not each.error))
        print(f"flooded, a study takes {medians[1] / medians[0]:.1f} times as long")


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


SCENES: dict[str, Callable[[int], object]] = {
    "defaults": lambda count: scene("defaults", [""] * count),
    "random": lambda count: scene_and_floor("random settings", any_settings(count)),
    "chapters": lambda count: scene("chapters open", any_students(count), study_and_read),
    "guesses": lambda count: scene(
        "a guess meanwhile", any_settings(count), study_and_guess, reads="students"
    ),
    "thousand": lambda count: scene("a thousand", [""] * 5 * count, seconds=(60.0, 20.0)),
    "frames": lambda count: scene("four frames each", FRAMES * count, study_in_one_frame),
    "restless": lambda count: scene("restless", any_settings(count), study_restlessly),
    "flood": lambda count: flood(count // 4),
    "room": room,
    "write": writing,
    "soak": lambda count: soak(SOAK_VISITS * count // 200, SOAK_SECONDS * count / 200),
}


if __name__ == "__main__":
    random.seed(0)
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    names = [argument for argument in sys.argv[1:] if argument in SCENES]
    CHROMIUMS = 0 if "alone" in sys.argv else CHROMIUMS
    for chosen in names or SCENES:
        SCENES[chosen](numbers[0] if numbers else 200)
