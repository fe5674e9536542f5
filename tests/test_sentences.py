"""What the page says of a run, the table of the visit's runs, and the CSV. No training."""

import csv
import io
from dataclasses import replace

from exam.model.results import CSV_COLUMNS, to_csv
from exam.page.controls import updates_sum
from exam.page.sentences import runs_rows, waiting, warnings
from exam.page.texts import LANGUAGES, load_texts
from exam.page.training_run import TrainingRun, with_run
from exam.service.job import Progress
from tests.scripted import marks

RISING = [1.0, 0.8, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75]
PROGRESS = Progress(marks=[], loading_seconds=None, failure="")


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
        assert getattr(words, key)(best=study[3], now=study[8]) in warning.text


def test_a_warning_that_did_not_last_is_taken_back_from_that_pass_on():
    words = load_texts("en")
    first, second = warnings(marks([*RISING, 0.72, 0.6, 0.65]), words)
    assert (first.start, first.end, second.start, second.end) == (8, 10, 10, 12)
    assert second.text.startswith("**A passing sign") and "0.700" in second.text
    again = list(warnings(marks([*RISING, 0.72, 0.6, 0.65, 0.66, 0.66, 0.66, 0.66]), words))
    assert [(each.start, each.end) for each in again] == [(8, 10), (10, 15), (15, 16)]
    assert "pass 10" in again[2].text and "0.600" in again[2].text  # the lowest so far


def test_why_nothing_comes():
    words = load_texts("en")

    def said(progress: Progress, waited_seconds: float, ahead: int = 0) -> str:
        return waiting(progress, waited_seconds, ahead, words)

    assert said(PROGRESS, 0.5) == ""
    assert said(PROGRESS, 1.5) == words.queued
    assert "3 other studies" in said(PROGRESS, 1.5, ahead=3)
    loading = PROGRESS._replace(loading_seconds=4.9)
    assert "4 s" in said(loading, 0.0)
    assert said(PROGRESS._replace(loading_seconds=0.5), 0.0) == ""  # a dead worker
    for failure in ("exams", "keras", "worker"):
        told = said(loading._replace(failure=failure), 9.0)
        assert told == getattr(words, f"failure_{failure}")


def test_up_to_three_earlier_runs_stay_and_the_same_one_is_replaced():
    runs: list[TrainingRun] = []
    for batch_size in (1, 10, 32, 100, 7, 10):
        runs = with_run(runs, TrainingRun(batch_size, 20, 1))
    assert [run.batch_size for run in runs] == [32, 100, 7, 10]
    assert [run.batch_size for run in with_run(runs, TrainingRun(7, 20, 1))] == [32, 100, 10, 7]


def test_the_table_of_runs():
    runs = [TrainingRun(10, 8, 1), TrainingRun(1, 8, 2), TrainingRun(1, 8, 3)]
    studies = [marks(RISING), marks(RISING, 100), marks(RISING)[:1]]  # of the last, no pass yet
    rows = list(runs_rows(zip(runs, studies, strict=True)))
    assert rows == [(10, 8, 1, "80", 82, "93.5", 3), (1, 8, 2, "800", 82, "93.5", 3)]


def test_csv():
    table = list(csv.reader(io.StringIO(to_csv(marks(RISING)))))
    assert ",".join(table[0]) == "epoch,updates,wrong,val_wrong,loss,val_loss,seconds"
    assert tuple(table[0]) == CSV_COLUMNS and len(table) == 10
    assert table[-1] == ["8", "80", "82", "93.5", repr(2 / 9), "0.75", "0.08"]


def test_the_sum_of_updates():
    words = load_texts("en")
    said = updates_sum(32, 20, words)
    assert "32+32+32+4" in said and "4 updates" in said and "**80**" in said
    assert "1 update**" in updates_sum(100, 20, words)
