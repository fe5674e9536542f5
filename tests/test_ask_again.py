"""Nothing waits: whatever runs, a press, a guess and a slider are answered, and nothing is lost."""

import asyncio
import contextlib
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import expect

from exam.page import ask_again
from exam.service.scheduler import ASKED_SECONDS
from exam.texts import load_texts
from tests.browser import (
    FORMULA,
    Server,
    csv_of,
    open_chapter,
    open_page,
    press_start,
    wait_until_idle,
    wait_until_played,
)
from tests.visit import Visit, run
from tests.waiting import wait_for

EN = load_texts("en")
LONG = "batch_size=1&epochs=200"


@contextlib.contextmanager
def standing_still(server: Server) -> Iterator[None]:
    """Suspend the workers, so that no study makes progress."""
    workers = wait_for(server.workers)
    for worker in workers:
        worker.suspend()
    try:
        yield
    finally:
        for worker in workers:
            worker.resume()


def test_every_press_is_answered_while_no_worker_computes(server):
    async def learn() -> None:
        async with Visit(server.url, f"{LONG}&student=29").connection() as visit:
            await visit.open()
            with standing_still(server):
                await visit.press()
                await visit.read()
                await visit.unfold("students_open")
                await visit.read()
                await visit.choose("students_guess", 1)
                await visit.read()
                await visit.press("students_begin")
                await visit.read()
                await visit.move("batch_size", 7)  # clean paper, until it is moved back
                await visit.read()
                assert visit.shown["answers"] == [] and visit.shown["batch_size"] == 7
                assert {"ask_figure", "ask_students"} <= set(visit.due)
            await visit.move("batch_size", 1)
            await visit.stay()
            assert visit.shown["batch_size"] == 1 and len(visit.shown["answers"]) == 201
            assert "ask_figure" not in visit.due  # what is complete is not asked for again

    run(asyncio.wait_for(learn(), 120))


def test_a_known_study_is_there_at_once_and_is_not_asked_for_again(server):
    async def learn() -> None:
        for _ in range(2):
            async with Visit(server.url, "epochs=5&student=28").connection() as visit:
                await visit.study()
        assert visit.due == {}

    run(learn())


def test_who_waits_asks_soon_at_first_and_then_seldom(monkeypatch):
    asked, now = [], [0.0]
    monkeypatch.setattr(ask_again, "ask_again", lambda key, seconds, **more: asked.append(seconds))
    monkeypatch.setattr(ask_again.time, "monotonic", lambda: now[0])
    waiting = ask_again.Waiting()
    for now[0] in (100.0, 100.5, 103.0, 109.0, 200.0):
        waiting.ask("figure")
    assert asked == [
        ask_again.SHORTEST_DELAY,
        ask_again.SHORTEST_DELAY,
        1.0,
        3.0,
        ask_again.LONGEST_DELAY,
    ]
    waiting.ask("figure", at_most=2.0)
    waiting.ask("figure", at_least=15.0)
    waiting.end("figure")
    waiting.ask("figure", at_least=-1.0)
    assert asked[5:] == [2.0, 15.0, ask_again.SHORTEST_DELAY]
    for _ in range(2):
        waiting.ask("chapter", at_least=5.0)
    assert asked[8] < ASKED_SECONDS and asked[9] == 5.0


# Whether the player has enough to play, at each message that the page sends.
ASKS = """(() => {
    const send = WebSocket.prototype.send;
    window.asks = [];
    WebSocket.prototype.send = function (data) {
        asks.push("playsAhead" in document.documentElement.dataset);
        return send.call(this, data);
    };
})()"""


def test_while_the_player_has_enough_to_play_the_page_asks_for_nothing(page, server):
    page.add_init_script(ASKS)
    open_page(page, server, f"{LONG}&student=25")
    wait_until_idle(page)
    page.evaluate("asks.length = 0")
    press_start(page)
    page.locator(".player[data-state='replay']").wait_for(timeout=120_000)
    asks = page.evaluate("asks")
    assert True not in asks and len(asks) > 1, "it asks when that runs out"


def test_a_press_in_the_middle_of_an_ask_keeps_both(page, server):
    """Sliders, quick picks and presses while the figure asks; and the study is whole."""
    open_page(page, server, f"{LONG}&student=27&lang=en")
    wait_until_idle(page)
    press_start(page, EN)
    page.locator(".player[data-state='pause']").wait_for()
    for size in (32, 100, 10, 1):
        page.locator(f"[data-slider='batch_size'][data-to='{size}']").click()
        expect(page.locator(FORMULA).get_by_text(f"batch_size={size}, epochs=200")).to_be_visible()
    # In which order depends on whether the server has seen 10, the default, in between.
    expect(page).to_have_url(re.compile("batch_size=1(&|$)"))
    address = dict(parse_qsl(urlsplit(page.url).query))
    assert address == {"batch_size": "1", "epochs": "200", "student": "27", "lang": "en"}
    wait_until_played(page)
    expect(page.locator(".sentence")).to_contain_text("20,000")
    assert len(csv_of(page, EN)) == 201


def test_an_overtaken_run_is_in_the_table_once_it_has_ended(page, server):
    open_page(page, server, f"{LONG}&student=26&lang=en")
    wait_until_idle(page)
    with standing_still(server):
        press_start(page, EN)
        page.locator("[data-slider='batch_size'][data-to='100']").click()
        press_start(page, EN)
        expect(
            page.locator(FORMULA).get_by_text("model.fit(x, y, batch_size=100, epochs=200)")
        ).to_be_visible()
        assert page.get_by_role("cell", name="1", exact=True).count() == 0
    wait_until_played(page)
    row = page.get_by_role("row").filter(has_text="20,000")
    expect(row).to_contain_text("200")


def test_a_chapter_shows_what_is_studied_and_set_on_the_first_screen(page, server):
    open_page(page, server, "epochs=3&lang=en")
    sheet = open_chapter(page, "sheet", EN)
    expect(sheet.get_by_text(EN.sheet.no_study)).to_be_visible()
    code = open_chapter(page, "questions", EN)
    page.locator("[data-slider='batch_size'][data-to='32']").click()
    expect(code.locator("code").last).to_contain_text("batch_size=32, epochs=3")
    press_start(page, EN)
    expect(sheet.locator(".sheet .cell")).to_have_count(100)
    cards = open_chapter(page, "best_setting", EN)
    expect(cards.get_by_text("batch size 32").first).to_be_visible()


def test_what_was_set_after_a_chapter_was_drawn_is_what_it_studies(page, server):
    open_page(page, server, "lang=en")
    chapter = open_chapter(page, "students", EN)
    page.locator("[data-slider='batch_size'][data-to='100']").click()
    expect(
        page.locator(FORMULA).get_by_text("model.fit(x, y, batch_size=100, epochs=20)")
    ).to_be_visible()
    chapter.get_by_test_id("stRadioOption").first.click()
    chapter.get_by_role("button", name=EN.students.press).click()
    expect(chapter.locator("[class*='_conclusion']")).to_contain_text("batch size 100")
