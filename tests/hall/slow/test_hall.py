"""A hall in a room: one lecturer at a projector, by clicker, and phones that guess."""

import contextlib
import csv
import io
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from exam.lesson.contents import numbered_title
from exam.page.address import reachable
from exam.rooms.rooms import MAX_ROOMS_OF_A_CLIENT, new_code, new_secret
from exam.texts import LANGUAGES, Texts, load_texts
from tests.browser import (
    KO,
    Server,
    answered,
    open_chapter,
    press_start,
    resized,
    settled,
    violations,
    wait_until_idle,
    wait_until_played,
    watched,
)
from tests.hall.lectern import FITS, bar, click_on, open_lectern, wait_until_shown
from tests.visit import Visit, run

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Room:
    def __init__(self):
        self.code, self.secret = new_code(), new_secret()

    def learners(self, server: Server, query: str = "") -> str:
        return f"{server.url}?room={self.code}{query}"

    def lecturer(self, server: Server, query: str = "") -> str:
        return self.learners(server, f"&secret={self.secret}&projected=true{query}")


@pytest.fixture
def room() -> Room:
    return Room()


@contextlib.contextmanager
def people(browser: Browser, lang: str, phones: int) -> Iterator[tuple[Page, list[Page]]]:
    """The projector's page and those of the phones, each a browser of its own."""
    with contextlib.ExitStack() as hall:

        def come(**device) -> Page:
            context = hall.enter_context(browser.new_context(locale=lang, **device))
            context.set_default_timeout(60_000)
            return watched(context.new_page())

        yield come(viewport={"width": 1920, "height": 1080}), [come(**PHONE) for _ in range(phones)]


def guess(phone: Page, name: str, choice: int, words: Texts) -> None:
    form = phone.locator(f".st-key-{name}_guess")
    if "only=" not in phone.url and not form.count():
        open_chapter(phone, name, words)
    settled(phone)  # a press goes astray where something above it still comes
    option = form.get_by_test_id("stRadioOption").nth(choice)
    with answered(phone):
        option.click()
    expect(form.get_by_role("radio").nth(choice)).to_be_checked()


def counts(projector: Page) -> list[list[str]]:
    """By choice, the guesses of every round that is shown."""
    choices = projector.locator(".choices li").all()
    return [choice.locator(".votes b").all_inner_texts() for choice in choices]


def test_a_hall_walks_through_two_chapters_by_clicker(browser, server, room):
    words = KO
    with people(browser, "ko", 3) as (projector, phones):
        open_lectern(projector, room.lecturer(server))
        expect(projector.locator(".code")).to_have_text(room.code)
        expect(projector.locator(".link")).to_contain_text(f"?room={room.code}")
        assert violations(projector) == []
        for phone in phones:
            phone.goto(room.learners(server))
            expect(phone.get_by_text(room.code)).to_be_visible()
            wait_until_idle(phone)
        heading = projector.get_by_role("heading", level=1)
        for name, answer in (("first_pass", 2), ("batch_sizes", 3)):
            projector.get_by_role("combobox", name=words.hall.step.place).click()
            projector.get_by_role("option", name=words[name].title).click()
            expect(heading).to_contain_text(words[name].title)
            walk_through(projector, phones, name, answer, words)
            while not next_is_a_chapter(projector):
                click_on(projector)
            rule = projector.locator("[class*='_conclusion'] p")
            expect(rule.first.locator("strong")).to_have_text(rule.first.inner_text())
            assert len(re.findall(r"[.。](?:\s|$)", rule.first.inner_text())) <= 1, "one sentence"
        assert violations(phones[0]) == []
        choices = words.first_pass.choices, words.batch_sizes.choices
        rows = rows_of(projector, words)
        assert len(rows) == 2 * sum(map(len, choices))  # three guesses are too few to be told
        assert {row[3:5] for row in rows} == {("*", "*"), ("0", "*")}
        assert (numbered_title("batch_sizes", words), "2", choices[1][3], "*", "*", "yes") in rows


def next_is_a_chapter(projector: Page) -> bool:
    return projector.locator(".st-key-step_next button").inner_text().endswith("→")


