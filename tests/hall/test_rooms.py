"""Rooms: votes counted once, in two rounds, and nobody let in or put out by another."""

import base64
import contextlib
import dataclasses
import itertools
import math
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from types import SimpleNamespace
from unittest.mock import ANY

import pytest

from exam.model.plan import Plan, Study
from exam.model.studied import MAX_STUDIES, Point, StudiedSettings
from exam.rooms import rooms
from exam.rooms.hall_exam import MAX_WRITERS
from exam.rooms.lecture_state import read_state
from exam.rooms.room import Room, Step, read_step
from exam.rooms.rooms import (
    LEARNER,
    LETTERS,
    MAX_ROOMS,
    MAX_ROOMS_OF_A_CLIENT,
    RELOAD_SECONDS,
    SECRET,
    RoomRefused,
    Rooms,
    new_code,
    new_learner,
    new_secret,
)
from exam.rooms.seal import read_sealed, seal, unseal
from exam.rooms.seat import Seat
from exam.rooms.votes import MAX_GUESSES, read_rounds
from tests.scripted import marks


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hall(clock) -> Rooms:
    return Rooms(clock)


@pytest.fixture
def room(hall) -> Room:
    return hall.lead("KHJM", new_secret())


def rounds(room, chapter="sheet") -> list[dict]:
    return [dict(counts) for counts in room.standing(chapter).rounds]


def test_names_are_random_and_read_well():
    codes = {new_code() for _ in range(1000)}
    assert len(codes) > 950 and all(re.fullmatch(f"[{LETTERS}]{{4}}", code) for code in codes)
    assert not set(LETTERS) & set("IOQDUV")
    assert SECRET.fullmatch(new_secret()) and LEARNER.fullmatch(new_learner())
    assert new_secret() != new_secret()


def test_a_guess_counts_once_and_may_be_changed(room):
    for learner, choice in (("a", 0), ("b", 1), ("a", 2), ("a", 1)):
        room.guess("sheet", learner, choice)
    room.guess("pianist", "a", 0)
    assert room.standing("sheet") == (2, 0, True, ())
    room.close_round("sheet", 1)
    assert rounds(room) == [{1: 2}] and rounds(room, "pianist") == []


def test_what_is_guessed_after_the_close_is_not_in_that_round(room):
    room.guess("sheet", "a", 0)
    room.close_round("sheet", 1)
    room.close_round("sheet", 1)  # a second press
    room.guess("sheet", "late", 1)
    assert rounds(room) == [{0: 1}] and room.standing("sheet")[:3] == (1, 0, False)


def test_a_round_in_which_nobody_has_guessed_is_not_closed(room):
    room.close_round("sheet", 1)  # by a lecturer who tries it alone
    room.open_again("sheet")
    room.close_round("sheet", 2)
    room.guess("sheet", "a", 0)
    assert room.standing("sheet") == (1, 0, True, ())
    room.close_round("sheet", 2)  # and then nothing was there to discuss: it is the first
    room.guess("sheet", "late", 1)
    assert room.standing("sheet")[:3] == (1, 0, False) and rounds(room) == [{0: 1}]


def test_a_second_round_begins_with_the_first_and_may_be_changed(room):
    for learner, choice in (("a", 0), ("b", 0), ("c", 2)):
        room.guess("sheet", learner, choice)
    room.open_again("sheet")  # which is open: nothing happens
    assert room.standing("sheet") == (3, 0, True, ())
    room.close_round("sheet", 1)
    room.open_again("sheet")
    room.guess("sheet", "a", 2)
    room.guess("sheet", "late", 1)
    room.guess("sheet", "late", 0)
    room.guess("sheet", "late", 1)
    assert room.standing("sheet")[:3] == (4, 1, True)  # who has come late has changed nothing
    room.guess("sheet", "a", 0)  # back again
    assert room.standing("sheet").changed == 0
    room.guess("sheet", "a", 2)
    room.close_round("sheet", 1)  # the first is closed already
    assert room.standing("sheet").is_open
    room.close_round("sheet", 2)
    assert rounds(room) == [{0: 2, 2: 1}, {0: 1, 2: 2, 1: 1}]
    room.open_again("sheet")  # there is no third
    assert not room.standing("sheet").is_open
    assert room.closed_rounds() == {"sheet": ({0: 2, 2: 1}, {0: 1, 1: 1, 2: 2})}


