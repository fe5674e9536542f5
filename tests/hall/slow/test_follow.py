"""Phones follow their room, and screens of one lecturer go together: in a real browser."""

import contextlib
import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, Route, expect

from exam.hall.joining import FALLBACK_SECONDS
from exam.rooms.rooms import new_code, new_secret
from exam.texts import load_texts
from tests.browser import (
    KO,
    Server,
    answered,
    running_server,
    settled,
    violations,
    wait_until_idle,
    watched,
)
from tests.hall.lectern import STEP, bar, click_on, next_step, open_lectern, step, wait_until_shown
from tests.slow.test_lecture import served
from tests.test_server import PLAIN
from tests.visit import Visit, run

EN = load_texts("en")

TOP = "document.querySelector(\"[data-testid='stMain']\").scrollTop"
SIGN = "document.documentElement.hasAttribute('data-longer')"
# How many pixels are below the screen; 0 where they are so few that a press is another step.
REST = """(({ scrollTop, clientHeight, scrollHeight }) =>
    scrollHeight - scrollTop - clientHeight > 0.15 * clientHeight
        ? scrollHeight - scrollTop - clientHeight : 0
)(document.querySelector("[data-testid='stMain']"))"""
SOON = 10_000  # milliseconds within which a phone is told, on a slow machine


@pytest.fixture
def room() -> SimpleNamespace:
    return SimpleNamespace(code=new_code(), secret=new_secret())


@contextlib.contextmanager
def screens(browser, *widths: int) -> Iterator[list[Page]]:
    contexts = [browser.new_context(viewport={"width": w, "height": 844}) for w in widths]
    for context in contexts:
        context.set_default_timeout(60_000)
    yield [watched(context.new_page()) for context in contexts]
    for context in contexts:
        context.close()


def lecturer(server: Server, room, more: str = "") -> str:
    return f"{server.url}?room={room.code}&secret={room.secret}&projected=true&lang=ko{more}"


def says(phone: Page) -> str:
    """What stands behind the button of the chapter."""
    begin = phone.locator(".st-key-students_begin")
    return begin.evaluate("e => getComputedStyle(e, '::after').content")


def test_a_phone_that_nobody_touches_follows(browser, server, room):
    with screens(browser, 1280, 390) as (wall, phone):
        open_lectern(wall, lecturer(server, room, "&only=students"))
        phone.goto(f"{server.url}?room={room.code}&lang=ko")
        wait_until_idle(phone)
        bar = phone.locator(".hall-bar")
        expect(bar).to_contain_text(KO.hall.bar.open, timeout=SOON)
        expect(bar).to_contain_text(KO.students.title)
        top = phone.locator(".stApp").bounding_box()["y"]
        assert top >= bar.bounding_box()["height"] > 30, "the bar covers nothing"
        bar.locator("a").click()
        begin = phone.locator(".st-key-students_begin")
        begin.wait_for()
        wait_until_idle(phone)
        phone.locator(".st-key-students_guess [role='radiogroup'] label").first.click()
        wait_until_idle(phone)
        expect(wall.locator(".count b")).to_have_text("1", timeout=SOON)
        expect(begin.locator("button")).to_have_attribute("aria-disabled", "true")
        assert says(phone) == f'"{KO.hall.bar.held}"'
        begin.locator("button").dispatch_event("click")  # even so
        wait_until_idle(phone)
        expect(phone.locator(".st-key-students_guess")).to_be_visible()
        click_on(wall)
        expect(bar).to_contain_text(KO.hall.bar.closed, timeout=SOON)
        click_on(wall)
        expect(bar).to_contain_text(KO.hall.bar.again, timeout=SOON)
        click_on(wall)
        click_on(wall)
        expect(bar).to_contain_text(KO.hall.bar.result, timeout=SOON)
        expect(begin.locator("button")).to_have_attribute("aria-disabled", "false")
        assert says(phone) == "none"
        begin.locator("button").click()
        expect(phone.get_by_role("button", name=KO.again)).to_be_enabled(timeout=120_000)


