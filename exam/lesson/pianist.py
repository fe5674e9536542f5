"""The pianist, who knew twenty pieces and then plays only one."""

from collections.abc import Iterator
from dataclasses import replace

from exam.charts.lines import lines_figure, mean_and_students
from exam.lesson.chapter import Chapter, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.model.results import Epoch, mean_marks
from exam.model.workbooks import PASSES_TO_KNOW_TWENTY

BATCH_SIZE, REPEATS = 10, 100
STUDENTS = range(1, 5)
LOOKS = {"pianist": ("blue", "solid"), "pianist_0_to_4": ("orange", "dashed")}


def plans(settings: Settings) -> Plans:
    names, epochs = [(b, s) for s in STUDENTS for b in LOOKS], PASSES_TO_KNOW_TWENTY + REPEATS
    return {(book, student): (Plan(BATCH_SIZE, student, book), epochs) for book, student in names}


def _repeats(outcome: Outcome, book: str) -> list[list[Epoch]]:
    """What came after the twenty pieces were known, counted from 0, of those who are through."""
    known = PASSES_TO_KNOW_TWENTY
    return [
        [replace(mark, epoch=mark.epoch - known) for mark in marks[known:]]
        for (each, _), marks in outcome.complete.items()
        if each == book
    ]


def figures(outcome: Outcome, words: Texts) -> Iterator[Figure]:
    say, shape = words.pianist, {"x_domain": (0, REPEATS), "label_width": 140, "height": 240}
    lines = (
        mean_and_students(_repeats(outcome, book), "val_wrong", look, getattr(say, book))
        for book, look in LOOKS.items()
    )
    yield lines_figure(lines, say.alt, say.passes, say.axis, y_domain=(0, 50), **shape)


def numbers(outcome: Outcome) -> dict:
    any_digit, low = (mean_marks(_repeats(outcome, book)) for book in LOOKS)
    found = {"students": len(STUDENTS), "repeats": REPEATS}
    found |= {"before": any_digit[0], "after": any_digit[-1]}
    return found | {"low_then": low[5], "low_after": low[-1]}


CHAPTER = Chapter(
    frame_height=784,
    facts={"passes": PASSES_TO_KNOW_TWENTY},
    plans=plans,
    figures=figures,
    numbers=numbers,
)
