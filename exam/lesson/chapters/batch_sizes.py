"""Batch sizes side by side: after the same number of passes, and after the same of updates."""

import functools
import itertools
import statistics
from collections.abc import Iterator, Sequence

import streamlit as st

from exam.charts.lines import Rows, Side, batch_look, lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Choices, Display, Rule, Story, Table
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import batches
from exam.model.plan import ACTIVATIONS, PIXELS, Plan, Study
from exam.model.results import Mark, MeanMarks

SIZES = (1, 10, 32, 100)  # as `choices` name them; the learner's own joins them
EPOCHS = 20
COMPARED, UPDATES = (1, 10, 100), 100  # after so many updates: 1, 10 and 100 passes
LABEL_AT = {1: 1, 10: 3, 32: 5, 100: 12}  # the pass at which each line has room for its name
UPDATES_LABELS: dict[int, tuple[int, Side]] = {
    1: (0, "above"),
    10: (0, "beside"),
    32: (1, "below"),
    100: (2, "above"),
}
LEVEL = 1.0  # wrong answers per 100; nearer means are called level
SLOWER = 1.5  # times as long, from which on a pass is called slower
BAR = 8  # blocks of the longest bar
OPTIONS = {"epoch": "by_pass", "updates": "by_update"}  # of the curves


def studies(settings: Settings) -> Studies:
    sizes = sorted({*SIZES, settings.batch_size})
    return {
        (size, student): Study(Plan(size, student), UPDATES if size == 100 else EPOCHS)
        for student in TEN
        for size in sizes
    }


def sizes_of(experiment: Experiment) -> list[int]:
    return list(dict.fromkeys(size for size, _ in experiment.marks))


def curves(experiment: Experiment, texts: Texts, option: str) -> Figure:
    captions, sizes = texts.batch_sizes, sizes_of(experiment)
    if option == "updates":
        return lines_figure(
            (_line_by_updates(experiment, size, captions) for size in sizes),
            captions.alt_by_update,
            captions.updates_axis,
            texts.wrong,
            x_domain=(1, EPOCHS * 100),  # a logarithmic axis has no 0
            x_type="log",
            label_width=100,
            height=260,
        )
    return lines_figure(
        (_line_by_passes(experiment, size, captions) for size in sizes),
        captions.alt,
        texts.passes,
        texts.wrong,
        x_domain=(0, EPOCHS),
        label_width=12,
        height=260,
    )


def _label(size: int, captions: Texts) -> str:
    return (captions.batch if size in SIZES else captions.own)(batch_size=size)


def _line_by_passes(experiment: Experiment, size: int, captions: Texts) -> Rows:
    return mean_and_students(
        [marks[: EPOCHS + 1] for marks in experiment.of(size)],
        "wrong",
        batch_look(size),
        _label(size, captions),
        label_at=LABEL_AT.get(size, 8),
        side="below" if size == 1 else "above",
    )


def _line_by_updates(experiment: Experiment, size: int, captions: Texts) -> Rows:
    # The learner's own is named at its end; small ones above it, for below 0 there is no room.
    label_at, side = UPDATES_LABELS.get(size, (-1, "above" if size < 32 else "beside"))
    return mean_and_students(
        experiment.of(size),
        "wrong",
        batch_look(size),
        _label(size, captions),
        points=functools.partial(_by_updates, size=size),
        label_at=label_at,
        side=side,
    )


def _by_updates(marks: Sequence[Mark | MeanMarks], field: str, size: int) -> list[tuple]:
    return [(mark.epoch * len(batches(size)), mark.wrong) for mark in marks[1:]]


def rows(experiment: Experiment, texts: Texts) -> Iterator[tuple]:
    took = {size: milliseconds_of_a_pass(experiment.of(size)) for size in sizes_of(experiment)}
    for size, milliseconds in took.items():
        held, mean = max(batches(size)), experiment.mean(size)[EPOCHS]
        yield (
            size,
            f"{held * ACTIVATIONS:,}",
            len(batches(size)),
            f"{_bar(milliseconds / max(took.values()))}\u00a0{milliseconds:.1f}",
            f"{mean.wrong:.1f}",
            f"{mean.val_wrong:.1f}",
        )


def _bar(share: float) -> str:
    """A bar of BAR blocks, as wide in every row."""
    full, eighths = divmod(round(8 * BAR * share), 8)
    return ("█" * full + " ▏▎▍▌▋▊▉"[eighths].strip()).ljust(BAR, "░")


def milliseconds_of_a_pass(studies: Sequence[Sequence[Mark]]) -> float:
    """CPU time of a pass: the median, since now and then a computer does something else as well."""
    seconds = statistics.median(
        after.seconds - before.seconds
        for marks in studies
        for before, after in itertools.pairwise(marks)
    )
    return max(0.1, round(1000 * seconds, 1))


def numbers(experiment: Experiment) -> Numbers:
    means = {size: experiment.mean(size) for size in sizes_of(experiment)}
    slow, fast = (milliseconds_of_a_pass(experiment.of(size)) for size in (1, 100))
    own = next((size for size in means if size not in SIZES), 100)
    return {
        "own": own,
        "rest": batches(own)[-1],
        "students": len(TEN),
        "epochs": EPOCHS,
        "updates": UPDATES,
        "wrong": {size: mean[EPOCHS].wrong for size, mean in means.items()},
        "then": {size: means[size][UPDATES // len(batches(size))].wrong for size in COMPARED},
        "times": slow / fast,
    }


def answer(numbers: Numbers) -> int:
    """Which of the batch sizes in `choices` leaves most answers wrong."""
    return max(range(len(SIZES)), key=lambda choice: numbers["wrong"][SIZES[choice]])


def rule(numbers: Numbers) -> list[str]:
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
        f"<b>{view.captions.batch(batch_size=size)}</b><p>{'<i></i>' * max(batches(size))}</p>"
        for size in sizes_of(view.complete_experiment)
    )
    computed = ACTIVATIONS - PIXELS
    st.markdown(view.captions.desks_title(floats=ACTIVATIONS, pixels=PIXELS, computed=computed))
    st.html(f'<div class="desks">{desks}</div>')


CHAPTER = Chapter(
    name="batch_sizes",
    blocks=(
        Story(),
        Choices(),
        Chart(curves, OPTIONS, due="always"),
        Table(rows),
        Display(show_desks),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
    known=10,
)
