"""A connection that is lost in the middle of a study, and comes back."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser import (
    KO,
    csv_of,
    press_start,
    running_server,
    wait_until_idle,
    wait_until_played,
)
from tests.waiting import wait_for


class Line:
    """A line to the server that can be cut: what goes through it stops, and nothing new comes."""

    def __init__(self, port: int):
        self.port, self._is_cut, self._open = port, False, set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}/"
        threading.Thread(target=self._let_in, daemon=True).start()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = self._door.accept()
                if self._is_cut:
                    visitor.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self.port))
                self._open |= {visitor, server}
                for ends in ((visitor, server), (server, visitor)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := here.recv(65536):
                there.sendall(part)
        for end in (here, there):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self._is_cut = True
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self._door.close()


@pytest.fixture
def line(server) -> Iterator[Line]:
    line = Line(server.port)
    yield line
    line.close()


def test_a_server_that_begins_anew_opens_what_was_set(page, tmp_path):
    """And not what the address was when the page was opened, which is all that Streamlit knows."""
    call = "model.fit(x, y, batch_size={}, epochs=3)"
    with running_server(tmp_path / "first.txt") as server:
        line = Line(server.port)
        page.goto(f"{line.url}?batch_size=10&epochs=3")
        expect(page.get_by_text(call.format(10))).to_be_visible()
        wait_until_idle(page)
        page.locator("[data-slider='batch_size'][data-to='100']").click()
        expect(page.get_by_text(call.format(100))).to_be_visible()
        line.cut()
    with running_server(tmp_path / "second.txt") as server:
        line.port = server.port
        line.mend()
        press_start(page)
        page.wait_for_event("load")
        expect(page.get_by_text(call.format(100))).to_be_visible()
        expect(page).to_have_url(re.compile("batch_size=100"))
        line.close()


@pytest.mark.parametrize("seconds", [5, 90])
def test_a_connection_cut_and_back_brings_the_study(page, line, seconds):
    """Also a lid that is closed: to the server both look the same."""
    page.goto(f"{line.url}?batch_size=1&epochs=200&student=23")
    page.locator(".sheet .cell").first.wait_for()
    press_start(page)
    page.locator(".player[data-state='pause']").wait_for()
    line.cut()
    mended_at = time.monotonic() + seconds
    wait_for(lambda: time.monotonic() > mended_at, seconds=seconds + 1)
    line.mend()
    wait_until_played(page)
    assert len(csv_of(page)) == 201
    expect(page.locator(".sentence")).to_contain_text("가중치 갱신 20,000번")
    expect(page.get_by_role("combobox", name=KO.student)).to_have_value("23")
