"""Which run of the page begins next, where more are asked for than the page can serve."""

import asyncio
import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from exam.model.plan import Plan, Study
from exam.page import save
from exam.parts import CHAPTER_NAMES
from exam.server.session_use import FILE, OPEN_CHAPTER
from exam.service import run_queue
from exam.service.decaying_sum import DecayingSum
from exam.service.job import Progress
from exam.service.run_queue import HALF_LIFE, LIGHT_RUNS, WHOLE_PAGE, RequestAccount, Run, RunQueue
from exam.service.usage import Follower
from exam.texts import load_texts
from tests.scripted import marks
from tests.visit import run

NEVER = 3_600.0  # seconds


@pytest.fixture(autouse=True)
def one_at_once(monkeypatch) -> None:
    """Queues of the test's own, with one place each, in which a run takes it until its end."""
    monkeypatch.setattr(run_queue, "PARTS", parts := RunQueue(1))
    for name in ("PAGES", "HEAVY_PARTS", "HEAVY_PAGES"):
        monkeypatch.setattr(run_queue, name, RunQueue(1, beside=parts))
    monkeypatch.setattr(run_queue, "LONGEST_RUN_SECONDS", NEVER)


def who_asked_for(runs: int) -> RequestAccount:
    asked = RequestAccount("")
    asked.runs.add(runs)
    return asked


def who_asked(times: int, network: str = "") -> RequestAccount:
    asked = RequestAccount(network)
    asked.times.add(times)
    return asked


def order(first: Run, seconds: float = 0.0, **waiting: Run) -> list[str]:
    """The order in which runs begin that wait for the first one; each takes `seconds`."""
    assert first.turn.done()
    began: list[str] = []
    while first:
        first._queue.charge(first.network, first.session, seconds)
        first.end()
        names = [name for name, run in waiting.items() if run.turn.done() and name not in began]
        assert len(names) <= 1, "each waits for the end of the one before"
        began += names
        first = waiting[names[0]] if names else None
    return began


def test_who_has_asked_the_fewest_times_comes_first_and_every_fourth_turn_is_the_longest_wait():
    async def serve() -> list[str]:
        asking = {"more": 300, "much": 150, "little": 70, "less": 40, "nothing": 0}
        first = RequestAccount("").ask()
        return order(first, **{name: who_asked(times).ask() for name, times in asking.items()})

    assert run(serve()) == ["nothing", "less", "more", "little", "much"]


def test_who_has_just_opened_the_page_comes_before_all_who_ask_for_little_again_and_again():
    """Each of 200 sessions got turns so rarely that it seemed to ask for less than a newcomer."""

    async def serve() -> list[str]:
        newcomer, again = RequestAccount(""), {name: RequestAccount("") for name in "abc"}
        for _ in range(40):
            for asked in again.values():
                asked.ask().end()
        newcomer.ask(WHOLE_PAGE).end()
        first = RequestAccount("").ask()
        waiting = {name: asked.ask() for name, asked in again.items()}
        return order(first, **waiting, newcomer=newcomer.ask())

    assert run(serve())[0] == "newcomer"


def test_ever_new_sessions_come_before_no_learner_who_is_there():
    """They once did after somebody had asked seven times, whose first pass took ten seconds."""

    async def serve() -> list[str]:
        first, learner = RequestAccount("").ask(), who_asked(10).ask()
        return order(
            first, learner=learner, **{name: RequestAccount("").ask() for name in "abcdef"}
        )

    assert run(serve())[0] == "learner"


def test_who_comes_goes_before_those_who_ask_for_the_page_again():
    """1,500 visits that asked for it every 15 seconds kept everybody else waiting for a minute."""

    async def serve() -> list[str]:
        again = {name: RequestAccount("") for name in "ab"}
        for asked in again.values():
            for _ in range(2):
                asked.ask(WHOLE_PAGE).end()
        first = RequestAccount("").ask(WHOLE_PAGE)
        waiting = {name: asked.ask(WHOLE_PAGE) for name, asked in again.items()}
        return order(first, **waiting, newcomer=RequestAccount("").ask(WHOLE_PAGE))

    assert run(serve()) == ["newcomer", "a", "b"]


