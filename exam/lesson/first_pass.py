"""One pass, solved in batches: what the student answers before each check of the answers."""

import functools
from collections import Counter
from collections.abc import Iterator, Sequence

import altair as alt
import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.drawing import (
    INK,
    LINES,
    as_spec,
    line,
    lines_chart,
    passes_axis,
    table,
)
from exam.lesson.marked_sheet import PAPER, RED, picture
from exam.plans import Plan
from exam.results import Epoch
from exam.texts import load_texts
from exam.workbooks import open_workbook, question_order

BATCH_SIZES = (1, 10, 100)
STUDENTS = range(1, 11)
MEETINGS = 10  # every digit comes ten times in an exam
DASHES = {1: "solid", 10: "dashed", 100: "dotted"}
SOLVED = {"at": int, "row": str, "is_right": int, "ends_batch": int}
ALIKE = {"at": int, "row": str, "digit": str, "is_right": int}
FRAME_HEIGHT = 1300  # pixels, 700 wide: what the whole chapter takes


def show(chapter: Chapter) -> None:
    say = chapter.say
    st.markdown(say.story)
    exam = {
        (size, student): (Plan(size, student, solving=True), 1)
        for student in STUDENTS
        for size in BATCH_SIZES
    }
    alike = {
        ("look_alikes", size): (Plan(size, 1, "look_alikes", solving=True), 1) for size in (1, 10)
    }
    found = chapter.ask(alike | exam, lambda: _measured(chapter))
    if found is None:
        return
    rows = {size: say.batch(batch_size=size) for size in BATCH_SIZES}
    st.markdown(say.alike_title)
    chapter.figure(_alike_spec(), lambda: table(ALIKE, _alike_rows(chapter, rows)), say.alike_alt)
    st.markdown(say.strip_title)
    chapter.figure(
        _strip_spec(chapter.lang), lambda: table(SOLVED, _strip_rows(chapter, rows)), say.alt
    )
    st.markdown(say.meetings_title(students=len(STUDENTS)))
    meetings = _meetings_spec(chapter.lang)
    chapter.figure(meetings, lambda: table(LINES, _meeting_lines(chapter, rows)), say.meetings_alt)
    chapter.conclude()


def wrong_by_meeting(solved: str, student: int) -> list[int]:
    """How many answers were wrong at the n-th meeting of a digit, of the ten digits, n = 1 to 10.

    `solved` holds the answers given during the first pass, in the order of the sheet.
    """
    key, met, wrong = open_workbook("one_exam").key, Counter(), [0] * MEETINGS
    for question in question_order(student, 0):
        digit = key[question]
        wrong[met[digit]] += int(solved[question]) != digit
        met[digit] += 1
    return wrong


def _percent_by_meeting(marks: dict, batch_size: int) -> list[float]:
    counts = [
        wrong_by_meeting(marks[batch_size, student][1].solved, student)
        for student in STUDENTS
        if len(marks.get((batch_size, student), ())) > 1
    ]
    return [100 * sum(column) / (10 * len(counts)) for column in zip(*counts, strict=True)]


def _solved_in_order(marks: Sequence[Epoch], book: str) -> Iterator[tuple[int, bool]]:
    """The questions of student 1 as they were solved, and whether the answer was right."""
    workbook = open_workbook(book)
    for question in question_order(1, 0, workbook.size):
        key = workbook.key[workbook.practised_questions[question]]
        yield int(question), int(marks[1].solved[question]) == key


def _alike_rows(chapter: Chapter, rows: dict) -> Iterator[tuple]:
    numbers = open_workbook("look_alikes").practised_questions
    for size in (1, 10):
        marks = chapter.experiment.marks.get(("look_alikes", size), ())
        if len(marks) > 1:
            for at, (question, is_right) in enumerate(_solved_in_order(marks, "look_alikes")):
                digit = picture("mock", *divmod(int(numbers[question]), 100))
                yield at + 1, rows[size], digit, int(is_right)


