"""Layers go one way, and only what is listed is needed to run."""

import ast
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = {path.stem: path for path in (ROOT / "exam").glob("*.py")}
LESSON = {path.stem: path for path in (ROOT / "exam" / "lesson").glob("*.py")}
PAGE = [ROOT / "streamlit_app.py", *LESSON.values()]

BROUGHT = {
    "pyarrow": "pyarrow",
    "pandas": "pandas",
    "pillow": "PIL",
}  # by Streamlit, which needs them itself

# From the page down to the papers: a module may import those that stand after it.
ORDER = "share figure_files frames listeners stumbles projector experiments address sentences"
ORDER += " charts classroom studies worker runs desk training"
ORDER = [
    *ORDER.split(),
    "keras_script",
    "overfitting",
    "plans",
    "workbooks",
    "results",
    "papers",
    "settings",
    "texts",
]


def imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "exam":
            names |= {f"exam.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    return names


def packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def test_only_the_page_and_its_lesson_import_streamlit():
    those = [name for name, path in MODULES.items() if "streamlit" in packages(path)]
    assert sorted(those) == ["listeners", "stumbles"]  # a part of the page, and of its log
    assert "streamlit" in packages(ROOT / "streamlit_app.py")


def test_only_training_imports_keras():
    learning = {"keras", "tensorflow"}
    assert [name for name, path in MODULES.items() if learning & packages(path)] == ["training"]
    assert not any(learning & packages(path) for path in PAGE)


@pytest.mark.parametrize("name", [name for name in MODULES if name != "__init__"])
def test_layers_go_one_way(name):
    others = {each.split(".")[1] for each in imports(MODULES[name]) if each.startswith("exam.")}
    assert others <= set(ORDER[ORDER.index(name) + 1 :]), f"{name} imports {others}"


@pytest.mark.parametrize("name", LESSON)
def test_a_chapter_knows_no_other_chapter(name):
    common = {"chapter", "drawing", "marked_sheet"}
    others = {each.split(".")[2] for each in imports(LESSON[name]) if "exam.lesson." in each}
    assert others <= common or name == "__init__"


def test_nothing_but_the_listed_packages_is_imported():
    listed = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    allowed = {re.split(r"[>=<~;\[ ]", line)[0] for line in listed.splitlines() if line[0] != "#"}
    allowed |= {"keras"}  # TensorFlow's own
    needs = " ".join(importlib.metadata.requires("streamlit"))
    allowed |= {name for package, name in BROUGHT.items() if package in needs}
    used = set().union(*map(packages, [*MODULES.values(), *PAGE]))
    assert used - set(sys.stdlib_module_names) - {"exam"} <= allowed


def test_what_the_server_imports_brings_no_keras():
    script = "import sys, exam.classroom, exam.charts, exam.address, exam.sentences\n"
    script += "assert not {'keras', 'tensorflow', 'streamlit'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_arrow_keeps_no_memory_for_threads_that_are_gone():
    script = "import exam.charts, pyarrow\n"
    script += "assert pyarrow.default_memory_pool().backend_name == 'system'"
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
