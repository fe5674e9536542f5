"""The paper on which learners write digits (assets/writing.js)."""

import base64
from collections.abc import Callable

import streamlit as st

from exam.page.browser import asset, reported
from exam.rooms.drawings import Drawings
from exam.texts import Texts

HTML = """<div class="writing"><p class="ask" role="status"></p>
<canvas class="paper" width="280" height="280" tabindex="0" role="img"></canvas>
<div class="answers" role="img" hidden></div>
<p class="buttons"><button type="button" class="undo"></button>
<button type="button" class="clear"></button><button type="button" class="typed"></button>
<button type="button" class="done"></button></p><p class="written" role="group"></p></div>"""
_write = st.components.v2.component(
    "writing", html=HTML, js=asset("writing.js"), isolate_styles=False
)


def show_writing(key: str, drawings: Drawings, texts: Texts, on_drawn: Callable[[], None]) -> None:
    """The paper; `on_drawn` is called after each drawing that has arrived."""

    def add() -> None:
        drawings.add(reported(key, "written"))
        on_drawn()

    sent_before = [""] * len(drawings.digits)  # for a page that was loaded anew
    for index, drawing in drawings.drawn.items():
        sent_before[index] = base64.b64encode(drawing.centred).decode()
    data = {
        "digits": drawings.digits,
        "sent_before": sent_before,
        "refused": drawings.refused,
        "reads": not drawings.is_for_hall,  # a hall guesses what the student will answer
        "texts": texts.writing.as_dict(),
    }
    _write(key=key, data=data, on_written_change=add)
    if drawings.refused:
        st.caption(texts.writing.refused)
