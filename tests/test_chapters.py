"""What each chapter says of what it measured: its arithmetic, on marks by a script.

Every chapter with an experiment has a test of its numbers here, called `test_` and its name.
"""

import dataclasses
from collections.abc import Callable

import pytest

from exam.lesson import CHAPTERS, ORDER
from exam.lesson.batch_sizes import seconds
from exam.lesson.misprints import learnt_last
from exam.lesson.sureness import surer_mistakes
from exam.model.exams import load_exams
from exam.model.results import Epoch
from exam.model.workbooks import misprinted_questions, open_workbook, question_order
from exam.page.texts import LANGUAGES, load_texts
from exam.service.experiment import Outcome
from tests.scripted import SETTINGS, any_study, marks, outcome

MEASURED = [name for name in ORDER if CHAPTERS[name].plans]


def numbers(found: Outcome, name: str) -> dict:
    return CHAPTERS[name].numbers(found)


def study(value: Callable[[object, int], dict]) -> Callable[[object, int], list[Epoch]]:
    """Marks with the fields that `value` gives for the study and the epoch."""

    def made(key: object, passes: int) -> list[Epoch]:
        return [
            dataclasses.replace(mark, **value(key, mark.epoch)) for mark in any_study(key, passes)
        ]

    return made


@pytest.mark.parametrize("name", MEASURED)
def test_it_has_a_test_of_its_numbers(name):
    assert callable(globals().get(f"test_{name}")), f"write test_{name}(), which holds its numbers"


@pytest.mark.parametrize("name", MEASURED)
def test_its_texts_and_figures_hold_from_nothing_to_the_end(name):
    """In every language; a text that is missing, or a field that it lacks, is named."""
    chapter = CHAPTERS[name]
    for lang in LANGUAGES:
        words = load_texts(lang)
        say = getattr(words, name)
        needed = ["title", "story", "question", "press", "measured", "rule"]
        needed += ["own", "stopped_at"] if chapter.passes else ["choices"]
        needed += ["columns"] if chapter.rows else []
        needed += ["option_label", *chapter.options.values()] if chapter.options else []
        for text in needed:
            getattr(say, text)  # raises with the name of the text and its place
        for option in chapter.options or [""]:
            whole = outcome(name, any_study, choice=1)
            begun = outcome(name, lambda key, passes: any_study(key, passes)[:2], choice=1)
            empty = outcome(name, lambda key, passes: [], choice=1)
            for found in (empty, begun, whole):
                found.option = option
                for figure in chapter.figures(found, words):
                    assert figure.alt and figure.spec["data"] == {"name": "source"}
        said = say.measured(**chapter.numbers(whole))
        assert "{" not in said and "nan" not in said
        if chapter.rows:
            for row in chapter.rows(whole, words):
                assert len(row) == len(say.columns)


def test_sheet():
    wrong = {"one_exam": 25.0, "shuffled_key": 88.0}
    found = numbers(outcome("sheet", study(lambda book, e: {"val_wrong": wrong[book]})), "sheet")
    assert (found["with_key"].val_wrong, found["no_key"].val_wrong) == (25.0, 88.0)
    assert (found["epochs"], found["by_chance"]) == (50, 90)


def test_first_pass():
    """Batch size 1 is right from the second meeting of a digit on, 10 never, 100 always."""
    key = open_workbook("one_exam").key[:100]
    seen, learnt = set(), [""] * 100
    for question in question_order(1, 0):
        learnt[question] = str(key[question] if key[question] in seen else (key[question] + 1) % 10)
        seen.add(key[question])
    alike = str(open_workbook("look_alikes").key[open_workbook("look_alikes").exams[0, 0]])

    def solved(name, epoch):
        size, student, book = name
        if book == "look_alikes":
            return {
                "solved": alike * 10 if size == 1 else "x".replace("x", str(int(alike) ^ 1)) * 10
            }
        return {"solved": "".join(learnt if size == 1 else map(str, (key + (size == 10)) % 10))}

    plans = {n: p for n, p in CHAPTERS["first_pass"].plans(SETTINGS).items() if n[1] == 1}
    found = outcome("first_pass", study(solved))
    found.marks = {name: found.marks[name] for name in plans}  # of student 1 alone
    assert numbers(found, "first_pass") == {
        "alike_1": 0,
        "alike_10": 10,
        "first": 100.0,
        "last_1": 0.0,
        "last_10": 100.0,
        "last_100": 0.0,
    }


def test_batch_sizes():
    def value(size, epoch):
        return {
            "wrong": 100 - size // 2 - epoch,
            "seconds": 0.5 * epoch if size == 1 else 0.1 * epoch,
        }

    found = numbers(outcome("batch_sizes", study(value), batch_size=7), "batch_sizes")
    assert {size: mark.wrong for size, mark in found["end"].items()} == {
        1: 80,
        7: 77,
        10: 75,
        32: 64,
        100: 30,
    }
    assert (found["then"].epoch, found["then"].wrong) == (2, 93)
    assert found["times"] == pytest.approx(5)
    disturbed = marks([1.0] * 20)
    disturbed[5:] = [dataclasses.replace(m, seconds=m.seconds + 9) for m in disturbed[5:]]
    assert seconds(disturbed) == pytest.approx(0.2)  # by the median of the passes