def test_the_door_says_how_many_have_come(browser, server, room):
    def says(present: int) -> str:
        return KO.hall.present_now(present=present).replace("**", "")

    with screens(browser, 1280, 390) as (wall, phone):
        open_lectern(wall, lecturer(server, room))
        expect(wall.get_by_text(says(0))).to_be_visible()
        phone.goto(f"{server.url}?room={room.code}&lang=ko")
        expect(wall.get_by_text(says(1))).to_be_visible()
        phone.goto("about:blank")
        expect(wall.get_by_text(says(0))).to_be_visible()


def test_a_count_that_comes_before_the_wall_is_drawn_is_shown(browser, server, room):
    listens, held = "**/BidiComponent*.js", []
    with screens(browser, 1280) as (wall,):
        wall.add_init_script("addEventListener('hall-counted', () => (window.came = true), true)")
        wall.route(listens, lambda route: held.append(route))
        with wall.expect_request(listens):
            wall.goto(lecturer(server, room))
        wall.wait_for_function("window.came")
        for route in held:
            route.continue_()
        wall.unroute(listens)
        expect(wall.get_by_text(KO.hall.present_now(present=0).replace("**", ""))).to_be_visible()


def test_back_leads_to_where_the_learner_was(browser, server, room):
    with screens(browser, 1280, 390) as (wall, phone):
        open_lectern(wall, lecturer(server, room, "&only=students"))
        phone.goto(f"{server.url}?room={room.code}&lang=ko")
        wait_until_idle(phone)
        settled(phone)
        main = phone.get_by_test_id("stMain")
        main.evaluate("main => main.scrollTo(0, 120)")
        phone.locator(".hall-bar a").click()
        phone.wait_for_function(
            "document.querySelector(\"[data-testid='stMain']\").scrollTop > 300"
        )
        phone.go_back()
        phone.wait_for_function(f"Math.abs({TOP} - 120) < 3")
        assert f"room={room.code}" in phone.url


def test_a_tap_leads_to_the_open_vote_and_not_to_the_head_of_its_chapter(browser, server, room):
    with screens(browser, 1280, 390) as (wall, phone):
        open_lectern(wall, lecturer(server, room, "&only=pianist"))
        click_on(wall)
        phone.goto(f"{server.url}?room={room.code}&lang=ko")
        expect(
            phone.locator(".hall-bar [data-open='true'], .hall-bar[data-open='true']")
        ).to_be_visible()
        phone.locator(".hall-bar a").click()
        expect(phone.locator(".st-key-pianist_guess")).to_be_in_viewport()
        settled(phone)
        expect(phone.locator(".st-key-pianist_guess")).to_be_in_viewport(ratio=1)


def test_a_phone_that_reopens_shows_its_guess(browser, server, room):
    with screens(browser, 1280, 390) as (wall, phone):
        open_lectern(wall, lecturer(server, room, "&only=students"))
        address = f"{server.url}?room={room.code}&lang=ko&only=students"
        phone.goto(address)
        wait_until_idle(phone)
        with answered(phone):
            phone.locator(".st-key-students_guess [role='radiogroup'] label").nth(1).click()
        phone.goto(address)
        chosen = phone.locator(".st-key-students_guess").get_by_role("radio").nth(1)
        expect(chosen).to_be_checked()


def test_what_was_chosen_before_the_room_was_opened_counts_until_the_vote_begins_anew(
    browser, server, room
):
    with screens(browser, 1280, 390) as (wall, phone):
        phone.goto(f"{server.url}?room={room.code}&lang=ko&only=students")
        wait_until_idle(phone)
        option = phone.locator(".st-key-students_guess [role='radiogroup'] label").first
        with answered(phone):
            option.click()
        open_lectern(wall, lecturer(server, room, "&only=students"))
        expect(phone.get_by_text(KO.guess.counted(code=room.code))).to_be_visible()
        expect(wall.locator(".count b")).to_have_text("1")
        bar(wall).get_by_role("button", name=KO.hall.save_room).click()
        wall.get_by_text(KO.hall.vote_anew, exact=True).click()
        wall.get_by_role("button", name=KO.hall.vote_anew_sure).click()
        expect(wall.locator(".count b")).to_have_text("0")
        expect(phone.get_by_text(KO.guess.awaited(code=room.code))).to_be_visible()
        expect(phone.locator(".st-key-students_guess input:checked")).to_have_count(0)
        option.click()
        expect(wall.locator(".count b")).to_have_text("1")