def _strip_rows(chapter: Chapter, rows: dict) -> Iterator[tuple]:
    for size in BATCH_SIZES:
        marks = chapter.experiment.marks.get((size, 1), ())
        if len(marks) > 1:
            for at, (_, is_right) in enumerate(_solved_in_order(marks, "one_exam"), start=1):
                yield at, rows[size], int(is_right), int(at % size == 0 or at == 100)


def _meeting_lines(chapter: Chapter, rows: dict) -> Iterator[tuple]:
    for size, dash in DASHES.items():
        rates = _percent_by_meeting(chapter.experiment.marks, size)
        style = "blue" if size == 1 else "orange" if size == 10 else "ink"
        points = list(enumerate(rates, start=1))
        yield from line(rows[size], points, style=style, dash=dash, label=rows[size], side="beside")


@functools.cache
def _alike_spec() -> dict:
    base = alt.Chart(height=96).encode(
        alt.X("at:O").title(None).axis(None),
        alt.Y("row:N").title(None).sort(None).axis(domain=False, ticks=False),
    )
    stroke = "M-0.8,0.8L0.8,-0.8"
    paper = base.mark_square(size=1000, color=PAPER, stroke="#c8ccd4", opacity=1, aria=False)
    digits = base.mark_image(width=26, height=26, aria=False).encode(url="digit:N")
    right = base.transform_filter("datum.is_right == 1").mark_circle(
        size=700, filled=False, stroke=RED, strokeWidth=1.5, opacity=0.9, aria=False
    )
    wrong = base.transform_filter("datum.is_right == 0").mark_point(
        shape=stroke, size=700, stroke=RED, strokeWidth=2.5, opacity=1, aria=False
    )
    return as_spec(alt.layer(paper, digits, right, wrong).configure_view(stroke=None))


@functools.cache
def _strip_spec(lang: str) -> dict:
    say = load_texts(lang).first_pass
    base = alt.Chart(height=132).encode(
        alt.X("at:Q")
        .title(say.strip_axis)
        .scale(domain=[0.5, 100.5], nice=False)
        .axis(grid=False, values=[1, 20, 40, 60, 80, 100]),
        alt.Y("row:N").title(None).sort(None).axis(domain=False, ticks=False, grid=False),
    )
    bar = {"shape": "M0,-1L0,1", "aria": False, "opacity": 1}
    wrong = base.transform_filter("datum.is_right == 0").mark_point(
        stroke=INK, strokeWidth=_narrow(1, 2), size=320, **bar
    )
    right = base.transform_filter("datum.is_right == 1").mark_circle(
        filled=False, stroke=INK, size=_narrow(7, 22), strokeWidth=1, opacity=1, aria=False
    )
    checks = (
        base.transform_filter("datum.ends_batch == 1")
        .transform_calculate(at="datum.at + 0.5", series="'unseen'")
        .mark_point(strokeWidth=_narrow(0.6, 1.5), size=1150, **bar)
        .encode(alt.Color("series:N").scale(domain=["practised", "unseen"]).legend(None))
    )
    return as_spec(alt.layer(checks, wrong, right))


def _narrow(there: float, elsewhere: float) -> alt.ExprRef:
    """One size on a phone, another where there is room."""
    return alt.ExprRef(f"width < 450 ? {there} : {elsewhere}")


@functools.cache
def _meetings_spec(lang: str) -> dict:
    say = load_texts(lang).first_pass
    return as_spec(
        lines_chart(
            x=passes_axis(say.meetings_axis),
            y=alt.Y("y:Q").title(say.rate_axis),
            x_domain=[1, MEETINGS],
            y_domain=[0, 100],
            label_width=100,
            height=220,
        )
    )


def _measured(chapter: Chapter) -> str:
    marks = chapter.experiment.marks
    rates = {size: _percent_by_meeting(marks, size) for size in BATCH_SIZES}
    alike = {size: marks["look_alikes", size][1].solved for size in (1, 10)}
    digit = str(open_workbook("look_alikes").key[open_workbook("look_alikes").exams[0, 0]])
    return chapter.say.measured(
        alike_1=sum(answer != digit for answer in alike[1]),
        alike_10=sum(answer != digit for answer in alike[10]),
        first=rates[1][0],
        last_1=rates[1][-1],
        last_10=rates[10][-1],
        last_100=rates[100][-1],
    )
