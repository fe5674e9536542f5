"""The measurements that OPERATIONS.md quotes, side by side: `python -m tests.tools.bench`.

With a folder that holds an older commit of the page, what a visit costs is measured there as well.
Times on a shared machine mean little by themselves; the ratios and medians are what counts.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

BATCH_SIZES = (1, 10, 100)
EPOCHS = 20
PAIRS = 5
COLD_STARTS, COLD_SECONDS = 3, 60


def milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def bench_study() -> None:
    """study() against textbook fit(), both warm and both marking 1,000 unseen questions."""
    from exam.model.network import initial_weights
    from exam.model.plan import Plan
    from exam.model.training import study
    from exam.model.updates import encode_deltas, first_pass_deltas
    from tests.test_training import VAL_X, VAL_Y, X, Y, plain_model

    print(f"{EPOCHS} epochs, median of {PAIRS} pairs (ms)")
    print("batch size |   fit() | study() | ratio | the deltas of its first pass")
    for batch_size in BATCH_SIZES:
        model = plain_model(1)
        plain = {"batch_size": batch_size, "verbose": 0, "validation_data": (VAL_X, VAL_Y)}
        plain["validation_batch_size"] = 1000
        model.fit(X, Y, epochs=1, **plain)
        study(batch_size=batch_size, epochs=1, student=1)
        pairs = [
            (
                milliseconds(lambda: model.fit(X, Y, epochs=EPOCHS, **plain)),  # noqa: B023
                milliseconds(lambda: study(batch_size=batch_size, epochs=EPOCHS, student=1)),  # noqa: B023
            )
            for _ in range(PAIRS)
        ]
        fit, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        plan, weights = Plan(batch_size, 1), initial_weights(1)
        deltas = statistics.median(
            milliseconds(lambda: encode_deltas(first_pass_deltas(weights, plan)))  # noqa: B023
            for _ in range(PAIRS)
        )
        row = f"{batch_size:10} | {fit:7.0f} | {ours:7.0f} | {ratio:5.1f} "
        print(row + f"| {deltas:.1f} ms, {100 * deltas / ours:.1f} %")


def bench_visits(before: Path | None) -> None:
    """The server's CPU and messages: an opening, a moved slider, a press of a known study.

    With `before`, a folder with an older commit of the page, side by side.
    """
    import asyncio
    import contextlib

    import psutil

    from tests.browser import ROOT, running_server
    from tests.visit import Visit

    times = 100

    async def costs(server) -> dict[str, tuple[float, float]]:
        """Milliseconds of CPU, and messages, of each."""
        process, results = psutil.Process(server.pid), {}

        async def measured(what: str, visit: Visit | None, act) -> None:
            spent, messages = sum(process.cpu_times()[:2]), visit.messages if visit else 0
            counted = sum([await act(number) or 0 for number in range(times)])
            counted += visit.messages - messages if visit else 0
            cpu = sum(process.cpu_times()[:2]) - spent
            results[what] = 1000 * cpu / times, counted / times

        async def opening(number: int) -> int:
            another = Visit(server.url, "epochs=20")
            async with another.connection():
                await another.open()
                return another.messages

        async with Visit(server.url, "epochs=20").connection() as visit:
            await visit.study()

            async def slider(number: int) -> None:
                await visit.move("batch_size", 11 + number % 2)
                await visit.read()

            async def press(number: int) -> None:
                await visit.press()
                await visit.read()

            await measured("an opening", None, opening)
            await measured("a moved slider", visit, slider)
            await visit.move("batch_size", 10)
            await visit.read()
            await measured("a press of a known study", visit, press)
        return results

    pages = {"before": before, "now": ROOT} if before else {"now": ROOT}
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        servers = {
            name: running.enter_context(running_server(Path(folder) / f"{name}.txt", project))
            for name, project in pages.items()
        }
        results = {name: [] for name in servers}
        for _ in range(PAIRS):
            for name, server in servers.items():
                results[name].append(asyncio.run(costs(server)))
    for what in results["now"][0]:
        costs_of_each = []
        for name, runs in results.items():
            cpu, messages = (statistics.median(r[what][n] for r in runs) for n in (0, 1))
            costs_of_each.append(f"{name} {cpu:.1f} ms of CPU, {messages:.0f} messages")
        print(f"{what}: {'; '.join(costs_of_each)}")


def bench_cold(before: Path | None) -> None:
    """A server that has just started: ten visits, one after another, and its CPU in a minute."""
    import asyncio

    import psutil

    from tests.browser import ROOT, running_server
    from tests.visit import Visit

    async def visits(server) -> list[float]:
        waits = []
        for _ in range(10):
            began = time.perf_counter()
            async with Visit(server.url).connection() as visit:
                await visit.open()
                waits.append(time.perf_counter() - began)
        return waits

    pages = {"before": before, "now": ROOT} if before else {"now": ROOT}
    for name, project in pages.items():
        waits, spent = [], []
        for _ in range(COLD_STARTS):
            with tempfile.TemporaryDirectory() as folder:
                began = time.monotonic()
                with running_server(Path(folder) / "log.txt", project) as server:
                    waits.append(asyncio.run(visits(server)))
                    time.sleep(max(0.0, began + COLD_SECONDS - time.monotonic()))
                    spent.append(sum(psutil.Process(server.pid).cpu_times()[:2]))
        first, tenth = (statistics.median(each[at] for each in waits) for at in (0, 9))
        print(f"cold, {name}: the first visit is drawn after {first:.2f} s, the tenth", end=" ")
        print(f"after {tenth:.2f}; CPU in {COLD_SECONDS} s {statistics.median(spent):.1f} s")


def bench_experiments() -> None:
    """Seconds that each chapter's experiment takes when nobody has run it, Keras being there."""
    from exam.lesson.chapters import CHAPTERS
    from exam.model.plan import Plan
    from exam.page.ask_again import SHORTEST_DELAY
    from exam.page.visit import Settings
    from exam.service.experiment import Attempt, Experiment
    from exam.service.scheduler import Scheduler
    from exam.service.worker import workers_wanted

    print(f"experiments with {workers_wanted()} workers (s):", end=" ")
    settings = Settings(batch_size=10, epochs=20, student=1, misprints=10)
    for name, chapter in CHAPTERS.items():
        if not (studies := chapter.studies_for(settings)):
            continue
        scheduler = Scheduler()
        scheduler.fetch(Plan(99, 30), 1, 180)
        experiment, began = Experiment(Attempt(studies)), time.monotonic()
        while experiment.is_running:
            experiment.poll(scheduler)
            time.sleep(SHORTEST_DELAY)  # as the page does at first
        print(f"{name} {time.monotonic() - began:.1f}", end="; ", flush=True)
        scheduler.close()
    print()


