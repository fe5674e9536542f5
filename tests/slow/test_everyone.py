"""On the phone, by keyboard alone, by ear, without motion, enlarged, and without colours."""

import re

import pytest
from playwright.sync_api import Page, expect

from exam.lesson import CHAPTERS
from exam.page.texts import load_texts
from tests.browser import open_page, violations, wait_until_idle
from tests.test_browser import TIP, csv_of, drawn_epochs, record, wait_until_drawn
from tests.test_lesson import find_out, open_chapter

KO = load_texts("ko")
PHONES = [(390, 844), (360, 640)]


@pytest.fixture
def phone(browser, request):
    width, height = request.param
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="ko-KR", has_touch=True, is_mobile=True
    )
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def scrolls_sideways(page: Page) -> bool:
    return page.evaluate(
        """() => [document.documentElement, document.querySelector("[data-testid='stMain']")]
            .some(box => box.scrollWidth > box.clientWidth)"""
    )


@pytest.mark.parametrize("phone", PHONES, indirect=True)
def test_on_a_phone(phone, server):
    open_page(phone, server)
    wait_until_idle(phone)
    for name in ("batch_size", "epochs", "student"):
        for way in ("less", "more"):
            button = phone.locator(f".st-key-{name}_{way} button")
            box = button.bounding_box()
            assert box["width"] >= 40 and box["height"] >= 40, (name, way, box)
            spoken = getattr(KO, way)(setting=getattr(KO, name).split(":")[0])
            expect(phone.get_by_role("button", name=spoken, exact=True)).to_have_count(1)
    more = phone.locator(".st-key-batch_size_more button")
    for wanted in ("11", "12"):
        more.tap()
        expect(phone.get_by_role("slider", name=KO.batch_size)).to_have_value(wanted)
        wait_until_idle(phone)
    expect(phone.locator("code", has_text="batch_size=12")).to_be_visible()
    phone.locator(".st-key-batch_size_less button").tap()
    expect(phone.get_by_role("slider", name=KO.batch_size)).to_have_value("11")
    assert "batch_size=11" in phone.url
    start = phone.get_by_role("button", name=KO.start)
    start.tap()  # Playwright refuses a button that something covers
    wait_until_drawn(phone)
    assert not scrolls_sideways(phone)
    letters = phone.locator("svg.marks text").evaluate_all(
        "all => all.map(text => parseFloat(getComputedStyle(text).fontSize))"
    )
    assert min(letters) >= 11
    assert violations(phone) == []
    for name in CHAPTERS:
        open_chapter(phone, name)
        assert not scrolls_sideways(phone), name


def test_steps_stop_at_the_ends(page, server):
    open_page(page, server, "batch_size=100&epochs=1")
    wait_until_idle(page)
    expect(page.locator(".st-key-batch_size_more button")).to_be_disabled()
    expect(page.locator(".st-key-epochs_less button")).to_be_disabled()
    page.locator(".st-key-batch_size_less button").click()
    expect(page.get_by_role("slider", name=KO.batch_size)).to_have_value("99")
    expect(page.locator(".st-key-batch_size_more button")).to_be_enabled()


def focus_by_tab(page: Page, wanted: str, most: int = 60) -> None:
    """Press Tab until the focus is on what is called so; it must be seen to be there."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => {
                const e = document.activeElement;
                if (e.contains(document.querySelector("h1"))) return "";  // the page, to scroll it
                return e.getAttribute("aria-label") || e.innerText || e.value || "";
            }"""
        )
        seen.append(name)
        if wanted in name:
            page.wait_for_function(HAS_VISIBLE_FOCUS)
            return
    raise AssertionError(f"no way by Tab to {wanted}: {seen}")


HAS_VISIBLE_FOCUS = """() => {
    // A slider's ring is at its thumb, two elements above the input that has the focus.
    const shows = e => {
        const style = getComputedStyle(e);
        return style.boxShadow !== "none" || parseFloat(style.outlineWidth) > 0
            && style.outlineStyle !== "none";
    };
    const e = document.activeElement;
    return [e, e.parentElement, e.parentElement?.parentElement].filter(Boolean).some(shows);
}"""


def test_by_keyboard_alone(page, server):
    open_page(page, server)
    wait_until_idle(page)
    focus_by_tab(page, KO.batch_size)
    page.keyboard.press("ArrowRight")
    expect(page.locator("code", has_text="batch_size=11")).to_be_visible()
    focus_by_tab(page, KO.epochs)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.locator("code", has_text="batch_size=11, epochs=25")).to_be_visible()
    focus_by_tab(page, KO.start)
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"번 중 [1-9]\d*번 풀었어요")).first).to_be_visible()
    focus_by_tab(page, KO.stop)
    page.keyboard.press("Enter")
    page.get_by_role("button", name=KO.csv).wait_for()
    wait_until_idle(page)
    assert "batch_size=11" in page.url and "epochs=25" in page.url
    with page.expect_download() as download:
        focus_by_tab(page, KO.csv)
        page.keyboard.press("Enter")
    assert re.fullmatch(r"exam-b11-e\d+-s1\.csv", download.value.suggested_filename)

    focus_by_tab(page, KO.sheet.title)
    page.keyboard.press("Enter")
    chapter = page.locator("details", has_text=KO.sheet.title)
    scrub = chapter.get_by_role("slider", name=KO.sheet_pass)
    scrub.wait_for()
    wait_until_idle(page)
    for _ in range(40):  # what the browser draws has no name to go by but its label's
        page.keyboard.press("Tab")
        if scrub.evaluate("input => input === document.activeElement"):
            break
    before = scrub.input_value()
    page.keyboard.press("ArrowLeft")
    assert int(scrub.input_value()) == int(before) - 1
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    page.keyboard.press("Space")
    begin = chapter.get_by_role("button", name=KO.sheet.press)
    expect(begin).to_be_enabled()
    focus_by_tab(page, KO.sheet.press)
    page.keyboard.press("Enter")
    expect(chapter.locator("[class*='_conclusion']")).to_be_visible(timeout=120_000)


