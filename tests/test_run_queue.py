"""Which connection the page runs for next, where more ask than it can serve."""

import asyncio
import math
import time

import pytest

from exam import run_queue
from exam.fading import Fading
from exam.received import OPEN_CHAPTER, WHOLE_PAGE
from exam.run_queue import HALF_LIFE, RUN_SECONDS, Asked, RunQueue
from tests.visit import run


@pytest.fixture(autouse=True)
def queue(monkeypatch) -> RunQueue:
    """A queue of the test's own, of a thread that is busy until `is_busy` is cleared."""
    monkeypatch.setattr(run_queue, "RUNS", queue := RunQueue())
    queue.is_busy = True
    queue._due = math.inf  # nothing is due while it is

    async def is_busy() -> bool:
        await asyncio.sleep(0)
        return queue.is_busy

    monkeypatch.setattr(run_queue, "_is_busy", is_busy)
    return queue


def who_asked_for(runs: int) -> Asked:
    asked = Asked()
    asked.runs.add(runs)
    return asked


async def order(queue: RunQueue, *asking: Asked) -> list[Asked]:
    """The order in which they are served, who ask in that order while the thread is busy."""
    served: list[Asked] = []

    async def ask(one: Asked) -> None:
        await one.wait()
        served.append(one)

    first = asyncio.create_task(ask(Asked()))  # nobody waits yet
    await first
    waiting = [asyncio.create_task(ask(one)) for one in asking]
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(served) == 1
    queue.is_busy = False
    await asyncio.gather(*waiting)
    return served[1:]


def test_learners_come_in_their_order_and_who_asks_without_pause_after_them(queue):
    """But every fourth turn is that of who has waited longest."""
    one, other, much, more = map(who_asked_for, (0, 20, 200, 2_000))
    assert run(order(queue, more, much, one, other)) == [one, other, more, much]


def test_a_large_run_waits_even_if_it_is_the_first_of_its_connection(queue):
    async def serve() -> list[str]:
        served: list[str] = []

        async def ask(name: str, runs: int) -> None:
            await Asked().wait(runs)
            served.append(name)

        await ask("the first", 1)
        chapters = WHOLE_PAGE + 15 * OPEN_CHAPTER
        asking = ("a part", 1), ("all chapters", chapters), ("a page", WHOLE_PAGE), ("more", 1)
        waiting = [asyncio.create_task(ask(*each)) for each in asking]
        await asyncio.sleep(0)
        queue.is_busy = False
        await asyncio.gather(*waiting)
        return served[1:]

    assert run(serve()) == ["a part", "a page", "all chapters", "more"]


def test_half_is_forgotten_in_a_half_life(monkeypatch):
    sums = Fading(HALF_LIFE)
    sums.add(200)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + HALF_LIFE)
    assert sums.now() == pytest.approx(100, rel=0.01)
    sums.add(50)
    assert sums.now() == pytest.approx(150, rel=0.01)


def test_somebody_is_served_however_busy_the_thread_is(queue):
    queue._due = 0.0

    async def ask() -> None:
        async with asyncio.timeout(60):
            await asyncio.gather(*(Asked().wait() for _ in range(20)))

    began = time.monotonic()
    run(ask())
    assert queue.is_busy and time.monotonic() - began > 10 * RUN_SECONDS


def test_whoever_has_gone_keeps_nobody_waiting(queue):
    async def leave() -> list[Asked]:
        gone = asyncio.create_task(Asked().wait())
        await asyncio.sleep(0)
        gone.cancel()
        return await order(queue, stays)

    stays = Asked()
    assert run(leave()) == [stays]


def test_a_process_that_computes_is_busy(monkeypatch):
    monkeypatch.undo()

    async def both(*, computes: bool) -> bool:
        async def compute() -> None:
            while computes and not task.done():
                sum(range(100_000))
                await asyncio.sleep(0)

        task = asyncio.create_task(run_queue._is_busy())
        await asyncio.gather(task, compute())
        return task.result()

    assert not run(both(computes=False))
    assert any(run(both(computes=True)) for _ in range(100))
