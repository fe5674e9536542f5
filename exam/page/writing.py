"""Where learners write digits (assets/writing.js), and what the server keeps of them."""

import base64
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from exam.model.own_exam import BadPicture, OwnExam, read_picture
from exam.page.browser import asset
from exam.page.texts import Texts
from exam.service.scheduler import get_scheduler

FORMS = ("form", "small")  # as MNIST's pictures are, and only made small

HTML = """<div class="writing"><p class="ask" role="status"></p>
<canvas class="paper" width="280" height="280" tabindex="0" role="img"></canvas>
<p class="buttons"><button type="button" class="undo"></button>
<button type="button" class="clear"></button><button type="button" class="typed"></button>
<button type="button" class="done"></button></p><p class="written" role="group"></p></div>"""
_write = st.components.v2.component(
    "writing", html=HTML, js=asset("writing.js"), isolate_styles=False
)


@dataclass(frozen=True)
class Written:
    """A digit in the form of the other exams, and only made small; `is_typed` by a typeface."""

    form: bytes
    small: bytes
    is_typed: bool


class Writings:
    """The digits that are `asked`, as far as they are written: in memory alone.

    `is_halls` says that they are for the exam of a hall. What comes when it is not open is lost.
    """

    def __init__(self, asked: Sequence[int], *, is_halls: bool = False, is_open: bool = True):
        self.asked, self.is_halls, self.is_open = tuple(asked), is_halls, is_open
        self.written: dict[int, Written] = {}  # by place among those that are asked
        self.refused: list[int] = []  # places of what was sent last, and was no digit
        self._exams: dict[str, OwnExam] | None = None
        self._forget: Callable[[], object] = lambda: None

    @property
    def is_complete(self) -> bool:
        return 0 < len(self.asked) == len(self.written)

    @property
    def has_typed(self) -> bool:
        return any(each.is_typed for each in self.written.values())

    def take(self, sent: object) -> None:
        """Keep what a browser sends, if it is what was asked for."""
        self.refused = []
        try:
            at = sent["at"]
            if type(at) is not int or not 0 <= at < len(self.asked) or not self.is_open:
                return
            form, small = read_picture(sent["form"]), read_picture(sent["small"])
            self.written[at] = Written(form, small, sent["typed"] is True)
            self._exams = None
            self._forget()
        except BadPicture:
            self.refused = [at]
        except (KeyError, TypeError):
            return

    @property
    def exams(self) -> dict[str, OwnExam] | None:
        """All of them as an exam in each form, once they are written."""
        if self.is_complete and not self._exams:
            questions = [(digit, self.written[at]) for at, digit in enumerate(self.asked)]
            self._exams = exams_of(questions)
            self._forget = forget_with(self, self._exams)
        return self._exams


def exams_of(questions: Sequence[tuple[int, Written]]) -> dict[str, OwnExam]:
    """The digits and what was written, as an exam in each form."""
    key = "".join(str(digit) for digit, _ in questions)
    return {
        form: OwnExam(b"".join([getattr(each, form) for _, each in questions]), key)
        for form in FORMS
    }


def forget_with(owner: object, exams: dict[str, OwnExam]) -> Callable[[], object]:
    """When the owner goes, or this is called, so does what was computed for the exams."""
    scheduler = get_scheduler()  # here, for it takes a lock, and an owner may go within that

    def forget() -> None:
        for exam in exams.values():
            scheduler.forget(exam)

    return weakref.finalize(owner, forget)


def show_writing(key: str, writings: Writings, words: Texts, told: Callable[[], None]) -> None:
    """The paper; `told` is called after each digit that has come."""

    def take() -> None:
        writings.take(st.session_state[key].written)
        told()

    have = [""] * len(writings.asked)  # a page that is drawn anew gets back what it has sent
    for at, each in writings.written.items():
        have[at] = base64.b64encode(each.form).decode()
    says = words.starting("write_")
    data = {"asked": writings.asked, "have": have, "refused": writings.refused, "words": says}
    _write(key=key, data=data, on_written_change=take)
    if writings.refused:
        st.caption(words.written_refused)
