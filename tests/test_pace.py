"""How often one connection may have the page run while others wait."""

import asyncio
import time

import pytest

from exam import pace
from exam.pace import AT_ONCE, BUSY_SECONDS, LONGEST_DELAY, RUNS_PER_SECOND, WHOLE_PAGE, Pace
from tests.visit import run


@pytest.fixture
def delays(monkeypatch) -> list[float]:
    """How long each wait would be, on a clock that stands still."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(pace.asyncio, "sleep", sleep)
    monkeypatch.setattr(pace.time, "monotonic", lambda: 1_000.0)
    return waited


async def ask(times: int) -> None:
    kept = Pace()
    for _ in range(times):
        await kept.keep()


def test_who_asks_without_pause_waits_longer_and_longer_where_others_wait(delays, monkeypatch):
    async def is_busy() -> bool:
        return True

    monkeypatch.setattr(pace, "_is_busy", is_busy)
    run(ask(AT_ONCE + 100))
    delays = [seconds for seconds in delays if seconds > 0.001]
    assert len(delays) == 100 and delays[:3] == pytest.approx(
        [number / RUNS_PER_SECOND for number in (1, 2, 3)]
    )
    assert max(delays) == LONGEST_DELAY == delays[-1]


def test_a_run_of_the_whole_page_counts_as_many(delays, monkeypatch):
    async def is_busy() -> bool:
        return True

    async def redraw() -> None:
        kept = Pace()
        for _ in range(AT_ONCE // WHOLE_PAGE + 1):
            await kept.keep(WHOLE_PAGE)

    monkeypatch.setattr(pace, "_is_busy", is_busy)
    run(redraw())
    waited = [seconds for seconds in delays if seconds > 0.001]
    assert waited == pytest.approx([WHOLE_PAGE / RUNS_PER_SECOND])


def test_nobody_waits_where_nobody_else_does(delays):
    run(ask(5 * AT_ONCE))
    assert set(delays) == {0}  # the turn of the loop that is measured


def test_a_loop_that_serves_somebody_else_is_busy():
    async def both() -> bool:
        async def other() -> None:
            time.sleep(2 * BUSY_SECONDS)

        task = asyncio.create_task(other())
        is_busy = await pace._is_busy()
        await task
        return is_busy

    assert run(both())
