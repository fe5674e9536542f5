"""The scheduler with its real worker: sharing, turns, files, and results that are let go."""

import dataclasses
import itertools
import os
import threading
import time

import psutil
import pytest

from exam.model.plan import Plan
from exam.service import job_queue, scheduler, worker
from exam.service.scheduler import Scheduler, get_scheduler
from exam.service.worker import workers_wanted
from tests.waiting import source_of, wait_for, workers_of


@pytest.fixture(scope="module")
def ours() -> Scheduler:
    """The one of this process, so that all tests have one worker."""
    scheduler = get_scheduler()
    scheduler.fetch(Plan(10, 30), 1, 90)
    return scheduler


def numbers(marks) -> list:
    return [dataclasses.replace(mark, seconds=0.0) for mark in marks]


def test_the_same_numbers_as_study_in_this_process(ours):
    from exam.model.training import study

    for more in (
        {},
        {"workbook": "pianist"},
        {"misprints": 20},
        {"learning_rate": 0.005},
    ):
        plan = Plan(32, 3, **more)
        there = study(batch_size=32, epochs=8, student=3, **more)
        assert numbers(ours.fetch(plan, 8, 90)) == numbers(there)


def test_workers_leave_the_processor_to_the_page(ours):
    """Or with many learners the page waits for it at every run."""
    assert {each.nice() - psutil.Process().nice() for each in workers_of(psutil.Process())} == {5}


def test_a_finished_study_is_there_at_once_and_a_longer_one_goes_on(ours):
    marks = ours.fetch(Plan(10, 4), 12, 90)
    assert [ours.poll(Plan(10, 4), epochs).marks for epochs in (12, 5)] == [marks, marks[:6]]
    longer = ours.fetch(Plan(10, 4), 15, 90)
    assert longer[:13] == marks and [mark.epoch for mark in longer] == list(range(16))


def test_a_running_study_is_followed_from_its_beginning_by_everybody(ours):
    plan, results = Plan(1, 6), []
    threads = [
        threading.Thread(target=lambda: results.append(ours.fetch(plan, 200, 90)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    first = wait_for(lambda: ours.poll(plan, 200).marks)
    assert first[0].epoch == 0
    for thread in threads:
        thread.join()
    assert [mark.epoch for mark in results[0]] == list(range(201))
    assert all(each == results[0] for each in results) and len(results) == 20


def test_nobody_waits_for_anothers_long_study(ours):
    long, short = Plan(1, 7), Plan(10, 8)
    wait_for(lambda: ours.poll(long, 200).marks)
    ours.fetch(short, 5, 90)
    assert len(ours.poll(long, 200).marks) < 201
    ours.fetch(long, 200, 90)


def test_a_study_that_was_pressed_for_stays_so_when_a_chapter_asks_for_it_too(ours):
    plan = Plan(100, 12)
    ours.poll(plan, 200)
    ours.poll(plan, 200, is_background=True)
    assert not ours._queue.job_of(plan).is_background
    ours.fetch(plan, 200, 90)


def test_what_is_out_of_range_never_reaches_the_worker(ours):
    for epochs in (0, 201, "20"):
        with pytest.raises(ValueError, match="epochs"):
            ours.poll(Plan(10, 1), epochs)
    assert len(ours.fetch(Plan(10, 1), 2, 90)) == 3


def test_results_that_were_let_go_are_computed_again(ours, monkeypatch):
    for name in ("FOLLOWED_SECONDS", "ASKED_SECONDS"):
        monkeypatch.setattr(scheduler, name, 0.6)
    monkeypatch.setattr(job_queue, "KEPT_MARKS", 1)
    before, polled = ours.fetch(Plan(100, 11), 3, 90), time.monotonic()
    for epochs in itertools.count(1):  # another goes on until nobody has asked for it so long
        ours.fetch(Plan(50, 1), epochs, 90)
        if time.monotonic() > polled + 0.7:
            break
    again = ours.fetch(Plan(100, 11), 3, 90)
    assert numbers(again) == numbers(before) and again[0] is not before[0]


def test_the_process_that_is_forked_computes_nothing_itself(ours):
    """Once TensorFlow has run an operation, it has threads, and a fork of it hangs."""
    workers = workers_of(psutil.Process())
    assert len(workers) == workers_wanted() and source_of(psutil.Process()).num_threads() == 1
    assert all(worker.num_threads() > 1 for worker in workers)


def test_how_many_workers_the_environment_wants(monkeypatch, caplog):
    cores = min(worker.MAX_WORKERS, len(os.sched_getaffinity(0)))
    for value, wanted in {"3": 3, "": cores, "0": cores, "many": cores, "-1": cores}.items():
        monkeypatch.setenv("EXAM_WORKERS", value)
        assert workers_wanted() == wanted
    assert "EXAM_WORKERS must be a number" in caplog.text
    monkeypatch.setattr(worker, "CAN_FORK", False)
    assert workers_wanted() == 1
