"""A learner's own exam for tests: one of each digit, from exams that are never practised."""

import base64

import numpy as np
from playwright.sync_api import Locator, Page

from exam.model.exams import load_exams
from exam.model.own_exam import OwnExam
from tests.browser import wait_until_idle

_FINAL = load_exams().final
_FIRST = [int(np.flatnonzero(_FINAL.answers[0] == digit)[0]) for digit in range(10)]
_PICTURES = _FINAL.questions[0][_FIRST]
# The other form is not just scaled down, but also shifted.
EXAMS = {
    "centred": OwnExam(_PICTURES.tobytes(), "0123456789"),
    "small": OwnExam(np.roll(_PICTURES, 4, axis=2).tobytes(), "0123456789"),
}


def sent(at: int) -> dict:
    """What a browser sends of the digit that is asked for at that place."""
    form, small = (
        base64.b64encode(EXAMS[form].questions[at].tobytes()).decode()
        for form in ("centred", "small")
    )
    return {"at": at, "centred": form, "small": small, "typed": False}


def write(page: Page, place: Locator, digits: int = 10) -> None:
    """Enter that many digits in a typeface, like somebody without a pointer."""
    paper = place.locator(".writing")
    paper.locator(".typed").wait_for()
    for number in range(digits):
        paper.locator(".typed").click()
        paper.locator(".done").click()
        page.wait_for_function(
            "n => document.querySelectorAll('.writing .written canvas').length >= n", arg=number + 1
        )
        wait_until_idle(page)
