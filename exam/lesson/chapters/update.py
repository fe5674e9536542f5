"""One update: which weights it moves, and how far and how straight it goes."""

import math
from collections.abc import Iterator
from statistics import fmean
from typing import NamedTuple

import numpy as np
import streamlit as st

from exam.charts.lines import Side, batch_look, line, lines_figure
from exam.charts.pictures import questions_picture
from exam.lesson.blocks import Chart, Choices, Display, Rule, Story, Table
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import QUESTIONS
from exam.model.plan import HIDDEN_UNITS, PIXELS, WEIGHTS, Plan, Study
from exam.model.results import Steps
from exam.model.updates import decode_deltas, first_pass_questions, pixels_of
from exam.page.player import show_prints

SIZES = (1, 10, 32, 100)  # the learner's own joins them
TEN_QUESTIONS = 10  # of the first student, whose prints are shown beside their mean
HALF = 50  # percent; an update that agrees less with the whole exam's goes its own way
LONGER = 2  # times as long as an update of the whole exam
WELL = 0.5  # a unit with at least this share of a question's largest delta is moved well
AS_FAR = 1.5  # ratio of distances along the whole exam's direction; less counts as about as far
STRAIGHT = 0.9  # of what is walked; a pass that gets as far goes straight


def studies(settings: Settings) -> Studies:
    sizes = sorted({*SIZES, settings.batch_size})
    return {
        (size, student): Study(Plan(size, student, has_steps=True), 1)
        for student in TEN
        for size in sizes
    }


def steps_of(experiment: Experiment, size: int) -> list[Steps]:
    """Of the students whose studies with that batch size are complete."""
    steps = [marks[1].steps for marks in experiment.of(size)]
    return [each for each in steps if each]


class MeanSteps(NamedTuple):
    """The means of several students with the same batch size; see `Steps`."""

    agreement: float
    length: float
    along: float
    walked: float
    distance: float


def mean_steps(experiment: Experiment) -> dict[int, MeanSteps]:
    """By batch size."""
    sizes = dict.fromkeys(size for size, _ in experiment.complete)
    return {
        size: MeanSteps(
            fmean(each.agreement for each in steps),
            fmean(each.length for each in steps),
            fmean(each.along for each in steps),
            fmean(each.walked for each in steps),
            fmean(each.distance for each in steps),
        )
        for size in sizes
        if (steps := steps_of(experiment, size))
    }


def arrows(experiment: Experiment, texts: Texts) -> Figure:
    """Each batch size's mean update as an arrow, upward the way of the whole exam."""
    captions, lines = texts.update, []
    for size, steps in mean_steps(experiment).items():
        style, dash = batch_look(size)
        pale = (f"pale_{style}" if size in SIZES else "quiet", dash)
        lines += [
            line(f"{size} {number}", _arrow(each), pale)
            for number, each in enumerate(steps_of(experiment, size))
        ]
        label = (captions.batch if size in SIZES else captions.own)(batch_size=size)
        lines += [
            line(size, _arrow(steps), (style, dash), label=label, side=_side(size)),
            line(f"tip {size}", _arrow(steps)[1:], ("dot", "solid")),
        ]
    return lines_figure(
        lines,
        captions.alt,
        captions.own_way,
        captions.exam_way,
        x_domain=(0, 0.32),
        is_to_scale=True,
        x_format="",
        label_width=110,
        height=170,
        title=captions.arrows_title(students=len(TEN)),
    )


def _arrow(steps: Steps | MeanSteps) -> list[tuple[float, float]]:
    return [(0, 0), (math.sqrt(max(steps.length**2 - steps.along**2, 0)), steps.along)]


def _side(size: int) -> Side:
    """Where the names stand clear of each other, on a phone too."""
    return "above" if size == 100 else "below" if size == 10 else "beside"


def rows(experiment: Experiment, texts: Texts) -> Iterator[tuple]:
    for size, steps in mean_steps(experiment).items():
        yield size, Plan(size, TEN[0]).updates, f"{100 * steps.agreement:.0f}\u00a0%"


