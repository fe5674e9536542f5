"""The learner's guess: asked for before an experiment, and set beside what was measured.

The callbacks take the visit and no view: Streamlit keeps them between two runs of the script,
and with a view it would keep all results that were drawn.
"""

import streamlit as st

from exam.lesson.chapter import Chapter, Plans, Texts
from exam.page.visit import Visit
from exam.service.experiment import Experiment


def ask(name: str, chapter: Chapter, words: Texts, plans: Plans, visit: Visit) -> None:
    """Ask for a guess, or for a pass, and offer to find out."""
    say = getattr(words, name)
    if passes := chapter.passes:
        middle = passes[-1] // 2
        choice = st.slider(say.question, passes[0], passes[-1], middle, key=f"{name}_stop")
    else:
        options = {"index": None, "format_func": lambda number: say.choices[number]}
        choices, key = range(len(say.choices)), f"{name}_guess"
        choice = st.radio(f"**{say.question}**", choices, key=key, **options)
        if choice is None:
            st.caption(words.guess_first)
    callback = {"on_click": _begin, "args": (visit, name, Experiment(plans, choice))}
    is_disabled = choice is None
    st.button(say.press, type="primary", key=f"{name}_begin", disabled=is_disabled, **callback)


def _begin(visit: Visit, name: str, experiment: Experiment) -> None:
    visit.experiments[name] = experiment


def show_conclusion(name: str, chapter: Chapter, words: Texts, choice: int, measured: str) -> None:
    """The guess, what was measured, and the rule."""
    say = getattr(words, name)
    with st.container(key=f"{name}_conclusion"):
        yours, found = st.columns([1, 3], gap="medium")
        if chapter.passes:
            yours.markdown(f"**{say.own}**\n\n{say.stopped_at(epoch=choice)}")
        else:
            yours.markdown(f"**{words.your_guess}**\n\n{say.choices[choice]}")
        found.markdown(f"**{words.measured}**\n\n{measured}")
        found.markdown(say.rule)


def offer_again(name: str, words: Texts, visit: Visit) -> None:
    st.button(words.again, key=f"{name}_again", on_click=_forget, args=(visit, name))


def _forget(visit: Visit, name: str) -> None:
    visit.experiments.pop(name, None)
    st.session_state.pop(f"{name}_guess", None)
