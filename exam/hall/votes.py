"""A vote: what a hall guesses in a chapter, in one round or two."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_GUESSES = 1_000  # of a vote


class Standing(NamedTuple):
    """How a vote stands: guesses in its round, those changed since the first, closed rounds."""

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
    first: dict[str, int] = field(default_factory=dict)  # the guesses as the first round closed
    left_out: frozenset[str] = frozenset()
    rounds: tuple[Counter[int], ...] = ()
    is_open: bool = True

    def guess(self, learner: str, choice: int) -> None:
        """Keep the learner's guess in place of an earlier one, if it may still guess."""
        if self.state_of(learner) not in ("seen", "full"):
            self.guesses[learner] = choice

    def see(self, learner: str) -> None:
        """The learner looks at what was measured."""
        if self.state_of(learner) != "full":
            self.has_seen.add(learner)

    def state_of(self, learner: str) -> str:
        """How the learner's guess stands: "awaited", "counted", "closed", "seen" or "full".

        "closed" is the vote; who has "seen" the result can guess no more; a "full" vote counts no
        further learners.
        """
        if learner in self.has_seen:
            return "seen"
        known = max(len(self.guesses), len(self.has_seen))
        if learner not in self.guesses and known >= MOST_GUESSES:
            return "full"
        if not self.is_open:
            return "closed"
        return "counted" if learner in self.guesses else "awaited"

    def standing(self) -> Standing:
        counts = self.all_rounds()[-1]
        stayed = [who for who in self.first if who not in self.left_out]
        changed = sum(self.guesses[who] != self.first[who] for who in stayed)
        return Standing(counts.total(), changed, self.is_open, self.rounds)

    def all_rounds(self) -> tuple[Counter[int], ...]:
        """The closed rounds, and behind them the open one if there is one."""
        return (*self.rounds, self._counted()) if self.is_open else self.rounds

    def close(self, number: int) -> None:
        """Close the open round, if it is at most that one and somebody has guessed.

        So a first round that stayed empty is closed together with the second, as one.
        """
        if self.is_open and len(self.rounds) < number and self._counted():
            self.is_open, self.rounds = False, self.all_rounds()
            self.first = self.first or dict(self.guesses)

    def open_again(self) -> None:
        """Open the second round, once the first is closed."""
        if not self.is_open and len(self.rounds) == 1:
            self.is_open, self.left_out = True, frozenset(self.has_seen)

    def _counted(self) -> Counter[int]:
        return Counter(choice for who, choice in self.guesses.items() if who not in self.left_out)
