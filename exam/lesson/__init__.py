"""The chapters, one file and one declaration each, in their order, and how they are shown.

A chapter knows charts, model and the page's texts, and no other chapter.
"""

from importlib import import_module

import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.view import ChapterView, Lesson

# In the order of the page; their texts stand in the same order.
ORDER = (
    "sheet",
    "first_pass",
    "batch_sizes",
    "repetition",
    "students",
    "twenty_exams",
    "sureness",
    "pianist",
    "final_exam",
    "misprints",
    "questions",
)
CHAPTERS: dict[str, Chapter] = {
    name: import_module(f"exam.lesson.{name}").CHAPTER for name in ORDER
}


def show_lesson(lesson: Lesson) -> list[ChapterView]:
    """Every chapter under its title, or the one that is shown alone; those that run come back."""
    if lesson.is_alone:
        views = [_show(lesson.visit.only, lesson)]
    else:
        st.header(lesson.words.lesson, anchor=False)
        views = list(filter(None, (_show_in_turn(name, lesson) for name in ORDER)))
    return [view for view in views if view.is_running]


def _show_in_turn(name: str, lesson: Lesson) -> ChapterView | None:
    number = ORDER.index(name) + 1
    title = f"{number}. {getattr(lesson.words, name).title}"
    expander = st.expander(title, key=f"{name}_open", on_change="rerun")
    if not expander.open:
        return None
    with expander:
        return _show(name, lesson)


def _show(name: str, lesson: Lesson) -> ChapterView:
    view = ChapterView(name, CHAPTERS[name], lesson)
    view.show()
    return view
