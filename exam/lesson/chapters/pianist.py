"""Overfitting: the gap, the rising loss, and forgetting, of a pianist who plays only one piece."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import streamlit as st

from exam.charts.lines import curve, line, lines_figure, mean_and_students
from exam.charts.pictures import unseen_picture
from exam.lesson.blocks import Chart, Choices, Display, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import load_exams
from exam.model.plan import Plan, Study
from exam.model.results import Mark, MeanMarks, lowest_loss, mean_marks
from exam.model.workbooks import PASSES_TO_KNOW_TWENTY
from exam.page.player import GAP_FACTOR, sheet_data, show_marked_sheet
from exam.service.experiment import Attempt

BATCH_SIZE, REPEATS = 10, 100
SIGNS_SIZE, SIGNS_EPOCHS = 1, 40  # of the studies in which two of the signs are seen
STUDENTS = range(1, 5)
BOOKS = ("pianist", "pianist_0_to_4")
LOW, HIGH = range(5), range(5, 10)  # the digits that are repeated, and those that are not
ROSE, FORGOT = 0.2, 10  # wrong answers per 100 more, on average


class Sign(NamedTuple):
    """A sign of overfitting that a press makes happen: a field of the marks, and its axis."""

    field: str
    val_field: str
    y_domain: tuple[float, float]


SIGNS = {
    "gap": Sign("wrong", "val_wrong", (0, 100)),
    "rising_loss": Sign("loss", "val_loss", (0, 1.4)),
}


def studies(settings: Settings) -> Studies:
    epochs = PASSES_TO_KNOW_TWENTY + REPEATS
    repeated = {
        (book, student): Study(Plan(BATCH_SIZE, student, book), epochs)
        for student in STUDENTS
        for book in BOOKS
    }
    return {**studies_of_signs(), **repeated}


def studies_of_signs() -> Studies:
    return {("signs", student): Study(Plan(SIGNS_SIZE, student), SIGNS_EPOCHS) for student in TEN}


def show_signs(view: ChapterView) -> None:
    """Three pictures: a press makes two of them happen, the third is the answer of the chapter."""
    if view.visit.is_projected:
        _show_projected_signs(view)
        return
    key = f"{view.name}_signs"
    begun = view.visit.attempts.get(key)
    signs = view.without_guess(begun.studies) if begun else view.experiment
    attempt = Attempt(studies_of_signs(), began=time.monotonic())
    begin = view.visit.begin_attempt
    st.button(
        view.captions.make_happen,
        key=key,
        on_click=begin,
        args=(key, attempt),
        disabled=signs is not None,
    )
    columns = st.columns(3)
    mean = signs.mean("signs") if signs and signs.of("signs") else []
    for column, sign in zip(columns, SIGNS, strict=False):
        with column:
            view.show_figure(sign_curves(sign, mean, view.texts))
    with columns[-1]:
        view.show_figure(forgetting_curves(view.experiment or view.known, view.texts))
        if not view.experiment:
            st.caption(view.captions.forgetting_below)
    if signs and signs.failure:
        view.show_progress(signs)


def _show_projected_signs(view: ChapterView) -> None:
    """All three in words, and the one that shows first: three pictures would be too small."""
    st.markdown("\n\n".join(view.captions.titles.as_dict().values()))
    signs = view.without_guess(studies_of_signs())
    view.show_figure(sign_curves("gap", signs.mean("signs"), view.texts)._replace(title=""))


def sign_curves(sign: str, mean: Sequence[MeanMarks], texts: Texts) -> Figure:
    """The mean of the students, on the practised exam and on unseen ones."""
    captions, (field, val_field, y_domain) = texts.pianist, SIGNS[sign]
    lines = [
        line("practised", curve(mean, field), ("practised", "solid"), label=texts.practised),
        line(
            "unseen",
            curve(mean, val_field),
            ("unseen", "dashed"),
            label=texts.unseen,
            side="above",
        ),
    ]
    return lines_figure(
        lines,
        captions.signs_alt,
        texts.passes,
        texts[field],
        x_domain=(0, SIGNS_EPOCHS),
        y_domain=y_domain,
        label_width=84,
        height=130,
        ticks=2,
        title=captions.titles[sign],
    )


def show_pianist(view: ChapterView) -> None:
    st.markdown(view.captions.pianist)


def _repeats(experiment: Experiment, book: str) -> list[list[Mark]]:
    """The marks from the pass at which the twenty exams are known, renumbered from 0."""
    known = PASSES_TO_KNOW_TWENTY
    return [
        [replace(mark, epoch=mark.epoch - known) for mark in marks[known:]]
        for marks in experiment.of(book)
    ]


def forgetting_curves(experiment: Experiment, texts: Texts) -> Figure:
    captions, repeats = texts.pianist, _repeats(experiment, "pianist_0_to_4")
    lines = (
        line(label, enumerate(wrong_of_digits(repeats, digits)), ("unseen", dash), label=label)
        for digits, label, dash in ((LOW, captions.low, "dotted"), (HIGH, captions.high, "dashed"))
    )
    return lines_figure(
        lines,
        captions.forgetting_alt,
        captions.low_passes,
        texts.wrong,
        x_domain=(0, REPEATS),
        label_width=84,
        height=130,
        ticks=2,
        title=captions.titles.forgetting,
    )


def any_digit_curves(experiment: Experiment, texts: Texts) -> Figure:
    captions, repeats = texts.pianist, _repeats(experiment, "pianist")
    practised = mean_and_students(repeats, "wrong", ("practised", "solid"), texts.practised)
    unseen = mean_and_students(repeats, "val_wrong", ("unseen", "dashed"), texts.unseen)
    return lines_figure(
        [practised, unseen],
        captions.alt,
        captions.passes,
        texts.wrong,
        x_domain=(0, REPEATS),
        y_domain=(0, 25),
        label_width=140,
        height=200,
        title=captions.any_digit,
    )


def show_halves(view: ChapterView) -> None:
    """An unseen exam, a row for each digit, while student 1 repeats only 0 to 4."""
    st.markdown(view.captions.halves)
    experiment, key = view.complete_experiment, load_exams().unseen.answers[0]
    marks = _repeats(experiment, "pianist_0_to_4")[0]
    data = sheet_data(marks, student=1, passes=REPEATS, texts=view.texts)
    data |= {
        "order": key.argsort(kind="stable").tolist(),
        "key": "".join(map(str, key)),
        "answers": [mark.val_answers for mark in marks],
        "confidence": [list(mark.val_confidence) for mark in marks],
        "picture": unseen_picture(by_digit=True),
        "play_id": experiment.attempt.number,
        "plays": True,
        "waits_for_view": True,
    }
    show_marked_sheet(view.name, data)


def gap_at(marks: Iterable[Mark | MeanMarks]) -> int:
    """The first pass after which there is a gap."""
    gaps = (mark.epoch for mark in marks if GAP_FACTOR * mark.wrong < mark.val_wrong)
    return next(gaps, SIGNS_EPOCHS + 1)


def wrong_of_digits(studies: Sequence[Sequence[Mark]], digits: range) -> list[float]:
    """Wrong answers per 100 on these digits of the first unseen exam, pass by pass, on average."""
    key = load_exams().unseen.answers[0]
    asked = np.isin(key, digits)
    wanted = np.frombuffer("".join(map(str, key)).encode(), np.uint8)[asked]
    given = np.array(
        [
            [np.frombuffer(mark.val_answers.encode(), np.uint8)[asked] for mark in marks]
            for marks in studies
        ]
    )  # [study, pass, question]
    return (100 * (given != wanted).mean(axis=(0, 2))).tolist() if given.size else []


def numbers(experiment: Experiment) -> Numbers:
    any_digit, low = (_repeats(experiment, book) for book in BOOKS)
    mean, low_mean = mean_marks(any_digit), mean_marks(low)
    low_digits, high_digits = wrong_of_digits(low, LOW), wrong_of_digits(low, HIGH)
    signs = experiment.mean("signs")
    return {
        "students": len(STUDENTS),
        "repeats": REPEATS,
        "before": mean[0],
        "after": mean[-1],
        "rise": round(mean[-1].val_wrong, 1) - round(mean[0].val_wrong, 1),
        "low_before": low_mean[0],
        "low_after": low_mean[-1],
        "low_digits_before": low_digits[0],
        "low_digits_after": low_digits[-1],
        "high_digits_before": high_digits[0],
        "high_digits_after": high_digits[-1],
        "gap_at": gap_at(signs),
        "rise_at": lowest_loss(signs).epoch,
    }


def answer(numbers: Numbers) -> int:
    rise, low = numbers["rise"], numbers["low_after"].val_wrong - numbers["low_before"].val_wrong
    return 0 if max(rise, low) < 0 else 2 if low - rise >= FORGOT else 1


def rule(numbers: Numbers) -> list[str]:
    rose = numbers["rise"] >= ROSE
    forgot = numbers["high_digits_after"] - numbers["high_digits_before"] >= FORGOT
    first = "gap_first" if numbers["gap_at"] < numbers["rise_at"] else "loss_first"
    grew = "overfit" if rose else "no_overfit"
    return [first, grew, "forgot" if forgot else "forgot_nothing"]


CHAPTER = Chapter(
    name="pianist",
    blocks=(
        Story(),
        Display(show_signs, due="always"),
        Choices(show_beside=show_pianist),
        Display(show_halves),
        Chart(any_digit_curves),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
)