def test_without_the_event_stream_a_phone_asks(browser, room, tmp_path):
    """The script alone: `streamlit run` of a file that has no routes."""
    with (
        running_server(tmp_path / "log.txt", command=("-c", PLAIN)) as plain,
        screens(browser, 1280, 390) as (wall, phone),
    ):
        open_lectern(wall, lecturer(plain, room, "&only=students"))
        phone.goto(f"{plain.url}?room={room.code}&lang=ko&only=students")
        expect(phone.locator(".hall-bar")).to_contain_text(KO.hall.bar.open)
        wait_until_idle(phone)
        phone.locator(".st-key-students_guess [role='radiogroup'] label").first.click()
        expect(wall.locator(".count b")).to_have_text("1")
        assert wall.locator(".count").inner_text() == "1", "of how many is not known"
        click_on(wall)
        expect(phone.locator(".hall-bar")).to_contain_text(KO.hall.bar.closed)


def test_a_page_that_leads_nothing_asks_nothing(browser, server, room):
    with screens(browser, 1280, 390) as (wall, phone):
        open_lectern(wall, lecturer(server, room, "&only=students"))
        phone.goto(f"{server.url}?room={room.code}&lang=ko&only=students")
        sent = []
        phone.on("websocket", lambda line: line.on("framesent", lambda data: sent.append(data)))
        phone.reload()
        expect(phone.locator(".hall-bar")).to_contain_text(KO.hall.bar.open)
        phone.wait_for_function("'follows' in document.documentElement.dataset")
        wait_until_idle(phone)
        sent.clear()
        phone.wait_for_timeout(1000 * (FALLBACK_SECONDS + 5))
        assert sent == []


def test_what_the_hall_is_not_to_read_stands_on_a_page_of_the_lecturers_own(browser, server, room):
    with screens(browser, 1280, 390, 390) as (wall, own, phone):
        open_lectern(wall, lecturer(server, room, "&only=students"))
        own.goto(f"{server.url}?room={room.code}&lang=ko&presenter=true#secret={room.secret}")
        expect(own.get_by_text(KO.hall.after_that)).to_be_visible()
        assert "secret" not in own.url
        phone.goto(f"{server.url}?room={room.code}&lang=ko&only=students")
        wait_until_idle(phone)
        phone.locator(".st-key-students_guess [role='radiogroup'] label").first.click()
        expect(own.get_by_text(f"1 / 1 {KO.hall.have_guessed}")).to_be_visible()
        next_step(own).click()
        wall.wait_for_function(f"{STEP}.includes('close_1')")
        advised = re.compile(
            "|".join(map(re.escape, (KO.hall.advice_few, KO.hall.advice, KO.hall.advice_many)))
        )
        expect(own.get_by_text(advised)).to_be_visible(timeout=120_000)
        expect(wall.get_by_text(advised)).to_have_count(0)
        wait_until_shown(wall)
        click_on(wall)
        expect(next_step(own)).to_have_text(KO.hall.step.close)
        assert violations(own) == []


def test_a_screen_is_loaded_anew_where_two_answers_in_a_row_say_so(browser, server, room):
    """One alone may come from a server that nginx asked in place of the room's own."""
    answers = [(404, ""), None, (404, ""), (200, "another room")]  # None is the room's own

    def tell(route: Route) -> None:
        if (answer := answers.pop(0)) is None:
            route.continue_()
        else:
            route.fulfill(status=answer[0], body=answer[1])

    with screens(browser, 1280) as (wall,):
        open_lectern(wall, lecturer(server, room, "&only=students"))
        wall.route("**/room/*/id", tell)
        with wall.expect_event("load", timeout=60_000):
            pass
        assert not answers


