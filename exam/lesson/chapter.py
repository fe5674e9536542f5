"""What a chapter is: a module that declares its experiment, its figures and its numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from exam.charts.theme import Figure
from exam.model.plan import Plan
from exam.page.texts import Texts
from exam.service.experiment import Outcome, Plans

__all__ = ["TEN", "Chapter", "Figure", "Outcome", "Plan", "Plans", "Settings", "Texts"]

Settings = Mapping[str, int]  # batch_size, epochs, student, misprints
TEN = range(1, 11)  # students whose means are compared: one alone decides nothing


@dataclass(frozen=True)
class Chapter:
    """What the module of a chapter may declare, each part under the name of its field here.

    Its words are the table of its name in each language's texts: `title`, `story`, `question`,
    `choices` to guess from, `press`, `measured`, which is filled in with `numbers`, and the
    sentences of its rule, which are chosen by the numbers. All but `look`, `before`, `above` and
    `after` are pure functions, tested without a browser.
    """

    frame_height: int  # pixels, 700 wide, of the whole chapter; a test measures it
    plans: Callable[[Settings], Plans] | None = None  # None: nothing is measured
    figures: Callable[[Outcome, Texts], Iterable[Figure]] = lambda outcome, words: ()
    numbers: Callable[[Outcome], dict] = lambda outcome: {}
    answer: Callable[[dict], int] | None = None  # which of `choices` the numbers support
    rule: Callable[[dict], Iterable[str]] = lambda numbers: ["rule"]  # keys of its sentences
    rows: Callable[[Outcome, Texts], Iterable[tuple]] | None = None  # a table under `columns`
    facts: Mapping[str, object] = field(default_factory=dict)  # what `story` is filled in with
    options: Mapping[str, str] = field(default_factory=dict)  # of the figure: the text of each
    passes: range | None = None  # to choose one of, in place of a guess
    figure_count: int = 1
    # What Streamlit shows: what there is to look at first, what belongs to the question, and what
    # stands above the figures and below them. Where `before` returns False, it is not asked yet.
    look: Callable[..., None] | None = None
    before: Callable[..., bool | None] | None = None
    above: tuple[Callable[..., None], ...] = ()
    after: tuple[Callable[..., None], ...] = ()
    with_study: bool = False  # shown alone, it needs the first screen above it
    follows_study: bool = False  # it shows what is set or studied on the first screen

    def conclusion(self, numbers: dict, say: Texts) -> str:
        """The sentences of the rule that these numbers bear out."""
        return " ".join(getattr(say, key)(**numbers) for key in self.rule(numbers))
