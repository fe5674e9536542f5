"""The exam that a hall writes: by each learner a digit or two, all digits about equally often."""

import threading
from typing import NamedTuple

from exam.model.exams import QUESTIONS
from exam.page.writing import Writings, Written, exams_of, forget_with

MOST_WRITERS = 1_000
DIGITS = 10


class Question(NamedTuple):
    """One that has arrived: its number in the order in which they came, its digit, its pictures."""

    number: int
    digit: int
    written: Written


class HallExam:
    """Without names, in memory alone; up to a hundred questions.

    While it `is_open`, learners write. Once it is closed, `exams` has it in each form.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._writings: dict[str, Writings] = {}  # by learner
        self._came: list[tuple[str, int]] = []  # learner, and place among what it is asked for
        self._out: dict[int, Written] = {}  # what was taken out, by number of the question
        self.is_open = False
        self.exams = None
        self._forget = lambda: None

    def writings_of(self, learner: str) -> Writings:
        """What a learner is asked to write; nothing where there are too many."""
        with self._lock:
            if learner not in self._writings and len(self._writings) < MOST_WRITERS:
                number = len(self._writings)
                asked = number % DIGITS, (number + DIGITS // 2) % DIGITS
                self._writings[learner] = Writings(asked, is_halls=True)
            return self._writings.get(learner) or Writings((), is_halls=True)

    def arrive(self, learner: str) -> None:
        """A learner has written, or written again, also what was taken out before."""
        with self._lock:
            written = self._writings[learner].written if learner in self._writings else {}
            for at, each in written.items():
                if (learner, at) in self._came:
                    number = self._came.index((learner, at))
                    if self._out.get(number, each) != each:
                        del self._out[number]
                elif len(self._came) < 2 * QUESTIONS:
                    self._came.append((learner, at))

    def take_out(self, number: int) -> None:
        with self._lock:
            if number in range(len(self._came)):
                learner, at = self._came[number]
                self._out[number] = self._writings[learner].written[at]

    def put_back(self) -> None:
        """What was taken out last, if there is any."""
        with self._lock:
            if self._out:
                self._out.popitem()

    @property
    def has_taken_out(self) -> bool:
        return bool(self._out)

    def questions(self) -> list[Question]:
        """The first hundred that have come, without what was taken out."""
        with self._lock:
            found = []
            for number, (learner, at) in enumerate(self._came):
                writings = self._writings[learner]
                if number not in self._out:
                    found.append(Question(number, writings.asked[at], writings.written[at]))
            return found[:QUESTIONS]

    def open(self, is_open: bool) -> None:
        """Let the hall write, or no more."""
        questions = self.questions()
        with self._lock:
            self.is_open = is_open
            for writings in self._writings.values():
                writings.is_open = is_open
            self.exams = None
            self._forget()
            if questions and not is_open:
                self.exams = exams_of([(each.digit, each.written) for each in questions])
                self._forget = forget_with(self, self.exams)
