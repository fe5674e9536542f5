"""A lecture hall: the page as a projector shows it, 1280 pixels wide and 720 high."""

import re

import pytest
from exam.projector import magnified
from playwright.sync_api import expect

from exam.charts import study_spec
from exam.lesson import CHAPTERS
from exam.page.texts import load_texts
from tests.browser import open_page, violations, wait_until_idle
from tests.test_browser import wait_until_drawn
from tests.test_lesson import find_out, open_chapter
from tests.waiting import wait_for

KO = load_texts("ko")
LEAST = 0.022 * 720  # pixels of a letter that the last row can read
SMALL = """least => {
    const letters = [...document.querySelectorAll(
        "[data-testid='stMain'] :is(p, li, h1, h2, td, th, label, button, code, text)")];
    return letters
        .filter(e => e.checkVisibility() && e.textContent.trim() && e.getClientRects().length)
        .map(e => [parseFloat(getComputedStyle(e).fontSize), e.textContent.trim().slice(0, 40)])
        .filter(([size]) => size < least);
}"""
CUT = """() => [...document.querySelectorAll("svg.marks")].flatMap(svg => {
    const whole = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")]
        .map(text => [text.textContent, text.getBoundingClientRect()])
        .filter(([text, at]) => at.width)
        .map(([text, at]) => [text, whole.left - at.left, at.right - whole.right,
                              whole.top - at.top, at.bottom - whole.bottom])
        .filter(([text, ...beyond]) => beyond.some(pixels => pixels > 1));
})"""


@pytest.fixture
def hall(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="ko-KR")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def test_the_last_row_can_read_the_study(hall, server):
    open_page(hall, server, "projected=true&only=study&batch_size=1&epochs=30&start=true")
    wait_until_drawn(hall)
    expect(hall.locator("svg.marks")).to_contain_text("번째가 최저")
    assert hall.evaluate(SMALL, LEAST) == [] and hall.evaluate(CUT) == []
    figure = hall.locator("svg.marks").bounding_box()
    assert figure["y"] + figure["height"] <= 720  # whole without turning a page
    expect(hall.get_by_text(KO.student_help)).to_be_visible()  # without a pointer over anything
    assert hall.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert violations(hall) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_last_row_can_read_every_chapter(hall, server, name):
    say = getattr(KO, name)
    hall.goto(f"{server.url}?projected=true&only={name}")
    expect(hall.get_by_role("heading", name=say.title, exact=True)).to_be_visible()
    wait_until_idle(hall)
    if hasattr(say, "press"):
        choice = 0 if hasattr(say, "choices") else None
        find_out(hall, hall.get_by_test_id("stMain"), say, choice)
    wait_until_idle(hall)
    wait_for(lambda: hall.evaluate(CUT) == [])  # once the chart has found its place
    assert hall.evaluate(SMALL, LEAST) == []


def test_a_clicker_turns_pages_and_nothing_else(hall, server):
    open_page(hall, server, "projected=true&epochs=5&start=true")
    wait_until_drawn(hall)
    said = hall.get_by_text(re.compile("가중치 갱신 50번")).first
    expect(said).to_be_visible()
    slider = hall.get_by_role("slider", name=KO.batch_size)
    slider.focus()
    address = hall.url
    main = hall.get_by_test_id("stMain")
    for key in ("PageDown", "PageDown", "PageUp", "F5", "b", "."):
        hall.keyboard.press(key)
    assert main.evaluate("main => main.scrollTop") > 100
    wait_until_idle(hall)
    expect(slider).to_have_value("10")
    expect(said).to_be_attached()  # not loaded anew, and what was drawn is there
    assert hall.url == address


def test_the_figure_is_the_same_but_for_its_size():
    spec = study_spec("ko", 20)
    larger = magnified(spec)
    assert spec == study_spec("ko", 20)
    assert larger["params"] == spec["params"]
    assert magnified({"mark": {"type": "text", "fontSize": 12}, "height": 100})["height"] == 135


def test_a_wrong_value_gets_a_hint(page, server):
    open_page(page, server, "projected=large")
    expect(page.get_by_text("주소의 projected 값은 쓸 수 없어요.")).to_be_visible()


def test_the_chapters_are_reached_from_the_projected_page(hall, server):
    open_page(hall, server, "projected=true")
    wait_until_idle(hall)
    open_chapter(hall, "questions")
    assert hall.evaluate(SMALL, LEAST) == []
