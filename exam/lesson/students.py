"""Other people, same workbook: a class of thirty."""

import functools
from collections.abc import Iterator, Sequence

import altair as alt
import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.drawing import INK, LINES, as_spec, line, lines_chart, passes_axis, table
from exam.plans import Plan
from exam.results import Epoch
from exam.settings import STUDENT
from exam.texts import load_texts

CLASS = range(STUDENT.lowest, STUDENT.highest + 1)
EPOCHS = 20
FRAME_HEIGHT = 850  # pixels, 700 wide: what the whole chapter takes


def show(chapter: Chapter) -> None:
    say, settings = chapter.say, chapter.settings
    st.markdown(say.story)
    own = settings["student"]
    order = sorted(CLASS, key=lambda student: student != own)  # the learner's own comes first
    wanted = {student: (Plan(settings["batch_size"], student), EPOCHS) for student in order}
    found = chapter.ask(wanted, lambda: _measured(chapter))
    if found is None:
        return
    chapter.figure(_spec(chapter.lang), lambda: table(LINES, _lines(chapter)), say.alt)
    chapter.conclude()


def _own(chapter: Chapter) -> int:
    return next(iter(chapter.experiment.wanted))


def _lines(chapter: Chapter) -> Iterator[tuple]:
    say, own = chapter.say, _own(chapter)
    complete = chapter.experiment.complete
    for student in complete.keys() - {own}:
        yield from line(f"student {student}", _points(complete[student]), style="quiet")
    for student, label, dash, side in _extremes(chapter):
        points = _points(complete[student])
        yield from line(label, points, dash=dash, label=label(student=student), side=side)
    points = _points(chapter.experiment.marks.get(own, ()))
    yield from line("own", points, style="blue", label=say.own(student=own), side="beside")


def _points(marks: Sequence[Epoch]) -> list[tuple[int, float]]:
    return [(mark.epoch, mark.val_wrong) for mark in marks]


def _extremes(chapter: Chapter) -> list:
    """The best and the worst student on the unseen exams, once all are through."""
    if not chapter.experiment.is_complete:
        return []
    ends = {student: marks[-1].val_wrong for student, marks in chapter.experiment.marks.items()}
    best, worst = min(ends, key=ends.get), max(ends, key=ends.get)
    return [
        (best, chapter.say.best, "dashed", "below"),
        (worst, chapter.say.worst, "dotted", "above"),
    ]


@functools.cache
def _spec(lang: str) -> dict:
    words = load_texts(lang)
    say = words.students
    lines = lines_chart(
        x=passes_axis(words.passes),
        y=alt.Y("y:Q").title(say.axis),
        x_domain=[0, EPOCHS],
        y_domain=[0, 100],
        label_width=150,
        height=280,
    )
    band = (
        alt.Chart()
        .transform_filter("datum.style == 'quiet' || datum.style == 'blue'")
        .mark_area(color=INK, opacity=0.12, aria=False)
        .encode(alt.X("x:Q"), alt.Y("min(y):Q"), alt.Y2("max(y):Q"))
    )
    return as_spec(band + lines)


def _measured(chapter: Chapter) -> str:
    marks, own = chapter.experiment.marks, _own(chapter)
    best, worst = (student for student, *_ in _extremes(chapter))
    after_five = [each[5].wrong for each in marks.values()]
    return chapter.say.measured(
        students=len(marks),
        epochs=EPOCHS,
        batch_size=chapter.experiment.wanted[own][0].batch_size,
        fewest=min(after_five),
        most=max(after_five),
        best=best,
        val_wrong_best=marks[best][-1].val_wrong,
        worst=worst,
        val_wrong_worst=marks[worst][-1].val_wrong,
        own=own,
        val_wrong_own=marks[own][-1].val_wrong,
    )
