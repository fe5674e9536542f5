"""Faults during a study that twenty learners follow: each comes to the end, or to one sentence,
and the next press works. Real processes throughout."""

import asyncio
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
import pytest

import exam.service.job
import exam.service.worker
from exam.model.plan import Plan
from exam.service.scheduler import Scheduler
from tests.browser import ROOT, copy_of_the_project, running_server
from tests.visit import Visit, run
from tests.waiting import is_gone, wait_for, workers_of

FOLLOWERS = 20
ALL = list(range(201))


class Hall:
    """A scheduler of its own, the worker that it has now, and twenty learners."""

    def __init__(self, loads: bool = True):
        self._others = set(workers_of(psutil.Process()))
        self.scheduler = Scheduler()
        if loads:
            self.press()

    @property
    def worker(self) -> psutil.Process:
        def newest():
            return next(iter(set(workers_of(psutil.Process())) - self._others), None)

        return wait_for(newest)

    def press(self, student: int = 1) -> None:
        """The next press works, at the latest after the rest that follows a failure."""

        def has_come() -> bool:
            progress = self.scheduler.poll(Plan(10, student), 3, seen=3, wait_seconds=0.2)
            return len(progress.epochs) == 4

        wait_for(has_come, seconds=120)

    def follow(self, student: int) -> "Followers":
        return Followers(self.scheduler, Plan(1, student))

    def close(self) -> None:
        self.scheduler.is_closed = True
        for worker in set(workers_of(psutil.Process())) - self._others:
            worker.kill()


class Followers:
    """They follow one study until its end or a failure."""

    def __init__(self, scheduler: Scheduler, plan: Plan):
        self.scheduler, self.plan, self.ends = scheduler, plan, []
        self.threads = [threading.Thread(target=self._follow) for _ in range(FOLLOWERS)]
        for thread in self.threads:
            thread.start()
        assert len(wait_for(self._begun)) < 201

    def _begun(self):
        epochs = self.scheduler.poll(self.plan, 200).epochs
        return epochs if len(epochs) > 3 else None

    def _follow(self) -> None:
        seen, deadline = 0, time.monotonic() + 150
        while seen <= 200:
            assert time.monotonic() < deadline
            progress = self.scheduler.poll(self.plan, 200, seen=seen, wait_seconds=0.3)
            if progress.failure:
                self.ends.append(progress.failure)
                return
            assert len(progress.epochs) >= seen
            seen = len(progress.epochs)
        self.ends.append([mark.epoch for mark in progress.epochs])

    def end(self) -> list:
        for thread in self.threads:
            thread.join()
        return self.ends


@pytest.fixture
def hall():
    hall = Hall()
    yield hall
    hall.press(student=2)  # whatever happened
    hall.close()


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_worker_is_replaced_and_the_study_goes_on(hall, kill):
    followers, worker = hall.follow(11), hall.worker
    worker.send_signal(kill)
    assert followers.end() == [ALL] * FOLLOWERS and is_gone(worker)


def test_a_worker_killed_while_others_wait_lets_everyone_come_to_their_end(hall):
    studies = [hall.follow(student) for student in (12, 13, 14)]
    hall.worker.kill()
    assert all(each.end() == [ALL] * FOLLOWERS for each in studies)


def test_a_worker_that_dies_idle_is_replaced(hall):
    worker = hall.worker
    worker.kill()
    hall.press(student=20)
    assert is_gone(worker)


def test_a_stopped_worker_is_noticed_in_time(hall, monkeypatch):
    monkeypatch.setattr(exam.service.worker, "SILENT_SECONDS", 3.0)
    followers, worker = hall.follow(15), hall.worker
    worker.suspend()
    assert followers.end() == [ALL] * FOLLOWERS and is_gone(worker)


def test_a_worker_without_memory_is_replaced(hall):
    followers, worker = hall.follow(16), hall.worker
    resource.prlimit(worker.pid, resource.RLIMIT_AS, (1, 1))  # from here on, it gets no more
    for student in range(1, 31):  # others come with settings that must be kept
        if is_gone(worker):
            break
        hall.scheduler.fetch(Plan(37, student), 3, 120)
    assert followers.end() == [ALL] * FOLLOWERS


def test_a_full_disk_costs_the_file_and_nothing_else(hall):
    followers, worker = hall.follow(17), hall.worker
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (0, 0))  # nothing more can be written
    with pytest.raises(OSError, match="no room"):
        hall.scheduler.keras_file(Plan(10, 1), 2, 60)
    assert followers.end() == [ALL] * FOLLOWERS and hall.worker == worker


READY = "import sys\nprint('{\"ready\": true}', flush=True)\nsys.stdin.readline()\n"
NONSENSE = {
    "no JSON": "print('Traceback: not JSON', flush=True)\n",
    "half a line": READY + 'print(\'{"epoch": 0, "upda\')\n',
    "a list": READY + "print('[1, 2]')\n",
    "fields missing": READY + "print('{\"epoch\": 0}')\n",
    "bytes": READY + "sys.stdout.buffer.write(bytes(range(128, 256)) + b'\\n')\n",
    "too deep": READY + "print('[' * 100_000)\n",
    "silence": READY,
    "exit": "raise SystemExit(3)",
}


