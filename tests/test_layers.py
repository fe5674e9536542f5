"""Imports go one way (import-linter says so), and only what is listed is needed to run."""

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser import ROOT

CODE = [*(ROOT / "exam").rglob("*.py"), ROOT / "streamlit_app.py"]
BROUGHT = {"pyarrow": "pyarrow", "pandas": "pandas", "pillow": "PIL"}  # by Streamlit
BROUGHT |= {"starlette": "starlette", "uvicorn": "uvicorn", "protobuf": "google"}


def test_layers():
    linter = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    result = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def packages(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names}


def test_nothing_but_the_listed_packages_is_imported():
    listed = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    allowed = {re.split(r"[>=<~;\[ ]", line)[0] for line in listed.splitlines() if line[0] != "#"}
    allowed |= {"keras"}  # TensorFlow's own
    needs = " ".join(importlib.metadata.requires("streamlit"))
    allowed |= {name for package, name in BROUGHT.items() if package in needs}
    used = set().union(*map(packages, CODE))
    assert used - set(sys.stdlib_module_names) - {"exam"} <= allowed


def test_what_the_server_imports_brings_no_keras():
    script = "import sys, exam.server.app, exam.hall.lectern\n"
    script += "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_arrow_keeps_no_memory_for_threads_that_are_gone():
    script = "import exam.charts.curves, pyarrow\n"
    script += "assert pyarrow.default_memory_pool().backend_name == 'system'"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_scripts_hold_nothing_for_which_streamlit_would_drop_them():
    """Its cleaning drops a script in which "<" stands before a letter or a digit."""
    for path in (ROOT / "assets").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<[A-Za-z0-9/!]", text), path
