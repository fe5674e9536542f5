"""The chapters: one module each, which declares a `CHAPTER`. None knows of another."""

from importlib import import_module

from exam.lesson.chapter import Chapter
from exam.parts import CHAPTER_NAMES

CHAPTERS: dict[str, Chapter] = {
    name: import_module(f"{__name__}.{name}").CHAPTER for name in CHAPTER_NAMES
}
