"""How long a question takes at a given batch size and network width."""

import functools
import time

import numpy as np

from exam.model.exams import QUESTIONS
from exam.model.network import Student, build_network
from exam.model.plan import Timing
from exam.model.workbooks import MOCK_EXAMS, open_workbook, question_order

REPEATS, LEAST_SECONDS = 2, 0.1  # minimums, so that the machine's other work is not measured
FEW_QUESTIONS = 16  # the minimum per measurement, for small batches


def seconds_per_question(timing: Timing) -> float:
    """The fastest of several runs through some mock questions in batches of that size.

    It measures Keras' own update, by the `train_step` that the page trains with, on a network of
    the width in `timing`.
    """
    network = _network(timing.units)
    all_questions = question_order(1, 0, MOCK_EXAMS * QUESTIONS)
    questions = all_questions[: max(timing.batch_size, FEW_QUESTIONS)]
    _seconds(network, all_questions[:FEW_QUESTIONS], 1)  # the first run is traced by TensorFlow
    began, seconds = time.perf_counter(), list[float]()
    while len(seconds) < REPEATS or time.perf_counter() - began < LEAST_SECONDS:
        seconds.append(_seconds(network, questions, timing.batch_size))
    return min(seconds) / len(questions)


@functools.cache
def _network(units: int) -> Student:
    """One for all timings of that width: TensorFlow keeps the graphs of each that was built."""
    return build_network(units)


def _seconds(network: Student, questions: np.ndarray, batch_size: int) -> float:
    key = open_workbook("twenty_exams").key[questions].astype(np.int32)
    began = time.process_time()
    network.train_step((questions, key, np.int32(batch_size)))
    return time.process_time() - began