def test_who_has_seen_the_result_changes_nothing_and_is_not_in_a_later_round(room):
    room.mark_seen("sheet", "peeks")
    room.guess("sheet", "peeks", 2)
    for learner in ("a", "b"):
        room.guess("sheet", learner, 0)
    room.mark_seen("sheet", "a")
    room.guess("sheet", "a", 2)
    room.close_round("sheet", 1)
    assert rounds(room) == [{0: 2}]
    room.open_again("sheet")
    assert room.standing("sheet").guesses == 1
    room.guess("sheet", "b", 2)
    room.mark_seen("sheet", "b")  # after the guess: it stays in this round
    room.open_again("sheet")  # the lecturer has gone back and forth
    assert room.standing("sheet")[:2] == (1, 1)  # "a" and "peeks" are in no count
    room.close_round("sheet", 2)
    assert rounds(room)[1] == {2: 1}


def test_a_learner_is_told_whether_the_guess_counts(room):
    assert room.guess_state("sheet", "a") == "awaited"
    room.guess("sheet", "a", 0)
    assert room.guess_state("sheet", "a") == "counted"
    room.close_round("sheet", 1)
    assert room.guess_state("sheet", "a") == "closed"
    room.mark_seen("sheet", "a")
    assert room.guess_state("sheet", "a") == "seen"


def test_a_full_vote_takes_no_new_guess_and_loses_none(room):
    for number in range(MAX_GUESSES):
        room.guess("sheet", str(number), 0)
    assert room.guess_state("pianist", "late") == "awaited"
    assert room.guess_state("sheet", "late") == "full"
    assert room.guess_state("sheet", "0") == "counted"
    room.guess("sheet", "late", 1)
    room.guess("sheet", "0", 1)
    room.close_round("sheet", 1)
    assert rounds(room) == [{0: MAX_GUESSES - 1, 1: 1}]


def test_nobody_leads_a_room_without_its_secret(hall, room):
    for secret in (
        "",
        room.secret[:-1],
        room.secret.swapcase(),
        *(new_secret() for _ in range(99)),
    ):
        with pytest.raises(RoomRefused, match="secret"):
            hall.lead("KHJM", secret)
    assert hall.lead("KHJM", room.secret) is room and hall.find("KHJM") is room
    assert hall.find("AAAA") is None


def test_ten_thousand_forgeries(hall, room, clock):
    """Rooms in a loop, and guesses under forged names: what the hall has guessed stays."""
    room.guess("sheet", "a", 0)
    let_in = 0
    for number in range(10_000):
        clock.now += 0.1
        if not number % 100:
            hall.find("KHJM")  # its lecturer's screen, each ten seconds
        for code in ("KHJM", new_code()):
            with contextlib.suppress(RoomRefused):
                let_in += hall.lead(code, new_secret()) is room
    assert not let_in and hall.find("KHJM") is room
    for number in range(10_000):
        hall.find("KHJM").guess("pianist", f"forged {number}", 0)
        room.guess("sheet", "a", 0)
    assert room.standing("sheet").guesses == 1
    assert room.standing("pianist").guesses == MAX_GUESSES


def test_a_room_is_gone_three_hours_after_its_last_use(hall, room, clock):
    room.guess("sheet", "a", 0)
    clock.now += 3 * 3600 - 1
    assert hall.find("KHJM") is room
    clock.now += 3 * 3600
    assert hall.find("KHJM") is None
    with pytest.raises(RoomRefused, match="secret"):  # a stranger's vote in this hall's room
        hall.lead("KHJM", new_secret())
    again = hall.lead("KHJM", room.secret)
    assert again is not room and again.standing("sheet").guesses == 0


@pytest.mark.parametrize("is_closed", (False, True))
def test_who_has_led_a_code_for_longer_takes_it_from_who_opened_it_in_between(hall, is_closed):
    """A student may be the first at a server that comes back."""
    stranger, secret = hall.lead("KHJM", new_secret()), new_secret()
    if is_closed:
        hall._close(stranger)
    for since in (math.inf, stranger.since + 1, stranger.since):
        with pytest.raises(RoomRefused, match="secret"):
            hall.lead("KHJM", secret, since=since)
    room = hall.lead("KHJM", secret, since=stranger.since - 60)
    assert hall.find("KHJM") is room and room.since == stranger.since - 60
    assert stranger.is_closed and not hall.has("KHJM", stranger.secret)
    with pytest.raises(RoomRefused, match="secret"):
        hall.lead("KHJM", stranger.secret, since=stranger.since)


