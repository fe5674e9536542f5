"""One walk through the page in a real Chromium: first screen, chapters, languages, keyboard."""

import re

from playwright.sync_api import Page, expect

from exam.lesson.chapters import CHAPTERS
from exam.model.overfitting import warned_overfittings
from exam.parts import CHAPTER_NAMES
from exam.texts import load_texts
from tests.browser import (
    CUT,
    FORMULA,
    KO,
    OVERLAPS,
    csv_of,
    find_out,
    open_chapter,
    open_page,
    press_start,
    show_pass,
    violations,
    wait_until_idle,
    wait_until_played,
)

EN = load_texts("en")
WRONG_CELLS = ".sheet[data-exam='study'] .cell[data-state='wrong']"


def sentence(page: Page) -> str:
    return page.locator(".sentence").inner_text()


def test_the_first_screen(page, server):
    walk_the_first_screen(page, server, "ko", "light")


def walk_the_first_screen(page, server, lang, scheme):
    """It fits a frame of 900 by 700 pixels, and axe finds nothing before, during and after."""
    words = load_texts(lang)
    page.emulate_media(color_scheme=scheme)
    open_page(page, server, f"embed=true&batch_size=1&epochs=100&student=4&lang={lang}")
    wait_until_idle(page)
    assert violations(page) == []
    press_start(page, words)
    page.locator(".player[data-state='pause']").wait_for()
    assert violations(page) == []
    wait_until_played(page)
    alarm = page.get_by_role("alert")
    shown = [
        page.get_by_role("heading", name=words.title),
        page.get_by_role("slider", name=words.batch_size),
        page.get_by_role("slider", name=words.epochs),
        page.get_by_role("button", name=words.start),
        page.locator(FORMULA).get_by_text("model.fit(x, y, batch_size=1, epochs=100)"),
        page.get_by_text("100 = 1+1+"),
        page.locator(".sheet"),
        page.locator("svg.marks").first,
        page.locator("#pass"),
        page.locator(".sentence"),
        alarm,
    ]
    for element in shown:
        box = element.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 900, element
        assert box["y"] >= 0 and box["y"] + box["height"] <= 705, element
    assert violations(page) == [] and page.evaluate(CUT) == [] and page.evaluate(OVERLAPS) == []
    if lang != "ko":
        text = page.locator("body").inner_text().replace(KO.language, "")
        assert not re.search("[가-힣]", text)
        assert "**" not in text and "{" not in text


def test_the_numbers_are_those_of_study_and_each_pass_shows_its_own(page, server):
    from exam.model.training import study

    open_page(page, server, "batch_size=1&epochs=40&student=5")
    assert page.locator(".cell.ends-below").count() == 90  # clean paper in batches of one
    press_start(page)
    wait_until_played(page)
    marks, rows = study(batch_size=1, epochs=40, student=5), csv_of(page)
    for column in ("epoch", "updates", "wrong", "val_wrong", "loss", "val_loss"):
        assert [row[column] for row in rows] == [getattr(mark, column) for mark in marks]
    alarm = page.get_by_role("alert")
    best = min(marks[1:], key=lambda mark: mark.val_loss).epoch
    (warned,) = warned_overfittings(marks)
    assert warned.best == best and best + 5 <= warned.known < 40
    expected = KO.warning(best=marks[best], now=marks[warned.known]).replace("**", "")
    expect(alarm).to_contain_text(expected)
    expect(alarm.get_by_role("link")).to_have_count(1)  # to the chapter that helps
    in_lens = KO.lens_pass.format(epoch=best) + f"{marks[best].val_loss:.3f}"
    lowest = page.locator("svg.marks .mark-text text").filter(has_text=in_lens)
    passes = (0, 2, best, warned.known - 1, warned.known, 40)
    for epoch, warns in zip(passes, [False] * 4 + [True] * 2, strict=True):
        show_pass(page, epoch)
        expect(page.locator(WRONG_CELLS)).to_have_count(marks[epoch].wrong)
        assert f"→ {marks[epoch].wrong}개" in sentence(page)
        expect(alarm).to_be_visible(visible=warns)
        expect(lowest).to_have_count(int(warns))
        label = f"{KO.unseen} {marks[epoch].val_loss:.2f}"
        expect(page.locator("svg.marks .mark-text text", has_text=label)).to_have_count(1)
    assert page.url.endswith("batch_size=1&epochs=40&student=5")


