"""The classroom: gives every study its turns at the one worker, and shares what comes of it.

Everyone's first pass comes at once; then the study that has least work left goes first, so that
nobody waits for another's 200 epochs, and waiting counts, so that those come to their end too.

Knows neither Streamlit nor Keras. A study is settled by its plan, and a longer one begins with the
epochs of a shorter one; so whoever asks for epochs that exist has them at once, and whoever asks
for a study that is running follows it from its beginning.
"""

import dataclasses
import functools
import logging
import math
import threading
import time

from exam.plans import Plan
from exam.settings import EPOCHS
from exam.studies import Study, Trouble, View
from exam.worker import Worker, WorkerLost

KEPT_EPOCHS = 30_000  # of all studies together, 1.0 kB each: 31 MB; more only while watched
MOST_WAITING = 500  # studies; whoever comes later is told how many are ahead, and joins then
TURN_SECONDS = 0.5  # of a study that others wait for; taking one up again costs some 10 ms
FIRST_PASSES_SHARE = 3  # to one of all else, at the most, however many first passes there are
WATCHED_SECONDS = 3.0  # a study that nobody has looked at for so long is put aside
TRIES = 3  # of a study, or of a start, that loses the worker each time, before a rest

_log = logging.getLogger(__name__)
_opening = threading.Lock()


def open_classroom() -> "Classroom":
    """The one classroom of this process, opened when it is first needed.

    Not kept in Streamlit's cache: emptying that would leave this one and its worker behind.
    """
    with _opening:
        return _the_classroom()


@functools.cache
def _the_classroom() -> "Classroom":
    return Classroom()


