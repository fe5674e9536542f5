"""Sliders that move by one, quick picks, and what the settings mean in updates."""

import streamlit as st

from exam.model.exams import batches, batches_as_sum
from exam.model.settings import BATCH_SIZE, EPOCHS, Setting
from exam.page.sentences import fit_call, name_of
from exam.page.texts import Texts, as_html

# What the settings mean, and what stands in its place while a slider is dragged (sliders.js).
FORMULA = '<p class="formula">{set}</p><p class="formula is-dragged"></p>'
QUICK_PICKS = {BATCH_SIZE.name: (1, 10, 32, 100), EPOCHS.name: (1, 20, 100, 200)}


def quick_picks(setting: Setting, label: str, words: Texts) -> None:
    """Buttons that move its slider; the browser does it (sliders.js)."""
    picks = "".join(
        f'<button type="button" data-slider="{setting.name}" data-to="{value}">{value}</button>'
        for value in QUICK_PICKS[setting.name]
    )
    label = words.quick_pick(setting=name_of(label))
    st.html(f'<div class="picks" role="group" aria-label="{label}">{picks}</div>')


def slider(setting: Setting, label: str, words: Texts, **moved: object) -> None:
    """A slider between two buttons that move it by one: a fingertip covers ten steps of it.

    `moved` are the arguments of st.slider that say what is called when it was moved.
    """
    name = setting.name
    with st.container(key=f"{name}_row"):
        st.slider(label, setting.lowest, setting.highest, key=name, **moved)
        steps = {-1: words.less(setting=name_of(label)), 1: words.more(setting=name_of(label))}
        buttons = "".join(
            f'<button type="button" data-slider="{name}" data-by="{by}" aria-label="{text}">'
            f"{'−' if by < 0 else '+'}</button>"
            for by, text in steps.items()
        )
        st.html(f'<div class="steps">{buttons}</div>')


def html_of_formula(batch_size: int, epochs: int, words: Texts) -> str:
    updates = updates_sum(batch_size, epochs, words)
    return FORMULA.format(set=as_html(f"`{fit_call(batch_size, epochs)}` \u2003 {updates}"))


def updates_sum(batch_size: int, epochs: int, words: Texts) -> str:
    """How many updates these settings make: 100 = 32+32+32+4 → 4 updates a pass, 4 × 20 = 80."""
    updates, batch_sum = len(batches(batch_size)), batches_as_sum(batch_size)
    counted = {"updates": updates, "epochs": epochs, "all_updates": updates * epochs}
    return words.updates_sum(batches=batch_sum, **counted)