def walk_through(projector: Page, phones: list[Page], name: str, answer: int, words: Texts) -> None:
    """Two rounds and the reveal: wrong, wrong, right; then one is convinced."""
    wrong = (answer + 1) % 3
    wait_until_shown(projector)
    for number, (phone, choice) in enumerate(zip(phones, (wrong, wrong, answer), strict=True)):
        guess(phone, name, choice, words)
        expect(projector.locator(".count")).to_have_text(f"{number + 1} / 3")
    host = urlsplit(reachable(projector.url)).netloc
    expect(projector.get_by_text(f"{host}/?room={phones[0].url[-4:]}")).to_be_visible()
    expect(projector.locator("img.is-small")).to_be_visible()
    guess(phones[2], name, wrong, words)  # changed, and changed back: it counts once
    guess(phones[2], name, answer, words)
    assert projector.locator(".votes").count() == 0
    result = re.compile(rf"{words.supported}|%")
    expect(projector.locator(".st-key-hall_question").get_by_text(result)).to_have_count(0)
    click_on(projector)  # close: the counts would pull the second vote
    expect(projector.get_by_text(words.hall.counts_later)).to_be_visible()
    guess(phones[0], name, (answer + 2) % 3, words)  # too late for this round
    assert projector.locator(".votes").count() == 0
    guess(phones[0], name, wrong, words)
    click_on(projector)  # discuss
    expect(projector.locator(".count")).to_have_text("0 / 3")
    assert projector.locator(".votes").count() == 0
    guess(phones[1], name, answer, words)
    expect(projector.locator(".count")).to_have_text("1 / 3")
    expect(projector.get_by_text(words.hall.have_changed)).to_be_visible()
    projector.keyboard.press("PageDown")
    projector.keyboard.press("PageDown")  # a press that bounced: one step
    expect(projector.locator(".choices .votes").first).to_be_visible()
    wait_until_shown(projector)
    both = {wrong: ["2", "1"], answer: ["1", "2"]}
    expected = [both.get(n, ["0", "0"]) for n in range(len(counts(projector)))]
    assert counts(projector) == expected
    click_on(projector)  # reveal
    marked = projector.locator(".choices .is-answer")
    expect(marked).to_contain_text(words.supported)
    expect(marked).to_contain_text(words[name].choices[answer])
    assert counts(projector) == expected
    assert violations(projector) == []


def rows_of(projector: Page, words: Texts) -> set[tuple]:
    bar(projector).get_by_role("button", name=words.hall.save_room).click()
    with projector.expect_download() as download:
        projector.get_by_role("button", name=words.hall.room_csv).click()
    table = csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig")))
    assert next(table) == ["chapter", "round", "guess", "count", "of", "measured"]
    return set(map(tuple, table))


def test_numbers_are_guessed_on_the_curve(browser, server, room):
    with people(browser, "ko", 2) as (projector, phones):
        open_lectern(projector, room.lecturer(server, "&only=final_exam"))
        for phone, steps in zip(phones, (["Right", "Left"], ["Right"] * 10), strict=True):
            phone.goto(room.learners(server, "&only=final_exam"))
            stop = phone.get_by_role("slider", name=KO.final_exam.question)
            stop.wait_for()
            wait_until_idle(phone)
            for side in steps:  # one that is not moved does not count
                stop.press(f"Arrow{side}")
                # Streamlit may run the next key with this one, and see nothing move there and back.
                expect(phone.get_by_text(KO.guess.counted(code=room.code))).to_be_visible()
            wait_until_idle(phone)
        expect(projector.locator(".count b")).to_have_text("2")
        assert projector.locator("svg.marks .mark-symbol path").count() == 0
        click_on(projector)
        expect(projector.get_by_text(KO.hall.counts_later)).to_be_visible()
        assert projector.locator("svg.marks .mark-symbol path").count() == 0
        skip = bar(projector).get_by_role("button", name=KO.hall.step.reveal)
        skip.click()
        expect(projector.locator("svg.marks")).to_contain_text(KO.hall.median_guess)
        wait_until_shown(projector)
        # Ten students and their mean at the automatic stop, at the hall's and at the end.
        expect(projector.locator("svg.marks .mark-symbol path")).to_have_count(3 * 11)


