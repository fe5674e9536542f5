"""A room: what the people in a hall guess and study, without names and in memory alone."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from exam.hall.steps import Step
from exam.hall.votes import Standing, Vote
from exam.model.studied import Studied


@dataclass(eq=False)
class Room:
    """The votes by chapter, and what was studied. `step` is what its lecturer shows.

    `client` is who opened it, an address or "". `listeners` are called, in any thread, whenever
    `state` is another.
    """

    code: str
    secret: str
    used: float
    client: str = ""
    studied: Studied = field(default_factory=Studied)
    step: Step | None = None
    listeners: set[Callable[[], None]] = field(default_factory=set)
    _votes: dict[str, Vote] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

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
                "is_open": vote.is_open,
                "round": len(vote.rounds) + vote.is_open,
            }

    def show(self, step: Step) -> None:
        """Its lecturer shows that from now on."""
        with self._lock:
            self.step = step
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self.listeners):
            listener()

    def guess(self, chapter: str, learner: str, choice: int) -> None:
        with self._lock:
            self._vote(chapter).guess(learner, choice)

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
        self._tell()

    def votes(self) -> list[tuple[str, int, int, int]]:
        """Rows of chapter, round, choice and count; an open round as it stands."""
        with self._lock:
            return [
                (chapter, number, choice, count)
                for chapter, vote in self._votes.items()
                for number, counts in enumerate(vote.all_rounds(), start=1)
                for choice, count in sorted(counts.items())
            ]

    def _vote(self, chapter: str) -> Vote:
        return self._votes.setdefault(chapter, Vote())
