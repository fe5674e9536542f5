"""Two studies beside each other, which one player plays together."""

import streamlit as st

from exam.charts.pictures import sheet_picture
from exam.model.plan import Plan, Study
from exam.model.results import Mark
from exam.page import player
from exam.page.browser import push
from exam.page.sentences import delay_sentence, fit_call
from exam.page.study_view import WAIT_SECONDS
from exam.page.visit import Visit
from exam.service.scheduler import get_scheduler
from exam.texts import Texts

PAIR = "pair"  # the key of the toggle that shows them, and of what the visit waits for
FIRST, SECOND = f"{PAIR}_first", f"{PAIR}_second"
BATCH_SIZES = (1, 100)  # of the two, if the visit has only one study


def paired(studies: list[Study]) -> tuple[Study, Study]:
    """The last two studies, the longer one first.

    If there is only one, batch sizes 1 and 100 with its other settings.
    """
    if len(studies) > 1:
        first, second = sorted(studies[-2:], key=lambda study: -study.epochs)
        return first, second
    plan, epochs = studies[-1]
    first, second = (Study(Plan(size, plan.student), epochs) for size in BATCH_SIZES)
    return first, second


def show_pair(visit: Visit, texts: Texts) -> None:
    """The two sheets and their player, as soon as both studies are complete."""
    studies = paired(visit.studies)
    polls = [
        get_scheduler().poll(study.plan, study.epochs, wait_seconds=WAIT_SECONDS)
        for study in studies
    ]
    for study, progress in zip(studies, polls, strict=True):
        if not study.is_complete(progress.marks):
            st.markdown(delay_sentence(progress, texts))
            visit.waiting.ask(PAIR)
            return
    visit.waiting.end(PAIR)
    with st.container(key="pair_sheets"):
        st.html(player.html_of_player(FIRST, has_film=True))
        columns = st.columns(2, gap="small")
        for column, study, name in zip(columns, studies, (FIRST, SECOND), strict=True):
            strip = player.html_of_strip(name, player.html_of_head(name, texts))
            column.html(f"<p><code>{fit_call(study)}</code></p>{strip}")
    # The first leads the second, so it comes last. Other studies play from their beginning.
    play_id = " ".join(map(fit_call, studies))
    second = _data(studies[1], polls[1].marks, texts)
    push("study", SECOND, second | {"play_id": play_id})
    first = _data(studies[0], polls[0].marks, texts)
    paced_by = min(study.plan.batch_size for study in studies)  # so that each batch can be seen
    first |= {"play_id": play_id, "plays": True, "followers": [SECOND], "paced_by": paced_by}
    push("study", FIRST, first)


def _data(study: Study, marks: list[Mark], texts: Texts) -> player.Data:
    student = study.plan.student
    push("picture", student, sheet_picture(student))
    data = player.study_data(study, marks, texts)
    data["picture"] = student
    data["texts"] |= texts.pair.as_dict()
    data["texts"] |= {"hint_film": texts.player.hint, "film_unmarked": "", "still": ""}
    return data
