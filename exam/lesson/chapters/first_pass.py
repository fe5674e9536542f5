"""One pass, solved in batches: what the student answers before each check of the answers."""

import numpy as np
import streamlit as st

from exam.charts.lines import batch_look, line, lines_figure
from exam.charts.pictures import questions_picture
from exam.lesson.blocks import Chart, Display, Question, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.exams import QUESTIONS
from exam.model.workbooks import Workbook, first_key, open_workbook, question_order
from exam.page import player
from exam.page.browser import push

ALIKE_SIZES = (1, 10)
MEETINGS = 10  # every digit comes ten times in an exam
SIZES = (1, 10, 100)
FILM_SECONDS = 12
WIDE, NARROW = 10, 20  # questions in a row, where three sheets stand side by side, and where not
FEW, MOST = 2, 8  # wrong of ten look-alikes: up to so few, from so many on
WORSE, MOSTLY = 5, 50  # percent: more wrong at a first meeting, and most of those answers
LIKE = 95  # unseen questions answered with the one practised digit, so nearly all


def plans(settings: Settings) -> Plans:
    alike = [(size, 1, "look_alikes") for size in ALIKE_SIZES]
    exams = [(size, student, "one_exam") for student in TEN for size in SIZES]
    return {name: (Plan(*name), 1) for name in (*alike, *exams)}


def curves(found: Found, words: Texts) -> Figure:
    say = words.first_pass
    title = say.meetings_title(students=len(TEN))
    shape = {"x_domain": (1, MEETINGS), "label_width": 100, "height": 220, "title": title}
    lines = (
        line(
            size,
            enumerate(wrong_percent(found, size), start=1),
            batch_look(size),
            label=say.batch(batch_size=size),
        )
        for size in SIZES
    )
    return lines_figure(lines, say.meetings_alt, say.meetings_axis, say.rate_axis, **shape)


def wrong_by_meeting(solved: str, student: int) -> list[int]:
    """How many answers were wrong at the n-th meeting of a digit, of the ten digits, n = 1 to 10.

    `solved` holds the answers given during the first pass, in the order of the sheet.
    """
    order = question_order(student, 0)
    digits, answers = first_key()[order], np.array(list(solved), int)[order]
    by_digit = np.argsort(digits, kind="stable")  # of each digit, the first meeting first
    return (answers != digits)[by_digit].reshape(-1, MEETINGS).sum(axis=0).tolist()


def wrong_percent(found: Found, batch_size: int) -> list[float]:
    """By meeting, the mean over the students whose studies are complete."""
    counts = [
        wrong_by_meeting(marks[1].solved, student)
        for (size, student, book), marks in found.complete.items()
        if (size, book) == (batch_size, "one_exam")
    ]
    return [100 * sum(column) / (10 * len(counts)) for column in zip(*counts, strict=True)]


def met_before(found: Found) -> float:
    """Of wrong answers at first meetings, batch size 1: how many percent name a digit met before.

    That is what the student has just learnt to say.
    """
    named = []
    for (size, student, book), marks in found.marks.items():
        if (size, book) == (1, "one_exam"):
            order, met = question_order(student, 0), set()
            for question in order:
                digit, answer = int(first_key()[question]), int(marks[1].solved[question])
                if digit not in met and answer != digit:
                    named.append(answer in met)
                met.add(digit)
    return 100 * sum(named) / len(named) if named else 0.0


def numbers(found: Found) -> dict:
    book = open_workbook("look_alikes")
    digit, said = str(book.key[book.practised_questions[0]]), {"questions": QUESTIONS}
    for size in ALIKE_SIZES:
        solved = found.marks[size, 1, "look_alikes"][1].solved
        said[f"alike_{size}"] = sum(answer != digit for answer in solved)
    rates = {size: wrong_percent(found, size) for size in SIZES}
    said |= {f"last_{size}": rate[-1] for size, rate in rates.items()}
    answered = found.marks[1, 1, "look_alikes"][1].val_answers
    said |= {"first_100": rates[100][0], "met_before": met_before(found)}
    return said | {"first": rates[1][0], "digit": digit, "same": answered.count(digit)}


