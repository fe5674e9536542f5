"""The questions of an exam as a picture, dark ink on clear paper, ten in a row."""

import base64
import functools
import io

import numpy as np
from PIL import Image

from exam.model.exams import load_exams
from exam.model.workbooks import question_order


@functools.cache
def sheet_picture(student: int) -> str:
    """The first mock exam as a PNG in a data URI, in the order of the student's first pass."""
    return questions_picture(tuple(question_order(student, 0)))


@functools.cache
def unseen_picture(by_digit: bool = False) -> str:
    """The first unseen exam, ten by ten; `by_digit` with a row for each digit."""
    exam = load_exams().unseen
    questions = exam.questions[0]
    return _as_sheet(questions[exam.answers[0].argsort(kind="stable")] if by_digit else questions)


@functools.lru_cache(maxsize=2)
def questions_picture(numbers: tuple[int, ...]) -> str:
    """Questions out of the 2,000 of the mock exams, ten in a row."""
    return _as_sheet(load_exams().mock.questions.reshape(-1, 28, 28)[list(numbers)])


@functools.lru_cache(maxsize=8)
def own_picture(pictures: bytes) -> str:
    """Questions that learners have written, each of 784 grey values, on a sheet of ten by ten."""
    sheet = np.zeros((100, 28, 28), np.uint8)  # so that each has its place, however many there are
    questions = np.frombuffer(pictures, np.uint8).reshape(-1, 28, 28)
    sheet[: len(questions)] = questions
    return _as_sheet(sheet)


def _as_sheet(questions: np.ndarray) -> str:
    ink = questions.reshape(-1, 10, 28, 28).swapaxes(1, 2).reshape(-1, 280)
    shades = np.zeros((*ink.shape, 2), np.uint8)
    shades[..., 1] = ink
    file = io.BytesIO()
    Image.fromarray(shades, "LA").save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
