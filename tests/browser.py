"""The running page and a real Chromium to look at it with."""

import contextlib
import csv
import io
import os
import random
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
from playwright.sync_api import Browser, Locator, Page, Playwright, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from exam.texts import Texts, load_texts
from tests.waiting import wait_for, workers_of

ROOT = Path(__file__).parent.parent
KO = load_texts("ko")
FORMULA = ".formula"
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
START_SECONDS = 240.0  # at most, on a slow machine while two others start
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


def free_port() -> int:
    """A port below the system's ephemeral range, so that no connection takes it meanwhile."""
    while True:
        with socket.socket() as door, contextlib.suppress(OSError):
            port = random.randrange(20_000, 30_000)
            door.bind(("127.0.0.1", port))
            return port


class Server:
    """`streamlit run streamlit_app.py` on a port of its own, and its log."""

    def __init__(
        self,
        log: Path,
        project: Path = ROOT,
        python: str = sys.executable,
        options: tuple[str, ...] = (),
        command: tuple[str, ...] = ("-m", "streamlit", "run", "streamlit_app.py"),
        port: int = 0,
        **environment: str,
    ):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = log
        command = [python, *command, *options]
        command += [f"--server.port={self.port}", "--server.headless=true"]
        with log.open("w") as output:
            environment = os.environ | environment
            self.process = subprocess.Popen(
                command, cwd=project, stdout=output, stderr=output, env=environment
            )
        self.pid = self.process.pid
        wait_for(self._is_healthy, seconds=START_SECONDS)

    def _is_healthy(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(self.url + "_stcore/health", timeout=5).status == 200
        return False

    def workers(self) -> list[psutil.Process]:
        """The processes that compute, once Keras has loaded."""
        return workers_of(psutil.Process(self.pid))

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=20)


