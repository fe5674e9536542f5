"""The lowest versions that requirements.txt allows: Keras' numbers, the charts, and the page."""

import re
import subprocess
import sys

from tests.browser import ROOT

# Of Streamlit and its server, a minor version is required, so that the page in a browser will do.
TESTS = (
    "test_training.py",
    "test_charts.py",
    "test_walk.py::test_the_numbers_are_those_of_study_and_each_pass_shows_its_own",
)


def test_the_page_works_with_the_lowest_versions(tmp_path):
    python = tmp_path / "environment" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
    allowed = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    lowest = re.sub(r">=([\d.]+),<[\d.]+", r"==\1", allowed)
    assert lowest.count("==") >= 7
    (tmp_path / "lowest.txt").write_text(lowest, encoding="utf-8")
    asked = ("-r", tmp_path / "lowest.txt", "-r", ROOT / "tests" / "requirements.txt")
    subprocess.run([python, "-m", "pip", "install", "--quiet", *asked], check=True)
    tests = [ROOT / "tests" / name for name in TESTS]
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-5000:]
