"""The marked sheet and its player, which the browser plays by itself (assets/player.js).

Their HTML never changes: if it did, Streamlit would replace the nodes to which charts are bound.
What they show comes as data, in a script, which Streamlit runs whenever its text has changed.
"""

import functools
from collections.abc import Iterable, Sequence

import streamlit as st

from exam.charts.curves import LABEL_WIDTH
from exam.charts.pictures import sheet_picture
from exam.model.exams import load_exams
from exam.model.results import Mark, sureness
from exam.model.workbooks import first_key, question_order
from exam.page.browser import push
from exam.page.texts import Texts, as_html
from exam.page.training_run import TrainingRun

SHORTEST_SECONDS, LONGEST_SECONDS = 2.0, 5.0  # that a study plays
FILM_SECONDS, HOLD_SECONDS = 3.0, 0.4  # that its first pass plays before, and is then looked at
BEND = 2  # slow at first, where most happens: after half the time it is at a quarter of the passes
SHEET = '<div class="sheet" role="group" data-exam="{name}"></div>'
DETAIL = '<p class="detail" data-exam="{name}"></p>'
PLAYER = """<div class="player" data-exam="{name}">
<button type="button" class="play" disabled{play}></button>{film}
<input type="range" class="pass" min="0" max="1" value="0" step="1" disabled{range}>
<input type="range" class="reached" min="-1" max="1" value="0" hidden{reached}>
<output aria-live="off"></output>{speed}</div>"""
FILM = """
<button type="button" class="next" disabled></button>
<input type="range" class="question" min="0" max="100" value="0" step="1" disabled>"""
SPEED = """<button type="button" class="speed" disabled>1×</button>"""
MOST_MISSED = 7  # unseen questions that are shown because they are wrong
TIMES_FEWER = 2  # wrong on the practised exam than on unseen ones, from which on it is a gap
MISSED = '<div class="missed" role="list" data-exam="{name}"></div><div class="whys">{whys}</div>'
MISTAKES = '<div class="missed bars" role="list" data-exam="{name}"></div>'
WHY = '<p data-why="{kind}">{text}</p>'
SENTENCE = """<p class="sentence" data-exam="{name}"></p>
<p class="live" data-exam="{name}" role="status"></p>"""
UNSEEN = "unseen"  # the picture of the first unseen exam
MAIN = "study"  # the player of the first screen, whose inputs drive the curves


def html_of_sheet(name: str) -> str:
    return (SHEET + DETAIL).format(name=name)


def html_of_strip(name: str) -> str:
    """A sheet with a line of its own that says how it stands, and no player."""
    sentence = f'<p class="sentence" data-exam="{name}"></p>'
    return f'<div class="strip">{sentence}{html_of_sheet(name)}</div>'


def html_of_player(name: str, *, has_film: bool = False) -> str:
    """That of the first screen has a film, a sentence, and ids to which the curves are bound."""
    ids = dict.fromkeys(("play", "range", "reached"), "")
    if is_main := name == MAIN:
        ids = {"play": ' id="play"', "range": ' id="pass"', "reached": ' id="reached"'}
    film = {"film": FILM, "speed": SPEED} if is_main or has_film else {"film": "", "speed": ""}
    return PLAYER.format(name=name, **ids, **film) + (SENTENCE.format(name=name) if is_main else "")


def html_of_missed(name: str, words: Texts) -> str:
    """Unseen questions that are wrong, and why; the browser shows one of the sentences."""
    whys = words.starting("missed_").items()
    shown = "".join(WHY.format(kind=kind, text=as_html(text)) for kind, text in whys)
    return f'<div class="missed-row">{MISSED.format(name=name, whys=shown)}</div>'


def show_marked_sheet(name: str, data: dict) -> None:
    """A sheet with a player of its own, standing at the pass `shown` of the data."""
    st.html(html_of_sheet(name) + html_of_player(name))
    push("study", name, data)


def seconds_to_play(passes: int) -> float:
    """How long the browser plays a study of so many passes."""
    return min(SHORTEST_SECONDS + passes / 10, LONGEST_SECONDS)


def seconds_until(known: int, passes: int) -> float:
    """From its start until the browser has played the film and so many of these passes."""
    film = FILM_SECONDS + HOLD_SECONDS
    return film + seconds_to_play(passes) * (known / passes) ** (1 / BEND)


def study_data(run: TrainingRun, marks: Sequence[Mark], words: Texts) -> dict:
    """What the first screen plays: the film of the first pass, and then the passes."""
    data = sheet_data(marks, student=run.student, passes=run.epochs, words=words)
    film = {"first_pass": marks[1].solved if len(marks) > 1 else ""}
    film |= {"film_seconds": FILM_SECONDS, "hold_seconds": HOLD_SECONDS}
    data["words"] |= {"updates_sum": words.updates_sum}  # while a slider is dragged
    film |= unseen_data([missed(mark.val_answers, mark.val_sure) for mark in marks])
    return data | film | {"batch_size": run.batch_size, "label_width": LABEL_WIDTH}


def unseen_data(shown: Sequence[str]) -> dict:
    """What is `shown` of the first unseen exam after each pass, as `answers_to` spells it."""
    key = "".join(map(str, load_exams().unseen.answers[0]))
    fixed = {"most_missed": MOST_MISSED, "times_fewer": TIMES_FEWER}
    return fixed | {"unseen_key": key, "missed": shown}


@functools.lru_cache(maxsize=10_000)
def missed(val_answers: str, val_sure: str) -> str:
    """The first questions of the first unseen exam that are wrong, as `answers_to` spells them."""
    key = load_exams().unseen.answers[0]
    wrong = [at for at, answer in enumerate(val_answers) if int(answer) != key[at]]
    return answers_to(wrong[:MOST_MISSED], val_answers, val_sure)


def answers_to(questions: Iterable[int], answers: str, sure: str) -> str:
    """What the student answers to these questions of an exam, each in five digits.

    Two say which question it is, one what the answer is, two by how many percent the student holds
    with it.
    """
    percent = sureness(sure)
    return "".join(f"{at:02}{answers[at]}{percent[at]:02}" for at in questions)


def sheet_data(
    marks: Sequence[Mark], *, student: int, passes: int, words: Texts, misprints: int = 0
) -> dict:
    """What every marked sheet is drawn from, in the order of the student's first pass."""
    return {
        "passes": passes,
        "lasts": seconds_to_play(passes),
        "bend": BEND,
        "order": question_order(student, 0).tolist(),
        "key": "".join(map(str, first_key(misprints))),
        "picture": sheet_picture(student),
        "answers": [mark.answers for mark in marks],
        "sure": [mark.sure for mark in marks],
        "wrong": [mark.wrong for mark in marks],
        "val_wrong": [mark.val_wrong for mark in marks],
        "updates": [mark.updates for mark in marks],
        "seconds": [round(mark.seconds, 3) for mark in marks],
        "batch_size": 0,
        "words": words.starting("player_") | {"summary": words.summary},
    }
