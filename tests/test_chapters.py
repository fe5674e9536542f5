"""What each chapter says about its measurements: its arithmetic, on made-up marks.

Every chapter with an experiment has a test of its numbers here, called `test_` and its name, and
its `BRANCHES`: numbers for every answer and every sentence that it may choose by them.
"""

import dataclasses
import inspect
import itertools
import re
from collections.abc import Callable

import numpy as np
import pytest

from exam.lesson import chapters
from exam.lesson.blocks import Table
from exam.lesson.chapter import Experiment
from exam.lesson.chapters import CHAPTERS
from exam.lesson.chapters.sureness import same_mistakes
from exam.lesson.contents import link_to_next
from exam.lesson.guess import PassSlider, question_of
from exam.model.exams import NEAR_CHANCE, load_exams
from exam.model.plan import HIDDEN_UNITS, Plan, Study
from exam.model.results import Mark, MeanMarks, Steps, mean_marks
from exam.model.updates import encode_deltas
from exam.model.workbooks import open_workbook, question_order
from exam.page.sentences import CLOSE
from exam.parts import SHORT_WAY
from exam.service.experiment import Attempt
from exam.texts import LANGUAGES, load_texts
from tests.scripted import MEASURED, SETTINGS, any_study, experiment_of, figures, marks, rows
from tests.slow.test_claims import CHOICES, CLAIMS


def numbers(experiment: Experiment, name: str) -> dict:
    return CHAPTERS[name].numbers(experiment)


def study(value: Callable[[object, int], dict]) -> Callable[[object, int], list[Mark]]:
    """Marks with the fields that `value` gives for the study and the epoch."""

    def made(key: object, passes: int) -> list[Mark]:
        return [
            dataclasses.replace(mark, **value(key, mark.epoch)) for mark in any_study(key, passes)
        ]

    return made


def test_a_chapter_has_the_name_of_its_module():
    assert [chapter.name for chapter in CHAPTERS.values()] == list(CHAPTERS)


def test_after_the_short_way_the_next_chapter_is_after_this_one():
    texts = load_texts("en")
    assert "#chapter-twenty_exams)" in link_to_next({*SHORT_WAY, "students"}, texts, "students")
    assert "#chapter-repetition)" in link_to_next({*SHORT_WAY, "questions"}, texts, "questions")


def test_the_next_chapter_is_of_the_short_way_and_then_of_the_others():
    texts, finished = load_texts("en"), set()
    for name in [*SHORT_WAY, *(name for name in CHAPTERS if name not in SHORT_WAY)]:
        assert f"#chapter-{name})" in link_to_next(finished, texts), f"after {finished}"
        finished.add(name)


@pytest.mark.parametrize("name", MEASURED)
def test_it_has_a_test_of_its_numbers(name):
    assert callable(globals().get(f"test_{name}")), f"write test_{name}(), which holds its numbers"
    assert branches(name)
    assert name in CLAIMS, f"write CLAIMS[{name!r}] in tests/slow/test_claims.py"
    if CHAPTERS[name].answer:
        assert name in CHOICES, f"write CHOICES[{name!r}] in tests/slow/test_claims.py"


@pytest.mark.parametrize("name", MEASURED)
def test_its_texts_and_figures_hold_from_nothing_to_the_end(name):
    """In every language; a text that is missing, or a field that it lacks, is named."""
    chapter = CHAPTERS[name]
    for lang in LANGUAGES:
        words = load_texts(lang)
        captions = words[name]
        needed = ["title", "story", "question", "press", "measured"]
        needed += ["stopped_at"] if isinstance(question_of(chapter), PassSlider) else ["choices"]
        for block in chapter.blocks:
            needed += ["columns"] if isinstance(block, Table) else []
            if options := getattr(block, "options", {}):
                needed += ["option_label", *options.values()]
        for text in needed:
            _ = captions[text]  # raises with the name of the text and its place
        whole = experiment_of(name, any_study, choice=1)
        begun = experiment_of(name, lambda key, passes: any_study(key, passes)[:2], choice=1)
        empty = experiment_of(name, lambda key, passes: [], choice=1)
        for experiment in (empty, begun, whole):
            for figure in figures(experiment, name, words):
                assert figure.alt and figure.spec["data"] == {"name": "source"}
        fields = chapter.numbers(whole)
        try:
            filled_in = (captions.measured(**fields), chapter.conclusion(fields, captions))
        except KeyError as field:
            pytest.fail(f"a text of {name} in {lang}.toml names {field}, no field of numbers()")
        for sentence in filled_in:
            assert "{" not in sentence and "nan" not in sentence
        for row in rows(whole, name, words):
            assert len(row) == len(captions.columns)


