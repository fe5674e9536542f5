"""Passes (epochs): the mistakes fall fast at first, then slowly."""

import functools
from collections.abc import Iterator, Sequence

import altair as alt

from exam.charts.theme import INK, as_spec, table
from exam.lesson.chapter import Chapter, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.model.results import Epoch

EPOCHS = 200
BATCH_SIZES = (1, 10, 32, 100)
SHOWN = 10  # the batch size of the bars, which is computed first
BLOCK, BLOCKS = 5, 6  # passes of one bar, and bars
REMAINING = (50, 5, 0)
BARS = {"block": str, "fewer": int}


def plans(settings: Settings) -> Plans:
    sizes = sorted(BATCH_SIZES, key=lambda size: size != SHOWN)
    return {size: (Plan(size, settings["student"]), EPOCHS) for size in sizes}


def figures(outcome: Outcome, words: Texts) -> Iterator[Figure]:
    say, bars = words.repetition, table(BARS, _bars(outcome.marks[SHOWN]))
    yield Figure(_spec(words), bars, say.alt, say.bars_title(batch_size=SHOWN, block=BLOCK))


def passes_until(marks: Sequence[Epoch], remaining: int) -> int | None:
    """The first pass after which no more than so many answers are wrong, or None."""
    return next((mark.epoch for mark in marks if mark.wrong <= remaining), None)


def _fewer(marks: Sequence[Epoch], block: int) -> int:
    """By how many wrong answers a block of passes got better."""
    return marks[BLOCK * block].wrong - marks[BLOCK * (block + 1)].wrong


def _bars(marks: Sequence[Epoch]) -> Iterator[tuple]:
    for block in range(min(BLOCKS, (len(marks) - 1) // BLOCK)):
        yield f"{BLOCK * block + 1}–{BLOCK * (block + 1)}", _fewer(marks, block)


@functools.cache
def _spec(words: Texts) -> dict:
    base = alt.Chart(height=200).encode(
        alt.X("block:O").title(words.passes).sort(None).axis(labelAngle=0),
        alt.Y("fewer:Q").title(words.repetition.axis).scale(domain=[0, 100]),
    )
    practised = alt.Color("series:N").scale(domain=["practised"]).legend(None)
    bars = base.transform_calculate(series="'practised'").mark_bar(width={"band": 0.6})
    labels = base.mark_text(color=INK, dy=-9, fontSize=13, fontWeight="bold")
    return as_spec(bars.encode(practised) + labels.encode(alt.Text("fewer:Q")))


def rows(outcome: Outcome, words: Texts) -> Iterator[tuple]:
    never = words.repetition.never(epochs=EPOCHS)
    for size in BATCH_SIZES:
        found = [passes_until(outcome.marks[size], remaining) for remaining in REMAINING]
        yield size, *(never if each is None else each for each in found)


def numbers(outcome: Outcome) -> dict:
    marks = outcome.marks[SHOWN]
    fewer = {"first": _fewer(marks, 0), "second": _fewer(marks, 1)}
    until = {"until_half": passes_until(marks, 50), "until_none": passes_until(marks, 0)}
    return fewer | until | {"batch_size": SHOWN, "block": BLOCK}


CHAPTER = Chapter(frame_height=912, plans=plans, figures=figures, rows=rows, numbers=numbers)
