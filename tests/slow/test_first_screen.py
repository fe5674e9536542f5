"""The first screen on every kind of screen, and for those who do not see or use it as most do."""

import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from exam.model.exams import load_exams
from exam.model.training import study
from exam.page.player import GAP_FACTOR, MAX_MISSED
from exam.parts import CHAPTER_NAMES, GROUPS
from exam.texts import load_texts
from tests.browser import (
    FORMULA,
    KO,
    copy_of_the_project,
    open_page,
    press_start,
    running_server,
    show_pass,
    violations,
    wait_until_idle,
    wait_until_played,
)
from tests.waiting import wait_for

WARNED = "batch_size=1&epochs=60"
SHEET, PLAYER = ".sheet[data-exam='study']", ".player[data-exam='study']"
SPACING = """* {line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important} p {margin-bottom: 2em !important}"""  # WCAG 1.4.12


def box_of(page: Page, selector: str) -> dict[str, float]:
    return page.locator(selector).first.bounding_box()


def studied(page: Page, server, query: str, lang: str = "ko") -> None:
    open_page(page, server, f"{query}&lang={lang}")
    wait_until_idle(page)
    press_start(page, load_texts(lang))
    wait_until_played(page)


def test_unseen_questions_that_are_wrong_are_those_of_study(page, server):
    marks, key = study(batch_size=10, epochs=20, student=1), load_exams().unseen.answers[0]
    studied(page, server, "batch_size=10&epochs=20")
    row = page.get_by_role("list", name=KO.player.missed)
    for number in (20, 1, 7):
        show_pass(page, number)
        mark, expected = marks[number], []
        for at, answer in enumerate(mark.val_answers):
            if int(answer) != key[at]:
                confidence = mark.val_confidence[at]
                expected.append(
                    KO.player.missed_question(key=key[at], answer=answer, confidence=confidence)
                )
        labels = row.get_by_role("listitem").evaluate_all("all => all.map(each => each.ariaLabel)")
        assert labels == expected[:MAX_MISSED]
        kind = "gap" if GAP_FACTOR * mark.wrong < mark.val_wrong else "both"
        for each in ("before", "both", "gap"):
            assert page.locator(f"[data-why='{each}']").is_visible() == (each == kind), number
    page.locator(f"{PLAYER} .question").fill("40")  # unseen exams are marked after the pass
    expect(page.locator("[data-why='before']")).to_be_visible()
    expect(row.get_by_text("✕")).to_have_count(0)


def test_two_studies_play_together(page, server):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    studied(page, server, "batch_size=10&epochs=5")
    page.locator(".st-key-pair label").first.click()
    together = page.locator(".st-key-pair_sheets")
    for size in (1, 100):  # where there is only one study
        expect(together.get_by_text(f"batch_size={size}, epochs=5")).to_be_visible()
    page.locator(".player[data-exam^='pair'][data-state='replay']").wait_for()
    wait_until_idle(page)
    sent.clear()
    together.locator(".question").fill("60")
    counts = together.locator(".sentence")
    expect(counts.nth(0)).to_contain_text("60 / 100")
    expect(counts.nth(1)).to_contain_text("0 / 1")
    expect(together.locator(".cell[data-state='given']")).to_have_count(60)
    together.locator(".pass").fill("5")
    expect(counts.nth(0)).to_contain_text("500번")
    expect(counts.nth(1)).to_contain_text("5번")
    assert not sent
    page.locator("[data-slider='batch_size'][data-to='32']").click()
    expect(page.get_by_text("batch_size=32,").first).to_be_visible()
    wait_until_idle(page)
    press_start(page)
    for size in (10, 32):  # the last two
        expect(together.get_by_text(f"batch_size={size}, epochs=5")).to_be_visible()
    assert violations(page) == []