def mean(wrong=0.0, val_wrong=25.0, val_loss=0.8, sure=0.6, epoch=7) -> MeanMarks:
    return MeanMarks(epoch, wrong, val_wrong, 0.1, val_loss, sure)


# By chapter: changes to its numbers, the answer and the sentences that follow from them.
BRANCHES = {
    "sheet": [
        ({"no_key": mean(val_wrong=NEAR_CHANCE)}, 2, ["rule_nothing"]),
        (
            {"no_key": mean(val_wrong=26 + chapters.sheet.NEAR_KEY), "with_key": mean()},
            1,
            ["rule_something"],
        ),
        (
            {"no_key": mean(val_wrong=25 + chapters.sheet.NEAR_KEY), "with_key": mean()},
            0,
            ["rule_something"],
        ),
    ],
    "first_pass": [
        (
            {"alike_1": chapters.first_pass.FEW_WRONG, "same": chapters.first_pass.LIKE}
            | {"first": 95, "last_1": 50, "last_100": 92}
            | {"first_100": 90, "met_before": chapters.first_pass.MOSTLY},
            2,
            ["rule", "learns_at_once", "worse_at_first", "only_that_digit"],
        ),
        (
            {"alike_1": chapters.first_pass.FEW_WRONG + 1, "same": chapters.first_pass.LIKE - 1}
            | {"first": 95, "last_1": 95, "last_100": 97, "first_100": 91, "met_before": 99},
            1,
            ["rule", "learns_not_at_once", "not_only_that_digit"],
        ),
        (
            {"alike_1": chapters.first_pass.MOST_WRONG, "same": 9}
            | {"first": 95, "last_1": 93, "last_100": 92, "first_100": 80}
            | {"met_before": chapters.first_pass.MOSTLY - 1},
            0,
            ["rule", "learns_not_at_once", "not_only_that_digit"],
        ),
    ],
    "update": [
        (
            {"inked": 100, "changed": 100, "outside": 0, "times": chapters.update.LONGER}
            | {"agreement": {1: chapters.update.HALF - 1, 10: 50, 32: 70, 100: 100}}
            | {"walked": {1: 30, 100: 1}, "distance": {1: 3, 100: chapters.update.STRAIGHT}}
            | {"along": {1: 1.4, 10: 1.2, 32: 1, 100: 1}},
            1,
            ["prints", "as_far", "pulls_its_own_way", "large_is_surer", "rule"],
        ),
        (
            {"inked": 100, "changed": 784, "outside": 5, "times": 4}
            | {"agreement": {1: chapters.update.HALF, 10: 60, 32: 70, 100: 100}}
            | {"walked": {1: 30, 100: 1}, "distance": {1: 3, 100: 0.8}}
            | {"along": {1: chapters.update.AS_FAR, 10: 1.2, 32: 1, 100: 1}},
            0,
            ["prints_elsewhere", "pulls_along", "large_is_no_surer", "rule"],
        ),
        (
            {"inked": 100, "changed": 99, "outside": 0, "times": 0.9 * chapters.update.LONGER}
            | {"agreement": {1: 20, 10: 60, 32: 60, 100: 100}}
            | {"walked": {1: 30, 100: 1}, "distance": {1: 3, 100: 1}}
            | {"along": {1: 2, 10: 1.2, 32: 1, 100: 1}},
            2,
            ["prints_elsewhere", "pulls_along", "large_is_no_surer", "rule"],
        ),
    ],
    "batch_sizes": [
        (
            {"wrong": {1: 0, 10: 1, 32: 3, 100: 27}}
            | {"then": {1: 35, 10: 1, 100: 0.9 * chapters.batch_sizes.LEVEL}},
            3,
            ["small_learns_more", "large_is_level", "rule"],
        ),
        (
            {"wrong": {1: 9, 10: 1, 32: 3, 99: 49, 100: 8}, "own": 99, "rest": 1}
            | {"then": {1: 5, 10: 1, 100: 1 + chapters.batch_sizes.LEVEL}},
            0,
            ["rest_weighs_more", "small_learns_no_more", "large_is_behind", "rule"],
        ),
        (
            {"wrong": {1: 0, 10: 1, 32: 3, 100: 2}}
            | {"then": {1: 5, 10: 1 + chapters.batch_sizes.LEVEL, 100: 1}},
            2,
            ["small_learns_more", "large_is_ahead", "rule"],
        ),
        (
            {"wrong": {1: 0, 10: 4, 32: 3, 100: 2}}
            | {"then": {1: 5, 10: 1 + chapters.batch_sizes.LEVEL, 100: 1}},
            1,
            ["small_learns_more", "large_is_ahead", "rule"],
        ),
    ],
    "learning_rate": [
        (
            {"apart": 20, "apart_in_proportion": 20 * chapters.learning_rate.NEARLY - 1}
            | {"largest": NEAR_CHANCE},
            2,
            ["ends_level", "rule_level", "too_large"],
        ),
        (
            {"apart": 20, "apart_in_proportion": 20 * chapters.learning_rate.NEARLY}
            | {"largest": NEAR_CHANCE - 1},
            1,
            ["rule_apart", "large"],
        ),
        (
            {"apart": 20, "apart_in_proportion": 20 * chapters.learning_rate.HALF}
            | {"largest": NEAR_CHANCE},
            0,
            ["rule_apart", "too_large"],
        ),
    ],
    "repetition": [
        (
            {"first": {10: 80, 100: 20}, "second": {10: 6, 100: 19}, "until_none": 11},
            2,
            ["gains_less", "nothing_left", "large_keeps_on"],
        ),
        (
            {"first": {10: 40, 100: 20}, "until_none": None}
            | {"second": {10: 40 * chapters.repetition.QUARTER, 100: 9}},
            1,
            ["gains_less", "something_left", "large_slows_too"],
        ),
        (
            {"first": {10: 40, 100: 20}, "until_none": 40}
            | {"second": {10: 40, 100: 20 * chapters.repetition.AS_MANY}},
            0,
            ["gains_no_less", "nothing_left", "large_keeps_on"],
        ),
    ],
    "students": [
        ({"apart": 0.0}, 0, ["rule_same"]),
        ({"apart": chapters.students.FEW_APART - 0.1}, 1, ["rule_apart"]),
        ({"apart": chapters.students.FEW_APART}, 2, ["rule_apart"]),
    ],
    "own_exam": [
        (
            {"right": 9, "wrong": 10.0, "first": 80.0, "small": 40.0, "val_wrong": 25.0},
            0,
            ["no_harder", "few", "gained", "sure", "form_matters"],
        ),
        (
            {"right": 6, "wrong": 40.0, "val_wrong": 25.0, "first": 45.0, "small": 45.0},
            1,
            ["harder", "gained_nothing", "sure", "form_no_matter"],
        ),
        (
            {"right": 5, "wrong": 50.0, "val_wrong": 25.0, "first": 95.0, "small": 95.0}
            | {"surest": chapters.own_exam.SURE - 1},
            2,
            ["harder", "gained", "form_matters"],
        ),
    ],
    "twenty_exams": [
        (
            {"one_exam": 15 + chapters.twenty_exams.LEVEL, "twenty_exams": 15, "once": 66},
            1,
            ["twenty_win", "repeating_helps", "rule"],
        ),
        (
            {"one_exam": 15, "twenty_exams": 15 + chapters.twenty_exams.LEVEL, "once": 15},
            0,
            ["one_wins", "repeating_helps_not", "rule"],
        ),
        (
            {"one_exam": 15, "twenty_exams": 15 + 0.9 * chapters.twenty_exams.LEVEL},
            2,
            ["level", "repeating_helps", "rule"],
        ),
    ],
    "sureness": [
        (
            {
                "best": mean(val_wrong=25, sure=0),
                "end": mean(val_wrong=26, sure=chapters.sureness.SURER),
            },
            2,
            ["surer", "errors_rose"],
        ),
        (
            {"best": mean(val_wrong=25), "end": mean(val_wrong=25 + 0.9 * CLOSE)},
            1,
            ["no_surer", "errors_same"],
        ),
        (
            {
                "best": mean(val_wrong=25, sure=0.6),
                "end": mean(val_wrong=25 - CLOSE, sure=0.5),
            },
            0,
            ["no_surer", "errors_fell"],
        ),
    ],
    "pianist": [
        (
            {
                "rise": chapters.pianist.ROSE,
                "low_before": mean(),
                "low_after": mean(val_wrong=45),
            }
            | {"high_digits_before": 8, "high_digits_after": 8 + chapters.pianist.FORGOT}
            | {"gap_at": 2, "rise_at": 6},
            2,
            ["gap_first", "overfit", "forgot"],
        ),
        (
            {"rise": 0.9 * chapters.pianist.ROSE, "low_before": mean()}
            | {"low_after": mean(val_wrong=27)}
            | {"high_digits_before": 8, "high_digits_after": 7 + chapters.pianist.FORGOT}
            | {"gap_at": 5, "rise_at": 6},
            1,
            ["gap_first", "no_overfit", "forgot_nothing"],
        ),
        (
            {"rise": -1, "low_before": mean(), "low_after": mean(val_wrong=24)}
            | {"high_digits_before": 8, "high_digits_after": 9}
            | {"gap_at": 6, "rise_at": 6},
            0,
            ["loss_first", "no_overfit", "forgot_nothing"],
        ),
    ],
    "final_exam": [
        (
            {
                "stop": 1,
                "last_stop": 8,
                "automatic": mean(val_loss=0),
                "last": mean(val_wrong=25.2),
            }
            | {"own": mean(val_loss=chapters.final_exam.HIGHER)},
            None,
            ["early", "errors_same", "seen_once"],
        ),
        (
            {"stop": 30, "last_stop": 8, "automatic": mean(val_loss=0), "attempt": 2}
            | {
                "last": mean(val_wrong=26),
                "own": mean(val_loss=chapters.final_exam.HIGHER),
            },
            None,
            ["late", "errors_rose", "seen_again"],
        ),
        (
            {
                "stop": 7,
                "last_stop": 8,
                "automatic": mean(val_loss=0),
                "last": mean(val_wrong=24),
            }
            | {"own": mean(val_loss=0.9 * chapters.final_exam.HIGHER)},
            None,
            ["near", "errors_fell", "seen_once"],
        ),
    ],
    "misprints": [
        (
            {"end": mean(wrong=0.9 * chapters.misprints.NONE_FOR_MOST, val_wrong=31)}
            | {"stopped": 31 - chapters.misprints.MORE, "more": chapters.misprints.MORE},
            1,
            ["learnt", "more_errors", "stopping_saves", "rule"],
        ),
        (
            {"end": mean(wrong=chapters.misprints.NONE_FOR_MOST, val_wrong=25), "stopped": 24.1}
            | {"more": 0.9 * chapters.misprints.MORE}
            | {"most_end": 50, "most_stopped": 50 - chapters.misprints.MORE},
            0,
            ["not_learnt", "no_more_errors", "stopping_saves_nothing"]
            + ["stopping_saves_with_most", "rule"],
        ),
        (
            {"end": mean(wrong=chapters.misprints.TOO_MANY + 1, val_wrong=25), "stopped": 25}
            | {"more": 0.2, "most_end": 50, "most_stopped": 50 - 0.9 * chapters.misprints.MORE},
            2,
            ["not_learnt", "no_more_errors", "stopping_saves_nothing", "rule"],
        ),
        ({"end": mean(), "misprints": 0}, 1, ["no_misprints"]),
    ],
}