class Classroom:
    def __init__(self):
        self._lock = threading.Lock()
        self._somebody_came = threading.Condition(self._lock)
        self._studies: dict[Plan, Study] = {}  # the one used last stands last
        self._waiting: list[Study] = []
        self._at_the_desk: Study | None = None
        self._worker: Worker | None = None
        self._failed_starts = 0
        self._owed_seconds = 0.0
        self._trouble = Trouble()
        self._loading_since: float | None = time.monotonic()
        threading.Thread(target=self._work, name="classroom", daemon=True).start()

    def look(
        self,
        *,
        epochs: int,
        seen: int,
        patience_seconds: float,
        is_patient: bool = False,
        **plan: int | str | bool,
    ) -> View:
        """See the study of a `Plan` as far as `epochs`; wait for news beyond the `seen` marks.

        Waits no longer than `patience_seconds`. The first look asks for the study. Once nobody
        looks any more, others go before it, and first passes of others before those of a study that
        only the patient look at. Raises ValueError for a setting outside its range.
        """
        plan = Plan(**plan)
        EPOCHS.check(epochs)
        with self._lock:
            study = self._study(plan)
            if not study.is_wanted:
                study.wanted, study.asked_at = epochs, time.monotonic()
            study.wanted = max(study.wanted, epochs)
            study.is_patient &= is_patient
            study.watched_until = time.monotonic() + WATCHED_SECONDS
            self._join_queue(study)
            is_complete = len(study.epochs) > epochs
            if not is_complete and len(study.epochs) <= seen and not self._trouble_with(study):
                study.news.wait(patience_seconds)
            is_complete = len(study.epochs) > epochs
            return View(
                epochs=study.epochs[: epochs + 1],
                loading_seconds=None if is_complete else self._loading_seconds(),
                was_interrupted=study.lost_workers > 0,
                trouble="" if is_complete else self._trouble_with(study),
                ahead=0 if is_patient or len(study.epochs) > seen else self._ahead_of(study),
            )

    def look_away(self, **plan: int | str | bool) -> None:
        """Let the study of a `Plan` rest, unless somebody else looks at it."""
        with self._lock:
            study = self._studies.get(Plan(**plan))
            if study:
                study.watched_until = 0.0  # whoever else follows it looks again at once

    def keras_file(
        self, *, epochs: int, patience_seconds: float, **plan: int | str | bool
    ) -> bytes:
        """The student of a `Plan` after so many epochs, as a `.keras` file.

        Raises TimeoutError where it does not come within `patience_seconds`, and OSError where it
        cannot be written.
        """
        errand = Study(Plan(**plan), threading.Condition(self._lock), wants_file=True)
        EPOCHS.check(epochs)
        with self._lock:
            errand.wanted, errand.asked_at = epochs, time.monotonic()
            errand.watched_until = errand.asked_at + patience_seconds
            self._join_queue(errand)
            if not errand.news.wait_for(lambda: errand.file is not None, patience_seconds):
                raise TimeoutError(f"no file of {errand.plan} within {patience_seconds} s")
        if not errand.file:
            raise OSError(f"no room for a file of {errand.plan}")
        return errand.file

    def _study(self, plan: Plan) -> Study:
        study = self._studies.pop(plan, None) or Study(plan, threading.Condition(self._lock))
        self._studies[plan] = study
        return study

    def _ahead_of(self, study: Study) -> int:
        """How many studies come first, as things stand: all that wait, for one that may not yet."""
        if study is self._at_the_desk:
            return 0
        urgency = study.urgency if study in self._waiting else math.inf
        sooner = sum(each.urgency < urgency for each in self._waiting)
        return sooner + (self._at_the_desk is not None)

    def _loading_seconds(self) -> float | None:
        return None if self._loading_since is None else time.monotonic() - self._loading_since

    def _join_queue(self, study: Study) -> None:
        is_there = study is self._at_the_desk or study in self._waiting
        if is_there or not study.is_wanted or self._trouble_with(study):
            return
        if len(self._waiting) >= MOST_WAITING:
            self._waiting = [each for each in self._waiting if each.is_wanted]
        if len(self._waiting) >= MOST_WAITING:
            return
        self._waiting.append(study)
        self._somebody_came.notify()

    def _trouble_with(self, study: Study) -> str:
        return next((t.reason for t in (study.trouble, self._trouble) if not t.is_over), "")

    # From here on: the classroom's own thread, which alone starts, asks and stops the worker.

    def _work(self) -> None:
        while True:
            try:
                self._start_worker()
                self._give_turns()
            except WorkerLost as lost:
                _log.warning("%s", lost)
                self._clear_the_desk(lost.failed)
            except Exception:
                _log.exception("The classroom stumbled and goes on")
                self._clear_the_desk("worker")

    def _start_worker(self) -> None:
        with self._lock:
            while not self._trouble.is_over or (self._failed_starts and not self._waiting):
                self._somebody_came.wait(1.0)
        self._failed_starts += 1
        self._loading_since = time.monotonic()
        self._worker = Worker()
        self._worker.wait_until_ready()
        self._failed_starts = 0
        self._loading_since = None

    def _give_turns(self) -> None:
        while True:
            study = self._next_study()
            began, is_first_pass = time.monotonic(), study.is_urgent
            turn_seconds = self._turn_seconds()
            answers = self._worker.turn(
                plan=dataclasses.asdict(study.plan),
                epochs=study.wanted,
                known=len(study.epochs),
                turn_seconds=turn_seconds,
                wants_file=study.wants_file,
            )
            for answer in answers:
                try:
                    with self._lock:
                        study.take(answer)
                except (KeyError, TypeError, ValueError) as wrong:
                    raise WorkerLost(f"worker {self._worker.pid} wrote nonsense: {wrong}") from None
                if (shorter := self._turn_seconds()) < turn_seconds:
                    turn_seconds = shorter
                    self._worker.knock(turn_seconds)
            with self._lock:
                study.lost_workers = 0
                self._at_the_desk = None
                self._join_queue(study)
                self._settle(is_first_pass, time.monotonic() - began)
                self._forget_the_oldest()

    def _turn_seconds(self) -> float:
        """How long the turn at the desk may be, as things stand."""
        with self._lock:
            if not self._waiting:
                return math.inf
            is_urgent = any(each.is_urgent for each in (self._at_the_desk, *self._waiting))
            return 0.0 if is_urgent and not self._is_owed else TURN_SECONDS

    @property
    def _is_owed(self) -> bool:
        """Whether first passes have had more than their share, so that it is the others' turn."""
        return self._owed_seconds >= FIRST_PASSES_SHARE * TURN_SECONDS

    def _settle(self, is_first_pass: bool, seconds: float) -> None:
        owed = seconds if is_first_pass else -FIRST_PASSES_SHARE * seconds
        most = FIRST_PASSES_SHARE * TURN_SECONDS  # one turn of another study settles it
        self._owed_seconds = min(max(0.0, self._owed_seconds + owed), most)

    def _next_study(self) -> Study:
        with self._lock:
            while True:
                while not self._waiting:
                    self._somebody_came.wait(1.0)
                    if not self._worker.is_alive():
                        raise WorkerLost(f"worker {self._worker.pid} ended while it was idle")
                self._waiting = [study for study in self._waiting if study.is_wanted]
                if self._waiting:
                    others = [study for study in self._waiting if not study.is_urgent]
                    may_sit_down = (self._is_owed and others) or self._waiting
                    study = min(may_sit_down, key=lambda study: study.urgency)
                    self._waiting.remove(study)
                    self._at_the_desk = study
                    return study

    def _forget_the_oldest(self) -> None:
        kept = sum(len(study.epochs) for study in self._studies.values())
        for study in list(self._studies.values()):
            if kept <= KEPT_EPOCHS:
                return
            if not study.is_watched:
                kept -= len(study.epochs)
                del self._studies[study.plan]

    def _clear_the_desk(self, failed: str) -> None:
        """After the worker was lost: its study is next again, or given up after `TRIES`."""
        if self._worker:
            self._worker.stop()
        with self._lock:
            self._worker, self._loading_since = None, time.monotonic()
            study, self._at_the_desk = self._at_the_desk, None
            if study:
                study.lost_workers += 1
                if study.lost_workers >= TRIES:
                    study.lost_workers, study.trouble = 0, Trouble.now("worker")
                self._join_queue(study)
            if failed or self._failed_starts >= TRIES:
                self._trouble = Trouble.now(failed or "worker")
                self._waiting.clear()
            for each in self._studies.values():
                each.news.notify_all()
