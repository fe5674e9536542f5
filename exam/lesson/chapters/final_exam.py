"""When to stop: the learner chooses a pass, then the final exam is opened."""

from collections.abc import Iterator
from functools import partial
from statistics import median_low

import streamlit as st

from exam.charts.lines import Rows, line, lines_figure, mean_and_students, stacks
from exam.lesson.blocks import Chart, PassSlider, Rule, Story, Table
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.overfitting import PATIENCE, warned_overfittings
from exam.model.plan import FINAL, UNSEEN, Plan, Study
from exam.model.results import mean_marks
from exam.page.sentences import change_of_errors

BATCH_SIZE, EPOCHS = 1, 40
Y_DOMAINS = {"val_wrong": (20, 60), "val_loss": (0.6, 1.6)}  # where the students differ
HIGHER = 0.02  # loss above that of the automatic stop, from which on a stop is early or late
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

    It stays until the loss on the final exams takes its place.
    """
    if view.numbers:
        return None
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


def _stop_line(at: float, ends: tuple[float, float], label: str) -> Rows:
    return line(label, [(at, end) for end in ends], label=label)


def curves(field: str, experiment: Experiment, texts: Texts) -> Figure:
    """One field of the marks, with the stop that was chosen."""
    captions, domain = texts.final_exam, Y_DOMAINS[field]
    stop, label = experiment.attempt.guess, captions.mean(students=len(TEN))
    assert stop is not None
    stop_label = texts.hall.median_guess if experiment.rounds else captions.own
    lines = [
        mean_and_students(experiment.of(FINAL), field, LOOK, label),
        _stop_line(stop, domain, stop_label),
        *_automatic_line(experiment, domain, captions),
        *stacks(experiment.rounds, domain),
    ]
    return lines_figure(
        lines,
        captions.alts[field],
        texts.passes,
        captions.axis[field],
        x_domain=(0, EPOCHS),
        y_domain=domain,
        label_width=130,
        height=190,
    )


def _automatic_line(
    experiment: Experiment, domain: tuple[float, float], captions: Texts
) -> Iterator[Rows]:
    """Where the automatic stop comes, for the student in the middle."""
    if experiment.is_complete:
        at = median_low(automatic_stops(experiment))
        ends = [(at, end) for end in domain]
        label = captions.automatic  # above the axis and its numbers
        yield line("automatic", ends, ("ink", "dotted"), label=label, label_at=0, side="above")


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


def rows(experiment: Experiment, texts: Texts) -> Iterator[tuple]:
    fields = numbers(experiment)
    for stop in ("first", "own", "automatic", "last"):
        if stop in fields:  # a first stop only for learners who stop again
            name = texts.final_exam.rows[stop](**fields)
            yield name, f"{fields[stop].val_wrong:.1f}", f"{fields[stop].val_loss:.3f}"


def rule(numbers: Numbers) -> list[str]:
    """Too early, late, or near the best, by what it cost on the final exams."""
    own, automatic = numbers["own"], numbers["automatic"]
    is_higher = own.val_loss - automatic.val_loss >= HIGHER
    is_early = numbers["stop"] < numbers["last_stop"]  # some student had not got to its lowest
    stopped = "near" if not is_higher else "early" if is_early else "late"
    seen = "seen_again" if numbers["attempt"] > 1 else "seen_once"
    return [stopped, change_of_errors(automatic, numbers["last"]), seen]


QUESTION = PassSlider(show_beside=show_unseen_loss, passes=range(1, EPOCHS + 1))
CHAPTER = Chapter(
    name="final_exam",
    blocks=(
        Story(),
        QUESTION,
        Chart(partial(curves, "val_loss"), due="complete"),
        Chart(partial(curves, "val_wrong"), due="complete"),
        Table(rows),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    rule=rule,
)
