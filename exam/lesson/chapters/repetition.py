"""Passes (epochs): how many mistakes the first passes remove, and how many the next ones."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from exam.charts.lines import batch_look, line, lines_figure
from exam.lesson.blocks import Chart, Choices, Rule, Story, Table
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.model.plan import Plan, Study
from exam.model.results import MeanMarks

EPOCHS, BLOCK = 100, 5
SIZES = (10, 100)
BLOCKS_SHOWN, BLOCKS_ASKED = 6, 2
GAP = 0.1  # of a bar
LETTERS = 9  # axis units: the height of a line of text, above a number
AS_MANY, QUARTER = 0.75, 0.25  # of what the first block gained
REMAINING = (50, 5, 0.5)  # wrong answers; a mean below 0.5 is none for most


def studies(settings: Settings) -> Studies:
    return {
        (size, student): Study(Plan(size, student), EPOCHS) for student in TEN for size in SIZES
    }


def removed_figure(experiment: Experiment, texts: Texts) -> Figure:
    """How many mistakes each block of passes removes, as two bars."""
    captions, bars = texts.repetition, []
    for number, size in enumerate(SIZES):
        marks = experiment.mean(size) if experiment.of(size) else []
        look, width = (f"bar_{batch_look(size)[0]}", "solid"), BLOCK / len(SIZES)
        for block, wrong in enumerate(removed(marks)[:BLOCKS_SHOWN]):
            left = block * BLOCK + number * width
            right = left + (1 - GAP) * width
            bars.append(line(f"{size} {block}", [(left, wrong), (right, wrong)], look))
            if block == 0:
                name, place = captions.batch(batch_size=size), [(left, wrong + LETTERS)]
                bars.append(line(f"{size} name", place, look, label=name, side="above"))
            label = f"{wrong:.1f}" if block < BLOCKS_ASKED else ""
            if (size, block) == (SIZES[0], 1):  # little is removed where little is left
                label = captions.of_left(wrong=wrong, left=marks[BLOCK].wrong)
            bars.append(line(f"{size} {block} wrong", [(left, wrong)], label=label, side="above"))
    return lines_figure(
        bars,
        captions.alt,
        texts.passes,
        captions.removed_axis,
        x_domain=(0, BLOCKS_SHOWN * BLOCK),
        label_width=12,
        height=220,
    )


def removed(marks: Sequence[MeanMarks]) -> list[float]:
    """Of the wrong answers, how many each block of passes removes."""
    left = [mark.wrong for mark in marks[::BLOCK]]
    return [before - after for before, after in pairwise(left)]


def passes_until(marks: Sequence[MeanMarks], remaining: float) -> int | None:
    """The first pass after which no more than so many answers are wrong, or None."""
    return next((mark.epoch for mark in marks if mark.wrong <= remaining), None)


def rows(experiment: Experiment, texts: Texts) -> Iterator[tuple]:
    never = texts.repetition.never(epochs=EPOCHS)
    for size in SIZES:
        mean = experiment.mean(size)
        until = [passes_until(mean, remaining) for remaining in REMAINING]
        cells = (never if each is None else each for each in until)
        yield size, *cells


def numbers(experiment: Experiment) -> Numbers:
    means = {size: experiment.mean(size) for size in SIZES}
    return {
        "students": len(TEN),
        "epochs": EPOCHS,
        "block": BLOCK,
        "first": {size: removed(mean)[0] for size, mean in means.items()},
        "second": {size: removed(mean)[1] for size, mean in means.items()},
        "left": means[10][BLOCK].wrong,
        "until_none": passes_until(means[10], REMAINING[-1]),
    }


def answer(numbers: Numbers) -> int:
    first, second = numbers["first"][10], numbers["second"][10]
    return 0 if second >= AS_MANY * first else 1 if second >= QUARTER * first else 2


def rule(numbers: Numbers) -> list[str]:
    first, second = numbers["first"], numbers["second"]
    return [
        "gains_less" if second[10] < first[10] else "gains_no_less",
        "nothing_left" if numbers["until_none"] else "something_left",
        "large_keeps_on" if second[100] >= AS_MANY * first[100] else "large_slows_too",
    ]


CHAPTER = Chapter(
    name="repetition",
    blocks=(Story(), Choices(), Chart(removed_figure, due="always"), Table(rows), Rule()),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
    known=100,
)
