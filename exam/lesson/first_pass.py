"""One pass, solved in batches: what the student answers before each check of the answers."""

import functools
from collections import Counter
from collections.abc import Iterator, Mapping

import altair as alt
import streamlit as st

from exam.charts.lines import Rows, line, lines_figure
from exam.charts.pictures import picture
from exam.charts.theme import EDGE, PAPER, RED, STROKE, as_spec, table
from exam.lesson.chapter import Chapter, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.lesson.view import ChapterView
from exam.model.exams import QUESTIONS
from exam.model.workbooks import open_workbook, question_order
from exam.page.player import sheet_data, show_marked_sheet
from exam.page.sentences import name_of

BATCH_SIZES = (1, 10, 100)
ALIKE_SIZES = (1, 10)
STUDENTS = range(1, 11)
MEETINGS = 10  # every digit comes ten times in an exam
LOOKS = {1: ("blue", "solid"), 10: ("orange", "dashed"), 100: ("ink", "dotted")}
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
    title = say.meetings_title(students=len(STUDENTS))
    shape = {"x_domain": (1, MEETINGS), "label_width": 100, "height": 220, "title": title}
    lines = _meeting_lines(marks, names)
    yield lines_figure(lines, say.meetings_alt, say.meetings_axis, say.rate_axis, **shape)


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


def numbers(outcome: Outcome) -> dict:
    marks = outcome.marks
    wrong = {}
    for size in ALIKE_SIZES:
        alike = _solved_in_order(marks, size, "look_alikes")
        wrong[f"alike_{size}"] = sum(not is_right for *_, is_right in alike)
    rates = {size: _percent_by_meeting(marks, size) for size in BATCH_SIZES}
    last = {f"last_{size}": rate[-1] for size, rate in rates.items()}
    return wrong | last | {"first": rates[1][0]}


def show_film(view: ChapterView, outcome: Outcome) -> None:
    """The first pass on the sheet: a batch is solved, then its answers are checked."""
    st.markdown(view.say.film_title)
    control = {"default": 10, "required": True, "key": "first_pass_size"}
    size = st.segmented_control(name_of(view.words.batch_size), BATCH_SIZES, **control)
    solved = outcome.marks[size, 1, "one_exam"][1].solved
    frames = [checked(solved, size, count) for count in range(QUESTIONS + 1)]
    words = {"range": view.say.film_range, "hint": view.say.film_hint, "valuetext": ""}
    data = sheet_data([], student=1, words=view.words) | {"answers": frames, "sure": None}
    film = {"run": size, "passes": QUESTIONS, "batch_size": size, "words": data["words"] | words}
    show_marked_sheet(view.name, data | film)


def checked(solved: str, batch_size: int, count: int) -> str:
    """The answers, in the order of the sheet, that are checked once so many questions are solved.

    A batch is checked when its last question is solved; until then its answers are blank.
    """
    until = count if count == QUESTIONS else count - count % batch_size
    seen = set(question_order(1, 0)[:until].tolist())
    return "".join(answer if number in seen else " " for number, answer in enumerate(solved))


CHAPTER = Chapter(frame_height=1421, plans=plans, figures=figures, after=show_film, numbers=numbers)
