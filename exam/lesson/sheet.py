"""The exam and its key: the marked sheet of the study above, and a study without a key."""

from collections.abc import Iterator

import streamlit as st

from exam.charts.lines import curve, line, passes_figure
from exam.charts.sheet import sheet_spec, sheet_table
from exam.lesson.chapter import Chapter, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.lesson.view import ChapterView
from exam.model.workbooks import open_workbook

BATCH_SIZE, EPOCHS = 10, 50
BY_CHANCE = 90  # wrong of 100, when one of ten digits is guessed
LOOKS = {"one_exam": ("blue", "solid"), "shuffled_key": ("orange", "dashed")}


def plans(settings: Settings) -> Plans:
    return {book: (Plan(BATCH_SIZE, settings["student"], book), EPOCHS) for book in LOOKS}


def figures(outcome: Outcome, words: Texts) -> Iterator[Figure]:
    say = words.sheet
    labels = {"one_exam": say.with_key, "shuffled_key": say.no_key}
    lines = (
        line(book, curve(marks, "val_wrong"), LOOKS[book], label=labels[book], side="above")
        for book, marks in outcome.marks.items()
    )
    shape = {"passes": EPOCHS, "label_width": 150, "height": 220}
    yield passes_figure(lines, say.alt, words.passes, say.axis, **shape)


def numbers(outcome: Outcome) -> dict:
    ends = {"with_key": outcome.marks["one_exam"][-1], "no_key": outcome.marks["shuffled_key"][-1]}
    return ends | {"epochs": EPOCHS, "by_chance": BY_CHANCE}


def show_marked_sheet(view: ChapterView) -> None:
    """That of the study on the first screen, or of its settings where the chapter stands alone."""
    marks, settings, say = view.lesson.marks, view.settings, view.say
    if view.lesson.is_alone:
        plan = Plan(settings["batch_size"], settings["student"])
        marks = view.at_once({"practice": (plan, settings["epochs"])}).complete.get("practice", ())
    if len(marks) > 1:
        key, last = open_workbook("one_exam").key[:100], marks[-1]
        alt = say.sheet_alt(epoch=last.epoch, right=100 - last.wrong, wrong=last.wrong)
        sheet = Figure(sheet_spec(view.words, last.epoch), sheet_table(marks, key), alt)
        view.figure(sheet, taller=1.0)
    elif not view.lesson.is_alone:
        st.info(say.no_study)
    st.markdown(say.without_key)


CHAPTER = Chapter(
    frame_height=1450, before=show_marked_sheet, plans=plans, figures=figures, numbers=numbers
)
