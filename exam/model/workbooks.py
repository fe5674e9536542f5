"""The workbooks: which exam a student works through in each pass, and what its key says."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exam.model.exams import QUESTIONS, load_exams

MOCK_EXAMS = 20
PASSES_TO_KNOW_TWENTY = 5 * MOCK_EXAMS  # before the workbook `pianist` repeats one exam alone
# The question whose nine nearest neighbours of the same digit, by squared pixel distance, are
# closest overall, and those nine. The digit 1 is left out, a stroke that looks alike in any hand. A
# test recomputes them.
LOOK_ALIKES = (1608, 633, 561, 526, 1119, 208, 880, 279, 1236, 1224)
KEPT_ORDERS = 8_000  # 0.5 kB each; without them, every turn would draw up to 200 orders again
_MISPRINT_SEED = 20  # of what is misprinted or shuffled, the same for every student


@dataclass(frozen=True, eq=False)
class Workbook:
    """Some exams out of the 2,000 questions of the twenty mock exams.

    `exams` int32 [exams, questions] holds the numbers of the questions of each exam, `key` uint8
    [2000] the printed answer to every question. `exam_of_pass` gives the exam of a pass by its
    index, passes counted from 0; `marked` is the index of the one that is marked after every pass.
    """

    exams: np.ndarray
    key: np.ndarray
    exam_of_pass: Callable[[int], int] = lambda epoch: 0
    marked: int = 0

    @property
    def size(self) -> int:
        """How many questions each exam has."""
        return self.exams.shape[1]

    @property
    def practised_questions(self) -> np.ndarray:
        """The numbers of the questions that are marked after every pass, in one of the exams."""
        return self.exams[self.marked]


@functools.lru_cache(maxsize=KEPT_ORDERS)
def question_order(student: int, epoch: int, questions: int = QUESTIONS) -> np.ndarray:
    """The order in which a student solves the questions in a pass, int32 [questions], read-only.

    Epochs count from 0 here. RandomState, because its stream is frozen across NumPy versions.
    """
    order = np.random.RandomState([student, epoch]).permutation(questions).astype(np.int32)
    order.flags.writeable = False
    return order


@functools.cache
def open_workbook(name: str, misprints: int = 0) -> Workbook:
    """The workbook of that name (see `WORKBOOKS`), with misprints in the key of its first exam."""
    workbook = WORKBOOKS[name]()
    if not misprints:
        return workbook
    key = workbook.key.copy()
    key[:QUESTIONS] = misprint(key[:QUESTIONS], misprints)
    return Workbook(workbook.exams, key, workbook.exam_of_pass, workbook.marked)


def first_key(misprints: int = 0) -> np.ndarray:
    """The printed key of the first mock exam, uint8 [100]."""
    return open_workbook("one_exam", misprints).key[:QUESTIONS]


def misprinted_questions(misprints: int) -> np.ndarray:
    """Which questions are misprinted, int [misprints]; with more misprints, these and others."""
    return np.random.RandomState(_MISPRINT_SEED).permutation(QUESTIONS)[:misprints]


def misprint(key: np.ndarray, misprints: int) -> np.ndarray:
    """The key uint8 [100] with another digit at each of the `misprinted_questions`."""
    shifts = np.random.RandomState(_MISPRINT_SEED).randint(1, 10, QUESTIONS)
    printed, misprinted = key.copy(), misprinted_questions(misprints)
    printed[misprinted] = (key[misprinted] + shifts[misprinted]) % 10
    return printed


# The workbooks by name.


def one_exam() -> Workbook:
    """The first mock exam, again and again."""
    return Workbook(_mock_exam_numbers()[:1], _key())


def shuffled_key() -> Workbook:
    """The first mock exam, its 100 answers handed out to its questions at random."""
    key = _key().copy()
    key[:QUESTIONS] = np.random.RandomState(_MISPRINT_SEED).permutation(key[:QUESTIONS])
    return Workbook(_mock_exam_numbers()[:1], key)


def look_alikes() -> Workbook:
    """One sheet of ten questions that look alike: LOOK_ALIKES."""
    return Workbook(np.array([LOOK_ALIKES], np.int32), _key())


def twenty_exams() -> Workbook:
    """All twenty mock exams in turn; the first is the one whose mistakes are counted."""
    return Workbook(_mock_exam_numbers(), _key(), exam_of_pass=lambda epoch: epoch % MOCK_EXAMS)


def pianist() -> Workbook:
    """Five times through all twenty mock exams; from then on the first one alone."""
    return Workbook(_mock_exam_numbers(), _key(), lambda epoch: _twenty_then(0, epoch))


def pianist_0_to_4() -> Workbook:
    """As the pianist, but the one exam that is then repeated holds only the digits 0 to 4."""
    two_exams = _mock_exam_numbers()[:2].reshape(-1)  # with 50 questions of the digits 0 to 4 each
    one_piece = two_exams[_key()[two_exams] < 5]
    exams = np.concatenate([_mock_exam_numbers(), one_piece[None]])
    return Workbook(exams, _key(), lambda epoch: _twenty_then(MOCK_EXAMS, epoch), MOCK_EXAMS)


def _twenty_then(repeated: int, epoch: int) -> int:
    return epoch % MOCK_EXAMS if epoch < PASSES_TO_KNOW_TWENTY else repeated


def _mock_exam_numbers() -> np.ndarray:
    return np.arange(MOCK_EXAMS * QUESTIONS, dtype=np.int32).reshape(MOCK_EXAMS, QUESTIONS)


def _key() -> np.ndarray:
    return load_exams().mock.answers.reshape(-1)


WORKBOOKS: dict[str, Callable[[], Workbook]] = {
    make.__name__: make
    for make in (one_exam, shuffled_key, look_alikes, twenty_exams, pianist, pianist_0_to_4)
}
