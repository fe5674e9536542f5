"""Handwritten digits: the ones that a learner is asked to write, and exams made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exam.model.own_exam import (
    BadPicture,
    OwnExam,
    check_form,
    check_picture,
    in_the_place_of,
    read_picture,
)

# How a drawing becomes 28×28 pixels: scaled and centred as MNIST's are, or only made small.
FORMS = ("centred", "small")
OwnExams = Mapping[str, OwnExam]  # the same digits as an exam in each of the FORMS


@dataclass(frozen=True)
class Drawing:
    """A digit in each of the FORMS, 784 bytes; `is_typed` if it was set in a typeface."""

    centred: bytes
    small: bytes
    is_typed: bool


class Drawings:
    """The digits that a learner is asked to write, and the drawings of them so far.

    `digits` are those to write, `drawn` the drawings by index into them, `refused` the index of
    the last drawing sent, in a list, if it was not a digit. `is_for_hall` says that they are part
    of a hall's exam. Drawings are accepted only while `is_open`.
    """

    def __init__(self, digits: Sequence[int], *, is_for_hall: bool = False, is_open: bool = True):
        self.digits, self.is_for_hall, self.is_open = tuple(digits), is_for_hall, is_open
        self.drawn: dict[int, Drawing] = {}
        self.refused: list[int] = []
        self._exams: OwnExams | None = None

    @property
    def is_complete(self) -> bool:
        return 0 < len(self.digits) == len(self.drawn)

    @property
    def has_typed(self) -> bool:
        return any(drawing.is_typed for drawing in self.drawn.values())

    def add(self, sent: object) -> None:
        """Keep what a browser sends, if it is a drawing of a digit that was asked for."""
        self.refused = []
        if not isinstance(sent, Mapping) or not self.is_open:
            return
        index = sent.get("at")
        if type(index) is not int or not 0 <= index < len(self.digits):
            return
        try:
            centred = check_form(read_picture(sent.get("centred")))
            small = read_picture(sent.get("small"))
            # The hall's sheet shows only the other one.
            small = check_picture(in_the_place_of(small, centred))
        except BadPicture:
            self.refused = [index]
            return
        self.drawn[index] = Drawing(centred, small, sent.get("typed") is True)
        self._exams = None

    @property
    def exams(self) -> OwnExams | None:
        """All of them as exams, once every digit is drawn; the same object until one changes."""
        if self.is_complete and not self._exams:
            self._exams = exams_of(
                [(digit, self.drawn[index]) for index, digit in enumerate(self.digits)]
            )
        return self._exams


def exams_of(questions: Sequence[tuple[int, Drawing]]) -> OwnExams:
    """Digits and their drawings as an exam in each of the FORMS."""
    answers = "".join(str(digit) for digit, _ in questions)
    return {
        "centred": OwnExam(b"".join(drawing.centred for _, drawing in questions), answers),
        "small": OwnExam(b"".join(drawing.small for _, drawing in questions), answers),
    }
