"""Faults during a study that twenty learners follow: each comes to the end, or to one sentence,
and the next press works. Real processes throughout."""

import asyncio
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from email.utils import parsedate_to_datetime
from pathlib import Path

import psutil
import pyarrow as pa
import pytest

import exam.classroom
import exam.studies
import exam.worker
from exam.classroom import Classroom
from exam.model.plan import Plan
from tests.browser import running_server
from tests.visit import Visit, run
from tests.waiting import wait_for

ROOT = Path(__file__).parent.parent
LONG = {"batch_size": 1, "epochs": 200}
FOLLOWERS = 20


class Followers:
    """Twenty learners who look at one study, as the page does, until its end or a trouble."""

    def __init__(self, classroom: Classroom, student: int):
        self.classroom, self.settings = classroom, LONG | {"student": student}
        self.ends: list[str | list[int]] = []
        self.threads = [threading.Thread(target=self._follow) for _ in range(FOLLOWERS)]
        for thread in self.threads:
            thread.start()
        study = wait_for(lambda: classroom._studies.get(Plan(1, student)))
        wait_for(lambda: len(study.epochs) > 3)
        assert len(study.epochs) < 201 and study.is_watched

    def _follow(self) -> None:
        seen, deadline = 0, time.monotonic() + 150
        while seen <= self.settings["epochs"]:
            assert time.monotonic() < deadline
            view = self.classroom.look(**self.settings, seen=seen, patience_seconds=0.3)
            if view.trouble:
                self.ends.append(view.trouble)
                return
            seen = len(view.epochs)
        self.ends.append([mark.epoch for mark in view.epochs])

    def end(self) -> list:
        for thread in self.threads:
            thread.join()
        assert len(self.ends) == FOLLOWERS
        return self.ends

    def expect_all_epochs(self) -> None:
        assert self.end() == [list(range(201))] * FOLLOWERS

    def expect_trouble(self, reason: str) -> None:
        assert self.end() == [reason] * FOLLOWERS


def press(classroom: Classroom, **settings: int) -> int:
    """The next press: how many epochs come of a short study."""
    settings = {"batch_size": 10, "epochs": 3, "student": 1} | settings
    return wait_for(
        lambda: (
            len(classroom.look(**settings, seen=3, patience_seconds=0.2).epochs)
            > settings["epochs"]
        )
    )


@pytest.fixture
def classroom():
    room = Classroom()
    press(room)
    yield room
    assert press(room, student=2)  # whatever happened
    room._worker.stop()


def test_a_stopped_worker_is_noticed_in_time(classroom, monkeypatch):
    monkeypatch.setattr(exam.worker, "SILENT_SECONDS", 3.0)
    followers, pid = Followers(classroom, 11), classroom._worker.pid
    os.kill(pid, signal.SIGSTOP)
    followers.expect_all_epochs()
    assert classroom._worker.pid != pid and not psutil.pid_exists(pid)


def test_a_worker_without_memory_is_replaced(classroom):
    followers, pid = Followers(classroom, 12), classroom._worker.pid
    resource.prlimit(pid, resource.RLIMIT_AS, (1, 1))  # from here on, it gets no more
    news: list[int] = []
    while classroom._worker.pid == pid:  # others come with settings that must be traced, and kept
        news.append(press(classroom, batch_size=37, student=len(news) % 30 + 1))
    followers.expect_all_epochs()
    assert not psutil.pid_exists(pid)


MUTTERING_DESK = """
import sys
from pathlib import Path
import exam
exam.__path__[:] = [{exam!r}]
import exam.desk as desk

claim = desk._claim_output

class Mutterer:
    def __init__(self, answers):
        self.answers, self.lines = answers, 0
    def write(self, line):
        self.lines += 1
        if self.lines == 12 and not Path({once!r}).exists():
            Path({once!r}).touch()
            self.answers.write({nonsense!r})
            self.answers.flush()
            {then}
        self.answers.write(line)
    def flush(self):
        self.answers.flush()

desk._claim_output = lambda: Mutterer(claim())
desk.main()
"""


