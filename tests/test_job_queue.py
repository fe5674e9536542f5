"""Which job comes next, how many are ahead, and what is forgotten: without any process."""

import threading

import pytest

from exam.model.plan import Plan
from exam.model.results import Checkpoint
from exam.service import fading, job_queue, usage
from exam.service.job import MANY_FOLLOWERS, Job
from exam.service.job_queue import LONGEST_WAIT_EVERY, JobQueue
from exam.service.turn import TurnResult
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
    """Every other of those turns goes to a chapter's job; meanwhile short ones keep coming."""
    chapter = ask(queue, Plan(100, 1), 200, known=1, background=True)
    long = ask(queue, Plan(1, 1), 200, known=1)
    long.last_mark_at -= 20  # it has waited for so many seconds
    for student in range(2, 12):
        ask(queue, Plan(1, student), 20, known=1)
    with queue.job_came:
        turns = [queue.start_next() for _ in range(2 * LONGEST_WAIT_EVERY)]
    assert [turns.index(chapter), turns.index(long)] == [3, 7]


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
    monkeypatch.setattr(
        Job, "priority", property(lambda job: (sorted_keys.append(job) or id(job),))
    )
    places = [queue.ahead_of(job) for job in jobs * 10]
    assert sorted(places) == sorted([*range(100)] * 10) and len(sorted_keys) == 100
    with queue.job_came:
        queue.start_next()
    assert queue.ahead_of(jobs[0]) <= 99 and len(sorted_keys) > 100


def test_who_asks_for_ever_new_studies_comes_after_all_others(queue):
    """What another visit follows as well is not held up."""
    honest, shared, new = Plan(1, 1), Plan(1, 2), [Plan(100, student) for student in range(3, 30)]
    jobs = {plan: ask(queue, plan, 200 if plan == honest else 1, known=0) for plan in new}
    with queue.job_came:
        for job in jobs.values():
            queue.follow(job, "greedy", 60, is_background=False)
            del job.followers[""]
    long = ask(queue, honest, 200, known=2)
    both = ask(queue, shared, 20, known=2)
    with queue.job_came:
        queue.follow(long, "honest", 60, is_background=False)
        queue.follow(both, "greedy", 60, is_background=False)
    assert order_of(queue)[:2] == [both, long]


def test_a_turn_is_charged_to_all_who_follow_it(queue, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(fading.time, "monotonic", lambda: now[0])
    shared, alone = ask(queue, Plan(1, 1), 200, known=1), ask(queue, Plan(1, 2), 200, known=1)
    with queue.job_came:
        for visit in map(str, range(10)):
            queue.follow(shared, visit, 60, is_background=False)
        queue.follow(alone, "alone", 60, is_background=False)
        for job in (shared, alone):
            job.followers.pop("")
            queue.waiting.remove(job)
            queue.running.append(job)
            job.turn_began = now[0]
            now[0] += 6.0
            queue.end_turn(job)
        levels = [queue._usage.level(visit) for visit in ("3", "alone", "nobody")]
        now[0] += 10 * usage.HALF_LIFE
        assert levels == [0, 3, 0] and queue._usage.level("alone") == 0


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


def test_who_has_left_is_forgotten_as_a_follower(queue):
    job = ask(queue, Plan(10, 1), 20)
    for number in range(3 * MANY_FOLLOWERS):
        job.follow(0, f"gone {number}")
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
