"""Nothing waits on a busy server: others study, and a guess is counted at once."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterator

from playwright.sync_api import expect

from exam.rooms.rooms import new_code, new_secret
from tests.browser import Server, open_chapter, press_start, wait_until_idle, wait_until_played
from tests.hall.lectern import click_on, open_lectern
from tests.visit import Visit, run

LONG = "batch_size=1&epochs=200"
OTHERS, PRESSES = 6, 20
TIMES = 4


@contextlib.contextmanager
def busy(server: Server, learners: int) -> Iterator[None]:
    """So many others study, one long study after the other."""
    is_over = threading.Event()

    async def study(number: int) -> None:
        for student in range(number, 31, learners):
            if is_over.is_set():
                return
            async with Visit(server.url, f"{LONG}&student={student}").connection() as visit:
                await visit.open()
                await visit.press()
                while not (is_over.is_set() or visit.ended):
                    await visit.catch(0.2)

    async def all_study() -> None:
        await asyncio.gather(*(study(number + 1) for number in range(learners)))

    thread = threading.Thread(target=run, args=(all_study(),))
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_a_guess_counts_at_once_whatever_runs(browser, server):
    """On the lecturer's screen, while others study, and the learner's own 20,000 updates begin."""
    room = f"room={(code := new_code())}&secret={new_secret()}"
    with contextlib.ExitStack() as hall:
        lecturer, learner = (
            hall.enter_context(browser.new_context(locale="ko-KR")).new_page() for _ in range(2)
        )
        open_lectern(lecturer, f"{server.url}?{room}&projected=true&only=twenty_exams")
        with busy(server, OTHERS):
            learner.goto(f"{server.url}?room={code}&{LONG}&student=30")
            chapter = open_chapter(learner, "twenty_exams")
            press_start(learner)
            player_of_study = learner.locator(".player[data-exam='study']")
            expect(player_of_study).to_have_attribute("data-state", "pause")
            options = chapter.get_by_test_id("stRadioOption")
            for number in range(PRESSES):
                options.nth(number % 2).click()
            options.nth(2).click()
            expect(lecturer.locator("p.count b")).to_have_text("1")
            open_chapter(learner, "students")  # what comes after the last guess has been answered
            for _ in range(3):  # both votes are closed: the last guess of all is in them
                click_on(lecturer)
            votes = lecturer.locator(".choices li").nth(2).locator(".votes b")
            expect(votes).to_have_text(["1", "1"])
        wait_until_played(learner)


def test_keys_that_are_pressed_while_nothing_answers_are_answered(page, server):
    """Their answers come late; the browser has thrown away what it still had as it asked."""
    page.goto(f"{server.url}?only=learning_rate&lang=en")
    page.get_by_role("heading").first.wait_for()
    slider = page.get_by_test_id("stSlider").get_by_role("slider")
    rate = page.locator("svg.marks .mark-text").get_by_text
    for _ in range(TIMES):
        slider.press("Home")
        for number in range(1, 7):
            wait_until_idle(page)
            slider.press("ArrowRight")
            expect(rate(f"{number / 2}: ")).to_be_visible()
        os.kill(server.pid, signal.SIGSTOP)
        slider.press("Home")
        for _ in range(20):
            slider.press("ArrowRight", delay=20)
        os.kill(server.pid, signal.SIGCONT)
        expect(rate("10.0: ")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