def test_two_screens_of_a_lecturer_show_the_same(browser, server, room):
    with screens(browser, 1280, 1280) as (wall, other):
        open_lectern(wall, lecturer(server, room, "&only=students"))
        open_lectern(other, lecturer(server, room))
        assert step(other) == step(wall)
        click_on(wall)
        other.wait_for_function(
            "was => document.querySelector(`.${was}`)", arg=step(wall), timeout=SOON
        )


def test_the_clicker_works_whatever_was_clicked(browser, server, room):
    with screens(browser, 1280) as (wall,):
        wall.set_viewport_size({"width": 1280, "height": 720})
        open_lectern(wall, lecturer(server, room, "&only=batch_sizes&lang=en"))
        while "reveal" not in step(wall):
            click_on(wall)
        option = "[data-variant='segmented_control']:visible"
        for clicked in (option, "svg.marks", ".choices", ".st-key-guesses p"):
            for each in wall.locator(clicked).all()[:2]:
                each.click()
                wait_until_shown(wall)
                was = step(wall)
                click_on(wall)
                click_on(wall, "PageUp")
                assert step(wall) == was
        click_on(wall, "PageUp")
        bar(wall).get_by_role("button", name=EN.hall.save_room).click()
        click_on(wall)  # with its box open
        click_on(wall, "PageUp")
        expect(wall.get_by_role("combobox", name=EN.hall.step.place)).to_have_value(
            re.compile(EN.batch_sizes.title)
        )


def test_a_press_that_only_turns_the_page_says_so(browser, server, room):
    with screens(browser, 800) as (wall,):
        wall.set_viewport_size({"width": 800, "height": 300})
        open_lectern(wall, lecturer(server, room, "&only=students"))
        was = step(wall)
        assert (rest := wall.evaluate(REST)) > 0
        while rest > 0:
            wall.wait_for_function(f"{SIGN} === true")
            wall.keyboard.press("PageDown")
            wall.wait_for_function(f"{REST} !== {rest}")
            rest = wall.evaluate(REST)
            assert step(wall) == was
        wall.wait_for_function(f"{SIGN} === false")
        click_on(wall)


def test_a_chapter_that_is_finished_opens_at_its_result(browser, server, room):
    with screens(browser, 1280) as (wall,):
        open_lectern(wall, lecturer(server, room, "&only=students"))
        run(guess_once(server, room))
        expect(wall.locator(".count b")).to_have_text("1")
        while "reveal" not in step(wall):
            click_on(wall)
        for place, part in ((KO.sheet.title, "sheet"), (KO.students.title, "students_reveal")):
            wait_until_idle(wall)  # until then the list of the last step may be there as well
            wall.get_by_role("combobox", name=KO.hall.step.place).click()
            wall.get_by_role("option", name=place).click()
            wall.wait_for_function(f"{STEP}.includes('{part}')")
        wait_until_shown(wall)


async def guess_once(server: Server, room) -> None:
    async with Visit(server.url, f"room={room.code}&only=students").connection() as learner:
        await learner.open()
        await learner.choose("students_guess", 1)
        await learner.read()


RELOADED = "performance.getEntriesByType('navigation')[0].type === 'reload'"


def test_nothing_of_a_link_becomes_a_cookie_but_a_code_and_a_secret(page, server):
    """A stranger's links once set cookies with attributes, so long that no page came any more."""
    secret = new_secret()
    long = "A" * 3_900
    for link in (
        f"?room=AAAA=1%3B%20Max-Age=31536000#secret={secret}",
        f"?room={long}#secret={secret}",
        f"?room=AAAA#secret={long}",
        f"?room=ÄÄÄÄ#secret={secret}",
    ):
        page.goto("about:blank")
        page.goto(f"{server.url}{link}")
        page.get_by_role("heading").first.wait_for()
        wait_until_idle(page)
        assert "lead_" not in page.evaluate("document.cookie")
    for letter in "ABCEFGHJKL":  # of rooms that were led before
        page.evaluate(f"document.cookie = 'lead_AAA{letter}={secret}; Path=/'")
    page.goto("about:blank")
    page.goto(f"{server.url}?room={(code := new_code()).lower()}#secret={new_secret()}")
    page.wait_for_function(f"document.cookie.includes('lead_{code}') && {RELOADED}")
    cookies = page.evaluate("document.cookie")
    assert cookies.count("lead_") == 10 and "lead_AAAA=" not in cookies, "the oldest is gone"


