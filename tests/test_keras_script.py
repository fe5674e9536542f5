"""The code that the page shows is complete: run as it stands, it prints the page's numbers."""

import re
import subprocess
import sys

import pytest

from exam.keras_script import EXAMS_SEED, keras_script
from exam.training import study
from tests.build_exams import SEED


def test_the_same_exams():
    assert EXAMS_SEED == SEED


@pytest.mark.parametrize("settings", [(32, 6, 2), (1, 3, 1), (100, 4, 30)])
def test_it_prints_the_numbers_of_the_study(settings, tmp_path):
    named = dict(zip(("batch_size", "epochs", "student"), settings, strict=True))
    script = tmp_path / "exam.py"
    script.write_text(keras_script(**named), encoding="utf-8")
    output = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout
    rows = [
        [float(number) for number in re.findall(r"\d+(?:\.\d+)?", line)]
        for line in output.splitlines()
    ]
    marks = study(**named)
    assert len(rows) == len(marks)
    for row, mark in zip(rows, marks, strict=True):
        assert row[0] == mark.epoch
        assert row[1:3] == pytest.approx([mark.wrong, mark.val_wrong], abs=0.11)
        assert row[3:] == pytest.approx([mark.loss, mark.val_loss], abs=1.1e-3)
