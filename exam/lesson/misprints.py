"""A misprinted key: the student learns the misprints too."""

import functools
from collections.abc import Iterator, Sequence

import numpy as np
import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.drawing import (
    LINES,
    line,
    markdown_table,
    passes_chart,
    table,
)
from exam.lesson.marked_sheet import sheet_spec, sheet_table
from exam.plans import Plan
from exam.results import Epoch
from exam.settings import MISPRINTS
from exam.texts import load_texts
from exam.workbooks import misprinted_questions, open_workbook

BATCH_SIZE, EPOCHS = 10, 60
ALWAYS = (0, 10, 20, 30)
SEARCHED_AT = 12  # the pass at which the sheet is opened: what is still wrong there stands out
FRAME_HEIGHT = 1650  # pixels, 700 wide: what the whole chapter takes


def show(chapter: Chapter) -> None:
    say, student = chapter.say, chapter.settings["student"]
    st.markdown(say.story)
    own = st.session_state[MISPRINTS.name]
    if chapter.experiment is None:
        own = st.slider(
            say.how_many,
            MISPRINTS.lowest,
            MISPRINTS.highest,
            key=MISPRINTS.name,
            on_change=chapter.on_setting,
        )
    wanted = {
        misprints: (Plan(BATCH_SIZE, student, misprints=misprints), EPOCHS)
        for misprints in (own, *ALWAYS)
    }
    found = chapter.ask(wanted, lambda: _measured(chapter))
    if found is None:
        return
    own = next(iter(found.wanted))
    chapter.figure(_spec(chapter.lang), lambda: table(LINES, _lines(chapter)), say.alt)
    if found.is_complete:
        st.markdown(_figures(chapter))
        _show_sheet(chapter, own, found.marks[own])
    chapter.conclude()


def learnt_last(marks: Sequence[Epoch], key: np.ndarray) -> list[int]:
    """All questions, those first that were wrong until the latest pass."""
    latest = [-1] * len(key)
    for mark in marks:
        for question, (answer, right) in enumerate(zip(mark.answers, key, strict=True)):
            if int(answer) != right:
                latest[question] = mark.epoch
    return sorted(range(len(key)), key=lambda question: -latest[question])


def _show_sheet(chapter: Chapter, own: int, marks: Sequence[Epoch]) -> None:
    say, key = chapter.say, open_workbook("one_exam", own).key[:100]
    st.markdown(say.search)
    is_shown = st.toggle(say.reveal, key=f"{chapter.name}_reveal")
    data = sheet_table(marks, key, misprinted=set(misprinted_questions(own)))
    spec = sheet_spec(chapter.lang, EPOCHS, shown=SEARCHED_AT, shows_misprints=is_shown)
    chapter.sheet(spec, data, say.sheet_alt(misprints=own))


def _lines(chapter: Chapter) -> Iterator[tuple]:
    styles = {0: ("blue", "solid"), 30: ("orange", "dashed")}
    styles |= {10: ("ink", "dotted"), 20: ("ink", "dashed")}
    for misprints in sorted(chapter.experiment.wanted):
        marks = chapter.experiment.marks.get(misprints, ())
        points = [(mark.epoch, mark.val_wrong) for mark in marks]
        style, dash = styles.get(misprints, ("ink", "solid"))
        label = chapter.say.line(misprints=misprints)
        yield from line(str(misprints), points, style=style, dash=dash, label=label, side="beside")


@functools.cache
def _spec(lang: str) -> dict:
    words = load_texts(lang)
    say = words.misprints
    return passes_chart(
        x=words.passes,
        y=say.axis,
        epochs=EPOCHS,
        label_width=90,
        height=240,
    )


def _figures(chapter: Chapter) -> str:
    complete = sorted(chapter.experiment.complete.items())
    rows = [(each, marks[-1].wrong, f"{marks[-1].val_wrong:.1f}") for each, marks in complete]
    return markdown_table(chapter.say.columns, rows)


def _measured(chapter: Chapter) -> str:
    marks, own = chapter.experiment.marks, next(iter(chapter.experiment.wanted))
    key = open_workbook("one_exam", own).key[:100]
    latest = learnt_last(marks[own], key)[:own]
    return chapter.say.measured(
        misprints=own,
        epochs=EPOCHS,
        wrong=marks[own][-1].wrong,
        val_wrong=marks[own][-1].val_wrong,
        val_wrong_without=marks[0][-1].val_wrong,
        found=len(set(latest) & set(misprinted_questions(own).tolist())),
    )
