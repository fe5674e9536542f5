"""Whom a visit tells what it guesses and studies: nobody, unless a hall listens (exam/hall)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from exam.model.own_exam import OwnExam
from exam.model.studied import Studied
from exam.page.texts import Texts
from exam.page.writing import Writings


@dataclass
class Observer:
    """This one tells nobody, and keeps what the visit has studied for its own map of settings."""

    own_studied: Studied = field(default_factory=Studied)

    counts_guesses: ClassVar[bool] = False
    place: ClassVar[str] = ""  # the part of the page that a projector shows now
    # Wanted in the page's address beside the settings; None takes a parameter out.
    address: ClassVar[Mapping[str, str | None]] = {}
    cookies: ClassVar[Mapping[str, str]] = {}  # that the browser keeps until it is closed

    @property
    def studied(self) -> Studied:
        """What the map of settings shows."""
        return self.own_studied

    def guess_of(self, chapter: str) -> int | None:
        """What the learner has guessed before this visit, if somebody has kept it."""
        return None

    def writings(self, own: Writings) -> Writings:
        """What the learner is to write: an exam of its `own`, or for a hall."""
        return own

    def exams(self, own: Writings) -> Mapping[str, OwnExam] | None:
        """The exam that was written, in each form, once it is complete."""
        return own.exams

    def wrote(self) -> None:
        """The learner has written a digit."""

    def holds(self, chapter: str) -> bool:
        """Whether the answer of a chapter is to wait."""
        return False

    def guess(self, chapter: str, choice: int) -> None:
        """The learner has guessed, or guesses otherwise."""

    def see(self, chapter: str) -> None:
        """The learner looks at what was measured."""

    def describe_guess(self, chapter: str, words: Texts) -> str:
        """What the learner is told of the guess in a chapter, or ""."""
        return ""
