"""When to stop: the learner chooses a pass, then the final exam is opened."""

import functools
from collections.abc import Iterator

import altair as alt
import numpy as np

from exam.charts.curves import Curve, curves_figure
from exam.charts.theme import INK, as_spec, table
from exam.lesson.chapter import Chapter, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.lesson.view import ChapterView
from exam.model.overfitting import warned_at
from exam.model.plan import FINAL, UNSEEN

BATCH_SIZE, EPOCHS = 1, 40
STUDENTS = range(1, 11)
STOPS = ("own", "automatic", "last")
SCORES = {"stop": str, "student": int, "val_wrong": float, "val_loss": float}


def plans(settings: Settings) -> Plans:
    names = [(exams, student) for student in STUDENTS for exams in (UNSEEN, FINAL)]
    return {name: (Plan(BATCH_SIZE, name[1], marked_on=name[0]), EPOCHS) for name in names}


def show_practice(view: ChapterView) -> bool:
    """The study that the learner is to stop; the final exams wait until it is through."""
    words, plan = view.words, Plan(BATCH_SIZE, view.settings["student"])
    practice = view.at_once({"practice": (plan, EPOCHS)})
    curve = Curve(practice.marks["practice"])
    view.figure(curves_figure([curve], EPOCHS, words, plays=False))
    return practice.is_complete


def figures(outcome: Outcome, words: Texts) -> Iterator[Figure]:
    if outcome.is_complete:
        yield Figure(_spec(words), table(SCORES, _scores(outcome)), words.final_exam.alt)


def stops(outcome: Outcome, student: int) -> dict[str, int]:
    """The passes that are compared for a student: the learner's, the automatic stop, the last.

    The automatic stop is where the page would warn on the unseen exams, and goes back to the best.
    """
    automatic, _ = warned_at(outcome.marks[UNSEEN, student]) or (EPOCHS, EPOCHS)
    return {"own": outcome.experiment.choice, "automatic": automatic, "last": EPOCHS}


def _scores(outcome: Outcome) -> Iterator[tuple]:
    for student in STUDENTS:
        marks = outcome.marks[FINAL, student]
        for name, epoch in stops(outcome, student).items():
            yield name, student, marks[epoch].val_wrong, marks[epoch].val_loss


@functools.cache
def _spec(words: Texts) -> dict:
    say = words.final_exam
    wrong = _panel("val_wrong", say.wrong_axis, say)
    return as_spec(alt.vconcat(wrong, _panel("val_loss", say.loss_axis, say), spacing=16))


def _panel(field: str, title: str, say: Texts) -> alt.LayerChart:
    names = " : ".join(f"datum.value == '{stop}' ? '{getattr(say, stop)}'" for stop in STOPS)
    axis = {"labelAngle": 0, "labelExpr": f"{names} : ''", "grid": False}
    base = alt.Chart(height=150).encode(
        alt.X("stop:N").sort(STOPS).title(None).axis(**axis),
        alt.Y(f"{field}:Q").title(title).scale(zero=False),
    )
    lines = base.mark_line(color=INK, strokeWidth=1, opacity=0.5)
    points = base.mark_point(color=INK, filled=True, size=36, opacity=0.9, aria=False)
    means = base.mark_tick(color=INK, thickness=3, width=34)
    means = means.encode(alt.Y(f"mean({field}):Q"), alt.Detail("stop:N"))
    return lines.encode(alt.Detail("student:N")) + points + means


def _by_stop(outcome: Outcome) -> dict[str, np.ndarray]:
    """For each stop, wrong answers and loss on the final exams, [2, students]."""
    scores = list(_scores(outcome))
    return {stop: np.array([row[2:] for row in scores if row[0] == stop]).T for stop in STOPS}


def rows(outcome: Outcome, words: Texts) -> Iterator[tuple]:
    say = words.final_exam
    automatic = [stops(outcome, student)["automatic"] for student in STUDENTS]
    names = {
        "own": say.own_row(epoch=outcome.experiment.choice),
        "automatic": say.automatic_row(first=min(automatic), last=max(automatic)),
        "last": say.last_row(epoch=EPOCHS),
    }
    for stop, (wrong, loss) in _by_stop(outcome).items():
        yield names[stop], f"{wrong.mean():.1f}", f"{loss.mean():.3f}"


def numbers(outcome: Outcome) -> dict:
    scores = _by_stop(outcome)
    more, more_loss = scores["automatic"] - scores["last"]
    return {
        "students": len(STUDENTS),
        "wrong": {stop: wrong.mean() for stop, (wrong, _) in scores.items()},
        "loss": {stop: loss.mean() for stop, (_, loss) in scores.items()},
        "fewer_wrong": int((more < 0).sum()),
        "more_wrong": int((more > 0).sum()),
        "lower_loss": int((more_loss < 0).sum()),
    }


CHAPTER = Chapter(
    frame_height=1421,
    before=show_practice,
    passes=range(1, EPOCHS + 1),
    plans=plans,
    figures=figures,
    rows=rows,
    numbers=numbers,
)
