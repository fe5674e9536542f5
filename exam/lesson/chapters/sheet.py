"""The exam and its key: the marked sheet of the study above, and a study without a key."""

from html import escape

import numpy as np
import streamlit as st

from exam.charts.lines import curve, line, lines_figure, mean_and_students
from exam.charts.pictures import questions_picture
from exam.lesson.blocks import Chart, Choices, Display, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import BY_CHANCE, NEAR_CHANCE
from exam.model.plan import WEIGHTS, Plan, Study
from exam.model.workbooks import first_key, open_workbook
from exam.page.player import sheet_data, show_marked_sheet
from exam.page.visit import chosen_study

BATCH_SIZE, EPOCHS = 10, 50
NEAR_KEY = 2  # at most 2 more wrong than with the key
SHOWN = 10  # questions beside their answers
PAIRS = """<div class="pairs"><i>x</i><img class="digits" src="{digits}" alt="{alt}"><span></span>
{rows}</div>"""
PAIR = """<i>{symbol}</i><span class="answers">{answers}</span><span>{name}</span>"""
LOOKS = {"one_exam": ("strong", "solid"), "shuffled_key": ("ink", "dashed")}
BY_HEART = ("practised", "dotted")


def studies(settings: Settings) -> Studies:
    return {
        (book, student): Study(Plan(BATCH_SIZE, student, book), EPOCHS)
        for student in TEN
        for book in LOOKS
    }


def curves(experiment: Experiment, texts: Texts) -> Figure:
    captions = texts.sheet
    labels = {"one_exam": captions.with_key, "shuffled_key": captions.no_key}
    if experiment.is_complete:
        for book, label in labels.items():
            labels[book] = f"{label}: {experiment.mean(book)[-1].val_wrong:.1f}"
    lines = [
        mean_and_students(experiment.of(book), "val_wrong", look, labels[book], side="above")
        for book, look in LOOKS.items()
    ]
    by_heart = curve(experiment.mean("shuffled_key"), "wrong") if experiment.is_complete else []
    name = f"{captions.by_heart}: {by_heart[-1][1]:.1f}" if by_heart else ""
    lines.append(line("by heart", by_heart, BY_HEART, label=name))
    return lines_figure(
        lines,
        captions.alt,
        texts.passes,
        captions.axis,
        x_domain=(0, EPOCHS),
        label_width=150,
        height=220,
    )


def numbers(experiment: Experiment) -> Numbers:
    with_key, no_key = (experiment.mean(book)[-1] for book in LOOKS)
    kept = int((open_workbook("shuffled_key").key[: len(first_key())] == first_key()).sum())
    return {
        "students": len(TEN),
        "epochs": EPOCHS,
        "by_chance": BY_CHANCE,
        "kept": kept,
        "with_key": with_key,
        "no_key": no_key,
    }


def answer(numbers: Numbers) -> int:
    wrong, with_key = numbers["no_key"].val_wrong, numbers["with_key"].val_wrong
    return 2 if wrong >= NEAR_CHANCE else int(wrong > with_key + NEAR_KEY)


def rule(numbers: Numbers) -> list[str]:
    return ["rule_nothing" if answer(numbers) == 2 else "rule_something"]


def show_practised(view: ChapterView) -> None:
    """The sheet of the first screen's study; of the settings, if the chapter stands alone."""
    study = view.visit.study if view.visit.shows_study else chosen_study()
    if not study:
        st.info(view.captions.no_study)
        return
    plan, epochs = study
    practice = view.without_guess({"practice": study})
    if marks := practice.complete.get("practice"):
        data = sheet_data(marks, student=plan.student, passes=epochs, texts=view.texts)
        show_marked_sheet(view.name, data | {"play_id": str(study), "shown": 1})


def show_exam(view: ChapterView) -> None:
    """What x and y are, and the marked sheet; a wall has no room for both."""
    if not view.visit.is_projected:
        show_pairs(view)
    show_practised(view)


def show_pairs(view: ChapterView) -> None:
    """Ten questions above their ten answers; once it is measured, also those of the shuffled key,
    and what student 1 has learnt by it.
    """
    digits = questions_picture(tuple(range(SHOWN)))
    captions, right = view.captions, first_key()[:SHOWN]
    answers = {captions.with_key: right}
    if view.numbers:
        last = view.complete_experiment.marks["shuffled_key", TEN[0]][-1]
        answers[captions.no_key] = open_workbook("shuffled_key").key[:SHOWN]
        answers[captions.learnt] = np.array([int(answer) for answer in last.answers[:SHOWN]])
    rows = "".join(
        PAIR.format(
            symbol="ŷ" if name == captions.learnt else "y",
            name=escape(name),
            answers=_marked(each, right),
        )
        for name, each in answers.items()
    )
    st.html(PAIRS.format(digits=digits, alt=escape(view.captions.pairs_alt), rows=rows))


def _marked(answers: np.ndarray, right: np.ndarray) -> str:
    """Answers, those marked that are not right."""
    tags = {True: "<b>{}</b>", False: "<s>{}</s>"}
    pairs = zip(answers, right, strict=True)
    return "".join(tags[bool(answer == each)].format(answer) for answer, each in pairs)


def show_without_key(view: ChapterView) -> None:
    st.markdown(view.captions.without_key)


CHAPTER = Chapter(
    name="sheet",
    blocks=(
        Story({"weights": WEIGHTS}),
        Display(show_exam, due="always"),
        Choices(show_beside=show_without_key),
        Chart(curves, due="always"),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
    known="one_exam",
    follows_study=True,
)