def bench_memory() -> None:
    """What the scheduler keeps of an epoch, and of as many as it keeps at the most."""
    import pickle
    import tracemalloc

    from exam.model.training import study
    from exam.service.job_queue import KEPT_MARKS

    pickled = [pickle.dumps(mark) for mark in study(batch_size=1, epochs=200, student=1)]
    tracemalloc.start()
    kept = [pickle.loads(each) for each in pickled]
    bytes_each = tracemalloc.get_traced_memory()[0] / len(kept)
    print(f"an epoch takes {bytes_each / 1000:.1f} kB, {KEPT_MARKS:,} of them", end=" ")
    print(f"{bytes_each * KEPT_MARKS / 1e6:.0f} MB")


FIRST_BARS = """() => {
    const hasBars = () => document.querySelector(".own-paper .is-answer");
    window.first = new Promise(resolve => addEventListener("pointerdown", ({ timeStamp }) => {
        const look = () => hasBars() ? resolve(performance.now() - timeStamp) : setTimeout(look);
        requestAnimationFrame(look);
    }, { once: true }));
}"""
# A stroke of a hundred points, each with its layout; the first ones warm the compiler up.
FRAMES = """() => {
    const canvas = document.querySelector(".own-paper canvas");
    const { x, y, width } = canvas.getBoundingClientRect();
    return Array.from({ length: 100 }, (_, at) => {
        const clientX = x + width * (0.5 + 0.3 * Math.cos(at / 8));
        const clientY = y + width * (0.5 + 0.3 * Math.sin(at / 8)), began = performance.now();
        const place = { pointerId: 1, isPrimary: true, clientX, clientY };
        canvas.dispatchEvent(new PointerEvent("pointermove", place));
        document.body.getBoundingClientRect();
        return performance.now() - began;
    }).slice(10);
}"""


def bench_paper() -> None:
    """From the first stroke on one's own paper to its bars, and what each further point costs."""
    from playwright.sync_api import sync_playwright

    from tests.browser import launch, open_page, press_start, running_server, wait_until_played

    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for width, height in ((390, 844), (900, 700), (1440, 900)):
            firsts, frames = [], []
            page = browser.new_page(viewport={"width": width, "height": height})
            open_page(page, server, "lang=ko")
            press_start(page)
            wait_until_played(page)
            page.locator(".own-question").click()
            page.keyboard.press("1")  # until the weights are there
            page.locator(".own-paper .is-answer").wait_for()
            for _ in range(PAIRS):
                page.locator(".own-paper .clear").click()
                box = page.locator(".own-paper canvas").bounding_box()
                page.evaluate(FIRST_BARS)
                page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
                page.mouse.down()
                firsts.append(page.evaluate("window.first"))
                frames += page.evaluate(FRAMES)
                page.mouse.up()
            page.close()
            first, frame, worst = statistics.median(firsts), statistics.median(frames), max(frames)
            print(f"{width} pixels wide: first bars after {first:.0f} ms,", end=" ")
            print(f"then {frame:.1f} ms a point (worst {worst:.1f})")


if __name__ == "__main__":
    older = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    bench_visits(older)
    bench_cold(older)
    bench_memory()
    bench_experiments()
    bench_study()
    bench_paper()
