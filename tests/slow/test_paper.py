"""One's own unseen question: read in the browser as Keras reads it, while it is written."""

import base64
import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from exam.model.plan import DIGITS, Plan
from exam.model.snapshots import passes_to_keep
from exam.model.training import initial_checkpoint, resume, study
from exam.model.workbooks import question_order
from exam.texts import LANGUAGES, load_texts
from tests.browser import (
    KO,
    open_chapter,
    open_page,
    press_start,
    settled,
    show_pass,
    violations,
    wait_until_idle,
    wait_until_played,
)
from tests.handwriting import STROKES, draw, pixels
from tests.own import write
from tests.slow.test_first_screen import SHIFTS
from tests.test_training import VAL_X, X, Y, plain_model
from tests.visit import Visit, run

SETTING = {"batch_size": 10, "epochs": 20, "student": 1}
PAPER, PLACE = ".own-paper canvas", ".own-question"
BARS = ".own-paper .answers button"
SHOWN = 0.005  # of a probability, which is shown in percent
MOST_BYTES = 250_000
READ = """encoded => {
    const bytes = Uint8Array.from(atob(encoded), letter => letter.charCodeAt(0));
    return Array.from({ length: bytes.length / 784 }, (_, at) =>
        window.exam.read(bytes.slice(784 * at, 784 * (at + 1)))?.confidence ?? null);
}"""
CUT_OFF = """() => {
    const { right } = document.querySelector(".own-paper").getBoundingClientRect();
    return [...document.querySelectorAll(".own-paper :is(button, .says), .own-question i")]
        .filter(e => e.scrollWidth > e.clientWidth + 1
            || (e.closest(".own-paper") && e.getBoundingClientRect().right > right + 1))
        .map(e => e.textContent);
}"""
CURVES = """() => [...document.querySelectorAll(
    ".st-key-own_exam_open svg.marks .mark-line path")]
    .map(line => line.getAttribute("stroke-width") + line.getAttribute("d")).join()"""
BAR_VALUES = """() => [...document.querySelectorAll(".own-paper .answers button")]
    .map(bar => +bar.style.getPropertyValue("--confidence"))"""


@pytest.fixture(scope="module")
def weights() -> dict[int, list[np.ndarray]]:
    """The weights that plain Keras has after the passes that the page keeps."""
    marks, model = study(**SETTING), plain_model(SETTING["student"])
    kept, weights = passes_to_keep(marks), {0: model.get_weights()}
    for epoch in range(SETTING["epochs"]):
        order = question_order(SETTING["student"], epoch)
        model.fit(X[order], Y[order], batch_size=SETTING["batch_size"], shuffle=False, verbose=0)
        if epoch + 1 in kept:
            weights[epoch + 1] = model.get_weights()
    return weights


