"""One exam twenty times, or twenty exams once: the same number of updates."""

import functools

import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.drawing import LINES, compared, mean_of, passes_chart, table
from exam.plans import Plan
from exam.texts import load_texts

BATCH_SIZE, EPOCHS = 10, 20
STUDENTS = range(1, 11)
BOOKS = {"one_exam": ("orange", "dashed"), "twenty_exams": ("blue", "solid")}
FRAME_HEIGHT = 880  # pixels, 700 wide: what the whole chapter takes


def show(chapter: Chapter) -> None:
    st.markdown(chapter.say.story)
    wanted = {
        (book, student): (Plan(BATCH_SIZE, student, book), EPOCHS)
        for student in STUDENTS
        for book in BOOKS
    }
    found = chapter.ask(wanted, lambda: _measured(chapter))
    if found is None:
        return
    chapter.figure(_spec(chapter.lang), lambda: table(LINES, _lines(chapter)), chapter.say.alt)
    chapter.conclude()


def _studies(chapter: Chapter, book: str) -> list:
    complete = chapter.experiment.complete
    return [complete[book, student] for student in STUDENTS if (book, student) in complete]


def _lines(chapter: Chapter) -> list[tuple]:
    return compared(BOOKS, functools.partial(_studies, chapter), chapter.say)


@functools.cache
def _spec(lang: str) -> dict:
    say = load_texts(lang).twenty_exams
    return passes_chart(
        x=say.passes,
        y=say.axis,
        epochs=EPOCHS,
        label_width=120,
        height=240,
    )


def _measured(chapter: Chapter) -> str:
    ends = {book: [marks[-1].val_wrong for marks in _studies(chapter, book)] for book in BOOKS}
    pairs = zip(ends["twenty_exams"], ends["one_exam"], strict=True)
    updates = chapter.experiment.marks["one_exam", STUDENTS[0]][-1].updates
    return chapter.say.measured(
        updates=updates,
        students=len(STUDENTS),
        one_exam=sum(ends["one_exam"]) / len(STUDENTS),
        twenty_exams=sum(ends["twenty_exams"]) / len(STUDENTS),
        once=mean_of(_studies(chapter, "one_exam"), "val_wrong")[1],
        better=sum(twenty < one for twenty, one in pairs),
    )
