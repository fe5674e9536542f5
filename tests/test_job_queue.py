"""Which job comes next, how many are ahead, and what is forgotten: without any process."""

import random
import threading
import time
from collections import Counter

import pytest

from exam.model.plan import Plan
from exam.model.results import Checkpoint
from exam.service import decaying_sum, job_queue, usage
from exam.service.job import MANY_FOLLOWERS, Job
from exam.service.job_queue import LONGEST_WAIT_EVERY, JobQueue
from exam.service.turn import TurnResult
from exam.service.usage import NOBODY, Follower
from tests.scripted import marks


@pytest.fixture
def queue() -> JobQueue:
    return JobQueue(threading.Lock())


def ask(
    queue: JobQueue, plan: Plan, epochs: int, *, known: int = 0, background: bool = False
) -> Job:
    with queue.job_came:
        job = queue.job_of(plan)
        job.marks = marks([1.0] * known)[:known]
        job.target, job.is_background = epochs, background
        job.follow(60)
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


def ask_from(queue: JobQueue, network: str, plan: Plan, **more) -> Job:
    """Ask for a study of 200 passes in a visit of its own, from that network."""
    job = ask(queue, plan, 200, **more)
    visit = Follower(f"{network} {plan}", network)
    with queue.job_came:
        queue.follow(job, visit, 1e6, is_background=job.is_background)
    job.followers.pop(NOBODY, None)
    return job


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
    """Forty visits of another network once had all of the time, each being light by itself."""
    script = [ask_from(queue, "script", Plan(n, 1), known=1) for n in range(1, 41)]
    assert all(run_turn(queue, clock, 0.2) in script for _ in range(100))
    hall = [ask_from(queue, "hall", Plan(n, 2), known=1) for n in (1, 2)]
    first = [run_turn(queue, clock, 0.2) for _ in range(20)]
    assert all(job in hall for job in first), "the network that has asked for less recently"
    later = [run_turn(queue, clock, 0.2) for _ in range(400)][200:]
    assert 90 < sum(job in hall for job in later) < 110


def test_a_first_pass_waits_for_no_study_of_another_network(queue, clock):
    ask_from(queue, "hall", Plan(1, 1), known=1)
    for _ in range(60):
        run_turn(queue, clock, 0.2)
    at_home = ask_from(queue, "home", Plan(1, 3), known=1)
    first = ask_from(queue, "hall", Plan(2, 1))
    assert run_turn(queue, clock, 0.01) is first
    first.marks = marks([1.0])
    assert run_turn(queue, clock, 0.2) is at_home


@pytest.mark.parametrize("seed", range(5))
def test_ranks_order_decaying_sums_and_stay(clock, seed):
    draw = random.Random(seed)
    sums = [decaying_sum.DecayingSum(10.0) for _ in range(20)]
    for _ in range(200):
        clock[0] += draw.random()
        draw.choice(sums).add(draw.random())
    ranks = [each.rank for each in sums]
    clock[0] += 3
    assert [each.rank for each in sums] == ranks
    assert sorted(sums, key=decaying_sum.DecayingSum.now) == sorted(
        sums, key=lambda each: each.rank
    )
    assert decaying_sum.DecayingSum(10.0).rank < min(ranks)


def test_checkpoints_are_kept_of_what_goes_on_and_of_the_newest(queue, monkeypatch):
    monkeypatch.setattr(job_queue, "KEPT_CHECKPOINTS", 2)
    jobs = [ask(queue, Plan(100, student), 1, known=1) for student in (1, 2, 3, 4)]
    for job in jobs:
        with queue.job_came:
            assert queue.start_next() is job
            job.add_turn(TurnResult(marks([1.0])[1:], Checkpoint([], 1)))
            queue.end_turn(job)
    assert [bool(job.checkpoint) for job in jobs] == [False, False, True, True]
    left = ask(queue, Plan(1, 5), 20, known=1)
    left.checkpoint, left.followed_until = Checkpoint([], 0), 0.0
    assert order_of(queue) == [] and left.checkpoint is None


def test_a_turn_without_a_checkpoint_gives_the_first_passes_again_and_loses_none(queue):
    whole = marks([1.0] * 9)
    job = ask(queue, Plan(1, 1), 200)
    with queue.job_came:
        job.add_turn(TurnResult(whole[:6], Checkpoint([], 5)))
        job.add_turn(TurnResult(whole[:3], Checkpoint([], 2)))  # from the beginning
        assert job.marks == whole[:6] and job.checkpoint.epoch == 2
        job.add_turn(TurnResult(whole[3:9], Checkpoint([], 8)))
    assert [mark.epoch for mark in job.marks] == list(range(9))


def test_how_many_are_ahead(queue):
    jobs = [ask(queue, Plan(10, student), 20, known=student) for student in (1, 2, 3)]
    assert [queue.ahead_of(job) for job in jobs] == [2, 1, 0]
    with queue.job_came:
        assert queue.start_next() is jobs[2]
    assert [queue.ahead_of(job) for job in jobs] == [2, 1, 0]  # one of them runs now


def test_no_more_than_so_many_wait_and_the_rest_are_told_that_all_come_first(queue, monkeypatch):
    monkeypatch.setattr(job_queue, "MAX_WAITING", 3)
    jobs = [ask(queue, Plan(10, student), 20) for student in range(1, 6)]
    assert [queue.ahead_of(job) for job in jobs] == [0, 1, 2, 3, 3]


