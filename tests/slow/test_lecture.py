"""Two lecture pages from another origin, as lecturers write them: plain HTML with three frames,
and a Jupyter notebook with one; what stands in them is what the share box gives."""

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Frame, Page

from exam.page.share import CHAPTER_HEIGHTS, RESIZING, STUDY_HEIGHTS, ways_to_embed
from exam.texts import load_texts
from tests.browser import IDLE, ROOT
from tests.waiting import wait_for

KO = load_texts("ko")
YOUR_PAGE = "https://YOUR-PAGE/"
PAGES = ROOT / "tests" / "lecture"
OVERFLOW = """() => [document.querySelector("[data-testid='stMain']"), document.documentElement]
    .flatMap(box => [box.scrollHeight - box.clientHeight, box.scrollWidth - box.clientWidth])"""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder on another origin than the page's."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.log_message = lambda *ignored: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as files:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        yield f"http://localhost:{files.server_port}"
        files.shutdown()


@pytest.fixture
def lecture(server, tmp_path) -> Iterator[str]:
    """The plain page, with the server of the tests in its frames."""
    page = (PAGES / "lecture.html").read_text(encoding="utf-8").replace(YOUR_PAGE, server.url)
    (tmp_path / "lecture.html").write_text(page, encoding="utf-8")
    with served(tmp_path) as address:
        yield f"{address}/lecture.html"


def frame_in(link: str, heights: tuple[int, int], title: str) -> str:
    """The frame alone, for pages that keep no scripts."""
    return ways_to_embed(link, title, heights)["HTML · Moodle · Jekyll"].split("\n")[0]


def test_what_stands_in_them_is_what_the_share_box_gives():
    page = (PAGES / "lecture.html").read_text(encoding="utf-8")
    study = f"{YOUR_PAGE}?only=study&batch_size=1&epochs=200&start=true"
    assert frame_in(study, STUDY_HEIGHTS, KO.title) in page
    assert RESIZING in page
    for name in ("batch_sizes", "pianist"):
        link = f"{YOUR_PAGE}?only={name}&embed_options=dark_theme"
        assert frame_in(link, CHAPTER_HEIGHTS, KO[name].title) in page
    notebook = nbformat.read(PAGES / "lecture.ipynb", as_version=4)
    link = f"{YOUR_PAGE}?only=study&epochs=5&start=true"
    line = ways_to_embed(link, "", STUDY_HEIGHTS)["Jupyter"]
    assert notebook.cells[1].source.split("\n\n") == line.split("; ")


def frame_of(page: Page, part: str) -> Frame:
    return next(each for each in page.frames if part in each.url)


def connections_to(server) -> int:
    connections = psutil.Process(server.pid).net_connections("tcp")
    return sum(
        each.status == psutil.CONN_ESTABLISHED and each.laddr.port == server.port
        for each in connections
    )