def test_it_plays_by_itself_shows_nothing_ahead_and_can_be_moved(page, server):
    open_page(page, server, "batch_size=100&epochs=200&student=6")
    wait_until_idle(page)
    page.evaluate(
        """() => {
            window.seen = [];
            document.querySelector("#reached").addEventListener("input", (event) =>
                window.seen.push([+event.target.value, performance.now()]));
        }"""
    )
    press_start(page)
    wait_until_played(page)
    seen = page.evaluate("window.seen")
    passes = [number for number, _ in seen]
    assert passes == sorted(passes) and passes[-1] == 200
    assert len(set(passes)) > 5  # it plays; a slow machine draws few of them
    ghost = page.locator("svg.marks .mark-line path[opacity='0.25']")
    assert ghost.count() == 4  # scrubbed back, what comes later stays as a pale line
    slider = page.get_by_role("slider", name=KO.player.range)
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_value("199")
    assert "199번 풀었을 때" in slider.get_attribute("aria-valuetext")
    play = page.locator("#play")
    expect(play).to_have_attribute("aria-label", KO.player.play)
    slider.press("End")
    expect(play).to_have_attribute("aria-label", KO.player.replay)
    play.press("Enter")
    expect(play).to_have_attribute("aria-label", KO.player.pause)
    play.press("Enter")
    assert int(slider.input_value()) < 200


def test_a_question_says_its_key_the_answer_and_how_sure(page, server):
    from exam.model.training import study
    from tests.numpy_student import Y, order_of

    open_page(page, server, "batch_size=10&epochs=2&student=3")
    press_start(page)
    wait_until_played(page)
    last, question = study(batch_size=10, epochs=2, student=3)[-1], order_of(3, 0)[37]
    cell, detail = page.locator(".sheet .cell").nth(37), page.locator(".detail").first
    key, answer = str(Y[question]), last.answers[question]
    expected = [KO.player.question(number=38, key=key)]
    expected += [(KO.player.right if answer == key else KO.player.wrong)(answer=answer)]
    expected += [KO.player.confidence(confidence=last.confidence[question])]
    expect(cell).to_have_attribute("aria-label", " · ".join(expected))
    expect(detail).to_have_text(KO.player.hint_after)
    cell.hover()
    expect(detail).to_have_text(" · ".join(expected))
    page.locator(".sheet .cell").first.focus()
    page.keyboard.press("ArrowDown")
    expect(detail).to_contain_text("11번")


def test_six_quick_presses_make_six_and_back_leaves_the_page(page, server):
    page.goto(server.url + "_stcore/health")
    open_page(page, server)
    wait_until_idle(page)
    more = page.get_by_role("button", name=KO.more(setting="에포크"))
    for _ in range(6):
        more.click(delay=20)
    expect(
        page.locator(FORMULA).get_by_text("model.fit(x, y, batch_size=10, epochs=26)")
    ).to_be_visible()
    expect(more).to_be_focused()
    expect(page).to_have_url(re.compile("epochs=26$"))
    less = page.get_by_role("button", name=KO.less(setting="에포크"))
    for _ in range(6):
        less.click()
    expect(page).to_have_url(server.url)  # a default leaves the address
    page.go_back()
    assert page.url.endswith("health")


def test_by_keyboard_alone(page, server):
    open_page(page, server, "epochs=2&student=7")
    wait_until_idle(page)
    visited: list[str] = []

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            visited.append(page.evaluate(NAME_OF_FOCUSED))
            if name in visited[-1]:
                return
        raise AssertionError(f"no way by Tab to {name}: {visited}")

    tab_to(KO.batch_size)
    page.keyboard.press("End")
    tab_to(KO.start)
    expect(page.locator(FORMULA).get_by_text("batch_size=100, epochs=2")).to_be_visible()
    page.keyboard.press("Enter")
    wait_until_played(page)
    tab_to(KO.player.range)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".player output").first).to_have_text("1 / 2")
    tab_to(KO.save)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="CSV").wait_for()
    with page.expect_download() as download:
        tab_to("CSV")
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "exam-b100-e2-s7.csv"


NAME_OF_FOCUSED = """() => {
    const e = document.activeElement;
    if (e.contains(document.querySelector("h1"))) return "";  // the page, to scroll it
    return e.getAttribute("aria-label") || e.innerText || e.value || "";
}"""


def test_without_motion_the_passes_are_at_their_end_at_once(page, server):
    page.emulate_media(reduced_motion="reduce")
    open_page(page, server, "batch_size=100&epochs=200&student=7")
    wait_until_idle(page)
    page.evaluate(
        """() => {
            window.seen = new Set();
            document.querySelector("#pass").addEventListener("input", (event) =>
                window.seen.add(event.target.value));
        }"""
    )
    press_start(page)
    main, output = page.locator("#play"), page.locator(".player output").first
    expect(output).to_have_text("100 / 100")  # the first batch, of which a learner takes leave
    main.click()
    expect(output).to_have_text("1 / 200")
    page.wait_for_function("exam.studies.study.data.answers.length > 200", timeout=120_000)
    main.click()
    expect(output).to_have_text("200 / 200")
    assert page.evaluate("window.seen.size") < 12


