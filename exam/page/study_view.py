"""The study on the screen: sheet, curves, player, its sentence and its warnings.

The server sends the marks that have been computed; the browser plays them, and asks for more.
"""

import functools
from collections.abc import Sequence

import streamlit as st

from exam.charts.curves import Curve, curves_figure
from exam.charts.pictures import sheet_picture
from exam.model.plan import Study
from exam.model.results import Mark
from exam.page import player
from exam.page.ask_again import LONGEST_DELAY
from exam.page.browser import push
from exam.page.fragment import runs_alone
from exam.page.paper import OWN_QUESTION, html_of_paper
from exam.page.sentences import (
    delay_sentence,
    html_table,
    rows_of_studies,
    study_labels,
    warnings,
)
from exam.page.visit import EARLIER_STUDIES, FIGURE, Visit, chosen_study
from exam.service import run_queue
from exam.service.job import RETRY_SECONDS, Progress
from exam.service.scheduler import get_scheduler
from exam.texts import Texts

WAIT_SECONDS = 0.2  # for which a poll may wait, so that a short study is there at once
SECONDS_PER_STUDY_AHEAD = 0.1  # of delay, until the browser asks again
LOADING_DELAY = 2.0  # seconds at most, while Keras loads


def show_sheet_and_curves(visit: Visit, texts: Texts) -> None:
    """The study of the current settings, if begun last, with earlier ones as pale curves.

    Otherwise an unmarked sheet, divided into batches. Polling makes the scheduler compute the
    study. As long as marks are missing, the browser reruns the fragment that this belongs to.
    """
    chosen = chosen_study()
    shown = chosen if chosen == visit.study else None
    earlier = [(each, _poll_earlier(each, visit)) for each in visit.studies if each != shown]
    progress = poll_study(shown, visit) if shown else None
    marks = progress.marks if progress else []
    complete = [(study, marks) for study, marks in earlier if study.is_complete(marks)]
    student = chosen.plan.student
    push("picture", student, sheet_picture(student))  # which the browser keeps
    sheet, curves = st.columns([5, 8], gap="small")
    with sheet:
        st.html(player.html_of_sheet(player.MAIN) + html_of_paper(texts))
    with curves.container(key="study_drawn"):  # another key would recreate the chart
        # The head stands in their place while the film of the first pass is shown.
        st.html(player.html_of_head(player.MAIN, texts))
        _show_curves(visit, [*complete[-EARLIER_STUDIES:], (chosen, marks)], texts)
    st.html(player.html_of_player(player.MAIN))
    with st.container(key="status"):  # in the place of the player's sentence, while that is empty
        if sentence := _status_sentence(visit, chosen, progress, texts):
            st.markdown(sentence)
    st.html(player.html_of_unseen_mistakes(player.MAIN, OWN_QUESTION, texts))
    _show_warnings(visit, chosen, marks, texts)
    if earlier:
        rows = rows_of_studies([*complete, (chosen, marks)])
        with st.container(key="runs"):
            st.html(html_table(texts.runs_columns, rows))
    is_missing = progress is not None and not chosen.is_complete(marks)
    if progress and not is_missing:
        visit.map_study(chosen, marks[-1])
    _ask_for_more(visit, progress if is_missing else None, len(complete) < len(earlier))


def poll_study(study: Study, visit: Visit) -> Progress:
    """The study so far; a fragment run waits briefly for the rest, a whole page does not."""
    poll = functools.partial(
        get_scheduler().poll, study.plan, study.epochs, follower=visit.follower
    )
    progress = poll()
    if study.is_complete(progress.marks) or progress.failure or not runs_alone():
        return progress
    with run_queue.PARTS.lent_place() as may_wait:
        return poll(wait_seconds=WAIT_SECONDS) if may_wait else progress


def _poll_earlier(study: Study, visit: Visit) -> list[Mark]:
    scheduler = get_scheduler()
    progress = scheduler.poll(study.plan, study.epochs, is_background=True, follower=visit.follower)
    return progress.marks


def _show_curves(
    visit: Visit, studies: Sequence[tuple[Study, Sequence[Mark]]], texts: Texts
) -> None:
    labels = study_labels([study for study, _ in studies], texts)
    curves = [Curve(marks, label) for (_, marks), label in zip(studies, labels, strict=True)]
    _, epochs = studies[-1][0]
    figure = curves_figure(curves, epochs, texts, is_projected=visit.is_projected)
    st.vega_lite_chart(figure.data, figure.spec, alt=figure.alt, width="stretch")


def _status_sentence(visit: Visit, chosen: Study, progress: Progress | None, texts: Texts) -> str:
    """Why the study shows no progress, or what to press."""
    if progress:
        is_complete = chosen.is_complete(progress.marks)
        return "" if is_complete else delay_sentence(progress, texts)
    if visit.study:
        plan, epochs = chosen
        return texts.ready_again(batch_size=plan.batch_size, epochs=epochs, student=plan.student)
    return texts.ready


def _show_warnings(visit: Visit, chosen: Study, marks: Sequence[Mark], texts: Texts) -> None:
    """The warnings of overfitting, and with them the marks, which the browser plays.

    The browser shows each warning at the passes to which it belongs.
    """
    spans = []
    for number, warning in enumerate(warnings(marks, texts)):
        key = f"warning_{number}"
        st.container(key=key).warning(warning.text)
        span = {"key": key, "from": warning.start, "until": warning.end, "best": warning.best}
        spans.append(span)
    data = player.study_data(chosen, marks, texts)
    data |= {
        "picture": chosen.plan.student,  # the name of the picture that was pushed above
        "plays": chosen == visit.study,
        "play_id": visit.presses,  # another one plays from the beginning
        "scrolls": True,
        "warnings": spans,
    }
    push("study", player.MAIN, data)


def _ask_for_more(visit: Visit, progress: Progress | None, is_earlier_missing: bool) -> None:
    """Have the browser ask for the marks that are missing, of this study or of earlier ones.

    While the player has enough to play it asks for nothing; when that runs out, it asks at once.
    """
    waiting = visit.waiting
    if progress and progress.failure:
        waiting.ask(FIGURE, at_least=RETRY_SECONDS)
    elif progress and progress.loading_seconds is not None:
        waiting.ask(FIGURE, at_most=LOADING_DELAY)
    elif progress:
        delay = min(LONGEST_DELAY, progress.ahead * SECONDS_PER_STUDY_AHEAD)
        waiting.ask(FIGURE, at_least=delay, unless="playsAhead", on="study-runs-out")
    elif is_earlier_missing:
        waiting.ask(FIGURE)
    else:
        waiting.end(FIGURE)
