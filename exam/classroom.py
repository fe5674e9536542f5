"""The classroom: gives every study its turns at the one worker, and shares what comes of it.

Everyone's first pass comes at once; then the study that has least work left goes first, so that
nobody waits for another's 200 epochs, and waiting counts, so that those come to their end too.

Knows neither Streamlit nor Keras. A study is settled by its plan, and a longer one begins with the
epochs of a shorter one; so whoever asks for epochs that exist has them at once, and whoever asks
for a study that is running follows it from its beginning.
"""

import collections
import dataclasses
import functools
import logging
import math
import threading
import time

from exam.plans import Plan
from exam.results import Epoch
from exam.settings import EPOCHS
from exam.studies import Study, Trouble, View
from exam.worker import Worker, WorkerLost

KEPT_EPOCHS = 30_000  # of all studies together, 1.4 kB each: 42 MB; more only while watched
MOST_WAITING = 500  # studies; whoever comes later is told how many are ahead, and joins then
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
        self._studies: collections.OrderedDict[Plan, Study] = collections.OrderedDict()
        self._waiting: list[Study] = []
        self._at_the_desk: Study | None = None
        self._worker: Worker | None = None
        self._failed_starts = 0
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
                ahead=0 if len(study.epochs) > seen else self._ahead_of(study),
            )

    def _study(self, plan: Plan) -> Study:
        study = self._studies.pop(plan, None) or Study(plan, threading.Condition(self._lock))
        self._studies[plan] = study  # the one used last stands last
        kept = sum(len(each.epochs) for each in self._studies.values())
        for old in list(self._studies.values()):
            if kept <= KEPT_EPOCHS:
                break
            if old is not study and not old.is_watched:
                kept -= len(old.epochs)
                del self._studies[old.plan]
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
            study, others_wait = self._next_study()
            request = {"plan": dataclasses.asdict(study.plan), "epochs": study.wanted}
            progress = {"known": len(study.epochs), "others_wait": others_wait}
            for answer in self._worker.turn(**request, **progress):
                self._write_down(study, answer)
            with self._lock:
                study.lost_workers = 0
                self._at_the_desk = None
                self._join_queue(study)

    def _next_study(self) -> tuple[Study, bool]:
        with self._lock:
            while True:
                while not self._waiting:
                    self._somebody_came.wait(1.0)
                    if not self._worker.is_alive():
                        raise WorkerLost(f"worker {self._worker.pid} ended while it was idle")
                self._waiting = [study for study in self._waiting if study.is_wanted]
                if self._waiting:
                    study = min(self._waiting, key=lambda study: study.urgency)
                    self._waiting.remove(study)
                    self._at_the_desk = study
                    return study, bool(self._waiting)

    def _write_down(self, study: Study, answer: dict) -> None:
        try:
            epoch = Epoch(**answer)
        except TypeError:
            raise WorkerLost(f"worker {self._worker.pid} wrote what is no epoch") from None
        with self._lock:
            if epoch.epoch != len(study.epochs):
                raise WorkerLost(f"worker {self._worker.pid} wrote epoch {epoch.epoch} out of turn")
            study.epochs.append(epoch)
            study.news.notify_all()
            if self._waiting:
                self._worker.knock()

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
