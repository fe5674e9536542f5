"""Faults during a study that twenty learners follow: each comes to the end, or to one sentence,
and the next press works. Real processes throughout."""

import asyncio
import contextlib
import dataclasses
import os
import pickle
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import streamlit

import exam.service.job
import exam.service.worker
from exam.model.plan import Plan
from exam.model.training import study
from exam.service.scheduler import Scheduler
from exam.service.turn import TurnRequest
from exam.service.worker import workers_wanted
from tests.browser import ROOT, running_server
from tests.visit import Visit, run
from tests.waiting import is_gone, source_of, wait_for, workers_of

STATIC = Path(streamlit.__file__).parent / "static" / "static"
FOLLOWERS = 20
ALL = list(range(201))


class Hall:
    """A scheduler of its own and twenty learners; it has Keras where it `loads` it."""

    def __init__(self, loads: bool = True):
        self._others = set(psutil.Process().children())
        self.scheduler = Scheduler()
        if loads:
            self.press()

    @property
    def source(self) -> psutil.Process:
        """The process of which the workers are forked; the worker itself where nothing can fork."""

        def newest():
            children = set(psutil.Process().children()) - self._others
            return next((child for child in children if not is_gone(child)), None)

        return wait_for(newest)

    @property
    def workers(self) -> list[psutil.Process]:
        return wait_for(
            lambda: [worker for worker in self.source.children() if not is_gone(worker)]
        )

    def kill_workers(self) -> None:
        for worker in self.workers:
            worker.kill()

    def kill_all(self) -> None:
        """The source and its workers, which are looked up before there may be another source."""
        for process in (self.source, *self.workers):
            with contextlib.suppress(psutil.NoSuchProcess):  # it ends with its source
                process.kill()

    def renew_workers(self) -> None:
        """Whatever was done to these, the next test has others."""
        before = self.workers
        self.kill_workers()
        wait_for(lambda: len(set(self.workers) - set(before)) == workers_wanted())

    def take_memory(self) -> None:
        """The workers get no more of it, and are asked for what needs some."""
        for worker in self.workers:
            resource.prlimit(worker.pid, resource.RLIMIT_AS, (1, 1))
        for student in (1, 2, 3):
            plan = Plan(random.randint(1, 100), student, "twenty_exams", marked_on="final")
            self.scheduler.poll(plan, 1)

    def press(self, student: int = 1) -> None:
        """The next press works, at the latest after the rest that follows a failure."""

        def has_come() -> bool:
            progress = self.scheduler.poll(Plan(10, student), 3, wait_seconds=0.2)
            return len(progress.marks) == 4

        wait_for(has_come, seconds=120)

    def follow(self, student: int, batch_size: int = 1) -> "Followers":
        return Followers(self.scheduler, Plan(batch_size, student))

    def close(self) -> None:
        self.scheduler.close()
        for process in set(psutil.Process().children()) - self._others:
            wait_for(lambda: is_gone(process))  # noqa: B023


class Followers:
    """They follow one study until its end or a failure."""

    def __init__(self, scheduler: Scheduler, plan: Plan):
        self.scheduler, self.plan, self.ends = scheduler, plan, []
        self.threads = [threading.Thread(target=self._follow) for _ in range(FOLLOWERS)]
        for thread in self.threads:
            thread.start()
        assert len(wait_for(self._begun)) < 201

    def _begun(self):
        epochs = self.scheduler.poll(self.plan, 200).marks
        return epochs if len(epochs) > 3 else None

    def _follow(self) -> None:
        seen, deadline = 0, time.monotonic() + 150
        while seen <= 200:
            assert time.monotonic() < deadline
            progress = self.scheduler.poll(self.plan, 200, wait_seconds=0.3)
            if progress.failure:
                self.ends.append(progress.failure)
                return
            assert len(progress.marks) >= seen
            seen = len(progress.marks)
        self.ends.append([mark.epoch for mark in progress.marks])

    def end(self) -> list:
        for thread in self.threads:
            thread.join()
        return self.ends


@pytest.fixture(scope="module")
def hall():
    hall = Hall()
    yield hall
    hall.close()


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
def test_all_workers_killed_let_everyone_come_to_their_end(hall, kill):
    students = (11, 12, 13) if kill == signal.SIGKILL else (14, 27, 28)
    studies, source, workers = list(map(hall.follow, students)), hall.source, hall.workers
    for worker in workers:
        worker.send_signal(kill)
    assert all(each.end() == [ALL] * FOLLOWERS for each in studies)
    assert all(map(is_gone, workers))
    assert hall.source == source  # nobody waited until Keras had loaded


