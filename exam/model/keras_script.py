"""The study on the screen as a script of its own: plain Keras, nothing of this project."""

import functools
import json
from pathlib import Path

from exam.model.plan import LEARNING_RATE

EXAMS_SEED = 13  # of the choice of questions; tests/build_exams.py uses it
_TEMPLATE = Path(__file__).parents[2] / "assets" / "keras_script.txt"


@functools.cache
def _template() -> str:
    return _TEMPLATE.read_text(encoding="utf-8")


def keras_script(**settings: int) -> str:
    """A script that repeats the study of these settings and prints its numbers, pass by pass."""
    return _template().format(**settings, seed=EXAMS_SEED, learning_rate=LEARNING_RATE)


def keras_notebook(**settings: int) -> str:
    """The same as a Jupyter notebook: one cell that installs, one for each part of the script."""
    parts = keras_script(**settings).split("\n\n# ")
    sources = ["%pip install -q keras tensorflow mlxtend", parts[0]]
    sources += [f"# {part}" for part in parts[1:]]
    cells = [
        {"cell_type": "code", "id": f"part-{number}", "source": source}
        | {"metadata": {}, "execution_count": None, "outputs": []}
        for number, source in enumerate(sources)
    ]
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": cells, "metadata": python, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False)
