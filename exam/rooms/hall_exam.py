"""The exam that a hall writes: each learner writes a digit or two, all digits equally often."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from exam.model.exams import QUESTIONS
from exam.rooms.drawings import Drawing, Drawings, OwnExams, exams_of

MAX_WRITERS = 1_000
MAX_EXCLUDED = 5_000
DIGITS = 10
SHUFFLED = 10  # arrivals, one after the other, that come in a random order
UNSEEN_SECONDS = 10.0  # after which a drawing counts even if no sheet has shown it


class WrittenQuestion(NamedTuple):
    """A question that has arrived: its number in the order of arrival, its digit, its drawing."""

    number: int
    digit: int
    drawing: Drawing


@dataclass
class _Arrival:
    """A digit with the last drawing of it, and the last one that a sheet has shown.

    The sheet is in the order of `rank`; `shown_rank` is the one that it has shown.
    """

    learner: str
    index: int  # of the digit, among those of the learner
    digit: int
    drawing: Drawing
    written_at: float
    rank: float
    shown: Drawing | None = None
    shown_rank: float = 0.0

    def show(self) -> None:
        self.shown, self.shown_rank = self.drawing, self.rank


class HallExam:
    """Up to a hundred questions, without names. Thread-safe.

    Each ten that arrive one after the other are shuffled, and a question that is written again gets
    another place among its ten. So nobody knows where on the hall's sheet a drawing will stand, and
    nobody can write there.

    While it `is_open`, learners write. Once it is closed, `exams` has it in each form, as a sheet
    has shown it, so that nobody can slip in another drawing at the last moment. `changes` counts
    how often it was opened or closed.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._drawings: dict[str, Drawings] = {}  # by learner
        self._asked = 0  # learners so far
        self._arrivals: list[_Arrival] = []
        self._first_number = 0  # of the arrivals; what was emptied keeps its numbers
        self._excluded: dict[str, None] = {}  # learners, the last one last
        self.is_open = False
        self.changes = 0
        self.exams: OwnExams | None = None

    def drawings_of(self, learner: str) -> Drawings:
        """What a learner is asked to write; no digits if too many others write."""
        with self._lock:
            if learner not in self._drawings and self._has_place():
                digits = self._asked % DIGITS, (self._asked + DIGITS // 2) % DIGITS
                self._asked += 1
                self._drawings[learner] = Drawings(digits, is_for_hall=True)
            return self._drawings.get(learner) or Drawings((), is_for_hall=True)

    def _has_place(self) -> bool:
        """Make room for another writer, by dropping the last one asked who has written nothing.

        So those who were there first keep their digits, however many come and write nothing.
        """
        if len(self._drawings) >= MAX_WRITERS:
            asked = reversed(self._drawings.items())
            idle = next((who for who, each in asked if not each.drawn), None)
            if idle is not None:
                del self._drawings[idle]
        return len(self._drawings) < MAX_WRITERS

    def update(self, learner: str) -> None:
        """Take over what a learner has written."""
        with self._lock:
            if not (drawings := self._drawings.get(learner)):
                return
            known = {each.index: each for each in self._arrivals if each.learner == learner}
            for index, drawing in drawings.drawn.items():
                arrival = known.get(index)
                counted = sum(each.learner not in self._excluded for each in self._arrivals)
                if arrival and arrival.drawing != drawing:
                    arrival.drawing, arrival.written_at = drawing, time.monotonic()
                    arrival.rank = _random_rank(int(arrival.rank))
                elif not arrival and counted < 2 * QUESTIONS:
                    digit, now = drawings.digits[index], time.monotonic()
                    rank = _random_rank(len(self._arrivals) // SHUFFLED)
                    self._arrivals.append(_Arrival(learner, index, digit, drawing, now, rank))

    def empty(self) -> None:
        """Forget all that has been written; phones send again what is on their paper.

        Excluded writers stay so, or their phones would put the same picture back.
        """
        with self._lock:
            self._drawings.clear()
            self._first_number += len(self._arrivals)
            self._arrivals.clear()
            self.exams = None
            self.changes += 1

    def exclude(self, number: int) -> None:
        """Leave out whatever the writer of the question of that number has written or writes."""
        with self._lock:
            arrival = dict(self._numbered()).get(number)
            if arrival and arrival.learner not in self._excluded:
                self._excluded[arrival.learner] = None
                if len(self._excluded) > MAX_EXCLUDED:
                    del self._excluded[next(iter(self._excluded))]

    def readmit(self) -> None:
        """Take back the last exclusion, if there is one."""
        with self._lock:
            if self._excluded:
                self._excluded.popitem()

    def is_excluded(self, learner: str) -> bool:
        return learner in self._excluded

    @property
    def has_excluded(self) -> bool:
        return bool(self._excluded)

    def questions(self) -> list[WrittenQuestion]:
        """The first hundred that have arrived, without those of excluded writers."""
        with self._lock:
            return [WrittenQuestion(n, each.digit, each.drawing) for n, each in self._first()]

    def show(self) -> list[WrittenQuestion]:
        """The same, for a sheet that the hall sees."""
        with self._lock:
            for _, each in self._first():
                each.show()
            return [WrittenQuestion(n, each.digit, each.drawing) for n, each in self._first()]

    def _first(self) -> list[tuple[int, _Arrival]]:
        arrivals = self._numbered()
        first = [(n, each) for n, each in arrivals if each.learner not in self._excluded]
        return sorted(first[:QUESTIONS], key=lambda each: each[1].rank)

    def _numbered(self) -> Iterator[tuple[int, _Arrival]]:
        return enumerate(self._arrivals, self._first_number)

    def _seen(self) -> list[tuple[int, Drawing]]:
        """The digits and drawings as a sheet has shown them, if one has."""
        arrivals = [each for _, each in self._first()]
        if not any(each.shown for each in arrivals):
            return [(each.digit, each.drawing) for each in arrivals]
        before = time.monotonic() - UNSEEN_SECONDS
        for each in arrivals:
            if each.written_at < before:  # the sheet receives no updates
                each.show()
        arrivals.sort(key=lambda each: each.shown_rank)
        return [(each.digit, each.shown) for each in arrivals if each.shown]

    def set_open(self, is_open: bool) -> None:
        """Let the hall write, or close the exam."""
        with self._lock:
            questions = self._seen()
            self.is_open = is_open
            self.changes += 1
            for drawings in self._drawings.values():
                drawings.is_open = is_open
            is_written = questions and not is_open
            self.exams = exams_of(questions) if is_written else None


def _random_rank(ten: int) -> float:
    return ten + random.random()