def branches(name):
    assert name in BRANCHES, f"write BRANCHES[{name!r}]: numbers for every sentence and answer"
    return BRANCHES[name]


@pytest.mark.parametrize("name", MEASURED)
def test_each_answer_and_each_sentence_follows_from_its_numbers(name):
    chapter, base = CHAPTERS[name], numbers(experiment_of(name, any_study, choice=1), name)
    for changes, answer, rule in branches(name):
        fields = base | changes
        assert chapter.rule(fields) == rule, changes
        assert not chapter.answer or chapter.answer(fields) == answer, changes
        for lang in LANGUAGES:
            assert "{" not in chapter.conclusion(fields, load_texts(lang)[name])


@pytest.mark.parametrize("name", MEASURED)
def test_no_answer_and_no_sentence_is_without_its_numbers(name):
    chapter, captions = CHAPTERS[name], load_texts("en")[name]
    written = set(re.findall(r'"(\w+)"', inspect.getsource(chapter.rule)))
    named = written - numbers(experiment_of(name, any_study, choice=1), name).keys()
    named |= {key for key in captions if key.startswith("errors_")}
    for key in named:
        assert key in captions, f"rule() of {name} names {key!r}, which is no text of it"
    assert {key for *_, rule in branches(name) for key in rule} == named
    if chapter.answer:
        answers = {answer for _, answer, _ in branches(name)}
        assert answers == set(range(len(captions.choices)))


