"""The language of a visit: the one that was chosen, else the browser's."""

import streamlit as st

from exam.texts import LANGUAGES, choose_language


def language() -> str:
    """The language of the page: that of its widget, else of the visit, else of the browser."""
    state = st.session_state
    langs = [state.get("lang"), state.visit.values["lang"] if "visit" in state else None]
    return next((lang for lang in langs if lang in LANGUAGES), browser_language())


def browser_language() -> str:
    return choose_language(st.context.locale)