def numbers(experiment: Experiment) -> Numbers:
    means = mean_steps(experiment)
    unit = shown_unit(deltas_of_ten(experiment))
    steps = experiment.marks[1, TEN[0]][1].steps
    assert steps
    (ink,) = pixels_of(first_pass_questions(Plan(1, TEN[0]))[:1])
    return {
        "students": len(TEN),
        "weights": PIXELS,
        "inked": int((ink > 0).sum()),
        "changed": steps.changed[unit],
        "outside": sum(each.outside_ink for size in means for each in steps_of(experiment, size)),
        "agreement": {size: 100 * each.agreement for size, each in means.items()},
        "along": {size: each.along for size, each in means.items()},
        "walked": {size: each.walked for size, each in means.items()},
        "distance": {size: each.distance for size, each in means.items()},
        "times": means[1].length / means[100].length,
    }


def deltas_of_ten(experiment: Experiment) -> np.ndarray:
    """Those of the first batch of ten, float32 [TEN_QUESTIONS, units]."""
    mark = experiment.marks[TEN_QUESTIONS, TEN[0]][1]
    return decode_deltas(mark.deltas, QUESTIONS)[:TEN_QUESTIONS]


def shown_unit(deltas: np.ndarray) -> int:
    """The hidden unit that these questions pull up and down the most.

    It is one of those that the first of them moves well, since that is shown alone.
    """
    up, down = np.maximum(deltas, 0).sum(axis=0), np.maximum(-deltas, 0).sum(axis=0)
    of_first = np.abs(deltas[0])
    return int(np.where(of_first >= WELL * of_first.max(), np.minimum(up, down), -1).argmax())


def answer(numbers: Numbers) -> int:
    is_under_ink = numbers["outside"] == 0 and numbers["changed"] == numbers["inked"]
    return 1 if is_under_ink else 0 if numbers["changed"] == numbers["weights"] else 2


def rule(numbers: Numbers) -> list[str]:
    agreement = numbers["agreement"]
    is_own_way = agreement[1] < HALF and numbers["times"] >= LONGER
    is_surer = all(agreement[a] < agreement[b] for a, b in zip(SIZES, SIZES[1:], strict=False))
    is_straight = numbers["distance"][100] >= STRAIGHT * numbers["walked"][100]
    along = [numbers["along"][size] for size in SIZES]
    as_far = ["as_far"] if max(along) < AS_FAR * min(along) else []
    return [
        "prints" if answer(numbers) == 1 else "prints_elsewhere",
        *as_far,
        "pulls_its_own_way" if is_own_way else "pulls_along",
        "large_is_surer" if is_surer and is_straight else "large_is_no_surer",
        "rule",
    ]


def show_first(view: ChapterView) -> None:
    """A question beside the weights of a unit, before and after it is checked."""
    captions = view.captions
    if view.numbers:
        of_ten = deltas_of_ten(view.complete_experiment)
        _show_prints(view, "update_first", captions.first_alt, of_ten[:1], shown_unit(of_ten))
    else:
        nothing = np.zeros((1, HIDDEN_UNITS))
        _show_prints(view, "update_first", captions.before_alt, nothing, unit=0)


def show_ten(view: ChapterView) -> None:
    """The first ten questions, their prints on that unit, and the mean of these."""
    st.markdown(view.captions.ten_title)
    deltas = deltas_of_ten(view.complete_experiment)
    _show_prints(view, "update_ten", view.captions.ten_alt, deltas, shown_unit(deltas))


def _show_prints(view: ChapterView, name: str, alt: str, deltas: np.ndarray, unit: int) -> None:
    questions = first_pass_questions(Plan(TEN_QUESTIONS, TEN[0]))[:TEN_QUESTIONS]
    picture = questions_picture(tuple(questions.tolist()))
    show_prints(name, alt, picture, deltas, unit, mean=view.captions.mean)


CHAPTER = Chapter(
    name="update",
    blocks=(
        Story({"units": HIDDEN_UNITS, "pixels": PIXELS, "weights": WEIGHTS}),
        Display(show_first, due="always"),
        Choices(),
        Display(show_ten),
        Chart(arrows, due="complete"),
        Table(rows),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
)