async def open_room(server: Server, link: str) -> None:
    async with Visit(server.url, link).connection() as lecturer:
        await lecturer.open()


def test_a_secret_that_a_strangers_link_has_left_keeps_nobody_out(browser, server):
    """Once, whoever had opened such a link was refused by the honest link as well."""
    code, secret = new_code(), new_secret()
    run(open_room(server, f"room={code}&secret={secret}"))
    page = browser.new_context(locale="ko-KR").new_page()
    page.goto(f"{server.url}?room={code}#secret={new_secret()}")
    expect(page.get_by_text(code, exact=True)).to_be_visible()
    page.wait_for_function(f"!document.cookie.includes('lead_{code}')")
    wait_until_idle(page)
    own = page.context.new_page()  # by which this browser leads, whatever the other tab does
    own.goto(f"{server.url}?room={code}#secret={secret}")
    own.wait_for_function(f"document.cookie.includes('lead_{code}') && {RELOADED}")
    wait_until_idle(own)
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", name=EN.title)).to_be_visible()
    wait_until_idle(page)
    assert f"lead_{code}={secret}" in page.evaluate("document.cookie")
    page.goto(f"{server.url}?room={code}")
    expect(page.get_by_text(code, exact=True)).to_be_visible()
    page.context.close()


def test_a_lecturers_link_leads_where_the_same_page_is_open(browser, server):
    """Then only what is behind # differs, and no browser loads the page anew for that."""
    page = browser.new_context(locale="ko-KR").new_page()
    own = f"{server.url}?room={(code := new_code())}&presenter=true"
    page.goto(own)
    expect(page.get_by_text(KO.hall.room_awaited)).to_be_visible()
    page.goto(f"{own}#secret={(secret := new_secret())}")
    page.locator(".st-key-step_next button").wait_for()
    assert f"lead_{code}={secret}" in page.evaluate("document.cookie")
    assert "secret" not in page.url
    page.context.close()


def test_two_tabs_that_open_at_once_are_one_learner(browser, server):
    """As those of a browser that comes back with all its tabs."""
    room = f"room={new_code()}&secret={new_secret()}"
    run(open_room(server, room))
    learner = browser.new_context(locale="ko-KR")
    tabs = [learner.new_page() for _ in range(2)]
    link = f"{server.url}?{room.split('&')[0]}&only=students"
    for tab in tabs:  # both load before either runs
        tab.evaluate(f"location.assign('{link}')")
    names = set()
    for tab in tabs:
        tab.get_by_role("radio").first.wait_for()
        wait_until_idle(tab)
        names.add(tab.evaluate("document.cookie.match(/learner=([^;]*)/)[1]"))
    assert len(names) == 1
    for at, tab in enumerate(tabs):
        tab.locator("[data-baseweb='radio'], [role='radiogroup'] label").nth(at).click()
        wait_until_idle(tab)
        expect(tab.locator(".st-key-students_guess input").nth(at)).to_be_checked()

    async def count() -> int:
        async with Visit(server.url, f"{room}&projected=true&only=students").connection() as wall:
            await wall.open()
            await wall.poll()
            return wall.guesses

    assert run(count()) == 1
    learner.close()


def test_no_strangers_link_keeps_a_lecturer_out(browser, server):
    """Once, the false secret of a link took the place of the right one in the browser."""
    code, secret = new_code(), new_secret()
    page = browser.new_context(locale="ko-KR").new_page()
    own = f"{server.url}?room={code}&projected=true"
    strangers = f"{own}#secret={new_secret()}"
    for link in (f"{own}#secret={secret}", strangers, own):
        page.goto("about:blank")
        page.goto(link)
        page.locator(".st-key-step_next button").wait_for()
        assert f"lead_{code}={secret}" in page.evaluate("document.cookie")
        told = page.get_by_text(KO.hall.refused.secret)
        expect(told).to_have_count(1 if link == strangers else 0)
    page.context.close()


