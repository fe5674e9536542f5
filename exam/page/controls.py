"""Sliders that a fingertip can move by one, quick picks, and what the settings mean in updates."""

import streamlit as st

from exam.model.exams import batches, batches_as_sum
from exam.model.settings import Setting
from exam.page.sentences import name_of
from exam.page.texts import Texts
from exam.page.visit import QUICK_PICKS, Visit


def slider(setting: Setting, visit: Visit, words: Texts, **options) -> int:
    """A slider between two buttons that move it by one: a fingertip covers ten steps of it."""
    label, name = getattr(words, setting.name), setting.name
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        value = st.slider(
            label,
            setting.lowest,
            setting.highest,
            key=name,
            on_change=visit.change_setting,
            **options,
        )
        for way, step, end in (("less", -1, setting.lowest), ("more", 1, setting.highest)):
            st.button(
                getattr(words, way)(setting=name_of(label)),
                key=f"{name}_{way}",
                icon=":material/remove:" if step < 0 else ":material/add:",
                type="tertiary",
                disabled=value == end,
                on_click=_move,
                args=(visit, setting, step),
            )
    return value


def _move(visit: Visit, setting: Setting, step: int) -> None:
    value = st.session_state[setting.name] + step
    st.session_state[setting.name] = min(max(value, setting.lowest), setting.highest)
    visit.change_setting()


def quick_picks(visit: Visit, words: Texts) -> None:
    st.segmented_control(
        words.quick_pick,
        QUICK_PICKS,
        key="quick_pick",
        on_change=_pick_batch_size,
        args=(visit,),
        label_visibility="collapsed",
        width="stretch",
    )


def _pick_batch_size(visit: Visit) -> None:
    # Pressing the one that was picked clears the control; then the batch size stays.
    st.session_state.batch_size = st.session_state.quick_pick or st.session_state.batch_size
    visit.change_setting()


def updates_sum(batch_size: int, epochs: int, words: Texts) -> str:
    """How many updates these settings make: 100 = 32+32+32+4 → 4 updates a pass, 4 × 20 = 80."""
    updates = len(batches(batch_size))
    return words.updates_sum(
        batches=batches_as_sum(batch_size),
        updates=updates,
        epochs=epochs,
        all_updates=updates * epochs,
    )