def test_a_mark_stands_beside_its_digit(page, server):
    """Never on it, also where a cell is 26 pixels wide."""
    for width in (900, 340):
        page.set_viewport_size({"width": width, "height": 700})
        studied(page, server, "batch_size=100&epochs=1")
        cells = page.locator(f"{SHEET} .cell").evaluate_all("""all => all.map(cell => {
            const [digit, mark] = cell.children, range = document.createRange();
            range.selectNodeContents(mark);
            return [digit.getBoundingClientRect().right, range.getBoundingClientRect().left,
                cell.getBoundingClientRect().right - range.getBoundingClientRect().right,
                mark.innerText[0]];
        })""")
        assert {sign for *_, sign in cells} == {"○", "✕"}
        for digit_end, mark_begin, rest, _ in cells:
            assert digit_end <= mark_begin + 1 and rest >= -1


def test_nothing_fades_after_a_press_and_the_button_says_what_goes_on(page, server):
    open_page(page, server, "batch_size=1&epochs=200&student=29")
    wait_until_idle(page)
    page.evaluate("""() => {
        window.palest = 1;
        const look = () => {
            for (const each of document.querySelectorAll("[data-stale]"))
                palest = Math.min(palest, +getComputedStyle(each).opacity);
            requestAnimationFrame(look);
        };
        look();
    }""")
    press_start(page)
    text = page.locator(".st-key-start p")
    expect(text).to_have_attribute("data-says", KO.player.studying)
    expect(page.get_by_role("button", name=KO.start)).to_be_visible()  # its name stays
    wait_until_played(page)
    expect(text).not_to_have_attribute("data-says", re.compile("."))
    assert page.evaluate("palest") == 1


def test_while_keras_loads_the_page_lives_and_says_so(page, tmp_path):
    project = copy_of_the_project(tmp_path)
    setup = project / "exam" / "model" / "keras_setup.py"
    setup.write_text(f"import time\n\ntime.sleep(120)\n{setup.read_text()}")
    with running_server(tmp_path / "log.txt", project) as server:
        open_page(page, server, "batch_size=10&epochs=3")
        press_start(page)
        expect(page.get_by_text(re.compile("Keras를 불러오고 있어요"))).to_be_visible()
        expect(page.locator(".st-key-start p")).to_have_attribute("data-says", KO.player.studying)
        page.locator("[data-slider='batch_size'][data-to='100']").click()
        expect(page.locator(".formula:visible").get_by_text("batch_size=100,")).to_be_visible()
        expect(page.locator(f"{SHEET} .ends-right, {SHEET} .ends-below")).to_have_count(0)


@pytest.mark.parametrize("width, height", [(1440, 900), (2560, 1440), (3840, 2160)])
def test_sheet_and_curves_grow_with_the_screen(page, server, width, height):
    page.set_viewport_size({"width": width, "height": height})
    studied(page, server, WARNED)
    sheet, curves, warning = (
        box_of(page, each) for each in (SHEET, "svg.marks", "[class*='st-key-warning'].is-shown")
    )
    assert sheet["width"] >= 0.25 * width and curves["width"] >= 0.4 * width
    assert warning["y"] + warning["height"] <= height
    assert curves["x"] + curves["width"] <= width
    assert not page.evaluate("document.querySelector('.stMain').scrollWidth > innerWidth")


@pytest.mark.parametrize("width", [900, 1440])
def test_there_is_one_left_edge(page, server, width):
    page.set_viewport_size({"width": width, "height": 900})
    studied(page, server, WARNED)
    parts = ("h1", ".st-key-batch_size label", ".st-key-batch_size_row .steps", SHEET, PLAYER)
    parts += (".formula code", ".detail", ".sentence", ".missed", ".st-key-after")
    edges = {part: round(box_of(page, part)["x"]) for part in parts}
    assert max(edges.values()) - min(edges.values()) <= 1, edges


@pytest.mark.parametrize("width, height", [(1280, 720), (1920, 1080)])
def test_nothing_lies_under_the_bar_of_a_projector(page, server, width, height):
    page.set_viewport_size({"width": width, "height": height})
    studied(page, server, f"projected=true&{WARNED}")
    page.locator("[class*='st-key-warning'].is-shown").wait_for()
    bar = box_of(page, ".st-key-lectern")["y"]
    for part in (SHEET, "svg.marks", PLAYER, ".sentence", "[class*='st-key-warning'].is-shown p"):
        box = box_of(page, part)
        assert box["y"] >= 0 and box["y"] + box["height"] <= bar + 1, part