def test_results_are_said_in_two_sentences():
    for lang in LANGUAGES:
        for name in MEASURED:
            text = re.sub(r"\{[^}]*\}|\d\.\d", "", load_texts(lang)[name].measured)
            ends = re.findall(r"[.。](?=\s|\*|$)|[.。](?=[^\s\w])", text)
            assert len(ends) <= 2, f"{name}.measured in {lang}.toml"


def test_sheet():
    wrong = {"one_exam": 25.0, "shuffled_key": 88.0}
    fields = numbers(
        experiment_of("sheet", study(lambda name, e: {"val_wrong": wrong[name[0]]})), "sheet"
    )
    assert (fields["with_key"].val_wrong, fields["no_key"].val_wrong) == (25.0, 88.0)
    assert (fields["epochs"], fields["by_chance"], fields["kept"]) == (50, 90, 13)


def test_first_pass():
    """Batch size 1 is right from the second meeting of a digit on, 10 never, 100 always."""
    key = open_workbook("one_exam").key[:100]
    alike = str(open_workbook("look_alikes").key[open_workbook("look_alikes").exams[0, 0]])

    def learnt(student):
        seen, answers, before = set(), [""] * 100, None
        for question in question_order(student, 0):
            digit = key[question]
            unknown = (digit + 1) % 10 if before is None else before
            answers[question] = str(digit if digit in seen else unknown)
            seen.add(digit)
            before = digit
        return "".join(answers)

    def value(name, epoch):
        size, student, book = name
        if book == "look_alikes":
            wrong = str((int(alike) + 1) % 10)
            return {
                "answers_in_pass": (alike if size == 1 else wrong) * 10,
                "val_answers": alike * 60,
            }
        others = "".join(map(str, (key + (size == 10)) % 10))
        return {"answers_in_pass": learnt(student) if size == 1 else others}

    assert numbers(experiment_of("first_pass", study(value)), "first_pass") == {
        "questions": 100,
        "alike_1": 0,
        "alike_10": 10,
        "first": 100.0,
        "first_100": 0.0,
        "met_before": 90.0,  # all but the very first question
        "last_1": 0.0,
        "last_10": 100.0,
        "last_100": 0.0,
        "digit": alike,
        "same": 60,
    }