def codes() -> Iterator[str]:
    return map("".join, itertools.product(LETTERS, repeat=4))


def test_rooms_in_use_are_kept_and_the_oldest_unused_goes(hall, room, clock):
    code = codes()
    opened = [hall.lead(next(code), new_secret(), f"{n}") for n in range(MAX_ROOMS - 1)]
    with pytest.raises(RoomRefused, match="taken"):
        hall.lead("ZZZZ", new_secret())
    opened[0].guess("sheet", "a", 0)
    opened[1].listeners.add(lambda: None)
    clock.now += 300
    assert hall.find("KHJM")
    clock.now += 300
    hall.lead("ZZZZ", new_secret())
    assert hall.find("KHJM") is room and hall.find(opened[2].code) is None
    assert all(hall.find(each.code) for each in (*opened[:2], *opened[3:]))
    with pytest.raises(RoomRefused, match="taken"):
        hall.lead("ZZZX", new_secret())


def test_where_few_clients_have_all_rooms_their_last_go(hall, room):
    """Five addresses with a guess in each of their rooms once kept every later lecturer out."""
    code = codes()
    forged = []
    for number in range(MAX_ROOMS - 1):
        client = f"{number // MAX_ROOMS_OF_A_CLIENT}"
        forged.append(hall.lead(next(code), new_secret(), client))
        forged[-1].guess("sheet", "a", 0)
        forged[-1].listeners.add(lambda: None)
    lecturers = [room, hall.lead("ZZZZ", new_secret(), "a lecturer")]
    lecturers.append(hall.lead("ZZZX", new_secret(), "another"))
    (gone, _) = [each for each in forged if hall.find(each.code) is None]
    with pytest.raises(RoomRefused, match="taken"):
        hall.lead(gone.code, gone.secret, gone.client)
    assert all(hall.find(each.code) is each for each in lecturers)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_room_that_is_taught_in_stays_whoever_fills_the_others(hall, is_first):
    """The first of its client's rooms, whatever others listen to; or the one with most who do."""
    code = codes()

    def open_room(client: str, listeners: int) -> Room:
        room = hall.lead(next(code), new_secret(), client)
        room.guess("sheet", "a", 0)
        room.listeners.update(lambda: None for _ in range(listeners))
        return room

    forged = 13 if is_first else 9
    first = [open_room("the hall", forged) for _ in range(0 if is_first else 19)]
    taught = open_room("the hall", 10)
    others = [*first, *(open_room("the hall", forged) for _ in range(19 - len(first)))]
    for number in range(5 * MAX_ROOMS_OF_A_CLIENT):
        with contextlib.suppress(RoomRefused):
            others.append(open_room(f"another {number % 5}", 20))
    assert hall.find(taught.code) is taught
    assert sum(hall.find(each.code) is None for each in others[:19]) >= 2


def test_of_two_rooms_the_first_stays_whoever_follows_the_other(hall):
    """A student's room had more followers than the lecturer's, and fifty networks two rooms."""
    code = codes()
    taught, students = (hall.lead(next(code), new_secret(), "the hall") for _ in range(2))
    students.listeners.update([lambda: None, lambda: None])
    taught.listeners.add(lambda: None)
    for number in range(2 * MAX_ROOMS):
        with contextlib.suppress(RoomRefused):
            room = hall.lead(next(code), new_secret(), f"another {number % 60}")
            room.listeners.add(lambda: None)
    assert hall.find(taught.code) is taught


def test_a_room_whose_lecturer_waits_at_the_door_stays(hall, clock):
    """Twenty rooms of one in the hall, who has its address, once pushed out the lecturer's."""
    room = hall.lead("KHJM", new_secret(), "the hall")
    room.lecturer_listeners.add(lambda: None)
    clock.now += 3600
    code = codes()
    for _ in range(2 * MAX_ROOMS_OF_A_CLIENT):
        clock.now += RELOAD_SECONDS
        hall.lead(next(code), new_secret(), "the hall")
    assert hall.find("KHJM") is room


