"""A misprinted key: the student learns the misprints too."""

from collections.abc import Iterator
from statistics import fmean

import streamlit as st

from exam.charts.lines import lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Display, Question, Rule, Story, Table
from exam.lesson.chapter import TEN, Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.results import lowest_loss, mean_marks
from exam.model.settings import MISPRINTS
from exam.model.workbooks import first_key, misprinted_questions
from exam.page.controls import slider
from exam.page.player import sheet_data, show_marked_sheet
from exam.page.visit import keep, write_address

BATCH_SIZE, EPOCHS = 10, 60
MOST = MISPRINTS.highest
ALWAYS = (0, 10, 20, MOST)
LOOKS = {0: ("ink", "solid"), 10: ("ink", "dotted")}
LOOKS |= {20: ("ink", "dashed"), 30: ("ink", "dashdot")}
OWN_LABEL = {"label_at": 20, "side": "above"}  # where it is clear of the names beside the ends
FEW, MANY = 0.5, 20  # wrong answers: fewer are none for most, more are many
MORE = 1.0  # wrong answers per 100 that count as more


def plans(settings: Settings) -> Plans:
    """By the number of misprints and student, the learner's own number first."""
    numbers = dict.fromkeys((settings["misprints"], *ALWAYS))
    return {(n, who): (Plan(BATCH_SIZE, who, misprints=n), EPOCHS) for who in TEN for n in numbers}


def own_of(found: Found) -> int:
    return next(iter(found.marks))[0]


def show_slider(view: ChapterView) -> None:
    if not view.found:
        slider(MISPRINTS, view.say.how_many, view.words)
        write_address()
    else:
        keep(MISPRINTS.name)


def curves(found: Found, words: Texts) -> Figure:
    say, own = words.misprints, own_of(found)
    shape = {"x_domain": (0, EPOCHS), "label_width": 90, "height": 240}
    lines = (
        mean_and_students(
            found.of(misprints),
            "val_wrong",
            ("strong", "solid") if misprints == own else LOOKS[misprints],
            say.line(misprints=misprints),
            **({} if misprints in ALWAYS else OWN_LABEL),
        )
        for misprints in sorted({own, *ALWAYS})
    )
    return lines_figure(lines, say.alt, words.passes, say.axis, **shape)


def rows(found: Found, words: Texts) -> Iterator[tuple]:
    for misprints in sorted({own_of(found), *ALWAYS}):
        last, best = mean_marks(found.of(misprints))[-1], at_the_lowest_loss(found, misprints)
        yield misprints, f"{last.wrong:.1f}", f"{best:.1f}", f"{last.val_wrong:.1f}"


def at_the_lowest_loss(found: Found, misprints: int) -> float:
    """The mean of wrong answers on unseen exams, had every student stopped at its lowest loss."""
    return fmean(lowest_loss(marks).val_wrong for marks in found.of(misprints))


def show_sheet(view: ChapterView) -> None:
    """The sheet of student 1, on which the learner may look for the misprints.

    It is opened at the last pass after which as many answers are wrong as are misprinted.
    """
    own, student = next(iter(view.found.marks))
    if not own:
        return
    marks = view.found.marks[own, student]
    shown = max((mark.epoch for mark in marks if mark.wrong >= own), default=0)
    key, answers = first_key(own), marks[shown].answers
    wrong = {question for question, answer in enumerate(answers) if int(answer) != key[question]}
    misprinted = misprinted_questions(own).tolist()
    fields = {"student": student, "misprints": own, "wrong": len(wrong), "epoch": shown}
    st.markdown(view.say.search(**fields))
    if is_shown := st.toggle(view.say.reveal, key="misprints_reveal"):
        st.markdown(view.say.found(found=len(wrong.intersection(misprinted)), **fields))
    of_whom = {"student": student, "passes": EPOCHS, "misprints": own}
    data = sheet_data(marks, **of_whom, words=view.words)
    more = {"run": f"{own} {student}", "shown": shown}
    framed = {"framed": misprinted if is_shown else []}
    show_marked_sheet(view.name, data | more | framed)


def numbers(found: Found) -> dict:
    own = own_of(found)
    mean, without = (mean_marks(found.of(misprints))[-1] for misprints in (own, 0))
    said = {"students": len(TEN), "misprints": own, "epochs": EPOCHS, "end": mean}
    said |= {"without": without, "more": round(mean.val_wrong, 1) - round(without.val_wrong, 1)}
    most = {"most": MOST, "most_end": mean_marks(found.of(MOST))[-1].val_wrong}
    most["most_stopped"] = at_the_lowest_loss(found, MOST)
    return said | most | {"stopped": at_the_lowest_loss(found, own)}


def answer(numbers: dict) -> int:
    wrong = numbers["end"].wrong
    return 1 if wrong < FEW else 0 if wrong <= MANY else 2


def rule(numbers: dict) -> list[str]:
    if not numbers["misprints"]:
        return ["no_misprints"]
    if numbers["end"].val_wrong - numbers["stopped"] >= MORE:
        stopping = ["stopping_saves"]
    elif numbers["most_end"] - numbers["most_stopped"] >= MORE:
        stopping = ["stopping_saves_nothing", "stopping_saves_with_most"]
    else:
        stopping = ["stopping_saves_nothing"]
    learnt = "learnt" if answer(numbers) == 1 else "not_learnt"
    more = "more_errors" if numbers["more"] >= MORE else "no_more_errors"
    return [learnt, more, *stopping, "rule"]


BLOCKS = (
    Story(),
    Question(show_slider),
    Chart(curves, due="always"),
    Table(rows),
    Display(show_sheet),
    Rule(),
)
CHAPTER = Chapter("misprints", BLOCKS, plans, numbers, answer, rule, known=0)
