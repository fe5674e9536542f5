"""The code that the page shows is complete: run as it stands, it prints the page's numbers."""

import json
import re
import subprocess
import sys

import pytest

from exam.model.keras_script import EXAMS_SEED, keras_notebook, keras_script
from exam.model.training import study
from tests.build_exams import SEED


def test_the_same_exams():
    assert EXAMS_SEED == SEED


def test_the_notebook_is_the_script_in_cells():
    settings = {"batch_size": 7, "epochs": 3, "student": 2}
    notebook = json.loads(keras_notebook(**settings))
    install, *parts = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert install.startswith("%pip install") and notebook["nbformat"] == 4
    assert len({cell["id"] for cell in notebook["cells"]}) == len(parts) + 1
    assert "\n\n".join(parts) == keras_script(**settings)


@pytest.mark.parametrize("settings", [(32, 6, 2), (1, 40, 1), (100, 4, 30)])
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
        assert row[3:] == pytest.approx([mark.loss, mark.val_loss], abs=6e-4)
