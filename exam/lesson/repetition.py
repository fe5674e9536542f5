"""Passes (epochs): the mistakes fall fast at first, then slowly."""

import functools
from collections.abc import Iterator, Sequence

import altair as alt
import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.drawing import INK, as_spec, markdown_table, table
from exam.plans import Plan
from exam.results import Epoch
from exam.texts import load_texts

BATCH_SIZES = (1, 10, 32, 100)
EPOCHS = 200
SHOWN = 10  # the batch size of the bars
BLOCK, BLOCKS = 5, 6  # passes of one bar, and bars
REMAINING = (50, 5, 0)
BARS = {"block": str, "fewer": int}
FRAME_HEIGHT = 1050  # pixels, 700 wide: what the whole chapter takes


def show(chapter: Chapter) -> None:
    say, student = chapter.say, chapter.settings["student"]
    st.markdown(say.story)
    wanted = {size: (Plan(size, student), EPOCHS) for size in (SHOWN, 1, 32, 100)}
    found = chapter.ask(wanted, lambda: _measured(chapter))
    if found is None:
        return
    st.markdown(say.bars_title(batch_size=SHOWN, block=BLOCK))
    chapter.figure(_spec(chapter.lang), lambda: table(BARS, _bars(chapter)), say.alt)
    if found.is_complete:
        st.markdown(_figures(chapter))
    chapter.conclude()


def passes_until(marks: Sequence[Epoch], remaining: int) -> int | None:
    """The first pass after which no more than so many answers are wrong, or None."""
    return next((mark.epoch for mark in marks if mark.wrong <= remaining), None)


def _fewer(marks: Sequence[Epoch], block: int) -> int:
    """By how many wrong answers a block of passes got better."""
    return marks[BLOCK * block].wrong - marks[BLOCK * (block + 1)].wrong


def _bars(chapter: Chapter) -> Iterator[tuple]:
    marks = chapter.experiment.marks.get(SHOWN, ())
    for block in range(BLOCKS):
        if len(marks) > BLOCK * (block + 1):
            yield f"{BLOCK * block + 1}–{BLOCK * (block + 1)}", _fewer(marks, block)


@functools.cache
def _spec(lang: str) -> dict:
    words = load_texts(lang)
    say = words.repetition
    base = alt.Chart(height=200).encode(
        alt.X("block:O").title(words.passes).sort(None).axis(labelAngle=0),
        alt.Y("fewer:Q").title(say.axis).scale(domain=[0, 100]),
    )
    bars = base.mark_bar(width={"band": 0.6}).encode(
        alt.Color("series:N").scale(domain=["practised"]).legend(None)
    )
    bars = bars.transform_calculate(series="'practised'")
    labels = base.mark_text(color=INK, dy=-9, fontSize=13, fontWeight="bold").encode(
        alt.Text("fewer:Q")
    )
    return as_spec(bars + labels)


def _figures(chapter: Chapter) -> str:
    def row(size: int, marks: Sequence[Epoch]) -> list:
        found = [passes_until(marks, remaining) for remaining in REMAINING]
        words = chapter.say
        return [size, *(words.never(epochs=EPOCHS) if each is None else each for each in found)]

    complete = chapter.experiment.complete
    return markdown_table(chapter.say.columns, [row(size, complete[size]) for size in BATCH_SIZES])


def _measured(chapter: Chapter) -> str:
    marks = chapter.experiment.marks[SHOWN]
    return chapter.say.measured(
        batch_size=SHOWN,
        block=BLOCK,
        wrong_before=marks[0].wrong,
        first=_fewer(marks, 0),
        second=_fewer(marks, 1),
        until_half=passes_until(marks, 50),
        until_none=passes_until(marks, 0),
    )
