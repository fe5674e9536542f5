"""A vote: the guesses of a hall in a chapter, in one round or two."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

MAX_GUESSES = 1_000  # of a vote
MAX_TEXT = 2_500  # letters of closed rounds in an address; those of all chapters have 1,700 at most
COUNTS = re.compile(r"\d{1,3}-\d{1,4}(-\d{1,3}-\d{1,4}){0,99}", re.ASCII)

GuessState = Literal["awaited", "counted", "closed", "seen", "full"]
Rounds = tuple[Counter[int], ...]  # for each round, how often each choice was guessed


class Standing(NamedTuple):
    """How a vote stands: guesses in its round, how many changed since the first, closed rounds."""

    guesses: int
    changed: int
    is_open: bool
    rounds: Rounds


def rounds_address(rounds: Mapping[str, Rounds]) -> str:
    """Closed rounds as a parameter of an address: chapter.choice-count-choice-count.…,chapter.…"""
    return ",".join(
        ".".join([chapter, *map(_counts_address, counts)]) for chapter, counts in rounds.items()
    )


def _counts_address(counts: Counter[int]) -> str:
    return "-".join(f"{choice}-{count}" for choice, count in sorted(counts.items()))


def read_rounds(text: str) -> dict[str, Rounds] | None:
    """The closed rounds of an address; None if the text has none."""
    if len(text) > MAX_TEXT:
        return None
    rounds: dict[str, Rounds] = {}
    for chapter, *counts in (part.split(".") for part in text.split(",")):
        if not all(map(COUNTS.fullmatch, counts)) or not 1 <= len(counts) <= 2:
            return None
        numbers = [[int(number) for number in each.split("-")] for each in counts]
        rounds[chapter] = tuple(
            Counter(dict(zip(each[::2], each[1::2], strict=True))) for each in numbers
        )
        if any(each.total() > MAX_GUESSES for each in rounds[chapter]):
            return None
    return rounds


@dataclass
class Vote:
    """The guesses of a chapter, by learner. Not thread-safe by itself.

    A second round begins with the guesses of the first, which may be changed again. Learners who
    have seen the result can change nothing, and are left out of a round that opens later.
    """

    guesses: dict[str, int] = field(default_factory=dict)
    has_seen: set[str] = field(default_factory=set)
    first: dict[str, int] = field(default_factory=dict)  # the guesses when the first round closed
    left_out: frozenset[str] = frozenset()
    rounds: Rounds = ()
    is_open: bool = True

    def guess(self, learner: str, choice: int) -> None:
        """Set the learner's guess, if the learner may still guess."""
        if self.state_of(learner) not in ("seen", "full"):
            self.guesses[learner] = choice

    def mark_seen(self, learner: str) -> None:
        """The learner may have seen the result from now on."""
        if learner in self.guesses or len(self.has_seen) < MAX_GUESSES:
            self.has_seen.add(learner)

    def state_of(self, learner: str) -> GuessState:
        """The state of a learner's guess.

        "closed": the vote is closed; "seen": the learner has seen the result and can no longer
        guess; "full": the vote takes no more learners.
        """
        if learner in self.has_seen:
            return "seen"
        if learner not in self.guesses and len(self.guesses) >= MAX_GUESSES:
            return "full"
        if not self.is_open:
            return "closed"
        return "counted" if learner in self.guesses else "awaited"

    def standing(self) -> Standing:
        counts = self.all_rounds()[-1]
        stayed = [learner for learner in self.first if learner not in self.left_out]
        changed = sum(self.guesses[learner] != self.first[learner] for learner in stayed)
        return Standing(counts.total(), changed, self.is_open, self.rounds)

    def all_rounds(self) -> Rounds:
        """The closed rounds, followed by the open one if there is one."""
        return (*self.rounds, self._counts()) if self.is_open else self.rounds

    def close(self, number: int) -> None:
        """Close the open round, if it is at most round `number` and somebody has guessed.

        So a first round without guesses is closed together with the second, as one.
        """
        if self.is_open and len(self.rounds) < number and self._counts():
            self.is_open, self.rounds = False, self.all_rounds()
            self.first = self.first or dict(self.guesses)

    def open_again(self) -> None:
        """Open the second round, once the first is closed."""
        if not self.is_open and len(self.rounds) == 1:
            self.is_open, self.left_out = True, frozenset(self.has_seen)

    def _counts(self) -> Counter[int]:
        return Counter(
            choice for learner, choice in self.guesses.items() if learner not in self.left_out
        )