POINT = """number => {
    const input = document.querySelector("#pass"), at = input.getBoundingClientRect();
    const thumb = 1.15 * parseFloat(getComputedStyle(document.documentElement).fontSize);
    const under = at.left + thumb / 2 + (at.width - thumb) * number / input.max;
    const tips = [...document.querySelectorAll("svg.marks .mark-symbol path")]
        .map(each => each.getBoundingClientRect()).map(box => box.left + box.width / 2);
    return Math.min(...tips.map(tip => Math.abs(tip - under)));
}"""


@pytest.mark.parametrize("width, height", [(900, 700), (1440, 900)])
def test_the_slider_is_the_axis_and_no_row_moves(page, server, width, height):
    page.set_viewport_size({"width": width, "height": height})
    open_page(page, server, f"{WARNED}&lang=en")
    wait_until_idle(page)
    below, places = page.locator(".st-key-after"), {}
    places["before"] = below.bounding_box()["y"]
    press_start(page, load_texts("en"))
    page.wait_for_function("exam.studies.study.question > 2")
    places["film"] = below.bounding_box()["y"]
    wait_until_played(page)
    for number in (1, 30, 60):
        show_pass(page, number)
        assert page.evaluate(POINT, number) < 2, number
        places[number] = below.bounding_box()["y"]
    assert max(places.values()) - min(places.values()) <= 2, places
    box = below.bounding_box()
    assert box["y"] + box["height"] <= height


def test_a_lens_shows_the_rise_and_the_warning_how_it_is_now(page, server):
    marks, words = study(batch_size=1, epochs=60, student=1), load_texts("en")
    studied(page, server, WARNED, "en")
    names = page.locator("svg.marks .mark-text text")
    warning, now = page.locator("[class*='st-key-warning'].is-shown"), marks[40]
    lowest = min(marks[1:], key=lambda mark: mark.val_loss)
    in_lens = [
        words.lens_pass.format(epoch=mark.epoch) + f"{mark.val_loss:.3f}" for mark in (lowest, now)
    ]
    show_pass(page, 40)
    for text in in_lens:
        expect(names.filter(has_text=text)).to_have_count(1)
    expect(names.filter(has_text=f"{words.gap} {now.val_wrong - now.wrong:.1f}")).to_have_count(1)
    expect(warning).to_contain_text(f"At pass 40 it is {now.val_loss:.3f}")
    expect(warning).to_contain_text(f"pass {lowest.epoch}, {lowest.val_loss:.3f}")
    show_pass(page, lowest.epoch + 1)  # nobody knows yet
    expect(warning).to_have_count(0)
    expect(names.filter(has_text=in_lens[0])).to_have_count(0)


@pytest.mark.parametrize("width, height", [(390, 844), (360, 740)])
def test_on_a_phone_the_warning_is_in_view_and_a_slider_has_a_line(page, server, width, height):
    page.set_viewport_size({"width": width, "height": height})
    open_page(page, server, WARNED)
    wait_until_idle(page)
    press_start(page)
    questions, passes = page.locator(f"{PLAYER} .question"), page.locator("#pass")
    page.wait_for_function("exam.studies.study.question > 2")
    expect(passes).to_be_hidden()
    assert questions.bounding_box()["width"] > 0.8 * width
    page.wait_for_function("document.querySelector('.alarm').textContent", timeout=60_000)
    expect(page.locator("[data-warns]")).to_be_in_viewport()
    wait_until_played(page)
    expect(questions).to_be_hidden()
    assert passes.bounding_box()["width"] > 0.8 * width
    expect(page.locator("[data-warns]")).to_be_in_viewport()
    page.locator("[data-slider='batch_size'][data-to='10']").click()
    expect(passes).to_be_disabled()
    wait_until_idle(page)
    page.locator("summary").last.scroll_into_view_if_needed()
    # No chapter is covered.
    expect(page.locator(".st-key-start_place")).not_to_be_in_viewport()


