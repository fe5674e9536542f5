"""The code that the page shows is complete: run as it stands, it prints the page's numbers."""

import json
import re
import subprocess
import sys

import pytest

from exam.model.keras_script import keras_notebook, keras_script
from exam.model.plan import Plan, Study
from exam.model.training import study


def test_it_begins_with_the_call_that_everybody_knows():
    script = keras_script(Study(Plan(7, 2), 3))
    call = "x, y, batch_size=7, epochs=3, validation_data=(val_x, val_y)"
    assert call in script and "EarlyStopping(patience=5" in script
    assert script.index(call) < script.index("The page's numbers")


def test_the_notebook_is_the_script_in_cells_with_a_sentence_before_each():
    asked = Study(Plan(7, 2), 3)
    cells = json.loads(keras_notebook(asked))["cells"]
    code = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
    for line in keras_script(asked).splitlines():
        assert line.startswith("# ") or line in code
    kinds = [cell["cell_type"] for cell in cells]
    assert kinds[0] == "markdown" and "pip install" in cells[1]["source"]
    assert kinds.count("code") == kinds.count("markdown") + 1  # the imports need no sentence
    assert len({cell["id"] for cell in cells}) == len(cells)


@pytest.mark.parametrize("batch_size,epochs,student", [(32, 6, 2), (1, 40, 1), (100, 4, 30)])
def test_it_prints_the_numbers_of_the_study(batch_size, epochs, student, tmp_path):
    asked = Study(Plan(batch_size, student), epochs)
    script = tmp_path / "exam.py"
    script.write_text(keras_script(asked), encoding="utf-8")
    output = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout
    rows = [
        [float(number) for number in re.findall(r"\d+(?:\.\d+)?", line)]
        for line in output.splitlines()
        if line.startswith("epoch")
    ]
    marks = study(batch_size=batch_size, epochs=epochs, student=student)
    assert len(rows) == len(marks)
    for row, mark in zip(rows, marks, strict=True):
        assert row[0] == mark.epoch
        assert row[1:3] == pytest.approx([mark.wrong, mark.val_wrong], abs=0.11)
        assert row[3:] == pytest.approx([mark.loss, mark.val_loss], abs=6e-4)
