"""The marked sheet and its player, which the browser plays by itself (assets/player.js).

Their HTML never changes: if it did, Streamlit would replace the nodes to which charts are bound.
Their data comes in a script, which Streamlit runs whenever its text has changed.
"""

import base64
import functools
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from exam.charts.pictures import sheet_picture
from exam.model.exams import load_exams
from exam.model.plan import HIDDEN_UNITS, LEARNING_RATE, Plan, Study
from exam.model.results import Mark
from exam.model.updates import encode_deltas
from exam.model.workbooks import first_key, question_order
from exam.page.browser import push
from exam.texts import Texts, as_html

SHORTEST_SECONDS, LONGEST_SECONDS = 2.0, 5.0  # for which a study plays
HOLD_SECONDS = 0.6  # that the first pass's last frame is shown
BEND = 2  # slow at first, where most happens: after half the time it is at a quarter of the passes
SHEET = '<div class="sheet" role="group" data-exam="{name}"></div>'
DETAIL = '<p class="detail" data-exam="{name}"></p>'
PLAYER = """<div class="player" data-exam="{name}">
<button type="button" class="play" disabled{play}></button>{film}
<span class="passes">
<input type="range" class="pass" min="0" max="1" value="0" step="1" disabled{range}>
<input type="range" class="reached" min="-1" max="1" value="0" hidden{reached}></span>
<output aria-live="off"></output>{speed}{alarm}</div>"""
ALARM = '<p class="alarm" data-warns aria-hidden="true"></p>'
FILM = """
<button type="button" class="next" disabled></button>
<span class="questions">
<input type="range" class="question" min="0" max="100" value="0" step="1" disabled></span>"""
SPEED = """<button type="button" class="speed" disabled>1×</button>"""
MAX_MISSED = 6  # unseen questions that are shown because they are wrong
GAP_FACTOR = 2  # unseen errors over twice the practised ones are called a gap
MISSED = """<div class="missed-row"><div class="unseen-questions">
<div class="missed" role="list" data-exam="{name}"></div>{own}</div>
<div class="whys">{whys}</div></div>"""
BARS = '<div class="missed bars" role="list" data-exam="{name}"></div>'
WHY = '<p data-why="{kind}">{text}</p>'
SENTENCE = """<p class="sentence" data-exam="{name}"></p>
<p class="live" data-exam="{name}" role="status"></p>"""
NAMES = '<p class="names">{names}</p>'
NAME = '<span class="{series}">{text}</span>'
HEAD = """<div class="head" data-exam="{name}" data-update="0"><p class="about">{title}</p>
<div class="units" role="group"></div>
<div class="prints"><canvas class="own" hidden></canvas><canvas class="batch"></canvas>
<p class="says"></p></div><p class="legend">{legend}</p></div>"""
PRINTED = '<div class="printed" data-prints="{name}" role="img" aria-label="{alt}"></div>'
LEGEND = '<span class="{kind}">{text}</span>'
KINDS = ("up", "down", "same")  # of changes of a weight
VIEW_BUTTONS = '<div class="views" role="group" aria-label="{label}">{buttons}</div>'
VIEW = '<button type="button" value="{view}">{text}</button>'
VIEWS = ("head", "curves")  # one of them is shown beside the sheet
UNSEEN_PICTURE = "unseen"  # the name of the picture of the first unseen exam
MAIN = "study"  # the player of the first screen, whose inputs drive the curves

Data = dict[str, Any]  # for the browser, as JSON


def html_of_sheet(name: str) -> str:
    return (SHEET + DETAIL).format(name=name)


def html_of_strip(name: str, head: str = "") -> str:
    """A sheet without a player, under a line that says how many are wrong, and above a head."""
    sentence = f'<p class="sentence" data-exam="{name}"></p>'
    return f'<div class="strip">{sentence}{html_of_sheet(name)}{head}</div>'


def html_of_player(name: str, *, has_film: bool = False) -> str:
    """A player. That of the first screen has a sentence, and ids to which the curves are bound."""
    film, speed = (FILM, SPEED) if has_film or name == MAIN else ("", "")
    if name == MAIN:
        player = PLAYER.format(
            name=name,
            play=' id="play"',
            range=' id="pass"',
            reached=' id="reached"',
            film=film,
            speed=speed,
            alarm=ALARM,
        )
        return player + SENTENCE.format(name=name)
    return PLAYER.format(name=name, play="", range="", reached="", film=film, speed=speed, alarm="")


def html_of_head(name: str, texts: Texts) -> str:
    """The weights of the hidden units as pictures, and beside them the last print (head.js).

    That of the first screen has buttons that choose between it and the curves, and the names of
    the curves, which stand above them where there is no room beside them.
    """
    captions = texts.head
    legend = "".join(LEGEND.format(kind=kind, text=escape(captions[kind])) for kind in KINDS)
    head = HEAD.format(name=name, title=as_html(captions.title(units=HIDDEN_UNITS)), legend=legend)
    if name != MAIN:
        return head
    buttons = "".join(VIEW.format(view=view, text=escape(captions[view])) for view in VIEWS)
    series = {"practised": texts.practised, "unseen": texts.unseen}
    names = "".join(NAME.format(series=name, text=escape(text)) for name, text in series.items())
    views = VIEW_BUTTONS.format(label=escape(captions.views), buttons=buttons)
    return views + NAMES.format(names=names) + head


