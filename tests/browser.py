"""The running page and a real Chromium to look at it with."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright

from tests.waiting import wait_for

ROOT = Path(__file__).parent.parent
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]


def find_chromium() -> str | None:
    """The Chromium on the PATH, or None; Playwright may then have one of its own."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def has_chromium() -> bool:
    """Whether Playwright has installed one of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=find_chromium(), args=QUIET)


class Server:
    """`streamlit run streamlit_app.py` on a port of its own, and its log."""

    def __init__(
        self, log: Path, project: Path = ROOT, python: str = sys.executable, **environment: str
    ):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = log
        command = [python, "-m", "streamlit", "run", "streamlit_app.py"]
        options = [f"--server.port={self.port}", "--server.headless=true"]
        with log.open("w") as output:
            self.process = subprocess.Popen(
                command + options,
                cwd=project,
                stdout=output,
                stderr=output,
                env=os.environ | environment,
            )
        self.pid = self.process.pid
        wait_for(self._is_healthy)

    def _is_healthy(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(self.url + "_stcore/health", timeout=5).status == 200
        return False

    def worker(self) -> psutil.Process | None:
        """The process in which Keras lives, once the page has been needed."""
        children = psutil.Process(self.pid).children(recursive=True)
        return next((each for each in children if "exam.service.worker_main" in each.cmdline()), None)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=20)


@contextlib.contextmanager
def running_server(log: Path, project: Path = ROOT, **options: str) -> Iterator[Server]:
    server = Server(log, project, **options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def open_page(page: Page, server: Server, query: str = "") -> None:
    """Open the page and wait until its first run is through (or a study draws)."""
    page.goto(f"{server.url}?{query}")
    page.get_by_role("slider").first.wait_for()
    page.locator("[data-testid='stVegaLiteChart'] svg.marks").wait_for()


def wait_until_idle(page: Page) -> None:
    page.wait_for_selector(IDLE, timeout=120_000)


def violations(page: Page) -> list[dict]:
    """What axe finds on the page at rest, and not while a rerun makes something fade."""
    for _ in range(3):
        wait_until_idle(page)
        page.wait_for_function("document.getAnimations().every(a => a.playState !== 'running')")
        if not (found := Axe().run(page).response["violations"]):
            break
    return found