def test_eight_kills_in_a_row(hall):
    """Each after some more passes, since a study that loses three workers in a turn is given up."""
    students, kills = iter(range(1, 31)), 0
    while kills < 8:
        student, known = next(students), 0
        followers = hall.follow(student)
        while kills < 8 and known < 130:
            seen = len(hall.scheduler.poll(Plan(1, student), 200).marks)
            if seen > known + 60:
                known, kills = seen, kills + 1
                hall.kill_workers()
        assert followers.end() == [ALL] * FOLLOWERS


def test_the_same_numbers_whoever_computes_them_and_however_often_they_die(hall):
    def numbers(marks) -> list:
        return [dataclasses.replace(mark, seconds=0.0) for mark in marks]

    plan = Plan(2, 23)
    for epochs in (70, 140, 200):
        marks = hall.scheduler.poll(plan, epochs).marks
        hall.kill_workers()  # while they begin with what was asked for
        while len(marks) <= epochs:
            marks = hall.scheduler.poll(plan, epochs, wait_seconds=1).marks
    assert numbers(marks) == numbers(study(batch_size=2, epochs=200, student=23))
    seconds = [mark.seconds for mark in marks]
    assert seconds == sorted(seconds)


def test_the_source_of_workers_killed_in_the_middle_is_nobodys_matter(hall):
    followers, source, workers = hall.follow(24), hall.source, hall.workers
    source.kill()
    assert followers.end() == [ALL] * FOLLOWERS
    for worker in workers:  # now there is nobody who could fork another
        worker.kill()
    hall.press(student=25)
    assert hall.source != source


def test_a_source_that_stands_still_is_replaced(hall):
    source, workers = hall.source, hall.workers
    source.suspend()
    for worker in workers:
        worker.kill()
    hall.press(student=26)
    assert hall.source != source and is_gone(source)


def test_a_worker_that_dies_idle_is_replaced(hall):
    workers = hall.workers
    hall.kill_workers()
    hall.press(student=20)
    assert not set(workers) & set(hall.workers)


def test_stopped_workers_are_noticed_in_time(hall):
    followers, workers = hall.follow(15), hall.workers
    for worker in workers:
        worker.suspend()
    assert followers.end() == [ALL] * FOLLOWERS and any(map(is_gone, workers))
    for worker in workers:
        if not is_gone(worker):
            worker.resume()


def test_a_worker_without_memory_is_replaced(hall):
    followers, workers = hall.follow(16), hall.workers
    hall.take_memory()
    assert followers.end() == [ALL] * FOLLOWERS and any(map(is_gone, workers))
    hall.renew_workers()


def test_a_full_disk_costs_nothing(hall):
    followers = hall.follow(17)
    wait_for(lambda: hall.scheduler._pool._worker_count == workers_wanted())  # they have begun
    workers = hall.workers
    for worker in workers:  # nothing more can be written
        resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (0, 0))
    assert followers.end() == [ALL] * FOLLOWERS and hall.workers == workers
    hall.renew_workers()


def test_where_no_temporary_file_can_be_written_the_learner_is_told(monkeypatch, capfd):
    """TensorFlow writes the code that it makes of ours to one, and a worker dies of it."""
    missing = SimpleNamespace(name="/nowhere", cleanup=lambda: None)
    monkeypatch.setattr(exam.service.worker, "_new_folder", lambda: missing)
    hall = Hall(loads=False)
    assert failure_of(hall.scheduler) == "worker"
    assert "/nowhere" in capfd.readouterr().err
    hall.close()


