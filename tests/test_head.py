"""The student's head on the first screen, against the weights of plain Keras."""

import itertools
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser import KO, open_page, press_start, show_pass, violations, wait_until_played
from tests.test_updates import gained_by_keras, greys

HEAD = ".head[data-exam='study']"
# The red of each of the 28 × 28 points of the pictures of all units.
PICTURES = """units => units.map(unit => [...unit.getContext("2d").getImageData(0, 0, 28, 28).data]
    .filter((_, at) => at % 4 === 0))"""
# On every frame of the film: questions answered, updates printed, and a number for what is drawn.
RECORD = """() => {
    window.heads_seen = [];
    const units = [...document.querySelectorAll(".head[data-exam='study'] .unit")];
    const look = () => {
        const { question, printed } = exam.studies.study;
        const updates = +units[0].closest(".head").dataset.update;
        let sum = 0;
        for (const unit of units) {
            const { data } = unit.getContext("2d").getImageData(0, 0, 28, 28);
            for (let at = 0; at < data.length; at += 4) sum = (31 * sum + data[at]) % 1000003;
        }
        if (question !== null) heads_seen.push([question, updates, printed, sum]);
        if (exam.studies.study.pass === 0) requestAnimationFrame(look);
    };
    look();
}"""


def pictures(page: Page) -> np.ndarray:
    """What is drawn, [784, 32] as the kernel is."""
    return np.array(page.locator(f"{HEAD} .unit").evaluate_all(PICTURES)).T


def show_question(page: Page, number: int) -> None:
    page.locator(".player[data-exam='study'] .question").fill(str(number))


@pytest.mark.parametrize("batch_size", [1, 10])
def test_pictures_are_what_the_weights_of_keras_have_gained(page, server, batch_size):
    open_page(page, server, f"batch_size={batch_size}&epochs=2&student=3")
    press_start(page)
    wait_until_played(page)
    show_question(page, 100)
    head = page.locator(HEAD)
    updates = 100 // batch_size
    expect(head).to_have_attribute("data-update", str(updates))
    expected = greys(gained_by_keras(3, batch_size))
    assert np.abs(pictures(page) - expected).max() <= 1.5  # a canvas has whole numbers
    expect(head.locator("canvas.unit")).to_have_count(32)
    if updates > 1:
        show_question(page, 3 * batch_size)
        gained = gained_by_keras(3, batch_size, updates=3)
        assert np.abs(pictures(page) - greys(gained)).max() <= 1.5
        last = gained - gained_by_keras(3, batch_size, updates=2)
        share = round(100 * np.mean(last != 0))
        words = KO.head.says.changed(update=3, all_updates=updates, share=share)
        expect(head.locator(".units")).to_have_attribute("aria-label", words)
    show_question(page, 0)
    assert set(pictures(page).flat) == {204}
    expect(head).to_have_attribute("data-update", "0")


def test_nothing_moves_until_the_key_is_opened(page, server):
    open_page(page, server, "batch_size=10&epochs=2")
    page.evaluate(RECORD)
    press_start(page)
    page.wait_for_function("exam.studies.study.pass > 0", timeout=60_000)
    seen = [tuple(frame) for frame in page.evaluate("heads_seen")]
    seen = [frame for frame in seen if frame[0] > 0]
    assert {updates for _, updates, _, _ in seen} >= set(range(1, 11))
    for (question, updates, _, drawn), (later, now, printed, drawn_now) in itertools.pairwise(seen):
        if now == updates and later > question:  # answers were written
            assert printed == 1
        if now == updates and printed == 1 and question % 10 and later % 10:
            assert drawn == drawn_now
    for question, updates, _, _ in seen:
        assert updates == question // 10
    ends = {updates: drawn for _, updates, printed, drawn in seen if printed == 1}
    assert len(set(ends.values())) == len(ends)  # each update is seen


def test_head_and_curves_take_turns(page, server):
    open_page(page, server, "batch_size=10&epochs=3")
    head, chart = page.locator(HEAD), page.locator("[data-testid='stVegaLiteChart']").first
    views = page.get_by_role("group", name=KO.head.views)
    of_head = views.get_by_role("button", name=KO.head.head)
    of_curves = views.get_by_role("button", name=KO.head.curves)
    expect(chart).to_be_visible()
    expect(head).to_be_hidden()
    press_start(page)
    expect(head).to_be_visible()
    expect(chart).to_be_hidden()
    wait_until_played(page)
    expect(chart).to_be_visible()
    expect(head).to_be_hidden()
    of_head.click()
    expect(of_head).to_have_attribute("aria-pressed", "true")
    expect(head).to_be_visible()
    expect(head).to_have_attribute("data-update", "10")
    show_pass(page, 2)  # it stays where one looks at the passes
    expect(head).to_be_visible()
    of_curves.click()
    expect(chart).to_be_visible()
    show_question(page, 15)
    expect(head).to_be_visible()
    expect(head.locator(".says")).to_have_text(re.sub(r"\*\*", "", KO.head.says.unmoved))
    assert violations(page) == []


def test_no_question_is_on_its_way_over_the_curves(page, server):
    """As in a browser that draws slowly: here, none that has set out arrives."""
    open_page(page, server, "batch_size=100&epochs=3")
    page.evaluate(
        """new MutationObserver(() => document.querySelectorAll(".flies").forEach((digit) => {
            window.has_flown = true;
            digit.getAnimations().forEach((flight) => flight.pause());
        })).observe(document.body, { childList: true })"""
    )
    press_start(page)
    page.wait_for_function("window.has_flown", timeout=60_000)
    wait_until_played(page)
    expect(page.locator(".flies")).to_have_count(0)


def test_a_question_and_a_unit_say_what_they_are(page, server):
    open_page(page, server, "batch_size=10&epochs=2")
    press_start(page)
    wait_until_played(page)
    show_question(page, 30)
    says, own = page.locator(f"{HEAD} .says"), page.locator(f"{HEAD} .own")
    expect(says).to_contain_text("갱신 3 / 10")
    expect(own).to_be_hidden()
    page.locator(".sheet[data-exam='study'] .cell").nth(4).focus()
    expect(own).to_be_visible()
    expect(says).to_have_text(KO.head.says.of_question(questions=10))
    unit = page.locator(f"{HEAD} .unit").nth(12)
    before = unit.bounding_box()["width"]
    page.locator(f"{HEAD} .unit").first.focus()
    page.keyboard.press("ArrowRight")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(unit).to_be_focused()
    assert unit.bounding_box()["width"] > 2 * before
    expect(says).to_have_text(
        re.sub(r"\*\*", "", KO.head.says.unit(unit=13, units=32, weights=784))
    )
    page.keyboard.press("Tab")
    assert unit.bounding_box()["width"] == before


def test_two_studies_have_both_heads(page, server):
    open_page(page, server, "batch_size=10&epochs=2")
    press_start(page)
    wait_until_played(page)
    page.locator(".st-key-pair label").first.click()
    heads = page.locator(".st-key-pair_sheets .head")
    expect(heads).to_have_count(2)
    page.locator(".st-key-pair_sheets .question:enabled").fill("50")
    expect(heads.nth(0)).to_have_attribute("data-update", "50")
    expect(heads.nth(1)).to_have_attribute("data-update", "0")
