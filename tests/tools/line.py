"""The first visit on a slow line, beside a bare page: `python -m tests.tools.line [pairs]`.

1.6 Mbit/s and 150 ms, nothing in the browser's cache. The shell is a Streamlit page with one
element of each kind that this page has, among them an empty chart. Prints, for both, how long it
takes until something is seen and until the button can be pressed, how far what is seen jumps
(Chrome's layout shift; up to 0.1 is good), and how many bytes came in all; and what this page adds.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import Server, launch, running_server

LINE = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
SHELL = """
import streamlit as st

st.title("Shell")
st.segmented_control("Language", ["a", "b"])
st.slider("Slider")
st.button("Start", type="primary")
st.code("fit()", language=None)
st.vega_lite_chart({"a": [1]}, {"mark": "line", "encoding": {"x": {"field": "a"}}})
st.markdown("Text")
with st.expander("Chapter"):
    st.button("More")
"""


WATCH = """window.shift = 0;
new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) shift += each.value;
}).observe({type: "layout-shift", buffered: true});"""


class FirstVisit(NamedTuple):
    """Seconds until something is seen and until the button can be pressed; bytes that came, the
    websocket's among them; Chrome's layout shift."""

    painted: float
    usable: float
    came: int
    shift: float


def first_visit(browser: Browser, server: Server) -> FirstVisit:
    context = browser.new_context(locale="ko-KR")
    page = context.new_page()
    page.add_init_script(WATCH)
    page.set_default_timeout(120_000)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **LINE})
    came: list[int] = []
    session.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: came.append(len(frame))),
    )
    began = time.monotonic()
    page.goto(server.url, wait_until="commit")
    expect(page.get_by_test_id("stBaseButton-primary").first).to_be_enabled(timeout=120_000)
    seconds = time.monotonic() - began
    page.wait_for_load_state("networkidle")
    paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
    painted, shift = page.evaluate(f"[{paint}, shift]")
    context.close()
    return FirstVisit(painted, seconds, round(sum(came)), shift)


def measure(pairs: int) -> tuple[float, float]:
    """What this page adds: seconds and kB, medians of so many pairs of visits side by side."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder) / "shell"
        empty.mkdir()
        (empty / "streamlit_app.py").write_text(SHELL, encoding="utf-8")
        with (
            running_server(Path(folder) / "shell.txt", empty) as shell,
            running_server(Path(folder) / "page.txt") as ours,
        ):
            browser = launch(playwright)
            first_visit(browser, ours)  # the server's first, which imports
            visits = [[first_visit(browser, each) for each in (shell, ours)] for _ in range(pairs)]
    for number, name in enumerate(("Streamlit's shell", "this page")):
        columns = zip(*(pair[number] for pair in visits), strict=True)
        middle = FirstVisit(*map(statistics.median, columns))
        print(
            f"{name:18} seen after {middle.painted:4.1f} s, usable after {middle.usable:4.1f} s,",
            end=" ",
        )
        print(f"{middle.came / 1000:.0f} kB, layout shift {middle.shift:.3f}")
    usable = statistics.median(ours.usable - shell.usable for shell, ours in visits)
    came = statistics.median(ours.came - shell.came for shell, ours in visits) / 1000
    print(f"this page adds {usable:.1f} s and {came:.0f} kB")
    return usable, came


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