def test_who_is_given_the_link_of_another_room_is_told_that_they_lead_two(browser, server):
    """A student's, with a code like the lecturer's: once both led it, and nothing said so."""
    own, others = ((new_code(), new_secret()) for _ in range(2))
    run(open_room(server, "room={}&secret={}".format(*others)))
    page = browser.new_context(locale="ko-KR").new_page()
    for (code, secret), hints in ((own, 0), (others, 1), (others, 1), (own, 1)):
        page.goto("about:blank")
        page.goto(f"{server.url}?room={code}&presenter=true#secret={secret}")
        page.locator(".st-key-step_next button").wait_for()
        wait_until_idle(page)
        expect(page.get_by_text(KO.hall.refused.other)).to_have_count(hints)
        page.wait_for_function(f"document.cookie.includes('lead_{code}={secret}')")
        expect(page).not_to_have_url(re.compile("secret"))
    page.context.close()


@pytest.mark.parametrize("through", ["{}", "data:text/html,<script>location='{}'</script>"])
@pytest.mark.parametrize("link", ["&projected=true", "&only=students"])
def test_no_room_opens_in_a_frame_of_another_page(browser, server, tmp_path, through, link):
    """Clicks on that page once led the room, or voted, unseen; also by a frame that came later."""
    code, secret = new_code(), new_secret()
    page = browser.new_context(locale="ko-KR").new_page()
    room = f"http://exam.uni.localhost:{server.port}/?room={code}{link}"
    page.goto(f"{room}#secret={secret}")
    page.get_by_text(code).first.wait_for()
    frame = f'<iframe src="{through.format(room)}" width="900" height="700"></iframe>'
    (tmp_path / "index.html").write_text(frame)
    students = page.context.new_page()
    refused = students.expect_console_message(lambda said: "frame-ancestors" in said.text)
    with served(tmp_path) as address, refused:
        students.goto(address.replace("localhost", "students.uni.localhost"))
    assert not students.frame_locator("iframe").get_by_test_id("stApp").count()
    page.context.close()


def test_who_has_opened_a_room_in_a_tab_cannot_lead_that_tab_elsewhere(browser, server, tmp_path):
    """Coming by a link on a student's page, a projector would have stayed in that page's hand."""
    context = browser.new_context(locale="ko-KR")
    page = context.new_page()
    (tmp_path / "index.html").write_text("<p>slides")
    with served(tmp_path) as students:
        page.goto(students)
        for link, is_led in (("", True), (f"?room={new_code()}", False)):
            with context.expect_page() as opened:
                page.evaluate("link => window.tab = open(link)", f"{server.url}{link}")
            wait_until_idle(opened.value)
            assert opened.value.evaluate("Boolean(window.opener)") is is_led
    context.close()


def test_from_a_frame_of_another_page_a_room_opens_beside_it(browser, server, tmp_path):
    page = browser.new_context(locale="ko-KR").new_page()
    address = f"http://exam.uni.localhost:{server.port}/?embed=true"
    frame = f'<iframe src="{address}" width="900" height="1400"></iframe>'
    (tmp_path / "index.html").write_text(frame)
    with served(tmp_path) as lecture:
        page.goto(lecture)
        framed = page.frame_locator("iframe")
        framed.get_by_role("button", name=KO.share, exact=True).click()
        with page.context.expect_page() as opened:
            framed.locator("[data-opens]").click()
        lecturer = opened.value
        expect(lecturer).to_have_url(re.compile(r"\?(?!.*embed).*room=[A-Z]{4}$"))
        expect(lecturer.get_by_text(re.compile("진행자")).first).to_be_visible()
        (code,) = re.findall("room=([A-Z]{4})", lecturer.url)
        with page.context.expect_page() as entered:
            framed.locator("form.enter input").fill(code)
            framed.locator("form.enter button").click()
        expect(entered.value).to_have_url(re.compile(f"room={code}"))
        entered.value.get_by_text(code).first.wait_for()
    page.context.close()
