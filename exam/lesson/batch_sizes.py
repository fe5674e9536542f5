"""Batch sizes side by side: after the same number of passes, and after the same of updates."""

import functools
import itertools
import statistics
from collections.abc import Iterator, Sequence

import streamlit as st
from altair import X, Y

from exam.lesson.chapter import Chapter
from exam.lesson.drawing import LINES, as_spec, line, lines_chart, markdown_table, table
from exam.papers import batches
from exam.plans import Plan
from exam.results import Epoch
from exam.texts import load_texts

ALWAYS = (1, 10, 32, 100)
EPOCHS = 20
DASHES = {1: "solid", 10: "dashed", 32: "dotted", 100: "solid"}
LABEL_AT = {1: 1, 10: 3, 32: 5, 100: 12}  # the pass at which each line has room for its name
FRAME_HEIGHT = 1200  # pixels, 700 wide: what the whole chapter takes


def show(chapter: Chapter) -> None:
    say, student = chapter.say, chapter.settings["student"]
    st.markdown(say.story)
    sizes = sorted({*ALWAYS, chapter.settings["batch_size"]})
    wanted = {size: (Plan(size, student), EPOCHS) for size in sizes}
    found = chapter.ask(wanted, lambda: _measured(chapter))
    if found is None:
        return
    axis = st.segmented_control(
        say.axis_label,
        ("epoch", "updates"),
        default="epoch",
        required=True,
        format_func={"epoch": say.by_pass, "updates": say.by_update}.get,
        key=f"{chapter.name}_axis",
    )
    axis = axis or "epoch"  # a browser sends one of the two
    alt = say.alt_by_update if axis == "updates" else say.alt
    chapter.figure(_spec(chapter.lang, axis), lambda: table(LINES, _lines(chapter, axis)), alt)
    if found.is_complete:
        st.markdown(_figures(chapter))
    chapter.conclude()


@functools.cache
def _spec(lang: str, axis: str) -> dict:
    words = load_texts(lang)
    say = words.batch_sizes
    by_updates = axis == "updates"
    title = say.updates_axis if by_updates else words.passes
    return as_spec(
        lines_chart(
            x=X("x:Q").title(title).axis(grid=False, tickCount=5, format=",d"),
            y=Y("y:Q").title(words.wrong),
            x_domain=[1, EPOCHS * 100] if by_updates else [0, EPOCHS],
            y_domain=[0, 100],
            label_width=100 if by_updates else 12,
            height=260,
            x_type="log" if by_updates else "linear",
        )
    )


def _lines(chapter: Chapter, axis: str) -> Iterator[tuple]:
    for size in chapter.experiment.wanted:
        marks = chapter.experiment.marks.get(size, ())
        points = [(getattr(mark, axis), mark.wrong) for mark in marks]
        if axis == "updates":
            points = points[1:]  # a logarithmic axis knows no 0
        is_own = size not in ALWAYS
        yield from line(
            str(size),
            points,
            style="blue" if is_own else "orange" if size == 100 else "ink",
            dash=DASHES.get(size, "solid"),
            label=(chapter.say.own if is_own else chapter.say.batch)(batch_size=size),
            label_at=min(LABEL_AT.get(size, 8), len(points) - 1) if axis == "epoch" else -1,
            side="beside" if axis == "updates" else "below" if size == 1 else "above",
        )


def _figures(chapter: Chapter) -> str:
    def row(size: int, marks: Sequence[Epoch]) -> Sequence:
        held, seconds, last = max(batches(size)), f"{_seconds(marks):.2f}", marks[-1]
        return size, held, f"{last.updates:,}", seconds, last.wrong, f"{last.val_wrong:.1f}"

    return markdown_table(
        chapter.say.columns,
        [row(size, marks) for size, marks in chapter.experiment.complete.items()],
    )


def _seconds(marks: Sequence[Epoch]) -> float:
    """What the passes took, by the median of them: others may have used the machine meanwhile."""
    took = [after.seconds - before.seconds for before, after in itertools.pairwise(marks)]
    return len(took) * statistics.median(took)


def _measured(chapter: Chapter) -> str:
    marks = chapter.experiment.marks
    last = {size: each[-1] for size, each in marks.items()}
    return chapter.say.measured(
        epochs=EPOCHS,
        wrong_1=last[1].wrong,
        wrong_100=last[100].wrong,
        updates_1=last[1].updates,
        updates_100=last[100].updates,
        same_updates=marks[10][2].updates,
        wrong_10_then=marks[10][2].wrong,
        wrong_100_then=last[100].wrong,
        times=_seconds(marks[1]) / _seconds(marks[100]),
    )
