"""The chapters: one module each, which declares a `CHAPTER`. None knows of another."""

from exam.lesson.chapter import Chapter
from exam.lesson.chapters import (
    batch_sizes,
    best_setting,
    final_exam,
    first_pass,
    learning_rate,
    misprints,
    own_exam,
    pianist,
    questions,
    repetition,
    sheet,
    students,
    sureness,
    twenty_exams,
)
from exam.page.parts import CHAPTER_NAMES

_MODULES = (
    sheet,
    first_pass,
    batch_sizes,
    learning_rate,
    repetition,
    students,
    twenty_exams,
    sureness,
    pianist,
    final_exam,
    misprints,
    own_exam,
    best_setting,
    questions,
)
CHAPTERS: dict[str, Chapter] = {module.CHAPTER.name: module.CHAPTER for module in _MODULES}

if tuple(CHAPTERS) != CHAPTER_NAMES:
    raise ImportError(f"exam/page/parts.py lists {CHAPTER_NAMES}, and there are {tuple(CHAPTERS)}")
