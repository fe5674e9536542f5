"""Two halls that write an exam, for `python -m tests.tools.load 100 write`: when is it there?"""

import asyncio
import contextlib
import random
import statistics
import time
from collections.abc import Callable

from exam.model.exams import QUESTIONS, load_exams
from exam.model.own_exam import OwnExam
from exam.model.training import study
from exam.rooms.rooms import new_code, new_secret
from tests.browser import Server
from tests.own import sent
from tests.tools.hall import cpu_seconds, events
from tests.visit import Visit

ROOMS, WRITE_SECONDS, MOST_LATE, MOST_COST = 2, 10.0, 2.0, 1.2
FINAL = load_exams().final.questions[0]


async def write(visit: Visit) -> None:
    """One digit, as the component of the page sends it."""
    await asyncio.sleep(random.uniform(0, WRITE_SECONDS))
    await visit.tell("writing_of_hall", "written", sent(0))


async def hall(server: Server, learners: int) -> float:
    """How many seconds after the last digit the whole exam is drawn on the wall."""
    code, secret, link = new_code(), new_secret(), "only=own_exam&lang=ko"
    drawn: dict[int, float] = {}

    async def draw(wall: Visit) -> None:
        async for _ in events(server, f"{code}?count&secret={secret}"):
            await wall.ask(within="ask_hall_sheet")
            await wall.read()
            drawn[len(wall.data["hall_sheet"]["numbers"])] = time.monotonic()

    async with contextlib.AsyncExitStack() as connections:
        lead = Visit(server.url, f"room={code}&secret={secret}&projected=true&{link}")
        wall = await connections.enter_async_context(lead.connection())
        await wall.open()
        visits = [Visit(server.url, f"room={code}&{link}") for _ in range(learners)]
        for visit in visits:
            await connections.enter_async_context(visit.connection())
            await visit.open()
        drawing = asyncio.create_task(draw(wall))
        await asyncio.gather(*map(write, visits))
        last = time.monotonic()
        async with asyncio.timeout(60):
            while max(drawn, default=0) < min(learners, QUESTIONS):
                await asyncio.sleep(0.02)
        drawing.cancel()
        return drawn[min(learners, QUESTIONS)] - last


def cost_of_an_exam(tries: int = 5) -> float:
    """How many times as long a study takes if it is marked on a hundred more questions."""
    exam = OwnExam(FINAL.tobytes(), "".join(map(str, load_exams().final.answers[0])))
    setting = {"batch_size": 10, "epochs": 200, "student": 1}
    ratios = []
    for number in range(tries + 1):
        took = []
        for more in ({}, {"own": exam}):
            began = time.process_time()
            study(**setting, **more)
            took.append(time.process_time() - began)
        ratios += [took[1] / took[0]] * (number > 0)  # the first traces
    return statistics.median(ratios)


async def halls(server: Server, learners: int, memory_of: Callable[[Server], int]) -> None:
    before, spent = memory_of(server), cpu_seconds(server)
    late = await asyncio.gather(*(hall(server, learners) for _ in range(ROOMS)))
    spent = cpu_seconds(server) - spent
    print(f"  {ROOMS} rooms: all of {learners} digits on the wall", end=" ")
    print(
        f"{max(late):.2f} s after the last of them; {spent:.1f} s of CPU with all openings;",
        end=" ",
    )
    print(f"memory {(memory_of(server) - before) / 1e6:+.0f} MB with all visits")
    ratio = cost_of_an_exam()
    print(f"  a study that is marked on a hundred more takes {ratio:.2f} times as long")
    assert max(late) <= MOST_LATE and ratio <= MOST_COST
