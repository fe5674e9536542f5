"""Two studies beside each other, which one player plays at once."""

import streamlit as st

from exam.charts.pictures import sheet_picture
from exam.model.results import Mark
from exam.page import player
from exam.page.browser import push
from exam.page.sentences import fit_call, waiting
from exam.page.study_view import WAIT_SECONDS
from exam.page.texts import Texts
from exam.page.training_run import TrainingRun
from exam.page.visit import Visit
from exam.service.scheduler import get_scheduler

PAIR = "pair"  # the key of the toggle that shows them, and what the visit waits for
SIZES = (1, 100)  # batch sizes of the two where the visit has only one study


def paired(visit: Visit) -> list[TrainingRun]:
    """The last two studies, the longer one first.

    Where there is only one, a batch of 1 and one of 100 with its other settings.
    """
    if len(visit.runs) > 1:
        return sorted(visit.runs[-2:], key=lambda run: -run.epochs)
    return [visit.run._replace(batch_size=size) for size in SIZES]


def show_pair(visit: Visit, words: Texts) -> None:
    """The two sheets and their player, as soon as both studies are complete."""
    runs = paired(visit)
    polls = [get_scheduler().poll(run.plan, run.epochs, wait_seconds=WAIT_SECONDS) for run in runs]
    missing = [poll for run, poll in zip(runs, polls, strict=True) if len(poll.marks) <= run.epochs]
    if missing:
        waited = visit.waiting.seconds_without_news(PAIR, sum(len(poll.marks) for poll in polls))
        st.markdown(waiting(missing[0], waited, 0, words))
        visit.waiting.ask(PAIR)
        return
    visit.waiting.end(PAIR)
    first, second = f"{PAIR}_first", f"{PAIR}_second"
    with st.container(key="pair_sheets"):
        st.html(player.html_of_player(first, has_film=True))
        for place, run, name in zip(st.columns(2, gap="small"), runs, (first, second), strict=True):
            call = fit_call(run.batch_size, run.epochs)
            place.html(f"<p><code>{call}</code></p>{player.html_of_strip(name)}")
    turn = " ".join(map(str, runs))  # other studies play anew
    # The first leads the second, so it comes last.
    _push_study(second, runs[1], polls[1].marks, words, {"run": turn})
    leads = {"plays": True, "followers": [second]}
    _push_study(first, runs[0], polls[0].marks, words, {"run": turn} | leads)


def _push_study(name: str, run: TrainingRun, marks: list[Mark], words: Texts, more: dict) -> None:
    data = player.study_data(run, marks, words) | {"picture": run.student} | more
    data["words"] |= words.starting("pair_") | {"hint_film": words.player_hint, "film_unmarked": ""}
    push("picture", run.student, sheet_picture(run.student))
    push("study", name, data)