def test_it_is_drawn_first_and_stays_beside_what_comes(page, server):
    open_page(page, server, "epochs=5")
    expect(page.get_by_text(KO.ready)).to_be_visible()
    panels = page.locator("svg.marks .role-scope > g > path.background")
    box = panels.nth(1).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 60, steps=5)
    page.mouse.up()
    drawn = page.locator(".sketch path")
    at = drawn.bounding_box()
    assert at["y"] >= box["y"] and at["height"] > 30
    press_start(page)
    wait_until_played(page)
    assert drawn.bounding_box() == pytest.approx(at, abs=3)
    page.mouse.click(box["x"] + 100, box["y"] + 10)  # goes to a pass, and draws nothing
    assert drawn.bounding_box() == pytest.approx(at, abs=3)


def test_the_settings_of_the_lesson_are_one_press_away(page, server):
    open_page(page, server)
    page.locator(".preset").click()
    expect(page.locator(FORMULA)).to_contain_text("batch_size=32, epochs=10")
    expect(page).to_have_url(re.compile("batch_size=32&epochs=10"))


def test_two_studies_can_be_chosen(page, server):
    studied(page, server, "batch_size=10&epochs=3")
    page.locator("[data-slider='batch_size'][data-to='32']").click()
    expect(page.get_by_text("batch_size=32,").first).to_be_visible()
    wait_until_idle(page)
    press_start(page)
    wait_until_played(page)
    page.locator(".st-key-pair label").first.click()
    together = page.locator(".st-key-pair_sheets")
    expect(together.get_by_text("batch_size=32, epochs=3")).to_be_visible()
    page.locator("[class*='st-key-pair_right'] [role='combobox']").click()
    page.get_by_role("option", name=KO.run_batch(value=100)).click()
    expect(together.get_by_text("batch_size=100, epochs=3")).to_be_visible()
    expect(together.get_by_text("batch_size=10, epochs=3")).to_be_visible()


def test_the_first_stop_leads_to_start_and_the_first_update_is_spoken(page, server):
    open_page(page, server, "batch_size=10&epochs=4")
    wait_until_idle(page)
    page.evaluate("""() => {
        const live = document.querySelector(".live");
        window.heard = [];
        new MutationObserver(() => heard.push(live.textContent)).observe(live, {childList: true});
    }""")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    start = page.locator(".st-key-start button")
    expect(start).to_be_focused()
    page.keyboard.press("Enter")
    expect(start).to_have_accessible_name(re.compile(KO.player.studying))
    page.wait_for_function("heard.length > 0")
    wrong = page.evaluate("exam.studies.study.film.wrong[10]")
    assert page.evaluate("heard[0]") == KO.player.first_update(
        questions=100, marked=10, wrong=wrong
    )
    wait_until_played(page)
    assert page.evaluate("heard.length") <= 6
    expect(start).to_have_accessible_name(KO.start)


