"""Many learners at once, over Streamlit's own websocket: `python -m tests.load [learners]`.

Each learner opens the page within 30 s and presses the button within the same 10 s; all from one
process, beside the server on the same machine. Prints waiting times, CPU and memory.
"""

import asyncio
import dataclasses
import random
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser import Server, running_server

OPEN_SECONDS, PRESS_SECONDS, PATIENCE_SECONDS = 30.0, 10.0, 240.0


@dataclasses.dataclass
class Learner:
    """One visit. Times are seconds: opening, press to first drawn pass, press to the end."""

    query: str
    opened: float = 0.0
    first: float = 0.0
    ended: float = 0.0
    error: str = ""


def ask(query: str, pressed: str = "") -> bytes:
    """The message with which a browser asks for a run of the page, a button pressed or none."""
    message = BackMsg()
    message.rerun_script.query_string = query
    if pressed:
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = pressed, True
    return message.SerializeToString()


async def messages(socket):
    """What the server sends, until a run of the page has ended."""
    async for raw in socket:
        message = ForwardMsg.FromString(raw)
        yield message
        if message.WhichOneof("type") == "script_finished":
            status = message.script_finished
            if status == ForwardMsg.FINISHED_SUCCESSFULLY:
                return
    raise ConnectionError("the server closed the connection")


async def visit(server: Server, learner: Learner, start: float) -> None:
    url = server.url.replace("http", "ws") + "_stcore/stream"
    await asyncio.sleep(start + random.uniform(0, OPEN_SECONDS) - time.monotonic())
    began = time.monotonic()
    async with websockets.connect(url, subprotocols=["streamlit"], max_size=None) as socket:
        await socket.send(ask(learner.query))
        button = ""
        async for message in messages(socket):
            element = message.delta.new_element
            if element.WhichOneof("type") == "button" and "start" in element.button.id:
                button = element.button.id
            if element.WhichOneof("type") == "exception":
                learner.error = element.exception.message
        learner.opened = time.monotonic() - began
        press = start + OPEN_SECONDS + random.uniform(0, PRESS_SECONDS)
        await asyncio.sleep(max(0.0, press - time.monotonic()))
        pressed = time.monotonic()
        await socket.send(ask(learner.query, button))
        has_ended = False
        while not has_ended:
            async for message in messages(socket):
                element = message.delta.new_element
                kind = element.WhichOneof("type")
                if kind == "exception":
                    learner.error = element.exception.message
                if kind == "markdown" and not learner.first and is_drawn(element.markdown.body):
                    learner.first = time.monotonic() - pressed
                has_ended |= kind == "download_button"
        learner.ended = time.monotonic() - pressed


def is_drawn(text: str) -> bool:
    """Whether the line beneath the chart says that a pass has been drawn."""
    match = re.search(r"번 중 (\d+)번 풀었어요", text)
    return bool(match) and int(match[1]) > 0


async def run_all(server: Server, learners: list[Learner]) -> None:
    async def one(learner: Learner) -> None:
        try:
            await asyncio.wait_for(visit(server, learner, start), PATIENCE_SECONDS)
        except Exception as error:  # noqa: BLE001 – every failure is counted, none ends the load
            learner.error = learner.error or repr(error)

    start = time.monotonic()
    await asyncio.gather(*map(one, learners))


def memory_of(server: Server) -> int:
    everyone = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    return sum(each.memory_info().rss for each in everyone)


async def watch_memory(server: Server, found: list[int]) -> None:
    while True:
        found.append(memory_of(server))
        await asyncio.sleep(0.5)


async def load(server: Server, learners: list[Learner]) -> int:
    """Let all learners in; returns the peak memory of server and worker together, in bytes."""
    found: list[int] = []
    watcher = asyncio.create_task(watch_memory(server, found))
    await run_all(server, learners)
    watcher.cancel()
    return max(found)


def report(name: str, learners: list[Learner], cpu: list[float], peak: int) -> None:
    print(
        f"\n{name}: {len(learners)} learners, {sum(bool(each.error) for each in learners)} errors"
    )
    for error in {each.error for each in learners if each.error}:
        print("  ", error[:200])
    print("                           median    p95   worst (s)")
    fields = {"opening": "opened", "press → first pass": "first", "press → end": "ended"}
    for title, field in fields.items():
        times = sorted(getattr(each, field) for each in learners if not each.error)
        p95 = times[int(0.95 * (len(times) - 1))]
        print(f"  {title:24} {statistics.median(times):6.2f} {p95:6.2f} {times[-1]:6.2f}")
    print(f"  CPU: server {cpu[0]:.1f} s, worker {cpu[1]:.1f} s; peak memory {peak / 1e6:.0f} MB")


def scene(name: str, queries: list[str]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log.txt") as server,
    ):
        warm_up = [Learner("")]
        asyncio.run(run_all(server, warm_up))
        worker = server.worker()
        processes = [psutil.Process(server.pid), worker]
        before = [sum(process.cpu_times()[:2]) for process in processes]
        learners = [Learner(query) for query in queries]
        peak = asyncio.run(load(server, learners))
        after = [sum(process.cpu_times()[:2]) for process in processes]
        report(name, learners, [b - a for a, b in zip(before, after, strict=True)], peak)


def any_settings(count: int) -> list[str]:
    draw = random.Random(0)
    return [
        f"batch_size={draw.randint(1, 100)}&epochs={draw.randint(20, 200)}"
        f"&student={draw.randint(1, 30)}"
        for _ in range(count)
    ]


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    scene("defaults", [""] * count)
    scene("random settings", any_settings(count))
