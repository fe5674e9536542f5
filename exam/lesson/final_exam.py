"""When to stop: the learner chooses a pass, then the final exam is opened."""

from collections.abc import Iterator

import streamlit as st

from exam.charts.lines import line, lines_figure, mean_and_students, stacks
from exam.lesson.chapter import TEN, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.lesson.guess import middle
from exam.lesson.view import ChapterView
from exam.model.overfitting import MIN_RISE, PATIENCE, found_in
from exam.model.plan import FINAL, UNSEEN
from exam.model.results import mean_marks
from exam.page.sentences import errors

BATCH_SIZE, EPOCHS = 1, 40
LOSSES, WRONG = (0.6, 1.6), (20, 60)  # the part of the axes in which it is decided
HIGHER = 0.02  # a loss that is by so much higher
PANELS = {"val_wrong": WRONG, "val_loss": LOSSES}
frame_height = 1180
facts = {"patience": PATIENCE, "min_rise": MIN_RISE}
passes = range(1, EPOCHS + 1)
figure_count = len(PANELS)


def plans(settings: Settings) -> Plans:
    names = [(exams, student) for student in TEN for exams in (UNSEEN, FINAL)]
    return {name: (Plan(BATCH_SIZE, name[1], marked_on=name[0]), EPOCHS) for name in names}


def before(view: ChapterView) -> bool:
    """The loss on unseen exams by which the learner is to stop, with the stop on the curve."""
    say, both = view.say, plans({})
    practice = view.at_once({name: each for name, each in both.items() if name[0] == UNSEEN})
    if not view.has_begun:
        look, label = ("unseen", "dashed"), say.mean(students=len(TEN))
        lines = [mean_and_students(practice.of(UNSEEN), "val_loss", look, label)]
        if view.asks:
            stop = st.session_state.get(f"{view.name}_stop", middle(passes))
            lines.append(_stop_line(stop, LOSSES, say.stopped_at(epoch=stop)))
        lines += stacks(view.rounds, LOSSES)
        shape = {"x_domain": (0, EPOCHS), "y_domain": LOSSES, "label_width": 130, "height": 200}
        axes = view.words.passes, view.words.loss
        view.figure(lines_figure(lines, say.practice_alt, *axes, **shape))
    return practice.is_complete


def _stop_line(at: int, ends: tuple[float, float], label: str) -> list[tuple]:
    return line(label, [(at, end) for end in ends], label=label)


def figures(outcome: Outcome, words: Texts) -> Iterator[Figure]:
    say, shape = words.final_exam, {"x_domain": (0, EPOCHS), "label_width": 130, "height": 190}
    own, studies = outcome.experiment.choice, outcome.of(FINAL)
    for field, domain in PANELS.items():
        label = say.mean(students=len(TEN))
        lines = [mean_and_students(studies, field, ("unseen", "dashed"), label)]
        lines.append(_stop_line(own, domain, words.median_guess if outcome.rounds else say.own))
        lines += stacks(outcome.rounds, domain)
        axes = words.passes, getattr(say, f"{field}_axis")
        alt = getattr(say, f"{field}_alt")
        yield lines_figure(lines, alt, *axes, y_domain=domain, **shape)


def automatic_stops(outcome: Outcome) -> list[int]:
    """For each student the pass to which the automatic stop goes back.

    It stops where the page would warn on the unseen exams; at the end, where it never would.
    """
    found = map(found_in, outcome.of(UNSEEN))
    return [warnings[0].best if warnings else EPOCHS for warnings in found]


def numbers(outcome: Outcome) -> dict:
    finals, automatic = outcome.of(FINAL), automatic_stops(outcome)
    stopped = [[marks[0], marks[at]] for marks, at in zip(finals, automatic, strict=True)]
    mean, own = mean_marks(finals), outcome.experiment.choice
    found = {"students": len(TEN), "epochs": EPOCHS, "stop": own, "turn": outcome.experiment.turn}
    found |= {"own": mean[own], "last": mean[-1], "automatic": (best := mean_marks(stopped)[1])}
    # Differences of what is shown, not of what was rounded away.
    found["wrong_more"] = round(mean[own].val_wrong, 1) - round(best.val_wrong, 1)
    found["loss_more"] = round(mean[own].val_loss, 3) - round(best.val_loss, 3)
    return found | {"first_stop": min(automatic), "last_stop": max(automatic)}


def rows(outcome: Outcome, words: Texts) -> Iterator[tuple]:
    say, found = words.final_exam, numbers(outcome)
    for stop in ("own", "automatic", "last"):
        mark = found[stop]
        name = getattr(say, f"{stop}_row")(**found)
        yield name, f"{mark.val_wrong:.1f}", f"{mark.val_loss:.3f}"


def rule(numbers: dict) -> list[str]:
    """Too early, late, or near the best, by what it cost on the final exams."""
    own, automatic = numbers["own"], numbers["automatic"]
    is_higher = own.val_loss - automatic.val_loss >= HIGHER
    is_early = numbers["stop"] < numbers["last_stop"]
    stopped = "near" if not is_higher else "early" if is_early else "late"
    seen = "seen_again" if numbers["turn"] > 1 else "seen_once"
    return [stopped, errors(automatic, numbers["last"]), seen, "rule"]
