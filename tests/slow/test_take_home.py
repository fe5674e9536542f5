"""Everything that a learner takes home, downloaded in a real browser and used."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image
from playwright.sync_api import Page

from exam.model.training import study
from exam.texts import load_texts
from tests.browser import open_page, wait_until_played
from tests.numpy_student import X, Y, never_practised

KO = load_texts("ko")
SETTING = {"batch_size": 32, "epochs": 7, "student": 5}
LINK = "batch_size=32&epochs=7&student=5&start=true"
NAME = "exam-b32-e7-s5"


def take(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


@pytest.fixture
def drawn(page, server):
    open_page(page, server, LINK)
    wait_until_played(page)
    page.get_by_role("button", name=KO.save, exact=True).click()
    return page


def test_the_notebook_runs_prints_the_numbers_and_saves_the_student(drawn, tmp_path):
    import keras

    file = take(drawn, KO.notebook, tmp_path)
    assert file.name == f"{NAME}.ipynb"
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    notebook.cells[1].source = ""  # which installs
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=str(tmp_path))
    printed = "".join(
        output.text
        for cell in notebook.cells[2:]  # the first one installs
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    )
    rows = re.findall(r"epoch +(\d+): wrong (\d+), unseen ([\d.]+)", printed)
    for row, mark in zip(rows, study(**SETTING), strict=True):
        wanted = [mark.epoch, mark.wrong, mark.val_wrong]
        assert [float(number) for number in row] == pytest.approx(wanted, abs=0.11)
    student = keras.models.load_model(tmp_path / "student.keras")
    last = study(**SETTING)[-1]
    answers = student.predict(X[:100], verbose=0).argmax(axis=1)
    assert "".join(map(str, answers)) == last.answers
    assert np.sum(answers != Y[:100]) == last.wrong
    val_loss, val_accuracy = student.evaluate(*never_practised("unseen"), verbose=0)
    assert 100 * (1 - val_accuracy) == pytest.approx(last.val_wrong, abs=0.01)
    assert val_loss == pytest.approx(last.val_loss, abs=1e-4)


def test_the_figure_says_what_it_is(drawn, tmp_path):
    svg = take(drawn, f"{KO.figure} SVG", tmp_path)
    png = take(drawn, f"{KO.figure} PNG", tmp_path)
    assert (svg.name, png.name) == (f"{NAME}.svg", f"{NAME}.png")
    root = ElementTree.fromstring(svg.read_text(encoding="utf-8"))
    text_of_page = " ".join(root.itertext())
    last = study(**SETTING)[-1]
    for text in (
        KO.title,
        "model.fit(x, y, batch_size=32, epochs=7)",
        "학생 5",
        KO.source,
        KO.passes,
        KO.loss_title,
        f"{KO.practised} {last.wrong:.0f}",
        f"{KO.unseen} {last.val_wrong:.1f}",
    ):
        assert text in text_of_page
    image = Image.open(png)
    assert image.size == tuple(2 * round(float(root.get(side))) for side in ("width", "height"))
    assert len(image.convert("RGB").getcolors(2**20)) > 50  # lines, letters and their edges


def test_script_and_table_have_the_settings_in_their_names(drawn, tmp_path):
    script = take(drawn, KO.script, tmp_path)
    assert script.name == f"{NAME}.py"
    text = script.read_text(encoding="utf-8")
    assert "batch_size=32, epochs=7, validation_data" in text and "STUDENT = 5" in text
    table = take(drawn, KO.csv, tmp_path)
    assert table.name == f"{NAME}.csv" and len(table.read_text("utf-8-sig").splitlines()) == 9
    assert json.loads(take(drawn, KO.notebook, tmp_path).read_text("utf-8"))["nbformat"] == 4
