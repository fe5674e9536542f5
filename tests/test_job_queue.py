"""Which job comes next, how many are ahead, and what is forgotten: without any process."""

import threading
import time
import weakref
from collections import Counter
from collections.abc import Sequence

import pytest

from exam.model.plan import Plan
from exam.service import decaying_sum, job_queue
from exam.service.job import MANY_FOLLOWERS, Job
from exam.service.job_queue import LONGEST_WAIT_EVERY, MARKS_PER_LARGE_JOB, JobQueue
from exam.service.usage import NOBODY, Follower
from tests.scripted import marks


@pytest.fixture
def queue() -> JobQueue:
    return JobQueue(threading.Lock())


def ask(
    queue: JobQueue,
    plan: Plan,
    epochs: int,
    *,
    known: int = 0,
    background: bool = False,
    follower: Follower = NOBODY,
) -> Job:
    with queue.job_came:
        job = queue.job_of(plan)
        job.marks = marks([1.0] * known)[:known]
        job.target, job.is_background = epochs, background
        queue.follow(job, follower, 1e6, is_background=background)
        queue.add(job)
    return job


def order_of(queue: JobQueue) -> list[Job]:
    in_order = []
    with queue.job_came:
        while job := queue.start_next():
            in_order.append(job)
        queue.running.clear()
    return in_order


def test_first_passes_then_studies_then_experiments_and_of_each_the_least_work_left(queue):
    long = ask(queue, Plan(1, 1), 200, known=1)
    short = ask(queue, Plan(1, 2), 20, known=1)
    background = ask(queue, Plan(100, 3), 1, background=True)
    first = ask(queue, Plan(1, 4), 200)
    assert order_of(queue) == [first, short, long, background]


def test_every_fourth_turn_is_that_of_the_job_that_has_waited_longest(queue):
    """Meanwhile short ones keep coming."""
    long = ask(queue, Plan(1, 1), 200, known=1)
    long.last_mark_at -= 20  # it has waited for so many seconds
    for student in range(2, 12):
        ask(queue, Plan(1, student), 20, known=1)
    with queue.job_came:
        turns = [queue.start_next() for _ in range(LONGEST_WAIT_EVERY)]
    assert turns.index(long) == LONGEST_WAIT_EVERY - 1


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    now = [time.monotonic()]
    monkeypatch.setattr(decaying_sum.time, "monotonic", lambda: now[0])  # of all modules
    return now


def run_turn(queue: JobQueue, clock: list[float], seconds: float) -> Job:
    """A turn of the job whose turn it is, which then waits again."""
    with queue.job_came:
        job = queue.start_next()
        clock[0] += seconds
        job.followed_until = clock[0] + 1e6
        queue.end_turn(job)
    return job


def end_turn_of(queue: JobQueue, job: Job) -> None:
    """Its turn ends, and nothing else waits."""
    with queue.job_came:
        queue.waiting.clear()
        queue.running.append(job)
        queue.end_turn(job)


def ask_from(queue: JobQueue, network: str, plan: Plan, **more) -> Job:
    """Ask for a study of 200 passes in a visit of its own, from that network."""
    return ask(queue, plan, 200, follower=Follower(f"{network} {plan}", network), **more)


@pytest.mark.parametrize("chapter_seconds", [0.05, 0.8])
def test_chapters_have_a_quarter_of_the_time_whoever_studies(queue, clock, chapter_seconds):
    """Behind forty visits, a chapter of thirty short studies once took more than a minute."""
    for student in range(1, 31):
        ask_from(queue, "hall", Plan(100, student), known=1, background=True)
        ask_from(queue, "hall", Plan(10, student), known=1)
    spent = Counter[bool]()
    for _ in range(2_000):
        seconds = chapter_seconds if queue._next().is_background else 0.2
        spent[run_turn(queue, clock, seconds).is_background] += seconds
    assert 0.2 < spent[True] / spent.total() < 0.35


def test_no_stream_of_first_passes_keeps_a_chapter_out(queue, clock):
    chapter = ask_from(queue, "hall", Plan(100, 1), known=1, background=True)
    for batch_size in range(1, 51):
        ask_from(queue, "hall", Plan(batch_size, 2))
    turns = [run_turn(queue, clock, 0.01) for _ in range(3 * LONGEST_WAIT_EVERY)]
    assert 1 <= turns.count(chapter) <= 3


