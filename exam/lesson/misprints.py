"""A misprinted key: the student learns the misprints too."""

from collections.abc import Iterator

import streamlit as st

from exam.charts.lines import curve, line, lines_figure
from exam.lesson.chapter import Chapter, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.lesson.view import ChapterView
from exam.model.results import lowest_loss
from exam.model.settings import MISPRINTS
from exam.model.workbooks import first_key, misprinted_questions
from exam.page.player import sheet_data, show_marked_sheet

BATCH_SIZE, EPOCHS = 10, 60
ALWAYS = (0, 10, 20, 30)
LOOKS = {0: ("ink", "solid"), 10: ("ink", "dotted"), 20: ("ink", "dashed"), 30: ("ink", "solid")}
HALF = 20  # from more wrong answers on it is about half of 100
MORE = 1.0  # wrong answers per 100 that count as more


def plans(settings: Settings) -> Plans:
    """By the number of misprints, the learner's own first."""
    return {
        misprints: (Plan(BATCH_SIZE, settings["student"], misprints=misprints), EPOCHS)
        for misprints in (settings["misprints"], *ALWAYS)
    }


def show_slider(view: ChapterView) -> None:
    if not view.has_begun:
        ends, key = (MISPRINTS.lowest, MISPRINTS.highest), MISPRINTS.name
        st.slider(view.say.how_many, *ends, key=key)


def figures(outcome: Outcome, words: Texts) -> Iterator[Figure]:
    say, own = words.misprints, next(iter(outcome.marks))
    shape = {"x_domain": (0, EPOCHS), "label_width": 90, "height": 240}
    lines = (
        line(
            misprints,
            curve(marks, "val_wrong"),
            ("strong", "solid") if misprints == own else LOOKS[misprints],
            label=say.line(misprints=misprints),
        )
        for misprints, marks in sorted(outcome.marks.items())
    )
    yield lines_figure(lines, say.alt, words.passes, say.axis, **shape)


def rows(outcome: Outcome, words: Texts) -> Iterator[tuple]:
    for misprints, marks in sorted(outcome.marks.items()):
        best, last = lowest_loss(marks), marks[-1]
        yield misprints, last.wrong, f"{best.val_wrong:.1f}", f"{last.val_wrong:.1f}"


def show_sheet(view: ChapterView, outcome: Outcome) -> None:
    """The learner's own, on which the misprints may be looked for, where they stand out.

    That is at the last pass after which as many answers are wrong as are misprinted.
    """
    own, marks = next(iter(outcome.marks.items()))
    if not own:
        return
    shown = max((mark.epoch for mark in marks if mark.wrong >= own), default=0)
    st.markdown(view.say.search)
    is_shown = st.toggle(view.say.reveal, key="misprints_reveal")
    misprinted = misprinted_questions(own).tolist()
    if is_shown:
        key, answers = first_key(own), marks[shown].answers
        wrong = [
            question for question, answer in enumerate(answers) if int(answer) != key[question]
        ]
        found = len(set(wrong) & set(misprinted))
        st.markdown(view.say.found(found=found, wrong=len(wrong)))
    student = outcome.experiment.plans[own][0].student
    data = sheet_data(marks, student=student, words=view.words, misprints=own)
    framed = misprinted if is_shown else []
    more = {"run": f"{own} {student}", "passes": EPOCHS, "shown": shown, "framed": framed}
    show_marked_sheet(view.name, data | more)


def numbers(outcome: Outcome) -> dict:
    own, marks = next(iter(outcome.marks.items()))
    found = {"end": marks[-1], "without": outcome.marks[0][-1], "best": lowest_loss(marks)}
    found["more"] = found["end"].val_wrong - found["without"].val_wrong
    return found | {"misprints": own, "epochs": EPOCHS}


def answer(numbers: dict) -> int:
    wrong = numbers["end"].wrong
    return 1 if wrong == 0 else 0 if wrong <= HALF else 2


def rule(numbers: dict) -> list[str]:
    end = numbers["end"]
    if not numbers["misprints"]:
        return ["no_misprints"]
    saves = end.val_wrong - numbers["best"].val_wrong >= MORE
    return [
        "learnt" if answer(numbers) == 1 else "not_learnt",
        "more_errors" if numbers["more"] >= MORE else "no_more_errors",
        "stopping_saves" if saves else "stopping_saves_nothing",
        "rule",
    ]


CHAPTER = Chapter(
    frame_height=1471,
    before=show_slider,
    plans=plans,
    figures=figures,
    rows=rows,
    after=show_sheet,
    numbers=numbers,
    answer=answer,
    rule=rule,
)
