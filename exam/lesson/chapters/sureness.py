"""What a rising loss means: how sure the student is of its wrong answers."""

from collections.abc import Sequence
from functools import partial
from statistics import median

import streamlit as st

from exam.charts.lines import line, lines_figure, mean_and_students
from exam.charts.pictures import unseen_picture
from exam.lesson.blocks import Chart, Display, Question, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import QUESTIONS, load_exams
from exam.model.results import Mark, lowest_loss, mean_marks, sureness
from exam.page import player
from exam.page.browser import push
from exam.page.sentences import errors

BATCH_SIZE, EPOCHS = 1, 40
SURER = 0.02  # by so much sureness has changed
# The field: its factor, and its axis.
PANELS = {"val_loss": (1, (0.6, 1.2)), "val_sure_when_wrong": (100, (0, 100))}


def plans(settings: Settings) -> Plans:
    names = [("class", student) for student in TEN] + [("own", settings["student"])]
    return {name: (Plan(BATCH_SIZE, name[1]), EPOCHS) for name in names}


def curves(field: str, found: Found, words: Texts) -> Figure:
    """Of one field of the marks."""
    say, (factor, domain) = words.sureness, PANELS[field]

    def points(marks: Sequence, field: str) -> list[tuple]:
        return [(mark.epoch, factor * getattr(mark, field)) for mark in marks]

    # Of a guess that is asked for, nothing is shown before.
    studies = found.of("class") if field == "val_loss" or found.is_complete else []
    label = say.mean(students=len(TEN))
    lines = mean_and_students(studies, field, ("unseen", "dashed"), label, points)
    if found.is_complete:
        at, best = numbers(found)["best"].epoch, ("ink", "dotted")
        lines += line("best", [(at, end) for end in domain], best, label=say.best_label(epoch=at))
    axis, alt = getattr(say, f"{field}_axis"), getattr(say, f"{field}_alt")
    shape = {"x_domain": (0, EPOCHS), "label_width": 90, "height": 140}
    return lines_figure([lines], alt, words.passes, axis, y_domain=domain, **shape)


def same_mistakes(before: Mark, after: Mark) -> dict[int, int]:
    """Questions of the first unseen exam that are wrong in the same way after both passes, and by
    how many percent the student has become surer; the largest rise first."""
    key = load_exams().unseen.answers[0]
    sure_before, sure = sureness(before.val_sure), sureness(after.val_sure)
    rises = {
        question: sure[question] - sure_before[question]
        for question in range(len(key))
        if before.val_answers[question] == after.val_answers[question] != str(key[question])
    }
    return dict(sorted(rises.items(), key=lambda item: -item[1]))


def show_mistakes(view: ChapterView) -> None:
    """The mistakes whose sureness rose most, and under each a bar that the player makes grow."""
    marks = view.found.marks
    (student,) = (who for what, who in marks if what == "own")
    own = marks["own", student]
    before, last = lowest_loss(own), own[-1]
    rises = same_mistakes(before, last)
    facts = {"student": student, "questions": QUESTIONS, "best": before.epoch, "epochs": EPOCHS}
    facts |= {"mistakes": len(rises), "rose": sum(rise > 0 for rise in rises.values())}
    st.markdown(view.say.mistakes_title(median=median([*rises.values(), 0]), **facts))
    shown, name = list(rises)[: player.MOST_MISSED], view.name
    data = player.sheet_data(own, student=student, passes=EPOCHS, words=view.words)
    given = (player.answers_to(shown, mark.val_answers, mark.val_sure) for mark in own)
    sure_before = sureness(before.val_sure)
    data |= player.unseen_data(list(given)) | {"sure_before": [sure_before[at] for at in shown]}
    push("picture", player.UNSEEN, unseen_picture())
    st.html(player.MISTAKES.format(name=name) + player.html_of_player(name))
    film = {"run": view.found.attempt.turn, "plays": True, "waits_for_view": True}
    push("study", name, data | film)


def numbers(found: Found) -> dict:
    mean = mean_marks(found.of("class"))
    said = {"students": len(TEN), "batch_size": BATCH_SIZE, "epochs": EPOCHS}
    return said | {"best": lowest_loss(mean), "end": mean[-1]}


def answer(numbers: dict) -> int:
    rise = numbers["end"].val_sure_when_wrong - numbers["best"].val_sure_when_wrong
    return 1 if abs(rise) < SURER else 2 if rise > 0 else 0


def rule(numbers: dict) -> list[str]:
    rose = "surer" if answer(numbers) == 2 else "no_surer"
    return [rose, errors(numbers["best"], numbers["end"]), "rule"]


BLOCKS = (
    Story(),
    Question(),
    Display(show_mistakes),
    Chart(partial(curves, "val_sure_when_wrong"), due="always"),
    Chart(partial(curves, "val_loss"), due="known"),
    Rule(),
)
CHAPTER = Chapter("sureness", BLOCKS, plans, numbers, answer, rule, known="class")
