"""What the lesson says without measuring it on the spot: held against measurements here."""

import re

import pytest

from exam.lesson import CHAPTERS
from exam.model.exams import QUESTIONS
from exam.model.plan import LEARNING_RATE
from exam.model.training import study
from exam.model.workbooks import PASSES_TO_KNOW_TWENTY
from exam.page.texts import LANGUAGES, load_texts
from tests.test_texts import texts_of

STUDENTS = (1, 8, 15, 22, 29)  # a few of those that a learner can choose; all 30 were tried


def constants_of(module) -> set[float]:
    """The numbers by which a chapter's experiment is made, and those of the exams themselves."""
    found = {QUESTIONS, PASSES_TO_KNOW_TWENTY, LEARNING_RATE, 1, 10}
    for name, value in vars(module).items():
        if name.isupper():
            values = value if isinstance(value, (tuple, range, dict)) else (value,)
            found |= {len(values), *(each for each in values if isinstance(each, int | float))}
    return found


# Numbers of the lesson's own examples, with where they come from.
SPOKEN = {
    "repetition": {1, 2},  # "one or two more points"
    "twenty_exams": {20},  # the lesson's twenty exams
    "pianist": {0, 4, 5, 9, 20},
    "questions": {4, 32, 200, 3, 2, 5, 7, 8, 9},  # 32+32+32+4, chapters
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", CHAPTERS)
def test_numbers_in_the_texts_are_those_of_the_experiment(name, lang):
    known = constants_of(CHAPTERS[name]) | SPOKEN.get(name, set())
    for key, text in texts_of(getattr(load_texts(lang), name)).items():
        bare = re.sub(r"\{[^}]*\}", "", text)
        numbers = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", bare)}
        assert numbers <= known, f"{key}: {numbers - known}"


@pytest.mark.parametrize("student", STUDENTS)
def test_what_the_rules_say_holds_for_every_student(student):
    ten = study(batch_size=10, epochs=200, student=student)
    one = study(batch_size=1, epochs=60, student=student)
    hundred = study(batch_size=100, epochs=20, student=student)

    shuffled = study(batch_size=10, epochs=50, student=student, workbook="shuffled_key")
    assert shuffled[-1].val_wrong > 80 and shuffled[-1].wrong < 15  # by heart, no more

    assert one[20].wrong < hundred[20].wrong - 10

    first, second = ten[0].wrong - ten[5].wrong, ten[5].wrong - ten[10].wrong
    assert second < first / 4

    for marks in (one, ten):  # surer of mistakes, not more of them
        best = min(marks[1:], key=lambda mark: mark.val_loss)
        assert marks[-1].val_loss > best.val_loss
        assert marks[-1].val_sure_when_wrong > best.val_sure_when_wrong + 0.04
        assert marks[-1].val_wrong == pytest.approx(best.val_wrong, abs=2.5)

    misprinted = [
        study(batch_size=10, epochs=60, student=student, misprints=misprints)[-1]
        for misprints in (0, 10, 20, 30)
    ]
    assert [mark.wrong for mark in misprinted] == pytest.approx([0] * 4, abs=1)
    errors = [mark.val_wrong for mark in misprinted]
    assert errors == sorted(errors) and errors[-1] > errors[0] + 15
