"""One pass, solved in batches: what the student answers before each check of the answers."""

import numpy as np
import streamlit as st

from exam.charts.lines import batch_look, line, lines_figure
from exam.charts.pictures import questions_picture
from exam.lesson.blocks import Chart, Choices, Display, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import QUESTIONS
from exam.model.plan import LEARNING_RATE, Plan, Study
from exam.model.updates import decode_deltas
from exam.model.workbooks import Workbook, first_key, open_workbook, question_order
from exam.page import player
from exam.page.browser import push

ALIKE_SIZES = (1, 10)
MEETINGS = 10  # every digit comes up ten times in an exam
SIZES = (1, 10, 100)
FILM_SECONDS = 12
WIDE, NARROW = 10, 20  # questions in a row, where three sheets stand side by side, and where not
FEW_WRONG, MOST_WRONG = 2, 8  # of ten look-alikes: at most 2 are few, 8 and more are most
WORSE, MOSTLY = 5, 50  # percent: this many more wrong at a first meeting, and this share of them
LIKE = 95  # of 100 unseen questions answered with the one practised digit: nearly all


def studies(settings: Settings) -> Studies:
    """By batch size, student and workbook."""
    alike = [(size, 1, "look_alikes") for size in ALIKE_SIZES]
    exams = [(size, student, "one_exam") for student in TEN for size in SIZES]
    return {
        (size, student, book): Study(Plan(size, student, book), 1)
        for size, student, book in [*alike, *exams]
    }


def curves(experiment: Experiment, texts: Texts) -> Figure:
    captions = texts.first_pass
    lines = (
        line(
            size,
            enumerate(wrong_percent(experiment, size), start=1),
            batch_look(size),
            label=captions.batch(batch_size=size),
        )
        for size in SIZES
    )
    return lines_figure(
        lines,
        captions.meetings_alt,
        captions.meetings_axis,
        captions.rate_axis,
        x_domain=(1, MEETINGS),
        label_width=100,
        height=220,
        title=captions.meetings_title(students=len(TEN)),
    )


def wrong_by_meeting(answers_in_pass: str, student: int) -> list[int]:
    """How many of the ten digits were answered wrong when they came up for the n-th time, n = 1–10.

    `answers_in_pass` are those of the first pass, in the order of the sheet.
    """
    order = question_order(student, 0)
    digits, answers = first_key()[order], np.array(list(answers_in_pass), int)[order]
    by_digit = np.argsort(digits, kind="stable")  # of each digit, the first meeting first
    return (answers != digits)[by_digit].reshape(-1, MEETINGS).sum(axis=0).tolist()


def wrong_percent(experiment: Experiment, batch_size: int) -> list[float]:
    """By meeting, the mean over the students whose studies are complete."""
    counts = [
        wrong_by_meeting(marks[1].answers_in_pass, student)
        for (size, student, book), marks in experiment.complete.items()
        if (size, book) == (batch_size, "one_exam")
    ]
    return [100 * sum(column) / (10 * len(counts)) for column in zip(*counts, strict=True)]


def met_before(experiment: Experiment) -> float:
    """The percentage of wrong answers at first meetings (batch size 1) that name an earlier digit.

    That is what the student has just learnt to answer.
    """
    named = []
    for (size, student, book), marks in experiment.marks.items():
        if (size, book) == (1, "one_exam"):
            order, met = question_order(student, 0), set()
            for question in order:
                digit, answer = int(first_key()[question]), int(marks[1].answers_in_pass[question])
                if digit not in met and answer != digit:
                    named.append(answer in met)
                met.add(digit)
    return 100 * sum(named) / len(named) if named else 0.0


def numbers(experiment: Experiment) -> Numbers:
    book = open_workbook("look_alikes")
    digit = str(book.key[book.practised_questions[0]])
    alike_1, alike_10 = (experiment.marks[size, 1, "look_alikes"][1] for size in ALIKE_SIZES)
    rates = {size: wrong_percent(experiment, size) for size in SIZES}
    return {
        "questions": QUESTIONS,
        "digit": digit,
        "alike_1": len(alike_1.answers_in_pass) - alike_1.answers_in_pass.count(digit),
        "alike_10": len(alike_10.answers_in_pass) - alike_10.answers_in_pass.count(digit),
        "same": alike_1.val_answers.count(digit),
        "first": rates[1][0],
        "first_100": rates[100][0],
        "last_1": rates[1][-1],
        "last_10": rates[10][-1],
        "last_100": rates[100][-1],
        "met_before": met_before(experiment),
    }


def answer(numbers: Numbers) -> int:
    wrong = numbers["alike_1"]
    return 2 if wrong <= FEW_WRONG else 0 if wrong >= MOST_WRONG else 1