def test_a_press_while_it_plays_leaves_one_player(page, server):
    open_page(page, server, "epochs=40&student=12")
    press_start(page)
    page.wait_for_function("+document.querySelector('#pass').value > 2")
    press_start(page)
    wait_until_played(page)
    show_pass(page, 5)
    twenty_frames_later = """() => new Promise(done => {
        let left = 20;
        const next = () => left-- ? requestAnimationFrame(next)
            : done(document.querySelector("#pass").value);
        next();
    })"""
    assert page.evaluate(twenty_frames_later) == "5"


def test_on_a_phone(browser, server):
    size = {"width": 390, "height": 844}
    context = browser.new_context(viewport=size, locale="ko-KR", has_touch=True)
    context.set_default_timeout(60_000)
    for width, height in ((390, 844), (360, 740)):
        phone = context.new_page()
        phone.set_viewport_size({"width": width, "height": height})
        open_page(phone, server, "epochs=4")
        wait_until_idle(phone)
        for button in phone.locator(".steps button, .picks button").all():
            box = button.bounding_box()
            assert box["width"] >= 36 and box["height"] >= 30, box
        phone.get_by_role("button", name=KO.start).tap()
        wait_until_played(phone)
        for element in (phone.locator(".sheet").first, phone.locator("#pass")):
            box = element.bounding_box()  # the press brings them into view
            assert box["y"] >= -1 and box["y"] + box["height"] <= height + 1, box
        wide = """() => [document.documentElement, document.querySelector("[data-testid='stMain']")]
            .some(box => box.scrollWidth > box.clientWidth)"""
        assert not phone.evaluate(wide) and violations(phone) == []
        for sentence in (phone.locator(".sentence").first, phone.locator(".detail").first):
            expect(sentence).to_have_css("word-break", "keep-all")  # Korean, between words
        phone.close()
    context.close()


def test_chapters_one_after_another_and_another_guess(page, server):
    open_page(page, server, "epochs=3&lang=en")
    wait_until_idle(page)
    press_start(page, EN)
    wait_until_played(page)
    following = page.locator(".st-key-next").get_by_role("link")
    expect(following).to_have_text(EN.next(title=f"1. {EN.first_pass.title}"))
    following.click()
    first = page.locator(".st-key-first_pass_open details")
    expect(first.locator("img.digits")).to_be_visible()
    expect(first.locator("summary")).to_be_focused()
    page.wait_for_function("Math.abs(document.activeElement.getBoundingClientRect().top) < 60")
    chapter = open_chapter(page, "twenty_exams", EN)
    find_out(page, chapter, "twenty_exams", EN)
    expect(chapter.locator("[class*='_verdict']")).to_contain_text(EN.verdict_wrong.strip("*"))
    choices = chapter.locator("li")
    expect(choices.nth(0)).to_have_text(f"{EN.twenty_exams.choices[0]} — {EN.your_guess}")
    expect(choices.nth(1)).to_have_text(f"{EN.twenty_exams.choices[1]} — {EN.supported}")
    expect(page.locator(".player output").first).to_have_text("3 / 3")  # it plays not again
    expect(chapter.locator("summary")).to_contain_text(EN.done)
    way = EN.way(done=1, all=sum(bool(chapter.studies) for chapter in CHAPTERS.values()))
    expect(page.get_by_text(way)).to_be_visible()
    card, choice = page.locator(".st-key-twenty_exams_open summary"), EN.twenty_exams.choices[0]
    expect(card).to_contain_text(f"{EN.map.guessed(guess=choice)} ✕")
    expect(chapter.get_by_role("link", name=EN.next(title="1."))).to_be_visible()
    chapter.get_by_role("button", name=EN.again).click()
    wait_until_idle(page)
    expect(chapter.get_by_role("radio").first).not_to_be_checked()
    find_out(page, chapter, "twenty_exams", EN)
    page.get_by_text(KO.language, exact=True).click()
    expect(page.get_by_role("heading", name=KO.title)).to_be_visible()
    expect(page).to_have_url(re.compile("lang=ko"))
    opened = page.locator(".st-key-twenty_exams_open details")  # and it stays open
    expect(opened.locator("[class*='_conclusion']")).to_contain_text(KO.measured)
    expect(page.locator("details[open]")).to_have_count(2)


