"""A live region: a line that nobody sees and that a screen reader speaks whenever it changes."""

import streamlit as st

_MARK_AS_LIVE = (
    "<script>"
    "document.querySelectorAll('[class*=\"_spoken\"]').forEach(line => line.role = 'status')"
    "</script>"
)


class LiveRegion:
    """Its place in the page, under the key `{name}_spoken`, is the same in every run of the script.

    Otherwise it would be new to a screen reader, which does not speak what a new region holds.
    """

    def __init__(self, name: str):
        self._place = st.container(key=f"{name}_spoken")
        self._line, self._text = None, ""

    def announce(self, text: str) -> None:
        if self._line is None:
            with self._place:
                self._line = st.markdown(text)
                st.html(_MARK_AS_LIVE, unsafe_allow_javascript=True, width="content")
        elif text != self._text:
            self._line.markdown(text)
        self._text = text
