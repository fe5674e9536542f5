"""When to stop: the learner chooses a pass, then the final exam is opened."""

from collections.abc import Iterator
from functools import partial

import streamlit as st

from exam.charts.lines import line, lines_figure, mean_and_students, stacks
from exam.lesson.blocks import Chart, Question, Rule, Story, Table
from exam.lesson.chapter import TEN, Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.lesson.chapter_view import ChapterView
from exam.lesson.guess import guess_key
from exam.model.overfitting import found_in
from exam.model.plan import FINAL, UNSEEN
from exam.model.results import mean_marks
from exam.page.sentences import errors
from exam.service.experiment import Experiment

BATCH_SIZE, EPOCHS = 1, 40
LOSSES, WRONG = (0.6, 1.6), (20, 60)  # the part of the axes in which it is decided
HIGHER = 0.02  # a loss that is by so much higher
PANELS = {"val_wrong": WRONG, "val_loss": LOSSES}
PASSES = range(1, EPOCHS + 1)


def plans(settings: Settings) -> Plans:
    names = [(exams, student) for student in TEN for exams in (UNSEEN, FINAL)]
    return {name: (Plan(BATCH_SIZE, name[1], marked_on=name[0]), EPOCHS) for name in names}


def show_practice(view: ChapterView) -> Experiment | None:
    """The loss on unseen exams by which the learner is to stop, with the stop on the curve."""
    if view.found:
        return None
    say, both = view.say, plans({})
    practice = view.at_once({name: each for name, each in both.items() if name[0] == UNSEEN})
    look, label = ("unseen", "dashed"), say.mean(students=len(TEN))
    lines = [mean_and_students(practice.of(UNSEEN), "val_loss", look, label)]
    if not view.visit.is_projected:
        stop = st.session_state.get(guess_key(CHAPTER), CHAPTER.middle_pass)
        lines.append(_stop_line(stop, LOSSES, say.stopped_at(epoch=stop)))
    lines += stacks(view.rounds, LOSSES)
    shape = {"x_domain": (0, EPOCHS), "y_domain": LOSSES, "label_width": 130, "height": 200}
    axes = view.words.passes, view.words.loss
    view.figure(lines_figure(lines, say.practice_alt, *axes, **shape))
    return practice


def _stop_line(at: int, ends: tuple[float, float], label: str) -> list[tuple]:
    return line(label, [(at, end) for end in ends], label=label)


def curves(field: str, found: Found, words: Texts) -> Figure:
    """Of one field of the marks, with the stop that was chosen."""
    say, domain = words.final_exam, PANELS[field]
    look, label = ("unseen", "dashed"), say.mean(students=len(TEN))
    own_label = words.median_guess if found.rounds else say.own
    lines = [
        mean_and_students(found.of(FINAL), field, look, label),
        _stop_line(found.attempt.choice, domain, own_label),
        *stacks(found.rounds, domain),
    ]
    axis, alt = getattr(say, f"{field}_axis"), getattr(say, f"{field}_alt")
    shape = {"x_domain": (0, EPOCHS), "y_domain": domain, "label_width": 130, "height": 190}
    return lines_figure(lines, alt, words.passes, axis, **shape)


def automatic_stops(found: Found) -> list[int]:
    """For each student, the pass whose weights the automatic stop keeps.

    It stops when the page would warn, by the unseen exams; at the end, if it never would.
    """
    said = map(found_in, found.of(UNSEEN))
    return [warnings[0].best if warnings else EPOCHS for warnings in said]


def numbers(found: Found) -> dict:
    finals, automatic = found.of(FINAL), automatic_stops(found)
    stopped = [[marks[0], marks[at]] for marks, at in zip(finals, automatic, strict=True)]
    mean, own = mean_marks(finals), found.attempt.choice
    said = {"students": len(TEN), "epochs": EPOCHS, "stop": own, "turn": found.attempt.turn}
    if found.attempt.turn > 1:
        first = found.attempt.first
        said |= {"first": mean[first], "first_choice": first}
    said |= {"own": mean[own], "last": mean[-1], "automatic": (best := mean_marks(stopped)[1])}
    # Of the rounded numbers: the page shows those, and their difference must agree with them.
    said["wrong_more"] = round(mean[own].val_wrong, 1) - round(best.val_wrong, 1)
    said["loss_more"] = round(mean[own].val_loss, 3) - round(best.val_loss, 3)
    return said | {"first_stop": min(automatic), "last_stop": max(automatic)}


def rows(found: Found, words: Texts) -> Iterator[tuple]:
    say, said = words.final_exam, numbers(found)
    for stop in ("first", "own", "automatic", "last"):
        if stop not in said:
            continue  # who opens them once has one choice
        mark = said[stop]
        name = getattr(say, f"{stop}_row")(**said)
        yield name, f"{mark.val_wrong:.1f}", f"{mark.val_loss:.3f}"


def rule(numbers: dict) -> list[str]:
    """Too early, late, or near the best, by what it cost on the final exams."""
    own, automatic = numbers["own"], numbers["automatic"]
    is_higher = own.val_loss - automatic.val_loss >= HIGHER
    is_early = numbers["stop"] < numbers["last_stop"]
    stopped = "near" if not is_higher else "early" if is_early else "late"
    seen = "seen_again" if numbers["turn"] > 1 else "seen_once"
    return [stopped, errors(automatic, numbers["last"]), seen, "rule"]


BLOCKS = (
    Story(),
    Question(show_practice),
    *(Chart(partial(curves, field)) for field in PANELS),
    Table(rows),
    Rule(),
)
CHAPTER = Chapter("final_exam", BLOCKS, plans, numbers, rule=rule, passes=PASSES)
