"""A misprinted key: the student learns the misprints too."""

from collections.abc import Iterator, Sequence
from statistics import fmean

import streamlit as st

from exam.charts.lines import Side, lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Choices, Display, Rule, Story, Table
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.plan import Plan, Study
from exam.model.results import Mark, lowest_loss
from exam.model.settings import MISPRINTS
from exam.model.workbooks import first_key, misprinted_questions
from exam.page.browser import push
from exam.page.controls import slider
from exam.page.player import html_of_sheet, sheet_data, show_marked_sheet
from exam.page.visit import settings, write_address

BATCH_SIZE, EPOCHS = 10, 60
MOST_MISPRINTS = MISPRINTS.highest
COMPARED = (0, 10, 20, MOST_MISPRINTS)
LOOKS = {
    0: ("ink", "solid"),
    10: ("ink", "dotted"),
    20: ("ink", "dashed"),
    30: ("ink", "dashdot"),
}
OWN_LABEL_AT = 20  # the pass, where it is clear of the names at the ends
NONE_FOR_MOST = 0.5  # wrong answers in the mean: with fewer, most students have none
TOO_MANY = 20  # wrong answers: more than these are not "a few"
MORE = 1.0  # wrong answers per 100 that count as more
REVEAL = "misprints_reveal"  # the key of the toggle


def studies(settings: Settings) -> Studies:
    """By the number of misprints and student, the learner's own number first."""
    counts = dict.fromkeys((settings.misprints, *COMPARED))
    return {
        (misprints, student): Study(Plan(BATCH_SIZE, student, misprints=misprints), EPOCHS)
        for student in TEN
        for misprints in counts
    }


def own_of(experiment: Experiment) -> int:
    """The number of misprints that the learner has set."""
    (misprints, _) = next(iter(experiment.marks))
    return misprints


def show_slider(view: ChapterView) -> None:
    if not view.experiment:
        slider(MISPRINTS, view.captions.how_many, settings().misprints, view.texts)
        write_address()


def curves(experiment: Experiment, texts: Texts) -> Figure:
    captions, own = texts.misprints, own_of(experiment)
    lines = (
        mean_and_students(
            experiment.of(misprints),
            "val_wrong",
            ("strong", "solid") if misprints == own else LOOKS[misprints],
            _name(experiment, misprints, captions),
            label_at=-1 if misprints in COMPARED else OWN_LABEL_AT,
            side=_side(misprints),
        )
        for misprints in sorted({own, *COMPARED})
    )
    return lines_figure(
        lines,
        captions.alt,
        texts.passes,
        captions.axis,
        x_domain=(0, EPOCHS),
        label_width=120,
        height=240,
    )


def _side(misprints: int) -> Side:
    """Where its name stands clear of the others, on a projector too."""
    if misprints not in COMPARED:
        return "above"
    return "beside" if misprints else "below"


def _name(experiment: Experiment, misprints: int, captions: Texts) -> str:
    """With what is wrong in the end, once it is known."""
    name = captions.line(misprints=misprints)
    if not experiment.is_complete:
        return name
    return f"{name}: {experiment.mean(misprints)[-1].val_wrong:.1f}"


def rows(experiment: Experiment, texts: Texts) -> Iterator[tuple]:
    for misprints in sorted({own_of(experiment), *COMPARED}):
        last, best = experiment.mean(misprints)[-1], at_the_lowest_loss(experiment, misprints)
        yield misprints, f"{last.wrong:.1f}", f"{best:.1f}", f"{last.val_wrong:.1f}"


def at_the_lowest_loss(experiment: Experiment, misprints: int) -> float:
    """The mean of wrong answers on unseen exams, had every student stopped at its lowest loss."""
    return fmean(lowest_loss(marks).val_wrong for marks in experiment.of(misprints))


def show_search(view: ChapterView) -> None:
    """The sheet of student 1, on which the learner looks for the misprints.

    It is shown at the last pass after which at least as many answers are wrong as there are
    misprints: later the student has learnt them by heart. Until the experiment is complete it has
    no player, which would give the answer away.
    """
    own, student = settings().misprints, TEN[0]
    if view.experiment:
        own = own_of(view.experiment)
    searched = view.without_guess({own: Study(Plan(BATCH_SIZE, student, misprints=own), EPOCHS)})
    if own and (marks := searched.complete.get(own)):
        _show_sheet(view, own, student, marks)


def _show_sheet(view: ChapterView, own: int, student: int, marks: Sequence[Mark]) -> None:
    captions = view.captions
    shown = max((mark.epoch for mark in marks if mark.wrong >= own), default=0)
    key, answers = first_key(own), marks[shown].answers
    wrong = {question for question, answer in enumerate(answers) if int(answer) != key[question]}
    misprinted = misprinted_questions(own).tolist()
    words_place = st.container()  # the sheet after it keeps its place whatever is said
    at_the_end = marks[-1].answers
    is_learnt = bool(view.numbers) and all(int(at_the_end[q]) == key[q] for q in misprinted)
    text = captions.learnt_by_heart if is_learnt else captions.search
    words_place.markdown(
        text(student=student, misprints=own, wrong=len(wrong), epoch=shown, epochs=EPOCHS)
    )
    if is_learnt:
        st.session_state[REVEAL] = True
    is_shown = words_place.toggle(captions.reveal, key=REVEAL, disabled=is_learnt)
    if is_shown:
        caught = len(wrong.intersection(misprinted))
        words_place.markdown(captions.caught(caught=caught, wrong=len(wrong), epoch=shown))
    data = sheet_data(marks, student=student, passes=EPOCHS, misprints=own, texts=view.texts)
    framed = misprinted if is_shown else []
    shown = EPOCHS if is_learnt else shown
    play_id = f"{own} {student} {shown}"  # another one moves the player to its pass
    data |= {"play_id": play_id, "shown": shown, "framed": framed}
    if view.numbers:
        show_marked_sheet(view.name, data)
    else:
        st.html(html_of_sheet(view.name))
        push("study", view.name, data)


def numbers(experiment: Experiment) -> Numbers:
    own = own_of(experiment)
    end, without = experiment.mean(own)[-1], experiment.mean(0)[-1]
    return {
        "students": len(TEN),
        "misprints": own,
        "epochs": EPOCHS,
        "end": end,
        "without": without,
        "more": round(end.val_wrong, 1) - round(without.val_wrong, 1),
        "stopped": at_the_lowest_loss(experiment, own),
        "most": MOST_MISPRINTS,
        "most_end": experiment.mean(MOST_MISPRINTS)[-1].val_wrong,
        "most_stopped": at_the_lowest_loss(experiment, MOST_MISPRINTS),
    }


def answer(numbers: Numbers) -> int:
    wrong = numbers["end"].wrong
    return 1 if wrong < NONE_FOR_MOST else 0 if wrong <= TOO_MANY else 2


def rule(numbers: Numbers) -> list[str]:
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


CHAPTER = Chapter(
    name="misprints",
    blocks=(
        Story(),
        Display(show_search, due="always"),
        Choices(show_beside=show_slider),
        Chart(curves, due="always"),
        Table(rows),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
    known=0,
)
