"""The lesson: its chapters in their order, each a file of its own with one function, `show`."""

from collections.abc import Sequence
from types import SimpleNamespace

import streamlit as st

from exam.experiments import Experiment
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
from exam.results import Epoch

CHAPTERS = (
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


def show_lesson(
    words: SimpleNamespace,
    lang: str,
    settings: dict[str, int],
    marks: Sequence[Epoch],
    kept: dict[str, Experiment],
) -> list[Chapter]:
    """Every chapter under its title; of those that are open, the ones whose experiment runs."""
    st.header(words.lesson, anchor=False)
    opened = []
    for number, module in enumerate(CHAPTERS, start=1):
        name = module.__name__.rsplit(".", 1)[-1]
        title = getattr(words, name).title
        expander = st.expander(f"{number}. {title}", key=f"{name}_open", on_change="rerun")
        if expander.open:
            chapter = Chapter(name, words, lang, settings, marks, kept)
            with expander:
                module.show(chapter)
            opened.append(chapter)
    return [chapter for chapter in opened if chapter.is_running]
