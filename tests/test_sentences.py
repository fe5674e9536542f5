"""What the page says of a run, the table of the visit's runs, and the CSV. No training."""

import csv
import io
from dataclasses import replace

from exam.model.plan import Plan, Study
from exam.model.results import CSV_COLUMNS, to_csv
from exam.page.sentences import delay_sentence, rows_of_studies, study_labels, warnings
from exam.service.job import Progress
from exam.texts import LANGUAGES, load_texts
from tests.scripted import marks

RISING = [1.0, 0.8, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75]


def test_the_warning_belongs_to_the_passes_that_show_it():
    for lang in LANGUAGES:
        words = load_texts(lang)
        (warning,) = warnings(marks(RISING), words)
        assert (warning.start, warning.end) == (8, 9)
        assert "3" in warning.text and "0.700" in warning.text and "0.750" in warning.text
        assert "#chapter-final_exam" in warning.text  # what helps
        assert list(warnings(marks(RISING[:-1]), words)) == []


def test_the_warning_says_what_became_of_the_errors():
    words = load_texts("en")
    for change, key in ((0.5, "errors_rose"), (0.4, "errors_same"), (-0.5, "errors_fell")):
        study = [replace(m, val_wrong=25 + change * (m.epoch > 3)) for m in marks(RISING)]
        (warning,) = warnings(study, words)
        assert words[key](best=study[3], now=study[8]) in warning.text


def test_a_warning_that_did_not_last_is_taken_back_from_that_pass_on():
    words = load_texts("en")
    first, second = warnings(marks([*RISING, 0.72, 0.6, 0.65]), words)
    assert (first.start, first.end, second.start, second.end) == (8, 10, 10, 12)
    assert second.text.startswith("**A passing sign") and "0.700" in second.text
    again = list(warnings(marks([*RISING, 0.72, 0.6, 0.65, 0.66, 0.66, 0.66, 0.66]), words))
    assert [(each.start, each.end) for each in again] == [(8, 10), (10, 15), (15, 16)]
    assert "pass 10" in again[2].text and "0.600" in again[2].text  # the lowest so far


def test_why_a_study_is_delayed():
    texts = load_texts("en")
    assert delay_sentence(Progress([], silent_seconds=0.5), texts) == ""
    assert delay_sentence(Progress([], silent_seconds=1.5), texts) == texts.queued
    queued = Progress([], ahead=3, silent_seconds=1.5)
    assert "3 other studies" in delay_sentence(queued, texts)
    loading = Progress([], loading_seconds=4.9)
    assert "4 s" in delay_sentence(loading, texts)
    assert delay_sentence(Progress([], loading_seconds=0.5), texts) == ""  # a dead worker
    for failure in ("exams", "keras", "worker"):
        failed = loading._replace(failure=failure)
        assert delay_sentence(failed, texts) == texts.failure[failure]


def test_the_table_of_studies():
    studies = [Study(Plan(size, student), 8) for size, student in ((10, 1), (1, 2), (1, 3))]
    all_marks = [marks(RISING), marks(RISING, 100), marks(RISING)[:1]]  # the last has no pass yet
    rows = list(rows_of_studies(zip(studies, all_marks, strict=True)))
    assert rows == [(10, 8, 1, "80", 82, "93.5", 3), (1, 8, 2, "800", 82, "93.5", 3)]


def test_studies_are_named_by_what_tells_them_apart():
    words = load_texts("en")
    for settings, labels in {
        ((1, 1, 20), (10, 1, 20)): ["batch 1", "batch 10"],
        ((1, 1, 20), (1, 1, 40), (1, 2, 1)): [
            "20 epochs · student 1",
            "40 epochs · student 1",
            "1 epoch · student 2",
        ],
        ((32, 4, 10),): ["batch 32"],
    }.items():
        studies = [Study(Plan(size, student), epochs) for size, student, epochs in settings]
        assert study_labels(studies, words) == labels


def test_csv():
    table = list(csv.reader(io.StringIO(to_csv(marks(RISING)))))
    assert ",".join(table[0]) == "epoch,updates,wrong,val_wrong,loss,val_loss,seconds"
    assert tuple(table[0]) == CSV_COLUMNS and len(table) == 10
    assert table[-1] == ["8", "80", "82", "93.5", repr(2 / 9), "0.75", "0.08"]
