"""Batch sizes side by side: after equally many passes, and after equally many updates."""

import functools
from collections.abc import Iterator, Sequence

import streamlit as st

from exam.charts.lines import Rows, Side, batch_look, line, lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Choices, Display, Rule, Story, Table
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import batches
from exam.model.plan import ACTIVATIONS, HIDDEN_UNITS, PIXELS, Plan, Study, Timing
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
LEVEL = 1.0  # wrong answers per 100; means closer than this count as equal
WIDE = 100  # times as many hidden units as the page's network has
NETWORKS = {  # by their hidden units: the caption of the name, and a dash
    HIDDEN_UNITS: ("page_network", "dashed"),
    WIDE * HIDDEN_UNITS: ("wide_network", "solid"),
}
TIMED_SIZES = (1, 4, 16, 64, 256, 1000, 2000)  # up to all questions of the mock exams
HARDLY_LESS = 1.25  # times as long as the fastest; a larger batch hardly pays then
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
    for size in sizes_of(experiment):
        held, mean = max(batches(size)), experiment.mean(size)[EPOCHS]
        yield (
            size,
            f"{held * ACTIVATIONS:,}",
            len(batches(size)),
            f"{mean.wrong:.1f}",
            f"{mean.val_wrong:.1f}",
        )


def numbers(experiment: Experiment) -> Numbers:
    means = {size: experiment.mean(size) for size in sizes_of(experiment)}
    own = next((size for size in means if size not in SIZES), 100)
    return {
        "own": own,
        "rest": batches(own)[-1],
        "students": len(TEN),
        "epochs": EPOCHS,
        "updates": UPDATES,
        "wrong": {size: mean[EPOCHS].wrong for size, mean in means.items()},
        "then": {size: means[size][UPDATES // len(batches(size))].wrong for size in COMPARED},
    }


def answer(numbers: Numbers) -> int:
    """Which of the batch sizes in `choices` leaves most answers wrong."""
    return max(range(len(SIZES)), key=lambda choice: numbers["wrong"][SIZES[choice]])


def rule(numbers: Numbers) -> list[str]:
    wrong, behind = numbers["wrong"], numbers["then"][100] - numbers["then"][10]
    large = "large_is_behind" if behind > 0 else "large_is_ahead"
    # True of 98 and 99, which leave only one or two questions for the last batch of a pass.
    rest = ["rest_weighs_more"] if wrong[numbers["own"]] > wrong[100] + LEVEL else []
    return [
        *rest,
        "small_learns_more" if wrong[1] < wrong[100] - LEVEL else "small_learns_no_more",
        "large_is_level" if abs(behind) < LEVEL else large,
        "rule",
    ]


def studies_of_times() -> Studies:
    """By hidden units and batch size; what is measured is how long a question takes."""
    timings = [Timing(units, size) for units in NETWORKS for size in TIMED_SIZES]
    return {timing: Study(Plan(SIZES[0], TEN[0], timing=timing), 1) for timing in timings}


def show_times(view: ChapterView) -> None:
    """How long a question takes by batch size on this machine, and up to which size it falls."""
    times = view.without_guess(studies_of_times())
    view.show_figure(times_figure(times, view.texts))
    if times.is_complete:
        sentences = [sentence_of_times(times, units, view.captions) for units in NETWORKS]
        if not view.visit.is_projected:  # where the picture needs the room
            sentences.append(view.captions.gpu)
        st.markdown(" ".join(sentences))


def times_figure(times: Experiment, texts: Texts) -> Figure:
    captions = texts.batch_sizes
    lines = (
        line(
            units,
            microseconds_by_size(times, units).items(),
            ("strong", dash),
            label=captions[name](times=WIDE),
        )
        for units, (name, dash) in NETWORKS.items()
    )
    return lines_figure(
        lines,
        captions.times_alt,
        captions.times_axis,
        captions.times_unit,
        x_domain=(1, TIMED_SIZES[-1]),
        y_domain=(0.1, 10_000),  # a fast computer needs less than 1 for the largest batch
        x_type="log",
        y_type="log",
        label_width=170,
        height=170,
        title=captions.times_title,
    )


def microseconds_by_size(times: Experiment, units: int) -> dict[int, float]:
    """For one question on the network with so many hidden units, as far as it is measured."""
    return {
        timing.batch_size: 1e6 * marks[1].seconds_per_question
        for timing, marks in times.complete.items()
        if timing.units == units
    }


def sentence_of_times(times: Experiment, units: int, captions: Texts) -> str:
    """From which batch size on a question takes hardly less time."""
    by_size = microseconds_by_size(times, units)
    fastest = min(by_size.values())
    enough = next(size for size, each in by_size.items() if each <= HARDLY_LESS * fastest)
    name, _ = NETWORKS[units]
    text = captions.pays_up_to if enough < TIMED_SIZES[-1] else captions.pays_still
    network, gain = captions[name](times=WIDE), by_size[1] / by_size[enough]
    return text(network=network, enough=enough, gain=gain)


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
        Display(show_times),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
    known=10,
)
