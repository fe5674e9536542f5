"""The marked sheet and its player, which the browser plays by itself (assets/player.js).

Their HTML never changes: if it did, Streamlit would replace the nodes to which charts are bound.
What they show comes as data, in a script, which Streamlit runs whenever its text has changed.
"""

from collections.abc import Sequence

import streamlit as st

from exam.charts.pictures import sheet_picture
from exam.model.results import Mark
from exam.model.workbooks import first_key, question_order
from exam.page.browser import push
from exam.page.texts import Texts

SHORTEST_SECONDS, LONGEST_SECONDS = 2.0, 5.0  # that a study plays
BEND = 2  # slow at first, where most happens: after half the time it is at a quarter of the passes
SHEET = '<div class="sheet" role="group" data-exam="{name}"></div>'
DETAIL = '<p class="detail" data-exam="{name}"></p>'
PLAYER = """<div class="player" data-exam="{name}">
<button type="button" class="play" disabled{play}></button>
<input type="range" class="pass" min="0" max="1" value="0" step="1" disabled{range}>
<input type="range" class="reached" min="0" max="1" value="0" hidden{reached}>
<output aria-live="off"></output></div>"""
SENTENCE = """<p class="sentence" data-exam="{name}"></p>
<p class="live" data-exam="{name}" role="status"></p>"""
MAIN = "study"  # the player of the first screen, whose inputs drive the curves


def html_of_sheet(name: str) -> str:
    return (SHEET + DETAIL).format(name=name)


def html_of_strip(name: str) -> str:
    """A sheet with a line of its own that says how it stands, and no player."""
    sentence = f'<p class="sentence" data-exam="{name}"></p>'
    return f'<div class="strip">{sentence}{html_of_sheet(name)}</div>'


def html_of_player(name: str) -> str:
    """The inputs of the first screen's have ids, for the curves are bound to them."""
    ids = {"play": ' id="play"', "range": ' id="pass"', "reached": ' id="reached"'}
    player = PLAYER.format(name=name, **(ids if name == MAIN else dict.fromkeys(ids, "")))
    return player + (SENTENCE.format(name=name) if name == MAIN else "")


def show_marked_sheet(name: str, data: dict) -> None:
    """A sheet with a player of its own, standing at the pass `shown` of the data."""
    st.html(html_of_sheet(name) + html_of_player(name))
    push("study", name, data)


def seconds_to_play(passes: int) -> float:
    """How long the browser plays a study of so many passes."""
    return min(SHORTEST_SECONDS + passes / 10, LONGEST_SECONDS)


def seconds_until(known: int, passes: int) -> float:
    """From its start until the browser has played so many of these passes."""
    return seconds_to_play(passes) * (known / passes) ** (1 / BEND)


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
