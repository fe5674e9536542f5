"""The learners' own exam: digits that they have written, which no student has practised."""

import base64
from dataclasses import dataclass

import numpy as np

from exam.model.exams import QUESTIONS

SIDE = 28  # pixels of a picture
PIXELS = SIDE * SIDE
MIN_INK, MAX_INK = 0.005, 0.6  # shares of a picture that ink covers; digits have 0.03 to 0.3
# What browsers send in MNIST's form: the size of the ink, and how far its centre of mass is from
# the middle, in pixels. All 4,000 questions of the exams have at most 20 and 1.
LONGER, OFF_CENTRE = 20, 2.0
# How often a row or column of it may cross ink, or a diagonal, whichever grey counts as ink. All of
# them have at most five in rows and columns, and 12 of them more than four in a diagonal; a line of
# letters has more.
MAX_CROSSINGS, MAX_DIAGONAL_CROSSINGS, GREYS = 5, 4, np.arange(32, 256, 32)


class BadPicture(ValueError):
    """It is no picture of a digit: of another size, empty, or full of ink."""


@dataclass(frozen=True)
class OwnExam:
    """One to a hundred questions in the form of the other exams.

    `pictures` holds 784 grey values for each question, row by row, 0 for paper and 255 for ink;
    `answers` one digit for each. Raises BadPicture for what `check_picture` refuses, ValueError
    for another number of answers.
    """

    pictures: bytes
    answers: str

    def __post_init__(self):
        questions = len(self.answers)
        if not 1 <= questions <= QUESTIONS or len(self.pictures) != PIXELS * questions:
            raise ValueError(f"{questions} answers to {len(self.pictures)} bytes of pictures")
        if not (self.answers.isascii() and self.answers.isdigit()):
            raise ValueError("an answer is a digit")
        for at in range(0, len(self.pictures), PIXELS):
            check_picture(self.pictures[at : at + PIXELS])

    @property
    def questions(self) -> np.ndarray:
        """uint8 [questions, 784]."""
        return np.frombuffer(self.pictures, np.uint8).reshape(-1, PIXELS)


def check_picture(picture: bytes) -> bytes:
    """The picture; raises BadPicture where it cannot be a digit on paper."""
    if len(picture) != PIXELS:
        raise BadPicture(f"{len(picture)} pixels")
    ink = np.frombuffer(picture, np.uint8).mean() / 255
    if not MIN_INK <= ink <= MAX_INK:
        raise BadPicture(f"{ink:.1%} of it is ink")
    return picture


def check_form(picture: bytes) -> bytes:
    """The picture; raises BadPicture where it is not in MNIST's form.

    Otherwise the pictures on a hall's sheet could be made to join, to one as large as the screen,
    or a script could write the same words in all of them.
    """
    ink = np.frombuffer(picture, np.uint8).reshape(SIDE, SIDE).astype(float)
    sides = [part.stop - part.start for part in _box_of(ink)]
    pixels = np.arange(SIDE) + 0.5
    centre = np.array([ink.sum(axis=axis) @ pixels for axis in (1, 0)]) / ink.sum()
    if max(sides) > LONGER or np.abs(centre - SIDE / 2).max() > OFF_CENTRE:
        raise BadPicture(f"ink of {sides} pixels around {centre.round(1)}")
    straight = max(map(_most_crossings, (ink, ink.T)))
    diagonal = max(map(_most_crossings, (_sheared(ink), _sheared(ink[:, ::-1]))))
    if straight > MAX_CROSSINGS or diagonal > MAX_DIAGONAL_CROSSINGS:
        raise BadPicture(f"ink in {straight} or {diagonal} places of one line")
    return picture


def _most_crossings(picture: np.ndarray) -> int:
    """In how many places the column with the most of them crosses ink."""
    is_ink = picture >= GREYS[:, None, None]
    return (is_ink & ~np.roll(is_ink, 1, axis=1)).sum(axis=1).max()  # no ink is at an edge


def _sheared(picture: np.ndarray) -> np.ndarray:
    """The diagonals of a picture as columns: each row begins one pixel after the one above it."""
    wide = np.pad(picture, ((0, 0), (0, SIDE + 1)))
    return wide.ravel()[: 2 * PIXELS].reshape(SIDE, 2 * SIDE)


def in_the_place_of(other: bytes, picture: bytes) -> bytes:
    """The ink of a picture, in the place and size of the ink of the other.

    So whoever looks at one of a digit's two pictures has seen both, whatever the browser has
    sent.
    """
    ink, place = (np.frombuffer(each, np.uint8).reshape(SIDE, SIDE) for each in (picture, other))
    ink = ink[_box_of(ink)]
    rows, columns = (part.stop - part.start for part in _box_of(place))
    shown = np.zeros((SIDE, SIDE))
    shown[_box_of(place)] = _resized(len(ink), rows) @ ink @ _resized(ink.shape[1], columns).T
    return shown.round().astype(np.uint8).tobytes()


def _box_of(picture: np.ndarray) -> tuple[slice, slice]:
    """The rows and the columns that have ink, of a picture that has some."""
    rows, columns = (np.flatnonzero(picture.any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _resized(before: int, after: int) -> np.ndarray:
    """[after, before]: the weights that make each new pixel the mean of what it covers."""
    edges, pixels = np.linspace(0, before, after + 1)[:, None], np.arange(before)
    covered = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    return np.clip(covered, 0, None) * after / before


def read_picture(text: object) -> bytes:
    """A picture as a browser sends it, in Base64; raises BadPicture for anything else."""
    if not isinstance(text, str) or len(text) > 2 * PIXELS:
        raise BadPicture("no text of that length")
    try:
        return check_picture(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise BadPicture(str(error)) from error
