"""A room as Streamlit runs it, without a browser: who is counted, who leads, what is saved."""

import asyncio
import contextlib
import csv
import io
import itertools
import urllib.request
from collections import Counter
from types import SimpleNamespace

import pytest
from streamlit.runtime.context import StreamlitHeaders
from streamlit.testing.v1 import AppTest

from exam.charts.lines import stacks
from exam.charts.settings_map import best_of, settings_map
from exam.hall.files import HIDDEN, SMALL_COUNT, votes_csv, without_small
from exam.hall.steps import HOUR_PLAN, WATCHED, steps_of
from exam.hall.vote_view import advice, shares
from exam.lesson.chapters import CHAPTERS
from exam.lesson.contents import numbered_title
from exam.lesson.guess import PassSlider
from exam.model.studied import Point
from exam.page.visit import MAX_CLIENT, client_address
from exam.parts import STUDY
from exam.rooms.room import Room, Step
from exam.rooms.rooms import MAX_ROOMS_OF_A_CLIENT, ROOMS, new_code, new_learner, new_secret
from exam.rooms.seal import KEY, seal
from exam.rooms.seat import Seat
from exam.service.job import Progress
from exam.texts import load_texts
from tests.browser import ROOT
from tests.own import sent
from tests.visit import Visit, run

KO, EN = load_texts("ko"), load_texts("en")


@pytest.fixture
def room():
    ROOMS._rooms.clear()  # of other tests
    return ROOMS.lead(new_code(), new_secret())


def sealed(room: Room, step: str, votes: str) -> str:
    """What a screen that leads the room has written into its address."""
    return seal(f"{room.code} {int(room.since)} another  {step} {votes}", room.secret)


