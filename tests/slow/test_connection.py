"""A connection that is lost in the middle of a study, and comes back."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from exam.rooms.rooms import new_code, new_secret
from exam.service.scheduler import FOLLOWED_SECONDS
from tests.browser import (
    FORMULA,
    KO,
    csv_of,
    open_page,
    press_start,
    running_server,
    wait_until_idle,
    wait_until_played,
)
from tests.hall.lectern import click_on, open_lectern, step
from tests.own import write
from tests.visit import Visit, run
from tests.waiting import wait_for


class Line:
    """A line to the server that can be cut: what goes through it stops, and nothing new comes."""

    def __init__(self, port: int):
        self.port, self._is_cut, self._open = port, False, set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}/"
        threading.Thread(target=self._let_in, daemon=True).start()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):  # the door is closed
            while True:
                visitor, _ = self._door.accept()
                if self._is_cut or not self._lead_on(visitor):
                    visitor.close()

    def _lead_on(self, visitor: socket.socket) -> bool:
        try:
            server = socket.create_connection(("127.0.0.1", self.port))
        except OSError:
            return False
        self._open |= {visitor, server}
        if self._is_cut:  # in the meantime
            self.cut()
        for ends in ((visitor, server), (server, visitor)):
            threading.Thread(target=self._carry, args=ends, daemon=True).start()
        return True

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := here.recv(65536):
                there.sendall(part)
        for end in (here, there):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self._is_cut = True
        for end in tuple(self._open):
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
        expect(page.locator(FORMULA).get_by_text(call.format(10))).to_be_visible()
        wait_until_idle(page)
        page.wait_for_load_state("networkidle")  # all modules of Streamlit are there
        page.locator("[data-slider='batch_size'][data-to='100']").click()
        expect(page.locator(FORMULA).get_by_text(call.format(100))).to_be_visible()
        line.cut()
    with running_server(tmp_path / "second.txt") as server:
        line.port = server.port
        page.evaluate("window.isOld = true")
        line.mend()
        page.wait_for_function("!window.isOld")  # it is loaded anew, and nobody has pressed
        expect(page.locator(FORMULA).get_by_text(call.format(100))).to_be_visible()
        expect(page).to_have_url(re.compile("batch_size=100"))
        line.close()


@pytest.mark.parametrize("seconds", [5, 30])
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


def test_a_study_that_a_lost_module_breaks_off_begins_again(page, server):
    """The page is loaded anew; one of Streamlit's modules comes only after the press."""
    lost, module = [], "**/static/js/Checkbox*.js"
    page.goto(f"{server.url}?batch_size=1&epochs=200&student=24")
    page.locator(".sheet .cell").first.wait_for()
    wait_until_idle(page)
    page.route(module, lambda route: (lost.append(route.request), route.abort()))
    press_start(page)
    wait_for(lambda: page.title() and len(lost) > 1)
    page.unroute(module)
    wait_until_played(page)
    assert len(csv_of(page)) == 201
    assert "start" not in page.url and "student=24" in page.url


def test_a_digit_that_is_lost_with_the_line_is_sent_again(page, line):
    page.goto(f"{line.url}?only=own_exam&lang=ko")
    page.locator(".writing .typed").wait_for()
    wait_until_idle(page)
    write(page, page.locator("body"), 9)
    line.cut()
    page.locator("[data-testid='stApp']:not([data-test-connection-state='CONNECTED'])").wait_for()
    page.locator(".writing .typed").click()
    page.locator(".writing .done").click()
    expect(page.locator(".writing .ask")).to_have_text(KO.writing.all)
    line.mend()
    expect(page.locator(".st-key-own_exam_guess")).to_be_visible()


def test_a_tab_in_the_background_keeps_its_study(page, server):
    """One that the browser has stopped for longer than a study is followed for its sake."""
    session = page.context.new_cdp_session(page)
    open_page(page, server, "batch_size=1&epochs=200&student=25")
    wait_until_idle(page)
    workers = wait_for(server.workers)
    for worker in workers:
        worker.suspend()
    press_start(page)
    page.locator(".st-key-ask_figure").wait_for(state="attached")
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    left_at = time.monotonic() + FOLLOWED_SECONDS
    wait_for(lambda: time.monotonic() > left_at, seconds=FOLLOWED_SECONDS + 5)
    for worker in workers:
        worker.resume()
    session.send("Page.setWebLifecycleState", {"state": "active"})
    wait_until_played(page)
    assert len(csv_of(page)) == 201


def test_a_lecturers_screen_brings_its_step_and_votes_to_a_server_that_begins_anew(page, tmp_path):
    link = f"room={(code := new_code())}&secret={new_secret()}&projected=true&only=students"

    async def guess(url: str, learner: str) -> None:
        query = f"room={code}&only=students"
        async with Visit(url, query, f"learner={learner}").connection() as visit:
            await visit.open()
            await visit.choose("students_guess", 1)
            await visit.read()

    with running_server(tmp_path / "first.txt") as server:
        line = Line(server.port)
        open_lectern(page, f"{line.url}?{link}")
        for learner in ("abcdefghijk", "lmnopqrstuv"):
            run(guess(server.url, learner))
        for _ in range(3):
            click_on(page)  # close, discuss, close
        votes = page.locator(".choices li").nth(1).locator(".votes b")
        expect(votes).to_have_text(["2", "2"])
        shown = step(page)
        line.cut()
    with running_server(tmp_path / "second.txt") as server:
        line.port = server.port
        page.evaluate("window.isOld = true")
        line.mend()
        page.wait_for_function("!window.isOld")
        expect(votes).to_have_text(["2", "2"])
        assert step(page) == shown
        line.close()


def test_a_learner_who_comes_before_the_room_is_let_in_and_after_a_restart_knows_it(
    browser, tmp_path
):
    """Without a reload, and no phone claims a guess that is gone."""
    room = f"room={(code := new_code())}&only=twenty_exams"
    lead = f"{room}&secret={new_secret()}&projected=true"
    counted = KO.guess.counted(code=code)
    with contextlib.ExitStack() as running:
        server = running.enter_context(running_server(tmp_path / "first.txt"))
        line = Line(server.port)
        phone, lecturer = (
            running.enter_context(browser.new_context(locale="ko-KR")).new_page() for _ in range(2)
        )
        phone.goto(f"{line.url}?{room}")
        expect(phone.get_by_text(KO.hall.room_awaited)).to_be_visible()
        lecturer.goto(f"{server.url}?{lead}")
        expect(phone.get_by_text(f"방 {code}").first).to_be_visible()
        expect(phone.get_by_text(KO.hall.room_awaited)).to_have_count(0)
        phone.get_by_test_id("stRadioOption").first.click()
        expect(phone.get_by_text(counted)).to_be_visible()
        line.cut()
        server.stop()
        again = running.enter_context(running_server(tmp_path / "second.txt"))
        line.port = again.port
        line.mend()  # nobody touches the phone
        expect(phone.get_by_text(KO.hall.room_awaited)).to_be_visible()
        expect(phone.get_by_text(counted)).to_have_count(0)
        lecturer.goto(f"{again.url}?{lead}")
        expect(phone.get_by_text(KO.hall.room_awaited)).to_have_count(0)
        expect(phone.get_by_text(KO.guess.awaited(code=code))).to_be_visible()
        expect(phone.locator(".hall-bar")).to_contain_text(KO.hall.bar.open)
        line.close()
