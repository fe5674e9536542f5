"""Batch sizes side by side: after the same number of passes, and after the same of updates."""

import functools
import itertools
import statistics
from collections.abc import Iterator, Sequence

import streamlit as st

from exam.charts.lines import BATCH_LOOKS, Rows, batch_look, curve, lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Display, Question, Rule, Story, Table
from exam.lesson.chapter import TEN, Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import batches
from exam.model.plan import ACTIVATIONS, PIXELS
from exam.model.results import Mark, MeanMarks, mean_marks

EPOCHS = 20
COMPARED, UPDATES = (1, 10, 100), 100  # after so many updates: 1, 10 and 100 passes
LABEL_AT = {1: 1, 10: 3, 32: 5, 100: 12}  # the pass at which each line has room for its name
UPDATES_LABELS = {1: (0, "above"), 10: (0, "beside"), 32: (1, "below"), 100: (2, "above")}
LEVEL = 1.0  # wrong answers per 100; nearer means are called level
SLOWER = 1.5  # times as long, from which on a pass is called slower
BAR = 8  # blocks of the longest bar
OPTIONS = {"epoch": "by_pass", "updates": "by_update"}  # of the curves


def plans(settings: Settings) -> Plans:
    names = [(size, who) for who in TEN for size in sorted({*BATCH_LOOKS, settings["batch_size"]})]
    return {name: (Plan(*name), UPDATES if name[0] == 100 else EPOCHS) for name in names}


def sizes_of(found: Found) -> list[int]:
    return list(dict.fromkeys(size for size, _ in found.marks))


def curves(found: Found, words: Texts, option: str) -> Figure:
    say, by_updates = words.batch_sizes, option == "updates"
    lines = (_lines(found, size, by_updates, say) for size in sizes_of(found))
    if by_updates:
        shape = {"x_domain": (1, EPOCHS * 100), "x_type": "log", "label_width": 100, "height": 260}
        return lines_figure(lines, say.alt_by_update, say.updates_axis, words.wrong, **shape)
    shape = {"x_domain": (0, EPOCHS), "label_width": 12, "height": 260}
    return lines_figure(lines, say.alt, words.passes, words.wrong, **shape)


def _lines(found: Found, size: int, by_updates: bool, say: Texts) -> Rows:
    label = (say.batch if size in BATCH_LOOKS else say.own)(batch_size=size)
    studies, look = found.of(size), batch_look(size)
    if by_updates:  # a logarithmic axis knows no 0
        # The learner's own is named at its end; small ones above it, for below 0 there is no room.
        at, side = UPDATES_LABELS.get(size, (-1, "above" if size < 32 else "beside"))
        place = {"label_at": at, "side": side}
        points = functools.partial(_by_updates, size=size)
        return mean_and_students(studies, "wrong", look, label, points, **place)
    studies = [marks[: EPOCHS + 1] for marks in studies]
    place = {"label_at": LABEL_AT.get(size, 8), "side": "below" if size == 1 else "above"}
    return mean_and_students(studies, "wrong", look, label, curve, **place)


def _by_updates(marks: Sequence[Mark | MeanMarks], field: str, size: int) -> list[tuple]:
    return [(mark.epoch * len(batches(size)), mark.wrong) for mark in marks[1:]]


def rows(found: Found, words: Texts) -> Iterator[tuple]:
    took = {size: milliseconds_of_a_pass(found.of(size)) for size in sizes_of(found)}
    for size, milliseconds in took.items():
        held, mean = max(batches(size)), mean_marks(found.of(size))[EPOCHS]
        full, eighths = divmod(round(8 * BAR * milliseconds / max(took.values())), 8)
        bar = ("█" * full + " ▏▎▍▌▋▊▉"[eighths].strip()).ljust(BAR, "░")  # as wide in every row
        wrong = f"{mean.wrong:.1f}", f"{mean.val_wrong:.1f}"
        counted = f"{held * ACTIVATIONS:,}", len(batches(size)), f"{bar}\u00a0{milliseconds:.1f}"
        yield size, *counted, *wrong


def milliseconds_of_a_pass(studies: Sequence[Sequence[Mark]]) -> float:
    """CPU time of a pass: the median, since now and then a computer does something else as well."""
    seconds = statistics.median(
        after.seconds - before.seconds
        for marks in studies
        for before, after in itertools.pairwise(marks)
    )
    return max(0.1, round(1000 * seconds, 1))


def numbers(found: Found) -> dict:
    means = {size: mean_marks(found.of(size)) for size in sizes_of(found)}
    own = next((size for size in means if size not in BATCH_LOOKS), 100)
    return {
        "own": own,
        "rest": batches(own)[-1],
        "students": len(TEN),
        "epochs": EPOCHS,
        "updates": UPDATES,
        "wrong": {size: mean[EPOCHS].wrong for size, mean in means.items()},
        "then": {size: means[size][UPDATES // len(batches(size))].wrong for size in COMPARED},
        "times": milliseconds_of_a_pass(found.of(1)) / milliseconds_of_a_pass(found.of(100)),
    }


def answer(numbers: dict) -> int:
    """Which of the batch sizes in `choices` leaves most answers wrong."""
    sizes = list(BATCH_LOOKS)
    return max(range(len(sizes)), key=lambda choice: numbers["wrong"][sizes[choice]])


def rule(numbers: dict) -> list[str]:
    wrong, behind = numbers["wrong"], numbers["then"][100] - numbers["then"][10]
    large = "large_is_behind" if behind > 0 else "large_is_ahead"
    # So it is with 98 and 99, where the last batch of a pass holds one or two questions.
    rest = ["rest_weighs_more"] if wrong[numbers["own"]] > wrong[100] + LEVEL else []
    return [
        *rest,
        "small_learns_more" if wrong[1] < wrong[100] - LEVEL else "small_learns_no_more",
        "large_is_level" if abs(behind) < LEVEL else large,
        "small_is_slow" if numbers["times"] >= SLOWER else "small_is_no_slower",
        "rule",
    ]


def show_desks(view: ChapterView) -> None:
    """As many sheets of paper as must lie on the desk until the answers are checked."""
    desks = "".join(
        f"<b>{view.say.batch(batch_size=size)}</b><p>{'<i></i>' * max(batches(size))}</p>"
        for size in sizes_of(view.found)
    )
    computed = ACTIVATIONS - PIXELS
    st.markdown(view.say.desks_title(floats=ACTIVATIONS, pixels=PIXELS, computed=computed))
    st.html(f'<div class="desks">{desks}</div>')


BLOCKS = (
    Story(),
    Question(),
    Chart(curves, OPTIONS, "always"),
    Table(rows),
    Display(show_desks),
    Rule(),
)
CHAPTER = Chapter("batch_sizes", BLOCKS, plans, numbers, answer, rule, known=10)
