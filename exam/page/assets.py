"""What the browser runs: files of `assets/` as text."""

import functools
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "assets"


@functools.cache
def asset(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