@pytest.mark.parametrize(
    ("nonsense", "then"),
    [
        ("\x00\x1b garbage \ufffd\n", "pass"),
        ('{"epoch": 3, "upda', "import os; os._exit(1)"),
        ('{"epoch": 3, "upda', "import time; time.sleep(3600)"),
        ('{"epoch": 99999}\n', "pass"),
        ("[" * 100_000 + "\n", "pass"),
    ],
    ids=["garbage", "half a line and gone", "half a line and silence", "no epoch", "deep"],
)
def test_nonsense_in_the_middle_of_a_study(nonsense, then, monkeypatch, tmp_path):
    monkeypatch.setattr(exam.worker, "SILENT_SECONDS", 3.0)
    (tmp_path / "exam").mkdir()
    (tmp_path / "exam" / "__init__.py").touch()
    once = tmp_path / "once"
    desk = MUTTERING_DESK.format(
        exam=str(ROOT / "exam"), once=str(once), nonsense=nonsense, then=then
    )
    (tmp_path / "exam" / "desk.py").write_text(desk, encoding="utf-8")
    monkeypatch.setattr(exam.worker, "__file__", str(tmp_path / "exam" / "worker.py"))
    room = Classroom()
    Followers(room, 13).expect_all_epochs()
    assert once.exists(), "the nonsense was never said"
    assert press(room, student=3)
    room._worker.stop()


SLOW_READER = """
import sys, time
from exam.classroom import Classroom
room = Classroom()
settings = {"batch_size": 1, "epochs": 200, "student": 14}
seen = 0
while seen < 201:
    seen = len(room.look(**settings, seen=seen, patience_seconds=1.0).epochs)
    if 3 < seen and len(sys.argv) == 1:
        sys.argv.append("said")
        print(room._worker.pid, flush=True)
print("end", flush=True)
"""