def test_update():
    """The means of ten students; the prints are those of the first."""
    deltas = np.zeros((100, HIDDEN_UNITS), np.float32)
    deltas[0, 5] = 0.5  # the first question moves unit 5 most, unit 7 well
    deltas[:10, 7] = [0.25, -0.1] * 5
    deltas[1:10, 9] = [0.4, -0.4, 0.4] * 3  # and unit 9 not at all

    def value(name, epoch):
        size, student = name
        changed = tuple(range(100, 100 + HIDDEN_UNITS))
        steps = Steps(0.1 * student, 0.01 * size, size, 2.0, changed, outside_ink=1)
        return {"deltas": encode_deltas(deltas), "steps": steps}

    experiment = experiment_of("update", study(value))
    fields = numbers(experiment, "update")
    first = question_order(1, 0)[0]
    assert fields["inked"] == (load_exams().mock.questions[0, first] > 0).sum()
    assert fields["changed"] == 107 and fields["outside"] == 10 * 4
    assert fields["agreement"] == pytest.approx(dict.fromkeys((1, 10, 32, 100), 55))
    assert fields["walked"] == {1: 1, 10: 10, 32: 32, 100: 100}
    assert fields["times"] == pytest.approx(0.01)
    assert [row[:2] for row in rows(experiment, "update", load_texts("en"))] == [
        (1, 100),
        (10, 10),
        (32, 4),
        (100, 1),
    ]


def test_batch_sizes():
    def value(name, epoch):
        size, student = name
        wrong = 100 - size // 2 - epoch + student  # the mean of 1 to 10 is 5.5
        return {"wrong": wrong}

    fields = numbers(experiment_of("batch_sizes", study(value), batch_size=7), "batch_sizes")
    assert fields["wrong"] == {1: 85.5, 7: 82.5, 10: 80.5, 32: 69.5, 100: 35.5}
    assert fields["then"] == {1: 104.5, 10: 90.5, 100: -44.5}  # after 1, 10 and 100 passes
    assert (fields["own"], fields["rest"]) == (7, 2) and fields["students"] == 10
    table = rows(experiment_of("batch_sizes", study(value)), "batch_sizes", load_texts("en"))
    assert table[3] == (100, "82,600", 1, "35.5", "90.5")