def keras_answers(weights: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    model = plain_model(1)
    model.set_weights(weights)
    return model.predict(x.reshape(-1, 784), verbose=0)


@pytest.fixture
def written_on(page, server) -> Iterator[Page]:
    """A page whose study is complete, with its paper open and its weights there."""
    open_page(page, server, "lang=ko")
    press_start(page)
    wait_until_played(page)
    page.locator(PLACE).click()
    page.keyboard.press("1")
    expect(page.locator(f"{BARS}.is-answer")).to_have_count(1)
    yield page


def test_the_browser_answers_as_keras_does(written_on, weights):
    encoded = base64.b64encode((255 * VAL_X).round().astype(np.uint8).tobytes()).decode()
    for kept, values in weights.items():
        show_pass(written_on, kept)
        shown = np.array(written_on.evaluate(READ, encoded))
        expected = keras_answers(values, VAL_X)
        assert np.abs(shown - expected).max() < SHOWN, kept
        top_two = np.sort(expected, axis=1)[:, -2:]
        clear = top_two[:, 1] - top_two[:, 0] > 2 * SHOWN
        assert clear.mean() > 0.9 or kept <= 1
        assert (shown.argmax(1) == expected.argmax(1))[clear].all(), kept


def test_fifty_digits_that_are_drawn(written_on, weights):
    random, last = np.random.default_rng(0), max(weights)
    show_pass(written_on, last)
    answers = set()
    for number in range(50):
        written_on.locator(".own-paper .clear").click()
        size, slant, (left, top) = (
            random.uniform(0.5, 1),
            random.uniform(-0.2, 0.2),
            random.uniform(-0.1, 0.1, 2),
        )
        strokes = [
            [
                (0.5 + size * (x - 0.5 + slant * (y - 0.5)) + left, 0.5 + size * (y - 0.5) + top)
                for x, y in stroke
            ]
            for stroke in STROKES[number % DIGITS]
        ]
        draw(written_on, PAPER, strokes, by_finger=False)
        picture = pixels(written_on.locator(f"{PLACE} canvas")).astype(np.float32)
        (expected,) = keras_answers(weights[last], picture / 255)
        shown = np.array(written_on.evaluate(BAR_VALUES)) / 100
        assert np.abs(shown - expected).max() < SHOWN + 0.0005
        answer = int(shown.argmax())
        answers.add(answer)
        expect(written_on.locator(f"{BARS}.is-answer b")).to_have_text(str(answer))
        expect(written_on.locator(".own-paper .says")).to_contain_text(
            KO.paper.answer.split(":")[0].replace("{pass}", str(last))
        )
    assert len(answers) > 5, "the digits differ"


def test_ink_times_weights_is_what_a_unit_says_and_adds_to_each_answer(written_on, weights):
    draw(written_on, PAPER, STROKES[3], by_finger=False)
    written_on.locator(".views button[value='head']").click()
    picture = pixels(written_on.locator(f"{PLACE} canvas")).reshape(-1) / 255
    kernel, bias, answers, _ = weights[max(weights)]
    seen_on = set()
    for unit in (0, 5, 17, 31):
        written_on.locator(".unit").nth(unit).focus()
        products = picture * kernel[:, unit]
        up, down = products[products > 0].sum(), -products[products < 0].sum()
        said = written_on.locator(".head .says").text_content()
        numbers = [abs(float(each)) for each in re.findall(r"\d+\.\d+", said)]
        output = max(0.0, products.sum() + bias[unit])
        shown = [up, down, abs(bias[unit]), *([output] if output else [])]
        assert np.allclose(numbers, shown, atol=0.03), said
        added = [
            each.replace("−", "-") for each in written_on.locator(f"{BARS} small").all_inner_texts()
        ]
        if output:
            assert np.allclose([float(each) for each in added], output * answers[unit], atol=0.11)
        seen_on.add(output > 0)
    assert seen_on == {True, False}, "one of them is off"
    written_on.locator(".unit").nth(31).blur()
    expect(written_on.locator(".head .own")).to_be_hidden()
    expect(written_on.locator(".head .says")).to_contain_text(str(max(weights)))


def test_the_pointer_reaches_each_unit(written_on):
    """A large picture lies over its neighbours; once it kept the pointer from them."""
    written_on.locator(".views button[value='head']").click()
    box = written_on.locator(".units").bounding_box()
    for unit in range(8):
        written_on.mouse.move(box["x"] + (unit + 0.5) * box["width"] / 8, box["y"] + 20, steps=4)
        expect(written_on.locator(".unit").nth(unit)).to_have_class(re.compile("is-large"))
        expect(written_on.locator(".unit.is-large")).to_have_count(1)
    written_on.mouse.move(5, 5)
    expect(written_on.locator(".unit.is-large")).to_have_count(0)


def test_between_two_kept_passes_nothing_moves(written_on, weights):
    draw(written_on, PAPER, STROKES[7], by_finger=False)
    kept, seen = sorted(weights), {}
    for number in range(SETTING["epochs"] + 1):
        show_pass(written_on, number)
        seen[number] = tuple(written_on.evaluate(BAR_VALUES))
    for number, values in seen.items():
        nearest = min(kept, key=lambda each: (abs(each - number), each))
        assert values == seen[nearest], number
    assert len({seen[each] for each in kept}) == len(kept), "each kept pass answers differently"
    assert max(seen[0]) < 40 < max(seen[kept[-1]]), "before studying it guesses"
    between = next(each for each in range(kept[-1]) if each not in kept)
    show_pass(written_on, between)
    near = min(kept, key=lambda each: abs(each - between))
    expect(written_on.locator(".own-paper .says")).to_contain_text(
        KO.paper.near.split(":")[0].replace("{pass}", str(near))
    )
    show_pass(written_on, 0)
    expect(written_on.locator(".own-paper .says")).to_contain_text(KO.paper.guess.split(":")[0])


def test_a_mistake_is_kept_for_the_exam_of_ones_own(written_on):
    draw(written_on, PAPER, STROKES[4], by_finger=False)
    send, answer = written_on.locator(".own-paper .send"), written_on.locator(f"{BARS}.is-answer")
    expect(send).to_be_hidden()
    answered = int(answer.get_attribute("value"))
    answer.click()
    expect(written_on.locator(PLACE)).to_contain_text(f"○ {answered}")
    expect(send).to_be_hidden()  # nothing was wrong
    meant = (answered + 1) % DIGITS
    written_on.locator(BARS).nth(meant).click()
    expect(written_on.locator(PLACE)).to_contain_text(f"✕ {answered}")
    send.click()
    kept = written_on.locator("[data-sent='kept']")
    expect(kept).to_be_visible()
    picture = pixels(written_on.locator(f"{PLACE} canvas"))
    kept.locator("a").click()
    chapter = written_on.locator(".st-key-own_exam_open details[open]")
    expect(chapter.locator(".writing .written canvas")).to_have_count(1)
    assert (
        pixels(chapter.locator(f".written button:nth-child({meant + 1}) canvas")) == picture
    ).all()
    asked = 0 if meant else 1
    expect(chapter.locator(".ask")).to_have_text(KO.writing.ask.replace("{digit}", str(asked)))


def test_bars_move_in_the_exam_of_ones_own(written_on):
    written_on.locator(".own-paper .close").click()
    chapter = open_chapter(written_on, "own_exam")
    bars = chapter.locator(".answers")
    expect(bars).to_be_hidden()
    settled(written_on)  # or what opens above moves the paper away from under the pen
    draw(written_on, ".writing .paper", STROKES[0], by_finger=False)
    expect(bars).to_be_visible()
    before = bars.inner_html()
    draw(written_on, ".writing .paper", STROKES[1], by_finger=False)
    assert bars.inner_html() != before
    chapter.locator(".writing .clear").click()
    expect(bars).to_be_hidden()


def test_the_curve_follows_the_form(written_on):
    written_on.locator(".own-paper .close").click()
    chapter = open_chapter(written_on, "own_exam")
    write(written_on, chapter)
    chapter.locator("[role='radiogroup'] label").first.click()
    chapter.get_by_role("button", name=KO.own_exam.press).click()
    chapter.locator("[class*='_conclusion']").wait_for()
    wait_until_idle(written_on)
    before = written_on.evaluate(CURVES)
    assert before == written_on.evaluate(CURVES), "nothing moves by itself"
    chapter.get_by_role("radio", name=KO.own_exam.small_short).click()
    written_on.wait_for_function(f"before => ({CURVES})() !== before", arg=before)


@pytest.mark.parametrize(
    "width, height, lang",
    [(900, 700, "ko"), (900, 700, "en"), (1440, 900, "ja"), (844, 390, "ko")]
    + [(390, 844, lang) for lang in LANGUAGES],
)
def test_it_fits_and_nothing_jumps(browser, server, width, height, lang):
    by_finger = width != 1440
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=by_finger, locale=lang
    )
    page, texts = context.new_page(), load_texts(lang)
    page.set_default_timeout(60_000)
    page.add_init_script(SHIFTS)
    open_page(page, server, f"lang={lang}")
    press_start(page, texts)
    wait_until_played(page)
    page.evaluate("shifts.length = 0")
    place = page.locator(PLACE)
    place.tap() if by_finger else place.click()
    expect(page.locator(PAPER)).to_be_visible()
    draw(page, PAPER, STROKES[5], by_finger=by_finger)
    expect(page.locator(f"{BARS}.is-answer")).to_have_count(1)
    page.locator(BARS).nth(
        int(page.locator(f"{BARS}:not(.is-answer)").first.get_attribute("value"))
    ).click()
    assert page.evaluate(CUT_OFF) == []
    page.locator(".own-paper .send").click()
    expect(page.locator("[data-sent='kept']")).to_be_visible()
    assert page.evaluate(CUT_OFF) == []
    assert sum(value for value, _ in page.evaluate("shifts")) < 0.02
    assert page.evaluate("scrollX + document.documentElement.scrollLeft") == 0
    paper, buttons = (
        page.locator(each).bounding_box() for each in (".own-paper", ".own-paper .buttons")
    )
    assert buttons["y"] + buttons["height"] <= paper["y"] + paper["height"] + 1
    player = page.locator("#pass").bounding_box()
    assert buttons["y"] + buttons["height"] <= player["y"] + 1 or width == 844, "it can be scrubbed"
    assert violations(page) == []
    context.close()


