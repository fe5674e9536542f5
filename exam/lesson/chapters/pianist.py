"""The pianist, who knew twenty pieces and then plays only one."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from exam.charts.lines import line, lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Question, Rule, Story
from exam.lesson.chapter import Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.model.exams import load_exams
from exam.model.results import Mark, mean_marks
from exam.model.workbooks import PASSES_TO_KNOW_TWENTY

BATCH_SIZE, REPEATS = 10, 100
STUDENTS = range(1, 5)
BOOKS = ("pianist", "pianist_0_to_4")
LOW, HIGH = range(5), range(5, 10)  # the digits that are repeated, and those that are not
ROSE, FORGOT = 0.2, 10  # wrong answers per 100 more, on average


def plans(settings: Settings) -> Plans:
    names, epochs = [(b, s) for s in STUDENTS for b in BOOKS], PASSES_TO_KNOW_TWENTY + REPEATS
    return {(book, student): (Plan(BATCH_SIZE, student, book), epochs) for book, student in names}


def _repeats(found: Found, book: str) -> list[list[Mark]]:
    """The marks from the pass on at which the twenty exams are known, counted from 0."""
    known = PASSES_TO_KNOW_TWENTY
    return [
        [replace(mark, epoch=mark.epoch - known) for mark in marks[known:]]
        for marks in found.of(book)
    ]


SHAPE = {"x_domain": (0, REPEATS), "label_width": 140, "height": 200}


def any_digit_curves(found: Found, words: Texts) -> Figure:
    say, repeats = words.pianist, _repeats(found, "pianist")
    practised = mean_and_students(repeats, "wrong", ("practised", "solid"), words.practised)
    unseen = mean_and_students(repeats, "val_wrong", ("unseen", "dashed"), words.unseen)
    shape = SHAPE | {"y_domain": (0, 25), "title": say.any_digit}
    return lines_figure([practised, unseen], say.alt, say.passes, words.wrong, **shape)


def low_digits_curves(found: Found, words: Texts) -> Figure:
    say, repeats = words.pianist, _repeats(found, "pianist_0_to_4")
    lines = (
        line(label, enumerate(wrong_of_digits(repeats, digits)), ("unseen", dash), label=label)
        for digits, label, dash in ((LOW, say.low, "dotted"), (HIGH, say.high, "dashed"))
    )
    shape = SHAPE | {"y_domain": (0, 100), "title": say.low_digits}
    return lines_figure(lines, say.low_alt, say.passes, words.wrong, **shape)


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
    return ["overfit" if rose else "no_overfit", "forgot" if forgot else "forgot_nothing", "rule"]


BLOCKS = (
    Story(),
    Question(),
    Chart(any_digit_curves, due="always"),
    Chart(low_digits_curves),
    Rule(),
)
CHAPTER = Chapter("pianist", BLOCKS, plans, numbers, answer, rule, frame_height=1326)
