"""Runs: what is drawn when, what is said of it, and what the CSV holds. No training."""

import csv
import dataclasses
import io
import math

import pytest

from exam.charts import HIGHEST_LOSS, study_spec, study_table
from exam.model.results import CSV_COLUMNS, Epoch, to_csv
from exam.runs import Run, begin
from exam.sentences import progress, standing, warning
from exam.studies import View
from exam.texts import LANGUAGES, load_texts


def marks(val_losses: list[float], updates: int = 10) -> list[Epoch]:
    """A scripted study whose practised loss falls all the time; epoch 0 first."""
    return [
        Epoch(n, n * updates, 90 - n, 95.5 - n, 2 / (n + 1), val_loss, n / 100, "0" * 100)
        for n, val_loss in enumerate([2.3, *val_losses])
    ]


def drawn(run: Run, known: list[Epoch]) -> list[int]:
    """How many marks are on the screen, frame after frame."""
    frames = []
    while run.is_drawing:
        assert run.advance(known)
        frames.append(len(run.marks))
    return frames


@pytest.mark.parametrize("epochs", range(1, 201))
def test_every_study_takes_two_to_five_seconds_on_the_screen(epochs):
    run = Run(10, epochs, 1)
    frames = drawn(run, marks([1.0] * epochs))
    assert frames[-1] == epochs + 1 and run.is_complete
    assert frames == sorted(set(frames))
    assert 1.9 <= (len(frames) - 1) * run.seconds_per_frame <= 5.6


def test_short_studies_are_drawn_epoch_by_epoch():
    assert drawn(Run(10, 20, 1), marks([1.0] * 20)) == list(range(1, 22))


@pytest.mark.parametrize("epochs", [1, 20, 60, 200])
def test_where_drawing_is_slow_there_are_fewer_frames_and_not_more_time(epochs):
    run = Run(10, epochs, 1, frame_rest=0.64)
    frames = drawn(run, marks([1.0] * epochs))
    assert frames[-1] == epochs + 1 and len(frames) <= 9
    assert 1.2 <= (len(frames) - 1) * run.seconds_per_frame <= 5.7


def test_nothing_is_drawn_before_it_was_computed():
    run, known = Run(10, 200, 1), marks([1.0] * 200)
    for computed in (0, 1, 1, 2, 90, 90):
        run.advance(known[:computed])
        assert len(run.marks) <= computed and run.is_drawing


def test_the_rest_at_once():
    run = Run(10, 200, 1)
    run.advance(marks([1.0] * 200))
    run.is_hurried = True
    assert drawn(run, marks([1.0] * 200)) == [201]


def test_up_to_three_earlier_runs_stay_and_the_same_one_is_replaced():
    runs: list[Run] = []
    for batch_size in (1, 10, 32, 100, 7, 10):
        runs = begin(runs, Run(batch_size, 20, 1))
        runs[-1].marks = marks([1.0])
    assert [run.batch_size for run in runs] == [32, 100, 7, 10]
    assert [run.batch_size for run in begin(runs, Run(7, 20, 1))] == [32, 100, 10, 7]


def test_a_run_of_which_nothing_was_drawn_leaves_nothing():
    assert len(begin([Run(1, 20, 1)], Run(10, 20, 1))) == 1


def finished(val_losses: list[float]) -> Run:
    run = Run(10, len(val_losses), 1)
    run.is_hurried = True
    run.advance(marks(val_losses))
    return run


