"""Questions and answers, where the analogy ends, and the study on the screen as plain Keras."""

import streamlit as st

from exam.lesson.blocks import Display
from exam.lesson.chapter import Chapter
from exam.lesson.chapter_view import ChapterView
from exam.model.keras_script import keras_script
from exam.model.plan import LEARNING_RATE
from exam.page.visit import chosen_run


def show_questions(view: ChapterView) -> None:
    say = view.say
    for question, answer in zip(say.asked, say.answered, strict=True):
        st.markdown(f"**{question}**\n\n{answer}")
    st.markdown(say.analogy_ends)
    fields = {"learning_rate": LEARNING_RATE}
    st.markdown("\n".join(f"- {difference(**fields)}" for difference in say.differences))
    st.markdown(say.code_title)
    # Streamlit's colours for Python are too faint on its own background.
    st.code(keras_script(**chosen_run()._asdict()), language=None, wrap_lines=True)


BLOCKS = (Display(show_questions, "always"),)
CHAPTER = Chapter("questions", BLOCKS, follows_study=True)
