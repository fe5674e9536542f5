"""How often one connection may have the page run while others wait."""

import asyncio
import time

from exam import pace
from exam.pace import AT_ONCE, BUSY_SECONDS, Pace


async def runs_within(seconds: float, *, others_wait: bool) -> int:
    """How many runs a connection gets that asks without pause."""
    over, runs, kept = time.monotonic() + seconds, 0, Pace()

    async def others() -> None:
        while True:
            time.sleep(2 * BUSY_SECONDS)  # a turn of the loop that serves somebody else
            await asyncio.sleep(0)

    crowd = asyncio.create_task(others()) if others_wait else None
    while time.monotonic() < over:
        await kept.keep()
        runs += 1
        await asyncio.sleep(0)
    if crowd:
        crowd.cancel()
    return runs


def test_who_asks_without_pause_waits_where_others_wait(monkeypatch):
    monkeypatch.setattr(pace, "LONGEST_DELAY", 0.5)
    assert AT_ONCE <= asyncio.run(runs_within(2.0, others_wait=True)) < 2 * AT_ONCE


def test_nobody_waits_where_nobody_else_does():
    assert asyncio.run(runs_within(0.5, others_wait=False)) > 5 * AT_ONCE