LISTEN = """region => {
    window.heard = [];
    new MutationObserver(() => {
        const text = region.innerText.trim();
        if (text && text !== window.heard.at(-1)) window.heard.push(text);
    }).observe(region, {childList: true, subtree: true, characterData: true});
}"""


def test_a_listener_hears_the_study_and_is_not_flooded(page, server):
    open_page(page, server, "batch_size=1&epochs=200&student=8")
    wait_until_idle(page)
    region = page.locator(".st-key-study_spoken")
    expect(region).to_have_attribute("role", "status")
    region.evaluate(LISTEN)
    page.get_by_role("button", name=KO.start).click()
    wait_until_drawn(page)
    wait_until_idle(page)
    heard = page.evaluate("window.heard")
    rows = csv_of(page)
    quarters = [
        KO.spoken(
            epoch=epoch,
            epochs=200,
            wrong=int(rows[epoch]["wrong"]),
            val_wrong=rows[epoch]["val_wrong"],
        )
        for epoch in (50, 100, 150)
    ]
    assert [text for text in heard if text in quarters] == quarters
    assert "가중치 갱신 20,000번" in heard[-1] and len(heard) <= 8, heard
    expect(page.get_by_role("alert")).to_contain_text("과적합")  # an alert is heard by itself
    page.get_by_text("English", exact=True).click()
    expect(region).to_contain_text("weight updates")
    expect(region).to_have_attribute("role", "status")


def test_a_listener_hears_the_experiment_of_a_chapter(page, server):
    open_page(page, server, "student=4&batch_size=8")
    chapter = open_chapter(page, "students")
    region = page.locator(".st-key-students_spoken")
    expect(region).to_have_attribute("role", "status")
    region.evaluate(LISTEN)
    measured = find_out(page, chapter, KO.students)
    heard = page.evaluate("window.heard")
    quarters = [KO.studies_done(done=done, studies=30) for done in (0, 7, 15, 22)]
    assert heard[-1] == measured
    assert len(heard) > 2 and set(heard[:-1]) <= {*quarters, KO.spoken_loading}, heard


def test_without_motion_the_last_frame_comes_at_once(page, server):
    page.emulate_media(reduced_motion="reduce")
    open_page(page, server, "batch_size=100&epochs=200&student=7")
    wait_until_idle(page)
    record(page, TIP)
    page.get_by_role("button", name=KO.start).click()
    wait_until_drawn(page)
    epochs = [epoch for epoch, _ in drawn_epochs(page)]
    assert epochs[-1] == 200 and len(set(epochs)) < 20


def test_at_twice_the_size_nothing_is_lost(browser, server):
    context = browser.new_context(
        viewport={"width": 640, "height": 360}, device_scale_factor=2, locale="ko-KR"
    )
    page = context.new_page()
    open_page(page, server, "batch_size=1&epochs=30&start=true")
    wait_until_drawn(page)
    assert not scrolls_sideways(page)
    for button in (KO.start, KO.csv, KO.keras_file):
        page.get_by_role("button", name=button).scroll_into_view_if_needed()
        expect(page.get_by_role("button", name=button)).to_be_in_viewport()
    context.close()


def test_in_forced_colours_lines_and_words_stay(page, server):
    page.emulate_media(forced_colors="active")
    open_page(page, server, "batch_size=1&epochs=30&start=true")
    wait_until_drawn(page)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    strokes = page.locator("svg.marks .mark-line path").evaluate_all(
        "all => all.map(path => getComputedStyle(path).stroke)"
    )
    assert len(strokes) >= 4 and background not in strokes and "none" not in strokes
    words = page.locator("svg.marks text").evaluate_all(
        "all => all.map(text => getComputedStyle(text).fill)"
    )
    assert background not in words
    start = page.get_by_role("button", name=KO.start)
    assert start.evaluate("b => getComputedStyle(b).borderStyle") != "none"


@pytest.mark.parametrize("kind", ["protanopia", "deuteranopia", "tritanopia", "achromatopsia"])
def test_without_some_colours_the_lines_stay_apart(page, server, kind):
    """The lines differ by dash as well, so this asks for less: colours that are not the same."""
    from io import BytesIO

    import numpy as np
    from PIL import Image

    open_page(page, server, "batch_size=1&epochs=30&start=true")
    wait_until_drawn(page)
    wait_until_idle(page)
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": kind})
    colours = []
    for label in (KO.practised, KO.unseen):
        text = page.locator("svg.marks text", has_text=label).first
        picture = Image.open(BytesIO(text.screenshot())).convert("RGB")
        pixels = np.asarray(picture, float).reshape(-1, 3)
        colours.append(pixels[pixels.sum(axis=1).argmin()])  # the letters' own, on white
    assert all(colour.sum() < 600 for colour in colours), "too faint"
    dashes = page.locator("svg.marks .mark-line path").evaluate_all(
        "all => all.map(path => path.getAttribute('stroke-dasharray') || '')"
    )
    assert len(set(dashes)) == 2
    if kind != "achromatopsia":  # where dashes alone must do
        assert np.abs(colours[0] - colours[1]).sum() > 60
