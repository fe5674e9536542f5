"""The classroom and its worker as real processes: sharing, turns, faults, and an empty house."""

import dataclasses
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

import exam.classroom
import exam.worker
from exam.classroom import Classroom
from exam.model.plan import Plan
from exam.worker import Worker, WorkerLost
from tests.waiting import is_gone, wait_for

ROOT = Path(__file__).parent.parent


def follow(classroom: Classroom, *, seconds: float = 90.0, **settings: int) -> list:
    """Look until the study is complete, as the page does; returns its marks."""
    seen, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        view = classroom.look(**settings, seen=seen, patience_seconds=0.2)
        assert view.trouble == ""
        assert len(view.epochs) >= seen
        seen = len(view.epochs)
        if seen > settings["epochs"]:
            return view.epochs
    raise AssertionError(f"no end after {seconds} s, {seen} marks")


def numbers(marks: list) -> list:
    return [dataclasses.replace(mark, seconds=0.0) for mark in marks]


@pytest.fixture(scope="module")
def classroom():
    room = Classroom()
    follow(room, batch_size=10, epochs=1, student=30)
    yield room
    room._worker.stop()


def test_the_same_numbers_as_study_in_this_process(classroom):
    from exam.model.training import study

    for more in ({}, {"workbook": "pianist"}, {"misprints": 20}, {"solving": True}):
        settings = {"batch_size": 32, "epochs": 8, "student": 3} | more
        assert numbers(follow(classroom, **settings)) == numbers(study(**settings))


def test_a_finished_study_is_there_at_once(classroom):
    settings = {"batch_size": 10, "epochs": 12, "student": 4}
    marks = follow(classroom, **settings)
    for epochs in (12, 5):
        view = classroom.look(**settings | {"epochs": epochs}, seen=0, patience_seconds=0.0)
        assert view.epochs == marks[: epochs + 1]


def test_a_longer_study_goes_on_where_the_shorter_one_ended(classroom):
    short = follow(classroom, batch_size=10, epochs=3, student=5)
    long = follow(classroom, batch_size=10, epochs=9, student=5)
    assert long[:4] == short
    assert [mark.epoch for mark in long] == list(range(10))


def test_a_running_study_is_followed_from_its_beginning(classroom):
    settings = {"batch_size": 1, "epochs": 200, "student": 6}
    found: dict[int, list] = {}
    first = threading.Thread(target=lambda: found.update({1: follow(classroom, **settings)}))
    first.start()
    wait_for(
        lambda: len(classroom.look(**settings, seen=0, patience_seconds=0).epochs) > 5, seconds=20
    )
    view = classroom.look(**settings, seen=0, patience_seconds=0)
    assert view.epochs[0].epoch == 0 and len(view.epochs) < 201
    assert follow(classroom, **settings) == (first.join() or found[1])


def test_nobody_waits_for_anothers_long_study(classroom):
    """Turns by epoch: a short study is through before a long one that began earlier."""
    through: list[str] = []

    def run(name: str, **settings: int) -> None:
        follow(classroom, **settings)
        through.append(name)

    long = threading.Thread(
        target=run, args=("long",), kwargs={"batch_size": 1, "epochs": 200, "student": 7}
    )
    long.start()
    settings = {"batch_size": 1, "epochs": 200, "student": 7}
    wait_for(lambda: classroom.look(**settings, seen=0, patience_seconds=0).epochs, seconds=20)
    run("short", batch_size=10, epochs=5, student=8)
    long.join()
    assert through == ["short", "long"]


def test_a_study_that_nobody_watches_is_put_aside_and_taken_up_again(classroom):
    settings = {"batch_size": 1, "epochs": 200, "student": 9}
    classroom.look(**settings, seen=0, patience_seconds=5.0)
    study = classroom._studies[Plan(1, 9)]
    wait_for(lambda: len(study.epochs) > 2)
    study.watched_until = 0.0  # the tab is closed
    follow(classroom, batch_size=1, epochs=200, student=10)
    assert 2 < len(study.epochs) < 201
    assert len(follow(classroom, **settings)) == 201


