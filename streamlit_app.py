"""The page, from top to bottom: set batch size and epochs, press, watch a student study."""

import logging
import time
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exam.lesson import CHAPTERS, ChapterView, Lesson, show_lesson
from exam.model.settings import BATCH_SIZE, EPOCHS, STUDENT
from exam.page.address import hint
from exam.page.controls import quick_picks, slider, updates_sum
from exam.page.save import fit_call
from exam.page.share import Part, show_share
from exam.page.study_view import StudyView
from exam.page.texts import LANGUAGES, Texts, load_texts
from exam.page.visit import Visit, language, open_visit, settings, write_address

STEP_SECONDS = 0.12  # the longest sleep between two looks before Stop is heard
CHAPTER_SECONDS = 0.5  # at least, between two drawings of what an experiment has found,
CHAPTER_REST = 8  # and at least so many times what drawing takes
ASSETS = Path(__file__).parent / "assets"
SHOW_REST_WHERE_MOTION_IS_UNWANTED = (
    "if (matchMedia('(prefers-reduced-motion: reduce)').matches)"
    " document.querySelector('.st-key-show_rest button')?.click()"
)

st.set_page_config(page_title="batch_size · epochs", page_icon="✏️", layout="wide")
st.html(ASSETS / "page.css")


def show_page() -> None:
    began = time.monotonic()
    visit = open_visit(tuple(CHAPTERS))
    words = load_texts(language())
    show_heading(visit, words)
    study, chapters = None, []
    if visit.shows_study:
        study = show_study(visit, words)
    if visit.only in ("", *CHAPTERS):
        marks = study.marks if study else ()
        chapters = show_lesson(Lesson(visit, words, settings(), marks, bool(visit.only)))
    if not visit.only:
        parts = {name: part(name, words) for name in CHAPTERS}
        show_share(words, parts)
    # Last of all: while a loop draws, what would stand below it would fade.
    if chapters or (study and study.is_drawing):
        follow(study, chapters, drawn_in=time.monotonic() - began)


def show_study(visit: Visit, words: Texts) -> StudyView:
    """The first screen: sliders, button, the figure that grows, its sentence, its warning."""
    study = StudyView(visit, words)
    st.markdown(words.analogy)
    controls, figure = st.columns([2, 3], gap="medium")
    with controls:
        while_drawing = show_controls(visit, words)
    with figure:
        st.code(fit_call(settings()), language=None, wrap_lines=True)
        study.show_curves()
    study.show_result(while_drawing)
    return study


def show_controls(visit: Visit, words: Texts) -> DeltaGenerator:
    """The settings and the button; returns the place of what is there only while drawing."""
    batch_size = slider(BATCH_SIZE, visit, words)
    quick_picks(visit, words)
    epochs = slider(EPOCHS, visit, words)
    student_help = None if visit.is_projected else words.student_help
    slider(STUDENT, visit, words, help=student_help)
    with st.container(horizontal=True, gap="xsmall"):
        start = {"type": "primary", "key": "start", "width": "stretch"}
        st.button(words.start, on_click=visit.begin_run, **start)
        while_drawing = st.empty()
        if visit.run and visit.run.is_drawing:
            with while_drawing.container(horizontal=True, gap="xsmall", width="content"):
                st.button(words.show_rest, key="show_rest", on_click=visit.show_the_rest)
                st.button(words.stop, key="stop", on_click=visit.stop_run)
                run_script(SHOW_REST_WHERE_MOTION_IS_UNWANTED)
    st.markdown(updates_sum(batch_size, epochs, words))
    if visit.is_projected:
        st.caption(words.student_help)  # nobody hovers in a lecture hall
    return while_drawing


def show_heading(visit: Visit, words: Texts) -> None:
    # For screen readers and line breaking; Streamlit's own document is always English.
    run_script(f"document.documentElement.lang = '{words.lang}'")
    if visit.is_projected:
        st.html((ASSETS / "projector.html").read_text("utf-8"), unsafe_allow_javascript=True)
    title = part(visit.only, words).title if visit.only in CHAPTERS else words.title
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(title, anchor=False, width="stretch")
        st.segmented_control(
            words.language_label,
            LANGUAGES,
            key="lang",
            required=True,
            format_func=lambda lang: load_texts(lang).language,
            on_change=write_address,
            label_visibility="collapsed",
            width="content",
        )
    for name in visit.wrong_parameters:
        st.info(hint(name, tuple(CHAPTERS), words))


def part(chapter: str, words: Texts) -> Part:
    return Part(getattr(words, chapter).title, CHAPTERS[chapter].frame_height)


def run_script(script: str) -> None:
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True, width="content")


def follow(study: StudyView | None, chapters: list[ChapterView], drawn_in: float) -> None:
    """Draw what comes of the study, until it has come to its end or a chapter has news.

    Where many draw, that takes long (`drawn_in` seconds), and all draw their chapters less often.
    """
    has_news, due = False, time.monotonic() + max(CHAPTER_SECONDS, CHAPTER_REST * drawn_in)
    while (study and study.is_drawing or chapters) and not (has_news and time.monotonic() >= due):
        st.session_state.get("visit")  # Streamlit ends a run only where it asks for something
        is_drawing = study and study.is_drawing
        rest = study.advance(waits=not chapters) if is_drawing else STEP_SECONDS
        for chapter in chapters:
            has_news |= chapter.poll()
        time.sleep(min(rest, STEP_SECONDS))
    if chapters or any(st.session_state.get(f"{name}_open") for name in CHAPTERS):
        st.rerun()


try:
    show_page()
except Exception:
    logging.getLogger("exam").exception("The page failed")
    st.error(load_texts(language()).failed)