@pytest.mark.parametrize(("long_wait", "expected"), [(NEVER, "abc"), (-1.0, "cba")])
def test_where_some_wait_for_long_the_newest_page_comes_first(monkeypatch, long_wait, expected):
    monkeypatch.setattr(run_queue, "PAGES", RunQueue(1, long_wait=long_wait))

    async def serve() -> list[str]:
        first = RequestAccount("").ask(WHOLE_PAGE)
        return order(first, **{name: RequestAccount("").ask(WHOLE_PAGE) for name in "abc"})

    assert "".join(run(serve())) == expected


def test_each_network_has_its_turn_however_many_wait_of_another():
    async def serve() -> list[str]:
        first, script = (
            RequestAccount("script").ask(),
            {name: RequestAccount("script").ask() for name in "abcdef"},
        )
        return order(first, **script, learner=who_asked(100, network="hall").ask())

    assert run(serve())[:2] == ["learner", "a"]


def test_networks_share_the_time_of_the_thread_and_not_its_turns():
    """A chapter takes ten times as long to draw as a press: a hall waited for six who draw it."""

    async def serve() -> Counter[str]:
        spent = Counter[str]()
        first = RequestAccount("").ask()
        asking = [RequestAccount(each) for each in ["chapter", "hall"] * 6]
        runs = {each.ask(): each.network for _ in range(50) for each in asking}
        for _ in range(200):
            first.end()
            first = next(run for run in runs if run.turn.done())
            network = runs.pop(first)
            seconds = 0.1 if network == "chapter" else 0.01
            run_queue.PARTS.shares.charge(network, "", seconds)
            spent[network] += seconds
        return spent

    spent = run(serve())
    assert 0.8 < spent["chapter"] / spent["hall"] < 1.5


def test_a_hundred_rooms_at_other_addresses_keep_no_lecturer_waiting(monkeypatch):
    """Each of them had asked for less than the lecturer's, whose step came after half a minute."""
    monkeypatch.setattr(run_queue, "LEADERS", RunQueue(1, by_room=True))

    async def serve() -> list[str]:
        others = [RequestAccount(f"{number % 7}", leads=True) for number in range(98)]
        first = others.pop().ask()
        waiting = {f"{number}": each.ask() for number, each in enumerate(others)}
        lecturer = RequestAccount("hall", leads=True, runs=1_000)
        return order(first, **waiting, lecturer=lecturer.ask())

    assert run(serve()).index("lecturer") < 7


def test_no_network_loses_its_claim_to_heavy_runs_of_another():
    """If those set all clocks to that of a network which is ahead, turns would be counted again."""

    async def serve() -> list[str]:
        first = RequestAccount("hall").ask()
        for seconds, network in ((0.5, "hall"), (5.0, "script")):
            run_queue.PARTS.shares.charge(network, "", seconds)
        script = [RequestAccount("script").ask() for _ in range(3)]
        hall = [RequestAccount("hall").ask() for _ in range(3)]
        heavy = who_asked_for(200)
        heavy.network = "script"
        for _ in range(3):
            heavy.ask().end()
        names = {f"script {n}": run for n, run in enumerate(script)}
        return order(first, **names, **{f"hall {n}": run for n, run in enumerate(hall)})

    assert run(serve()) == [*(f"hall {n}" for n in range(3)), *(f"script {n}" for n in range(3))]


def test_a_small_page_comes_before_a_large_one_whoever_asks_for_it():
    """So a lecturer who goes on quickly waits for none that is opened with all chapters."""

    async def serve() -> list[str]:
        first, large = (
            RequestAccount("").ask(100),
            {name: RequestAccount("").ask(70) for name in "abcdef"},
        )
        return order(first, **large, lecturer=who_asked_for(200).ask(WHOLE_PAGE))

    assert run(serve())[0] == "lecturer"


