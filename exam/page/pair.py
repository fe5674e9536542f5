"""Two studies beside each other, which one player plays together."""

import streamlit as st

from exam.charts.pictures import sheet_picture
from exam.model.plan import Plan, Study
from exam.model.results import Mark
from exam.page import player
from exam.page.browser import push
from exam.page.sentences import delay_sentence, fit_call, study_labels
from exam.page.study_view import poll_study
from exam.page.visit import Visit
from exam.texts import Texts

PAIR = "pair"  # the key of the toggle that shows them, and of what the visit waits for
CHOICES = (f"{PAIR}_left", f"{PAIR}_right")  # the keys of the two choices
FIRST, SECOND = f"{PAIR}_first", f"{PAIR}_second"
BATCH_SIZES = (1, 100)  # of the two, if the visit has only one study


def offered(studies: list[Study]) -> list[Study]:
    """What can be compared: the visit's studies, and the last of them at batch sizes 1 and 100."""
    plan, epochs = studies[-1]
    others = [Study(Plan(size, plan.student), epochs) for size in BATCH_SIZES]
    return list(dict.fromkeys([*studies, *others]))


def usual(studies: list[Study]) -> tuple[Study, Study]:
    """The last two studies; if there is only one, batch sizes 1 and 100."""
    first, second = studies[-2:] if len(studies) > 1 else offered(studies)[-2:]
    return first, second


def choose(studies: list[Study], number: int, texts: Texts) -> list[Study]:
    """The two chosen studies, the longer one first, because its player plays both."""
    both = offered(studies)
    labels = dict(zip(both, study_labels(both, texts), strict=True))
    chosen = []
    for column, key, default in zip(st.columns(2), CHOICES, usual(studies), strict=True):
        study = column.selectbox(
            texts.pair.choice,
            both,
            both.index(default),
            key=f"{key}_{number}",  # another press chooses the usual two again
            format_func=labels.__getitem__,
            label_visibility="collapsed",
        )
        chosen.append(study if study in both else default)  # a forged message can say anything
    return sorted(chosen, key=lambda study: -study.epochs)


def show_pair(visit: Visit, texts: Texts) -> None:
    """The two sheets and their player, as soon as both studies are complete."""
    studies = choose(visit.studies, visit.presses, texts)
    polls = [poll_study(study, visit) for study in studies]
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
    second = strip_data(studies[1], polls[1].marks, texts)
    push("study", SECOND, second | {"play_id": play_id})
    first = strip_data(studies[0], polls[0].marks, texts)
    paced_by = min(study.plan.batch_size for study in studies)  # so that each batch can be seen
    first |= {"play_id": play_id, "plays": True, "followers": [SECOND], "paced_by": paced_by}
    push("study", FIRST, first)


def strip_data(study: Study, marks: list[Mark], texts: Texts) -> player.Data:
    """A study on a strip with a head, which stands beside others."""
    student = study.plan.student
    push("picture", student, sheet_picture(student))
    data = player.study_data(study, marks, texts)
    data["picture"] = student
    data["texts"] |= texts.pair.as_dict()
    data["texts"] |= {"hint_film": texts.player.hint, "film_unmarked": "", "still": ""}
    return data