def test_what_is_set_within_a_chapter_is_what_is_studied(page, server):
    """There Streamlit reruns only the chapter, with the values the page was last drawn with."""
    open_page(page, server, "lang=en")
    chapter = open_chapter(page, "misprints", EN)
    chapter.get_by_role("slider", name=EN.misprints.how_many).press("Home")
    conclusion = find_out(page, chapter, "misprints", EN)
    expect(conclusion).to_contain_text(EN.misprints.no_misprints)


def test_links_lead_to_chapters(page, server):
    open_page(page, server)
    chapter = open_chapter(page, "questions")
    chapter.get_by_role("link", name=f"{CHAPTER_NAMES.index('students') + 1}장").first.click()
    summary = page.locator("summary", has_text=KO.students.title)
    expect(summary).to_be_focused()
    expect(page.get_by_text(KO.students.question)).to_be_visible()
    page.goto(f"{server.url}?only=students&embed=true&student=3")
    page.get_by_role("link", name=KO.twenty_exams.title).click()
    expect(page.get_by_role("heading", name=KO.twenty_exams.title)).to_be_visible()
    assert "only=twenty_exams" in page.url and "embed=true" in page.url
    page.go_back()
    expect(page.get_by_role("heading", name=KO.students.title)).to_be_visible()


def test_reveal_opens_a_chapter_with_its_experiment_done(page, server):
    page.goto(f"{server.url}?only=sheet&reveal=true&epochs=2&lang=en")
    expect(page.locator("[class*='_conclusion']")).to_contain_text(EN.measured)
    supported = page.locator("li", has_text=EN.supported)
    expect(supported).to_have_count(1)
    for text in (EN.your_guess, EN.verdict_right.strip("*"), EN.verdict_wrong.strip("*")):
        expect(page.get_by_text(text)).to_have_count(0)
    page.get_by_role("button", name=EN.again).click()
    expect(page.locator(".st-key-sheet_guess").get_by_role("radio").first).to_be_visible()
    page.goto(f"{server.url}?only=final_exam&reveal=true&lang=en")
    expect(page.get_by_text(EN.final_exam.stopped_at(epoch=20)).first).to_be_visible()


def test_focus_stays_in_its_place(page, server):
    page.goto(f"{server.url}?only=sheet&epochs=1")
    page.locator(".st-key-sheet_guess").get_by_role("radio").first.wait_for()
    wait_until_idle(page)
    page.locator(".st-key-sheet_guess").get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    press = page.get_by_role("button", name=KO.sheet.press)
    expect(press).to_be_enabled()
    press.focus()
    page.keyboard.press("Enter")
    again = page.get_by_role("button", name=KO.again)
    expect(again).to_be_enabled()
    expect(again).to_be_focused()
    wait_until_idle(page)
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-sheet_guess").get_by_role("radio").first).not_to_be_checked()


def test_the_film_of_the_first_pass_in_step(page, server):
    """Batch sizes 1, 10 and 100 under one player."""
    from exam.model.training import study
    from tests.numpy_student import Y

    page.goto(f"{server.url}?only=first_pass&reveal=true")
    page.locator("[class*='_conclusion']").wait_for()
    strips = [page.locator(f".sheet[data-exam='first_pass{end}']") for end in ("", "_10", "_100")]
    expect(strips[0].locator(".cell")).to_have_count(100)
    slider = page.get_by_role("slider", name=KO.first_pass.film_range)
    for solved, marked in ((0, (0, 0, 0)), (7, (7, 0, 0)), (25, (25, 20, 0)), (100, (100,) * 3)):
        slider.evaluate(
            "(range, to) => { range.value = to; range.dispatchEvent("
            "new Event('input', {bubbles: true})); }",
            solved,
        )
        for strip, count in zip(strips, marked, strict=True):
            done = strip.locator("[data-state='right'], [data-state='wrong']")
            expect(done).to_have_count(count)
            expect(strip.locator("[data-state='given']")).to_have_count(solved - count)
    expected = [
        page.locator(f".sentence[data-exam='first_pass{end}']") for end in ("", "_10", "_100")
    ]
    for sentence, strip, size in zip(expected, strips, (1, 10, 100), strict=True):
        solved = study(batch_size=size, epochs=1, student=1)[1].answers_in_pass
        wrong = sum(int(answer) != int(key) for answer, key in zip(solved, Y[:100], strict=True))
        expect(sentence).to_contain_text(f"{100 // size}번")
        expect(sentence).to_contain_text(f"{wrong}개")
        expect(strip.locator("[data-state='wrong']")).to_have_count(wrong)
    alike = page.locator(".sheet[data-exam='alike_1'] [data-state='right']")
    expect(alike).to_have_count(9)
    strips[0].locator(".cell").nth(3).press("ArrowDown")
    expect(strips[0].locator(".cell").nth(13)).to_be_focused()  # below it, ten in a row
