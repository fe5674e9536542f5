"""Overfitting: the gap, the rising loss, and forgetting, of a pianist who plays only one piece."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import fmean

import streamlit as st

from exam.charts.lines import curve, line, lines_figure, mean_and_students
from exam.charts.pictures import unseen_picture
from exam.lesson.blocks import Chart, Display, Question, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.lesson.chapter_view import ChapterView, side_by_side
from exam.model.exams import load_exams
from exam.model.results import Mark, lowest_loss, mean_marks
from exam.model.workbooks import PASSES_TO_KNOW_TWENTY
from exam.page.player import TIMES_FEWER, sheet_data, show_marked_sheet

BATCH_SIZE, REPEATS = 10, 100
SIGNS = {"gap": ("wrong", (0, 100)), "rising_loss": ("loss", (0, 1.4))}  # a field, and its axis
SIGNS_SIZE, SIGNS_EPOCHS = 1, 40  # what is studied to see them
STUDENTS = range(1, 5)
BOOKS = ("pianist", "pianist_0_to_4")
LOW, HIGH = range(5), range(5, 10)  # the digits that are repeated, and those that are not
ROSE, FORGOT = 0.2, 10  # wrong answers per 100 more, on average


def plans(settings: Settings) -> Plans:
    names, epochs = [(b, s) for s in STUDENTS for b in BOOKS], PASSES_TO_KNOW_TWENTY + REPEATS
    repeated = {name: (Plan(BATCH_SIZE, name[1], name[0]), epochs) for name in names}
    return plans_of_signs() | repeated


def plans_of_signs() -> dict:
    return {("signs", student): (Plan(SIGNS_SIZE, student), SIGNS_EPOCHS) for student in TEN}


def show_signs(view: ChapterView) -> None:
    """Three pictures: two of them a press makes happen, the third is the answer of the chapter."""
    if view.visit.is_projected:
        _show_projected_signs(view)
        return
    say, visit, columns = view.say, view.visit, st.columns(3)
    pressed = [each for each in SIGNS if visit.begun[each]]
    signs = view.at_once(plans_of_signs()) if pressed else None
    for column, sign in zip(columns, SIGNS, strict=False):
        with column:
            studies = signs.of("signs") if sign in pressed else []
            view.figure(sign_curves(sign, studies, view.words))
            if sign in pressed and not signs.is_complete:
                view.show_progress(signs)
            elif sign not in pressed:
                press = {"on_click": visit.begun.update, "args": ([sign],)}
                st.button(say.make_happen, key=f"{view.name}_{sign}", **press)
    with columns[-1]:
        view.figure(forgetting_curves(view.found or view.known, view.words))
        if not view.found:
            st.caption(say.forgetting_below)


def _show_projected_signs(view: ChapterView) -> None:
    """All three in words, and the one that shows first: three pictures would be too small."""
    told, shown = side_by_side()
    told.markdown(
        "\n\n".join(getattr(view.say, f"{each}_title") for each in (*SIGNS, "forgetting"))
    )
    studies = view.at_once(plans_of_signs()).of("signs")
    with shown:
        view.figure(sign_curves("gap", studies, view.words)._replace(title=""))


def sign_curves(sign: str, studies: Sequence[Sequence[Mark]], words: Texts) -> Figure:
    """Of the mean of the students, on the practised exam and on unseen ones."""
    say, (field, domain), mean = words.pianist, SIGNS[sign], mean_marks(studies)
    lines = [
        line(exams, curve(mean, each), (exams, dash), label=getattr(words, exams), side=side)
        for exams, each, dash, side in (
            ("practised", field, "solid", "beside"),
            ("unseen", f"val_{field}", "dashed", "above"),
        )
    ]
    shape = SMALL | {"x_domain": (0, SIGNS_EPOCHS), "y_domain": domain}
    shape["title"] = getattr(say, f"{sign}_title")
    return lines_figure(lines, say.signs_alt, words.passes, getattr(words, field), **shape)


def show_pianist(view: ChapterView) -> None:
    st.markdown(view.say.pianist)


def _repeats(found: Found, book: str) -> list[list[Mark]]:
    """The marks from the pass on at which the twenty exams are known, counted from 0."""
    known = PASSES_TO_KNOW_TWENTY
    return [
        [replace(mark, epoch=mark.epoch - known) for mark in marks[known:]]
        for marks in found.of(book)
    ]


SMALL = {"label_width": 84, "height": 130, "ticks": 2}


def forgetting_curves(found: Found, words: Texts) -> Figure:
    say, repeats = words.pianist, _repeats(found, BOOKS[1])
    lines = (
        line(label, enumerate(wrong_of_digits(repeats, digits)), ("unseen", dash), label=label)
        for digits, label, dash in ((LOW, say.low, "dotted"), (HIGH, say.high, "dashed"))
    )
    shape = SMALL | {"x_domain": (0, REPEATS), "title": say.forgetting_title}
    return lines_figure(lines, say.forgetting_alt, say.low_passes, words.wrong, **shape)


def any_digit_curves(found: Found, words: Texts) -> Figure:
    say, repeats = words.pianist, _repeats(found, "pianist")
    practised = mean_and_students(repeats, "wrong", ("practised", "solid"), words.practised)
    unseen = mean_and_students(repeats, "val_wrong", ("unseen", "dashed"), words.unseen)
    shape = {"x_domain": (0, REPEATS), "label_width": 140, "height": 200}
    shape |= {"y_domain": (0, 25), "title": say.any_digit}
    return lines_figure([practised, unseen], say.alt, say.passes, words.wrong, **shape)


def show_halves(view: ChapterView) -> None:
    """An unseen exam, a row for each digit, while student 1 repeats only 0 to 4."""
    st.markdown(view.say.halves)
    marks, key = _repeats(view.found, BOOKS[1])[0], load_exams().unseen.answers[0]
    data = sheet_data(marks, student=1, passes=REPEATS, words=view.words)
    data |= {"order": key.argsort(kind="stable").tolist(), "key": "".join(map(str, key))}
    data |= {"answers": [m.val_answers for m in marks], "sure": [m.val_sure for m in marks]}
    data |= {"picture": unseen_picture(by_digit=True), "run": view.found.attempt.turn}
    show_marked_sheet(view.name, data | {"plays": True, "waits_for_view": True})


def gap_at(marks: Iterable[Mark]) -> int:
    """The first pass after which so many times fewer are wrong on the practised exam."""
    gaps = (mark.epoch for mark in marks if TIMES_FEWER * mark.wrong < mark.val_wrong)
    return next(gaps, SIGNS_EPOCHS + 1)


def wrong_of_digits(studies: Sequence[Sequence[Mark]], digits: range) -> list[float]:
    """Wrong answers per 100 on these digits of the first unseen exam, pass by pass, on average."""
    key = load_exams().unseen.answers[0]
    asked = [question for question, digit in enumerate(key) if digit in digits]
    return [
        100 * fmean(mark.val_answers[q] != str(key[q]) for mark in marks for q in asked)
        for marks in zip(*studies, strict=True)
    ]


def numbers(found: Found) -> dict:
    any_digit, low = (_repeats(found, book) for book in BOOKS)
    mean, low_mean = mean_marks(any_digit), mean_marks(low)
    said = {"students": len(STUDENTS), "repeats": REPEATS, "before": mean[0], "after": mean[-1]}
    said |= {"low_before": low_mean[0], "low_after": low_mean[-1]}
    signs = mean_marks(found.of("signs"))
    said |= {"gap_at": gap_at(signs), "rise_at": lowest_loss(signs).epoch}
    said["rise"] = round(mean[-1].val_wrong, 1) - round(mean[0].val_wrong, 1)
    for name, digits in (("low", LOW), ("high", HIGH)):
        wrong = wrong_of_digits(low, digits)
        said |= {f"{name}_digits_before": wrong[0], f"{name}_digits_after": wrong[-1]}
    return said


def answer(numbers: dict) -> int:
    rise, low = numbers["rise"], numbers["low_after"].val_wrong - numbers["low_before"].val_wrong
    return 0 if max(rise, low) < 0 else 2 if low - rise >= FORGOT else 1


def rule(numbers: dict) -> list[str]:
    rose = numbers["rise"] >= ROSE
    forgot = numbers["high_digits_after"] - numbers["high_digits_before"] >= FORGOT
    first = "gap_first" if numbers["gap_at"] < numbers["rise_at"] else "loss_first"
    grew = "overfit" if rose else "no_overfit"
    return [first, grew, "forgot" if forgot else "forgot_nothing", "rule"]


BLOCKS = (
    Story(),
    Display(show_signs, "always"),
    Question(show_pianist),
    Display(show_halves),
    Chart(any_digit_curves),
    Rule(),
)
CHAPTER = Chapter("pianist", BLOCKS, plans, numbers, answer, rule)
