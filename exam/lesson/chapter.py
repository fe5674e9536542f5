"""What a chapter is: an experiment, what is said of its numbers, and the blocks that are shown."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from exam.charts.theme import Figure
from exam.model.plan import Plan
from exam.page.texts import Texts
from exam.page.visit import Attempt
from exam.service.experiment import Experiment, Plans

# What the module of a chapter is written with, together with blocks.py.
__all__ = ["TEN", "Chapter", "Figure", "Found", "Plan", "Plans", "Settings", "Texts"]

Settings = Mapping[str, Any]  # batch_size, epochs, student, misprints, and the "own" exams
TEN = range(1, 11)  # students whose means are compared: one alone decides nothing


class Found(Experiment):
    """What an attempt has found so far; `rounds` are the guesses of a hall, where there is one."""

    def __init__(self, attempt: Attempt, rounds: Sequence[Counter[int]] = ()):
        super().__init__(attempt.plans)
        self.attempt, self.rounds = attempt, rounds


@dataclass(frozen=True, eq=False)
class Chapter:
    """A declaration; the module of a chapter makes one, called CHAPTER.

    Its words are the table `name` in each language's texts. Where something is measured, `plans`
    gives the studies for what is set, `numbers` what is said of them, `answer` which of the
    `choices` in the texts those numbers support, and `rule` the keys of the sentences that follow
    from them. These four are pure functions, tested without a browser.
    """

    name: str
    blocks: tuple  # of blocks.py, in the order in which they are shown
    plans: Callable[[Settings], Plans] | None = None  # None: nothing is measured
    numbers: Callable[[Found], dict] = lambda found: {}
    answer: Callable[[dict], int] | None = None
    rule: Callable[[dict], Iterable[str]] = lambda numbers: ["rule"]
    _: KW_ONLY
    known: Hashable = None  # the studies that are named (known, student) are shown before a guess
    passes: range | None = None  # a pass is chosen, in place of one of the `choices`
    with_study: bool = False  # shown alone, it needs the first screen above it
    follows_study: bool = False  # it shows what is set or studied on the first screen

    @property
    def middle_pass(self) -> int | None:
        """The pass that is chosen as long as nobody has chosen one; None for other chapters."""
        return self.passes[-1] // 2 if self.passes else None

    def conclusion(self, numbers: dict, say: Texts) -> str:
        """The sentences of the rule that these numbers bear out."""
        return " ".join(getattr(say, key)(**numbers) for key in self.rule(numbers))
