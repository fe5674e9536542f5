"""A misprinted key: the student learns the misprints too."""

from collections.abc import Iterator, Sequence

import numpy as np
import streamlit as st

from exam.charts.lines import curve, line, lines_figure
from exam.lesson.chapter import Chapter, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.lesson.view import ChapterView
from exam.model.results import Epoch
from exam.model.settings import MISPRINTS
from exam.model.workbooks import first_key, misprinted_questions
from exam.page.player import sheet_data, show_marked_sheet

BATCH_SIZE, EPOCHS = 10, 60
ALWAYS = (0, 10, 20, 30)
LOOKS = {0: ("blue", "solid"), 10: ("ink", "dotted"), 20: ("ink", "dashed")}
LOOKS |= {30: ("orange", "dashed")}
SEARCHED_AT = 12  # the pass at which the sheet is opened: what is still wrong there stands out


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
    say, shape = words.misprints, {"x_domain": (0, EPOCHS), "label_width": 90, "height": 240}
    lines = (
        line(
            misprints,
            curve(marks, "val_wrong"),
            LOOKS.get(misprints, ("ink", "solid")),
            label=say.line(misprints=misprints),
        )
        for misprints, marks in sorted(outcome.marks.items())
    )
    yield lines_figure(lines, say.alt, words.passes, say.axis, **shape)


def rows(outcome: Outcome, words: Texts) -> Iterator[tuple]:
    for misprints, marks in sorted(outcome.marks.items()):
        yield misprints, marks[-1].wrong, f"{marks[-1].val_wrong:.1f}"


def show_sheet(view: ChapterView, outcome: Outcome) -> None:
    """The learner's own, on which the misprints may be looked for."""
    own, marks = next(iter(outcome.marks.items()))
    st.markdown(view.say.search)
    is_shown = st.toggle(view.say.reveal, key="misprints_reveal")
    student = outcome.experiment.plans[own][0].student
    data = sheet_data(marks, student=student, words=view.words, misprints=own)
    framed = misprinted_questions(own).tolist() if is_shown else []
    shown = {"run": f"{own} {student}", "passes": EPOCHS, "shown": SEARCHED_AT, "framed": framed}
    show_marked_sheet(view.name, data | shown)


def learnt_last(marks: Sequence[Epoch], key: np.ndarray) -> list[int]:
    """All questions, those first that were wrong until the latest pass."""
    latest = [-1] * len(key)
    for mark in marks:
        for question, (answer, right) in enumerate(zip(mark.answers, key, strict=True)):
            if int(answer) != right:
                latest[question] = mark.epoch
    return sorted(range(len(key)), key=lambda question: -latest[question])


def numbers(outcome: Outcome) -> dict:
    own, marks = next(iter(outcome.marks.items()))
    latest = learnt_last(marks, first_key(own))[:own]
    found = len(set(latest) & set(misprinted_questions(own).tolist()))
    ends = {"end": marks[-1], "without": outcome.marks[0][-1]}
    return ends | {"misprints": own, "epochs": EPOCHS, "found": found}


CHAPTER = Chapter(
    frame_height=1327,
    before=show_slider,
    plans=plans,
    figures=figures,
    rows=rows,
    after=show_sheet,
    numbers=numbers,
)
