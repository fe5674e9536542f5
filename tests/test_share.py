"""One chapter alone by its link, and what the share box gives away."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from exam.lesson import CHAPTERS
from exam.page.share import qr_code, ways_to_embed
from exam.page.texts import load_texts
from tests.browser import open_page, violations, wait_until_idle
from tests.test_browser import wait_until_drawn
from tests.test_lesson import close_chapter, find_out, open_chapter

KO, EN, JA = (load_texts(lang) for lang in ("ko", "en", "ja"))

# Links that lecturers may have in their pages; they must go on opening what they say.
LINKS = {
    "batch_size=1&epochs=100&start=true": KO.title,
    "batch_size=32&epochs=7&student=5&lang=en": EN.title,
    "only=study&batch_size=100": KO.title,
    "only=sheet&epochs=5": KO.sheet.title,
    "only=misprints&misprints=20": KO.misprints.title,
    "only=final_exam&student=3&lang=en": EN.final_exam.title,
    "only=no_such_chapter": KO.title,
    **{f"only={name}": getattr(KO, name).title for name in CHAPTERS},
    **{f"only={name}&start=true": getattr(KO, name).title for name in CHAPTERS},
}


@pytest.mark.parametrize("query", LINKS)
def test_links_keep_working(page, server, query):
    page.goto(f"{server.url}?{query}")
    expect(page.get_by_role("heading", name=LINKS[query], exact=True)).to_be_visible()
    wait_until_idle(page)
    expect(page.get_by_text(KO.stumbled)).to_have_count(0)
    is_alone = "only=" in query and "no_such" not in query
    expect(page.locator("summary")).to_have_count(0 if is_alone else len(CHAPTERS) + 1)
    expect(page.get_by_role("button", name=KO.start)).to_have_count(
        0 if is_alone and "study" not in query or "lang=en" in query else 1
    )
    if "no_such" in query:
        expect(page.get_by_test_id("stAlertContainer")).to_contain_text("`only`".strip("`"))
    if "misprints=20" in query:
        slider = page.get_by_role("slider", name=KO.misprints.how_many)
        assert slider.input_value() == "20"


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_alone_fits_its_frame(page, server, name):
    say, height = getattr(KO, name), CHAPTERS[name].FRAME_HEIGHT
    page.set_viewport_size({"width": 700, "height": height})
    page.goto(f"{server.url}?only={name}&embed=true")
    expect(page.get_by_role("heading", name=say.title, exact=True)).to_be_visible()
    wait_until_idle(page)
    if hasattr(say, "press"):
        find_out(page, page.locator("body"), say, 0 if hasattr(say, "choices") else None)
    overflow = """() => [document.querySelector("[data-testid='stMain']"), document.documentElement]
        .map(box => [box.scrollHeight - box.clientHeight, box.scrollWidth - box.clientWidth])"""
    for down, right in page.evaluate(overflow):
        assert down <= 0 and right <= 0, f"{name} needs {height + down} pixels"
    assert violations(page) == []


def test_the_marked_sheet_alone_is_that_of_its_setting(page, server):
    from exam.model.training import study

    page.goto(f"{server.url}?only=sheet&epochs=4&student=9&batch_size=32")
    last = study(batch_size=32, epochs=4, student=9)[-1]
    alt = KO.sheet.sheet_alt(epoch=4, right=100 - last.wrong, wrong=last.wrong)
    expect(page.get_by_label(alt, exact=True)).to_be_attached(timeout=60_000)


def test_the_share_box(page, server):
    page.set_viewport_size({"width": 900, "height": 1600})  # a list closes when its page scrolls
    open_page(page, server, "batch_size=32&student=4")
    wait_until_idle(page)
    page.locator("summary", has_text=KO.share).click()
    wait_until_idle(page)
    box = page.locator("details", has_text=KO.share)
    what = box.get_by_role("combobox")
    active = (
        "input => document.getElementById(input.getAttribute('aria-activedescendant'))?.innerText"
    )
    for _ in range(len(CHAPTERS) + 3):
        what.press("ArrowDown")
        expect(page.get_by_role("option", name=KO.pianist.title)).to_be_attached()
        if what.evaluate(active) == KO.pianist.title:
            break
    what.press("Enter")
    expect(box.get_by_text("only=pianist").first).to_be_visible()
    wait_until_idle(page)
    expect(box.get_by_text(KO.share_start)).to_have_count(0)  # a chapter waits for a guess
    expect(box.get_by_text(KO.share_local)).to_be_visible()
    lines = box.locator("code").all_inner_texts()
    link = lines[0].replace("\n", "")
    assert parse_qs(urlsplit(link).query) == {
        "batch_size": ["32"],
        "epochs": ["20"],
        "student": ["4"],
        "misprints": ["10"],
        "lang": ["ko"],
        "only": ["pianist"],
    }
    frame = "".join(lines[1].split("\n"))
    assert re.search(r'<iframe src="http://.*only=pianist&amp;embed=true" ', frame)
    assert f'height="{CHAPTERS["pianist"].FRAME_HEIGHT}"' in frame
    in_frames = box.locator("code", has_text="<iframe")
    box.get_by_text(KO.share_projected).click()
    expect(in_frames).to_have_count(0)  # a hall has no frames
    expect(box.locator("code")).to_have_text(f"{link}&projected=true")
    code = box.get_by_role("img", name=KO.share_qr)
    assert code.get_attribute("src") == qr_code(link)
    assert code.evaluate("image => image.naturalWidth") > 200
    assert violations(page) == []
    page.goto(f"{link}&projected=true")
    expect(page.get_by_role("heading", name=KO.pianist.title, exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_css("font-size", "22px")


def test_every_way_to_embed_names_the_link():
    for text in ways_to_embed("https://example.org/?lang=ko", 800, 'a "title"').values():
        assert "https://example.org/?lang=ko" in text and "\n" not in text
        assert '"title"' not in text


@pytest.mark.parametrize(
    ("locale", "words"), [("ko-KR", KO), ("en-GB", EN), ("ja-JP", JA), ("fr-FR", KO)]
)
def test_the_browser_chooses_the_language(browser, server, locale, words):
    visit = browser.new_page(locale=locale)
    visit.goto(server.url)
    expect(visit.get_by_role("heading", name=words.title)).to_be_visible()
    wait_until_idle(visit)
    assert urlsplit(visit.url).query == ""
    spoken = {KO.title: "ko", EN.title: "en", JA.title: "ja"}[words.title]
    visit.wait_for_function(f"document.documentElement.lang === '{spoken}'")
    visit.get_by_text(EN.language, exact=True).click()
    visit.wait_for_function("document.documentElement.lang === 'en'")
    visit.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_chapter(page, server, scheme):
    page.emulate_media(color_scheme=scheme)
    open_page(page, server, "lang=en&epochs=2&start=true")
    wait_until_drawn(page)
    for name in CHAPTERS:
        say, chapter = getattr(EN, name), open_chapter(page, name, EN)
        assert violations(page) == [], name
        if hasattr(say, "press"):
            find_out(page, chapter, say, 1 if hasattr(say, "choices") else None, EN)
            assert violations(page) == [], name
        close_chapter(page, chapter)