def test_a_room_whose_lecturer_reloads_stays(hall, clock):
    """A script at the hall's address that holds nineteen others once waited for that."""
    code = codes()
    room = hall.lead("KHJM", new_secret(), "the hall")
    for _ in range(MAX_ROOMS_OF_A_CLIENT - 1):
        hall.lead(next(code), new_secret(), "the hall").leaders.add(object())
    clock.now += 3600
    assert hall.lead("KHJM", room.secret) is room  # it reloads
    clock.now += RELOAD_SECONDS - 1
    with pytest.raises(RoomRefused, match="taken"):
        hall.lead(next(code), new_secret(), "the hall")
    clock.now += 1
    hall.lead(next(code), new_secret(), "the hall")
    assert hall.find("KHJM") is None  # whoever opens rooms by mistake can go on


def test_who_has_led_a_code_for_longer_has_a_place_whoever_holds_all_others(hall):
    """By twenty rooms, a student kept a lecture from going on at the server that was left."""
    held = [hall.lead(code, new_secret(), "the hall") for code in islice(codes(), 20)]
    for room in held:
        room.leaders.add(object())
        room.listeners.add(lambda: None)
    held[0].listeners.add(lambda: None)
    held[7].listeners.clear()
    began = min(room.since for room in held) - 60.0
    for since in (math.inf, time.time()):
        with pytest.raises(RoomRefused, match="taken"):
            hall.lead("KHJM", new_secret(), "the hall", since)
    assert hall.lead("KHJM", new_secret(), "the hall", began)
    assert [room for room in held if room.is_closed] == [held[7]]
    for code in islice(codes(), 20, 38):
        assert hall.lead(code, new_secret(), "the hall", began)
    with pytest.raises(RoomRefused, match="taken"):
        hall.lead("ZZZX", new_secret(), "the hall", began)
    assert hall.find("KHJM") and not held[0].is_closed, "most follow it"


def test_a_client_that_opens_rooms_in_a_loop_takes_none_from_others(hall, room, clock):
    """And none from its own halls; what it loses comes back by its own secret alone."""
    code = codes()
    mine = [hall.lead(next(code), new_secret(), "loop") for _ in range(MAX_ROOMS_OF_A_CLIENT)]
    mine[0].guess("sheet", "a", 0)
    for _ in range(300):
        clock.now += RELOAD_SECONDS
        hall.find("KHJM")
        hall.lead(next(code), new_secret(), "loop")
    assert hall.find("KHJM") is room and hall.find(mine[0].code) is mine[0]
    assert hall.find(mine[1].code) is None
    hall.lead("ZZZZ", new_secret(), "another")  # there is room for others
    with pytest.raises(RoomRefused, match="secret"):
        hall.lead(mine[1].code, new_secret(), "another")
    clock.now += RELOAD_SECONDS
    assert hall.lead(mine[1].code, mine[1].secret, "loop")
    for each in mine:
        clock.now += RELOAD_SECONDS
        hall.lead(each.code, each.secret, "loop").guess("sheet", "a", 0)
    with pytest.raises(RoomRefused, match="taken"):
        hall.lead("ZZZX", new_secret(), "loop")


def test_who_sees_a_result_without_a_guess_fills_no_vote(room):
    """The lecturer would see no guesses, and everybody else be told that the room is full."""
    room.guess("sheet", "a", 0)
    for number in range(2 * MAX_GUESSES):
        room.mark_seen("sheet", f"forged {number}")
    room.mark_seen("sheet", "a")
    room.guess("sheet", "a", 1)
    room.guess("sheet", "b", 1)
    assert room.standing("sheet").guesses == 2
    assert room.guess_state("sheet", "a") == "seen"
    assert room._votes["sheet"].all_rounds() == (Counter({0: 1, 1: 1}),)


def test_who_writes_nothing_pushes_out_nobody_who_was_asked_before(room):
    digits = room.exam.drawings_of("a").digits
    for number in range(2 * MAX_WRITERS):
        room.exam.drawings_of(f"forged {number}")
    assert room.exam.drawings_of("a").digits == digits
    assert room.exam.drawings_of("b").digits, "who comes later is asked as well"


def test_a_vote_begins_anew(room):
    for number in range(MAX_GUESSES):  # by a script
        room.guess("sheet", f"forged {number}", 0)
    assert room.guess_state("sheet", "a") == "full"
    room.restart_vote("sheet")
    room.guess("sheet", "a", 1)
    assert room.standing("sheet") == (1, 0, True, ())


