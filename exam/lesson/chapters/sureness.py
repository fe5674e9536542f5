"""What a rising loss means: the student's confidence in its wrong answers."""

from collections.abc import Iterator, Sequence

import streamlit as st

from exam.charts.lines import Rows, Side, curve, line, lines_figure, mean_and_students
from exam.charts.pictures import unseen_picture
from exam.lesson.blocks import Chart, Choices, Display, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import load_exams
from exam.model.plan import Plan, Study
from exam.model.results import Mark, MeanMarks, lowest_loss
from exam.page import player
from exam.page.browser import push
from exam.page.sentences import change_of_errors

BATCH_SIZE, EPOCHS = 1, 40
SURER = 0.02  # smaller changes of confidence count as none
LOOK = ("unseen", "dashed")
LOSSES, PERCENT = (0.6, 1.2), (40, 80)  # the axes
FORMATS = {"val_loss": "{:.2f}", "val_confidence_when_wrong": "{:.0f}%"}


def studies(settings: Settings) -> Studies:
    """Those of the class, and the one of the learner's own student."""
    names = [("class", student) for student in TEN] + [("own", settings.student)]
    return {(who, student): Study(Plan(BATCH_SIZE, student), EPOCHS) for who, student in names}


def loss_curves(experiment: Experiment, texts: Texts) -> Figure:
    label = texts.sureness.mean(students=len(TEN))
    mean = mean_and_students(experiment.of("class"), "val_loss", LOOK, label)
    return _figure("val_loss", [mean, *_rise(experiment, "val_loss", LOSSES, texts)], LOSSES, texts)


def confidence_curves(experiment: Experiment, texts: Texts) -> Figure:
    """It is the answer to the question, so nothing is shown until the experiment is complete."""
    field, lines = "val_confidence_when_wrong", []
    if experiment.is_complete:
        label, of_class = texts.sureness.mean(students=len(TEN)), experiment.of("class")
        lines = [mean_and_students(of_class, field, LOOK, label, points=_in_percent)]
        lines += _rise(experiment, field, PERCENT, texts)
    return _figure(field, lines, PERCENT, texts)


def _in_percent(marks: Sequence[Mark | MeanMarks], field: str) -> list[tuple[int, float]]:
    return [(epoch, 100 * value) for epoch, value in curve(marks, field)]


def _rise(
    experiment: Experiment, field: str, y_domain: tuple[float, float], texts: Texts
) -> Iterator[Rows]:
    """The pass of the lowest loss, and what the field is there and at the end, once known."""
    if not experiment.is_complete:
        return
    mean = experiment.mean("class")
    best = lowest_loss(mean).epoch
    points = curve(mean, field) if field == "val_loss" else _in_percent(mean, field)
    for point in (points[best], points[-1]):
        label, is_best = FORMATS[field].format(point[1]), point[0] == best
        side: Side = "below" if is_best else "above"
        yield line(f"ball {point[0]}", [point], ("ball", "solid"))
        yield line(f"value {point[0]}", [point], label=label, side=side)
    ends, label = [(best, end) for end in y_domain], texts.sureness.best_label(epoch=best)
    yield line("best", ends, ("ink", "dotted"), label=label)


def _figure(
    field: str, lines: Sequence[Rows], y_domain: tuple[float, float], texts: Texts
) -> Figure:
    captions = texts.sureness
    return lines_figure(
        lines,
        captions.alts[field],
        texts.passes,
        captions.axis[field],
        x_domain=(0, EPOCHS),
        y_domain=y_domain,
        label_width=90,
        height=140,
    )


def same_mistakes(before: Mark, after: Mark) -> dict[int, int]:
    """Questions of the first unseen exam that are wrong in the same way after both passes.

    With each comes the rise of the student's confidence in percent; the largest rise is first.
    """
    key = load_exams().unseen.answers[0]
    rises = {
        question: after.val_confidence[question] - before.val_confidence[question]
        for question in range(len(key))
        if before.val_answers[question] == after.val_answers[question] != str(key[question])
    }
    return dict(sorted(rises.items(), key=lambda item: -item[1]))


def show_mistakes(view: ChapterView) -> None:
    """The mistakes whose confidence rose most, each above a bar that the player makes grow."""
    experiment, name = view.complete_experiment, view.name
    (student,) = (student for who, student in experiment.marks if who == "own")
    own = experiment.marks["own", student]
    best, last = lowest_loss(own), own[-1]
    rises = same_mistakes(best, last)
    st.markdown(
        view.captions.mistakes_title(
            student=student,
            best=best.epoch,
            epochs=EPOCHS,
            mistakes=len(rises),
            rose=sum(rise > 0 for rise in rises.values()),
        )
    )
    shown = list(rises)[: player.MAX_MISSED]
    answers = [player.answers_to(shown, mark.val_answers, mark.val_confidence) for mark in own]
    data = player.sheet_data(own, student=student, passes=EPOCHS, texts=view.texts)
    data |= player.unseen_data(answers)
    data |= {
        "confidence_before": [best.val_confidence[question] for question in shown],
        "play_id": experiment.attempt.number,
        "plays": True,
        "waits_for_view": True,
    }
    push("picture", player.UNSEEN_PICTURE, unseen_picture())
    st.html(player.BARS.format(name=name) + player.html_of_player(name))
    push("study", name, data)


def numbers(experiment: Experiment) -> Numbers:
    mean = experiment.mean("class")
    return {
        "students": len(TEN),
        "batch_size": BATCH_SIZE,
        "epochs": EPOCHS,
        "best": lowest_loss(mean),
        "end": mean[-1],
    }


def answer(numbers: Numbers) -> int:
    rise = numbers["end"].val_confidence_when_wrong - numbers["best"].val_confidence_when_wrong
    return 1 if abs(rise) < SURER else 2 if rise > 0 else 0


def rule(numbers: Numbers) -> list[str]:
    rose = "surer" if answer(numbers) == 2 else "no_surer"
    return [rose, change_of_errors(numbers["best"], numbers["end"])]


CHAPTER = Chapter(
    name="sureness",
    blocks=(
        Story(),
        Choices(),
        Display(show_mistakes),
        Chart(confidence_curves, due="always"),
        Chart(loss_curves, due="known"),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
    known="class",
)