def test_who_comes_while_many_wait_is_told_where_they_stand(queue, monkeypatch):
    """Once behind all five hundred, and so asked again after five seconds."""
    for batch_size in range(2, 32):
        ask(queue, Plan(batch_size, 1), 200, known=1)
    long = ask(queue, Plan(1, 2), 200, known=1)
    assert queue.ahead_of(long) == 30
    first, short = ask(queue, Plan(10, 3), 20), ask(queue, Plan(100, 3), 20, known=1)
    assert [queue.ahead_of(job) for job in (first, short, long)] == [0, 0, 30]


def test_where_many_wait_no_poll_looks_at_all_of_them(queue, monkeypatch):
    """Once the page took a second and a half where somebody kept the queue full."""
    monkeypatch.setattr(job_queue, "MAX_WAITING", 100)
    looks = Counter[str]()
    turn_of = queue._turn_of
    monkeypatch.setattr(queue, "_turn_of", lambda job: (looks.update(["looks"]), turn_of(job))[1])
    for batch_size in range(1, 101):
        ask(queue, Plan(batch_size, 1), 200, known=1)
    for student in range(2, 31):
        ask(queue, Plan(1, student), 200, known=1)
        ask(queue, Plan(100, student), 5, known=1)
    assert looks["looks"] < 100 + 4 * 58 and len(queue.waiting) == 100


def test_a_queue_that_somebody_has_filled_takes_the_job_of_whoever_asked_for_less(
    queue, monkeypatch
):
    monkeypatch.setattr(job_queue, "MAX_WAITING", 2)
    long, longer = (ask(queue, Plan(1, number), 100 * number, known=1) for number in (1, 2))
    short = ask(queue, Plan(1, 3), 20, known=1)
    assert longer not in queue.waiting and order_of(queue) == [short, long]


def test_who_is_ahead_is_sorted_once_a_turn_however_many_ask(queue, monkeypatch):
    jobs = [ask(queue, Plan(batch_size, 1), 20) for batch_size in range(1, 101)]
    sorted_keys = []
    monkeypatch.setattr(Job, "work_left", property(lambda job: sorted_keys.append(job) or id(job)))
    places = [queue.ahead_of(job) for job in jobs * 10]
    assert sorted(places) == sorted([*range(100)] * 10) and len(sorted_keys) == 100
    with queue.job_came:
        queue.start_next()
    assert queue.ahead_of(jobs[0]) <= 99 and len(sorted_keys) > 100


def test_who_asks_for_ever_new_studies_comes_after_all_others(queue):
    """What another visit follows as well is not held up."""
    greedy, honest_visit = Follower("greedy"), Follower("honest")
    honest, shared, new = Plan(1, 1), Plan(1, 2), [Plan(100, student) for student in range(3, 30)]
    jobs = {plan: ask(queue, plan, 200 if plan == honest else 1, known=0) for plan in new}
    with queue.job_came:
        for job in jobs.values():
            queue.follow(job, greedy, 60, is_background=False)
            del job.followers[NOBODY]
    long = ask(queue, honest, 200, known=2)
    both = ask(queue, shared, 20, known=2)
    with queue.job_came:
        queue.follow(long, honest_visit, 60, is_background=False)
        queue.follow(both, greedy, 60, is_background=False)
    assert order_of(queue)[:2] == [both, long]


def test_a_turn_is_charged_to_all_who_follow_it(queue, clock):
    shared, alone = ask(queue, Plan(1, 1), 200, known=1), ask(queue, Plan(1, 2), 200, known=1)
    with queue.job_came:
        for number in range(10):
            queue.follow(shared, Follower(str(number)), 60, is_background=False)
        queue.follow(alone, Follower("alone"), 60, is_background=False)
        for job in (shared, alone):
            job.followers.pop(NOBODY)
            queue.waiting.remove(job)
            queue.running.append(job)
            job.turn_began = clock[0]
            clock[0] += 6.0
            queue.end_turn(job)
        levels = [queue._usage.level(Follower(visit)) for visit in ("3", "alone", "nobody")]
        clock[0] += 10 * usage.HALF_LIFE
        assert levels == [0, 3, 0] and queue._usage.level(Follower("alone")) == 0


def test_a_study_that_another_follows_keeps_its_place(queue, monkeypatch):
    """Somebody who leaves just stops polling; that must not affect other learners."""
    monkeypatch.setattr(job_queue, "MAX_WAITING", 1)
    shared = ask(queue, Plan(1, 1), 200)  # two learners; one of them goes on to another study
    assert ask(queue, Plan(1, 1), 200) is shared
    other = ask(queue, Plan(1, 2), 200)
    assert order_of(queue) == [shared] and queue.ahead_of(other) == 0


def test_what_nobody_follows_is_left_out_and_taken_up_again(queue):
    job = ask(queue, Plan(1, 1), 200, known=3)
    job.followed_until = 0.0
    assert order_of(queue) == []
    assert ask(queue, Plan(1, 1), 200, known=3) is job and order_of(queue) == [job]


def test_results_are_bounded_the_oldest_go_first_and_what_is_followed_stays(queue, monkeypatch):
    jobs = [ask(queue, Plan(100, student), 1, known=2) for student in (1, 2, 3)]
    for job in jobs[:2]:
        job.followed_until = 0.0
    for kept, students in ((5, [2, 3, 4]), (1, [3, 4])):
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
        with queue.job_came:
            queue.waiting.clear()
            queue.running.append(job)
            queue.end_turn(job)
    assert all(queue.jobs.get(each.plan) is each for each in chapters)
    assert sum(len(each.marks) for each in queue.jobs.values()) <= 1_000


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
