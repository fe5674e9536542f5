"""An exam of one's own, written by mouse and by finger in a real browser, alone and by a hall."""

import base64
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from exam.model.exams import QUESTIONS
from exam.model.keras_script import keras_script
from exam.model.own_exam import OwnExam
from exam.model.plan import Plan, Study
from exam.model.training import study
from exam.rooms.rooms import new_code, new_learner, new_secret
from exam.texts import load_texts
from tests.browser import resized, violations, wait_until_idle
from tests.hall.lectern import FILLS, FITS, click_on, open_lectern, step, steps
from tests.handwriting import STROKES, draw, pixels
from tests.own import sent, write
from tests.visit import Visit, run
from tests.waiting import wait_for

KO = load_texts("ko")
SETTING = {"batch_size": 10, "epochs": 20, "student": 1}
PAPER = ".writing .paper"


def in_form(ink: np.ndarray) -> np.ndarray:
    """MNIST's form by its definition: the longer side 20 pixels, the centre of mass central."""
    rows, columns = np.flatnonzero((ink >= 20).any(1)), np.flatnonzero((ink >= 20).any(0))
    part = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)
    scale = 20 / max(part.shape)
    height, width = (max(1, int(side * scale + 0.5)) for side in part.shape)
    # The mean over the area of each cell, by sums up to its edges.
    sums = np.pad(part.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    down_to, right_to = (
        np.linspace(0, len(part), height + 1),
        np.linspace(0, len(part.T), width + 1),
    )
    sums = np.array([np.interp(right_to, np.arange(len(row)), row) for row in sums])
    up_to = np.array([np.interp(down_to, np.arange(len(column)), column) for column in sums.T]).T
    cells = np.diff(np.diff(up_to, axis=0), axis=1) / (part.size / (height * width))
    places = [np.arange(cells.shape[axis]) + 0.5 for axis in (0, 1)]
    down, right = ((cells.sum(1 - axis) * places[axis]).sum() / cells.sum() for axis in (0, 1))
    top, left = (
        min(max(int(14 - centre + 0.5), 0), 28 - side)
        for centre, side in ((down, height), (right, width))
    )
    out = np.zeros((28, 28))
    out[top : top + height, left : left + width] = cells
    return out


@pytest.fixture
def paper(request, browser, server):
    """A page with the paper, and whether it is written on by finger, on a phone."""
    by_finger = request.param == "finger"
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    device = phone if by_finger else {"viewport": {"width": 900, "height": 900}}
    context = browser.new_context(**device)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{server.url}?only=own_exam&lang=ko")
    page.locator(".writing .done").wait_for()
    wait_until_idle(page)
    yield page, by_finger
    context.close()


def press(button: Locator, by_finger: bool) -> None:
    button.tap() if by_finger else button.click()


def write_ten(page: Page, by_finger: bool) -> None:
    for digit, strokes in STROKES.items():
        draw(page, PAPER, strokes, by_finger=by_finger)
        press(page.locator(".writing .done"), by_finger)
        expect(page.locator(".writing .written canvas")).to_have_count(digit + 1)
        wait_until_idle(page)


def write_again(page: Page, digit: int, by_finger: bool) -> None:
    """A digit that was written, in another shape."""
    cell = page.locator(".writing .written button").nth(digit)
    before = pixels(cell.locator("canvas"))
    press(cell, by_finger)
    expect(page.locator(".writing .ask")).to_have_text(
        KO.writing.ask.replace("{digit}", str(digit))
    )
    draw(page, PAPER, STROKES[digit][:1], by_finger=by_finger)
    draw(page, PAPER, STROKES[1], by_finger=by_finger)
    press(page.locator(".writing .done"), by_finger)
    expect(page.locator(".writing .ask")).to_have_text(KO.writing.all)
    assert (pixels(cell.locator("canvas")) != before).any()
    wait_until_idle(page)


@pytest.mark.parametrize("paper", ["mouse", "finger"], indirect=True)
def test_ten_digits_are_written_and_marked(paper, tmp_path):
    page, by_finger = paper
    expect(page.get_by_text(KO.own_exam.write_first)).to_be_visible()
    write_ten(page, by_finger)
    write_again(page, 8, by_finger)
    written = [pixels(each) for each in page.locator(".writing .written canvas").all()]
    exam = OwnExam(np.array(written).tobytes(), "0123456789")
    assert violations(page) == []
    assert page.evaluate("scrollX + document.documentElement.scrollLeft") == 0
    expect(page.locator(".writing .ask")).to_have_text(KO.writing.all)
    page.locator(".st-key-own_exam_guess [role='radiogroup'] label").first.click()
    page.get_by_role("button", name=KO.own_exam.press).click()
    page.locator("[class*='_conclusion']").wait_for()
    last = page.locator(".player[data-exam='own_exam'][data-state='replay']")
    page.locator(".player[data-exam='own_exam'] .pass").fill("20")
    last.wait_for()
    marks = study(**SETTING, own=exam)
    shown = page.locator(".missed[data-exam='own_exam'] i").all_text_contents()
    given = [int(answer) for answer in marks[-1].own_answers]
    assert shown == [
        f"{'○' if answer == digit else '✕'} {answer}\n{percent}%"
        for digit, (answer, percent) in enumerate(zip(given, marks[-1].own_confidence, strict=True))
    ]
    page.locator(".player[data-exam='own_exam'] .pass").fill("3")
    answers = [text.split()[1] for text in page.locator(".missed i").all_text_contents()]
    assert answers == list(marks[3].own_answers)
    assert violations(page) == []
    page.get_by_role("button", name=KO.again).click()  # what was written is still there
    expect(page.locator(".writing .written canvas")).to_have_count(10)
    assert (pixels(page.locator(".writing .written canvas").nth(4)) == written[4]).all()
    script = tmp_path / "exam.py"
    script.write_text(keras_script(Study(Plan(10, 1), 20), exam), encoding="utf-8")
    run_it = [sys.executable, script]
    printed = subprocess.run(run_it, capture_output=True, text=True, check=True).stdout
    wrong = sum(answer != digit for digit, answer in enumerate(given))
    assert f"own exam: wrong {wrong} of 10" in printed
    for digit, answer in enumerate(given):
        assert f"own {digit}: answer {answer}," in printed


@pytest.mark.parametrize("paper", ["finger"], indirect=True)
def test_what_is_written_has_the_form_of_the_exams(paper):
    page, by_finger = paper
    centres = set()
    for strokes in (
        [[(0.2, 0.2), (0.2, 0.6)]],  # upright, 40 of 100 high, far from the middle
        [[(0.5, 0.3), (0.8, 0.9)], [(0.8, 0.3), (0.5, 0.9)]],
        STROKES[5],
    ):
        page.locator(".writing .written button").first.click()
        draw(page, PAPER, strokes, by_finger=by_finger)
        ink = pixels(page.locator(".writing .paper"))
        page.locator(".writing .done").click()
        wait_until_idle(page)
        form = pixels(page.locator(".writing .written canvas").first).astype(int)
        assert np.abs(form - in_form(ink)).max() <= 2
        rows, columns = np.flatnonzero(form.any(1)), np.flatnonzero(form.any(0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        mass = form / form.sum()
        centres.add((mass.sum(1) @ np.arange(28), mass.sum(0) @ np.arange(28)))
    assert all(abs(each - 13.5) <= 0.51 for centre in centres for each in centre)


@pytest.mark.parametrize("paper", ["mouse"], indirect=True)
def test_undo_clear_and_again(paper):
    page, by_finger = paper
    buttons = {name: page.locator(f".writing .{name}") for name in ("undo", "clear", "done")}
    page.locator(".writing .paper").click(button="right")  # opens a menu, and writes nothing
    for button in buttons.values():
        expect(button).to_be_disabled()
    draw(page, PAPER, STROKES[4], by_finger=by_finger)
    both = pixels(page.locator(".writing .paper")).sum(dtype=int)
    buttons["undo"].click()
    one = pixels(page.locator(".writing .paper")).sum(dtype=int)
    assert 0 < one < both
    buttons["clear"].click()
    assert pixels(page.locator(".writing .paper")).sum() == 0
    draw(page, PAPER, STROKES[0], by_finger=by_finger)
    buttons["done"].click()
    first = page.locator(".writing .written button").first
    before = pixels(first.locator("canvas"))
    first.click()
    draw(page, PAPER, STROKES[1], by_finger=by_finger)
    buttons["done"].click()
    page.wait_for_function("document.querySelectorAll('.writing .written canvas').length === 1")
    assert (pixels(first.locator("canvas")) != before).any()


@pytest.fixture
def hall(browser, server, request) -> Iterator[tuple[Page, str]]:
    """The wall of a new room whose hall writes its exam, and the room's code."""
    code, secret = new_code(), new_secret()
    wall = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    wall.set_default_timeout(60_000)
    link = f"room={code}&secret={secret}&projected=true&lang={request.param}&only=own_exam"
    open_lectern(wall, f"{server.url}?{link}")
    yield wall, code
    wall.context.close()


@pytest.mark.parametrize("hall", ["ko"], indirect=True)
def test_a_hall_writes_an_exam_and_watches_it(browser, server, hall):
    wall, code = hall
    click_on(wall)
    expect(wall.get_by_text(KO.own_exam.hall_wrote_nothing)).to_be_visible()
    click_on(wall, "PageUp")
    phones = [browser.new_context(viewport={"width": 390, "height": 844}).new_page() for _ in "abc"]
    for number, phone in enumerate(phones):
        phone.goto(f"{server.url}?room={code}&lang=ko&only=own_exam")
        expect(phone.get_by_text(KO.own_exam.hall_writes)).to_be_visible()
        wait_until_idle(phone)
        write(phone, phone.locator("body"), 2)
        expect(wall.locator(".hall-sheet button")).to_have_count(2 * (number + 1))
    assert violations(wall) == []
    written = wall.locator(".hall-sheet button")
    of_first = [wall.locator(f".hall-sheet [data-number='{number}']") for number in (0, 1)]
    picture = of_first[0].get_attribute("style")
    phones[0].locator(".writing .written button").first.click()
    draw(phones[0], PAPER, STROKES[8], by_finger=False)
    phones[0].locator(".writing .done").click()
    expect(of_first[0]).not_to_have_attribute("style", picture)
    of_first[1].click()  # with all that its writer has written, and writes
    expect(written).to_have_count(4)
    phones[0].locator(".writing .written button").nth(1).click()
    draw(phones[0], PAPER, STROKES[5], by_finger=False)
    phones[0].locator(".writing .done").click()
    expect(phones[0].get_by_text(KO.own_exam.taken_out)).to_be_visible()
    expect(written).to_have_count(4)
    wall.get_by_role("button", name=KO.own_exam.put_back).click()
    expect(written).to_have_count(6)
    digits = [each[0] for each in written.all_inner_texts() if each]
    assert digits == [], "pictures alone"
    click_on(wall)
    for phone in phones:
        expect(phone.get_by_text(KO.own_exam.hall_exam(questions=6))).to_be_visible()
        phone.locator(".st-key-own_exam_guess [role='radiogroup'] label").first.click()
    expect(wall.locator(".count b")).to_have_text("3")
    while "reveal" not in step(wall):
        click_on(wall)
    expect(wall.locator(".missed[data-exam='own_exam'] > span")).to_have_count(6)
    answer, player = wall.locator(".choices .sign"), wall.locator(".player[data-exam='own_exam']")
    player.locator(".pass").fill("1")
    expect(answer).to_be_hidden()  # before the hall has watched
    player.locator(".pass").fill("20")
    expect(answer).to_be_visible()
    phones[0].get_by_role("button", name=KO.own_exam.press).click()
    phones[0].locator("[class*='_conclusion']").wait_for()
    for phone in phones:
        phone.context.close()


@pytest.mark.parametrize("hall", ["en"], indirect=True)
def test_a_full_exam_fits_the_wall(server, hall):
    wall, code = hall

    async def write_two() -> None:
        async with Visit(server.url, f"room={code}&only=own_exam").connection() as visit:
            await visit.open()
            for at in range(2):
                await visit.tell("writing_of_hall", "written", sent(at))

    async def write_all() -> None:
        for _ in range(QUESTIONS // 2):
            await write_two()

    run(write_all())
    written = wall.locator(".hall-sheet button")
    expect(written).to_have_count(QUESTIONS)
    written.last.click()
    expect(written).to_have_count(QUESTIONS - 2)  # a writer goes with both of the digits it wrote
    wall.wait_for_function(FITS)
    wall.get_by_role("button", name=load_texts("en").own_exam.put_back).click()
    expect(written).to_have_count(QUESTIONS)
    for _ in steps(wall):
        for width, height in ((1280, 720), (1024, 768)):
            resized(wall, width, height)
            wall.wait_for_function(FITS)
            wall.wait_for_function(FILLS, arg=0.49)
    assert "own_exam_rule" in step(wall)


@pytest.mark.parametrize("hall", ["en"], indirect=True)
def test_the_sheet_stands_still_while_the_lecturer_aims(server, hall):
    """The cell of one who wrote again and again moved away, and somebody else's was pressed."""
    wall, code = hall
    cells = wall.locator(".hall-sheet button")
    writers = [new_learner() for _ in range(5)]

    async def write_digits(learner: str, first: int) -> None:
        link = f"room={code}&only=own_exam"
        async with Visit(server.url, link, cookie=f"learner={learner}").connection() as visit:
            await visit.open()
            for at in range(2):
                await visit.tell("writing_of_hall", "written", sent((first + at) % 10) | {"at": at})

    def order_after_writing(first: int, *, aims: bool) -> list[int]:
        """The questions as they stand on the wall when it shows what the first one wrote again."""
        picture = cells.first.get_attribute("style")
        run(write_digits(writers[0], first))

        def is_drawn() -> bool:
            if aims:
                cells.first.hover(position={"x": 5 + time.monotonic() % 10, "y": 5})
            return cells.first.get_attribute("style") != picture

        wait_for(is_drawn)
        return order()

    def order() -> list[int]:
        return cells.evaluate_all("cells => cells.map((cell) => +cell.dataset.number)")

    for number, learner in enumerate(writers):
        run(write_digits(learner, first=2 * number))
    expect(cells).to_have_count(10)
    cells.first.hover()
    stood = order()
    for first in (2, 4, 6):
        assert order_after_writing(first, aims=True) == stood
    wall.mouse.move(0, 0)
    others = itertools.count(8, 2)
    wait_for(lambda: order_after_writing(next(others), aims=False) != stood)


def test_what_is_forged_harms_nobody(server):
    """Pictures that are none, for places that there are not."""

    async def forge() -> None:
        async with Visit(server.url, "only=own_exam&lang=ko").connection() as visit:
            await visit.open()
            empty = base64.b64encode(bytes(784)).decode()
            black = base64.b64encode(bytes([255]) * 784).decode()
            for value in (
                None,
                [],
                "x" * 12_000,  # a message is 30 kB at most
                {"at": 99, "centred": black, "small": black, "typed": 1},
                {"at": True, "centred": empty, "small": empty, "typed": False},
                {"at": 0, "centred": empty, "small": black, "typed": False},
                {"at": 0, "centred": {"a": 1}, "small": None, "typed": False},
                {"at": 0},
            ):
                await visit.tell("writing", "written", value)
            for at in range(10):
                await visit.tell("writing", "written", sent(at))
            await visit.choose("own_exam_guess", 0)
            await visit.read()
            await visit.press("own_exam_begin")
            await visit.read()
            await visit.tell("writing", "written", sent(0))  # the paper is gone

    run(forge())
    assert "Traceback" not in server.log.read_text(encoding="utf-8")