def test_who_reloads_is_counted_once_and_who_has_seen_the_result_no_more(browser, server, room):
    with people(browser, "ko", 1) as (projector, (phone,)):
        open_lectern(projector, room.lecturer(server, "&only=students"))
        for choice in (0, 1):
            phone.goto(room.learners(server, "&only=students"))
            wait_until_idle(phone)
            guess(phone, "students", choice, KO)
            expect(phone.get_by_text(KO.guess.counted(code=room.code))).to_be_visible()
            expect(projector.locator(".count b")).to_have_text("1")
        click_on(projector)
        assert projector.locator(".votes").count() == 0  # before the second vote
        bar(projector).get_by_role("button", name=KO.hall.step.reveal).click()
        phone.get_by_role("button", name=KO.students.press).click()
        phone.get_by_role("button", name=KO.again).click()
        expect(phone.get_by_text(KO.guess.seen(code=room.code))).to_be_visible()
        guess(phone, "students", 2, KO)
        for _ in range(3):  # back to the first round
            click_on(projector, "PageUp")
        assert counts(projector) == [["0"], ["1"], ["0"]]
        click_on(projector)  # the next round
        expect(projector.locator(".count b")).to_have_text("0")


def test_the_map_grows_on_the_lecturers_screen(browser, server, room):
    with people(browser, "en", 2) as (projector, phones):
        open_lectern(projector, room.lecturer(server, "&only=best_setting"))
        points = projector.locator("svg.marks .layer_4_marks path")  # the tiles lie below
        words = load_texts("en")
        for number, phone in enumerate(phones):
            phone.goto(room.learners(server, f"&epochs=3&batch_size={10 + number}"))
            wait_until_idle(phone)
            press_start(phone, words)
            expect(points).to_have_count(number + 1)
            wait_until_played(phone)
        for student in (1, 2):  # the same study is no other; another student's a larger point
            phones[1].goto(room.learners(server, f"&epochs=3&batch_size=11&student={student}"))
            wait_until_idle(phones[1])
            press_start(phones[1], words)
            wait_until_played(phones[1])
        expect(projector.get_by_text("so far (3 studies)")).to_be_visible()
        assert points.count() == 2
        open_chapter(phones[0], "best_setting", words)
        expect(phones[0].get_by_text("so far (3 studies)")).to_be_visible()
        with projector.expect_download() as download:
            projector.get_by_role("button", name=f"{words.figure} SVG").click()
        drawn = download.value.path().read_text(encoding="utf-8")
        assert words.best_setting.across in drawn and words.best_setting.title in drawn
        projector.get_by_role("button", name=words.hall.save_room, exact=True).click()
        projector.get_by_text(words.hall.map_anew, exact=True).click()
        projector.get_by_role("button", name=words.hall.vote_anew_sure).click()
        for page in (projector, phones[0]):  # and none of the phones puts it there again
            expect(page.get_by_text(words.best_setting.empty)).to_be_visible()


def check_screens(projector: Page) -> None:
    """Leaves it on the smallest one."""
    for screen in ((1280, 720), (1920, 1080), (1024, 768)):
        resized(projector, *screen)
        assert projector.evaluate(FITS), screen