CONTRAST = """([part, what]) => {
    const canvas = document.createElement("canvas").getContext("2d");
    const ground = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
    const light = (...colours) => {  // each over the one before
        for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(value => value / 255)
            .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [a, b] = [light(ground), light(ground, getComputedStyle(part)[what])].sort();
    return (b + 0.05) / (a + 0.05);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_can_be_chosen_stands_out(page, server, scheme):
    page.emulate_media(color_scheme=scheme)
    studied(page, server, "epochs=1")
    parts = {
        ".st-key-pair label > div:not([data-testid])": "backgroundColor",
        ".picks button[aria-pressed='true']": "backgroundColor",
        ".picks button[aria-pressed='false']": "borderTopColor",
        ".views button": "borderTopColor",
    }
    for part, what in parts.items():
        element = page.locator(part).first.element_handle()
        assert page.evaluate(CONTRAST, [element, what]) >= 3, part
    page.goto(f"{server.url}?only=repetition")
    ring = page.locator("[data-testid='stRadioOption'] > div > div").first
    assert page.evaluate(CONTRAST, [ring.element_handle(), "borderTopColor"]) >= 3


@pytest.mark.parametrize("width, height", [(1280, 720), (1920, 1080), (1024, 768)])
def test_on_a_wall_sheet_and_head_fill_half_each(page, server, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}?projected=true&batch_size=10")
    page.locator("#pass").wait_for()
    page.locator(".st-key-step_next button").click()
    page.wait_for_function("exam.studies.study.question > 10", timeout=60_000)
    sheet, head = box_of(page, SHEET), box_of(page, ".head[data-exam='study']")
    assert sheet["width"] >= 0.34 * width and head["width"] >= 0.4 * width
    bar = box_of(page, ".st-key-lectern")["y"]
    for part in (SHEET, ".head[data-exam='study']", PLAYER, ".sentence"):
        box = box_of(page, part)
        assert box["y"] + box["height"] <= bar + 1, part


FOLLOWS = """() => 4 & document.querySelector(".st-key-start")
    .compareDocumentPosition(document.querySelector(".st-key-student"))"""


@pytest.mark.parametrize("width, height", [(390, 844), (360, 740)])
def test_the_bar_of_a_phone_holds_the_button_and_then_the_player(page, server, width, height):
    page.set_viewport_size({"width": width, "height": height})
    open_page(page, server, "batch_size=32&epochs=5")
    wait_until_idle(page)
    start = page.get_by_role("button", name=KO.start)
    box = start.bounding_box()
    assert height - 80 < box["y"] + box["height"] <= height and violations(page) == []
    assert page.evaluate(FOLLOWS)  # the student comes behind the button
    code = box_of(page, ".formula code")
    assert code["height"] < 40
    press_start(page)
    page.wait_for_function("exam.studies.study.question > 0")
    for part in (SHEET, PLAYER):
        box = box_of(page, part)
        assert box["y"] >= -1 and box["y"] + box["height"] <= height + 1, part
    wait_until_played(page)
    assert violations(page) == []
    hidden = focus_that_is_covered(page)
    assert not hidden, hidden
    page.locator("[data-slider='batch_size'][data-to='10']").click()  # clean paper: Start again
    expect(page.get_by_text("batch_size=10,").first).to_be_visible()
    # The formula follows in the browser; the bar as soon as the server has answered.
    page.wait_for_function(
        """([start, height]) => {
            const below = height - start.getBoundingClientRect().bottom;
            return below >= 0 && below < 80;
        }""",
        arg=[start.element_handle(), height],
    )


def focus_that_is_covered(page: Page) -> list[str]:
    """What of the first forty stops of the Tab key lies under something else, or outside."""
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    covered = []
    for _ in range(40):
        page.keyboard.press("Tab")
        covered += page.evaluate("""() => {
            const it = document.activeElement, at = it.getBoundingClientRect();
            if (it === document.body || at.width < 2) return [];
            const x = at.left + at.width / 2, y = at.top + at.height / 2;
            const top = document.elementFromPoint(x, y);
            const isSeen = top && (it.contains(top) || top.contains(it));
            return isSeen ? [] : [it.outerHTML.slice(0, 100)];
        }""")
    return covered


def test_at_four_times_the_size_nothing_covers_the_focus(page, server):
    page.set_viewport_size({"width": 320, "height": 256})
    studied(page, server, "batch_size=32&epochs=5")
    assert focus_that_is_covered(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width, height", [(640, 512), (768, 1024), (844, 390)])
def test_names_of_sliders_are_whole(page, server, width, height):
    page.set_viewport_size({"width": width, "height": height})
    for lang in ("ko", "en"):
        open_page(page, server, f"lang={lang}")
        cut = page.locator("[data-testid='stSlider'] label *").evaluate_all(
            "all => all.filter(each => each.scrollWidth > each.clientWidth + 1 && each.clientWidth)"
            ".map(each => each.innerText)"
        )
        assert cut == [], lang


def test_a_phone_on_its_side_has_the_sheet_beside_the_controls(page, server):
    page.set_viewport_size({"width": 844, "height": 390})
    open_page(page, server, "batch_size=32&epochs=5")
    wait_until_idle(page)
    sheet, start = box_of(page, SHEET), page.get_by_role("button", name=KO.start).bounding_box()
    assert sheet["y"] + sheet["height"] <= 390 and start["y"] + start["height"] <= 390
    assert sheet["x"] + sheet["width"] <= start["x"]
    press_start(page)
    page.wait_for_function("exam.studies.study.question > 0")
    for part in (SHEET, PLAYER):
        expect(page.locator(part)).to_be_in_viewport(ratio=0.9)
    wait_until_played(page)
    assert violations(page) == []


@pytest.mark.parametrize("width, height", [(900, 700), (390, 844)])
def test_the_boxes_open_within_the_window(page, server, width, height):
    page.set_viewport_size({"width": width, "height": height})
    studied(page, server, "epochs=5")
    for name in (KO.save, KO.share):
        page.get_by_role("button", name=name, exact=True).click()
        box = page.get_by_test_id("stPopoverBody")
        expect(box.get_by_role("button").first).to_be_visible()
        wait_until_idle(page)
        at = box.bounding_box()
        assert at["y"] >= 0 and at["y"] + at["height"] <= height + 1, name
        assert at["x"] >= 0 and at["x"] + at["width"] <= width + 1, name
        assert at["height"] >= 120, name
        page.keyboard.press("Escape")
        expect(box).to_have_count(0)


def test_quick_picks_say_which_is_set(page, server):
    open_page(page, server, "batch_size=32&epochs=100")
    for setting, pressed, other in (("batch_size", "32", "1"), ("epochs", "100", "20")):
        picks = page.locator(f".picks [data-slider='{setting}']")
        chosen = picks.and_(page.locator("[aria-pressed='true']"))
        expect(chosen).to_have_text(pressed)
        picks.and_(page.locator(f"[data-to='{other}']")).click()
        expect(chosen).to_have_text(other)
        expect(page.get_by_text(f"{setting}={other}").first).to_be_visible()


def test_in_forced_colours_what_is_chosen_has_lines(page, server):
    page.emulate_media(forced_colors="active")
    studied(page, server, "batch_size=10&epochs=5")
    chosen = page.locator(".st-key-lang [aria-checked='true'], .picks [aria-pressed='true']")
    expect(chosen).to_have_count(2)
    for each in chosen.all():
        expect(each).to_have_css("outline-style", "solid")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for name in ("batch_size", "epochs"):
        slider = page.locator(f".st-key-{name} [data-testid='stSlider']")
        thumb = slider.locator("[data-rac]:has(> [data-testid='stSliderThumbValue'])")
        track = slider.locator("[role='group'] [data-orientation] > div").first
        for part in (thumb, track):
            width, colour = part.evaluate(
                "e => [getComputedStyle(e).borderTopWidth, getComputedStyle(e).borderTopColor]"
            )
            assert float(width[:-2]) >= 1 and colour != ground


def test_more_space_in_the_text_cuts_nothing(page, server):
    open_page(page, server, "lang=en")
    page.add_style_tag(content=SPACING)
    cut = page.locator(".stMain button").evaluate_all("""all => all.filter(button => {
        const text = button.querySelector("p") ?? button, inside = text.getBoundingClientRect();
        const outside = button.getBoundingClientRect();
        return inside.top < outside.top - 1 || inside.bottom > outside.bottom + 1;
    }).map(button => button.innerText)""")
    assert cut == []


def test_a_screen_reader_finds_headings_and_each_name_once(page, server):
    open_page(page, server)
    expect(page.get_by_role("heading", level=3)).to_have_count(len(GROUPS))
    titles = page.get_by_role("heading", level=4)
    expect(titles).to_have_count(len(CHAPTER_NAMES))
    expect(titles.first).to_contain_text(f"1. {KO.first_pass.title}")
    for label in (KO.batch_size, KO.epochs):
        expect(page.get_by_role("slider", name=label, exact=True)).to_have_count(1)


def test_in_a_frame_as_high_as_the_page_the_button_stands_below_its_sliders(page, server):
    page.set_viewport_size({"width": 390, "height": 1760})
    open_page(page, server, "embed=true")
    wait_until_idle(page)
    above, button, below = (
        page.locator(f".st-key-{key}").bounding_box() for key in ("epochs", "start", "student")
    )
    assert above["y"] + above["height"] <= button["y"] < above["y"] + 150
    assert button["y"] + button["height"] <= below["y"]


def test_on_paper_there_is_the_study_and_nothing_to_press(page, server):
    studied(page, server, WARNED)
    page.emulate_media(media="print")
    for part in (SHEET, "svg.marks", ".sentence", ".formula:visible", "[class*='st-key-warning']"):
        expect(page.locator(part).first).to_be_visible()
    for part in (".st-key-start", ".st-key-lang", ".st-key-after", PLAYER, "details"):
        expect(page.locator(part).first).to_be_hidden()
    assert page.locator(SHEET).evaluate("e => getComputedStyle(e).printColorAdjust") == "exact"


SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => {
    for (const each of list.getEntries())
        if (!each.hadRecentInput) shifts.push([each.value, each.startTime]);
}).observe({type: "layout-shift", buffered: true});"""


