"""A student in plain NumPy: the independent reckoning that the chapters are held against."""

from collections.abc import Callable, Iterator

import numpy as np

from exam.model.exams import load_exams
from exam.model.network import initial_weights

EXAMS = load_exams()
X = EXAMS.mock.questions.reshape(2000, 784).astype(np.float32) / 255
Y = EXAMS.mock.answers.reshape(2000).astype(int)
LEARNING_RATE = np.float32(0.05)


def never_practised(exams: str) -> tuple[np.ndarray, np.ndarray]:
    sheets = getattr(EXAMS, exams)
    return sheets.questions.reshape(1000, 784).astype(np.float32) / 255, sheets.answers.reshape(-1)


class Student:
    """Dense(32, relu), Dense(10, softmax), SGD(0.05), sparse categorical cross-entropy."""

    def __init__(self, number: int):
        self.w1, self.b1, self.w2, self.b2 = (part.copy() for part in initial_weights(number))

    def sure(self, x: np.ndarray) -> np.ndarray:
        """The probability of each digit, [questions, 10]."""
        hidden = np.maximum(x @ self.w1 + self.b1, 0)
        scores = hidden @ self.w2 + self.b2
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)

    def learn(self, x: np.ndarray, y: np.ndarray, rate: np.float32 = LEARNING_RATE) -> None:
        """One update by back-propagation."""
        hidden = np.maximum(x @ self.w1 + self.b1, 0)
        error = self.sure(x)
        error[np.arange(len(y)), y] -= 1
        error /= len(y)
        back = (error @ self.w2.T) * (hidden > 0)
        self.w2 -= rate * hidden.T @ error
        self.b2 -= rate * error.sum(axis=0)
        self.w1 -= rate * x.T @ back
        self.b1 -= rate * back.sum(axis=0)

    def wrong(self, x: np.ndarray, y: np.ndarray) -> int:
        return int((self.sure(x).argmax(axis=1) != y).sum())

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        return float(-np.log(self.sure(x)[np.arange(len(y)), y]).mean())

    def sure_when_wrong(self, x: np.ndarray, y: np.ndarray) -> float:
        """How sure the student is, on average, of its wrong answers, in percent."""
        sure = self.sure(x)
        return 100 * float(sure.max(axis=1)[sure.argmax(axis=1) != y].mean())


def order_of(student: int, epoch: int, questions: int = 100) -> np.ndarray:
    return np.random.RandomState([student, epoch]).permutation(questions)


def passes(
    number: int,
    batch_size: int,
    epochs: int,
    *,
    questions_of: Callable[[int], np.ndarray] = lambda epoch: np.arange(100),
    key: np.ndarray = Y,
    solved: dict[int, int] | None = None,
) -> Iterator[Student]:
    """The student before studying and after every pass; `solved` takes each answer as given."""
    student = Student(number)
    yield student
    for epoch in range(epochs):
        questions = questions_of(epoch)
        order = order_of(number, epoch, len(questions))
        for start in range(0, len(order), batch_size):
            batch = questions[order[start : start + batch_size]]
            if solved is not None:
                answers = student.sure(X[batch]).argmax(axis=1)
                solved |= dict(zip(batch.tolist(), answers.tolist(), strict=True))
            student.learn(X[batch], key[batch])
        yield student