def test_by_keyboard_alone(page, server):
    open_page(page, server, "lang=ko")
    place = page.locator(PLACE)
    place.focus()
    page.keyboard.press("Enter")
    expect(page.locator(PAPER)).to_be_focused()
    page.keyboard.press("7")
    expect(page.locator(f"{BARS}.is-answer")).to_have_count(1)
    expect(page.locator(".own-paper .spoken")).to_contain_text(KO.paper.guess.split(":")[0])
    page.keyboard.press("Tab")
    expect(page.locator(BARS).first).to_be_focused()
    for _ in range(7):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(BARS).nth(7)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(place).to_be_focused()
    expect(page.locator(".own-paper")).to_be_hidden()
    press_start(page)  # the digit stays, and is answered by the student that studies
    wait_until_played(page)
    expect(page.locator(f"{PLACE} canvas")).to_have_count(1)
    expect(place).to_contain_text("7\n")


def test_nothing_that_is_drawn_leaves_the_browser(page, server):
    sent: list[bytes] = []
    page.on("websocket", lambda line: line.on("framesent", lambda frame: sent.append(frame)))
    open_page(page, server, "lang=ko")
    press_start(page)
    wait_until_played(page)
    assert not any(b"weights" in frame for frame in sent), "nobody has written yet"
    page.locator(PLACE).click()
    draw(page, PAPER, STROKES[2], by_finger=False)
    expect(page.locator(f"{BARS}.is-answer")).to_have_count(1)
    wait_until_idle(page)
    asked = [frame for frame in sent if b'"weights"' in frame]
    assert len(asked) == 1
    sent.clear()
    draw(page, PAPER, STROKES[8], by_finger=False)
    page.locator(BARS).nth(1).click()
    page.locator(".own-paper .clear").click()
    wait_until_idle(page)
    assert sent == []


