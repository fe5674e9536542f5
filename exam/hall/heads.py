"""Three heads beside each other on the projector: one first pass at batch sizes 1, 10 and 100.

A clicker solves ten questions a press (assets/hall/heads.js): ten updates in the first head,
one in the second, and in the third none before the tenth press.
"""

import streamlit as st

from exam.model.plan import Plan, Study
from exam.page import player
from exam.page.browser import push
from exam.page.fragment import fragment
from exam.page.pair import strip_data
from exam.page.sentences import delay_sentence
from exam.page.study_view import poll_study
from exam.page.visit import Visit, settings
from exam.texts import Texts

SIZES = (1, 10, 100)
LEADER = 10  # the batch size that paces the others
COLUMNS = 20  # questions in a row
KEY = "heads"  # of the step, and of what the visit waits for


@fragment
def show_heads(visit: Visit, texts: Texts) -> None:
    student = settings().student
    studies = {size: Study(Plan(size, student), 1) for size in SIZES}
    st.markdown(texts.hall.heads)
    marks = {}
    for size, study in studies.items():
        progress = poll_study(study, visit)
        if not study.is_complete(progress.marks):
            st.markdown(delay_sentence(progress, texts))
            visit.waiting.ask(KEY)
            return
        marks[size] = progress.marks
    visit.waiting.end(KEY)
    names = {size: f"{KEY}_{size}" for size in SIZES}
    for column, (size, name) in zip(st.columns(len(SIZES)), names.items(), strict=True):
        strip = player.html_of_strip(name, player.html_of_head(name, texts))
        column.html(f"<p><code>batch_size={size}</code></p>{strip}")
    st.html(player.html_of_player(names[LEADER], has_film=True))
    others = [size for size in SIZES if size != LEADER]
    for size in (*others, LEADER):  # the one that leads the others comes last
        data = strip_data(studies[size], marks[size], texts)
        followers = [names[other] for other in others] if size == LEADER else []
        data |= {"play_id": student, "stands": True, "followers": followers, "columns": COLUMNS}
        push("study", names[size], data)
