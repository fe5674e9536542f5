"""One pass, solved in batches: what the student answers before each check of the answers."""

import functools
from collections import Counter
from collections.abc import Iterator, Mapping

import altair as alt

from exam.charts.lines import Rows, line, lines_chart, lines_table, passes_axis
from exam.charts.pictures import picture
from exam.charts.theme import EDGE, INK, PAPER, RED, STROKE, as_spec, table
from exam.lesson.chapter import Chapter, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.model.workbooks import open_workbook, question_order

BATCH_SIZES = (1, 10, 100)
ALIKE_SIZES = (1, 10)
STUDENTS = range(1, 11)
MEETINGS = 10  # every digit comes ten times in an exam
LOOKS = {1: ("blue", "solid"), 10: ("orange", "dashed"), 100: ("ink", "dotted")}
SOLVED = {"at": int, "row": str, "is_right": int, "ends_batch": int}
ALIKE = {"at": int, "row": str, "digit": str, "is_right": int}


def plans(settings: Settings) -> Plans:
    alike = [(size, 1, "look_alikes") for size in ALIKE_SIZES]
    exams = [(size, student, "one_exam") for student in STUDENTS for size in BATCH_SIZES]
    return {name: (Plan(*name, solving=True), 1) for name in (*alike, *exams)}


def figures(outcome: Outcome, words: Texts) -> Iterator[Figure]:
    say, marks = words.first_pass, outcome.marks
    names = {size: say.batch(batch_size=size) for size in BATCH_SIZES}
    alike = table(ALIKE, _alike_rows(marks, names))
    yield Figure(_alike_spec(), alike, say.alike_alt, say.alike_title)
    solved = table(SOLVED, _strip_rows(marks, names))
    yield Figure(_strip_spec(words), solved, say.alt, say.strip_title)
    meetings = lines_table(*_meeting_lines(marks, names))
    title = say.meetings_title(students=len(STUDENTS))
    yield Figure(_meetings_spec(words), meetings, say.meetings_alt, title)


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


def _percent_by_meeting(marks: Mapping, batch_size: int) -> list[float]:
    counts = [
        wrong_by_meeting(found[1].solved, student)
        for (size, student, book), found in marks.items()
        if (size, book) == (batch_size, "one_exam") and len(found) > 1
    ]
    return [100 * sum(column) / (10 * len(counts)) for column in zip(*counts, strict=True)]


def _solved_in_order(marks: Mapping, size: int, book: str) -> Iterator[tuple[int, int, bool]]:
    """Student 1's questions as they were solved: their place, their number, and whether right."""
    workbook, found = open_workbook(book), marks[size, 1, book]
    order = question_order(1, 0, workbook.size) if len(found) > 1 else ()
    for at, question in enumerate(order, start=1):
        number = workbook.practised_questions[question]
        yield at, int(number), int(found[1].solved[question]) == workbook.key[number]


def _alike_rows(marks: Mapping, names: Mapping[int, str]) -> Iterator[tuple]:
    for size in ALIKE_SIZES:
        for at, number, is_right in _solved_in_order(marks, size, "look_alikes"):
            yield at, names[size], picture("mock", *divmod(number, 100)), int(is_right)


def _strip_rows(marks: Mapping, names: Mapping[int, str]) -> Iterator[tuple]:
    for size in BATCH_SIZES:
        for at, _, is_right in _solved_in_order(marks, size, "one_exam"):
            yield at, names[size], int(is_right), int(at % size == 0 or at == 100)


def _meeting_lines(marks: Mapping, names: Mapping[int, str]) -> Iterator[Rows]:
    for size, look in LOOKS.items():
        points = enumerate(_percent_by_meeting(marks, size), start=1)
        yield line(size, points, look, label=names[size])


@functools.cache
def _alike_spec() -> dict:
    base = alt.Chart(height=96).encode(
        alt.X("at:O").title(None).axis(None),
        alt.Y("row:N").title(None).sort(None).axis(domain=False, ticks=False),
    )
    look = {"stroke": RED, "size": 700, "aria": False}
    circle = {"filled": False, "strokeWidth": 1.5, "opacity": 0.9}
    layers = (
        base.mark_square(size=1000, color=PAPER, stroke=EDGE, opacity=1, aria=False),
        base.mark_image(width=26, height=26, aria=False).encode(url="digit:N"),
        base.transform_filter("datum.is_right == 1").mark_circle(**circle, **look),
        base.transform_filter("datum.is_right == 0").mark_point(
            shape=STROKE, strokeWidth=2.5, opacity=1, **look
        ),
    )
    return as_spec(alt.layer(*layers).configure_view(stroke=None))


@functools.cache
def _strip_spec(words: Texts) -> dict:
    base = alt.Chart(height=132).encode(
        alt.X("at:Q")
        .title(words.first_pass.strip_axis)
        .scale(domain=[0.5, 100.5], nice=False)
        .axis(grid=False, values=[1, 20, 40, 60, 80, 100]),
        alt.Y("row:N").title(None).sort(None).axis(domain=False, ticks=False, grid=False),
    )
    bar = {"shape": "M0,-1L0,1", "aria": False, "opacity": 1}
    circle = {"filled": False, "strokeWidth": 1, "opacity": 1, "aria": False}
    wrong, right = (base.transform_filter(f"datum.is_right == {each}") for each in (0, 1))
    checks = base.transform_filter("datum.ends_batch == 1").transform_calculate(
        at="datum.at + 0.5", series="'unseen'"
    )
    series = alt.Color("series:N").scale(domain=["practised", "unseen"]).legend(None)
    layers = (
        checks.mark_point(strokeWidth=_narrow(0.6, 1.5), size=1150, **bar).encode(series),
        wrong.mark_point(stroke=INK, strokeWidth=_narrow(1, 2), size=320, **bar),
        right.mark_circle(stroke=INK, size=_narrow(7, 22), **circle),
    )
    return as_spec(alt.layer(*layers))


def _narrow(there: float, elsewhere: float) -> alt.ExprRef:
    """One size on a phone, another where there is room."""
    return alt.ExprRef(f"width < 450 ? {there} : {elsewhere}")


@functools.cache
def _meetings_spec(words: Texts) -> dict:
    chart = lines_chart(
        x=passes_axis(words.first_pass.meetings_axis),
        y=alt.Y("y:Q").title(words.first_pass.rate_axis),
        x_domain=[1, MEETINGS],
        y_domain=[0, 100],
        height=220,
    )
    return as_spec(chart, label_width=100)


def numbers(outcome: Outcome) -> dict:
    marks = outcome.marks
    wrong = {}
    for size in ALIKE_SIZES:
        alike = _solved_in_order(marks, size, "look_alikes")
        wrong[f"alike_{size}"] = sum(not is_right for *_, is_right in alike)
    rates = {size: _percent_by_meeting(marks, size) for size in BATCH_SIZES}
    last = {f"last_{size}": rate[-1] for size, rate in rates.items()}
    return wrong | last | {"first": rates[1][0]}


CHAPTER = Chapter(frame_height=1214, plans=plans, figures=figures, numbers=numbers)
