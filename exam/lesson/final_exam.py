"""When to stop: the learner chooses a pass, then the final exam is opened."""

import functools
from collections.abc import Iterator

import altair as alt
import numpy as np
import streamlit as st

from exam.charts import study_spec, study_table
from exam.experiments import Experiment
from exam.lesson.chapter import Chapter
from exam.lesson.drawing import INK, as_spec, markdown_table, table
from exam.overfitting import best_epoch
from exam.plans import FINAL, UNSEEN, Plan
from exam.runs import PATIENCE, Run
from exam.texts import load_texts

BATCH_SIZE, EPOCHS = 1, 40
STUDENTS = range(1, 11)
SCORES = {"stop": str, "student": int, "val_wrong": float, "val_loss": float}
FRAME_HEIGHT = 1500  # pixels, 700 wide: what the whole chapter takes


def show(chapter: Chapter) -> None:
    say, student = chapter.say, chapter.settings["student"]
    st.markdown(say.story)
    practice = chapter.at_once({student: (Plan(BATCH_SIZE, student), EPOCHS)})
    _show_practice(chapter, student, practice)
    if not practice.is_complete:
        chapter.wait_for(practice)
        return
    if chapter.experiment is None:
        wanted = {
            (exams, each): (Plan(BATCH_SIZE, each, marked_on=exams), EPOCHS)
            for each in STUDENTS
            for exams in (UNSEEN, FINAL)
        }
        stop = st.slider(say.question, 1, EPOCHS, EPOCHS // 2, key=f"{chapter.name}_stop")
        chapter.offer(wanted, stop)
        return
    found = chapter.follow(lambda: _measured(chapter))
    if found.is_complete:
        chapter.figure(_spec(chapter.lang), lambda: table(SCORES, _scores(found)), say.alt)
        st.markdown(_figures(chapter))
    chapter.conclude(guess=say.stopped_at(epoch=found.guess), title=say.own)


def _show_practice(chapter: Chapter, student: int, practice: Experiment) -> None:
    def data():
        run = Run(BATCH_SIZE, EPOCHS, student, practice.marks.get(student, []))
        return study_table([run], chapter.words, warns=False)

    alt = chapter.words.chart_alt(epochs=EPOCHS)
    chapter.figure(study_spec(chapter.lang, EPOCHS), data, alt)


def stops(experiment: Experiment, student: int) -> dict[str, int]:
    """The passes that are compared for a student: the learner's, the automatic stop, the last.

    The automatic stop looks at the unseen exams alone, as keras.callbacks.EarlyStopping does.
    """
    marks = experiment.marks[UNSEEN, student][1:]
    automatic = best_epoch(
        [mark.val_loss for mark in marks], [mark.loss for mark in marks], PATIENCE
    )
    return {"own": experiment.guess, "automatic": automatic or EPOCHS, "last": EPOCHS}


def _scores(experiment: Experiment) -> Iterator[tuple]:
    for student in STUDENTS:
        marks = experiment.marks[FINAL, student]
        for name, epoch in stops(experiment, student).items():
            yield name, student, marks[epoch].val_wrong, marks[epoch].val_loss


@functools.cache
def _spec(lang: str) -> dict:
    words = load_texts(lang)
    say = words.final_exam
    names = {"own": say.own, "automatic": say.automatic, "last": say.last}
    labels = " : ".join(f"datum.value == '{key}' ? '{text}'" for key, text in names.items())

    def panel(field: str, title: str, zero: bool) -> alt.LayerChart:
        base = alt.Chart(height=150).encode(
            alt.X("stop:N")
            .sort(list(names))
            .title(None)
            .axis(labelAngle=0, labelExpr=f"{labels} : ''", grid=False),
            alt.Y(f"{field}:Q").title(title).scale(zero=zero),
        )
        lines = base.mark_line(color=INK, strokeWidth=1, opacity=0.5).encode(
            alt.Detail("student:N")
        )
        points = base.mark_point(color=INK, filled=True, size=36, opacity=0.9, aria=False)
        mean = base.mark_tick(color=INK, thickness=3, width=34).encode(
            alt.Y(f"mean({field}):Q"), alt.Detail("stop:N")
        )
        return lines + points + mean

    wrong = panel("val_wrong", say.wrong_axis, False)
    loss = panel("val_loss", say.loss_axis, False)
    return as_spec(alt.vconcat(wrong, loss, spacing=16))


def _columns(experiment: Experiment) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each stop, the wrong answers and the loss on the final exams, student by student."""
    rows = list(_scores(experiment))
    return {
        name: tuple(np.array([row[column] for row in rows if row[0] == name]) for column in (2, 3))
        for name in ("own", "automatic", "last")
    }


def _figures(chapter: Chapter) -> str:
    say, experiment = chapter.say, chapter.experiment
    automatic = [stops(experiment, student)["automatic"] for student in STUDENTS]
    names = {
        "own": say.own_row(epoch=experiment.guess),
        "automatic": say.automatic_row(first=min(automatic), last=max(automatic)),
        "last": say.last_row(epoch=EPOCHS),
    }
    return markdown_table(
        say.columns,
        [
            (names[stop], f"{wrong.mean():.1f}", f"{loss.mean():.3f}")
            for stop, (wrong, loss) in _columns(experiment).items()
        ],
    )


def _measured(chapter: Chapter) -> str:
    columns = _columns(chapter.experiment)
    (wrong, loss), (wrong_last, loss_last) = columns["automatic"], columns["last"]
    wrong_own, loss_own = columns["own"]
    return chapter.say.measured(
        students=len(STUDENTS),
        wrong_own=wrong_own.mean(),
        wrong=wrong.mean(),
        wrong_last=wrong_last.mean(),
        fewer_wrong=int((wrong < wrong_last).sum()),
        more_wrong=int((wrong > wrong_last).sum()),
        loss_own=loss_own.mean(),
        loss=loss.mean(),
        loss_last=loss_last.mean(),
        lower_loss=int((loss < loss_last).sum()),
    )