def failure_of(scheduler: Scheduler) -> str:
    return wait_for(lambda: scheduler.poll(Plan(10, 1), 5, seen=5, wait_seconds=0.2).failure)


def test_a_worker_that_talks_nonsense_is_given_up_politely(monkeypatch):
    for does in NONSENSE.values():
        monkeypatch.setattr(exam.service.worker, "COMMAND", [sys.executable, "-c", does])
        scheduler = Scheduler()
        assert failure_of(scheduler) == "worker"
        scheduler.is_closed = True


ONCE = """
import os, sys
from pathlib import Path
from exam.service import worker_main

claim = worker_main._claim_output

class Mutterer:
    def __init__(self, output):
        self.output, self.lines = output, 0
    def write(self, line):
        self.lines += 1
        if self.lines == 12 and not Path({once!r}).exists():
            Path({once!r}).touch()
            self.output.write({nonsense!r})
            self.output.flush()
            {then}
        self.output.write(line)
    def flush(self):
        self.output.flush()

worker_main._claim_output = lambda: Mutterer(claim())
worker_main.main()
"""


def test_nonsense_in_the_middle_of_a_study(monkeypatch, tmp_path):
    monkeypatch.setattr(exam.service.worker, "SILENT_SECONDS", 3.0)
    for number, (nonsense, then) in enumerate(
        [
            ("\x00\x1b garbage \ufffd\n", "pass"),
            ('{"epoch": 3, "upda', "os._exit(1)"),
            ('{"epoch": 3, "upda', "import time; time.sleep(3600)"),
            ('{"epoch": 99999}\n', "pass"),
        ]
    ):
        once = tmp_path / str(number)
        script = ONCE.format(once=str(once), nonsense=nonsense, then=then)
        # The name stands among the arguments, so that the worker is found by it.
        command = [sys.executable, "-c", script, "exam.service.worker_main"]
        monkeypatch.setattr(exam.service.worker, "COMMAND", command)
        hall = Hall(loads=False)
        assert hall.follow(18).end() == [ALL] * FOLLOWERS
        assert once.exists(), "the nonsense was never said"
        hall.close()


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A copy of the project of which the workers are, while the scheduler is that of this one."""
    for part in ("exam", "assets"):
        shutil.copytree(ROOT / part, tmp_path / part)
    monkeypatch.setattr(exam.service.worker, "ROOT", tmp_path)
    monkeypatch.setattr(exam.service.job, "RETRY_SECONDS", 2.0)
    return tmp_path


def test_exams_truncated_while_running(project, capfd):
    hall = Hall()
    followers = hall.follow(19)
    exams = project / "assets" / "exams.npz"
    whole = exams.read_bytes()
    exams.write_bytes(whole[: len(whole) // 2])
    assert followers.end() == [ALL] * FOLLOWERS  # those who study have the exams before them
    followers = hall.follow(20)
    hall.worker.kill()
    assert followers.end() == ["exams"] * FOLLOWERS
    assert "checksum" in capfd.readouterr().err
    exams.write_bytes(whole)
    hall.press(student=4)
    hall.close()


def test_keras_gone_while_running(project, capfd):
    hall = Hall()
    followers = hall.follow(21)
    (project / "tensorflow.py").write_text("raise ImportError('gone')", encoding="utf-8")
    hall.worker.kill()
    assert followers.end() == ["keras"] * FOLLOWERS
    assert "pip install -r requirements.txt" in capfd.readouterr().err
    (project / "tensorflow.py").unlink()
    hall.press(student=5)
    hall.close()


SERVER = """
import sys
from exam.model.plan import Plan
from exam.service.scheduler import get_scheduler
scheduler, plan, seen = get_scheduler(), Plan(1, 14), 0
print("begun", flush=True)
while seen < 201 or sys.argv[1] == "for ever":
    seen = len(scheduler.poll(plan, 200, seen=seen, wait_seconds=0.2).epochs)
    if seen > 3 and len(sys.argv) == 2:
        sys.argv.append("said")
        print("studying", flush=True)