def test_equals_come_in_their_order():
    async def serve() -> list[str]:
        return order(
            RequestAccount("").ask(), **{name: RequestAccount("").ask() for name in "abcdef"}
        )

    assert run(serve()) == list("abcdef")


def test_learners_wait_for_nobody_who_asks_without_pause_and_parts_for_no_page():
    async def begin() -> None:
        asking = [(200, WHOLE_PAGE), (200, 1), (0, WHOLE_PAGE), (0, 1)]
        for before, runs in asking:
            assert who_asked_for(before).ask(runs).turn.done()
            assert not who_asked_for(before).ask(runs).turn.done()

    run(begin())


def test_a_page_with_all_its_chapters_open_is_much_even_if_it_is_the_first():
    async def begin() -> None:
        all_chapters = WHOLE_PAGE + OPEN_CHAPTER * len(CHAPTER_NAMES)
        assert all_chapters > LIGHT_RUNS
        assert who_asked_for(200).ask(WHOLE_PAGE).turn.done()
        assert not RequestAccount("").ask(all_chapters).turn.done()

    run(begin())


def test_half_is_forgotten_in_a_half_life(monkeypatch):
    sums = DecayingSum(HALF_LIFE)
    sums.add(200)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + HALF_LIFE)
    assert sums.now() == pytest.approx(100, rel=0.01)
    sums.add(50)
    assert sums.now() == pytest.approx(150, rel=0.01)


def test_the_next_run_begins_even_if_nobody_tells_the_end_of_this_one(monkeypatch):
    monkeypatch.setattr(run_queue, "LONGEST_RUN_SECONDS", 0.01)

    async def wait() -> None:
        runs = [RequestAccount("").ask() for _ in range(20)]
        async with asyncio.timeout(60):
            await asyncio.gather(*(run.turn for run in runs))

    run(wait())


def test_a_run_that_waits_lends_its_place_and_has_it_back_before_another_begins(monkeypatch):
    monkeypatch.setattr(run_queue, "MAX_LENT", 1)

    async def lend() -> None:
        first, second, third = (RequestAccount("").ask() for _ in range(3))
        with run_queue.PARTS.lent_place() as may_wait:
            assert may_wait
            await asyncio.sleep(0)
            assert second.turn.done() and not third.turn.done()
            with run_queue.PARTS.lent_place() as may_wait:
                assert not may_wait
        await asyncio.sleep(0)
        first.end()
        assert not third.turn.done()
        second.end()
        assert third.turn.done()

    run(lend())


def test_a_file_whose_numbers_are_computed_lends_its_place(monkeypatch):
    """Two at once were asked for again and again, and pages opened after two seconds."""

    monkeypatch.setattr(run_queue, "LONGEST_RUN_SECONDS", 2.0)

    async def fetch_beside_a_page() -> None:
        RequestAccount("").ask(FILE)
        page, has_begun = RequestAccount("").ask(WHOLE_PAGE), threading.Event()
        loop = asyncio.get_running_loop()
        page.turn.add_done_callback(lambda _: has_begun.set())

        def fetch(plan: Plan, epochs: int, seconds: float, follower: Follower) -> list:
            if seconds <= run_queue.LONGEST_RUN_SECONDS:
                assert has_begun.wait(60)
                raise TimeoutError
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()
            assert not run_queue.PAGES._lent, "a file has lost its own place by now"
            return marks([1.0])

        scheduler = SimpleNamespace(poll=lambda *asked, **more: Progress([]), fetch=fetch)
        monkeypatch.setattr(save, "get_scheduler", lambda: scheduler)
        monkeypatch.setattr(save, "load", lambda html: None)
        files: list[Callable[[], str]] = []
        monkeypatch.setattr(save, "_show_download", lambda *about: files.append(about[-1]))
        save.show_save(Study(Plan(10, 1), 1), None, Follower(), load_texts("en"))
        assert "epoch" in await asyncio.to_thread(files[0])

    run(fetch_beside_a_page())


