"""The exam and its key: the marked sheet of the study above, and a study without a key."""

import functools
from collections.abc import Iterator

import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.drawing import LINES, line, passes_chart, table
from exam.lesson.marked_sheet import sheet_spec, sheet_table
from exam.plans import Plan
from exam.texts import load_texts
from exam.workbooks import open_workbook

BATCH_SIZE, EPOCHS = 10, 50
BY_CHANCE = 90  # wrong of 100, when one of ten digits is guessed
FRAME_HEIGHT = 1450  # pixels, 700 wide: what the whole chapter takes


def show(chapter: Chapter) -> None:
    say, student = chapter.say, chapter.settings["student"]
    st.markdown(say.story)
    marks = chapter.marks
    if chapter.is_alone:
        plan = Plan(chapter.settings["batch_size"], student)
        marks = chapter.at_once({student: (plan, chapter.settings["epochs"])}).complete.get(student)
    if marks and len(marks) > 1:
        key = open_workbook("one_exam").key[:100]
        last = marks[-1]
        alt = say.sheet_alt(epoch=last.epoch, right=100 - last.wrong, wrong=last.wrong)
        spec = sheet_spec(chapter.lang, last.epoch)
        chapter.sheet(spec, sheet_table(marks, key), alt)
    elif not chapter.is_alone:
        st.info(say.no_study)

    st.markdown(say.without_key)
    plans = {book: Plan(BATCH_SIZE, student, book) for book in ("one_exam", "shuffled_key")}
    wanted = {book: (plan, EPOCHS) for book, plan in plans.items()}
    found = chapter.ask(wanted, lambda: _measured(chapter))
    if found is None:
        return
    chapter.figure(_spec(chapter.lang), lambda: table(LINES, _lines(chapter)), alt=say.alt)
    chapter.conclude()


@functools.cache
def _spec(lang: str) -> dict:
    words = load_texts(lang)
    say = words.sheet
    return passes_chart(
        x=words.passes,
        y=say.axis,
        epochs=EPOCHS,
        label_width=150,
        height=220,
    )


def _lines(chapter: Chapter) -> Iterator[tuple]:
    say, marks = chapter.say, chapter.experiment.marks
    for book, style, dash, label in (
        ("one_exam", "blue", "solid", say.with_key),
        ("shuffled_key", "orange", "dashed", say.no_key),
    ):
        points = [(mark.epoch, mark.val_wrong) for mark in marks.get(book, ())]
        yield from line(book, points, style=style, dash=dash, label=label)


def _measured(chapter: Chapter) -> str:
    with_key, without = (
        chapter.experiment.marks[book][-1] for book in ("one_exam", "shuffled_key")
    )
    return chapter.say.measured(
        epochs=EPOCHS,
        wrong=without.wrong,
        val_wrong=without.val_wrong,
        val_wrong_with_key=with_key.val_wrong,
        by_chance=BY_CHANCE,
    )
