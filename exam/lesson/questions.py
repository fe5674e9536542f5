"""Questions and answers, where the analogy ends, and the study on the screen as plain Keras."""

import streamlit as st

from exam.keras_script import keras_script
from exam.lesson.chapter import Chapter

FRAME_HEIGHT = 2500  # pixels, 700 wide: what the whole chapter takes


def show(chapter: Chapter) -> None:
    say = chapter.say
    for question, answer in zip(say.asked, say.answered, strict=True):
        st.markdown(f"**{question}**\n\n{answer}")
    st.markdown(say.analogy_ends)
    st.markdown("\n".join(f"- {difference}" for difference in say.differences))
    st.markdown(say.code_title)
    # Streamlit's colours for Python are too faint on its own background.
    st.code(keras_script(**chapter.settings), language=None, wrap_lines=True)
