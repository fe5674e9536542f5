"""Enlarged, in forced colours, without some colours, by ear, in every language; links that stay."""

import re
from io import BytesIO
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from exam.lesson.chapters import CHAPTERS
from exam.page.address import reachable
from exam.parts import CHAPTER_NAMES
from exam.texts import LANGUAGES, load_texts
from tests.browser import (
    CUT,
    KO,
    OVERLAPS,
    copy_of_the_project,
    find_out,
    open_chapter,
    open_page,
    press_start,
    resized,
    running_server,
    settled,
    show_pass,
    violations,
    wait_until_idle,
    wait_until_played,
)
from tests.test_walk import walk_the_first_screen

EN, JA = load_texts("en"), load_texts("ja")


def test_at_twice_the_size_nothing_is_lost(browser, server):
    context = browser.new_context(
        viewport={"width": 640, "height": 360}, device_scale_factor=2, locale="ko-KR"
    )
    page = context.new_page()
    open_page(page, server, "batch_size=1&epochs=30&start=true")
    wait_until_played(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for element in (page.get_by_role("button", name=KO.start), page.locator("#pass")):
        element.scroll_into_view_if_needed()
        expect(element).to_be_in_viewport()
    context.close()


@pytest.mark.parametrize("kind", ["protanopia", "deuteranopia", "tritanopia", "achromatopsia"])
def test_without_some_colours_the_lines_stay_apart(page, server, kind):
    """The lines differ by dash as well, so this asks for less: colours that are not the same."""
    open_page(page, server, "batch_size=1&epochs=30&start=true")
    wait_until_played(page)
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": kind})
    colours = []
    for label in (KO.practised, KO.unseen):
        text = page.locator("svg.marks .mark-text text", has_text=label).last  # of the loss
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


def test_a_screen_reader_hears_quarters(page, server):
    open_page(page, server, "batch_size=1&epochs=200&student=8")
    wait_until_idle(page)
    page.evaluate(
        """() => {
            const live = document.querySelector(".live");
            window.heard = [];
            new MutationObserver(() => window.heard.push(live.textContent))
                .observe(live, {childList: true});
        }"""
    )
    press_start(page)
    wait_until_played(page)
    heard = [text for text in page.evaluate("window.heard") if text]
    assert 4 <= len(heard) <= 6 and "200번 중 200번 풀었을 때" in heard[-1]
    assert page.locator(".live").first.get_attribute("role") == "status"


def test_runs_stay_named_without_overlapping_and_in_a_table(page, server):
    open_page(page, server, "epochs=6")
    wait_until_idle(page)
    for pick in (1, 10, 32, 100):
        page.locator(f"[data-slider='batch_size'][data-to='{pick}']").click()
        expect(page.get_by_text(f"batch_size={pick},")).to_be_visible()
        press_start(page)
        page.locator(
            f".stApp:has-text('batch_size={pick},') .player[data-state='pause']"
        ).wait_for()
        wait_until_played(page)
    chart = page.locator("svg.marks").first
    for pick in (1, 10, 32):
        expect(chart.get_by_text(f"{KO.run_batch(value=pick)}: ")).to_have_count(1)
    for number in (0, 1, 2, 4, 6):  # where the names of the pass that is shown come near theirs
        show_pass(page, number)
        wrong = page.evaluate(f"exam.studies.study.data.wrong[{number}]")
        expect(chart.get_by_text(f"{KO.practised} {wrong}", exact=True)).to_be_visible()
        assert page.evaluate(OVERLAPS) == [], number
    rows = page.locator("table").first.get_by_role("row").all_inner_texts()
    assert [row.split()[0] for row in rows[1:]] == ["1", "10", "32", "100"]
    page.get_by_role("slider", name=KO.batch_size).press("ArrowLeft")
    expect(page.get_by_text("새 설정(배치 사이즈 99")).to_be_visible()


def test_the_runs_of_a_phone_do_not_move_the_page_sideways(page, server):
    page.set_viewport_size({"width": 360, "height": 740})
    open_page(page, server, "epochs=2&lang=en")
    for pick in (1, 100):
        page.locator(f"[data-slider='batch_size'][data-to='{pick}']").click()
        expect(page.get_by_text(f"batch_size={pick},")).to_be_visible()
        press_start(page, EN)
        wait_until_played(page)
    expect(page.locator("table").first.get_by_role("row")).to_have_count(3)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")


def film(page, server):
    page.goto(f"{server.url}?only=first_pass&reveal=true")
    page.locator("[class*='_conclusion']").wait_for()
    return [page.locator(f".sheet[data-exam='first_pass{end}']") for end in ("", "_10", "_100")]


def test_without_motion_the_film_is_at_its_end_for_every_batch_size(page, server):
    page.emulate_media(reduced_motion="reduce")
    for strip in film(page, server):
        expect(strip.locator("[data-state='right'], [data-state='wrong']")).to_have_count(100)


def test_the_film_turns_with_a_phone_and_plays_again(page, server):
    page.set_viewport_size({"width": 844, "height": 390})
    strip, *_ = film(page, server)
    expect(strip).to_have_attribute("style", re.compile("--columns: 10"))
    page.set_viewport_size({"width": 390, "height": 844})
    expect(strip).to_have_attribute("style", re.compile("--columns: 20"))  # all three in one view
    player = page.locator(".player[data-exam='first_pass']")
    expect(player).to_have_attribute("data-state", "replay")
    page.get_by_role("button", name=KO.again).click()
    find_out(page, page.locator("body"), "first_pass", KO)
    player.scroll_into_view_if_needed()  # where it is not seen it waits
    expect(player).to_have_attribute("data-state", "pause")


def test_the_number_of_misprints_stays(page, server):
    open_page(page, server, "misprints=5")
    chapter = open_chapter(page, "misprints")
    slider = page.get_by_role("slider", name=KO.misprints.how_many)
    slider.press("End")
    expect(slider).to_have_value("30")
    wait_until_idle(page)
    conclusion = find_out(page, chapter, "misprints")
    page.get_by_role("button", name=KO.again).click()
    expect(conclusion).to_be_hidden()
    expect(slider).to_have_value("30")
    settled(page)
    chapter.locator("summary").click()
    expect(slider).to_be_hidden()
    open_chapter(page, "misprints")
    expect(slider).to_have_value("30")


def test_a_screen_reader_hears_the_experiment_of_a_chapter(page, server):
    open_page(page, server, "student=4&batch_size=8")
    chapter = open_chapter(page, "students")
    region = page.locator(".st-key-students_spoken")
    expect(region).to_have_attribute("role", "status")
    find_out(page, chapter, "students")
    expect(region).to_contain_text("100문항당")
    assert "**" not in region.inner_text()


@pytest.mark.parametrize(
    ("lang", "scheme"),
    [("ko", "dark"), ("en", "light"), ("ja", "dark")],
)
def test_the_first_screen_in_the_other_themes(page, server, lang, scheme):
    walk_the_first_screen(page, server, lang, scheme)


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_every_chapter_is_whole_in_every_language(page, server, name):
    """Alone in a frame, with its experiment done, in one of both themes."""
    number = CHAPTER_NAMES.index(name) + 1
    page.emulate_media(color_scheme="dark" if number % 2 else "light")
    page.set_viewport_size({"width": 700, "height": 1200})
    page.goto(f"{server.url}?only={name}&embed=true&lang={LANGUAGES[0]}")
    for lang in LANGUAGES:
        texts = load_texts(lang)
        wait_until_idle(page)
        page.set_viewport_size({"width": 700, "height": 1200})
        page.locator(".st-key-lang").get_by_text(texts.language).click()
        heading = page.get_by_role("heading", name=texts[name].title)
        expect(heading).to_have_text(re.compile(rf"^{number}\. "))
        wait_until_idle(page)
        expect(page.get_by_text(texts.failed)).to_have_count(0)
        if CHAPTERS[name].studies and lang == LANGUAGES[0]:
            find_out(page, page.locator("body"), name, texts)
        settled(page)
        assert page.evaluate(CUT) == [], f"letters of a chart are cut off in {lang}"
        assert page.evaluate(OVERLAPS) == [], f"names in a chart cover each other in {lang}"
        assert page.evaluate("document.documentElement.scrollWidth") <= 700, lang
        written = " ".join(page.locator("p, li, h1, td, label").all_inner_texts())
        assert "**" not in written and not re.search(r"\bnan\b|\{\w+", written), lang
        assert violations(page) == [], lang
        resized(page, 350, 800)
        assert page.evaluate("document.documentElement.scrollWidth") <= 350, lang


def test_the_browser_chooses_the_language(browser, server):
    for locale, words in {"ko-KR": KO, "en-GB": EN, "ja-JP": JA, "fr-FR": EN}.items():
        visit = browser.new_page(locale=locale)
        visit.goto(server.url)
        expect(visit.get_by_role("heading", name=words.title)).to_be_visible()
        wait_until_idle(visit)
        assert urlsplit(visit.url).query == ""
        visit.wait_for_function(f"document.documentElement.lang === '{words.lang}'")
        visit.close()


def test_the_share_box(page, server):
    page.set_viewport_size({"width": 900, "height": 1600})
    open_page(page, server, "batch_size=32&student=4")
    wait_until_idle(page)
    page.get_by_role("button", name=KO.share, exact=True).click()
    box = page.get_by_test_id("stPopoverBody")
    link = box.locator("code").first
    expect(link).to_contain_text("batch_size=32")
    expect(link).to_contain_text(urlsplit(reachable(server.url)).netloc)  # which a phone can open
    expect(link).to_contain_text("student=4")
    expect(box.get_by_text(KO.share_local)).to_be_visible()
    expect(box.locator("code", has_text="<iframe")).to_contain_text('loading="lazy"')
    code = box.get_by_role("img", name=KO.share_qr)
    assert code.evaluate("image => image.naturalWidth") > 200
    assert violations(page) == []
    box.get_by_text(KO.share_projected).click()
    expect(box.locator("code", has_text="<iframe")).to_have_count(0)  # a hall has no frames
    expect(box.locator("code")).to_contain_text("projected=true")


def test_workers_killed_in_the_middle_are_nobodys_matter(page, server):
    open_page(page, server, "batch_size=1&epochs=200&student=8")
    wait_until_idle(page)
    before = server.workers()
    for worker in before:
        worker.suspend()  # or the study might be over first
    press_start(page)
    for worker in before:
        worker.kill()
    wait_until_played(page)
    expect(page.get_by_text("Keras를 불러오고 있어요")).to_have_count(0)
    assert not set(before) & set(server.workers())


def test_broken_exams_are_a_polite_sentence_and_a_line_in_the_log(page, tmp_path):
    project = copy_of_the_project(tmp_path / "project")
    file = project / "assets" / "exams.npz"
    file.write_bytes(file.read_bytes()[:100_000])
    with running_server(tmp_path / "log.txt", project) as broken:
        page.goto(f"{broken.url}?batch_size=32&start=true")
        expect(page.get_by_role("heading", name=KO.title)).to_be_visible()
        expect(page.get_by_text(KO.failure.exams)).to_be_visible()
        assert page.get_by_test_id("stException").count() == 0
        assert "checksum" in broken.log.read_text()