@pytest.mark.parametrize("width, height", [(1280, 800), (900, 700), (390, 844)])
def test_the_exam_is_there_first_and_nothing_jumps(page, server, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.add_init_script(SHIFTS)
    waiting = []  # Streamlit's modules, which come late on a slow line
    page.route("**/static/js/**", lambda route: waiting.append(route))
    page.goto(server.url, wait_until="commit")
    expect(page.locator("#opening h1")).to_have_text(KO.title)
    expect(page.locator("#opening img")).to_be_visible()
    assert not page.locator(".stApp").count(), "it stands there before Streamlit has loaded"
    for module in waiting:
        module.continue_()
    page.unroute("**/static/js/**")
    expect(page.locator("#opening")).to_have_count(0)
    expect(page.locator(f"{SHEET} .cell").first).to_be_visible()
    page.locator("svg.marks").first.wait_for()
    assert sum(value for value, _ in page.evaluate("shifts")) < 0.05, page.evaluate("shifts")


@pytest.mark.parametrize("module", ["index", "Slider", "BidiComponent"])
def test_a_module_that_a_lost_line_keeps_from_coming_is_asked_for_again(page, server, module):
    """The browser itself asks for no module twice."""
    kept, of_module = [], f"**/static/js/{module}*.js"
    page.route(of_module, lambda route: (kept.append(route.request), route.abort()))
    page.goto(server.url)
    wait_for(lambda: page.title() and len(kept) > 1)
    expect(page.locator("#opening h1")).to_have_text(KO.title)
    expect(page.get_by_text("Failed to fetch").first).to_be_hidden()
    page.unroute(of_module)
    expect(page.locator("#opening")).to_have_count(0)
    expect(page.locator(f"{SHEET} .cell").first).to_be_visible()
    expect(page.get_by_role("slider").first).to_be_visible()
    assert page.get_by_text("Failed to fetch").count() == 0


@pytest.mark.parametrize("query, accept, lang", [
    ("", "ko-KR,ko;q=0.9", "ko"), ("", "en-GB", "en"), ("", "ja;q=0.9", "ja"), ("", "", "ko"),
    ("lang=en&lang=ko", "fr", "en"), ("lang=ja", "ko", "ja"),
])  # fmt: skip
def test_the_opening_speaks_the_language_that_is_asked_for(server, query, accept, lang):
    headers = {"Accept": "text/html", "Accept-Language": accept, "Accept-Encoding": "gzip"}
    request = urllib.request.Request(f"{server.url}?{query}&student=nonsense", headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        document = answer.read().decode()
        assert int(answer.headers["Content-Length"]) == len(document.encode())
        assert answer.headers["ETag"] is None  # another language is another document
    words = load_texts(lang)
    assert f'<html lang="{lang}">' in document and words.opening in document
    assert f"<title>{words.title}</title>" in document and "data:image/png" in document
    with urllib.request.urlopen(f"{server.url}favicon.png", timeout=20) as answer:
        assert answer.headers["Content-Type"] == "image/png"
