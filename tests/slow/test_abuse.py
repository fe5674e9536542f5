"""What no browser sends, in small; `python -m tests.tools.fuzz` sends ten thousand cases."""

import asyncio
import urllib.error
import urllib.request

import pytest

from tests.browser import running_server
from tests.tools.fuzz import REFUSED, fuzz
from tests.visit import Visit, run

CASES = 200


def test_no_exception_comes_of_what_no_browser_sends(tmp_path):
    """None on the page, and no process is lost; the log may say what Streamlit made of it."""
    with running_server(tmp_path / "log.txt") as server:
        shown = run(fuzz(server, CASES, seed=1))
        assert server.process.poll() is None and server.workers()
    assert [exception for exception in shown if REFUSED not in exception] == []


def test_many_may_open_a_page_that_has_just_started(tmp_path):
    async def open_page(url: str) -> dict:
        async with Visit(url, "lang=ko").connection() as visit:
            await visit.open()
            return visit.settings

    async def open_together(url: str) -> list[dict]:
        return await asyncio.gather(*(open_page(url) for _ in range(30)))

    with running_server(tmp_path / "log.txt") as server:
        assert run(open_together(server.url)) == [{"batch_size": 10, "epochs": 20}] * 30
    assert "Traceback" not in server.log.read_text()


PATHS = ["../streamlit_app.py", "%2e%2e/streamlit_app.py", "..%2frequirements.txt", "/etc/passwd"]
PATHS += [
    "static/../../streamlit_app.py",
    "app/static/..%2f..%2fstreamlit_app.py",
    "%2fetc%2fpasswd",
]
PATHS += ["media/../../etc/passwd", "media/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "assets/exams.npz"]
PATHS += ["component/../../../etc/passwd", "_stcore/../../etc/passwd", "..\\..\\etc\\passwd"]


@pytest.mark.parametrize("path", PATHS)
def test_no_file_but_the_pages_is_served(server, path):
    request = urllib.request.Request(server.url)
    request.selector = "/" + path.replace("\\", "%5c")
    try:
        body = urllib.request.urlopen(request, timeout=10).read()
    except urllib.error.HTTPError as refused:
        assert refused.code in (400, 403, 404)
        return
    shell = urllib.request.urlopen(server.url, timeout=10).read()
    assert body == shell  # Streamlit's own page, which says what it makes of the address
