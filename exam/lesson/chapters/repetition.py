"""Passes (epochs): how many mistakes go in the first passes, and in the next ones."""

from collections.abc import Iterator, Sequence

from exam.charts.lines import Rows, batch_look, line, lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Choices, Rule, Story, Table
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.model.plan import Plan, Study
from exam.model.results import MeanMarks

EPOCHS, BLOCK = 100, 5
LABEL_AT = {10: 2, 100: 8}  # the batch sizes, and the pass at which each line has room for its name
AS_MANY, QUARTER = 0.75, 0.25  # of what the first block gained
REMAINING = (50, 5, 0.5)  # wrong answers; a mean below 0.5 is none for most


def studies(settings: Settings) -> Studies:
    return {
        (size, student): Study(Plan(size, student), EPOCHS) for student in TEN for size in LABEL_AT
    }


def curves(experiment: Experiment, texts: Texts) -> Figure:
    captions = texts.repetition
    lines = [
        mean_and_students(
            experiment.of(size),
            "wrong",
            batch_look(size),
            captions.batch(batch_size=size),
            label_at=label_at,
            side="above",
        )
        for size, label_at in LABEL_AT.items()
    ]
    return lines_figure(
        [*lines, *_removed(experiment, captions)],
        captions.alt,
        texts.passes,
        texts.wrong,
        x_domain=(0, EPOCHS),
        label_width=12,
        height=260,
    )


def _removed(experiment: Experiment, captions: Texts) -> Iterator[Rows]:
    """How many mistakes the first passes remove, and the next ones, with batch size 10."""
    if experiment.is_complete:
        mean = experiment.mean(10)
        for at in (BLOCK, 2 * BLOCK):
            before, after = mean[at - BLOCK].wrong, mean[at].wrong
            label = captions.removed(wrong=before - after)
            yield line(f"until {at}", [(at, before), (at, after)], label=label, label_at=0)


def passes_until(marks: Sequence[MeanMarks], remaining: float) -> int | None:
    """The first pass after which no more than so many answers are wrong, or None."""
    return next((mark.epoch for mark in marks if mark.wrong <= remaining), None)


def rows(experiment: Experiment, texts: Texts) -> Iterator[tuple]:
    never = texts.repetition.never(epochs=EPOCHS)
    for size in LABEL_AT:
        mean = experiment.mean(size)
        gained = [mean[BLOCK * n].wrong - mean[BLOCK * (n + 1)].wrong for n in range(2)]
        until = [passes_until(mean, remaining) for remaining in REMAINING]
        cells = (never if each is None else each for each in until)
        yield size, *(f"{each:.1f}" for each in gained), *cells


def numbers(experiment: Experiment) -> Numbers:
    means = {size: experiment.mean(size) for size in LABEL_AT}
    return {
        "students": len(TEN),
        "epochs": EPOCHS,
        "block": BLOCK,
        "first": {size: mean[0].wrong - mean[BLOCK].wrong for size, mean in means.items()},
        "second": {size: mean[BLOCK].wrong - mean[2 * BLOCK].wrong for size, mean in means.items()},
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
    blocks=(Story(), Choices(), Chart(curves, due="always"), Table(rows), Rule()),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
    known=100,
)
