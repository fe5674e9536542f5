"""The chapters, one file and one declaration each, in their order, and how they are shown.

A chapter knows what is below (page, charts, service, model), and no other chapter.
"""

from importlib import import_module

import streamlit as st

from exam.lesson.chapter import Chapter, Texts
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


def show_lesson(lesson: Lesson) -> None:
    """Every chapter under its title, or the one that is shown alone."""
    if lesson.is_alone:
        _show(lesson.visit.only, lesson)
        return
    st.header(lesson.words.lesson, anchor=False)
    for name in ORDER:
        _show_in_turn(name, lesson)


def numbered(name: str, words: Texts) -> str:
    return f"{ORDER.index(name) + 1}. {getattr(words, name).title}"


def open_chapter(name: str) -> None:
    st.session_state[f"{name}_open"] = True


def _show_in_turn(name: str, lesson: Lesson) -> None:
    expander = st.expander(numbered(name, lesson.words), key=f"{name}_open", on_change="rerun")
    if expander.open:
        with expander:
            _show_fragment(name, lesson)


@st.fragment
def _show_fragment(name: str, lesson: Lesson) -> None:
    """What is pressed in a chapter runs the chapter alone."""
    _show(name, lesson)


def _show(name: str, lesson: Lesson) -> None:
    view = ChapterView(name, CHAPTERS[name], lesson)
    view.show()
    lesson.follow(view)