def test_temporary_files_go_with_the_process_that_wrote_them(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    hall = Hall()
    (folder,) = tmp_path.iterdir()
    wait_for(lambda: list(folder.glob("__autograph*")))
    hall.kill_all()
    hall.press(student=21)  # by another source
    assert list(tmp_path.iterdir()) == [folder]
    hall.close()
    wait_for(lambda: not list(tmp_path.iterdir()))


def test_a_killed_server_leaves_no_temporary_files(tmp_path):
    server = server_process("for ever", TMPDIR=str(tmp_path))
    assert [server.stdout.readline() for _ in range(2)] == ["begun\n", "studying\n"]
    assert list(tmp_path.iterdir())
    server.kill()
    server.wait(timeout=60)
    wait_for(lambda: not list(tmp_path.iterdir()))


def test_the_server_sees_at_once_that_the_source_has_ended():
    """No worker holds its end of the line, on which nobody would answer."""
    workers = exam.service.worker.WorkerSource()
    first = workers.new_worker()
    psutil.Process(first.pid).suspend()
    source = psutil.Process(workers._loaded.pid)
    source.kill()
    wait_for(lambda: is_gone(source))
    with pytest.raises(exam.service.worker.WorkerLost) as lost:
        workers.new_worker()
    assert not lost.value.is_silent
    second = workers.new_worker()  # of another source
    assert len(second.compute(TurnRequest(Plan(10, 1), 1, None, 0.0)).marks) == 2
    for each in (first, second, workers):
        each.stop()


def test_a_worker_is_ended_by_what_it_is_and_not_by_its_number(hall):
    """Its number may be another's by then."""
    ours, theirs = socket.socketpair()
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    with theirs.makefile("wb") as stream:
        pickle.dump(gone.pid, stream)
    worker = exam.service.worker.Worker(ours, 5)
    gone.wait()
    worker.pid = stranger.pid  # as if the number had been given out again
    worker.stop()
    with pytest.raises(subprocess.TimeoutExpired):
        stranger.wait(timeout=0.5)
    stranger.kill()
    theirs.close()


def test_where_nothing_can_fork_one_worker_computes_and_is_replaced(monkeypatch):
    monkeypatch.setattr(exam.service.worker, "CAN_FORK", False)
    hall = Hall()
    followers, worker = hall.follow(18), hall.source
    assert worker.children() == []
    worker.kill()
    assert followers.end() == [ALL] * FOLLOWERS and hall.source != worker
    hall.close()


HELLO = "import os, pickle, sys; pickle.dump(os.getpid(), sys.stdout.buffer)\n"
HELLO += "sys.stdout.flush(); sys.stdin.buffer.read(1)\n"
NONSENSE = {
    "no number": "import pickle, sys; pickle.dump([1], sys.stdout.buffer)\n",
    "no pickle": "print('Traceback: no pickle', flush=True)\n",
    "half a pickle": HELLO + "sys.stdout.buffer.write(pickle.dumps('epoch')[:-2])\n",
    "a list": HELLO + "pickle.dump([1, 2], sys.stdout.buffer)\n",
    "bytes": HELLO + "sys.stdout.buffer.write(bytes(range(128, 256)) + b'\\n')\n",
    "silence": HELLO,
    "exit": "raise SystemExit(3)",
}


def failure_of(scheduler: Scheduler) -> str:
    return wait_for(lambda: scheduler.poll(Plan(10, 1), 5, wait_seconds=0.2).failure)


def test_a_process_that_talks_nonsense_is_given_up_politely(monkeypatch):
    for can_fork in (False, True):  # the one worker, or the source of all workers
        monkeypatch.setattr(exam.service.worker, "CAN_FORK", can_fork)
        for does in NONSENSE.values():
            monkeypatch.setattr(exam.service.worker, "COMMAND", [sys.executable, "-c", does])
            scheduler = Scheduler()
            assert failure_of(scheduler) == "worker"
            scheduler.close()
        monkeypatch.setattr(exam.service.worker, "COMMAND", ["/no/such/python"])
        scheduler = Scheduler()
        assert failure_of(scheduler) == "worker"
        scheduler.close()


def test_a_closed_scheduler_starts_nothing_more(monkeypatch, tmp_path):
    others, begun = set(threading.enumerate()), tmp_path / "begun"
    monkeypatch.setattr(exam.service.worker, "COMMAND", [sys.executable, "-c", NONSENSE["exit"]])
    scheduler = Scheduler()
    assert failure_of(scheduler) == "worker"
    does = f"open({str(begun)!r}, 'w')"
    monkeypatch.setattr(exam.service.worker, "COMMAND", [sys.executable, "-c", does])
    scheduler.close()
    wait_for(lambda: set(threading.enumerate()) <= others)
    assert not begun.exists()


ONCE = """
import os, time
from pathlib import Path
from exam.service import worker_main

serve = worker_main.serve

class Mutterer:
    def __init__(self, answers):
        self.answers, self.writes = answers, 0
    def write(self, data):
        self.writes += 1
        if self.writes == 12 and not Path({once!r}).exists():
            Path({once!r}).touch()
            self.answers.write({nonsense!r})
            self.answers.flush()
            {then}
        self.answers.write(data)
    def flush(self):
        self.answers.flush()

worker_main.serve = lambda requests, answers: serve(requests, Mutterer(answers))
worker_main.main()
"""


def test_nonsense_in_the_middle_of_a_study(monkeypatch, tmp_path):
    half = pickle.dumps({"epoch": 3})[:-4]
    for number, (nonsense, then) in enumerate(
        [
            (b"\x00\x1b garbage \xff", "pass"),
            (half, "os._exit(1)"),
            (half, "time.sleep(3600)"),
            (pickle.dumps({"epoch": 99999}), "pass"),
        ]
    ):
        once = tmp_path / str(number)
        script = ONCE.format(once=str(once), nonsense=nonsense, then=then)
        monkeypatch.setattr(exam.service.worker, "COMMAND", [sys.executable, "-c", script])
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
    hall.kill_all()
    assert followers.end() == ["exams"] * FOLLOWERS
    assert "checksum" in capfd.readouterr().err
    exams.write_bytes(whole)
    hall.press(student=4)
    hall.close()


def test_keras_gone_while_running(project, capfd):
    hall = Hall()
    followers = hall.follow(21)
    (project / "tensorflow.py").write_text("raise ImportError('gone')", encoding="utf-8")
    hall.kill_all()
    assert followers.end() == ["keras"] * FOLLOWERS
    assert "pip install -r requirements.txt" in capfd.readouterr().err
    (project / "tensorflow.py").unlink()
    hall.press(student=5)
    hall.close()


SERVER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what a shell runs behind it
from exam.model.plan import Plan
from exam.model.training import study
from exam.service.scheduler import get_scheduler
scheduler, plan, seen = get_scheduler(), Plan(1, 14), 0
print("begun", flush=True)
while seen < 201 or sys.argv[1] == "for ever":
    seen = len(scheduler.poll(plan, 200, wait_seconds=0.2).marks)
    if seen > 3 and len(sys.argv) == 2:
        sys.argv.append("said")
        print("studying", flush=True)
print("end", flush=True)
"""


def server_process(how: str, **environment: str) -> subprocess.Popen:
    command, places = [sys.executable, "-c", SERVER, how], os.environ | environment
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=places)


def test_a_server_that_stands_still_only_holds_the_workers_up():
    server = server_process("to the end")
    assert [server.stdout.readline() for _ in range(2)] == ["begun\n", "studying\n"]
    workers = workers_of(psutil.Process(server.pid))
    server.send_signal(signal.SIGSTOP)

    def are_idle() -> bool:
        before = [worker.cpu_times() for worker in workers]
        time.sleep(0.5)
        return [worker.cpu_times() for worker in workers] == before

    wait_for(are_idle)
    server.send_signal(signal.SIGCONT)
    assert server.stdout.readline() == "end\n" and server.wait(timeout=20) == 0


def test_a_server_ends_though_somebody_has_yet_to_read(tmp_path):
    """It waited for up to a minute, and longer than a container is given."""
    with running_server(tmp_path / "log.txt") as server, socket.socket() as silent:
        path = max((STATIC / "js").iterdir(), key=lambda each: each.stat().st_size).name
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        silent.connect(("127.0.0.1", server.port))
        silent.sendall(f"GET /static/js/{path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert silent.recv(1)
        server.stop()  # fails after 20 s


@pytest.mark.parametrize("state", ["loading", "studying"])
def test_no_worker_is_left_behind(state):
    for end in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT):
        server = server_process("for ever")
        try:
            server.stdout.readline()
            children = [wait_for(lambda: source_of(psutil.Process(server.pid)))]  # noqa: B023
            if state == "studying":
                server.stdout.readline()
                workers = workers_of(psutil.Process(server.pid))
                workers[0].suspend()  # even one that stands still
                children += workers
            server.send_signal(end)
            server.wait(timeout=60)
            wait_for(lambda: all(map(is_gone, children)))  # noqa: B023
        finally:
            server.kill()  # or one that does not end would take a core from all other tests


def test_who_goes_on_to_another_study_costs_the_others_nothing(tmp_path):
    link = "batch_size=1&epochs=200&student=22&lang=ko"

    async def leave(visit: Visit) -> None:
        async with visit.connection():
            await visit.open()
            await visit.press()
            while not visit.first_pass:
                await visit.read_or_ask()
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


def test_a_log_that_cannot_be_written_costs_nothing(tmp_path):
    async def visit(url: str) -> int:
        async with Visit(url, "epochs=3&lang=ko").connection() as learner:
            await learner.study()
            return len(learner.shown["answers"])

    with running_server(tmp_path / "log.txt") as server:
        run(visit(server.url))
        whatever = resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        for worker in server.workers():
            worker.kill()  # of which the log would speak
        assert run(visit(server.url)) == 4
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, whatever)  # Streamlit says good-bye
