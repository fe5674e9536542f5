"""The measurements that the README quotes, side by side in one run: `python -m tests.tools.bench`.

Times on a shared machine mean little by themselves; the ratios and medians are what counts.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

BATCH_SIZES = (1, 10, 100)
EPOCHS = 20
PAIRS = 5


def milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def bench_study() -> None:
    """study() against the fit() of the textbooks, warm, both marking 1,000 unseen questions."""
    from exam.model.training import study
    from tests.test_training import VAL_X, VAL_Y, X, Y, plain_model

    print(f"{EPOCHS} epochs, median of {PAIRS} pairs (ms)")
    print("batch size |   fit() | study() | ratio")
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
        print(f"{batch_size:10} | {fit:7.0f} | {ours:7.0f} | {ratio:5.1f}")


def bench_page() -> None:
    """From the press of the button to the first pass that is shown, in Chromium, warm."""
    from playwright.sync_api import sync_playwright

    from tests.browser import (
        launch,
        open_page,
        press_start,
        running_server,
        wait_until_idle,
        wait_until_played,
    )
    from tests.tools.load import WATCH

    waits = []
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        page = launch(playwright).new_page(locale="ko-KR")
        open_page(page, server, "epochs=2&start=true")
        wait_until_played(page)
        for student in range(2, 7):
            open_page(page, server, f"epochs=20&student={student}")
            wait_until_idle(page)
            page.evaluate(WATCH)
            press_start(page)
            wait_until_played(page)
            waits.append(page.evaluate("window.passes[0]"))
    print(f"press → first shown pass, median of {len(waits)}: {statistics.median(waits):.2f} s")
    print(f"                              the slowest: {max(waits):.2f} s")


def bench_press() -> None:
    """The server's CPU and its messages: a rerun, and a press of a study that is known."""
    import asyncio

    import psutil

    from tests.browser import running_server
    from tests.visit import Visit

    times = 100

    async def cost(server, press: bool) -> tuple[float, float]:
        """Milliseconds of CPU, and messages, of each."""
        process = psutil.Process(server.pid)
        async with Visit(server.url, "epochs=20").connection() as visit:
            await visit.study()
            await visit.open()
            before, messages = sum(process.cpu_times()[:2]), visit.messages
            for _ in range(times):
                if press:
                    await visit.press()
                    await visit.read()
                else:
                    await visit.open()
            cpu = sum(process.cpu_times()[:2]) - before
            return 1000 * cpu / times, (visit.messages - messages) / times

    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as server,
    ):
        pairs = [
            [asyncio.run(cost(server, press)) for press in (False, True)] for _ in range(PAIRS)
        ]
    rerun, press = (
        [statistics.median(value) for value in zip(*each, strict=True)]
        for each in zip(*pairs, strict=True)
    )
    print(f"rerun with a study on the screen: {rerun[0]:.1f} ms of CPU, {rerun[1]:.0f} messages;")
    print(f"press of a known study: {press[0]:.1f} ms, {press[1]:.0f} messages", end=" ")
    print(f"({press[0] / rerun[0]:.1f} times)")


def bench_rerun() -> None:
    """The server's CPU for a rerun of the first screen, with and without the (closed) lesson."""
    import asyncio
    import contextlib
    import shutil

    import psutil

    from tests.browser import ROOT, running_server
    from tests.visit import Visit

    reruns = 150

    async def cpu_of_reruns(server) -> float:
        process = psutil.Process(server.pid)
        async with Visit(server.url).connection() as visit:
            for number in range(reruns + 20):
                if number == 20:
                    before = sum(process.cpu_times()[:2])
                await visit.open()
        return 1000 * (sum(process.cpu_times()[:2]) - before) / reruns

    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        without = Path(folder) / "without"
        for part in ("exam", "assets", ".streamlit"):
            shutil.copytree(ROOT / part, without / part)
        shutil.copy(ROOT / "streamlit_app.py", without)
        chapters = without / "exam" / "lesson" / "__init__.py"
        whole = chapters.read_text(encoding="utf-8")
        chapters.write_text(whole.replace("for name in ORDER:", "for name in ():"), "utf-8")
        servers = {
            name: running.enter_context(running_server(Path(folder) / f"{name}.txt", project))
            for name, project in (("with", ROOT), ("without", without))
        }
        found = {name: [] for name in servers}
        for _ in range(PAIRS):
            for name, server in servers.items():
                found[name].append(asyncio.run(cpu_of_reruns(server)))
    with_lesson, alone = (statistics.median(times) for times in found.values())
    print(f"rerun of the first screen, median of {PAIRS} (CPU): {with_lesson:.1f} ms, ", end="")
    print(f"without the lesson {alone:.1f} ms")


def bench_experiments() -> None:
    """Seconds that each chapter's experiment takes when nobody has run it, Keras being there."""
    from exam.lesson import CHAPTERS
    from exam.model.plan import Plan
    from exam.service.experiment import Experiment, Outcome
    from exam.service.scheduler import Scheduler
    from exam.service.worker import workers_wanted

    print(f"experiments with {workers_wanted()} workers (s):", end=" ")
    settings = {"batch_size": 10, "epochs": 20, "student": 1, "misprints": 10}
    for name, chapter in CHAPTERS.items():
        if not chapter.plans:
            continue
        scheduler = Scheduler()
        scheduler.fetch(Plan(99, 30), 1, 180)
        outcome, began = Outcome(Experiment(chapter.plans(settings), choice=1)), time.monotonic()
        while outcome.is_running:
            outcome.poll(scheduler)
            time.sleep(0.1)  # as the page does
        print(f"{name} {time.monotonic() - began:.1f}", end="; ", flush=True)
        scheduler.close()
    print()


def bench_memory() -> None:
    """What the scheduler keeps of an epoch, and of as many as it keeps at the most."""
    import pickle
    import tracemalloc

    from exam.model.training import study
    from exam.service.job_queue import KEPT_EPOCHS

    pickled = [pickle.dumps(mark) for mark in study(batch_size=1, epochs=200, student=1)]
    tracemalloc.start()
    kept = [pickle.loads(each) for each in pickled]
    bytes_each = tracemalloc.get_traced_memory()[0] / len(kept)
    print(f"an epoch takes {bytes_each / 1000:.1f} kB, {KEPT_EPOCHS:,} of them", end=" ")
    print(f"{bytes_each * KEPT_EPOCHS / 1e6:.0f} MB")


if __name__ == "__main__":
    bench_memory()
    bench_experiments()
    bench_study()
    bench_page()
    bench_press()
    bench_rerun()
