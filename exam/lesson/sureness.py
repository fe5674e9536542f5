"""What a rising loss means: how sure the student is of its wrong answers."""

import functools
from collections.abc import Iterator, Sequence

import altair as alt
import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.drawing import LINES, as_spec, line, lines_chart, passes_axis, passes_chart, table
from exam.lesson.marked_sheet import picture
from exam.papers import load_exams
from exam.plans import Plan
from exam.results import Epoch, sureness
from exam.texts import load_texts

EPOCHS = 200
BATCH_SIZES = {1: ("blue", "solid"), 10: ("orange", "dashed")}
EARLY = {1: 5, 10: 5}
SHOWN = 1  # the batch size of the student whose bets are shown
BETS = 3
FRAME_HEIGHT = 1330  # pixels, 700 wide: what the whole chapter takes


def show(chapter: Chapter) -> None:
    say, student = chapter.say, chapter.settings["student"]
    st.markdown(say.story)
    wanted = {size: (Plan(size, student), EPOCHS) for size in BATCH_SIZES}
    found = chapter.ask(wanted, lambda: _measured(chapter))
    if found is None:
        return
    sure = "val_sure_when_wrong"
    chapter.figure(_spec(chapter.lang), lambda: table(LINES, _lines(chapter, sure, 100)), say.alt)
    loss = _loss_spec(chapter.lang)
    chapter.figure(loss, lambda: table(LINES, _lines(chapter, "val_loss")), say.loss_alt)
    if found.is_complete:
        _show_bets(chapter, found.marks[SHOWN])
    chapter.conclude()


def surer_mistakes(marks: Sequence[Epoch], early: int) -> list[int]:
    """Questions of the first unseen exam that are wrong in the same way after pass `early` and
    after the last, those first of which the student has become surer by most."""
    key = load_exams().unseen.answers[0]
    before, last = marks[early], marks[-1]
    sure_before, sure = sureness(before.val_sure), sureness(last.val_sure)
    same = [
        question
        for question in range(len(key))
        if before.val_answers[question] == last.val_answers[question] != str(key[question])
    ]
    return sorted(same, key=lambda question: sure_before[question] - sure[question])


def _show_bets(chapter: Chapter, marks: Sequence[Epoch]) -> None:
    say, early = chapter.say, EARLY[SHOWN]
    key = load_exams().unseen.answers[0]
    st.markdown(say.bets_title(early=early, epochs=EPOCHS))
    questions = surer_mistakes(marks, early)[:BETS]
    for column, question in zip(st.columns(BETS), questions, strict=False):
        digit, answer = key[question], marks[-1].val_answers[question]
        fields = {
            "digit": digit,
            "answer": answer,
            "sure_before": sureness(marks[early].val_sure)[question],
            "sure": sureness(marks[-1].val_sure)[question],
        }
        source = picture("unseen", 0, question)
        column.html(
            f'<img class="question" src="{source}" alt="{say.bet_alt(digit=digit)}" '
            f'width="72" height="72">'
        )
        column.markdown(say.bet(**fields))


def _lines(chapter: Chapter, value: str, times: int = 1) -> Iterator[tuple]:
    for size, (style, dash) in BATCH_SIZES.items():
        marks = chapter.experiment.marks.get(size, ())
        points = [(mark.epoch, times * getattr(mark, value)) for mark in marks]
        label = chapter.words.run_label(batch_size=size)
        yield from line(str(size), points, style=style, dash=dash, label=label, side="beside")


@functools.cache
def _spec(lang: str) -> dict:
    words = load_texts(lang)
    say = words.sureness
    return passes_chart(
        x=words.passes,
        y=say.axis,
        epochs=EPOCHS,
        label_width=90,
        height=220,
    )


@functools.cache
def _loss_spec(lang: str) -> dict:
    words = load_texts(lang)
    return as_spec(
        lines_chart(
            x=passes_axis(words.passes),
            y=alt.Y("y:Q").title(words.sureness.loss_axis),
            x_domain=[0, EPOCHS],
            y_domain=[0.5, 1.5],
            label_width=90,
            height=180,
        )
    )


def _measured(chapter: Chapter) -> str:
    found = {}
    for size, marks in chapter.experiment.marks.items():
        best = min(marks[1:], key=lambda mark: mark.val_loss)
        found |= {
            f"best_{size}": best.epoch,
            f"sure_best_{size}": 100 * best.val_sure_when_wrong,
            f"sure_{size}": 100 * marks[-1].val_sure_when_wrong,
            f"val_loss_best_{size}": best.val_loss,
            f"val_loss_{size}": marks[-1].val_loss,
            f"val_wrong_best_{size}": best.val_wrong,
            f"val_wrong_{size}": marks[-1].val_wrong,
        }
    return chapter.say.measured(epochs=EPOCHS, **found)