def visit(**parameters: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception and not app.error
    return app


def step_of(app: AppTest) -> tuple[str, str]:
    """The place and the part of it that a projector shows."""
    return app.session_state.visit.seat.step[:2]


def stand_at(app: AppTest, step: Step) -> None:
    app.session_state.visit.seat.step = step
    if room := app.session_state.visit.seat.room:
        room.step = step


def texts(app: AppTest) -> str:
    shown = [*app.markdown, *app.info, *app.caption]
    return "\n".join([*(each.value for each in shown), *(e.proto.body for e in app.get("html"))])


def test_a_learners_guess_is_counted_and_may_be_changed(room):
    app = visit(room=room.code.lower(), only="first_pass")
    assert KO.hall.in_room(code=room.code) in texts(app)
    for choice in (0, 2):
        app.radio(key="first_pass_guess").set_value(choice).run()
    assert room.standing("first_pass")[:3] == (1, 0, True)
    assert KO.guess.counted(code=room.code) in texts(app)
    app.button(key="first_pass_begin").click().run()
    app.session_state.visit.attempts.clear()
    app.run()
    app.radio(key="first_pass_guess").set_value(1).run()
    assert KO.guess.seen(code=room.code) in texts(app)
    room.close_round("first_pass", 1)
    assert room.standing("first_pass").rounds == (Counter({2: 1}),)


def test_a_guess_that_was_forged_before_the_room_was_opened_is_not_counted(server):
    """It is told by the poll that lets the learner in, and not by a press in the chapter."""
    code = new_code()
    lecture = f"room={code}&secret={new_secret()}&projected=true&only=students"

    async def forge() -> int:
        async with Visit(server.url, f"room={code}&only=students").connection() as learner:
            await learner.open()
            learner.options["students_guess"] = ["<script>"]
            await learner.choose("students_guess", 0)
            await learner.read()
            async with Visit(server.url, lecture).connection() as lecturer:
                await lecturer.open()
                drawn = learner.drawn["students_guess"]
                await learner.ask(within="ask_room")
                while learner.drawn["students_guess"] == drawn:  # the page, now within the room
                    await learner.read_one()
                await lecturer.poll()
                return lecturer.guesses

    assert run(forge()) == 0


def test_the_guess_of_who_leaves_at_once_is_counted(server):
    code, learners = new_code(), 12
    lecture = f"room={code}&secret={new_secret()}&projected=true&only=students"

    async def count() -> None:
        async with Visit(server.url, lecture).connection() as lecturer:
            await lecturer.open()
            assert lecturer.guesses == 0
            for number in range(learners):
                async with Visit(server.url, f"room={code}&only=students").connection() as learner:
                    await learner.open()
                    for _ in range(number % 3):  # what it asked for before still waits
                        await learner.ask(within="students_guess")
                    await learner.choose("students_guess", number % 2)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(60):
                    while lecturer.guesses < learners:
                        await lecturer.poll()
            assert lecturer.guesses == learners

    run(count())


def test_a_room_is_in_use_whichever_page_its_lecturer_has_open(server):
    """Others at the same address cannot push it out; only the projected page has a stream."""

    async def crowd_out() -> int:
        code = new_code()
        link = f"room={code}&secret={new_secret()}"
        async with Visit(server.url, link).connection() as lecturer:
            await lecturer.open()
            for _ in range(MAX_ROOMS_OF_A_CLIENT):
                link = f"room={new_code()}&secret={new_secret()}"
                async with Visit(server.url, link).connection() as another:
                    await another.open()
            with urllib.request.urlopen(f"{server.url}room/{code}", timeout=20) as stream:
                return stream.status

    assert run(crowd_out()) == 200


def test_without_an_exam_there_is_nothing_to_reveal():
    app = visit(only="own_exam", reveal="true")
    assert KO.own_exam.write_first in texts(app)


def test_who_leads_may_try_the_chapter_alone(room):
    """On the page itself; the wall has the hall's sheet."""
    app = visit(room=room.code, secret=room.secret, only="own_exam")
    assert KO.own_exam.kept in texts(app) and KO.own_exam.write_first in texts(app)


def test_a_guess_about_an_exam_of_ones_own_is_none_about_the_halls(room):
    app = visit(room=room.code, only="own_exam")
    seat, written = app.session_state.visit.seat, Step("own_exam", "write", 1)
    app.session_state.visit.attempts["own_exam"] = "an attempt with an exam of its own"
    room.guess("own_exam", seat.learner, 0)
    room.show(written)
    app.run()
    assert room.standing("own_exam").guesses == 0
    assert "own_exam" not in app.session_state.visit.attempts
    assert KO.own_exam.kept_in_room in texts(app)
    room.exam.drawings_of("another").add(sent(0))
    room.update_exam("another")
    room.show(Step("own_exam", "question", 2))
    app.run()
    app.radio(key="own_exam_guess").set_value(1).run()
    for part in ("write", "question"):  # a step back loses no vote
        room.show(written._replace(kind=part))
        app.run()
    assert app.radio(key="own_exam_guess").value == 1
    assert room.standing("own_exam").guesses == 1


def test_who_has_a_false_secret_is_told_so_and_guesses_once(room, monkeypatch):
    """By a stranger's link, or because somebody else has opened the room after a restart."""
    cookies = {"learner": (known := new_learner()), f"lead_{room.code}": new_secret()}
    monkeypatch.setattr("exam.page.visit._cookies", lambda: cookies)
    app = visit(room=room.code)
    assert KO.hall.refused.secret in texts(app)
    assert app.session_state.visit.seat.learner == known
    by_link = visit(room=room.code, secret=new_secret(), only="students", reveal="true")
    assert KO.hall.refused.secret in texts(by_link)
    by_link.radio(key="students_guess").set_value(0).run()
    assert room.standing("students").guesses == 1


def test_who_leads_a_second_room_by_a_link_is_told_so(room, monkeypatch):
    """A student's, with a code like the first: both led it, and the lecturer knew of nothing."""
    cookies: dict[str, str] = {}
    monkeypatch.setattr("exam.page.visit._cookies", lambda: cookies)

    def is_told(room) -> bool:
        app = visit(room=room.code, secret=room.secret)
        assert app.session_state.visit.seat.leads
        return KO.hall.refused.other in texts(app)

    own = ROOMS.lead(new_code(), new_secret())
    assert not is_told(own)  # on a browser that leads none yet
    cookies[f"lead_{own.code}"] = own.secret
    assert not is_told(own) and is_told(room)
    cookies[f"lead_{room.code}"] = room.secret
    assert is_told(own) and is_told(room)  # either may be a stranger's, opened before
    cookies[f"lead_{own.code}"] = new_secret()
    assert not is_told(room)
    cookies[f"lead_{own.code}"] = own.secret
    another = visit(room=new_code(), secret=new_secret())  # also one that is not open yet
    assert KO.hall.refused.other in texts(another)


@pytest.mark.parametrize(
    "address, said, client",
    [
        ("192.0.2.7", "198.51.100.9", "192.0.2.7"),
        (None, "198.51.100.9, 192.0.2.7", "192.0.2.7"),  # what a browser says comes first
        ("::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.1.7", "192.0.2.7", "192.0.2.7"),  # as nginx.conf binds what it forwards
        ("::ffff:192.0.2.7", "", "::ffff:192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1::/56"),
        (None, "2001:db8:1:2::9", "2001:db8:1::/56"),
        (None, "x" * 1000, "x" * MAX_CLIENT),
        (None, None, ""),
    ],
)
def test_rooms_are_counted_by_what_a_client_cannot_choose(monkeypatch, address, said, client):
    headers = StreamlitHeaders([("X-Forwarded-For", said)] if said else [])
    monkeypatch.setattr("streamlit.context", SimpleNamespace(ip_address=address, headers=headers))
    assert client_address() == client


def test_a_projected_page_that_does_not_lead_its_room_says_so(room):
    assert KO.hall.leads_not in texts(visit(room=room.code, projected="true"))
    led = visit(room=room.code, secret=room.secret, projected="true")
    assert KO.hall.leads_not not in texts(led) + texts(visit(room=room.code))


def test_without_a_room_nothing_is_said_or_counted(room):
    app = visit(only="students")
    app.radio(key="students_guess").set_value(0).run()
    assert room.code not in texts(app) and room.standing("students").guesses == 0


def test_who_leads_is_not_counted(room):
    app = visit(room=room.code, secret=room.secret, only="students")
    assert KO.hall.leads_room(code=room.code) in texts(app)
    app.radio(key="students_guess").set_value(0).run()
    assert room.standing("students").guesses == 0


def test_a_link_that_reveals_is_no_guess(room):
    """Nor does it take a learner out of the vote, by beginning a chapter that the hall guesses."""
    app = visit(room=room.code, only="first_pass", reveal="true")
    assert room.standing("first_pass").guesses == 0
    app.radio(key="first_pass_guess").set_value(1).run()
    assert room.standing("first_pass").guesses == 1


@pytest.mark.parametrize("is_open", [True, False])
def test_no_link_takes_a_learner_out_of_a_vote(monkeypatch, is_open):
    """A stranger may have posted one that shows the result as on a projector."""
    code, secret, learner = new_code(), new_secret(), new_learner()
    if is_open:
        ROOMS.lead(code, secret)
    cookies = {"learner": learner}
    monkeypatch.setattr("exam.page.visit._cookies", lambda: cookies)
    posted = visit(room=code, only="sheet", projected="true", reveal="true")
    assert step_of(posted)[1] != "reveal"
    room = ROOMS.lead(code, secret)
    app = visit(room=code, only="sheet")
    app.radio(key="sheet_guess").set_value(1).run()
    assert room.standing("sheet").guesses == 1


@pytest.mark.parametrize("presenter", ["yes", "false", "true"])
def test_a_page_of_ones_own_that_is_not_asked_for_rightly_is_the_projectors(room, presenter):
    app = visit(room=room.code, secret=room.secret, presenter=presenter)
    assert not app.exception
    assert app.session_state.visit.seat.is_presenter_page is (presenter == "true")
    assert (KO.hall.refused.presenter in texts(app)) is (presenter == "yes")


def test_the_lecturers_own_page_opens_by_no_link_that_a_student_may_have_posted(room, monkeypatch):
    """On the projector, it would show the hall the first vote and the answer."""
    link = {"room": room.code, "presenter": "true"}
    own = visit(**link, secret=room.secret).session_state.visit.seat
    assert own.is_presenter_page
    cookies = {f"lead_{room.code}": room.secret}
    monkeypatch.setattr("exam.page.visit._cookies", lambda: cookies)
    reloaded = visit(**link, state=own.address_parameters["state"])
    assert reloaded.session_state.visit.seat.is_presenter_page
    projector = Seat(room.code, secret=room.secret)
    room.has_moved = True
    for posted in ({}, {"state": projector.address_parameters["state"]}, {"projected": "true"}):
        app = visit(**link, **posted)
        assert app.session_state.visit.seat.leads
        assert not app.session_state.visit.seat.is_presenter_page
        assert KO.hall.refused.presenter in texts(app)


def test_the_lecturers_link_opens_a_room_that_is_gone():
    code, secret = new_code(), new_secret()
    app = visit(room=code, secret=secret)
    assert ROOMS.find(code).secret == secret and KO.hall.leads_room(code=code) in texts(app)


def test_steps_close_and_open_the_vote_and_never_by_going_back(room):
    link = {"room": room.code, "secret": room.secret, "projected": "true", "only": "students"}
    app = visit(**link)
    room.guess("students", "a", 1)
    assert step_of(app) == ("students", "question")

    def press(key: str, part: str) -> tuple[bool, int]:
        app.button(key=key).click().run()
        assert not app.exception and step_of(app) == ("students", part)
        standing = room.standing("students")
        return standing.is_open, len(standing.rounds)

    assert press("step_next", "close") == (False, 1)
    assert press("step_back", "question") == (False, 1)
    assert press("step_next", "close") == (False, 1)
    assert press("step_next", "discuss") == (True, 1)
    assert press("step_back", "close") == (True, 1)
    assert press("step_back", "question") == (True, 1)
    assert press("step_next", "close") == (True, 1)  # of the first round, and the second goes on
    assert press("step_next", "discuss") == (True, 1)
    assert press("step_next", "close") == (False, 2)
    assert press("step_back", "discuss") == (False, 2)
    for only in ("", "students"):
        again = visit(**link | {"only": only})
        assert step_of(again) == ("students", "discuss")


def test_what_comes_late_from_a_bar_that_was_left_moves_nothing(room):
    """A browser may send the old list once more while the next place is drawn, or a late press."""
    link = {"room": room.code, "secret": room.secret, "projected": "true", "only": "students"}
    app = visit(**link)
    while step_of(app)[0] == "students":
        of_list = app.selectbox(key="step_place_students_ko")._widget_state
        app.button(key="step_next").click().run()
    arrived = step_of(app)
    states = app._tree.get_widget_states()
    states.widgets.append(of_list)
    app._run(states)
    assert not app.exception and step_of(app) == arrived
    for key, place in {"step_next": "misprints", "step_back": "own_exam"}.items():
        elsewhere = next(step for step in steps_of(leads=True) if step.place == place)
        room.step = elsewhere  # where the lecturer's phone has gone in the meantime
        app.button(key=key).click().run()
        assert not app.exception and app.session_state.visit.seat.step == room.step == elsewhere


def test_an_hour_goes_through_its_plan_and_the_lecturers_phone_says_what_to_say(room):
    link = {"room": room.code, "secret": room.secret}
    wall = visit(**link, projected="true", plan=",".join(HOUR_PLAN))
    places = []
    while step_of(wall)[0] in ("door", STUDY, *HOUR_PLAN):
        places.append(step_of(wall)[0])
        wall.button(key="step_next").click().run()
        assert not wall.exception
    assert list(dict.fromkeys(places)) == ["door", STUDY, *HOUR_PLAN]
    wall.button(key="step_back").click().run()
    phone = visit(**link, presenter="true", lang="en")
    believed = EN.hall.teach.final_exam.believed
    assert step_of(phone)[0] == "final_exam" and believed in texts(phone)
    after = phone.button(key="step_next").label
    assert numbered_title("update", EN) in after, "what comes after the hour"
    asked = visit(**link, projected="true", plan="pianist,nothing")
    assert room.plan == HOUR_PLAN and "`plan`" in texts(asked), "a wrong plan changes nothing"


def test_no_link_changes_the_plan_of_a_room_that_is_led_or_reveals_an_answer_there(room):
    """A student may have posted it; the browser of a lecturer who opens it has the secret."""
    link = {"room": room.code, "secret": room.secret, "projected": "true", "plan": "students"}
    visit(**link).button(key="step_next").click().run()
    assert room.has_moved and room.plan == ("students",)
    posted = visit(**link | {"only": "students", "reveal": "true", "plan": "misprints"})
    assert step_of(posted) == ("students", "question") and room.plan == ("students",)
    assert room.withholds_answer("students")


def test_a_link_brings_closed_votes_into_a_room_that_was_opened_anew_and_into_no_other(room):
    votes, step = "students.0-990-1-3", "students.close.0.1"
    link = {"room": room.code, "secret": room.secret, "projected": "true"}
    # A browser that comes back to a server first asks for the address of its beginning.
    visit(**link)
    for code, secret in ((room.code, new_secret()), (new_code(), room.secret)):  # a student's
        posted_by = Room(code, secret, used_at=0.0)
        posted = visit(**link, state=sealed(posted_by, step, votes), lang="en")
        assert not room.standing("students").rounds and step_of(posted)[0] == "door"
        assert EN.hall.refused.state in texts(posted)
    brought_back = visit(**link, state=sealed(room, step, votes), lang="en")
    assert room.standing("students").rounds == (Counter({0: 990, 1: 3}),)
    assert step_of(brought_back) == ("students", "close")
    assert EN.hall.refused.state not in texts(brought_back)
    late = visit(**link, state=sealed(room, "pianist.question.0.0", ""))
    assert step_of(late) == ("students", "close"), "a second screen moves none that is there"
    assert room.has_moved
    other = ROOMS.lead(new_code(), new_secret())
    other.has_moved = True
    state = sealed(other, "", votes)
    visit(room=other.code, secret=other.secret, projected="true", state=state)
    assert not other.standing("students").rounds and other.standing("students").is_open


@pytest.mark.parametrize(
    ("key", "restarts"), [("", True), ("one key of all servers", True), ("the same", False)]
)
def test_a_server_with_a_key_gives_a_lecture_back_to_its_lecturer(room, monkeypatch, key, restarts):
    """Whoever was the first after a restart led it; without a key, that is anybody's to seal.

    Without a restart, it may be a student who has kept the state of a room with the same code.
    """
    room.since -= 60
    own_state = sealed(room, "students.close.0.1", "")
    monkeypatch.setenv(KEY, key)
    wall = visit(room=room.code, secret=room.secret, projected="true", only="students")
    wall.button(key="step_next").click().run()
    state = Seat(room.code, secret=room.secret).address_parameters["state"]
    ROOMS._rooms.clear()
    if restarts:
        monkeypatch.setattr("exam.rooms.lecture_state.PROCESS", new_secret())
    student = ROOMS.lead(room.code, new_secret())
    link = {"room": room.code, "secret": room.secret, "projected": "true", "lang": "en"}
    student.since -= 10
    forged = visit(**link, state=own_state)
    assert EN.hall.refused.secret in texts(forged) and ROOMS.find(room.code) is student
    back = visit(**link, state=state)
    if key and restarts:
        assert step_of(back) == ("students", "close")
        assert ROOMS.find(room.code).is_led_by(room.secret) and student.is_closed
    else:
        assert EN.hall.refused.secret in texts(back) and ROOMS.find(room.code) is student


def test_the_hall_is_told_once_that_an_address_is_too_old(room, monkeypatch):
    """A lecturer may open that of yesterday; it once stood above every step of the lecture."""
    with monkeypatch.context() as yesterday:
        yesterday.setattr("time.time", lambda: 0.0)
        state = sealed(room, "students.close.0.1", "")
    wall = visit(room=room.code, secret=room.secret, projected="true", state=state, lang="en")
    assert step_of(wall)[0] == "door" and EN.hall.refused.state in texts(wall)
    wall.button(key="step_next").click().run()
    assert EN.hall.refused.state not in texts(wall)


def test_a_learners_own_projector_shows_no_answer_that_the_wall_withholds(room):
    wall = visit(room=room.code, secret=room.secret, projected="true", only="students")
    assert step_of(wall) == ("students", "question")
    own = visit(room=room.code, projected="true", only="students")
    own.button(key="step_next").click().run()
    assert step_of(own)[1] == "reveal"
    assert "students" not in own.session_state.visit.attempts
    room.show(Step("students", "reveal"))
    own.run()
    assert "students" in own.session_state.visit.attempts


def test_no_link_leads_the_wall_away_from_its_step_while_it_is_there(room):
    link = {"room": room.code, "secret": room.secret, "projected": "true"}
    wall = visit(**link, only="own_exam")
    room.lecturer_listeners.add(lambda: None)
    assert step_of(visit(**link, only="pianist")) == step_of(wall) == room.step[:2]
    room.lecturer_listeners.clear()  # as after a break: then a link leads to its chapter
    assert step_of(visit(**link, only="pianist"))[0] == room.step.place == "pianist"


def test_no_link_reveals_an_answer_where_the_wall_stands_at_the_door(room):
    link = {"room": room.code, "secret": room.secret, "projected": "true"}
    assert step_of(visit(**link))[0] == "door"
    posted = visit(**link, only="students", reveal="true")
    assert step_of(posted) == ("students", "question") and room.withholds_answer("students")


def test_after_a_chapter_that_is_not_in_the_plan_the_next_one_of_the_plan_follows(room):
    link = {"room": room.code, "secret": room.secret}
    room.plan = HOUR_PLAN
    room.show(Step(HOUR_PLAN[0], "rule", 5))
    wall = visit(**link, projected="true", only="students", lang="en")
    while not (label := wall.button(key="step_next").label).endswith("→"):
        wall.button(key="step_next").click().run()
    assert numbered_title(HOUR_PLAN[1], EN) in label
    before = visit(**link, presenter="true", lang="en")
    before.button(key="step_back").click().run()
    [ahead] = [each.value for each in before.caption if EN.hall.after_that in each.value]
    assert label in ahead, "what the lecturer's phone says comes after that"
    before.button(key="step_next").click().run()
    wall.run()
    wall.button(key="step_next").click().run()
    assert step_of(wall)[0] == HOUR_PLAN[1]


def test_of_passes_that_were_guessed_the_lecturers_phone_shows_median_and_range(room):
    link = {"room": room.code, "secret": room.secret, "lang": "en"}
    wall = visit(**link, projected="true", only="final_exam")
    for number, epoch in enumerate((3, 9, 20)):
        room.guess("final_exam", f"learner{number}", epoch)
    wall.button(key="step_next").click().run()
    assert step_of(wall) == ("final_exam", "close")
    phone = visit(**link, presenter="true")
    assert f"{EN.hall.median_guess}: **9** (3–20)" in texts(phone)


def test_every_chapter_of_the_hour_has_its_advice_and_its_line_in_teaching():
    written = (ROOT / "assets" / "TEACHING.md").read_text("utf-8")
    for lang in ("ko", "en"):
        words = load_texts(lang)
        for name in HOUR_PLAN:
            said = words.hall.teach[name].say.split("”")[0]
            assert words[name].title in written and said in written, name


def test_the_experiment_closes_a_vote_that_is_open(room):
    link = {"room": room.code, "secret": room.secret, "projected": "true", "only": "students"}
    app = visit(**link)
    room.guess("students", "a", 1)
    for key in ("step_next", "step_next", "step_back", "step_skip"):
        app.button(key=key).click().run()
    assert step_of(app) == ("students", "reveal")
    assert room.standing("students").rounds == (Counter({1: 1}),) * 2
    assert room.guess_state("students", "a") == "closed"


def test_the_median_is_that_of_the_last_round(room):
    app = visit(room=room.code, secret=room.secret, projected="true", only="final_exam")

    def median_after(choice: int, *keys: str) -> int:
        room.guess("final_exam", "a", choice)
        for key in keys:
            app.button(key=key).click().run()
        return app.session_state.visit.attempts["final_exam"].guess

    assert median_after(10, "step_next", "step_skip") == 10
    for key in ("step_back", "step_back", "step_back", "step_next"):  # a second vote after all
        app.button(key=key).click().run()
    assert median_after(30, "step_next", "step_next") == 30


def test_who_steps_back_and_sets_something_else_reveals_that(room):
    app = visit(room=room.code, secret=room.secret, projected="true", only="misprints")
    app.button(key="step_next").click().run()  # the search comes before the question
    for misprints in (20, 0):
        while step_of(app) != ("misprints", "question"):
            app.button(key="step_back").click().run()
        app.slider(key="misprints").set_value(misprints).run()
        app.button(key="step_next").click().run()
        app.button(key="step_skip").click().run()
        assert not app.exception and step_of(app) == ("misprints", "reveal")
        studies = app.session_state.visit.attempts["misprints"].studies
        assert next(iter(studies)) == (misprints, 1)


def test_the_step_that_watches_a_study_has_one_and_the_room_is_told(room):
    room.show(WATCHED)
    app = visit(room=room.code, secret=room.secret, projected="true", epochs="1")  # a reload
    assert step_of(app) == ("study", "start") and app.session_state.visit.presses == 1
    app.button(key="step_back").click().run()
    assert room.step == Step("study")
    app.button(key="start").click().run()
    assert room.step == WATCHED and app.session_state.visit.presses == 2


def test_a_projector_that_leads_has_no_share_box_with_the_secret(room):
    app = visit(room=room.code, secret=room.secret, projected="true")
    for step in (("study", ""), ("study", "start")):
        stand_at(app, Step(*step))
        app.session_state.share = True
        app.run()
        assert not app.exception and not app.error and not app.get("code")


def test_a_projector_studies_what_is_set_and_keeps_it(room):
    app = visit(room=room.code, secret=room.secret, projected="true", epochs="1")
    stand_at(app, Step("study"))
    app.run()
    app.slider(key="batch_size").set_value(32).run()
    app.run()  # that was the study alone, and AppTest knows nothing else any more
    app.button(key="step_next").click().run()
    assert app.session_state.visit.study.plan.batch_size == 32 and not app.slider
    app.button(key="step_next").click().run()  # a chapter
    app.button(key="step_back").click().run()
    assert app.session_state.visit.values["batch_size"] == 32
    app.button(key="step_back").click().run()
    assert app.slider(key="batch_size").value == 32
    app.slider(key="batch_size").set_value(100).run()
    app.run()
    app.button(key="start").click().run()
    assert step_of(app) == ("study", "start")
    assert app.session_state.visit.study.plan.batch_size == 100


def test_an_old_tab_leads_no_room_that_another_has_opened(room):
    app = visit(room=room.code, secret=room.secret)
    ROOMS._rooms.clear()
    ROOMS.lead(room.code, new_secret())
    app.run()
    assert KO.hall.refused.room in texts(app) and KO.hall.leads_room(code=room.code) not in texts(
        app
    )


class Nobody:
    """A scheduler that has lost its worker."""

    def poll(self, plan, epochs, **more) -> Progress:
        return Progress([], None, "worker")


def test_without_a_worker_no_step_stands_in_the_way(room, monkeypatch):
    app = visit(room=room.code, secret=room.secret, projected="true")
    for module in ("lesson.chapter_view", "hall.measured", "page.study_view"):
        monkeypatch.setattr(f"exam.{module}.get_scheduler", Nobody)
    for step in steps_of(leads=True):
        stand_at(app, step)
        app.run()
        assert not app.exception and not app.error, step
        assert step_of(app) == step[:2] and app.button(key="step_back")


def test_the_study_begins_by_a_step_too_and_once():
    app = visit(projected="true", epochs="1")
    assert not app.session_state.visit.studies
    for key, presses in (("step_next", 1), ("step_back", 1), ("step_next", 1)):
        app.button(key=key).click().run()
        assert not app.exception and app.session_state.visit.presses == presses


def test_steps_are_those_of_every_chapter():
    with_room, alone = (steps_of(leads=leads) for leads in (True, False))
    places = list(dict.fromkeys(step.place for step in with_room))
    assert places == ["door", "study", *CHAPTERS]
    measured = [name for name in CHAPTERS if CHAPTERS[name].studies]
    for name in measured:
        parts = [step.kind for step in alone if step.place == name]
        assert parts[-1] == "rule" and "question" in parts and "reveal" in parts
    assert len(with_room) == len(alone) + 1 + 3 * len(measured)


def test_the_table_of_a_room_tells_no_few_apart(room):
    for number in range(40):
        room.guess("students", str(number), 0 if number < 8 else 1 if number < 38 else 2)
        room.guess("final_exam", str(number), 7)
    room.close_round("students", 1)
    rows = list(csv.reader(io.StringIO(votes_csv(room, {"students": 1}, EN))))
    title, choices = numbered_title("students", EN), EN.students.choices
    assert rows == [  # and nothing of the round that is open
        ["chapter", "round", "guess", "count", "of", "measured"],
        [title, "1", choices[0], "*", "40", ""],  # or the two would be seen by subtraction
        [title, "1", choices[1], "30", "40", "yes"],
        [title, "1", choices[2], "*", "40", ""],
    ]
    room.close_round("final_exam", 1)
    assert f"{EN.final_exam.title},1,7,median,40," in votes_csv(room, {"students": 1}, EN)
    room.restore({"questions": (Counter([5]),)}, "door")  # of an address: this chapter has no vote
    assert numbered_title("questions", EN) not in votes_csv(room, {}, EN)


def test_no_subtraction_brings_a_small_count_back():
    for counts in itertools.product(range(14), repeat=3):
        shown, total = without_small(Counter(dict(enumerate(counts))), 3)
        hidden = [count for count, cell in zip(counts, shown, strict=True) if cell == HIDDEN]
        assert all(cell in (HIDDEN, count) for count, cell in zip(counts, shown, strict=True))
        assert not any(0 < count < SMALL_COUNT for count in counts if count in shown)
        if hidden and total != HIDDEN:  # their sum is known: it has to leave several ways
            assert len(hidden) > 1 and sum(hidden) >= 2 * SMALL_COUNT


def test_the_advice_of_peer_instruction():
    advised = {
        0: "",
        29: EN.hall.advice_few,
        30: EN.hall.advice,
        80: EN.hall.advice,
        81: EN.hall.advice_many,
    }
    for right, wanted in advised.items():
        counts = Counter({1: right, 0: 100 - right} if right else {})
        assert advice(counts, 1, EN) == wanted
    rounds = Counter({1: 1, 0: 3}), Counter({1: 3, 0: 1})
    assert shares(rounds, 1, EN) == EN.hall.had_it(percents="25% → 75%")
    assert shares((Counter(),), 1, EN) == ""


def test_the_middle_of_what_was_guessed():
    question = PassSlider(passes=range(1, 41))
    assert question.guess_of_hall(()) == 20 and question.guess_of_hall((Counter(),)) == 20
    assert question.guess_of_hall((Counter({1: 9}), Counter({3: 2, 30: 1}))) == 3
    assert question.guess_of_hall((Counter({999: 5, 3: 1}),)) == 3, "there is no pass 999"


def test_every_guess_is_a_dot_within_the_axis():
    many = Counter({5: 150, 6: 2})
    rows = [row for stack in stacks([many], (0.6, 1.6)) for row in stack]
    assert len(rows) == 152 and {row[1] for row in rows} == {"dot"}
    assert all(0.6 < row[4] < 1.6 for row in rows) and {row[3] for row in rows} == {5.0, 6.0}
    both = [row for stack in stacks([many, many], (0, 1)) for row in stack]
    assert {row[1] for row in both} == {"ring", "dot"} and len({row[3] for row in both}) == 4


def test_the_map_names_the_best():
    points = [Point(10, 20, 1, 0.8, 25.0), Point(100, 200, 3, 0.9, 24.0)]
    assert best_of([], "loss") is None
    for by, best, side in (("loss", points[0], "right"), ("wrong", points[1], "left")):
        assert best_of(points, by) == best
        rows = settings_map(points, by, EN).data.to_pylist()
        named = [row for row in rows if row["best"]]
        assert [row["batch_size"] for row in named] == [best.batch_size]
        assert named[0]["side"] == side and [row["runs"] for row in rows] == [1, 3]