@pytest.mark.parametrize(
    "microseconds, enough, text",
    [
        ([400, 100, 25, 13, 12, 10, 10], 256, "pays_up_to"),  # 20 % more than the fastest
        ([400, 100, 25, 13, 13, 10, 10], 1000, "pays_up_to"),
        ([400, 100, 50, 40, 30, 20, 10], 2000, "pays_still"),
        ([10, 10, 10, 10, 10, 10, 10], 1, "pays_up_to"),
    ],
)
def test_from_which_batch_size_on_a_question_takes_hardly_less(microseconds, enough, text):
    chapter = chapters.batch_sizes
    times = Experiment(Attempt(chapter.studies_of_times()))
    by_size = dict(zip(chapter.TIMED_SIZES, microseconds, strict=True))
    for timing in times.studies:
        before, after = marks([1.0])
        seconds = by_size[timing.batch_size] / 1e6
        after = dataclasses.replace(after, seconds_per_question=seconds)
        times.marks[timing] = [before, after]
    for lang, units in itertools.product(LANGUAGES, chapter.NETWORKS):
        captions, (name, _) = load_texts(lang).batch_sizes, chapter.NETWORKS[units]
        fields = {"network": captions[name](times=chapter.WIDE), "enough": enough}
        said = captions[text](**fields, gain=by_size[1] / by_size[enough])
        assert chapter.sentence_of_times(times, units, captions) == said


def test_learning_rate():
    """At rates in proportion all end at 25 and are 30 apart on the way; 1 at 0.5 learns nothing."""
    ends = {(1, 0.05): 25.0, (10, 0.05): 25.0, (100, 0.05): 45.0, (1, 0.5): 90.0}

    def value(name, epoch):
        pair, student = name
        before = 40.0 * (epoch == 0)
        return {"val_wrong": ends.get(pair, 25.0) + before + student - 5.5}

    fields = numbers(experiment_of("learning_rate", study(value)), "learning_rate")
    assert fields["same"] == {1: 25, 10: 25, 100: 45} and fields["apart"] == 20
    assert fields["in_proportion"] == {1: 25, 10: 25, 100: 25}
    assert fields["apart_in_proportion"] == 0 and fields["largest"] == 90
    studies = CHAPTERS["learning_rate"].studies(SETTINGS)
    assert {plan.learning_rate / plan.batch_size for plan, _ in studies.values()} >= {0.005, 0.0005}


def first_steps(**losses: float) -> Experiment:
    """The first updates of the learning rate's chapter; a loss of 1 where none is given."""
    rates = chapters.learning_rate.STEP_RATES
    studies = {rate: Study(Plan(100, 1, learning_rate=rate), 1) for rate in rates}
    experiment = Experiment(Attempt(studies))
    for rate in rates:
        first, last = marks([1.0])
        loss = losses.get(f"at_{rate:g}".replace(".", "_"), 1.0)
        experiment.marks[rate] = [first, dataclasses.replace(last, loss=loss)]
    return experiment


def test_the_slope_has_a_landing_for_each_rate_that_is_looked_at():
    chapter, words = chapters.learning_rate, load_texts("en")
    figure = chapter.slope(first_steps(at_0_5=0.75), [0.5], words)
    step = [(row["x"], row["y"]) for row in figure.data.to_pylist() if row["line"] == "0.5"]
    assert step == [(0, 2.0), (0.5, 0.75)]
    slope = [row["x"] for row in figure.data.to_pylist() if row["line"] == "slope"]
    assert slope == [0, *chapter.STEP_RATES]


def test_the_rule_of_the_slope():
    chapter = chapters.learning_rate
    fields = chapter.slope_numbers(first_steps(at_3=0.5, at_10=1.9))
    assert fields["best"] == 3.0 and chapter.slope_rule(fields) == "slope_holds"
    assert chapter.slope_rule(chapter.slope_numbers(first_steps(at_10=2.1))) == "slope_leaps"


def test_repetition():
    wrong = [90, 70, 45, 40, 30, 20, 18, 16, 14, 12, 10, 5, 3, 2, 1, 0]
    value = study(lambda name, epoch: {"wrong": wrong[min(epoch, 15)] + (name[0] == 100)})
    experiment = experiment_of("repetition", value)
    fields = numbers(experiment, "repetition")
    assert fields["first"] == {10: 70, 100: 70} and fields["second"] == {10: 10, 100: 10}
    assert fields["until_none"] == 15
    table = rows(experiment, "repetition", load_texts("en"))
    assert table[0] == (10, 2, 11, 15)
    assert table[1] == (100, 2, 12, "not within 100")