def test_whoever_has_gone_keeps_nobody_waiting_and_an_end_told_twice_is_one():
    async def leave() -> None:
        first, gone, stays, last = (RequestAccount("").ask() for _ in range(4))
        gone.turn.cancel()
        gone.end()
        assert not stays.turn.done()
        first.end()
        first.end()
        assert stays.turn.done() and not last.turn.done()

    run(leave())


def test_a_run_that_turns_out_to_be_longer_keeps_its_place(monkeypatch):
    monkeypatch.setattr(run_queue, "LONGEST_RUN_SECONDS", 0.05)

    async def begin(extended: bool) -> bool:
        """Whether the next one begins soon after."""
        first, next_one = RequestAccount("").ask(), RequestAccount("").ask()
        monkeypatch.setattr(run_queue, "LONGEST_RUN_SECONDS", NEVER)
        if extended:
            first.extend()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5 if extended else 60):
                await asyncio.shield(next_one.turn)
        has_begun = next_one.turn.done()
        first.end()
        assert next_one.turn.done()
        return has_begun

    assert not run(begin(extended=True))
    monkeypatch.setattr(run_queue, "LONGEST_RUN_SECONDS", 0.05)
    monkeypatch.setattr(run_queue, "PARTS", RunQueue(1))
    assert run(begin(extended=False))


def test_of_lecturers_the_first_run_of_each_room_comes_before_the_second_of_any(monkeypatch):
    """1,140 costly parts of 19 idle rooms, asked for at once, kept a lecturer waiting for 60 s."""
    monkeypatch.setattr(run_queue, "LEADERS", RunQueue(1, by_room=True))

    async def serve() -> list[str]:
        rooms = [RequestAccount("", leads=True) for _ in range(19)]
        first = RequestAccount("", leads=True).ask()
        asked = {f"{turn} of {n}": r.ask() for turn in range(60) for n, r in enumerate(rooms)}
        lecturer = RequestAccount("", leads=True, runs=900)
        return order(first, 0.01, **asked, steps=lecturer.ask(), polls=lecturer.ask())

    assert run(serve()).index("steps") <= 19 * 4 / 3 + 1


def test_of_lecturers_who_has_had_the_most_time_comes_last(monkeypatch):
    """An expensive fragment counts as one run, so a room that was idle would get forty of them."""
    monkeypatch.setattr(run_queue, "LEADERS", RunQueue(1, by_room=True))

    async def serve() -> list[str]:
        rested = RequestAccount("", leads=True)
        first = RequestAccount("", leads=True).ask()
        asked = {f"{turn}": rested.ask() for turn in range(40)}
        lecturer = RequestAccount("", leads=True, runs=900)
        return order(first, 0.1, **asked, polls=lecturer.ask(), steps=lecturer.ask())

    assert run(serve()).index("steps") <= 4


def test_of_lecturers_the_step_of_a_busy_room_comes_before_the_pages_of_rested_ones(monkeypatch):
    """They had asked for nothing before: 152 pages of 19 rooms kept a step waiting for 11 s."""
    monkeypatch.setattr(run_queue, "LEADERS", RunQueue(1, by_room=True))

    async def serve() -> list[str]:
        first = RequestAccount("", leads=True).ask()
        rooms = [RequestAccount("", leads=True) for _ in range(19)]
        asked = {
            f"{turn} of {n}": r.ask(WHOLE_PAGE) for n, r in enumerate(rooms) for turn in range(8)
        }
        lecturer = RequestAccount("", leads=True, runs=900)
        return order(first, 0.07, **asked, polls=lecturer.ask(), steps=lecturer.ask())

    assert run(serve()).index("steps") <= 3