def test_a_full_pipe_that_nobody_reads_only_holds_the_worker_up(tmp_path):
    server = subprocess.Popen(
        [sys.executable, "-c", SLOW_READER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    worker = psutil.Process(int(server.stdout.readline()))
    server.send_signal(signal.SIGSTOP)

    def is_stuck() -> bool:
        before = sum(worker.cpu_times()[:2])
        time.sleep(0.5)
        return worker.status() == psutil.STATUS_SLEEPING and (sum(worker.cpu_times()[:2]) == before)

    wait_for(is_stuck)  # in the middle of the study, since 200 epochs do not fit into the pipe
    server.send_signal(signal.SIGCONT)
    assert server.stdout.readline() == "end\n"
    assert server.wait(timeout=20) == 0


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A copy of the project of which the workers are, while the classroom is that of this one."""
    for part in ("exam", "assets"):
        shutil.copytree(ROOT / part, tmp_path / part)
    monkeypatch.setattr(exam.worker, "__file__", str(tmp_path / "exam" / "worker.py"))
    return tmp_path


def test_exams_truncated_while_running(project, monkeypatch):
    monkeypatch.setattr(exam.studies, "REST_SECONDS", 2.0)
    room = Classroom()
    followers = Followers(room, 15)
    exams = project / "assets" / "exams.npz"
    whole = exams.read_bytes()
    exams.write_bytes(whole[: len(whole) // 2])
    followers.expect_all_epochs()  # those who study have the exams before them
    followers = Followers(room, 16)
    os.kill(room._worker.pid, signal.SIGKILL)
    followers.expect_trouble("exams")
    exams.write_bytes(whole)
    assert press(room, student=4)
    room._worker.stop()


def test_keras_gone_while_running(project, monkeypatch, capfd):
    monkeypatch.setattr(exam.studies, "REST_SECONDS", 2.0)
    room = Classroom()
    followers = Followers(room, 17)
    (project / "tensorflow.py").write_text("raise ImportError('gone')", encoding="utf-8")
    os.kill(room._worker.pid, signal.SIGKILL)
    followers.expect_trouble("keras")
    assert "pip install -r requirements.txt" in capfd.readouterr().err
    (project / "tensorflow.py").unlink()
    assert press(room, student=5)
    room._worker.stop()


def test_a_full_disk_costs_the_file_and_nothing_else(classroom):
    followers, pid = Followers(classroom, 18), classroom._worker.pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, 0))  # nothing more can be written
    with pytest.raises(OSError, match="no room"):
        classroom.keras_file(batch_size=10, student=1, epochs=2, patience_seconds=60)
    followers.expect_all_epochs()
    assert classroom._worker.pid == pid


def test_a_log_that_cannot_be_written_costs_nothing(tmp_path):
    async def visit(url: str) -> str:
        async with Visit(url, "epochs=3&lang=ko").connection() as learner:
            await learner.study()
            return learner.text

    with running_server(tmp_path / "log.txt") as server:
        run(visit(server.url))
        whatever = resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        server.worker().kill()  # of which the log would speak
        assert "3번 중" in run(visit(server.url))
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, whatever)  # Streamlit says good-bye


def test_nobody_follows_for_a_learner_who_has_left(tmp_path):
    """Though nothing is drawn that would show that the learner is gone: the worker stands still."""
    link = "only=students&lang=ko"

    async def ask_and_leave(url: str) -> None:
        async with Visit(url, link).connection() as learner:
            await learner.open()
            await learner.choose("students_guess", 0)
            await learner.read()
            await learner.press("students_begin")
            await learner.catch(3.0)  # all that comes while the worker stands still

            followed.append(process.num_threads() >= FOLLOWERS)

    async def all_leave(url: str) -> None:
        await asyncio.gather(*(ask_and_leave(url) for _ in range(FOLLOWERS)))

    async def warm_up(url: str) -> None:
        async with Visit(url, "epochs=1").connection() as learner:
            await learner.study()

    with running_server(tmp_path / "log.txt") as server:
        run(warm_up(server.url))
        process, followed = psutil.Process(server.pid), []
        server.worker().send_signal(signal.SIGSTOP)
        run(all_leave(server.url))
        assert any(followed)
        wait_for(lambda: process.num_threads() < FOLLOWERS, seconds=exam.worker.SILENT_SECONDS / 2)
        server.worker().kill()


@pytest.mark.skipif(not shutil.which("gcc"), reason="no compiler for tests/wall_clock.c")
def test_a_clock_set_back_by_an_hour_costs_nothing(tmp_path):
    clock, library = tmp_path / "clock", tmp_path / "wall_clock.so"
    clock.write_bytes(struct.pack("l", 0))
    source = str(ROOT / "tests" / "wall_clock.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source], check=True)

    async def follow(learner: Visit) -> int:
        async with learner.connection():
            await learner.study()
            return max(pa.ipc.open_stream(learner.marks).read_all()["epoch"].to_pylist())

    async def lecture(url: str) -> list[int]:
        link = "batch_size=1&epochs=200&student=19&lang=ko"
        learners = [Visit(url, link) for _ in range(FOLLOWERS)]
        following = [asyncio.create_task(follow(learner)) for learner in learners]
        while not all(learner.first_pass for learner in learners):
            await asyncio.sleep(0.02)
        assert not any(learner.ended for learner in learners)
        with clock.open("r+b") as file:
            file.write(struct.pack("l", -3600))
        texts = await asyncio.gather(*following)
        return texts + [await follow(Visit(url, "epochs=3&student=19&lang=ko"))]

    settable = {"LD_PRELOAD": str(library), "WALL_CLOCK": str(clock)}
    with running_server(tmp_path / "log.txt", **settable) as server:
        assert run(lecture(server.url)) == [200] * FOLLOWERS + [3]
        said = urllib.request.urlopen(server.url).headers["Date"]
        seconds_back = time.time() - parsedate_to_datetime(said).timestamp()
        assert 3500 < seconds_back < 3700, "the clock was not set back"