print("end", flush=True)
"""


def server_process(how: str) -> subprocess.Popen:
    command = [sys.executable, "-c", SERVER, how]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_a_full_pipe_that_nobody_reads_only_holds_the_worker_up():
    server = server_process("to the end")
    assert [server.stdout.readline() for _ in range(2)] == ["begun\n", "studying\n"]
    (worker,) = workers_of(psutil.Process(server.pid))
    server.send_signal(signal.SIGSTOP)

    def is_stuck() -> bool:
        before = sum(worker.cpu_times()[:2])
        time.sleep(0.5)
        return worker.status() == psutil.STATUS_SLEEPING and (sum(worker.cpu_times()[:2]) == before)

    wait_for(is_stuck)  # in the middle of the study, since 200 epochs do not fit into the pipe
    server.send_signal(signal.SIGCONT)
    assert server.stdout.readline() == "end\n" and server.wait(timeout=20) == 0


@pytest.mark.parametrize("state", ["loading", "studying"])
def test_no_worker_is_left_behind(state):
    for end in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT):
        server = server_process("for ever")
        server.stdout.readline()
        worker = wait_for(lambda: next(iter(workers_of(psutil.Process(server.pid))), None))  # noqa: B023
        if state == "studying":
            server.stdout.readline()
        server.send_signal(end)
        server.wait(timeout=10)
        wait_for(lambda: is_gone(worker), seconds=15)  # noqa: B023


def test_a_page_whose_scheduler_is_edited_keeps_one_worker(tmp_path):
    """With Streamlit's file watcher on, as while developing."""
    project = copy_of_the_project(tmp_path / "project")
    module = project / "exam" / "service" / "scheduler.py"

    async def develop(url: str, page: psutil.Process) -> None:
        async with Visit(url, "epochs=2").connection() as learner:
            await learner.study()
            for number in range(3):
                before = workers_of(page)
                module.write_text(f"{module.read_text('utf-8')}\n# {number}\n", encoding="utf-8")
                while workers_of(page) == before:  # until the page has noticed
                    await learner.open()
                wait_for(lambda: len(workers_of(page)) == 1)

    options = ("--server.fileWatcherType=auto",)
    with running_server(tmp_path / "log.txt", project, options=options) as server:
        run(asyncio.wait_for(develop(server.url, psutil.Process(server.pid)), 150))


def test_who_goes_on_to_another_study_costs_the_others_nothing(tmp_path):
    link = "batch_size=1&epochs=200&student=22&lang=ko"

    async def leave(visit: Visit) -> None:
        async with visit.connection():
            await visit.open()
            await visit.press()
            while not visit.first_pass:
                await visit.read_one()
            await visit.move("batch_size", 100)
            await visit.press()
            await visit.stay()

    async def stay(visit: Visit) -> dict:
        async with visit.connection():
            await visit.study()
            return visit.shown

    async def both(url: str) -> dict:
        return (await asyncio.gather(leave(Visit(url, link)), stay(Visit(url, link))))[1]

    with running_server(tmp_path / "log.txt") as server:
        shown = run(both(server.url))
        assert len(shown["answers"]) == 201 and shown["batch_size"] == 1


def test_nobody_follows_for_a_learner_who_has_left(tmp_path):
    """Though nothing comes that would show that the learner is gone: the worker stands still."""

    async def ask_and_leave(url: str) -> None:
        async with Visit(url, "only=students&lang=ko").connection() as learner:
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
        server.worker().suspend()
        run(all_leave(server.url))
        assert any(followed)
        seconds = exam.service.worker.SILENT_SECONDS / 2
        wait_for(lambda: process.num_threads() < FOLLOWERS, seconds=seconds)
        server.worker().kill()


def test_a_log_that_cannot_be_written_costs_nothing(tmp_path):
    async def visit(url: str) -> int:
        async with Visit(url, "epochs=3&lang=ko").connection() as learner:
            await learner.study()
            return len(learner.shown["answers"])

    with running_server(tmp_path / "log.txt") as server:
        run(visit(server.url))
        whatever = resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        server.worker().kill()  # of which the log would speak
        assert run(visit(server.url)) == 4
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, whatever)  # Streamlit says good-bye


@pytest.mark.skipif(not shutil.which("gcc"), reason="no compiler for wall_clock.c")
def test_a_clock_set_back_by_an_hour_costs_nothing(tmp_path):
    clock, library = tmp_path / "clock", tmp_path / "wall_clock.so"
    clock.write_bytes(struct.pack("l", 0))
    source = str(Path(__file__).with_name("wall_clock.c"))
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source], check=True)

    async def follow(learner: Visit) -> int:
        async with learner.connection():
            await learner.study()
            return len(learner.shown["answers"]) - 1

    async def lecture(url: str) -> list[int]:
        link = "batch_size=1&epochs=200&student=19&lang=ko"
        learners = [Visit(url, link) for _ in range(FOLLOWERS)]
        following = [asyncio.create_task(follow(learner)) for learner in learners]
        while not all(learner.first_pass for learner in learners):
            await asyncio.sleep(0.02)
        with clock.open("r+b") as file:
            file.write(struct.pack("l", -3600))
        passes = await asyncio.gather(*following)
        return passes + [await follow(Visit(url, "epochs=3&student=19&lang=ko"))]

    settable = {"LD_PRELOAD": str(library), "WALL_CLOCK": str(clock)}
    with running_server(tmp_path / "log.txt", **settable) as server:
        assert run(lecture(server.url)) == [200] * FOLLOWERS + [3]
        said = urllib.request.urlopen(server.url).headers["Date"]
        seconds_back = time.time() - parsedate_to_datetime(said).timestamp()
        assert 3500 < seconds_back < 3700, "the clock was not set back"