def rule(numbers: Numbers) -> list[str]:
    learns = numbers["last_1"] < numbers["first"] and numbers["last_1"] < numbers["last_100"]
    only_that = "only_that_digit" if numbers["same"] >= LIKE else "not_only_that_digit"
    is_worse = numbers["first"] >= numbers["first_100"] + WORSE and numbers["met_before"] >= MOSTLY
    first = ["worse_at_first"] if is_worse else []
    return ["rule", "learns_at_once" if learns else "learns_not_at_once", *first, only_that]


def show_digits(view: ChapterView) -> None:
    """The look-alikes before anybody has answered them."""
    if not view.experiment:
        picture = digits_picture(open_workbook("look_alikes"))
        st.html(f'<img class="digits" src="{picture}" alt="{view.captions.alike_alt}">')


def digits_picture(workbook: Workbook) -> str:
    """In the order in which student 1 meets them."""
    order = question_order(1, 0, workbook.size)
    return questions_picture(tuple(workbook.practised_questions[order]))


def show_look_alikes(view: ChapterView) -> None:
    """Two sheets of look-alikes as they were answered, at batch size 1 and at 10."""
    captions, marks = view.captions, view.complete_experiment.marks
    st.markdown(captions.alike_title)
    for size in ALIKE_SIZES:
        mark, book = marks[size, 1, "look_alikes"][1], open_workbook("look_alikes")
        data = strip_data(mark.answers_in_pass, book, size)
        data["texts"] = view.texts.player.as_dict() | {
            "hint_batches": "",
            "sheet": captions.alike_alt,
            "summary": _with_batch_size(captions.alike_summary, size),
        }
        name = f"alike_{size}"
        st.html(player.html_of_strip(name))
        push("study", name, data | {"shown": data["passes"], "play_id": _play_id(view)})
        deltas = decode_deltas(mark.deltas, book.size)
        unit = int((deltas**2).sum(axis=0).argmax())
        alt, picture = captions.alike_prints_alt, digits_picture(book)
        player.show_prints(name, alt, picture, deltas, unit, batch_size=size)


def show_film(view: ChapterView) -> None:
    """A first pass at three batch sizes, and one player for all, which plays when it is seen."""
    captions, marks = view.captions, view.complete_experiment.marks
    st.markdown(captions.film_title)
    names = {size: view.name if size == 1 else f"{view.name}_{size}" for size in SIZES}
    strips = "".join(
        player.html_of_strip(name, player.html_of_head(name, view.texts)) for name in names.values()
    )
    st.html(player.html_of_player(view.name) + f'<div class="strips">{strips}</div>')
    for size, name in reversed(names.items()):  # the one that leads the others comes last
        mark = marks[size, 1, "one_exam"][1]
        data = strip_data(mark.answers_in_pass, open_workbook("one_exam"), size)
        data["deltas"], data["learning_rate"] = player.as_base64(mark.deltas), LEARNING_RATE
        data["texts"] = view.texts.player.as_dict() | {
            "head": view.texts.head.says.as_dict(),
            "hint_batches": "",
            "range": captions.film_range,
            "valuetext": captions.film_value,
            "summary": _with_batch_size(captions.film_summary, size),
        }
        followers = [each for each in names.values() if each != name] if size == 1 else []
        data |= {
            "followers": followers,
            "columns": WIDE,
            "narrow_columns": NARROW,
            "play_seconds": FILM_SECONDS,
            "bend": 1,
            "plays": bool(followers),
            "waits_for_view": True,
            "play_id": _play_id(view),
        }
        push("study", name, data)


def _play_id(view: ChapterView) -> int:
    """It changes with each attempt, so that the film plays again."""
    return view.complete_experiment.attempt.number


def _with_batch_size(text: str, batch_size: int) -> str:
    """The browser fills in the other fields, for every frame."""
    return text.replace("{batch_size}", str(batch_size))


def strip_data(answers_in_pass: str, workbook: Workbook, batch_size: int) -> player.Data:
    """The first pass of student 1, of which the browser makes a film (film.js)."""
    return {
        "answers_in_pass": answers_in_pass,
        "order": question_order(1, 0, workbook.size).tolist(),
        "key": "".join(map(str, workbook.key[workbook.practised_questions])),
        "picture": digits_picture(workbook),
        "batch_size": batch_size,
        "passes": workbook.size,
    }


CHAPTER = Chapter(
    name="first_pass",
    blocks=(
        Story(),
        Choices(show_beside=show_digits),
        Display(show_look_alikes),
        Display(show_film),
        Chart(curves),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
)