@contextlib.contextmanager
def running_server(log: Path, project: Path = ROOT, **options) -> Iterator[Server]:
    server = Server(log, project, **options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def copy_of_the_project(folder: Path) -> Path:
    for part in ("exam", "assets", ".streamlit"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "streamlit_app.py", folder)
    return folder


def open_page(page: Page, server: Server, query: str = "") -> None:
    """Open the first screen and wait until its first run is through (or a study is followed)."""
    page.goto(f"{server.url}?{query}")
    page.locator("#pass").wait_for()
    page.locator("[data-testid='stVegaLiteChart'] svg.marks").first.wait_for()
    page.locator(".sheet .cell").first.wait_for()


def wait_until_idle(page: Page) -> None:
    page.wait_for_selector(IDLE, timeout=120_000)


LINES: dict[Page, WebSocket] = {}  # to the server, of pages that are watched


def watched(page: Page) -> Page:
    """A new page that works with `answered`."""
    page.on("websocket", lambda line: LINES.update({page: line}))
    return page


@contextlib.contextmanager
def answered(page: Page) -> Iterator[None]:
    """Wait until the block has run the script; right after a click, the page is still idle."""
    with LINES[page].expect_event("framereceived", _ends_a_run, timeout=60_000):
        yield
    wait_until_idle(page)


def _ends_a_run(frame: bytes) -> bool:
    return ForwardMsg.FromString(frame).WhichOneof("type") == "script_finished"


def press_start(page: Page, words: Texts = KO) -> None:
    page.get_by_role("button", name=words.start).click()


HURRY = """() => {
    const study = window.exam?.studies?.study;
    if (study?.film) study.film.ends.fill(0.05);
    if (study) study.data.hold_seconds = 0;
    return document.querySelector(".player[data-exam='study']")?.dataset.state === "replay";
}"""


def wait_until_played(page: Page) -> None:
    """Wait until the study is computed and the player has reached its end, past a short film."""
    page.wait_for_function(HURRY, timeout=120_000)
    wait_until_idle(page)


def show_pass(page: Page, number: int) -> None:
    """Move the player as a finger would."""
    page.locator("#pass").fill(str(number))


def csv_of(page: Page, words: Texts = KO) -> list[dict[str, float]]:
    """The CSV, two clicks away; the box that held it is closed again."""
    page.get_by_role("button", name=words.save, exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    text = download.value.path().read_text(encoding="utf-8")
    page.keyboard.press("Escape")
    wait_until_idle(page)
    return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]


def open_chapter(page: Page, name: str, words: Texts = KO) -> Locator:
    """Open a chapter of the page that is on the screen; returns what is within it."""
    wait_until_idle(page)
    settled(page)  # a click misses while a chapter above is still unfolding
    chapter = page.locator(f".st-key-{name}_open details")
    chapter.locator("summary").click()
    chapter.locator("[data-testid='stExpanderDetails'] p").first.wait_for()
    wait_until_idle(page)
    return chapter


def find_out(page: Page, chapter: Locator, name: str, words: Texts = KO) -> Locator:
    """Guess, where there is something to guess, press, and wait for the conclusion."""
    captions = words[name]
    button = chapter.get_by_role("button", name=captions.press)
    if chapter.locator(".writing").count():
        from tests.own import write

        write(page, chapter)
        button.wait_for()
    if "choices" in captions:
        expect(button).to_be_disabled()
        chapter.locator("[data-baseweb='radio'], [role='radiogroup'] label").first.click()
    expect(button).to_be_enabled(timeout=120_000)  # some wait for a study before they ask
    button.click()
    conclusion = chapter.locator("[class*='_conclusion']")
    expect(conclusion).to_contain_text(words.measured, timeout=180_000)
    again = chapter.get_by_role(
        "button", name=captions.again if "again" in captions else words.again
    )
    expect(again).to_be_enabled()
    wait_until_idle(page)
    return conclusion


def violations(page: Page) -> list[dict]:
    """What axe finds on the page once it is at rest, since a rerun makes things fade."""
    for _ in range(3):
        wait_until_idle(page)
        page.wait_for_function("document.getAnimations().every(a => a.playState !== 'running')")
        if not (violations := Axe().run(page).response["violations"]):
            break
    return violations


# Pairs of names in one chart that cover each other.
OVERLAPS = """() => [...document.querySelectorAll("svg.marks")].flatMap(svg => {
    const names = [...svg.querySelectorAll(".mark-text text")]
        .map(text => [text.textContent, text.getBoundingClientRect()])
        .filter(([text, at]) => text.trim() && at.width);
    return names.flatMap(([a, p], n) => names.slice(n + 1).filter(([b, q]) =>
        Math.min(p.right, q.right) - Math.max(p.left, q.left) > 2 &&
        Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 4).map(([b]) => `${a} | ${b}`));
})"""
# Letters of a chart that are cut off at its edge.
CUT = """() => [...document.querySelectorAll("svg.marks")].flatMap(svg => {
    const whole = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")]
        .map(text => [text.textContent, text.getBoundingClientRect()])
        .filter(([text, at]) => at.width && (whole.left - at.left > 1 || at.right - whole.right > 1
            || whole.top - at.top > 1 || at.bottom - whole.bottom > 1))
        .map(([text]) => text);
})"""
NEEDED = """() => document.querySelector("[data-testid='stMainBlockContainer'] > *")
    .getBoundingClientRect().bottom + 16"""


SETTLED = f"""() => {{
    const height = ({NEEDED})();
    if (window.settled?.height !== height) window.settled = {{height, at: Date.now()}};
    return Date.now() - window.settled.at > 400;
}}"""


def settled(page: Page) -> float:
    """The height that the page needs, once its charts have come."""
    page.wait_for_function(SETTLED)
    return page.evaluate(NEEDED)


def resized(page: Page, width: int, height: int) -> float:
    """The height that the page needs on another screen."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("window.settled = undefined")
    return settled(page)