def test_repetition():
    wrong = [90, 70, 45, 40, 30, 20, 18, 16, 14, 12, 10, 5, 3, 2, 1, 0]
    value = study(lambda size, epoch: {"wrong": wrong[min(epoch, 15)]})
    found = outcome("repetition", value)
    assert numbers(found, "repetition") == {
        "batch_size": 10,
        "block": 5,
        "first": 70,
        "second": 10,
        "until_half": 2,
        "until_none": 15,
    }
    assert list(CHAPTERS["repetition"].rows(found, load_texts("en")))[0] == (1, 2, 11, 15)
    never = outcome("repetition", study(lambda size, epoch: {"wrong": 7}))
    row = list(CHAPTERS["repetition"].rows(never, load_texts("en")))[0]
    assert row == (1, 0, "not within 200", "not within 200")


def test_students():
    value = study(lambda name, epoch: {"val_wrong": 20.0 + name[1] % 7, "wrong": name[1]})
    found = numbers(outcome("students", value, student=5, batch_size=32), "students")
    assert found == {
        "epochs": 20,
        "students": 30,
        "batch_size": 32,
        "fewest": 1,
        "most": 30,
        "own": 5,
        "val_wrong_own": 25.0,
        "best": 7,
        "val_wrong_best": 20.0,
        "worst": 6,
        "val_wrong_worst": 26.0,
    }


def test_twenty_exams():
    def value(name, epoch):
        book, student = name
        better = 14.0 if student != 3 else 30.0
        return {"val_wrong": (better if book == "twenty_exams" else 25.0) + (epoch == 1) * 40}

    found = numbers(outcome("twenty_exams", study(value)), "twenty_exams")
    assert (found["one_exam"], found["once"]) == (25.0, 65.0)
    assert found["twenty_exams"] == pytest.approx((9 * 14 + 30) / 10)
    assert (found["students"], found["better"], found["updates"]) == (10, 9, 200)


def test_sureness():
    value = study(lambda size, epoch: {"val_loss": 1 + abs(epoch - size) / 100})
    found = numbers(outcome("sureness", value), "sureness")
    assert {size: mark.epoch for size, mark in found["best"].items()} == {1: 1, 10: 10}
    assert {mark.epoch for mark in found["end"].values()} == {200}
    key = load_exams().unseen.answers[0]
    wrong = "".join(str((digit + 1) % 10) for digit in key)
    right_now = "".join(map(str, key[:50])) + wrong[50:]
    early, last = marks([1.0], val_answers=wrong, val_sure="50" * 100)[1:], marks([1.0])[1]
    sure = "".join(f"{40 + question // 2}" for question in range(100))
    last = dataclasses.replace(last, val_answers=right_now, val_sure=sure)
    assert surer_mistakes([*early, last], 0)[:3] == [98, 99, 96]


def test_pianist():
    def value(name, epoch):
        rise = 0.1 if name[0] == "pianist" else 0.5
        return {"val_wrong": 10 + rise * max(epoch - 100, 0), "wrong": 4 if epoch < 200 else 0}

    found = numbers(outcome("pianist", study(value)), "pianist")
    assert (found["before"].epoch, found["after"].epoch) == (0, 100)
    assert (found["before"].val_wrong, found["after"].val_wrong) == pytest.approx((10, 20))
    assert (found["low_then"].val_wrong, found["low_after"].val_wrong) == pytest.approx((12.5, 60))
    assert (found["before"].wrong, found["after"].wrong) == (4, 0)


def test_final_exam():
    """The unseen exams say stop at 12; the final exams are worse there for one student."""

    def value(name, epoch):
        exams, student = name
        if exams == "unseen":
            return {"val_loss": 1 + abs(epoch - 12) / 10}
        worse = 3 if student == 1 and epoch == 12 else 0
        return {"val_wrong": 20.0 + (epoch == 40) + worse, "val_loss": 0.5 + epoch / 100}

    found = numbers(outcome("final_exam", study(value), choice=5), "final_exam")
    assert found["wrong"] == pytest.approx({"own": 20.0, "automatic": 20.3, "last": 21.0})
    assert found["loss"] == pytest.approx({"own": 0.55, "automatic": 0.62, "last": 0.9})
    assert [found[name] for name in ("fewer_wrong", "more_wrong", "lower_loss")] == [9, 1, 10]


def test_misprints():
    own = 11
    key = open_workbook("one_exam", own).key[:100]
    printed = "".join(map(str, key))
    misprinted = misprinted_questions(own).tolist()
    others = [question for question in range(100) if question not in misprinted]
    wrong = {*misprinted[:8], *others[:3]}

    def value(misprints, epoch):
        late = [str((int(d) + 1) % 10) if q in wrong else d for q, d in enumerate(printed)]
        answers = "".join(late) if epoch < 50 else printed
        return {"answers": answers, "val_wrong": 25.0 + misprints, "wrong": 0}

    found = numbers(outcome("misprints", study(value), misprints=own), "misprints")
    assert (found["misprints"], found["end"].val_wrong, found["without"].val_wrong) == (11, 36, 25)
    assert found["found"] == 8
    assert (
        set(learnt_last(outcome("misprints", study(value), misprints=own).marks[own], key)[:11])
        == wrong
    )
