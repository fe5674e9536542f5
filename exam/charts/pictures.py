"""Questions as pictures, dark ink on clear paper: one alone, or the hundred of an exam."""

import base64
import functools
import io

import numpy as np
from PIL import Image

from exam.model.exams import QUESTIONS, load_exams
from exam.model.workbooks import question_order


@functools.cache
def picture(exam: str, number: int, question: int) -> str:
    """A question of the mock, unseen or final exams as a PNG in a data URI."""
    return _as_png(getattr(load_exams(), exam).questions[number, question])


@functools.cache
def sheet_picture(student: int) -> str:
    """The first mock exam, ten by ten, in the order in which the student's first pass solves it."""
    questions = load_exams().mock.questions[0][question_order(student, 0, QUESTIONS)]
    return _as_png(questions.reshape(10, 10, 28, 28).swapaxes(1, 2).reshape(280, 280))


def _as_png(ink: np.ndarray) -> str:
    shades = np.zeros((*ink.shape, 2), np.uint8)
    shades[..., 1] = ink
    file = io.BytesIO()
    Image.fromarray(shades, "LA").save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
