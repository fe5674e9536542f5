"""The learning rate: the third setting, which batch size and epochs act together with."""

from collections.abc import Sequence

import streamlit as st

from exam.charts.lines import Rows, Side, batch_look, line, lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Choices, Display, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import NEAR_CHANCE
from exam.model.plan import LEARNING_RATE, Plan, Study

EPOCHS = 20
RATES = {1: 0.005, 10: LEARNING_RATE, 100: 0.5}  # by batch size, in proportion to it
LARGEST = (1, 0.5)  # a small batch at a large rate
NEARLY, HALF = 0.25, 0.75  # limits for "nearly the same" and "about half" the distance
STEP_RATES = tuple(n / 2 for n in range(1, 21))  # of the first update
CHOSEN_RATE, PROJECTED_RATES = 0.5, (0.5, 3.0, 10.0)  # of which the landing is shown
OPTIONS = {"in_proportion": "rates_in_proportion", "same": "same_rate"}  # of the curves


def studies(settings: Settings) -> Studies:
    """By (batch size, rate) and student; same rates and rates in proportion share batch size 10."""
    same_rate = [(size, LEARNING_RATE) for size in RATES]
    pairs = dict.fromkeys([*RATES.items(), *same_rate, LARGEST])
    return {
        ((size, rate), student): Study(Plan(size, student, learning_rate=rate), EPOCHS)
        for student in TEN
        for size, rate in pairs
    }


def curves(experiment: Experiment, texts: Texts, option: str) -> Figure:
    captions = texts.learning_rate
    if option == "same":
        lines = [
            _line(experiment, size, LEARNING_RATE, label_at, captions)
            for size, label_at in {1: 10, 10: 6, 100: 10}.items()
        ]
    else:
        lines = [
            _line(experiment, size, RATES[size], label_at, captions)
            for size, label_at in {1: 8, 10: -1, 100: 7}.items()
        ]
        size, rate = LARGEST
        label = captions.line(batch_size=size, rate=rate)
        look = "batch_1", "dotted"
        lines.append(mean_and_students(experiment.of(LARGEST), "val_wrong", look, label))
    return lines_figure(
        lines,
        captions.alt,
        texts.passes,
        captions.axis,
        x_domain=(0, EPOCHS),
        label_width=130,
        height=270,
    )


def _line(experiment: Experiment, size: int, rate: float, label_at: int, captions: Texts) -> Rows:
    label = captions.line(batch_size=size, rate=rate)
    side: Side = "below" if size == 1 else "above"
    studies = experiment.of((size, rate))
    return mean_and_students(
        studies, "val_wrong", batch_look(size), label, label_at=label_at, side=side
    )


def show_slope(view: ChapterView) -> None:
    """The first update: with batch size 100 it goes straight down the slope of the loss."""
    plans = {rate: Plan(100, 1, learning_rate=rate) for rate in STEP_RATES}
    steps = view.without_guess({rate: Study(plan, 1) for rate, plan in plans.items()})
    st.markdown(view.captions.slope_title)
    if view.visit.is_projected:
        view.show_figure(slope(steps, PROJECTED_RATES, view.texts))
        return
    figure_place = st.container()
    with st.container(key="rate_slider"):  # its thumb stands under the ball (streamlit.css)
        rate = st.slider(
            view.captions.step_rate,
            0.0,
            STEP_RATES[-1],
            CHOSEN_RATE,
            STEP_RATES[0],
            key=f"{view.name}_rate",
        )
    with figure_place:
        view.show_figure(slope(steps, [rate], view.texts))
    if steps.is_complete and rate != CHOSEN_RATE:  # the learner has tried another
        numbers = slope_numbers(steps)
        st.markdown(view.captions[slope_rule(numbers)](**numbers))


def slope(steps: Experiment, landings: Sequence[float], texts: Texts) -> Figure:
    """The loss after one update by its learning rate, and where some of these steps land."""
    captions, complete = texts.learning_rate, steps.complete
    losses = {rate: complete[rate][1].loss for rate in STEP_RATES if rate in complete}
    lines = []
    if losses:
        start, lowest = next(iter(complete.values()))[0].loss, min(losses, key=losses.__getitem__)
        lines.append(line("slope", [(0, start), *losses.items()], ("batch_100", "solid")))
        lines.append(line("ball", [(0, start)], ("ball", "solid")))
    for rate in landings:
        if rate in losses:
            label = captions.landing(rate=rate, loss=losses[rate])
            side: Side = "above" if rate < lowest else "below"  # where the curve is not
            step = [(0, start), (rate, losses[rate])]
            lines.append(line(rate, step, ("ink", "dotted"), label=label, side=side))
            lines.append(line(f"ball {rate}", step[1:], ("ball", "solid")))
    return lines_figure(
        lines,
        captions.slope_alt,
        captions.slope_axis,
        texts.loss,
        x_domain=(0, STEP_RATES[-1]),
        y_domain=(1, 3),
        label_width=100,
        height=170,
    )


def slope_numbers(steps: Experiment) -> Numbers:
    losses = {rate: marks[1].loss for rate, marks in steps.marks.items()}
    best = min(STEP_RATES, key=lambda rate: losses[rate])
    before, furthest = steps.marks[best][0].loss, losses[STEP_RATES[-1]]
    return {"before": before, "best": best, "furthest": furthest, "rate": STEP_RATES[-1]}


def slope_rule(numbers: Numbers) -> str:
    return "slope_leaps" if numbers["furthest"] > numbers["before"] else "slope_holds"


def numbers(experiment: Experiment) -> Numbers:
    means = {pair[0]: experiment.mean(pair) for pair in RATES.items()}
    same = {size: experiment.mean((size, LEARNING_RATE))[-1].val_wrong for size in RATES}
    prop = {size: marks[-1].val_wrong for size, marks in means.items()}
    return {
        "students": len(TEN),
        "epochs": EPOCHS,
        "same": same,
        "in_proportion": prop,
        "apart": max(same.values()) - min(same.values()),
        "apart_in_proportion": max(prop.values()) - min(prop.values()),
        "largest": experiment.mean(LARGEST)[-1].val_wrong,
    }


def answer(numbers: Numbers) -> int:
    apart, in_proportion = numbers["apart"], numbers["apart_in_proportion"]
    return 2 if in_proportion < NEARLY * apart else int(in_proportion < HALF * apart)


def rule(numbers: Numbers) -> list[str]:
    ends = ["ends_level", "rule_level"] if answer(numbers) == 2 else ["rule_apart"]
    return [*ends, "too_large" if numbers["largest"] >= NEAR_CHANCE else "large"]


CHAPTER = Chapter(
    name="learning_rate",
    blocks=(
        Story(),
        Display(show_slope, due="always"),
        Choices(),
        Chart(curves, OPTIONS, due="always"),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
    known=(10, LEARNING_RATE),
)
