"""What a rising loss means: how sure the student is of its wrong answers."""

from collections.abc import Iterator, Sequence

import streamlit as st

from exam.charts.lines import Rows, curve, line, lines_figure
from exam.charts.pictures import picture
from exam.lesson.chapter import Chapter, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.lesson.view import ChapterView
from exam.model.exams import load_exams
from exam.model.results import Epoch, sureness

EPOCHS = 200
LOOKS = {1: ("blue", "solid"), 10: ("orange", "dashed")}  # by batch size
BETS_OF, EARLY = 1, 5  # the batch size of the student whose bets are shown, and since which pass
BETS = 3


def plans(settings: Settings) -> Plans:
    return {size: (Plan(size, settings["student"]), EPOCHS) for size in LOOKS}


def figures(outcome: Outcome, words: Texts) -> Iterator[Figure]:
    say, shape = words.sureness, {"x_domain": (0, EPOCHS), "label_width": 90}
    sure = _lines(outcome, words, "val_sure_when_wrong", times=100)
    yield lines_figure(sure, say.alt, words.passes, say.axis, height=220, **shape)
    loss = _lines(outcome, words, "val_loss")
    shape |= {"height": 180, "y_domain": (0.5, 1.5)}
    yield lines_figure(loss, say.loss_alt, words.passes, say.loss_axis, **shape)


def _lines(outcome: Outcome, words: Texts, field: str, times: int = 1) -> Iterator[Rows]:
    for size, marks in outcome.marks.items():
        points = [(epoch, times * value) for epoch, value in curve(marks, field)]
        yield line(size, points, LOOKS[size], label=words.run_label(batch_size=size))


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


def show_bets(view: ChapterView, outcome: Outcome) -> None:
    """Some of the surest mistakes, as coins that were bet on them."""
    say, marks = view.say, outcome.complete[BETS_OF]
    st.markdown(say.bets_title(early=EARLY, epochs=EPOCHS))
    questions = surer_mistakes(marks, EARLY)[:BETS]
    for column, question in zip(st.columns(BETS), questions, strict=False):
        digit = load_exams().unseen.answers[0][question]
        column.html(
            f'<img class="question" src="{picture("unseen", 0, question)}"'
            f' alt="{say.bet_alt(digit=digit)}" width="72" height="72">'
        )
        column.markdown(
            say.bet(
                digit=digit,
                answer=marks[-1].val_answers[question],
                sure_before=sureness(marks[EARLY].val_sure)[question],
                sure=sureness(marks[-1].val_sure)[question],
            )
        )


def numbers(outcome: Outcome) -> dict:
    marks = outcome.marks
    best = {size: min(each[1:], key=lambda mark: mark.val_loss) for size, each in marks.items()}
    return {"epochs": EPOCHS, "best": best, "end": {size: marks[size][-1] for size in marks}}


CHAPTER = Chapter(frame_height=1204, plans=plans, figures=figures, after=show_bets, numbers=numbers)
