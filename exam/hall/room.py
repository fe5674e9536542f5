"""A room: what the people in a hall guess and study, without names and in memory alone."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from exam.hall.hall_exam import HallExam
from exam.hall.steps import Step
from exam.hall.votes import Standing, Vote
from exam.model.studied import Studied

WRITTEN = "own_exam"  # the chapter whose exam a hall may write
POLL_SECONDS = 0.5  # between two looks at a room where its event stream is not there
BEFORE_THE_ANSWER = ("display", "question", "close", "discuss")  # parts of a chapter


@dataclass(eq=False)
class Room:
    """The votes by chapter, and what was studied. `step` is what its lecturer shows.

    `client` is who opened it, an address or "". `anew` are the chapters whose votes were forgotten,
    one after the other. `listeners` are called, in any thread, whenever `state` is another;
    `counters`, those of its lecturer, whenever there is any `news`, which is another number then.
    """

    code: str
    secret: str
    used: float
    client: str = ""
    studied: Studied = field(default_factory=Studied)
    step: Step | None = None
    anew: list[str] = field(default_factory=list)
    revealed: set[str] = field(default_factory=set)  # chapters whose results were shown
    exam: HallExam = field(default_factory=HallExam)
    opened: float = field(default_factory=time.monotonic)
    shown: float = field(default_factory=time.monotonic)  # since when
    listeners: set[Callable[[], None]] = field(default_factory=set)
    counters: set[Callable[[], None]] = field(default_factory=set)
    news: int = 0
    is_over: bool = False  # then its streams end, and whoever follows it asks what there is now
    _votes: dict[str, Vote] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def has_learners(self) -> bool:
        """Whether somebody has guessed or studied here, or listens."""
        with self._lock:
            voted = any(vote.guesses or vote.has_seen for vote in self._votes.values())
            return voted or bool(self.studied.sums or self.listeners)

    def state(self) -> dict:
        """What its lecturer shows, and how the vote there stands; never what was guessed."""
        with self._lock:
            step = self.step or Step("")
            vote = self._votes.get(step.place, Vote())
            return {
                "place": step.place,
                "part": step.part,
                "number": step.number,
                "is_open": vote.is_open,
                "round": len(vote.rounds) + vote.is_open,
                "is_held": self._holds(step),
                "anew": len(self.anew),
            }

    def holds(self, chapter: str) -> bool:
        """Whether the hall is at this chapter, and its answer waits for the lecturer."""
        step = self.step
        return bool(step) and step.place == chapter and self._holds(step)

    def _holds(self, step: Step) -> bool:
        return step.part in BEFORE_THE_ANSWER and step.place not in self.revealed

    def guess_of(self, chapter: str, learner: str) -> int | None:
        with self._lock:
            return self._vote(chapter).guesses.get(learner)

    def show(self, step: Step) -> None:
        """Its lecturer shows that from now on."""
        with self._lock:
            self.step, self.shown = step, time.monotonic()
            if step.part and step.part not in BEFORE_THE_ANSWER:
                self.revealed.add(step.place)
            is_written = (step.place, step.part) == (WRITTEN, "display")
            if is_written and not self.exam.questions():
                self._votes.pop(WRITTEN, None)  # guesses of other exams, that learners wrote alone
            if self.exam.is_open != is_written:
                self.exam.open(is_written)
                self.anew.append(WRITTEN)  # so that phones draw the chapter anew
        self._tell()

    def end(self) -> None:
        self.is_over = True
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self.listeners):
            listener()
        self.tell_counters()

    def tell_counters(self) -> None:
        """Somebody has guessed, has written, or follows the room, or does so no more."""
        self.news = next(self._numbers)
        for listener in tuple(self.counters):
            listener()

    def guess(self, chapter: str, learner: str, choice: int) -> None:
        with self._lock:
            self._vote(chapter).guess(learner, choice)
        self.tell_counters()

    def wrote(self, learner: str) -> None:
        """The learner has written a question of the hall's exam."""
        self.exam.arrive(learner)
        self.tell_counters()

    def take_out(self, number: int) -> None:
        """That question of the hall's exam does not belong there."""
        self.exam.take_out(number)
        self.tell_counters()

    def put_back(self) -> None:
        """The question that was taken out last does belong there."""
        self.exam.put_back()
        self.tell_counters()

    def see(self, chapter: str, learner: str) -> None:
        """The learner looks at what was measured."""
        with self._lock:
            self._vote(chapter).see(learner)

    def state_of_guess(self, chapter: str, learner: str) -> str:
        with self._lock:
            return self._vote(chapter).state_of(learner)

    def standing(self, chapter: str) -> Standing:
        with self._lock:
            return self._vote(chapter).standing()

    def close(self, chapter: str, number: int) -> None:
        with self._lock:
            self._vote(chapter).close(number)
        self._tell()

    def open_again(self, chapter: str) -> None:
        with self._lock:
            self._vote(chapter).open_again()
        self._tell()

    def begin_anew(self, chapter: str) -> None:
        """Forget what was guessed in this chapter, and open its first round again."""
        with self._lock:
            self._votes.pop(chapter, None)
            self.anew.append(chapter)
            self.revealed.discard(chapter)
        self._tell()

    def closed_rounds(self) -> dict[str, tuple[Counter[int], ...]]:
        """By chapter, how often each choice was guessed in each round that is closed."""
        with self._lock:
            return {chapter: vote.rounds for chapter, vote in self._votes.items() if vote.rounds}

    def _vote(self, chapter: str) -> Vote:
        return self._votes.setdefault(chapter, Vote())
