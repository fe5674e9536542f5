"""Whose part of a file is sent next; in one event loop, with no server."""

import asyncio
import itertools

import pytest

from exam.server.part_turns import PARTS_AT_ONCE, PartTurns
from tests.visit import run

MANY, PATIENCE = 200, 60.0
LARGE = 1_000_000  # bytes of a file that were sent


async def load(turns: PartTurns, given: list[str], name: str, network: str, sent: int) -> None:
    await turns.wait(sent, network)
    given.append(name)


def test_each_network_has_its_turn_however_much_another_loads():
    async def loads() -> list[str]:
        turns, given = PartTurns(), []
        script = [load(turns, given, "script", "192.0.2.7", 0) for _ in range(MANY)]
        learner = [load(turns, given, "learner", "198.51.100.9", LARGE) for _ in range(2)]
        await asyncio.gather(*script, *learner)
        return given

    assert run(loads())[:4] == ["script", "learner"] * 2


@pytest.mark.parametrize("networks", [1, PARTS_AT_ONCE, 2 * PARTS_AT_ONCE])
def test_large_files_go_on_in_each_network_however_many_there_are(networks):
    """When network and kind of turn alternated in step, half of the large files never went on."""

    async def loads() -> list[int]:
        turns, large, is_over = PartTurns(), [0] * networks, False

        async def load(network: int, sent: int) -> None:
            while not is_over:
                await turns.wait(sent, str(network))
                large[network] += bool(sent)

        sizes = (LARGE, 0, 0, 0)
        loading = [load(network, sent) for network in range(networks) for sent in sizes]
        tasks = [asyncio.create_task(each) for each in loading]
        for _ in range(MANY * networks):
            await asyncio.sleep(0)
        is_over = True
        await asyncio.gather(*tasks)
        return large

    assert min(run(loads())) > MANY / 10


@pytest.mark.parametrize(
    "waiting, sent, most",
    [(LARGE, 0, 2 * PARTS_AT_ONCE), (0, LARGE, 2 * MANY + 2 * PARTS_AT_ONCE)],
    ids=["small", "large"],
)
def test_neither_a_small_nor_a_large_file_waits_for_ever(waiting, sent, most):
    """Behind two hundred on the same network that each ask again as soon as they have a part."""

    async def loads() -> int:
        turns, given, parts = PartTurns(), [], itertools.count()

        async def ask_anew() -> None:
            while "one" not in given:
                await turns.wait(waiting, "192.0.2.7")
                next(parts)

        asking = [ask_anew() for _ in range(MANY)]
        one = load(turns, given, "one", "192.0.2.7", sent)
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*asking, one)
        return next(parts)

    assert run(loads()) <= most + MANY  # each of them has one more when that one has it
