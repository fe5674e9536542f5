"""What a chapter is: an experiment, what is said about its numbers, and the blocks it shows."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from exam.charts.theme import Figure
from exam.page.visit import Settings
from exam.service.experiment import Experiment, Studies
from exam.texts import Texts

# What the module of a chapter needs, together with blocks.py.
__all__ = [
    "TEN",
    "Chapter",
    "Experiment",
    "Figure",
    "Numbers",
    "Settings",
    "Studies",
    "Texts",
]

TEN = range(1, 11)  # students whose means are compared: one alone decides nothing
Numbers = Mapping[str, Any]  # the fields of what is said


@dataclass(frozen=True, eq=False, kw_only=True)
class Chapter:
    """A declaration; the module of a chapter makes one, called CHAPTER.

    Its texts are the table `name` of each language. If something is measured, `studies` gives the
    studies for the current settings, `numbers` the fields of what is said about them, `answer`
    which of the `choices` those numbers support, and `rule` the keys of the sentences that follow
    from them. These four are pure functions, tested without a browser. The studies named
    (`known`, student) are shown before a guess.
    """

    name: str
    blocks: tuple  # of blocks.py, in the order in which they are shown
    studies: Callable[[Settings], Studies] | None = None
    numbers: Callable[[Experiment], Numbers] = lambda experiment: {}
    answer: Callable[[Numbers], int] | None = None
    rule: Callable[[Numbers], Iterable[str]] = lambda numbers: ["rule"]
    known: Hashable = None
    with_study: bool = False  # shown alone, it needs the first screen above it
    follows_study: bool = False  # it shows what is set or studied on the first screen

    def studies_for(self, settings: Settings) -> Studies:
        """No studies if nothing is measured, or not yet."""
        return self.studies(settings) if self.studies else {}

    def conclusion(self, numbers: Numbers, captions: Texts) -> str:
        """The sentences of the rule that these numbers support."""
        return " ".join(captions[key](**numbers) for key in self.rule(numbers))
