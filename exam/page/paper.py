"""Paper on the first screen, on which learners write an unseen question (assets/paper.js).

The browser recognises the digit itself, with the weights of the study on the screen; it asks for
them only when somebody writes, so that other visits cost nothing.
"""

import dataclasses
from html import escape

import streamlit as st

from exam.model.plan import Study
from exam.model.snapshots import encode_snapshots, passes_to_keep
from exam.page.browser import asset, push, reported
from exam.page.fragment import rerun
from exam.page.visit import Visit, chosen_study
from exam.service.job import RETRY_SECONDS
from exam.service.scheduler import get_scheduler
from exam.texts import Texts, as_html

KEY = "paper"  # of the component, and of what the visit waits for
PAPER = """<div class="own-paper" role="group" aria-label="{title}" hidden>
<canvas width="280" height="280" tabindex="0" role="img" aria-label="{ask}"></canvas>
<div class="answers" role="group" aria-label="{answers}"></div>
<p class="says"></p>{sent}
<p class="buttons">{buttons}</p><p class="spoken" role="status"></p></div>"""
BUTTON = '<button type="button" class="{name}">{text}</button>'
BUTTONS = ("clear", "typed", "send", "close")
SENT = '<p data-sent="{state}" hidden>{text}</p>'
OWN_QUESTION = """<button type="button" class="own-question is-empty" aria-expanded="false">
<s></s><i></i></button>"""
_line = st.components.v2.component(KEY, js=asset("paper_line.js"), isolate_styles=False)


def html_of_paper(texts: Texts) -> str:
    """The paper with its bars and buttons, hidden until somebody wants to write."""
    captions = texts.paper
    sent = {"kept": captions.kept, "refused": texts.writing.refused}
    return PAPER.format(
        title=escape(captions.title),
        ask=escape(captions.ask.replace("**", "")),
        answers=escape(captions.answers),
        sent="".join(SENT.format(state=state, text=as_html(text)) for state, text in sent.items()),
        buttons="".join(BUTTON.format(name=name, text=escape(captions[name])) for name in BUTTONS),
    )


def show_paper_line(visit: Visit) -> None:
    """Answer what the paper asks for: the weights, or to keep a digit for chapter `own_exam`."""
    if visit.wants_weights:
        _send_weights(visit)
    if visit.kept_digit is not None:
        push("paper_sent", visit.kept_digit)
        visit.kept_digit = None
    _line(
        key=KEY,
        data={},
        on_weights_change=visit.want_weights,
        on_written_change=lambda: _keep_digit(visit),
    )


def _send_weights(visit: Visit) -> None:
    """Send the chosen study's weights: after some passes if it is complete, else before any.

    They are computed once more, in a study that keeps them; the one on the screen does not, since
    few will write.
    """
    chosen, scheduler = chosen_study(), get_scheduler()
    plan, epochs = chosen
    marks = scheduler.poll(plan, epochs, is_background=True, follower=visit.follower).marks
    is_studied = chosen == visit.study and chosen.is_complete(marks)
    kept = passes_to_keep(marks) if is_studied else (0,)
    study = Study(dataclasses.replace(plan, kept_passes=kept), epochs if is_studied else 1)
    progress = scheduler.poll(*study, is_background=True, follower=visit.follower)
    if not study.is_complete(progress.marks):
        visit.waiting.ask(KEY, at_least=RETRY_SECONDS if progress.failure else 0.0)
        return
    visit.waiting.end(KEY)
    visit.wants_weights = False
    snapshots = tuple((mark.epoch, mark.weights) for mark in progress.marks if mark.weights)
    of_study = f"{plan.batch_size} {epochs}" if is_studied else ""
    push("weights", plan.student, of_study, encode_snapshots(snapshots))


def _keep_digit(visit: Visit) -> None:
    drawings = visit.seat.own_drawings
    drawings.add(reported(KEY, "written"))
    visit.kept_digit = not drawings.refused
    rerun(KEY, *visit.chapters_that_follow)
