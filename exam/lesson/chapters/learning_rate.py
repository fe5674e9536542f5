"""The learning rate: the third setting, which batch size and epochs act together with."""

from collections.abc import Mapping, Sequence

import streamlit as st

from exam.charts.lines import batch_look, line, lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Display, Question, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import BY_CHANCE, NEAR_CHANCE
from exam.model.plan import LEARNING_RATE
from exam.model.results import Mark, mean_marks

EPOCHS = 20
RATES = {1: 0.005, 10: LEARNING_RATE, 100: 0.5}  # by batch size, in proportion to it
LARGEST = (1, 0.5)  # a small batch at a large rate
WIDE = 10  # wrong answers per 100 apart on the way
NEARLY, HALF = 0.25, 0.75  # of the distance at the same rate: nearly the same, about half
STEPS = {0.1: 100, 0.5: 20, 2.0: 20}  # updates at a learning rate: short ones, long, too long
STEP_DASHES = {0.1: "dotted", 0.5: "solid", 2.0: "dashed"}
WAY = 10  # so far go all short steps together, and all long ones
OPTIONS = {"in_proportion": "rates_in_proportion", "same": "same_rate"}  # of the curves


def plans(settings: Settings) -> Plans:
    """By (batch size, rate) and student; same rates and rates in proportion share batch size 10."""
    pairs = dict.fromkeys([*RATES.items(), *((size, LEARNING_RATE) for size in RATES), LARGEST])
    return {
        (pair, who): (Plan(pair[0], who, learning_rate=pair[1]), EPOCHS)
        for who in TEN
        for pair in pairs
    }


def curves(found: Found, words: Texts, option: str) -> Figure:
    say, lines = words.learning_rate, []
    in_proportion = option != "same"
    rates = RATES if in_proportion else dict.fromkeys(RATES, LEARNING_RATE)
    at = {1: 8, 10: -1, 100: 7} if in_proportion else {1: 10, 10: 6, 100: 10}  # of their names
    for size, rate in rates.items():
        studies, label = found.of((size, rate)), say.line(batch_size=size, rate=rate)
        place = {"label_at": at[size], "side": "below" if size == 1 else "above"}
        lines += mean_and_students(studies, "val_wrong", batch_look(size), label, **place)
    if in_proportion:
        label = say.line(batch_size=LARGEST[0], rate=LARGEST[1])
        lines += mean_and_students(found.of(LARGEST), "val_wrong", ("batch_1", "dotted"), label)
    shape = {"x_domain": (0, EPOCHS), "label_width": 130, "height": 270}
    return lines_figure([lines], say.alt, words.passes, say.axis, **shape)


def show_slope(view: ChapterView) -> None:
    """Steps down the loss: with batch size 100, a pass is one update."""
    plans = {rate: (Plan(100, 1, learning_rate=rate), steps) for rate, steps in STEPS.items()}
    walked = view.at_once(plans).complete
    view.figure(slope(walked, view.words))
    if view.found and len(walked) == len(plans):
        said = walk_numbers(walked)
        st.markdown(" ".join(getattr(view.say, key)(**said) for key in walk_rule(said)))


def slope(walked: Mapping[float, Sequence[Mark]], words: Texts) -> Figure:
    """The loss by how far the steps have gone: each is as long as its learning rate."""
    say, lines = words.learning_rate, []
    for rate, marks in walked.items():
        points = [(rate * mark.updates, mark.loss) for mark in marks if rate * mark.updates <= WAY]
        look = "batch_100", STEP_DASHES[rate]
        place = {"label_at": 2 if rate > 1 else -1, "side": "above" if rate == 0.5 else "beside"}
        label = say.steps(rate=rate, steps=STEPS[rate])
        lines.append(line(rate, points, look, label=label, **place))
        lines.append(line(f"steps {rate}", points, ("dot", "solid")))
    shape = {"x_domain": (0, WAY), "y_domain": (0, 4), "label_width": 130, "height": 150}
    shape["title"] = say.slope_title
    return lines_figure(lines, say.slope_alt, say.slope_axis, words.loss, **shape)


def walk_numbers(walked: Mapping[float, Sequence[Mark]]) -> dict:
    short, long, too_long = ([mark.loss for mark in marks] for marks in walked.values())
    return {"before": short[0], "short": short[-1], "long": long[-1], "highest": max(too_long)}


def walk_rule(numbers: dict) -> list[str]:
    leaps = numbers["highest"] > numbers["before"]
    return ["slope_ends", "slope_leaps" if leaps else "slope_holds"]


def numbers(found: Found) -> dict:
    means = {pair[0]: mean_marks(found.of(pair)) for pair in RATES.items()}
    on_the_way = ([mark.val_wrong for mark in marks] for marks in zip(*means.values(), strict=True))
    same = {size: mean_marks(found.of((size, LEARNING_RATE)))[-1].val_wrong for size in RATES}
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
        "largest": mean_marks(found.of(LARGEST))[-1].val_wrong,
        "by_chance": BY_CHANCE,
    }


def answer(numbers: dict) -> int:
    apart, in_proportion = numbers["apart"], numbers["apart_in_proportion"]
    return 2 if in_proportion < NEARLY * apart else int(in_proportion < HALF * apart)


def rule(numbers: dict) -> list[str]:
    wavers = ["wavers"] if numbers["widest"] >= WIDE else []
    is_level = answer(numbers) == 2
    ends = ["ends_level", *wavers, "rule_level"] if is_level else ["rule_apart", *wavers]
    return [*ends, "too_large" if numbers["largest"] >= NEAR_CHANCE else "large"]


BLOCKS = (
    Story(),
    Display(show_slope, "always"),
    Question(),
    Chart(curves, OPTIONS, "always"),
    Rule(),
)
CHAPTER = Chapter(
    "learning_rate",
    BLOCKS,
    plans,
    numbers,
    answer,
    rule,
    known=(10, LEARNING_RATE),
)