def html_of_unseen_mistakes(name: str, own: str, texts: Texts) -> str:
    """A row of unseen questions that are wrong, one of the learner's `own`, and why.

    The browser shows one of the reasons.
    """
    whys = "".join(
        WHY.format(kind=kind, text=as_html(text)) for kind, text in texts.missed.as_dict().items()
    )
    return MISSED.format(name=name, own=own, whys=whys)


def show_marked_sheet(name: str, data: Data) -> None:
    """A sheet with a player of its own, which begins at the pass `shown` of the data."""
    st.html(html_of_sheet(name) + html_of_player(name))
    push("study", name, data)


def show_prints(
    name: str,
    alt: str,
    picture: str,
    deltas: np.ndarray,
    unit: int,
    *,
    mean: str = "",
    batch_size: int = 0,
) -> None:
    """Questions of a `picture`, their prints on a hidden unit, and the mean of these (prints.js).

    With a `batch_size`, only the print of each batch, below its last question.
    """
    st.html(PRINTED.format(name=name, alt=escape(alt)))
    data = {
        "picture": picture,
        "questions": len(deltas),
        "deltas": as_base64(encode_deltas(deltas)),
        "unit": unit,
        "learning_rate": LEARNING_RATE,
        "mean": mean,
        "batch_size": batch_size,
    }
    push("prints", name, data)


def seconds_to_play(passes: int) -> float:
    """For how long the browser plays a study of so many passes."""
    return min(SHORTEST_SECONDS + passes / 10, LONGEST_SECONDS)


def study_data(study: Study, marks: Sequence[Mark], texts: Texts) -> Data:
    """The data of the first screen: the film of the first pass, and then the passes."""
    data = sheet_data(marks, student=study.plan.student, passes=study.epochs, texts=texts)
    data["texts"] |= {"updates_sum": texts.updates_sum, "head": texts.head.says.as_dict()}
    data |= unseen_data([missed(mark.val_answers, mark.val_confidence) for mark in marks])
    return data | {
        "batch_size": study.plan.batch_size,
        "first_pass": marks[1].answers_in_pass if len(marks) > 1 else "",
        **head_data(marks, study.plan),
        "hold_seconds": HOLD_SECONDS,
    }


def head_data(marks: Sequence[Mark], plan: Plan) -> Data:
    """The data to follow the weights through the first pass, once it is computed."""
    deltas = marks[1].deltas if len(marks) > 1 else b""
    return {"deltas": as_base64(deltas), "learning_rate": plan.learning_rate}


def as_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def unseen_data(missed: Sequence[list[list[int]]]) -> Data:
    """The data of a row of unseen questions, for each pass a list made by `answers_to`."""
    return {
        "missed": missed,
        "unseen_key": "".join(map(str, load_exams().unseen.answers[0])),
        "max_missed": MAX_MISSED,
        "gap_factor": GAP_FACTOR,
    }


@functools.lru_cache(maxsize=10_000)
def missed(val_answers: str, val_confidence: bytes) -> list[list[int]]:
    """The first questions of the first unseen exam that are wrong, as `answers_to` gives them."""
    key = load_exams().unseen.answers[0]
    wrong = [number for number, answer in enumerate(val_answers) if int(answer) != key[number]]
    return answers_to(wrong[:MAX_MISSED], val_answers, val_confidence)


def answers_to(questions: Iterable[int], answers: str, confidence: bytes) -> list[list[int]]:
    """For each of these questions of an exam: its number, the answer, the confidence in percent."""
    return [[number, int(answers[number]), confidence[number]] for number in questions]


def sheet_data(
    marks: Sequence[Mark], *, student: int, passes: int, texts: Texts, misprints: int = 0
) -> Data:
    """The data of a marked sheet.

    Answers and key are indexed by question number; `order` gives the questions in sheet order, by
    default that of the student's first pass.
    """
    return {
        "passes": passes,
        "play_seconds": seconds_to_play(passes),
        "bend": BEND,
        "order": question_order(student, 0).tolist(),
        "key": "".join(map(str, first_key(misprints))),
        "picture": sheet_picture(student),
        "answers": [mark.answers for mark in marks],
        "confidence": [list(mark.confidence) for mark in marks],
        "wrong": [mark.wrong for mark in marks],
        "val_wrong": [mark.val_wrong for mark in marks],
        "val_loss": [round(mark.val_loss, 3) for mark in marks],
        "updates": [mark.updates for mark in marks],
        "seconds": [round(mark.seconds, 3) for mark in marks],
        "batch_size": 0,
        "texts": texts.player.as_dict() | {"summary": texts.summary},
    }
