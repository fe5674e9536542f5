"""A lecture hall: the page as a projector shows it, on screens of three sizes."""

import itertools

import pytest
from playwright.sync_api import expect

from exam.parts import CHAPTER_NAMES
from exam.rooms.rooms import new_code, new_secret
from exam.texts import load_texts
from tests.browser import CUT, KO, open_page, resized, settled, violations, wait_until_played
from tests.hall.lectern import (
    FILLS,
    FITS,
    click_on,
    next_step,
    open_lectern,
    step,
    steps,
    wait_until_shown,
)

SCREENS = [(1280, 720), (1920, 1080), (3840, 2160)]
# Shares of the screen's height: a letter of a chapter, of the study's text, and of its curves.
LETTER, BODY, LEAST = 1 / 30, 0.029, 0.026
HALF = 0.5  # of the screen, which pictures take
NOTHING_YET = ("own_exam", "questions")  # nobody has written, and words alone
EN = load_texts("en")
FORWARD = ("PageDown", "ArrowRight", "ArrowDown", " ")
BACK = ("PageUp", "ArrowLeft", "ArrowUp")
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
# The bar is fixed, so that what lies beside the screen does not make it scroll.
BAR_FITS = """() => [...document.querySelectorAll(".st-key-lectern button")]
    .every(button => button.getBoundingClientRect().right <= innerWidth)"""
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
    expect(hall.locator("svg.marks")).to_contain_text("×")  # the lens
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


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_every_step_of_a_chapter_fills_the_screen_and_can_be_read(hall, server, name):
    """On three screens, with a room, which has two votes more; English takes most space."""
    room = f"room={new_code()}&secret={new_secret()}"
    open_lectern(hall, f"{server.url}?{room}&projected=true&only={name}&lang=en")
    for label in steps(hall):
        for screen in ((1920, 1080), (1024, 768), (1280, 720)):
            resized(hall, *screen)
            fills_and_can_be_read(hall, name, (label, screen))


@pytest.mark.parametrize(
    ("name", "lang"), zip(CHAPTER_NAMES, itertools.cycle(["ja", "ko"]), strict=False)
)
def test_it_does_without_a_room_and_in_other_languages(hall, server, name, lang):
    open_lectern(hall, f"{server.url}?projected=true&only={name}&lang={lang}")
    for label in steps(hall):
        fills_and_can_be_read(hall, name, label)


def fills_and_can_be_read(hall, name: str, step: object) -> None:
    """A text without figures may be longer than the screen."""
    assert hall.evaluate(SMALL, [LETTER * hall.viewport_size["height"] - 0.1, EVERYTHING]) == [], (
        step
    )
    assert hall.evaluate(CUT) == [], step
    assert hall.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), step
    assert hall.evaluate(BAR_FITS), step
    if name != "questions":
        assert hall.evaluate(FITS), step
    if name not in NOTHING_YET:
        hall.wait_for_function(FILLS, arg=HALF)  # a study may still be computed


@pytest.mark.parametrize("screen", [(1024, 768), *SCREENS])
def test_of_three_heads_all_of_the_sheet_and_of_the_weights_is_seen(hall, server, screen):
    room = f"room={new_code()}&secret={new_secret()}"
    open_lectern(hall, f"{server.url}?{room}&projected=true&lang=en")
    resized(hall, *screen)
    click_on(hall)
    sheets, units = hall.locator(".strip .sheet"), hall.locator(".strip .units")
    expect(sheets).to_have_count(3)
    for sheet, weights in zip(sheets.all(), units.all(), strict=True):
        above = sheet.bounding_box()
        assert sheet.evaluate("sheet => sheet.scrollHeight <= sheet.clientHeight + 1")
        assert above["y"] + above["height"] <= weights.bounding_box()["y"]
    assert hall.evaluate(FITS)


def test_a_chapter_may_open_with_its_experiment_done(hall, server):
    open_lectern(hall, f"{server.url}?projected=true&only=students&reveal=true")
    expect(hall.locator(".choices .is-answer")).to_contain_text(KO.supported)


def test_a_clicker_moves_no_slider(hall, server):
    open_page(hall, server, "projected=true&only=study&epochs=5&start=true")
    wait_until_played(hall)
    address, sentence = hall.url, hall.locator(".sentence").inner_text()
    for what in (hall.get_by_role("slider", name="배치 사이즈"), hall.locator("#pass")):
        value = what.input_value()
        for key in (*FORWARD, *BACK, "F5", "b", "."):
            what.focus()
            hall.keyboard.press(key)
        assert what.input_value() == value
    assert hall.locator(".sentence").inner_text() == sentence and hall.url == address


def test_a_clicker_goes_on_and_back(hall, server):
    open_lectern(hall, f"{server.url}?projected=true&epochs=5")
    hall.keyboard.press("PageDown")  # the first screen is longer than the projector's
    assert hall.get_by_test_id("stMain").evaluate("main => main.scrollTop") > 100
    click_on(hall)
    wait_until_played(hall)
    open_lectern(hall, f"{server.url}?projected=true&only=learning_rate")
    address, seen = hall.url, [step(hall)]
    for key in FORWARD:
        click_on(hall, key)
        seen.append(step(hall))
    assert len(set(seen)) == 5
    assert "learning_rate_display" in seen[0] and "repetition" in seen[4]
    for key, was in zip(BACK, seen[-2::-1], strict=False):
        click_on(hall, key)
        assert step(hall) == was
    assert hall.url == address


def test_the_projected_page_is_complete_by_keyboard(hall, server):
    """Every button by Tab and Enter; a place by the list of them."""
    open_lectern(hall, f"{server.url}?projected=true&only=students")
    next_step(hall).focus()
    hall.keyboard.press("Enter")
    expect(hall.locator(".choices .is-answer")).to_be_visible()
    wait_until_shown(hall)
    assert "reveal" in step(hall)
    places = hall.get_by_role("combobox", name=KO.hall.step.place)
    places.focus()
    hall.keyboard.press("Alt+ArrowDown")  # without Alt it is the clicker's
    hall.get_by_role("option").first.wait_for()
    hall.keyboard.press("ArrowDown")
    hall.keyboard.press("Enter")
    hall.wait_for_function("!document.querySelector(\"[class*='at_students_reveal']\")")
    wait_until_shown(hall)
    assert "reveal" not in step(hall)
    assert violations(hall) == []
    hall.get_by_role("combobox").focus()
    before = step(hall)
    click_on(hall)  # the list keeps the focus, and the clicker goes on all the same
    assert step(hall) != before


def test_a_wrong_value_gets_a_hint(page, server):
    open_page(page, server, "projected=large")
    expect(page.get_by_text("주소의 projected 값은 쓸 수 없어요.")).to_be_visible()


@pytest.mark.parametrize("screen", ["projected=true", "presenter=true"])
def test_the_row_of_buttons_stays_from_step_to_step(hall, server, screen):
    """Drawn anew, it would be gone for as long as a busy server needs for what stands above."""
    hall.goto(f"{server.url}?room={new_code()}&secret={new_secret()}&{screen}")
    next_step(hall).wait_for()
    wait_until_shown(hall)
    row = hall.locator(".st-key-lectern").element_handle()
    for _ in range(6):  # by the heads and the study to a chapter
        was = next_step(hall).inner_text()
        next_step(hall).click()
        expect(next_step(hall)).not_to_have_text(was)
        wait_until_shown(hall)
        assert row.evaluate("row => row.isConnected")