def answer(numbers: dict) -> int:
    wrong = numbers["alike_1"]
    return 2 if wrong <= FEW else 0 if wrong >= MOST else 1


def rule(numbers: dict) -> list[str]:
    learns = numbers["last_1"] < numbers["first"] and numbers["last_1"] < numbers["last_100"]
    only_that = "only_that_digit" if numbers["same"] >= LIKE else "not_only_that_digit"
    is_worse = numbers["first"] >= numbers["first_100"] + WORSE and numbers["met_before"] >= MOSTLY
    first = ["worse_at_first"] if is_worse else []
    return ["rule", "learns_at_once" if learns else "learns_not_at_once", *first, only_that]


def show_digits(view: ChapterView) -> None:
    """The look-alikes before anybody has answered them."""
    if not view.found:
        picture = digits_picture(open_workbook("look_alikes"))
        st.html(f'<img class="digits" src="{picture}" alt="{view.say.alike_alt}">')


def digits_picture(workbook: Workbook) -> str:
    """In the order in which student 1 meets them."""
    order = question_order(1, 0, workbook.size)
    return questions_picture(tuple(workbook.practised_questions[order]))


def show_look_alikes(view: ChapterView) -> None:
    """Two sheets of look-alikes as they were answered, at batch size 1 and at 10."""
    st.markdown(view.say.alike_title)
    for size in ALIKE_SIZES:
        name, data = f"alike_{size}", strip(view.words, view.found, size, "look_alikes")
        st.html(player.html_of_strip(name))
        push("study", name, data | {"shown": data["passes"]})


def show_film(view: ChapterView) -> None:
    """A first pass at three batch sizes, and one player for all, which plays when it is seen."""
    st.markdown(view.say.film_title)
    names = {size: view.name if size == 1 else f"{view.name}_{size}" for size in SIZES}
    strips = "".join(player.html_of_strip(name) for name in names.values())
    st.html(player.html_of_player(view.name) + f'<div class="strips">{strips}</div>')
    for size, name in reversed(names.items()):  # the one that leads the others comes last
        followers = [each for each in names.values() if each != name] if size == 1 else []
        data = strip(view.words, view.found, size, "one_exam") | {
            "followers": followers,
            "columns": NARROW if view.visit.is_projected else WIDE,
            "narrow_columns": NARROW,
        }
        film = {"lasts": FILM_SECONDS, "bend": 1, "plays": bool(followers), "waits_for_view": True}
        push("study", name, data | film)


def strip(words: Texts, found: Found, batch_size: int, book: str) -> dict:
    """What student 1 answers in its first pass; the browser makes the film of it (player.js)."""
    say, workbook = words.first_pass, open_workbook(book)
    order, practised = question_order(1, 0, workbook.size), workbook.practised_questions
    if book == "look_alikes":
        texts = {"sheet": say.alike_alt, "summary": say.alike_summary}
    else:
        texts = {"range": say.film_range, "valuetext": say.film_value, "summary": say.film_summary}
    # The other fields are filled in by the browser, for every frame.
    texts["summary"] = texts["summary"].replace("{batch_size}", str(batch_size))
    return {
        "solved": found.marks[batch_size, 1, book][1].solved,
        "order": order.tolist(),
        "key": "".join(map(str, workbook.key[practised])),
        "picture": digits_picture(workbook),
        "batch_size": batch_size,
        "passes": workbook.size,
        "run": found.attempt.turn,
        "words": words.starting("player_") | {"hint_batches": ""} | texts,
    }


BLOCKS = (
    Story(),
    Question(show_digits),
    Display(show_look_alikes),
    Display(show_film),
    Chart(curves),
    Rule(),
)
CHAPTER = Chapter("first_pass", BLOCKS, plans, numbers, answer, rule)
