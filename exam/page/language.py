"""The language of a visit: the one that was chosen, else the browser's."""

import streamlit as st

from exam.page.texts import LANGUAGES, choose_language


def language() -> str:
    """The language of the page, whatever has happened to its widget."""
    lang = st.session_state.get("lang")
    return lang if lang in LANGUAGES else browser_language()


def browser_language() -> str:
    return choose_language(st.context.locale)