def test_each_network_has_its_share_of_the_workers(queue, clock):
    """Forty visits of another network once had all of the time, each being light by itself.

    Two have the square root of 20 less.
    """
    script = [ask_from(queue, "script", Plan(n, 1), known=1) for n in range(1, 41)]
    assert all(run_turn(queue, clock, 0.2) in script for _ in range(100))
    hall = [ask_from(queue, "hall", Plan(n, 2), known=1) for n in (1, 2)]
    turns = [run_turn(queue, clock, 0.2) for _ in range(100)]
    assert 16 <= sum(job in hall for job in turns) <= 24


def test_two_hundred_visits_of_a_script_have_little_more_than_thirty_of_a_hall(queue, clock):
    """Each of 500 visits pressed once a minute; a hall's studies took 40 s instead of one."""
    for network, count in (("script", 200), ("hall", 30)):
        for number in range(count):
            plan = Plan(number % 100 + 1, number // 100 + 1, misprints=len(network))
            ask_from(queue, network, plan, known=1)
    turns = [run_turn(queue, clock, 0.2) for _ in range(100)]
    of_hall = [job for job in turns if "hall" in job.networks]
    assert 43 <= len(of_hall) <= 53


@pytest.mark.parametrize("charged", [0.0, 1.0])
def test_of_another_networks_many_studies_as_many_are_ahead_as_have_their_turn(queue, charged):
    """Whoever was told of 500 of them came back after five seconds, and had waited for one."""
    for number in range(1, 41):
        ask_from(queue, "script", Plan(number, 1), known=1)
    hall = [ask_from(queue, "hall", Plan(number, 2), known=1) for number in (1, 2)]
    queue._usage.networks.charge("hall", "a visit", charged)
    queue._order = None
    assert sorted(map(queue.ahead_of, hall)) == [1, 3]


def test_a_hall_that_has_used_the_workers_alone_and_presses_often_keeps_its_share(queue, clock):
    """It once waited until it had asked for less than each of six visits elsewhere."""
    hall = [ask_from(queue, "hall", Plan(n, 2), known=1) for n in range(1, 41)]
    for _ in range(200):
        run_turn(queue, clock, 0.2)
    others = [ask_from(queue, f"{n}", Plan(n, 1), known=1) for n in range(1, 7)]
    turns = []
    for number in range(210):
        with queue.job_came:  # four learners a second press start for what is known
            queue.follow(hall[0], Follower(f"{number}", "hall"), 0.0, is_background=False)
        turns.append(run_turn(queue, clock, 0.2))
    assert 95 <= sum(job in hall for job in turns) <= 130
    assert all(10 <= turns.count(job) <= 20 for job in others)


def test_who_fills_the_queue_takes_no_place_away_from_a_hall(queue, clock, monkeypatch):
    """A study of the hall once lost what it had computed after each turn, and never ended."""
    monkeypatch.setattr(job_queue, "MAX_WAITING", 20)
    hall = [ask_from(queue, "hall", Plan(number, 2), known=1) for number in (1, 2)]
    queue._usage.networks.charge("hall", "a visit", 10.0)  # they come last
    queue._order = None
    for number in range(1, 41):
        ask_from(queue, "script", Plan(number, 1), known=1)
    assert len(queue.waiting) == 20 and set(hall) < set(queue.waiting)
    late = ask_from(queue, "hall", Plan(3, 2), known=1)
    assert len(queue.waiting) == 20 and late in queue.waiting
    script = [job for job in queue.waiting if job not in [*hall, late]]
    sooner = ask_from(queue, "script", Plan(100, 1), known=150)
    assert sooner in queue.waiting and len(queue.waiting) == 20
    assert sum(job in queue.waiting for job in script) == 16


def test_a_job_that_has_run_waits_again_even_if_the_queue_is_full(queue, clock, monkeypatch):
    monkeypatch.setattr(job_queue, "MAX_WAITING", 20)
    study = ask_from(queue, "hall", Plan(1, 2), known=1)
    with queue.job_came:
        assert queue.start_next() is study
    for number in range(1, 41):
        ask_from(queue, "script", Plan(number, 1), known=1)
    study.checkpoint = object()
    clock[0] += 5.0
    study.followed_until = clock[0] + 1e6
    with queue.job_came:
        queue.end_turn(study)
    assert study in queue.waiting and study.checkpoint


def test_a_first_pass_waits_for_no_study_of_another_network(queue, clock):
    ask_from(queue, "hall", Plan(1, 1), known=1)
    for _ in range(60):
        run_turn(queue, clock, 0.2)
    at_home = ask_from(queue, "home", Plan(1, 3), known=1)
    first = ask_from(queue, "hall", Plan(2, 1))
    assert run_turn(queue, clock, 0.01) is first
    first.marks = marks([1.0])
    assert run_turn(queue, clock, 0.2) is at_home


def test_results_are_bounded_the_oldest_go_first_and_what_is_followed_stays(queue, monkeypatch):
    jobs = [ask(queue, Plan(100, student), 1, known=2) for student in (1, 2, 3)]
    for job in jobs[:2]:
        job.followed_until = 0.0
    for kept, students in ((20, [2, 3, 4]), (1, [3, 4])):
        monkeypatch.setattr(job_queue, "KEPT_MARKS", kept)
        running = ask(queue, Plan(100, 4), 2, known=1)
        with queue.job_came:
            queue.waiting = [running]
            assert queue.start_next() is running
            queue.end_turn(running)
        assert [plan.student for plan in queue.jobs] == students


def test_a_network_that_asks_for_much_has_only_its_own_results_forgotten(queue, monkeypatch):
    """What chapters had measured was once forgotten within two minutes, for everybody."""
    monkeypatch.setattr(job_queue, "KEPT_MARKS", 1_000)
    chapters = [ask_from(queue, "hall", Plan(100, n), known=40, background=True) for n in (1, 2, 3)]
    queue.waiting.clear()
    for batch_size in range(1, 100):
        job = ask_from(queue, "script", Plan(batch_size, 4), known=40)
        for each in (job, *chapters):
            each.followed_until = 0.0
        end_turn_of(queue, job)
    assert all(queue.jobs.get(each.plan) is each for each in chapters)
    assert sum(len(each.marks) for each in queue.jobs.values()) <= 1_000


class Room:
    """One that somebody leads."""


def ask_for_weights(queue: JobQueue, network: str, rooms: Sequence[Room] = ()) -> None:
    """Of 99 settings, which nobody follows any more; for these rooms in turn."""
    for batch_size in range(1, 100):
        room = weakref.ref(rooms[batch_size % len(rooms)]) if rooms else None
        follower = Follower(f"{network} {batch_size}", network, room)
        plan = Plan(batch_size, 4, kept_passes=(0,))
        job = ask(queue, plan, 200, known=1, follower=follower)
        job.followed_until = 0.0
        end_turn_of(queue, job)


def test_what_is_large_and_forgotten_is_whose_network_has_the_most(queue, monkeypatch):
    """Studies of one network, with their weights, once pushed out those of a hall."""
    monkeypatch.setattr(job_queue, "KEPT_MARKS", 10 * MARKS_PER_LARGE_JOB)
    of_hall = ask_from(queue, "hall", Plan(10, 1, kept_passes=(0,)), known=1)
    of_hall.followed_until = 0.0
    ask_for_weights(queue, "script")
    assert queue.jobs.get(of_hall.plan) is of_hall and len(queue.jobs) <= 10


def test_what_is_large_is_forgotten_before_what_a_chapter_has_measured(queue, monkeypatch):
    """A hundred short messages from a hall, for weights, once kept its lecturer waiting."""
    monkeypatch.setattr(job_queue, "KEPT_MARKS", 10 * MARKS_PER_LARGE_JOB)
    chapters = [ask_from(queue, "hall", Plan(100, n), known=40, background=True) for n in (1, 2, 3)]
    for each in chapters:
        each.followed_until = 0.0
    ask_for_weights(queue, "hall")
    assert all(queue.jobs.get(each.plan) is each for each in chapters)


@pytest.mark.parametrize("others", [0, 5])
def test_what_a_lecturer_has_followed_is_pushed_out_by_nobody_at_the_same_address(
    queue, monkeypatch, others
):
    """By asking for weights, a script once had a hall's own exam computed anew at each step."""
    monkeypatch.setattr(job_queue, "KEPT_MARKS", 10 * MARKS_PER_LARGE_JOB)
    room, rooms = Room(), [Room() for _ in range(others)]
    lecturer = Follower("lecturer", "hall", weakref.ref(room))
    weights = Plan(10, 1, kept_passes=(0,))
    jobs = [ask(queue, each, 200, follower=lecturer, known=1) for each in (Plan(10, 1), weights)]
    for each in jobs:
        each.followed_until = 0.0
    ask_for_weights(queue, "hall", rooms)
    assert all(queue.jobs.get(each.plan) is each for each in jobs)
    assert len(queue.jobs) <= 12
    del room, rooms
    ask_for_weights(queue, "hall")
    assert weights not in queue.jobs, "its room is closed"


def test_what_is_followed_is_bounded_as_well(queue, monkeypatch):
    """Fifteen hundred sessions that go on asking for 200 passes each would hold 0.8 GB."""
    monkeypatch.setattr(job_queue, "FOLLOWED_MARKS", 2_000)
    of_hall = [ask_from(queue, "hall", Plan(100, n), known=201) for n in (1, 2)]
    for batch_size in range(1, 100):
        job = ask_from(queue, "script", Plan(batch_size, 4), known=201)
        end_turn_of(queue, job)
        assert job.plan in queue.jobs
    assert all(queue.jobs.get(each.plan) is each for each in of_hall)
    assert 1_500 < sum(len(each.marks) for each in queue.jobs.values()) <= 2_300


def test_what_somebody_follows_pushes_out_nothing_that_others_have_followed(queue, monkeypatch):
    """By six pages of a chapter, a phone once had all forgotten that was not polled at the time."""
    monkeypatch.setattr(job_queue, "KEPT_MARKS", 500)
    of_hall = ask_from(queue, "hall", Plan(100, 1), known=201)
    of_hall.followed_until = 0.0
    for batch_size in range(1, 20):
        job = ask_from(queue, "script", Plan(batch_size, 4), known=201)
        end_turn_of(queue, job)
    assert queue.jobs.get(of_hall.plan) is of_hall


def test_what_two_networks_share_is_as_safe_as_what_the_lighter_one_has(queue, monkeypatch):
    """Whoever was first to open a chapter could have had its results forgotten for all."""
    monkeypatch.setattr(job_queue, "KEPT_MARKS", 1_000)
    shared = ask_from(queue, "script", Plan(100, 1), known=40)
    ask_from(queue, "hall", Plan(100, 1), known=40)
    for batch_size in range(1, 100):
        job = ask_from(queue, "script", Plan(batch_size, 4), known=40)
        job.followed_until = shared.followed_until = 0.0
        end_turn_of(queue, job)
    assert queue.jobs.get(shared.plan) is shared


def test_who_has_left_is_forgotten_as_a_follower(queue):
    job = ask(queue, Plan(10, 1), 20)
    for number in range(3 * MANY_FOLLOWERS):
        job.follow(0, Follower(f"gone {number}"))
    assert len(job.followers) <= MANY_FOLLOWERS + 2


def test_a_job_that_loses_three_workers_is_given_up_and_others_go_on(queue):
    job, other = ask(queue, Plan(1, 1), 20, known=1), ask(queue, Plan(1, 2), 200, known=1)
    for lost in (1, 2, 3):
        with queue.job_came:
            assert queue.start_next() is job
            queue.lose_worker(job, tries=3)
        assert queue.failure_reason(job) == ("worker" if lost == 3 else "")
    assert queue.failure_reason(other) == "" and order_of(queue) == [other]


def test_broken_exams_fail_everybody(queue):
    jobs = [ask(queue, Plan(1, student), 20) for student in (1, 2)]
    with queue.job_came:
        queue.fail("exams")
    assert [queue.failure_reason(job) for job in jobs] == ["exams"] * 2 and order_of(queue) == []
