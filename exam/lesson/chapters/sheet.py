"""The exam and its key: the marked sheet of the study above, and a study without a key."""

import streamlit as st

from exam.charts.lines import lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Display, Question, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import BY_CHANCE, NEAR_CHANCE
from exam.model.plan import WEIGHTS
from exam.model.results import mean_marks
from exam.model.workbooks import first_key, open_workbook
from exam.page.player import sheet_data, show_marked_sheet
from exam.page.visit import chosen_run

BATCH_SIZE, EPOCHS = 10, 50
NEAR_KEY = 2  # so few more wrong than with the key
LOOKS = {"one_exam": ("strong", "solid"), "shuffled_key": ("ink", "dashed")}


def plans(settings: Settings) -> Plans:
    return {(book, who): (Plan(BATCH_SIZE, who, book), EPOCHS) for who in TEN for book in LOOKS}


def curves(found: Found, words: Texts) -> Figure:
    say = words.sheet
    labels = {"one_exam": say.with_key, "shuffled_key": say.no_key}
    lines = (
        mean_and_students(found.of(book), "val_wrong", look, labels[book], side="above")
        for book, look in LOOKS.items()
    )
    shape = {"x_domain": (0, EPOCHS), "label_width": 150, "height": 220}
    return lines_figure(lines, say.alt, words.passes, say.axis, **shape)


def numbers(found: Found) -> dict:
    with_key, no_key = (mean_marks(found.of(book))[-1] for book in LOOKS)
    kept = int((open_workbook("shuffled_key").key[: len(first_key())] == first_key()).sum())
    said = {"students": len(TEN), "epochs": EPOCHS, "by_chance": BY_CHANCE, "kept": kept}
    return said | {"with_key": with_key, "no_key": no_key}


def answer(numbers: dict) -> int:
    wrong, with_key = numbers["no_key"].val_wrong, numbers["with_key"].val_wrong
    return 2 if wrong >= NEAR_CHANCE else int(wrong > with_key + NEAR_KEY)


def rule(numbers: dict) -> list[str]:
    return ["rule_nothing" if answer(numbers) == 2 else "rule_something"]


def show_practised(view: ChapterView) -> None:
    """The sheet of the first screen's study; of its settings, where the chapter stands alone."""
    run = view.visit.run if view.visit.shows_study else chosen_run()
    if not run:
        st.info(view.say.no_study)
        return
    studied = view.at_once({"practice": (run.plan, run.epochs)})
    if marks := studied.complete.get("practice"):
        data = sheet_data(marks, student=run.student, passes=run.epochs, words=view.words)
        show_marked_sheet(view.name, data | {"run": str(run), "shown": 1})


def show_without_key(view: ChapterView) -> None:
    st.markdown(view.say.without_key)


BLOCKS = (
    Story({"weights": WEIGHTS}),
    Display(show_practised, "always"),
    Question(show_without_key),
    Chart(curves, due="always"),
    Rule(),
)
CHAPTER = Chapter(
    "sheet",
    BLOCKS,
    plans,
    numbers,
    answer,
    rule,
    known="one_exam",
    follows_study=True,
)