def test_who_listens_is_told_where_the_room_stands_and_never_what_is_guessed(room):
    states = []
    room.listeners.add(lambda: states.append(room.state()))
    room.show(Step("sheet", "question"))
    room.guess("sheet", "a", 1)
    asked = {"step": "sheet_question_0", "place": "sheet", "kind": "question"}
    first = asked | {"is_open": True, "round": 1, "withholds_answer": True, "resets": 0}
    assert states == [first]
    room.close_round("sheet", 1)
    room.open_again("sheet")
    assert [(each["is_open"], each["round"]) for each in states[1:]] == [(False, 1), (True, 2)]
    room.show(Step("sheet", "reveal", 2))
    room.show(Step("sheet", "question"))
    assert not states[-1]["withholds_answer"] and not room.withholds_answer("sheet"), (
        "the hall has seen it"
    )
    room.restart_vote("sheet")
    assert states[-1] == first | {"resets": 1} and room.withholds_answer("sheet")


def test_who_enters_goes_through_each_chapter_once_however_often_its_vote_was_begun_anew(room):
    """A page that entered once went through every one of ten thousand presses."""
    for _ in range(10_000):
        room.restart_vote("sheet")
    assert len(room.restarts) == 1 and room.state()["resets"] == 10_000


def test_the_secret_of_a_room_stands_in_a_cookie_and_never_in_the_address(room):
    lecturer, learner = Seat(room.code, secret=room.secret), Seat(room.code, learner="a")
    parameters = {"room": room.code, "secret": None, "state": None}
    assert lecturer.address_parameters == parameters, "None takes it out"
    assert lecturer.cookies == {f"lead_{room.code}": room.secret}
    assert learner.address_parameters == {} and learner.cookies == {"learner": "a"}


def test_the_lecturers_address_brings_back_a_step_and_closed_votes():
    """After a restart of the server; not over what has been guessed since."""
    room = rooms.ROOMS.lead(rooms.new_code(), rooms.new_secret())
    room.guess("sheet", "a", 0)
    room.guess("sheet", "b", 12)
    room.close_round("sheet", 1)
    room.open_again("sheet")
    room.close_round("sheet", 2)
    room.show(Step("sheet", "close", 0, 2))
    assert Seat(room.code, secret=room.secret).address_parameters["state"] is None, "at the door"
    room.has_moved = True
    address = Seat(room.code, secret=room.secret).address_parameters
    assert not {"close", "sheet"} & set(re.findall("[a-z]+", str(address))), "no glance reads it"
    code, since, _, _, step, votes = unseal(address["state"], room.secret).split(" ")
    assert (code, int(since), read_step(step)) == (room.code, int(room.since), room.step)
    rounds = read_rounds(votes)
    assert rounds == {"sheet": (Counter({0: 1, 12: 1}),) * 2} == room.closed_rounds()
    again = Room(room.code, room.secret, used_at=0.0)
    again.guess("students", "a", 1)
    again.restore(rounds | {"students": (Counter({2: 9}),)}, "sheet")
    assert again.standing("sheet") == room.standing("sheet")._replace(guesses=2, changed=0)
    assert again.standing("students").guesses == 1 and not again.standing("students").rounds
    assert again.revealed == {"students"}, "where the hall is, it may not have seen the result yet"


def test_what_is_sealed_is_read_with_the_same_secret_alone_and_for_some_hours(monkeypatch):
    secret = rooms.new_secret()
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now)
    sealed = seal("sheet.0-1", secret)
    assert seal("sheet.0-1", secret) == sealed, "or each run would write another address"
    for hours, text in ((3.0, "sheet.0-1"), (4.0, None), (7 * 24.0, None)):
        monkeypatch.setattr("time.time", lambda hours=hours: now + 3600 * hours)
        assert unseal(sealed, secret) == text
    for text in ("", "a", "sheet.0-1", "é" * 800):
        sealed = seal(text, secret)
        assert unseal(read_sealed(sealed), secret) == text
        assert unseal(sealed, rooms.new_secret()) is None
        assert len(text) < 5 or text.encode() not in base64.urlsafe_b64decode(sealed + "===")
        for at in range(0, len(sealed), 7):
            other = "A" if sealed[at] != "A" else "w"  # the last letter has four bits of padding
            assert unseal(sealed[:at] + other + sealed[at + 1 :], secret) is None
    for wrong in ("", "a", "sheet.0-1", "é", "-" * 15, "A" * 17, "A" * 40):
        assert unseal(wrong, secret) is None
    assert read_sealed("sheet.close.0.1") is read_sealed("A" * 9_000) is None