def test_the_bars_of_repetition_and_the_dots_of_a_class():
    wrong = study(lambda name, epoch: {"wrong": max(90 - 8 * epoch, 0), "val_wrong": 25.0})
    experiment = experiment_of("repetition", wrong)
    drawn = chapters.repetition.removed_figure(experiment, load_texts("en")).data.to_pylist()
    bars = [row["y"] for row in drawn if row["style"].startswith("bar_") and not row["label"]]
    assert bars[1::2] == bars[::2] == [40, 40, 10, 0, 0, 0] * 2
    labels = [row["label"] for row in drawn if row["label"]]
    assert labels == ["batch 10", "40.0", "40.0 of 50.0", "batch 100", "40.0", "40.0"]
    value = study(lambda name, epoch: {"val_wrong": 20.0 + name[1] % 3})
    dots = chapters.students.class_figure(experiment_of("students", value), load_texts("en")).data
    places = [(row["x"], row["y"]) for row in dots.to_pylist() if row["style"] == "ball"]
    assert sorted(places) == [(20 + n, 0.5 + m) for n in range(3) for m in range(10)]


def test_students():
    value = study(lambda name, epoch: {"val_wrong": 20.0 + name[1] % 7, "wrong": name[1]})
    fields = numbers(experiment_of("students", value, student=5, batch_size=32), "students")
    assert fields == {
        "epochs": 20,
        "students": 30,
        "batch_size": 32,
        "own": 5,
        "val_wrong_own": 25.0,
        "best": 7,
        "val_wrong_best": 20.0,
        "worst": 6,
        "val_wrong_worst": 26.0,
        "apart": 6.0,
    }


