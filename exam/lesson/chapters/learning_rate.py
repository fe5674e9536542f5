"""The learning rate: the third setting, which batch size and epochs act together with."""

import streamlit as st

from exam.charts.lines import Rows, Side, batch_look, line, lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Choices, Display, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import BY_CHANCE, NEAR_CHANCE
from exam.model.plan import LEARNING_RATE, Plan, Study

EPOCHS = 20
RATES = {1: 0.005, 10: LEARNING_RATE, 100: 0.5}  # by batch size, in proportion to it
LARGEST = (1, 0.5)  # a small batch at a large rate
WIDE = 10  # wrong answers per 100 apart on the way
NEARLY, HALF = 0.25, 0.75  # of the distance at the same rate: nearly the same, about half
STEPS = {0.1: 100, 0.5: 20, 2.0: 20}  # updates at a learning rate: short ones, long, too long
STEP_DASHES = {0.1: "dotted", 0.5: "solid", 2.0: "dashed"}
TOTAL_LENGTH = 10  # of all short steps together, and of all long ones
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
    """Steps down the loss: with batch size 100, a pass is one update."""
    studies = {
        rate: Study(Plan(100, 1, learning_rate=rate), steps) for rate, steps in STEPS.items()
    }
    steps = view.without_guess(studies)
    view.show_figure(slope(steps, view.texts))
    if view.experiment and steps.is_complete:
        numbers = slope_numbers(steps)
        sentences = [view.captions[key](**numbers) for key in slope_rule(numbers)]
        st.markdown(" ".join(sentences))


def slope(steps: Experiment, texts: Texts) -> Figure:
    """The loss by the length of the steps so far: each is as long as its learning rate."""
    captions, lines = texts.learning_rate, []
    for rate, marks in steps.complete.items():
        points = [(rate * mark.updates, mark.loss) for mark in marks]
        points = [(length, loss) for length, loss in points if length <= TOTAL_LENGTH]
        lines.append(
            line(
                rate,
                points,
                ("batch_100", STEP_DASHES[rate]),
                label=captions.steps(rate=rate, steps=STEPS[rate]),
                label_at=2 if rate > 1 else -1,
                side="above" if rate == 0.5 else "beside",
            )
        )
        lines.append(line(f"steps {rate}", points, ("dot", "solid")))
    return lines_figure(
        lines,
        captions.slope_alt,
        captions.slope_axis,
        texts.loss,
        x_domain=(0, TOTAL_LENGTH),
        y_domain=(0, 4),
        label_width=130,
        height=150,
        title=captions.slope_title,
    )


def slope_numbers(steps: Experiment) -> Numbers:
    short, long, too_long = ([mark.loss for mark in steps.marks[rate]] for rate in STEPS)
    return {"before": short[0], "short": short[-1], "long": long[-1], "highest": max(too_long)}


def slope_rule(numbers: Numbers) -> list[str]:
    leaps = numbers["highest"] > numbers["before"]
    return ["slope_ends", "slope_leaps" if leaps else "slope_holds"]


def numbers(experiment: Experiment) -> Numbers:
    means = {pair[0]: experiment.mean(pair) for pair in RATES.items()}
    on_the_way = ([mark.val_wrong for mark in marks] for marks in zip(*means.values(), strict=True))
    same = {size: experiment.mean((size, LEARNING_RATE))[-1].val_wrong for size in RATES}
    prop = {size: marks[-1].val_wrong for size, marks in means.items()}
    return {
        "students": len(TEN),
        "epochs": EPOCHS,
        "learning_rate": LEARNING_RATE,
        "same": same,
        "in_proportion": prop,
        "apart": max(same.values()) - min(same.values()),
        "apart_in_proportion": max(prop.values()) - min(prop.values()),
        "widest": max(max(wrong) - min(wrong) for wrong in on_the_way),
        "largest": experiment.mean(LARGEST)[-1].val_wrong,
        "by_chance": BY_CHANCE,
    }


def answer(numbers: Numbers) -> int:
    apart, in_proportion = numbers["apart"], numbers["apart_in_proportion"]
    return 2 if in_proportion < NEARLY * apart else int(in_proportion < HALF * apart)


def rule(numbers: Numbers) -> list[str]:
    wavers = ["wavers"] if numbers["widest"] >= WIDE else []
    is_level = answer(numbers) == 2
    ends = ["ends_level", *wavers, "rule_level"] if is_level else ["rule_apart", *wavers]
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
