"""Sliders that move by one, quick picks, and the place of the formula."""

from collections.abc import Callable

import streamlit as st

from exam.model.settings import BATCH_SIZE, EPOCHS, Setting
from exam.texts import Texts, name_of

# What the settings mean in updates, which the browser writes, also while a slider is dragged; and
# a button for the settings of the lesson from which the page comes.
FORMULA = '<div class="formulas"><p class="formula"></p>{preset}</div>'
PRESET = '<button type="button" class="preset" data-batch_size="{}" data-epochs="{}">{}</button>'
LESSON_SETTINGS = (32, 10)  # batch size and epochs
QUICK_PICKS = {BATCH_SIZE.name: (1, 10, 32, 100), EPOCHS.name: (1, 20, 100, 200)}


def html_of_formula(texts: Texts) -> str:
    batch_size, epochs = LESSON_SETTINGS
    label = texts.preset(batch_size=batch_size, epochs=epochs)
    return FORMULA.format(preset=PRESET.format(batch_size, epochs, label))


def quick_picks(setting: Setting, label: str, texts: Texts) -> None:
    """Buttons that set the slider to usual values; the browser does it (sliders.js)."""
    picks = "".join(
        f'<button type="button" data-slider="{setting.name}" data-to="{value}">{value}</button>'
        for value in QUICK_PICKS[setting.name]
    )
    label = texts.quick_pick(setting=name_of(label))
    st.html(f'<div class="picks" role="group" aria-label="{label}">{picks}</div>')


def slider(
    setting: Setting,
    label: str,
    value: int,
    texts: Texts,
    on_change: Callable[[], None] | None = None,
) -> None:
    """A slider between two buttons that move it by one, since a fingertip covers ten of its steps.

    It begins at `value`, even if it has not been drawn for a while.
    """
    name = setting.name
    with st.container(key=f"{name}_row"):
        st.slider(label, setting.lowest, setting.highest, value, key=name, on_change=on_change)
        less, more = texts.less(setting=name_of(label)), texts.more(setting=name_of(label))
        button = f'<button type="button" data-slider="{name}"'
        st.html(
            f'<div class="steps">{button} data-by="-1" aria-label="{less}">−</button>'
            f'{button} data-by="1" aria-label="{more}">+</button></div>'
        )
