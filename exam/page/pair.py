"""Two studies beside each other, which one player plays at once."""

from html import escape

import streamlit as st

from exam.charts.pictures import sheet_picture
from exam.page import player
from exam.page.browser import push
from exam.page.sentences import fit_call, waiting
from exam.page.texts import Texts
from exam.page.training_run import TrainingRun
from exam.page.visit import Visit
from exam.service.scheduler import get_scheduler

PAIR = "pair"  # the key of the toggle that shows them, and what the visit waits for
SIZES = (1, 100)  # batch sizes of the two where the visit has only one study
WAIT_SECONDS = 0.2


def paired(visit: Visit) -> list[TrainingRun]:
    """The last two studies of the visit; where there is only one, the smallest batch and the
    largest with its other settings."""
    if len(visit.runs) > 1:
        return visit.runs[-2:]
    return [visit.run._replace(batch_size=size) for size in SIZES]


def show_pair(visit: Visit, words: Texts) -> None:
    """The two sheets, as soon as both studies are complete."""
    runs = paired(visit)
    polls = [get_scheduler().poll(run.plan, run.epochs, wait_seconds=WAIT_SECONDS) for run in runs]
    missing = [each for run, each in zip(runs, polls, strict=True) if len(each.marks) <= run.epochs]
    if missing:
        waited = visit.waiting.seconds_without_news(PAIR, sum(len(each.marks) for each in polls))
        st.markdown(waiting(missing[0], waited, 0, words))
        visit.waiting.ask(PAIR)
        return
    visit.waiting.end(PAIR)
    names = [f"{PAIR}_{number}" for number in range(len(runs))]
    leader = max(names, key=lambda name: runs[names.index(name)].epochs)
    with st.container(key="pair_sheets"):
        st.html(player.html_of_player(leader, has_film=True))
        for place, run, name in zip(st.columns(2, gap="small"), runs, names, strict=True):
            call = escape(fit_call(run.batch_size, run.epochs))
            place.html(f"<p><code>{call}</code></p>{player.html_of_strip(name)}")
    turn = " ".join(map(str, runs))
    for name in sorted(names, key=leader.__eq__):  # the one that leads the other comes last
        run, marks = runs[names.index(name)], polls[names.index(name)].marks
        data = player.study_data(run, marks, words)
        data["words"] |= words.starting("pair_") | {"hint_film": words.player_hint}
        push("picture", run.student, sheet_picture(run.student))
        others = [each for each in names if each != name] if name == leader else []
        leads = {"followers": others, "plays": bool(others), "run": turn}
        push("study", name, data | leads | {"picture": run.student})
