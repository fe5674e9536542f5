"""When to stop: the learner chooses a pass, then the final exam is opened."""

from collections.abc import Sequence
from functools import partial
from statistics import fmean, median_low

import streamlit as st

from exam.charts.lines import Look, Rows, line, lines_figure, mean_and_students, stacks
from exam.lesson.blocks import Chart, PassSlider, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.overfitting import PATIENCE, warned_overfittings
from exam.model.plan import FINAL, UNSEEN, Plan, Study
from exam.model.results import Mark, mean_marks
from exam.page.sentences import change_of_errors

BATCH_SIZE, EPOCHS = 1, 40
Y_DOMAINS = {"val_wrong": (20, 60), "val_loss": (0.6, 1.6)}  # where the students differ
NEAR_DOMAINS = {"val_wrong": (20, 32), "val_loss": (0.7, 1.1)}
HIGHER = 0.02  # a stop whose loss is this much above the automatic stop's is early or late
FORMATS = {"val_wrong": ".1f", "val_loss": ".3f"}
AXIS_FORMATS = {"val_wrong": ",d", "val_loss": ".2f"}
LOOK = ("unseen", "dashed")


def studies(settings: Settings) -> Studies:
    """By the exams on which the student is marked (UNSEEN or FINAL), and student."""
    return {
        (exams, student): Study(Plan(BATCH_SIZE, student, marked_on=exams), EPOCHS)
        for student in TEN
        for exams in (UNSEEN, FINAL)
    }


def show_unseen_loss(view: ChapterView) -> Experiment | None:
    """The loss on unseen exams by which the learner is to stop, with the stop on the curve.

    Once the final exams are open, it also has where the automatic stop was.
    """
    captions = view.captions
    unseen = view.without_guess(
        {(UNSEEN, student): Study(Plan(BATCH_SIZE, student), EPOCHS) for student in TEN}
    )
    label = captions.mean(students=len(TEN))
    lines = [mean_and_students(unseen.of(UNSEEN), "val_loss", LOOK, label)]
    if not view.visit.is_projected:
        chosen = st.session_state.get(QUESTION.key(CHAPTER.name), QUESTION.middle)
        stop = (view.experiment and view.experiment.attempt.guess) or chosen
        lines.append(_stop_line(stop, Y_DOMAINS["val_loss"], captions.stopped_at(epoch=stop)))
    if view.numbers:
        at, domain = median_low(automatic_stops(view.complete_experiment)), Y_DOMAINS["val_loss"]
        lines.append(_stop_line(at, domain, captions.automatic, ("ink", "dotted")))
    lines += stacks(view.rounds, Y_DOMAINS["val_loss"])
    view.show_figure(
        lines_figure(
            lines,
            captions.practice_alt,
            view.texts.passes,
            view.texts.loss,
            x_domain=(0, EPOCHS),
            y_domain=Y_DOMAINS["val_loss"],
            label_width=130,
            height=200,
        )
    )
    return unseen


def _stop_line(
    at: float, ends: tuple[float, float], label: str, look: Look = ("ink", "solid")
) -> Rows:
    points = [(at, end) for end in ends]
    if look == ("ink", "dotted"):  # its name stands below the other's, above the axis' numbers
        return line(label, points, look, label=label, label_at=0, side="above")
    return line(label, points, look, label=label)


def strip(field: str, experiment: Experiment, texts: Texts) -> Figure:
    """One field of the marks on the final exams, at each stop: every student, and their mean."""
    captions, lines = texts.final_exam, []
    stops = stops_of(experiment) if experiment.is_complete else {}
    for row, (stop, marks) in zip(range(len(stops), 0, -1), stops.items(), strict=True):
        values = [getattr(mark, field) for mark in marks]
        for number, value in enumerate(values):
            lines.append(line(f"{stop} {number}", [(value, row)], ("ring", "solid")))
        name = captions.rows[stop](**numbers(experiment))
        if stop == "own" and experiment.rounds:
            name = texts.hall.median_guess
        label, mean = f"{name}: {fmean(values):{FORMATS[field]}}", [(fmean(values), row)]
        lines.append(line(f"{stop} mean", mean, ("ball", "solid")))
        lines.append(line(name, mean, label=label, side="above"))
    return lines_figure(
        lines,
        captions.alts[field],
        captions.axis[field],
        "",
        x_domain=_near_or_wide(field, [value for values in stops.values() for value in values]),
        y_domain=(0.5, max(len(stops), 3) + 0.8),
        label_width=12,
        height=140,
        x_format=AXIS_FORMATS[field],
        y_numbers=False,
    )