def test_the_weights_come_once_and_are_small(server):
    """Before somebody writes they cost nothing; then they are sent once for each study."""

    async def visit() -> None:
        learner = Visit(server.url, "batch_size=1&epochs=200")
        weights: list[int] = []
        look = learner._look_at

        def count(message) -> None:
            body = message.delta.new_element.html.body
            if '.push(["weights"' in body:
                weights.append(len(body))
            look(message)

        learner._look_at = count
        async with learner.connection():
            await learner.study()
            assert weights == []
            await learner.tell("paper", "weights", True)
            while "ask_paper" in learner.due:
                await learner.follow("ask_paper")
            assert len(weights) == 1 and 200_000 < weights[0] < MOST_BYTES
            await learner.press()
            await learner.stay()
            await learner.ask()  # a run of the whole page
            await learner.read()
            assert len(weights) == 1

    run(visit())


def test_a_study_that_keeps_weights_has_the_same_marks():
    plain = study(**SETTING)
    kept = passes_to_keep(plain)
    plan = Plan(10, 1, kept_passes=kept)
    marks: list = []
    resume(initial_checkpoint(1), plan, epochs=20, on_epoch=marks.append)
    assert [mark.epoch for mark in marks if mark.weights] == list(kept)
    assert [mark.answers for mark in marks] == [mark.answers for mark in plain]
    assert len(kept) <= 8 and {0, 1, 20} <= set(kept)
