"""Does a lecture ever fall back? `python -m tests.tools.walk [--times N]`.

A wall with its room and one phone walk from the door to the last step by clicker: as they are, with
the browser slowed, and with the server slowed by busy processes. Prints every step backward.
"""

import argparse
import contextlib
import http.client
import json
import multiprocessing
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from exam.hall.steps import steps_of
from exam.rooms.rooms import new_code, new_secret
from tests.browser import Server, launch, running_server, wait_until_idle
from tests.hall.lectern import bar, next_step

SLOWER = 4  # times, the browser
KEYS = [step.key for step in steps_of(leads=True)]
AFTER_SECONDS = 3  # in which a fall would still come


@contextlib.contextmanager
def busy() -> Iterator[None]:
    """Two processes on each core that do nothing else."""
    processes = [
        multiprocessing.Process(target=_spin, daemon=True) for _ in range(2 * (os.cpu_count() or 1))
    ]
    for process in processes:
        process.start()
    yield
    for process in processes:
        process.kill()


def _spin() -> None:
    while True:
        pass


class Followed:
    """Every step that the room has been at, according to its lecturer's event stream."""

    def __init__(self, server: Server, code: str, secret: str):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port)
        self.connection.request("GET", f"/room/{code}?count&secret={secret}")
        self.stream, self.steps = self.connection.getresponse(), []
        assert self.stream.status == 200, self.stream.read()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):  # it is closed
            for line in self.stream:
                step = json.loads(line[6:])["step"] if line.startswith(b"data: ") else ""
                if step and self.steps[-1:] != [step]:
                    self.steps.append(step)

    def close(self) -> None:
        """Otherwise the room would stay in use, and a client may have 20."""
        self.connection.sock.shutdown(socket.SHUT_RDWR)

    def falls(self) -> list[str]:
        at = [KEYS.index(step) for step in self.steps]
        return [f"{KEYS[a]} → {KEYS[b]}" for a, b in zip(at, at[1:], strict=False) if b < a]


def walk(browser: Browser, server: Server, rate: int) -> Followed:
    """From the door to the last step by clicker."""
    code, secret = new_code(), new_secret()
    wall, phone = browser.new_page(), browser.new_page()
    wall.context.new_cdp_session(wall).send("Emulation.setCPUThrottlingRate", {"rate": rate})
    wall.goto(f"{server.url}?room={code}&secret={secret}&projected=true")
    bar(wall).wait_for()
    wait_until_idle(wall)
    followed = Followed(server, code, secret)
    phone.goto(f"{server.url}?room={code}")
    last = wall.locator(f"[class*='st-key-at_{KEYS[-1]}']")  # from which nothing leads on
    next_step(wall).or_(last).first.wait_for()
    while not last.count():
        wall.keyboard.press("PageDown")  # goes on, or turns the page
        wait_until_idle(wall)
        next_step(wall).or_(last).first.wait_for()
    wall.wait_for_timeout(1000 * AFTER_SECONDS)
    assert followed.steps[-1:] == KEYS[-1:], followed.steps
    followed.close()
    wall.close()
    phone.close()
    return followed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    times = parser.parse_args().times
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "log") as server,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for name, rate, surroundings in (
            ("as it is", 1, contextlib.nullcontext()),
            ("browser slowed", SLOWER, contextlib.nullcontext()),
            ("server slowed", 1, busy()),
        ):
            with surroundings:
                falls = [walk(browser, server, rate).falls() for _ in range(times)]
            fallen = sum(map(bool, falls))
            print(f"{name}: {fallen} of {times} walks fell back", *sum(falls, []), sep="\n  ")


if __name__ == "__main__":
    main()