def _near_or_wide(field: str, marks: Sequence[Mark]) -> tuple[float, float]:
    """The narrow axis, which sets the stops apart, if it covers all students; else the wide one."""
    low, high = NEAR_DOMAINS[field]
    is_near = all(low < getattr(mark, field) < high for mark in marks)
    return NEAR_DOMAINS[field] if is_near else Y_DOMAINS[field]


def stops_of(experiment: Experiment) -> dict[str, list[Mark]]:
    """The marks of all students where each stop was: the automatic one, one's own, the end."""
    finals, attempt = experiment.of(FINAL), experiment.attempt
    assert attempt.guess is not None
    chosen = {"own": attempt.guess, "last": EPOCHS}
    if attempt.number > 1 and attempt.first_guess is not None:
        chosen = {"first": attempt.first_guess, **chosen}
    automatic = zip(finals, automatic_stops(experiment), strict=True)
    stops = {"automatic": [marks[stop] for marks, stop in automatic]}
    for name, stop in chosen.items():
        stops[name] = [marks[stop] for marks in finals]
    return stops


def automatic_stops(experiment: Experiment) -> list[int]:
    """For each student, the pass whose weights the automatic stop keeps.

    It stops when the page would warn, by the unseen exams; at the end, if it never would.
    """
    stops = []
    for marks in experiment.of(UNSEEN):
        overfittings = warned_overfittings(marks)
        stops.append(overfittings[0].best if overfittings else EPOCHS)
    return stops


def numbers(experiment: Experiment) -> Numbers:
    finals, stops = experiment.of(FINAL), automatic_stops(experiment)
    mean, attempt = experiment.mean(FINAL), experiment.attempt
    (automatic,) = mean_marks([marks[stop]] for marks, stop in zip(finals, stops, strict=True))
    assert attempt.guess is not None
    own = mean[attempt.guess]
    fields = {
        "students": len(TEN),
        "epochs": EPOCHS,
        "patience": PATIENCE,
        "attempt": attempt.number,
        "stop": attempt.guess,
        "own": own,
        "last": mean[-1],
        "automatic": automatic,
        "first_stop": min(stops),
        "last_stop": max(stops),
        # Of the rounded numbers, as the page shows them.
        "loss_more": round(own.val_loss, 3) - round(automatic.val_loss, 3),
    }
    if attempt.number > 1 and attempt.first_guess is not None:
        first = attempt.first_guess
        fields |= {"first": mean[first], "first_choice": first}
    return fields


def rule(numbers: Numbers) -> list[str]:
    """Too early, late, or near the best, by what it cost on the final exams."""
    own, automatic = numbers["own"], numbers["automatic"]
    is_higher = own.val_loss - automatic.val_loss >= HIGHER
    is_early = numbers["stop"] < numbers["last_stop"]  # a student had not reached its lowest loss
    stopped = "near" if not is_higher else "early" if is_early else "late"
    seen = "seen_again" if numbers["attempt"] > 1 else "seen_once"
    return [stopped, change_of_errors(automatic, numbers["last"]), seen]


QUESTION = PassSlider(show_beside=show_unseen_loss, passes=range(1, EPOCHS + 1))
CHAPTER = Chapter(
    name="final_exam",
    blocks=(
        Story(),
        QUESTION,
        Chart(partial(strip, "val_loss"), due="complete"),
        Chart(partial(strip, "val_wrong"), due="complete"),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    rule=rule,
)
