"""The page, from top to bottom: set batch size and epochs, press, watch a student study."""

import logging
import time

import streamlit as st

from exam.lesson import CHAPTERS, Lesson, link_to_next, numbered, show_lesson
from exam.lesson.lectern import WATCHED, begin_study, show_step, stand_at
from exam.model.exams import BrokenExams
from exam.model.settings import BATCH_SIZE, EPOCHS, STUDENT
from exam.page.address import STUDY, hint
from exam.page.controls import quick_picks, slider, updates_sum
from exam.page.player import asset, load_script, styles
from exam.page.save import show_save
from exam.page.sentences import fit_call, name_of
from exam.page.share import show_room, show_share
from exam.page.study_view import StudyView
from exam.page.texts import LANGUAGES, Texts, load_texts
from exam.page.visit import (
    Visit,
    chosen_run,
    keep_settings,
    language,
    open_visit,
    write_address,
)

STUDENTS = range(STUDENT.lowest, STUDENT.highest + 1)
POLL_SECONDS = 0.5  # between two looks at a study or at an experiment that runs
CHAPTER_REST = 8  # while chapters run, at least so many times what drawing the page took

st.set_page_config(page_title="batch_size · epochs", page_icon="✏️", layout="wide")
st.html(styles())


def show_page() -> None:
    began = time.monotonic()
    visit = open_visit()
    if visit.is_projected and visit.only != STUDY and not visit.step:
        stand_at(visit)
    words = load_texts(language())
    show_heading(visit, words)
    study, lesson = None, Lesson(visit, words)
    if visit.shows_study or needs_study(visit):
        study = show_study(visit, words)
    else:
        keep_settings()
    try:
        if visit.step:
            show_step(lesson)
        elif visit.only in ("", *CHAPTERS):
            show_lesson(lesson)
        # Last of all: while a loop draws, what would stand below it would fade.
        follow(study, lesson, drawn_in=time.monotonic() - began)
    finally:
        lesson.running = None  # Streamlit keeps it for its fragments, and no results are to stay


def show_study(visit: Visit, words: Texts) -> StudyView:
    """The first screen: sliders and button, then the figure with its player and its warning."""
    if visit.step == WATCHED:
        keep_settings()
    else:
        show_settings(visit, words)
    run = chosen_run()
    updates = updates_sum(run.batch_size, run.epochs, words)
    st.markdown(f"`{fit_call(run.batch_size, run.epochs)}` &emsp; {updates}")
    study = StudyView(visit, words)
    study.show()
    with st.container(horizontal=True, vertical_alignment="center", key="after"):
        take_home(visit, words)
    return study


def show_settings(visit: Visit, words: Texts) -> None:
    st.markdown(words.analogy)
    label_of = name_of if visit.is_projected else str  # in large letters there is less room
    batch, passes, who, begin = st.columns([9, 9, 4, 7], gap="small")
    with batch:
        slider(BATCH_SIZE, label_of(words.batch_size), words)
        quick_picks(words)
    with passes:
        slider(EPOCHS, label_of(words.epochs), words)
    with who:
        student_help = None if visit.is_projected else words.student_help
        st.selectbox(words.student, STUDENTS, key="student", help=student_help)
    with begin, st.container(key="start_place"):
        start = {"type": "primary", "key": "start", "width": "stretch"}
        st.button(words.start, on_click=begin_study, args=(visit,), **start)


def take_home(visit: Visit, words: Texts) -> None:
    """What can be saved of the study, how to share the page, and the way to the next chapter."""
    if visit.run:
        save = st.popover(words.save, key="save", on_change="rerun")
        if save.open:
            with save:
                show_save(visit.run, words)
    if not visit.only and not (visit.step and visit.seat.leads):  # the door shows the room
        share = st.popover(words.share, key="share", on_change="rerun")
        if share.open:
            with share:
                show_room(visit, words)
                show_share(words, {name: each.frame_height for name, each in CHAPTERS.items()})
    if not visit.only and not visit.step:
        with st.container(key="next", width="content"):
            st.markdown(link_to_next(visit.done, words))


def show_heading(visit: Visit, words: Texts) -> None:
    load_script()
    if visit.is_projected:
        st.html(asset("projector.html"), unsafe_allow_javascript=True)
    place = visit.step[0] if visit.step else visit.only
    title = numbered(place, words) if place in CHAPTERS else words.title
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="heading"):
        st.title(title, anchor=False, width="stretch")
        visit.seat.show(words)
        st.segmented_control(
            words.language_label,
            LANGUAGES,
            key="lang",
            required=True,
            format_func=lambda lang: load_texts(lang).language,
            label_visibility="collapsed",
            width="content",
        )
    hints = [hint(name, words) for name in visit.wrong_parameters]
    for text in filter(None, [*hints, visit.seat.hint(words)]):
        st.info(text)
    if visit.seat.refused == "room" or "room" in visit.wrong_parameters:
        visit.seat.show_entry(words)
    write_address()


def needs_study(visit: Visit) -> bool:
    """Whether a chapter is shown alone that would be nothing without the first screen."""
    return visit.only in CHAPTERS and CHAPTERS[visit.only].with_study and not visit.step


def follow(study: StudyView | None, lesson: Lesson, drawn_in: float) -> None:
    """Send what comes of the study, until it has come to its end or a chapter has news."""
    chapters = lesson.running
    has_news = False
    redraw_from = time.monotonic() + max(POLL_SECONDS, CHAPTER_REST * drawn_in)
    was_running = bool(study and study.is_running)
    while chapters or (study and study.is_running):
        if study and study.is_running:
            study.advance(POLL_SECONDS)
        else:
            st.session_state.get("visit")  # Streamlit ends a run only where it asks for something
            time.sleep(POLL_SECONDS / 4)
        for chapter in chapters:
            has_news |= chapter.poll()
        if has_news and time.monotonic() >= redraw_from:
            break
    has_open = any(
        st.session_state.get(f"{name}_open") or name == lesson.visit.only for name in CHAPTERS
    )
    # A chapter shows what has come to its end, and its title says that it is done.
    if chapters or lesson.is_stale or (was_running and has_open):
        st.rerun()


try:
    show_page()
except Exception as error:
    logging.getLogger("exam").exception("The page failed")
    words = load_texts(language())
    st.error(words.failure_exams if isinstance(error, BrokenExams) else words.failed)