def test_own_exam():
    def value(name, epoch):
        right = {"centred": 3 + epoch // 4, "small": 2}[name[0]]
        answers = (digit if digit < right else 9 - digit for digit in range(10))
        answers = "".join(map(str, answers))
        return {"own_answers": answers, "own_confidence": bytes(50 + int(each) for each in answers)}

    fields = numbers(experiment_of("own_exam", study(value)), "own_exam")
    assert (fields["questions"], fields["right"]) == (10, 8)  # 8 and 9 are called 1 and 0
    assert (fields["first"], fields["wrong"], fields["small"]) == (70.0, 20.0, 80.0)
    assert fields["surest"] == 51
    assert CHAPTERS["own_exam"].studies(SETTINGS._replace(own=None)) == {}
    halls = CHAPTERS["own_exam"].studies(
        SETTINGS._replace(batch_size=100, epochs=5, student=7, is_halls=True)
    )
    plans = {(plan.batch_size, plan.student, epochs) for plan, epochs in halls.values()}
    assert plans == {(10, 1, 20)}, "the wall and every phone watch the same"


def test_twenty_exams():
    def value(name, epoch):
        book, student = name
        better = 14.0 if student != 3 else 30.0
        return {"val_wrong": (better if book == "twenty_exams" else 25.0) + (epoch == 1) * 40}

    early = experiment_of("twenty_exams", study(value))
    early.marks["one_exam", 1], early.marks["twenty_exams", 2] = [], []  # as long as they study
    strip = chapters.twenty_exams.strip(early, load_texts("en")).data.to_pylist()
    lines = {
        row["line"]: [each["x"] for each in strip if each["line"] == row["line"]] for row in strip
    }
    ends = {who: xs for who, xs in lines.items() if who.isdigit()}
    assert ends == {"3": [25, 30]} | {str(who): [25, 14] for who in range(4, 11)}  # with itself
    fields = numbers(experiment_of("twenty_exams", study(value)), "twenty_exams")
    assert (fields["one_exam"], fields["once"]) == (25.0, 65.0)
    assert fields["twenty_exams"] == pytest.approx((9 * 14 + 30) / 10)
    assert (fields["students"], fields["better"], fields["updates"]) == (10, 9, 200)


def test_sureness():
    def value(name, epoch):
        sure = 0.5 + epoch / 100 + (name[0] == "own")
        return {"val_loss": 1 + abs(epoch - 9) / 100, "val_confidence_when_wrong": sure}

    fields = numbers(experiment_of("sureness", study(value)), "sureness")
    assert (fields["best"].epoch, fields["best"].val_confidence_when_wrong) == (
        9,
        pytest.approx(0.59),
    )
    assert (fields["end"].epoch, fields["end"].val_confidence_when_wrong) == (
        40,
        pytest.approx(0.9),
    )
    key = load_exams().unseen.answers[0]
    wrong = "".join(str((digit + 1) % 10) for digit in key)
    right_now = "".join(map(str, key[:50])) + wrong[50:]
    early, last = (
        marks([1.0], val_answers=wrong, val_confidence=bytes([50]) * 100)[1],
        marks([1.0])[1],
    )
    sure = bytes(40 + question // 2 for question in range(100))
    last = dataclasses.replace(early, val_answers=right_now, val_confidence=sure)
    rises = same_mistakes(early, last)
    assert list(rises)[:3] == [98, 99, 96] and rises[98] == 39 and len(rises) == 50


def test_pianist():
    """On the first unseen exam, all fives and above are wrong after 50 more repeats."""
    key = "".join(map(str, load_exams().unseen.answers[0]))
    forgot = "".join(digit if digit < "5" else "0" for digit in key)

    def value(name, epoch):
        if name[0] == "signs":
            return {"wrong": 50 - 10 * min(epoch, 5), "val_wrong": 40, "val_loss": abs(epoch - 7)}
        rise = 0.1 if name[0] == "pianist" else 0.5
        answers = key if epoch < 150 else forgot
        known = {"val_answers": answers, "wrong": 4 if epoch < 200 else 0}
        return known | {"val_wrong": 10 + rise * max(epoch - 100, 0)}

    fields = numbers(experiment_of("pianist", study(value)), "pianist")
    assert (fields["before"].epoch, fields["after"].epoch) == (0, 100)
    assert (fields["before"].val_wrong, fields["after"].val_wrong) == pytest.approx((10, 20))
    assert fields["rise"] == pytest.approx(10) and fields["low_after"].val_wrong == pytest.approx(
        60
    )
    assert (fields["before"].wrong, fields["after"].wrong) == (4, 0)
    digits = [
        fields[f"{part}_digits_{when}"] for part in ("low", "high") for when in ("before", "after")
    ]
    assert digits == [0, 0, 0, 100]
    assert (fields["gap_at"], fields["rise_at"]) == (
        4,
        7,
    )  # at 3, half as many are wrong, not fewer


def test_final_exam():
    """The unseen exams advise to stop at 12; the final exams are worse there for one student."""

    def value(name, epoch):
        exams, student = name
        if exams == "unseen":
            return {"val_loss": 1 + abs(epoch - 12) / 10}
        worse = 3 if student == 1 and epoch == 12 else 0
        return {"val_wrong": 20.0 + (epoch == 40) + worse, "val_loss": 0.5 + epoch / 100}

    fields = numbers(experiment_of("final_exam", study(value), choice=5), "final_exam")
    stops = [fields[stop] for stop in ("own", "automatic", "last")]
    assert [stop.val_wrong for stop in stops] == pytest.approx([20.0, 20.3, 21.0])
    assert [stop.val_loss for stop in stops] == pytest.approx([0.55, 0.62, 0.9])
    assert fields["loss_more"] == pytest.approx(-0.07)
    assert [fields[name] for name in ("stop", "first_stop", "last_stop", "attempt")] == [
        5,
        12,
        12,
        1,
    ]
    never = study(lambda name, epoch: {"val_loss": 1 / (epoch + 1)})
    assert numbers(experiment_of("final_exam", never, choice=5), "final_exam")["first_stop"] == 40


def test_misprints():
    """Every student has its lowest loss at another pass, 21 to 30."""

    def value(name, epoch):
        misprints, student = name
        loss = 1 + abs(epoch - 20 - student) / 100
        return {"val_wrong": 25.0 + misprints + epoch / 10, "wrong": 0, "val_loss": loss}

    fields = numbers(experiment_of("misprints", study(value), misprints=11), "misprints")
    assert (fields["misprints"], fields["end"].val_wrong, fields["without"].val_wrong) == (
        11,
        42,
        31,
    )
    assert (fields["stopped"], fields["more"]) == pytest.approx((38.55, 11))
    table = rows(experiment_of("misprints", study(value)), "misprints", load_texts("en"))
    assert table[1] == (10, "0.0", "37.5", "41.0")


def test_a_mean_is_taken_pass_by_pass():
    low, high = marks([1.0, 0.5]), marks([2.0, 1.5])
    assert [mean.val_loss for mean in mean_marks([low, high])] == [2.3, 1.5, 1.0]
    assert mean_marks([]) == []
