"""A vote: what a hall guesses in a chapter, in one round or two."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class Standing(NamedTuple):
    """How a vote stands: guesses so far, those changed since the first round, closed rounds."""

    guesses: int
    changed: int
    is_open: bool
    rounds: tuple[Counter[int], ...]


@dataclass
class Vote:
    """The guesses of a chapter, by learner. Not thread-safe by itself.

    A second round begins with the guesses of the first, which may be changed again. Who has seen
    what was measured can change nothing, and is left out of a round that opens later.
    """

    guesses: dict[str, int] = field(default_factory=dict)
    has_seen: set[str] = field(default_factory=set)
    before: dict[str, int] = field(default_factory=dict)  # of whom has guessed again
    left_out: frozenset[str] = frozenset()
    rounds: tuple[Counter[int], ...] = ()
    is_open: bool = True

    def guess(self, learner: str, choice: int) -> None:
        if learner in self.has_seen:
            return
        if self.rounds and learner in self.guesses:
            self.before.setdefault(learner, self.guesses[learner])
        self.guesses[learner] = choice

    def counted(self) -> Counter[int]:
        return Counter(choice for who, choice in self.guesses.items() if who not in self.left_out)

    def all_rounds(self) -> tuple[Counter[int], ...]:
        return (*self.rounds, self.counted()) if self.is_open else self.rounds

    def close(self, number: int) -> None:
        """Close that round, the first or the second, where it is the one that is open."""
        if self.is_open and len(self.rounds) == number - 1:
            self.is_open, self.rounds = False, self.all_rounds()

    def open_again(self) -> None:
        if len(self.rounds) == 1:
            self.is_open, self.left_out = True, frozenset(self.has_seen)