def test_what_a_lecturer_has_sealed_without_the_page_is_no_state():
    """Bytes that were no text once filled the log with tracebacks."""
    secret = rooms.new_secret()
    for since in ("", "a", "١", "-1", "1e9", "1" * 13):
        assert read_state(seal(f"KHJM {since} p a b c", secret), "KHJM", secret) is None
    for text in ("", "KHJM", "KHJM 1", "KHJM 1 p a b", "KHJM 1 p a b c d", "ABCE 1 p a b c"):
        assert read_state(seal(text, secret), "KHJM", secret) is None
    bytes_of = SimpleNamespace(encode=lambda: b"KHJM 1 \xff \xff \xff \xff")
    assert read_state(seal(bytes_of, secret), "KHJM", secret) == (ANY, False, None, {})


@pytest.mark.parametrize(
    "wrong",
    ["", "sheet", "sheet.0", "sheet.0-1.0-1.0-1", "sheet.0-1001", "a.-1-1", "a.0-1,", "x" * 9],
)
def test_no_other_address_has_votes_or_a_step(wrong):
    assert read_rounds(wrong) is None and read_step(wrong) is None


def studied_with(
    studied: StudiedSettings, batch_size: int, epochs: int, learner="", **more
) -> None:
    """Add a study that ends with this loss, and wrong answers in proportion."""
    student, loss = more.get("student", 1), more.get("loss", 1.0)
    (*_, last) = marks([loss])
    last = dataclasses.replace(last, val_wrong=30 * loss)
    studied.add(Study(Plan(batch_size, student), epochs), last, learner)


def test_a_point_is_the_mean_of_its_runs():
    studied = StudiedSettings()
    studied_with(studied, 10, 20, loss=1.0)
    studied_with(studied, 1, 20, loss=2.0)
    for _ in range(2):  # the same study, which has the same results
        studied_with(studied, 10, 20, student=2, loss=0.5)
    assert studied.points() == [Point(10, 20, 2, 0.75, 22.5), Point(1, 20, 1, 2.0, 60.0)]
    studied_with(studied, 10, 20, "another learner", loss=0.0)
    assert studied.points()[0] == Point(10, 20, 3, 0.5, 15.0)
    studied.empty()
    assert studied.points() == []


def test_one_learner_draws_no_picture_on_a_map(room):
    """A script once wrote a word in 38 dots over what a hall had studied."""
    for number in range(10):
        studied_with(room.studied, 10, 20, f"learner {number}")
    for number in range(1, 200):
        studied_with(room.studied, number % 100 + 1, number, "script")
    points = room.studied.points()
    assert len(points) == 1 + room.studied.most_of_a_learner and points[0].runs == 10
    assert [point.epochs for point in points[1:]] == list(range(190, 200))


@pytest.mark.parametrize("learners", [100, 2 * MAX_STUDIES])
def test_whoever_fills_a_map_pushes_out_nobody_and_hides_nobody(room, learners):
    for number in range(30):
        studied_with(room.studied, 7, number + 1, f"learner {number}")
    for number in range(2 * MAX_STUDIES):
        script = f"script {number % learners}"
        studied_with(room.studied, 1, number % 200 + 1, script, student=number // 200 + 1)
    studied_with(room.studied, 9, 9, "who comes last")
    points = room.studied.points()
    assert sum(point.runs for point in points) == MAX_STUDIES
    settings = {(point.batch_size, point.epochs) for point in points}
    assert {(7, number + 1) for number in range(30)} | {(9, 9)} <= settings


def test_many_at_once(room):
    def guess(first: int) -> None:
        for number in range(first, first + 100):
            room.guess("sheet", str(number), number % 3)
            studied_with(room.studied, number % 7 + 1, 20, f"learner {number}")
            room.standing("sheet")

    threads = [threading.Thread(target=guess, args=(100 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    room.close_round("sheet", 1)
    assert room.standing("sheet").rounds[0] == Counter(n % 3 for n in range(800))
    assert sum(point.runs for point in room.studied.points()) == 800
