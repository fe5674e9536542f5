"""A lecture hall: the page as a projector shows it, on screens of three sizes."""

import pytest
from playwright.sync_api import expect

from exam.lesson import ORDER
from tests.browser import (
    CUT,
    KO,
    find_out,
    open_chapter,
    open_page,
    settled,
    violations,
    wait_until_idle,
    wait_until_played,
)

SCREENS = [(1280, 720), (1920, 1080), (3840, 2160)]
BODY, LEAST = 0.03, 0.022  # of the screen's height: the page's text, and the smallest letter
SMALL = """([least, what]) => [...document.querySelectorAll(what)]
    .filter(e => e.checkVisibility() && e.textContent.trim() && e.getClientRects().length)
    .map(e => {
        const svg = e.closest("svg.marks");  // which is scaled as a picture
        const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
        const size = scale * parseFloat(getComputedStyle(e).fontSize);
        return [size, e.textContent.trim().slice(0, 40)];
    })
    .filter(([size]) => least > size)"""
EVERYTHING = "[data-testid='stMain'] :is(p, li, h1, h2, td, th, label, button, code, text)"
BODY_TEXT = "[data-testid='stMain'] :is(p.sentence, [data-testid='stAlertContainer'] p, li, td)"


@pytest.fixture
def hall(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="ko-KR")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_last_row_can_read_the_study(hall, server, screen):
    width, height = screen
    hall.set_viewport_size({"width": width, "height": height})
    open_page(hall, server, "projected=true&only=study&batch_size=1&epochs=30&start=true")
    wait_until_played(hall)
    expect(hall.locator("svg.marks")).to_contain_text("번째가 최저")
    settled(hall)
    assert hall.evaluate(SMALL, [LEAST * height, EVERYTHING]) == []
    assert hall.evaluate(SMALL, [BODY * height, BODY_TEXT]) == []
    assert hall.evaluate(CUT) == []
    hall.locator(".sheet").evaluate("sheet => sheet.scrollIntoView({block: 'start'})")
    first, last = (hall.locator(what).bounding_box() for what in (".sheet", "[role='alert']"))
    # Figure, player, sentence and warning on one screen.
    assert last["y"] + last["height"] - first["y"] <= height
    assert hall.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert violations(hall) == []


@pytest.mark.parametrize("name", ORDER)
def test_the_last_row_can_read_every_chapter(hall, server, name):
    hall.goto(f"{server.url}?projected=true&only={name}")
    expect(hall.get_by_role("heading", name=getattr(KO, name).title)).to_be_visible()
    wait_until_idle(hall)
    if hasattr(getattr(KO, name), "press"):
        find_out(hall, hall.get_by_test_id("stMain"), name)
    settled(hall)
    assert hall.evaluate(SMALL, [LEAST * 720, EVERYTHING]) == [] and hall.evaluate(CUT) == []


@pytest.mark.parametrize("screen", SCREENS)
def test_the_film_of_the_first_pass_fits_one_screen(hall, server, screen):
    width, height = screen
    hall.set_viewport_size({"width": width, "height": height})
    hall.goto(f"{server.url}?projected=true&only=first_pass&reveal=true")
    player = hall.locator(".player[data-exam='first_pass']")
    player.wait_for()
    settled(hall)
    first = hall.locator(".sheet[data-exam='first_pass']").bounding_box()
    last = player.bounding_box()
    assert last["y"] + last["height"] - first["y"] <= height


def test_a_clicker_turns_pages_and_nothing_else(hall, server):
    open_page(hall, server, "projected=true&epochs=5&start=true")
    wait_until_played(hall)
    slider = hall.get_by_role("slider", name="배치 사이즈")
    slider.focus()
    address, said = hall.url, hall.locator(".sentence").inner_text()
    main = hall.get_by_test_id("stMain")
    for key in ("PageDown", "PageDown", "PageUp", "F5", "b", "."):
        hall.keyboard.press(key)
    assert main.evaluate("main => main.scrollTop") > 100
    wait_until_idle(hall)
    expect(slider).to_have_value("10")
    assert hall.locator(".sentence").inner_text() == said and hall.url == address


def test_a_wrong_value_gets_a_hint(page, server):
    open_page(page, server, "projected=large")
    expect(page.get_by_text("주소의 projected 값은 쓸 수 없어요.")).to_be_visible()


def test_the_chapters_are_reached_from_the_projected_page(hall, server):
    open_page(hall, server, "projected=true")
    wait_until_idle(hall)
    open_chapter(hall, "questions")
    assert hall.evaluate(SMALL, [LEAST * 720, EVERYTHING]) == []
