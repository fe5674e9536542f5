"""What the chapters show in a real browser: before the guess, beside it, and after it."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from exam.lesson.chapters import CHAPTERS
from exam.model.exams import load_exams
from exam.page.player import MAX_MISSED
from exam.parts import SHORT_WAY
from exam.texts import load_texts
from tests.browser import KO, find_out, open_chapter, open_page, settled, wait_until_idle
from tests.numpy_student import Student, X, Y
from tests.scripted import MEASURED
from tests.test_walk import wait_until_played

EN = load_texts("en")
LINES = "svg.marks .mark-line path"


def open_alone(page: Page, server, name: str, lang: str = "en") -> None:
    page.goto(f"{server.url}?only={name}&lang={lang}")
    page.get_by_role("heading").first.wait_for()
    wait_until_idle(page)
    settled(page)


ASKED = [name for name in CHAPTERS if "draw" in EN[name]]


@pytest.mark.parametrize("name", ASKED)
def test_axes_are_there_before_the_guess_with_what_is_known(page, server, name):
    open_alone(page, server, name)
    place = page.locator(f"[class*='st-key-{name}'][class*='_drawn']")
    expect(place.locator("svg.marks")).to_be_visible()
    known = CHAPTERS[name].known is not None
    lines = place.locator(LINES)
    if known and name != "sureness":  # ten students, pale, and their mean
        expect(lines).to_have_count(11)
    else:
        assert lines.count() <= 1  # the line of no difference


def test_look_alikes_are_larger_than_their_pixels(page, server):
    open_alone(page, server, "first_pass")
    assert page.locator(".digits").bounding_box()["width"] > 1.2 * 280


def test_a_guess_is_drawn_and_stays_beside_what_is_measured(page, server):
    open_alone(page, server, "twenty_exams")
    box = page.locator(".st-key-twenty_exams_drawn svg.marks").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(box["x"] + 100 + 30 * step, box["y"] + 40 + 15 * step)
    page.mouse.up()
    drawn = page.locator(".sketch path")
    expect(page.locator(".sketch text")).to_have_text(EN.your_guess)
    assert drawn.get_attribute("d").count("L") == 10
    find_out(page, page.locator("body"), "twenty_exams", EN)
    expect(page.locator(".st-key-twenty_exams_drawn .sketch path")).to_have_count(1)
    kept = drawn.get_attribute("d")
    assert kept.count("L") == 10
    page.mouse.click(box["x"] + 300, box["y"] + 100)  # it is over: nothing is drawn any more
    assert drawn.get_attribute("d") == kept
    # Within the axes, which stand where they stood.
    plot = page.locator("svg.marks path.background").first.bounding_box()
    line = drawn.bounding_box()
    assert plot["x"] <= line["x"] + 4 and line["x"] + line["width"] <= plot["x"] + plot["width"]


def test_a_tap_is_a_point(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    open_alone(page, server, "twenty_exams", "ko")
    box = page.locator(".st-key-twenty_exams_drawn svg.marks").bounding_box()
    page.mouse.click(box["x"] + 200, box["y"] + 60)
    point = page.locator(".sketch path").bounding_box()
    assert abs(point["x"] + point["width"] / 2 - box["x"] - 200) < 2
    assert abs(point["y"] + point["height"] / 2 - box["y"] - 60) < 2


def test_a_finger_draws_a_steep_line_after_the_first_touch(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    open_alone(page, server, "twenty_exams", "ko")
    svg = page.locator(".st-key-twenty_exams_drawn svg.marks")
    box = svg.bounding_box()
    page.touchscreen.tap(box["x"] + 70, box["y"] + 20)
    fingers = context.new_cdp_session(page)
    x, y = box["x"] + 70, box["y"] + 20
    for step in range(9):
        kind = "touchMove" if step else "touchStart"
        points = [{"x": x + 2 * step, "y": y + 20 * step}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    line = page.locator(".sketch path")
    expect(line).to_have_attribute("d", re.compile("(L.*){6}"))
    assert line.bounding_box()["height"] > 120 and page.evaluate("scrollY") == 0
    context.close()


def test_each_form_of_overfitting_happens_at_a_press(page, server):
    open_alone(page, server, "pianist")
    columns, button = page.get_by_test_id("stColumn"), page.locator(".st-key-pianist_signs button")
    for column in (0, 1):
        expect(columns.nth(column).locator(LINES)).to_have_count(0)
    button.click()
    for column in (0, 1):
        expect(columns.nth(column).locator(LINES)).to_have_count(2, timeout=180_000)
    expect(button).to_be_disabled()
    find_out(page, page.locator("body"), "pianist", EN)
    column = page.get_by_test_id("stColumn").nth(2)
    expect(column.locator(LINES)).to_have_count(2)
    # A row for each digit; what is not repeated any more goes wrong.
    page.locator(".player[data-exam='pianist']").scroll_into_view_if_needed()
    page.wait_for_function("exam.studies.pianist.pass === exam.studies.pianist.data.passes")
    cells = page.locator(".sheet[data-exam='pianist'] .cell")
    states = cells.evaluate_all("all => all.map(cell => cell.dataset.state)")
    assert states[:50].count("wrong") < 10 < 15 < states[50:].count("wrong")
    key = load_exams().unseen.answers[0]
    labels = cells.evaluate_all("all => all.map(cell => cell.getAttribute('aria-label'))")
    label = EN.player.question.split("{key}")[0].split("{number}")
    for at, digit in enumerate(np.sort(key)):
        assert labels[at].startswith(f"{label[0]}{at + 1}{label[1]}{digit}"), labels[at]


def test_a_bar_grows_under_each_mistake(page, server):
    open_alone(page, server, "sureness")
    find_out(page, page.locator("body"), "sureness", EN)
    page.locator(".player[data-exam='sureness']").scroll_into_view_if_needed()
    page.wait_for_function("exam.studies.sureness.pass === exam.studies.sureness.data.passes")
    bars = "all => all.map(each => +each.style.getPropertyValue('--confidence'))"
    items = page.locator(".bars > span")
    at_end = items.evaluate_all(bars)
    assert len(at_end) == MAX_MISSED and "url(" in items.first.locator("s").evaluate(
        "paper => getComputedStyle(paper).backgroundImage"
    )
    shown = page.locator(".player[data-exam='sureness'] .pass")
    shown.fill("6")
    before = items.evaluate_all(bars)
    assert all(now > then for now, then in zip(at_end, before, strict=True)), (before, at_end)


def test_a_film_that_is_out_of_view_begins_when_it_is_seen(page, server):
    """Also where Streamlit draws the chapter anew, since its title says now that it is done."""
    page.set_viewport_size({"width": 390, "height": 320})
    open_page(page, server, "lang=en")
    chapter = open_chapter(page, "sureness", EN)
    title, player = chapter.locator("summary"), page.locator(".player[data-exam='sureness']")
    form = chapter.locator(".st-key-sureness_guess")
    form.get_by_test_id("stRadioOption").first.click()
    chapter.locator(".st-key-sureness_begin button").click()
    # Where a slow machine draws the chapter line by line, the film would be in view for a moment.
    page.evaluate("document.querySelector(\"[data-testid='stMain']\").scrollTo(0, 0)")
    expect(title).to_contain_text(EN.done)
    wait_until_idle(page)
    settled(page)
    expect(player).to_have_attribute("data-state", "play")
    player.scroll_into_view_if_needed()
    expect(player).to_have_attribute("data-state", "replay")


def test_the_map_has_covered_tiles_and_says_how_many_are_better(page, server):
    open_page(page, server, "lang=en&batch_size=10&epochs=30&start=true")
    wait_until_played(page)
    chapter = open_chapter(page, "best_setting", EN)
    captions = EN.best_setting
    only = captions.only_one(batch_size=10, epochs=30, loss=0, wrong=0).split(", with")[0]
    expect(chapter).to_contain_text(only.replace("**", ""))
    from exam.model.training import study

    own = study(batch_size=10, epochs=30, student=1)[30]
    sizes = (1, 2, 5, 10, 20, 50, 100)
    studies = [study(batch_size=size, epochs=200, student=1) for size in sizes]
    passes = (5, 10, 20, 50, 100, 200)
    better = sum(marks[at].val_loss < own.val_loss for marks in studies for at in passes)
    text = captions.grey_better(better=better, measured=42).replace("**", "")
    expect(chapter).to_contain_text(text, timeout=180_000)
    covered = chapter.locator("svg.marks .mark-rect path[opacity='0.2']")
    expect(covered).to_have_count(42)
    values = {f"{marks[at].val_loss:.2f}" for marks in studies for at in passes}
    names = chapter.locator("svg.marks .mark-text text")
    assert not values & set(names.all_inner_texts()) - {f"{own.val_loss:.2f}"}
    chapter.get_by_text(captions.uncover).click()
    expect(covered).to_have_count(0)
    assert values <= set(names.all_text_contents())


def test_tables_on_a_phone_are_lists(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    open_alone(page, server, "batch_sizes", "ko")
    find_out(page, page.locator("body"), "batch_sizes", KO)
    columns = KO.batch_sizes.columns
    rows = page.locator("table.rows tbody tr")
    expect(rows).to_have_count(4)
    labels = rows.first.locator("[data-label]").evaluate_all("all => all.map(e => e.dataset.label)")
    assert labels == list(columns)
    beside = rows.first.locator("td").first.evaluate(
        "cell => getComputedStyle(cell, '::before').content"
    )
    assert beside == f'"{columns[1]}"'
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_role("row")).to_have_count(5)  # it is still a table to whoever hears it


def test_the_slope_is_the_loss_after_one_update_by_hand(page, server):
    """Where a step lands, worked out by NumPy; its slider stands under the ball."""
    open_alone(page, server, "learning_rate")
    slider = page.get_by_test_id("stSlider").get_by_role("slider")
    for rate in (3.0, 10.0, 0.5):  # 0.5 last: it is on the page from the beginning
        slider.press("Home")
        for _ in range(round(rate / 0.5)):
            slider.press("ArrowRight")
        student = Student(1)
        student.learn(X[:100], Y[:100], np.float32(rate))
        label = EN.learning_rate.landing(rate=rate, loss=student.loss(X[:100], Y[:100]))
        expect(page.locator("svg.marks .mark-text").get_by_text(label)).to_be_visible()
        thumb, ball = page.evaluate(UNDER_EACH_OTHER)
        assert abs(thumb - ball) < 6, f"{thumb - ball} pixels apart at {rate}"


# Where the thumb of the slider is, and the last of the balls.
UNDER_EACH_OTHER = """() => {
  const balls = [...document.querySelectorAll("svg.marks .mark-symbol path")];
  return [document.querySelector("[data-testid='stSliderThumbValue']"), balls.at(-1)]
    .map(each => each.getBoundingClientRect()).map(box => box.left + box.width / 2);
}"""


def test_a_link_to_a_chapter_scrolls_nothing_but_the_page(page, server):
    """A box around it that was scrolled would keep its head out of reach."""
    open_page(page, server)
    wait_until_idle(page)
    name = SHORT_WAY[-1]
    page.locator(f"a[href='#chapter-{name}']:visible").first.click()
    page.locator(f".st-key-{name}_open details[open] .st-key-{name}_begin").wait_for()
    wait_until_idle(page)
    scrolled = "[...document.querySelectorAll('*')].filter(e => e.scrollTop).map(e => e.className)"
    names = page.evaluate(scrolled)
    assert names and all("stMain" in each for each in names)


# By how much the chapter has shrunk from one frame that was painted to the next. An observer is
# called before a frame is painted; what it sees last is painted.
WATCHED = """name => {
  const chapter = document.querySelector(`.st-key-${name}_open details`);
  let painted = chapter.offsetHeight, latest = painted;
  new ResizeObserver(() => (latest = chapter.offsetHeight)).observe(chapter);
  window.shrunk = 0;
  const look = () => {
    window.shrunk = Math.max(window.shrunk, painted - latest);
    painted = latest;
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.mark.parametrize("name", [name for name in MEASURED if name != "own_exam"])
def test_nothing_goes_away_when_the_answer_comes(page, server, name):
    """On a phone: no frame in which the chapter shrinks, and the answer stands where one looks."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, server, "lang=en")
    chapter = open_chapter(page, name, EN)
    button = chapter.locator(f".st-key-{name}_begin button")
    button.wait_for()
    button.scroll_into_view_if_needed()
    wait_until_idle(page)
    page.evaluate(WATCHED, name)
    find_out(page, chapter, name, EN)
    settled(page)
    assert page.evaluate("shrunk") <= 20
    expect(chapter.locator("[class*='_verdict']")).to_be_in_viewport()
