"""Questions and answers, where the analogy ends, and the study on the screen as plain Keras."""

import streamlit as st

from exam.lesson.blocks import Display
from exam.lesson.chapter import Chapter
from exam.lesson.chapter_view import ChapterView
from exam.model.keras_script import keras_script
from exam.model.plan import LEARNING_RATE
from exam.page.browser import ASKED
from exam.page.visit import chosen_study


def show_questions(view: ChapterView) -> None:
    captions = view.captions
    for picture, question, answer in zip(ASKED, captions.asked, captions.answered, strict=True):
        with st.container(key=picture):
            st.markdown(f"**{question}**\n\n{answer}")
    st.markdown(captions.analogy_ends)
    lines = [f"| {' | '.join(captions.columns)} |", "| --- | --- |"]
    for people, fit in zip(captions.people, captions.fit, strict=True):
        lines.append(f"| {people} | {fit(learning_rate=LEARNING_RATE)} |")
    st.markdown("\n".join(lines))
    with st.expander(captions.code_title):
        st.markdown(captions.run)
        # Streamlit's colours for Python are too faint on its own background.
        st.code(keras_script(chosen_study()), language=None, wrap_lines=True)


CHAPTER = Chapter(
    name="questions",
    blocks=(Display(show_questions, due="always"),),
    follows_study=True,
)
