"""The lesson: its chapters in their order, each a file of its own with one function, `show`."""

import streamlit as st

from exam.lesson import (
    batch_sizes,
    final_exam,
    first_pass,
    misprints,
    pianist,
    questions,
    repetition,
    sheet,
    students,
    sureness,
    twenty_exams,
)
from exam.lesson.chapter import Chapter

_IN_ORDER = (
    sheet,
    first_pass,
    batch_sizes,
    repetition,
    students,
    twenty_exams,
    sureness,
    pianist,
    final_exam,
    misprints,
    questions,
)
CHAPTERS = {module.__name__.rsplit(".", 1)[-1]: module for module in _IN_ORDER}


def show_lesson(**lesson) -> list[Chapter]:
    """Every chapter under its title; of those that are open, the ones whose experiment runs.

    `lesson` is what every `Chapter` takes.
    """
    words, opened = lesson["words"], []
    st.header(words.lesson, anchor=False)
    for number, name in enumerate(CHAPTERS, start=1):
        title = f"{number}. {getattr(words, name).title}"
        expander = st.expander(title, key=f"{name}_open", on_change="rerun")
        if expander.open:
            with expander:
                opened.append(_show(name, **lesson))
    return [chapter for chapter in opened if chapter.is_running]


def show_alone(name: str, **lesson) -> list[Chapter]:
    """One chapter without the page around it; it comes back if its experiment runs."""
    chapter = _show(name, is_alone=True, **lesson)
    return [chapter] if chapter.is_running else []


def _show(name: str, **lesson) -> Chapter:
    chapter = Chapter(name, **lesson)
    CHAPTERS[name].show(chapter)
    chapter.tell()
    return chapter
