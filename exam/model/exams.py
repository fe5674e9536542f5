"""The exam papers: 40 exams of 100 handwritten digits, each with its answer key."""

import functools
import hashlib
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np

EXAMS_FILE = Path(__file__).parents[2] / "assets" / "exams.npz"
EXAMS_SHA256 = "66025edb727bbe081d9189ffb66ffb838cbbb93af981a67e15c505ed7193da3f"
QUESTIONS = 100  # in one exam
UNSEEN_EXAMS = 10
BY_CHANCE, NEAR_CHANCE = 90, 80  # wrong of 100: guessing at random, and close to it


class BrokenExams(Exception):
    """The file of the exams is missing or is not the one that was made; the text says why."""


class Sheets(NamedTuple):
    """Some exams: `questions` uint8 [exams, 100, 28, 28], `answers` uint8 [exams, 100]."""

    questions: np.ndarray
    answers: np.ndarray


class Exams(NamedTuple):
    """20 mock exams to practise, 10 unseen ones (validation), 10 final ones (test)."""

    mock: Sheets
    unseen: Sheets
    final: Sheets

    def marked_on(self, name: str) -> Sheets:
        """The ten exams, never practised, on which a student is marked: "unseen" or "final"."""
        return {"unseen": self.unseen, "final": self.final}[name]


def batches(batch_size: int, questions: int = QUESTIONS) -> list[int]:
    """How many questions are solved before each check of the answers: 32 gives 32, 32, 32, 4."""
    full, rest = divmod(questions, batch_size)
    return [batch_size] * full + [rest] * (rest > 0)


def read_exams(file: Path = EXAMS_FILE, sha256: str = EXAMS_SHA256) -> Exams:
    """Read the exams and check them against the checksum. Raises `BrokenExams` with the reason."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BrokenExams(f"{file} cannot be read: {error}") from error
    checksum = hashlib.sha256(content).hexdigest()
    if checksum != sha256:
        raise BrokenExams(f"{file} has the checksum {checksum}, expected {sha256}")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        questions, answers = arrays["questions"], arrays["answers"]
    parts = slice(0, 20), slice(20, 20 + UNSEEN_EXAMS), slice(20 + UNSEEN_EXAMS, 40)
    return Exams(*(Sheets(questions[part], answers[part]) for part in parts))


load_exams = functools.cache(read_exams)