RISING = [1.0, 0.8, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_warning_says_its_numbers(lang):
    text = warning(finished(RISING), load_texts(lang))
    for number in ("3", "0.700", "0.750", "0.500 → 0.222", "87 → 82", "92.5 → 87.5"):
        assert number in text, number


def test_the_warning_comes_at_the_epoch_at_which_it_is_due():
    run, known = Run(10, 8, 1), marks(RISING)
    due = []
    while run.is_drawing:
        run.advance(known)
        due.append(run.best_epoch)
    assert due == [None] * 8 + [3]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_warning_claims_flat_errors_only_where_they_are(lang):
    say, run = load_texts(lang), finished(RISING)
    assert say.warning_errors_flat(val_wrong_best=92.5, val_wrong=87.5) in warning(run, say)
    run.marks[-1] = dataclasses.replace(run.marks[-1], val_wrong=95.0)
    assert say.warning_errors_risen(val_wrong_best=92.5, val_wrong=95.0) in warning(run, say)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_warning_that_did_not_last_is_taken_back(lang):
    text = warning(finished([*RISING, 0.6, 0.65]), load_texts(lang))
    assert "0.700" in text and "9" in text and "0.600" in text
    assert text.startswith(load_texts(lang).recovered[:10])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_line_beneath_the_chart(lang):
    say = load_texts(lang)
    assert standing(None, say) == say.ready
    for number in ("90 → 82", "87.5", "80", "0.08"):
        assert number in standing(finished(RISING), say)
    stopped = Run(10, 20, 1)
    assert standing(stopped, say) == say.queued
    stopped.advance(marks([1.0]))
    assert standing(stopped, say) == say.drawing(epoch=0, epochs=20, seconds=0.0)
    stopped.is_drawing = False
    assert standing(stopped, say) == say.stopped(epoch=0, epochs=20)
    for trouble in ("exams", "keras", "worker"):
        stopped.trouble = trouble
        assert standing(stopped, say) == getattr(say, f"trouble_{trouble}")


def test_progress_is_honest_about_waiting():
    say = load_texts("en")
    run = Run(10, 20, 1)
    loading = View(epochs=[], loading_seconds=4.9, was_interrupted=False, trouble="")
    assert "4 s" in progress(run, loading, waited_seconds=0.0, say=say)
    interrupted = loading._replace(was_interrupted=True)
    assert progress(run, interrupted, waited_seconds=0.0, say=say).startswith(say.interrupted)
    ready = loading._replace(loading_seconds=None)
    assert progress(run, ready, waited_seconds=0.0, say=say) == say.queued
    known = marks([1.0])
    run.advance(known)
    run.advance(known)
    drawing = say.drawing(epoch=1, epochs=20, seconds=0.01)
    for view in (ready, loading):  # what is computed is drawn first
        more = view._replace(epochs=marks([1.0] * 5))
        assert progress(run, more, waited_seconds=9.0, say=say) == drawing
    behind = ready._replace(epochs=known)
    queue = behind._replace(ahead=3)
    assert progress(run, queue, waited_seconds=1.5, say=say).startswith("3 other studies come")
    assert progress(run, behind, waited_seconds=0.5, say=say) == drawing
    assert progress(run, behind, waited_seconds=1.5, say=say) == say.queued


def test_trouble_is_said_whatever_else_is_going_on():
    say = load_texts("ko")
    run = Run(10, 20, 1, trouble="exams")
    run.advance([])
    view = View(epochs=[], loading_seconds=3.0, was_interrupted=True, trouble="exams")
    assert progress(run, view, waited_seconds=9.0, say=say) == say.trouble_exams


def test_what_was_drawn_stays_when_the_classroom_begins_anew():
    run = Run(10, 20, 1)
    run.advance(marks([1.0]))
    run.advance(marks([1.0]))
    before = run.marks
    assert not run.advance([]) and not run.advance(marks([])) and run.marks is before


def test_csv():
    table = list(csv.reader(io.StringIO(to_csv(marks(RISING)))))
    assert ",".join(table[0]) == "epoch,updates,wrong,val_wrong,loss,val_loss,seconds"
    assert tuple(table[0]) == CSV_COLUMNS
    assert len(table) == 10
    assert table[-1] == ["8", "80", "82", "87.5", repr(2 / 9), "0.75", "0.08"]


def test_the_table_of_the_chart():
    earlier, now = finished([1.0] * 200), finished(RISING)
    rows = study_table([earlier, now], load_texts("en")).to_pylist()
    assert len(rows) == 2 * (201 + 9)
    (labelled,) = (row for row in rows if row["label"])
    assert labelled["label"] == "batch 10" and labelled["epoch"] < 8  # on the axis of the last run
    assert {row["best"] for row in rows if row["run"] == "now"} == {3}
    last = [row for row in rows if row["run"] == "now" and row["epoch"] == 8]
    assert [(row["series"], row["wrong"]) for row in last] == [("practised", 82), ("unseen", 87.5)]
    assert study_table([], load_texts("en")).num_rows == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_chart_has_two_panels_over_one_axis_of_planned_epochs(lang):
    say = load_texts(lang)
    spec = study_spec(lang, 77)
    assert spec["params"] == [{"name": "epochs", "value": 77}]
    upper, lower = spec["vconcat"]
    for panel, title, highest in ((upper, say.wrong, 100), (lower, say.loss, HIGHEST_LOSS)):
        encodings = [layer["encoding"] for layer in panel["layer"]]
        domains = [e["x"]["scale"]["domain"] for e in encodings if "x" in e]
        assert all(domain == [0, {"expr": "epochs"}] for domain in domains)
        assert encodings[0]["y"]["title"] == title
        assert encodings[0]["y"]["scale"]["domain"] == [0, highest]


def test_no_student_begins_above_the_chart():
    from exam.model.training import study

    highest = max(
        max(mark.loss, mark.val_loss)
        for student in range(1, 31)
        for mark in study(batch_size=100, epochs=1, student=student)
    )
    assert highest < HIGHEST_LOSS and not math.isnan(highest)