def test_a_clicker_plays_three_heads_batch_by_batch(browser, server, room):
    """Ten questions a press: the third head changes with the last; then comes the next step."""
    with people(browser, "en", 0) as (projector, _):
        open_lectern(projector, room.lecturer(server, "&lang=en"))
        click_on(projector)
        expect(projector.locator(".unit")).to_have_count(3 * 32)
        assert violations(projector) == []
        check_screens(projector)
        for press in range(11):
            updates = [str(10 * press), str(press), str(press // 10)]
            for head, count in zip(projector.locator(".head").all(), updates, strict=True):
                expect(head).to_have_attribute("data-update", count)
            assert projector.evaluate(FITS)
            if press < 10:
                projector.keyboard.press("PageDown")
        for key, count in (("PageUp", "80"), ("PageDown", "100")):
            for _ in range(2):  # sooner than a batch is solved
                projector.keyboard.press(key)
                projector.wait_for_timeout(400)  # nearer ones are one press that bounced
            expect(projector.locator(".head").first).to_have_attribute("data-update", count)
        expect(projector.locator(".head").nth(2)).to_have_attribute("data-update", "1")
        check_screens(projector)
        click_on(projector)
        expect(projector.locator(".st-key-start")).to_be_visible()


def test_a_lecturer_who_reloads_stands_where_the_room_stands(browser, server, room):
    with people(browser, "ko", 0) as (projector, _):
        open_lectern(projector, room.lecturer(server))
        click_on(projector)
        projector.get_by_role("combobox", name=KO.hall.step.place).click()
        projector.get_by_role("option", name=KO.sheet.title).click()
        expect(projector.get_by_role("heading", level=1)).to_contain_text(KO.sheet.title)
        assert "secret" not in projector.url  # which a hall would read
        projector.reload()
        expect(projector.get_by_role("heading", level=1)).to_contain_text(KO.sheet.title)
        expect(projector.get_by_text(room.code)).to_be_visible()
        projector.goto(room.learners(server))  # the same browser, and no projector
        leads = KO.hall.leads_room(code=room.code).replace("**", "")
        expect(projector.get_by_text(leads)).to_be_visible()
        assert bar(projector).count() == 0


def test_a_room_is_opened_by_the_share_box_and_entered_by_its_code(browser, server):
    with people(browser, "ko", 1) as (lecturer, (phone,)):
        lecturer.goto(server.url)
        wait_until_idle(lecturer)
        lecturer.get_by_role("button", name=KO.share, exact=True).click()
        lecturer.get_by_role("button", name=KO.hall.open_room).click()
        link = lecturer.get_by_role("link", name=KO.hall.lecturers_screen).get_attribute("href")
        code = re.search(r"room=(\w{4})", link)[1]
        expect(lecturer).to_have_url(re.compile(f"room={code}$"))  # a link for learners
        assert "secret" not in link, "the browser has it in a cookie, and keeps no history of that"
        copied = lecturer.locator("code", has_text="#secret=")
        assert [each.count("secret") for each in copied.all_text_contents()] == [1, 1]
        lecturer.reload()
        leads = KO.hall.leads_room(code=code).replace("**", "")
        expect(lecturer.get_by_text(leads)).to_be_visible()
        embedded = lecturer.context.new_page()  # in a frame, no other tab has its cookie
        embedded.goto(f"{server.url}?embed=true&room={code}")
        wait_until_idle(embedded)
        embedded.get_by_role("button", name=KO.share, exact=True).click()
        screen = embedded.get_by_role("link", name=KO.hall.lecturers_screen)
        expect(screen).to_have_attribute("href", re.compile(f"room={code}&.*#secret="))
        phone.goto(server.url)
        wait_until_idle(phone)
        phone.get_by_role("button", name=KO.share, exact=True).click()
        box = phone.get_by_test_id("stPopoverBody")
        box.get_by_label(KO.hall.room_code).fill(code.lower())
        box.get_by_role("button", name=KO.hall.enter_room).click()
        expect(phone.get_by_text(KO.hall.in_room(code=code).replace("**", ""))).to_be_visible()
        expect(phone).to_have_url(re.compile(f"room={code}$"))
        open_lectern(lecturer, link)
        expect(lecturer.locator(".code")).to_have_text(code)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_may_not_enter_gets_a_sentence_and_the_page(browser, page, server, room, lang):
    words = load_texts(lang)
    with people(browser, lang, 0) as (projector, _):
        open_lectern(projector, room.lecturer(server))
    wrong = {
        f"room={new_code()}": words.hall.room_awaited,
        "room=%3Cscript%3E": words.hall.refused.room,
        f"room={room.code}&secret={new_secret()}&projected=true": words.hall.refused.secret,
        f"room={room.code}&secret=x": words.hall.refused.secret,
    }
    for query, sentence in wrong.items():
        page.goto(f"{server.url}?{query}&lang={lang}")
        expect(page.get_by_text(sentence)).to_be_visible()
        expect(page.get_by_role("button", name=words.start)).to_be_visible()
        if sentence in (words.hall.refused.room, words.hall.room_awaited):
            expect(page.get_by_label(words.hall.room_code)).to_be_visible()
        assert page.get_by_text(words.hall.leads_room(code=room.code)).count() == 0


def test_where_all_rooms_are_taken_one_is_told(page, tmp_path):
    from tests.browser import running_server

    async def open_rooms(url: str) -> None:
        """As many as one client may have, with a hall in each."""
        for _ in range(MAX_ROOMS_OF_A_CLIENT):
            code = new_code()
            async with Visit(url, f"room={code}&secret={new_secret()}").connection() as lecturer:
                await lecturer.open()
            async with Visit(url, f"room={code}&only=students").connection() as learner:
                await learner.open()
                await learner.choose("students_guess", 1)
                await learner.read()

    with running_server(tmp_path / "log.txt") as server:
        run(open_rooms(server.url))
        page.goto(f"{server.url}?lang=ko&room={new_code()}&secret={new_secret()}")
        expect(page.get_by_text(KO.hall.refused.taken)).to_be_visible()
        expect(page.get_by_role("button", name=KO.start)).to_be_visible()
