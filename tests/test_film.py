"""The first pass as a film on the first screen, and what follows a slider while it is dragged."""

import re

import pytest
from playwright.sync_api import Page, expect

from exam.model.exams import load_exams
from tests.browser import (
    FORMULA,
    KO,
    open_page,
    press_start,
    show_pass,
    wait_until_idle,
    wait_until_played,
)

# On every frame of the film: how many cells are written, how many are marked, and the updates.
RECORD = """() => {
    window.frames_seen = new Set();
    const count = (state) => document.querySelectorAll(`.sheet .cell${state}`).length;
    const look = () => {
        const { question } = exam.studies.study;
        const marked = count("[data-state='right']") + count("[data-state='wrong']");
        const number = document.querySelector(".sentence").innerText.match(/(\\d+)번\\.$/);
        if (question !== null) frames_seen.add(
            JSON.stringify([question, count("[data-state='given']"), marked, +number?.[1]]));
        requestAnimationFrame(look);
    };
    look();
}"""


def film_of(page: Page) -> list[tuple[int, int, int, int]]:
    page.evaluate(RECORD)
    press_start(page)
    page.wait_for_function("exam.studies.study.pass > 0", timeout=60_000)
    frames = page.evaluate("[...frames_seen].map(JSON.parse)")
    return [tuple(frame) for frame in frames if frame[0] > 0]


@pytest.mark.parametrize("batch_size", [1, 32])
def test_what_is_written_is_marked_at_the_end_of_its_batch(page, server, batch_size):
    from exam.model.training import study

    open_page(page, server, f"batch_size={batch_size}&epochs=2")
    wait_until_idle(page)
    frames = film_of(page)
    for question, written, marked, updates in frames:
        whole = question if question == 100 else question - question % batch_size
        assert (written, marked) == (question - whole, whole)
        assert updates == -(-whole // batch_size)
    states = {marked for _, _, marked, _ in frames}
    assert 100 in states and (batch_size > 1) == any(written for _, written, _, _ in frames)
    if batch_size >= 10:  # no frame may be missed
        assert states >= {*range(batch_size, 100, batch_size), 100}
    page.locator(".player .question").fill("100")
    solved = study(batch_size=batch_size, epochs=1, student=1)[1].answers_in_pass
    key = load_exams().mock.answers[0]
    wrong = sum(int(answer) != digit for answer, digit in zip(solved, key, strict=True))
    expect(page.locator(".sheet .cell[data-state='wrong']")).to_have_count(int(wrong))


def test_all_of_it_is_scrubbed_and_gone_through_without_the_server(page, server):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_page(page, server, "batch_size=32&epochs=5")
    press_start(page)
    wait_until_played(page)
    sent.clear()
    film, output = page.locator(".player .question"), page.locator(".player output").first
    for question in range(100, -1, -9):
        film.fill(str(question))
        expect(output).to_have_text(f"{question} / 100")
    show_pass(page, 3)
    expect(output).to_have_text("3 / 5")
    film.fill("1")
    following = page.get_by_role("button", name=KO.player.next)
    for text in ("32 / 100", "64 / 100", "96 / 100", "100 / 100", "1 / 5", "2 / 5"):
        following.click()
        expect(output).to_have_text(text)
    page.locator("#pass").press("Enter")
    expect(output).to_have_text("3 / 5")
    film.fill("97")
    page.locator("#play").click()  # it goes on from there
    expect(output).to_have_text("5 / 5")
    speed = page.get_by_role("button", name=KO.player.slower)
    for text in ("½×", "¼×", "1×"):
        speed.click()
        expect(speed).to_have_text(text)
    assert not sent


def test_a_click_on_the_curves_goes_to_that_pass(page, server):
    open_page(page, server, "batch_size=10&epochs=20")
    press_start(page)
    wait_until_played(page)
    output = page.locator(".player output").first
    axis = page.locator("svg.marks .role-axis-grid line").first.bounding_box()
    for number in (5, 16, 0):
        page.mouse.click(axis["x"] + axis["width"] * number / 20, axis["y"] - 10)
        expect(output).to_have_text(f"{number} / 20")
        label = page.locator("svg.marks .mark-text text").filter(has_text=KO.practised).first
        expect(label).to_have_text(re.compile(r"\d+$"))
    page.mouse.click(axis["x"] + axis["width"] + 60, axis["y"] - 10)  # a name beside the lines
    expect(output).to_have_text("0 / 20")


def test_without_motion_the_first_pass_is_gone_through_batch_by_batch(page, server):
    """It stands at the first batch; the main button is the way to the next one, and says so."""
    page.emulate_media(reduced_motion="reduce")
    open_page(page, server, "batch_size=32&epochs=3")
    press_start(page)
    output, main = page.locator(".player output").first, page.locator("#play")
    expect(main).to_have_attribute("aria-label", KO.player.next)
    expect(page.get_by_text(KO.player.still)).to_be_visible()
    for text in ("32 / 100", "64 / 100", "96 / 100", "100 / 100", "1 / 3"):
        expect(output).to_have_text(text)
        main.click()
    expect(output).to_have_text("3 / 3")
    main.click()  # once more from the beginning
    expect(output).to_have_text("0 / 100")
    expect(page.locator(".sheet .cell[data-state='']")).to_have_count(100)
    page.locator(".player .question").press("Enter")
    expect(output).to_have_text("32 / 100")


def test_the_sheet_and_the_formula_follow_the_slider_while_it_is_dragged(page, server):
    open_page(page, server, "batch_size=10&epochs=5")
    press_start(page)
    wait_until_played(page)
    formula = page.locator(FORMULA)
    expect(formula.get_by_text("batch_size=10,")).to_be_visible()
    thumb = page.locator(".st-key-batch_size [data-testid='stSliderThumbValue']")
    at = thumb.locator("..").bounding_box()
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    size = int(thumb.inner_text())
    assert size > 11
    expect(formula.get_by_text(f"batch_size={size},")).to_be_visible()
    expect(formula.get_by_text("batch_size=10,")).to_be_hidden()
    expect(page.locator(".sheet .cell[data-state='']")).to_have_count(100)
    assert not page.locator(".sheet .cell").nth(size - 2).evaluate("c => c.matches('.ends-right')")
    page.mouse.up()
    wait_until_idle(page)
    text = KO.ready_again(batch_size=size, epochs=5, student=1)
    expect(page.get_by_text(text)).to_be_visible()
    expect(formula.get_by_text(f"batch_size={size},")).to_be_visible()
    expect(page.locator("svg.marks").get_by_text("배치 10").first).to_be_visible()  # a pale line
    names = page.locator("svg.marks .role-mark text")  # not that of the axis
    expect(names.filter(has_text=KO.unseen)).to_have_count(0)
    page.locator("[data-slider='batch_size'][data-to='10']").click()
    output = page.locator(".player output").first
    expect(output).to_have_text("5 / 5")  # it is there again, and does not play once more
    expect(page.locator(".player").first).to_have_attribute("data-state", "replay")