def test_results_are_bounded_and_the_oldest_go_first(classroom, monkeypatch):
    monkeypatch.setattr(exam.classroom, "KEPT_EPOCHS", 5)
    for student in (11, 12, 13, 11, 14):
        for study in classroom._studies.values():
            study.watched_until = 0.0
        follow(classroom, batch_size=100, epochs=1, student=student)
    assert list(classroom._studies) == [Plan(100, student) for student in (13, 11, 14)]


def test_what_somebody_watches_is_kept(classroom, monkeypatch):
    monkeypatch.setattr(exam.classroom, "KEPT_EPOCHS", 1)
    for student in (22, 23):
        follow(classroom, batch_size=100, epochs=1, student=student)
    assert {Plan(100, 22), Plan(100, 23)} <= set(classroom._studies)


@pytest.mark.parametrize(
    "wrong",
    [
        {"batch_size": 0},
        {"batch_size": 101},
        {"epochs": 201},
        {"student": "1"},
        {"workbook": "__init__"},
        {"misprints": 31},
        {"marked_on": "mock"},
    ],
)
def test_what_is_out_of_range_never_reaches_the_worker(classroom, wrong):
    settings = {"batch_size": 10, "epochs": 20, "student": 1} | wrong
    with pytest.raises(ValueError, match=next(iter(wrong))):
        classroom.look(**settings, seen=0, patience_seconds=0)
    assert classroom._worker.is_alive()


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_worker_is_replaced_and_the_study_goes_on(classroom, kill, caplog):
    settings = {"batch_size": 1, "epochs": 200, "student": 15 + kill}
    found: dict[int, list] = {}
    threads = [
        threading.Thread(target=lambda n=n: found.update({n: follow(classroom, **settings)}))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    study = wait_for(lambda: classroom._studies.get(Plan(1, settings["student"])))
    wait_for(lambda: len(study.epochs) > 3)
    pid = classroom._worker.pid
    with caplog.at_level(logging.WARNING):
        os.kill(pid, kill)
        for thread in threads:
            thread.join()
    assert classroom._worker.pid != pid
    assert f"worker {pid} ended" in caplog.text
    assert [mark.epoch for mark in found[0]] == list(range(201))
    assert all(found[n] == found[0] for n in range(20))


def test_a_worker_killed_while_others_wait_lets_everyone_come_to_their_end(classroom):
    found: dict[int, list] = {}

    def run(student: int) -> None:
        found[student] = follow(classroom, batch_size=1, epochs=120, student=student)

    threads = [threading.Thread(target=run, args=(student,)) for student in range(24, 31)]
    for thread in threads:
        thread.start()
    for _ in range(2):
        wait_for(lambda: classroom._at_the_desk and len(classroom._waiting) > 2)
        os.kill(classroom._worker.pid, signal.SIGKILL)
        wait_for(lambda: classroom._loading_seconds() is not None)
    for thread in threads:
        thread.join()
    assert {len(marks) for marks in found.values()} == {121} and len(found) == 7


def test_a_worker_that_dies_idle_is_replaced(classroom):
    pid = classroom._worker.pid
    os.kill(pid, signal.SIGKILL)
    assert len(follow(classroom, batch_size=10, epochs=2, student=20)) == 3
    assert classroom._worker.pid != pid


def test_a_worker_that_falls_silent_is_replaced(classroom, monkeypatch):
    monkeypatch.setattr(exam.worker, "SILENT_SECONDS", 4.0)
    settings = {"batch_size": 1, "epochs": 200, "student": 21}
    classroom.look(**settings, seen=0, patience_seconds=1.0)
    pid = classroom._worker.pid
    os.kill(pid, signal.SIGSTOP)
    assert len(follow(classroom, **settings)) == 201
    assert classroom._worker.pid != pid and not psutil.pid_exists(pid)


def desk_that(does: str, monkeypatch, tmp_path) -> None:
    """Let workers run another script in place of exam.desk."""
    (tmp_path / "exam").mkdir()
    (tmp_path / "exam" / "__init__.py").touch()
    (tmp_path / "exam" / "desk.py").write_text(does, encoding="utf-8")
    monkeypatch.setattr(exam.worker, "__file__", str(tmp_path / "exam" / "worker.py"))


def trouble_of(room: Classroom) -> str:
    settings = {"batch_size": 10, "epochs": 5, "student": 1}
    return wait_for(lambda: room.look(**settings, seen=0, patience_seconds=0.2).trouble)


READY = "import sys\nprint('{\"ready\": true}', flush=True)\nsys.stdin.readline()\n"


@pytest.mark.parametrize(
    "does",
    [
        "print('Traceback: not JSON', flush=True)\n",
        READY + 'print(\'{"epoch": 0, "upda\')\n',
        READY + "print('[1, 2]')\n",
        READY + "print('{\"epoch\": 0}')\n",
        READY + "sys.stdout.buffer.write(bytes(range(128, 256)) + b'\\n')\n",
        READY,
        "raise SystemExit(3)",
    ],
    ids=["no JSON", "half a line", "a list", "fields missing", "bytes", "silence", "exit"],
)
def test_a_worker_that_talks_nonsense_is_given_up_politely(does, monkeypatch, tmp_path):
    desk_that(does, monkeypatch, tmp_path)
    assert trouble_of(Classroom()) == "worker"


def test_broken_exams_and_missing_keras_are_told_apart(monkeypatch, tmp_path):
    for failed in ("exams", "keras"):
        folder = tmp_path / failed
        folder.mkdir()
        desk_that(f'print(\'{{"failed": "{failed}"}}\')', monkeypatch, folder)
        assert trouble_of(Classroom()) == failed


def copy_of_the_project(folder: Path) -> Path:
    for part in ("exam", "assets"):
        subprocess.run(["cp", "-r", str(ROOT / part), str(folder / part)], check=True)
    return folder


def test_the_desk_says_what_is_broken(monkeypatch, tmp_path, capfd):
    project = copy_of_the_project(tmp_path)
    monkeypatch.setattr(exam.worker, "__file__", str(project / "exam" / "worker.py"))
    (project / "assets" / "exams.npz").write_bytes(b"PK")
    with pytest.raises(WorkerLost) as lost:
        Worker().wait_until_ready()
    assert lost.value.failed == "exams"
    assert "checksum" in capfd.readouterr().err


def test_the_desk_names_the_remedy_where_keras_is_missing(monkeypatch, tmp_path, capfd):
    project = copy_of_the_project(tmp_path)
    monkeypatch.setattr(exam.worker, "__file__", str(project / "exam" / "worker.py"))
    (project / "keras.py").write_text("raise ImportError('not installed')", encoding="utf-8")
    with pytest.raises(WorkerLost) as lost:
        Worker().wait_until_ready()
    assert lost.value.failed == "keras"
    assert "pip install -r requirements.txt" in capfd.readouterr().err


SERVER = """
import sys, time
from exam.classroom import Classroom
room = Classroom()
while room._worker is None:
    time.sleep(0.01)
print(room._worker.pid, flush=True)
settings = {"batch_size": 1, "epochs": 200, "student": 1}
if sys.argv[1] == "studying":
    while not room.look(**settings, seen=0, patience_seconds=0.1).epochs:
        pass
print("now", flush=True)
while True:
    room.look(**settings, seen=0, patience_seconds=0.1) if sys.argv[1] == "studying" else None
    time.sleep(0.01)
"""


@pytest.mark.parametrize("state", ["loading", "studying"])
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_no_worker_is_left_behind(end, state):
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, state], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    worker = psutil.Process(int(server.stdout.readline()))
    assert server.stdout.readline() == "now\n"
    assert worker.is_running()
    server.send_signal(end)
    server.wait(timeout=10)
    wait_for(lambda: is_gone(worker), seconds=15)


def test_how_many_are_ahead_is_true_and_no_more_than_so_many_wait(monkeypatch):
    monkeypatch.setattr(exam.classroom, "MOST_WAITING", 5)
    room = Classroom()
    settings = [{"batch_size": 10, "epochs": 20, "student": student} for student in range(1, 9)]
    views = [room.look(**each, seen=0, patience_seconds=0) for each in settings]
    assert [view.ahead for view in views] == [0, 0, 0, 0, 0, 5, 5, 5]  # Keras is still loading
    assert len(room._waiting) == 5
    found: dict[int, list] = {}
    threads = [
        threading.Thread(
            target=lambda each=each: found.update({each["student"]: follow(room, **each)})
        )
        for each in settings
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert len(room._waiting) <= 5
        time.sleep(0.002)
    assert sorted(found) == list(range(1, 9))
    room._worker.stop()
