"""Passes (epochs): how many mistakes go in the first passes, and in the next ones."""

from collections.abc import Iterator, Sequence

from exam.charts.lines import batch_look, lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Question, Rule, Story, Table
from exam.lesson.chapter import TEN, Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.model.results import MeanMarks, mean_marks

EPOCHS, BLOCK = 100, 5
LABEL_AT = {10: 2, 100: 8}  # the batch sizes, and the pass at which each line has room for its name
AS_MANY, QUARTER = 0.75, 0.25  # of what the first block gained
REMAINING = (50, 5, 0.5)  # wrong answers; a mean below 0.5 is none for most


def plans(settings: Settings) -> Plans:
    return {(size, who): (Plan(size, who), EPOCHS) for who in TEN for size in LABEL_AT}


def curves(found: Found, words: Texts) -> Figure:
    say, lines = words.repetition, []
    for size, at in LABEL_AT.items():
        studies, label = found.of(size), say.batch(batch_size=size)
        place = {"label_at": at, "side": "above"}
        lines.append(mean_and_students(studies, "wrong", batch_look(size), label, **place))
    shape = {"x_domain": (0, EPOCHS), "label_width": 12, "height": 260}
    return lines_figure(lines, say.alt, words.passes, words.wrong, **shape)


def passes_until(marks: Sequence[MeanMarks], remaining: float) -> int | None:
    """The first pass after which no more than so many answers are wrong, or None."""
    return next((mark.epoch for mark in marks if mark.wrong <= remaining), None)


def rows(found: Found, words: Texts) -> Iterator[tuple]:
    never = words.repetition.never(epochs=EPOCHS)
    for size in LABEL_AT:
        mean = mean_marks(found.of(size))
        gained = [mean[BLOCK * n].wrong - mean[BLOCK * (n + 1)].wrong for n in range(2)]
        until = [passes_until(mean, remaining) for remaining in REMAINING]
        said = (never if each is None else each for each in until)
        yield size, *(f"{each:.1f}" for each in gained), *said


def numbers(found: Found) -> dict:
    means = {size: mean_marks(found.of(size)) for size in LABEL_AT}
    fields = {"students": len(TEN), "epochs": EPOCHS, "block": BLOCK}
    for key, at in (("first", 0), ("second", BLOCK)):
        fields[key] = {s: mean[at].wrong - mean[at + BLOCK].wrong for s, mean in means.items()}
    fields["left"] = means[10][BLOCK].wrong
    fields["until_none"] = passes_until(means[10], REMAINING[-1])
    return fields | {"end": {size: mean[-1].wrong for size, mean in means.items()}}


def answer(numbers: dict) -> int:
    first, second = numbers["first"][10], numbers["second"][10]
    return 0 if second >= AS_MANY * first else 1 if second >= QUARTER * first else 2


def rule(numbers: dict) -> list[str]:
    first, second = numbers["first"], numbers["second"]
    return [
        "gains_less" if second[10] < first[10] else "gains_no_less",
        "nothing_left" if numbers["until_none"] else "something_left",
        "large_keeps_on" if second[100] >= AS_MANY * first[100] else "large_slows_too",
        "rule",
    ]


BLOCKS = (Story(), Question(), Chart(curves, due="always"), Table(rows), Rule())
CHAPTER = Chapter("repetition", BLOCKS, plans, numbers, answer, rule, known=100)
