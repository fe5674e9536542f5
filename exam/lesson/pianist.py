"""The pianist, who knew twenty pieces and then plays only one."""

import functools

import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.drawing import LINES, compared, mean_of, passes_chart, table
from exam.plans import Plan
from exam.texts import load_texts
from exam.workbooks import PASSES_TO_KNOW_TWENTY

BATCH_SIZE, REPEATS = 10, 100
STUDENTS = range(1, 5)
BOOKS = {"pianist": ("blue", "solid"), "pianist_0_to_4": ("orange", "dashed")}
FRAME_HEIGHT = 850  # pixels, 700 wide: what the whole chapter takes


def show(chapter: Chapter) -> None:
    st.markdown(chapter.say.story(passes=PASSES_TO_KNOW_TWENTY))
    wanted = {
        (book, student): (Plan(BATCH_SIZE, student, book), PASSES_TO_KNOW_TWENTY + REPEATS)
        for student in STUDENTS
        for book in BOOKS
    }
    found = chapter.ask(wanted, lambda: _measured(chapter))
    if found is None:
        return
    chapter.figure(_spec(chapter.lang), lambda: table(LINES, _lines(chapter)), chapter.say.alt)
    chapter.conclude()


def _studies(chapter: Chapter, book: str) -> list:
    """What came after the twenty pieces were known, of those students who are through."""
    complete = chapter.experiment.complete
    return [
        complete[book, student][PASSES_TO_KNOW_TWENTY:]
        for student in STUDENTS
        if (book, student) in complete
    ]


def _lines(chapter: Chapter) -> list[tuple]:
    return compared(BOOKS, functools.partial(_studies, chapter), chapter.say)


@functools.cache
def _spec(lang: str) -> dict:
    say = load_texts(lang).pianist
    return passes_chart(
        x=say.passes,
        y=say.axis,
        epochs=REPEATS,
        highest=50,
        label_width=140,
        height=240,
    )


def _measured(chapter: Chapter) -> str:
    any_digit, low = (_studies(chapter, book) for book in BOOKS)
    rise = mean_of(any_digit, "val_wrong")
    low_rise = mean_of(low, "val_wrong")
    val_losses = mean_of(any_digit, "val_loss")
    return chapter.say.measured(
        students=len(STUDENTS),
        repeats=REPEATS,
        before=rise[0],
        after=rise[-1],
        val_loss_before=val_losses[0],
        val_loss_after=val_losses[-1],
        practised_before=mean_of(any_digit, "wrong")[0],
        practised_after=mean_of(any_digit, "wrong")[-1],
        low_after_5=low_rise[5],
        low_after=low_rise[-1],
    )