def test_three_frames_of_a_blog(page, lecture):
    page.set_viewport_size({"width": 700, "height": 2600})  # or the lazy ones would not load
    page.goto(lecture)
    frames = [page.frame_locator(f"iframe >> nth={number}") for number in range(3)]
    frames[0].locator("svg.marks").wait_for()
    for number, name in ((1, "batch_sizes"), (2, "pianist")):
        frames[number].get_by_role("button", name=KO[name].press).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    frames[0].locator(".player[data-state='replay']").wait_for(timeout=30_000)
    unasked = page.locator("iframe").last.bounding_box()["height"]
    assert unasked != CHAPTER_HEIGHTS[0], "the frame is as high as what it shows"
    inside = frame_of(page, "only=batch_sizes")
    inside.get_by_test_id("stMain").locator("[role='radiogroup'] label").first.click()
    inside.get_by_role("button", name=KO.batch_sizes.press).click()
    inside.get_by_role("button", name=KO.again).wait_for()
    for part in ("only=study", "only=batch_sizes", "only=pianist"):
        inside = frame_of(page, part)
        inside.wait_for_selector(IDLE)
        assert [pixels for pixels in inside.evaluate(OVERFLOW) if pixels > 0] == [], part
    backgrounds = [
        frame_of(page, part).evaluate(
            "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        )
        for part in ("only=study", "only=pianist")
    ]
    light, dark = (sum(map(int, rgb[4:-1].split(","))) for rgb in backgrounds)
    assert light > 600 and dark < 150, backgrounds


HOST = """<!doctype html><meta name="viewport" content="width=device-width">
<p style="height: 700px">Text <textarea></textarea></p>{frame}<p style="height: 700px">Text</p>"""


def test_a_frame_leaves_the_page_around_it_as_it_is(page, server, tmp_path):
    """It neither scrolls to its study, which begins by itself, nor takes the focus of a writer."""
    link = f"{server.url}?only=study&batch_size=1&epochs=200&start=true"
    frame = frame_in(link, STUDY_HEIGHTS, KO.title).replace(' loading="lazy"', "")
    (tmp_path / "host.html").write_text(HOST.format(frame=frame), encoding="utf-8")
    page.set_viewport_size({"width": 390, "height": 844})
    with served(tmp_path) as address:
        page.goto(f"{address}/host.html")
        study = page.frame_locator("iframe")
        study.locator(".player[data-state='replay']").wait_for()
        assert page.evaluate("scrollY") == 0
        inside = frame_of(page, "only=study")
        assert [pixels for pixels in inside.evaluate(OVERFLOW) if pixels > 0] == []
        page.set_viewport_size({"width": 1000, "height": 844})  # where a press scrolls nothing
        study.get_by_role("button", name=KO.start).click()
        study.locator(".player[data-state='pause']").wait_for()
        written = "What is written while a study plays."
        page.locator("textarea").click()
        page.keyboard.type(written, delay=50)
        assert page.locator("textarea").input_value() == written


def test_a_lecture_page_that_is_closed_leaves_nothing_running(browser, server, lecture):
    before = connections_to(server)  # which a browser keeps for a while
    context = browser.new_context(viewport={"width": 700, "height": 2600}, locale="ko-KR")
    page = context.new_page()
    page.goto(lecture)
    # Until the first has played, its height changes, and what stands below it moves.
    frame_of_later(page, "only=study").locator(".player[data-state='replay']").wait_for()
    third = frame_of_later(page, "only=pianist")
    third.get_by_test_id("stMain").locator("[role='radiogroup'] label").first.click()
    third.get_by_role("button", name=KO.pianist.press).click()
    progress = third.locator("[data-testid='stProgress']")
    # Where another test has run the same experiment, its result is there at once.
    progress.or_(third.get_by_role("button", name=KO.again)).first.wait_for()
    assert connections_to(server) >= 3
    context.close()
    wait_for(lambda: connections_to(server) <= before)
    for process in [*server.workers(), psutil.Process(server.pid)]:
        wait_for(lambda process=process: process.cpu_percent(interval=0.5) < 10)


def frame_of_later(page: Page, part: str) -> Frame:
    wait_for(lambda: any(part in each.url for each in page.frames) or page.wait_for_timeout(50))
    return frame_of(page, part)


def test_a_notebook_with_a_frame(page, server, tmp_path):
    notebook = nbformat.read(PAGES / "lecture.ipynb", as_version=4)
    notebook.cells[1].source = notebook.cells[1].source.replace(YOUR_PAGE, server.url)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=str(tmp_path))
    shown, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    (tmp_path / "lecture.html").write_text(shown, encoding="utf-8")
    with served(tmp_path) as address:
        page.set_viewport_size({"width": 1280, "height": 1000})
        page.goto(f"{address}/lecture.html")
        study = page.frame_locator("iframe")
        study.locator(".player[data-state='replay']").wait_for()
        assert page.locator("iframe").bounding_box()["height"] == STUDY_HEIGHTS[0]
        inside = frame_of(page, "only=study")
        inside.wait_for_selector(IDLE)
        assert [pixels for pixels in inside.evaluate(OVERFLOW) if pixels > 0] == []
