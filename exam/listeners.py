"""What only listeners hear: a line that a screen reader speaks whenever it changes."""

import streamlit as st

_LET_THEM_HEAR = (
    "<script>"
    "document.querySelectorAll('[class*=\"_spoken\"]').forEach(line => line.role = 'status')"
    "</script>"
)


class Listeners:
    """Keeps a place in the page under the key `{name}_spoken`, where nothing is to be seen.

    The same place in every run, or it would be new to a screen reader, which is silent about what
    a new place holds.
    """

    def __init__(self, name: str):
        self._place = st.container(key=f"{name}_spoken")
        self._line, self._said = None, ""

    def tell(self, text: str) -> None:
        if self._line is None:
            with self._place:
                self._line = st.markdown(text)
                st.html(_LET_THEM_HEAR, unsafe_allow_javascript=True, width="content")
        elif text != self._said:
            self._line.markdown(text)
        self._said = text
