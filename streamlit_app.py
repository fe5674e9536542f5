"""The page, from top to bottom: set batch size and epochs, press, watch a student study."""

from collections.abc import Callable

import streamlit as st

from exam.charts.pictures import unseen_picture
from exam.hall import lecture
from exam.lesson.chapters import CHAPTERS
from exam.lesson.contents import link_to_next, numbered_title, show_lesson
from exam.model.settings import BATCH_SIZE, EPOCHS, STUDENT
from exam.page import paper
from exam.page.address import hint
from exam.page.ask_again import ask_again
from exam.page.browser import SCRIPTS, STYLES, card_styles, load, push, scripts, styles
from exam.page.controls import html_of_formula, quick_picks, slider
from exam.page.fragment import errors_as_text, fragment, rerun, wait_until_flushed
from exam.page.language import language
from exam.page.pair import PAIR, show_pair
from exam.page.player import UNSEEN_PICTURE
from exam.page.save import show_save
from exam.page.share import show_share
from exam.page.study_view import show_sheet_and_curves
from exam.page.visit import Visit, open_visit, settings, write_address
from exam.parts import STUDY
from exam.texts import LANGUAGES, Texts, load_texts, name_of

STUDENTS = range(STUDENT.lowest, STUDENT.highest + 1)
BELOW_STUDY = "below_study"  # the key of a fragment, as STUDY is


def show_page(visit: Visit, texts: Texts) -> None:
    show_heading(visit, texts)
    if visit.shows_study or (visit.only and CHAPTERS[visit.only].with_study):
        show_first_screen(visit, texts, lambda: press_start(visit))
    else:
        write_address()
    if visit.only != STUDY:
        show_lesson(visit, texts)
    ask_again("page", on="line-back")  # rerun the page when a lost connection is back


def show_first_screen(visit: Visit, texts: Texts, on_start: Callable[[], None]) -> None:
    """Sliders and button, the study, and what is below it; each of the three reruns alone."""
    fragment(show_settings)(visit, texts, on_start)
    show_study_and_below(visit, texts)


def show_settings(visit: Visit, texts: Texts, on_start: Callable[[], None]) -> None:
    st.markdown(texts.analogy)
    label_of = name_of if visit.is_projected else str  # large letters need space
    now, rerun = settings(), lambda: rerun_study(visit)
    batch, passes, begin, student = st.columns([9, 9, 7, 4], gap="small")
    with batch:
        slider(BATCH_SIZE, label_of(texts.batch_size), now.batch_size, texts, on_change=rerun)
        quick_picks(BATCH_SIZE, texts.batch_size, texts)
    with passes:
        slider(EPOCHS, label_of(texts.epochs), now.epochs, texts, on_change=rerun)
        quick_picks(EPOCHS, texts.epochs, texts)
    with begin, st.container(key="start_place"):
        st.button(texts.start, type="primary", key="start", width="stretch", on_click=on_start)
    with student:
        st.selectbox(
            texts.student,
            STUDENTS,
            STUDENTS.index(now.student),
            key="student",
            help=None if visit.is_projected else texts.student_help,
            on_change=rerun,
        )


def press_start(visit: Visit) -> None:
    """Begin a study; from the first one on there is something to take home below it."""
    changes_below = not visit.study or bool(st.session_state.get(PAIR))
    visit.begin_study()
    rerun_study(visit, *([BELOW_STUDY] if changes_below else []))


def rerun_study(visit: Visit, *others: str) -> None:
    """Rerun the study, and the chapters on the screen that follow it; nothing else."""
    rerun(STUDY, *others, *visit.chapters_that_follow)


def show_study_and_below(visit: Visit, texts: Texts) -> None:
    push("picture", UNSEEN_PICTURE, unseen_picture())
    push("sketch", texts.your_guess)
    push("paper", texts.paper.as_dict())
    fragment(show_study, key=STUDY)(visit, texts)
    fragment(paper.show_paper_line, key=paper.KEY)(visit)
    fragment(show_below_study, key=BELOW_STUDY)(visit, texts)


def show_study(visit: Visit, texts: Texts) -> None:
    """The settings as a formula, then sheet and curves of the study, its player and its warning.

    They are polled from the scheduler, which has Keras compute the study in a worker.
    """
    write_address()
    st.html(html_of_formula(texts))
    show_sheet_and_curves(visit, texts)


# Around the study: what is below it, and the heading with room and language.


def show_below_study(visit: Visit, texts: Texts) -> None:
    """The study as files, the page as links, the way to the next chapter, and two studies."""
    seat = visit.seat
    with st.container(horizontal=True, vertical_alignment="center", key="after"):
        if visit.study:
            save = st.popover(texts.save, key="save", on_change="rerun")
            if save.open:
                with save:
                    show_save(visit.study, (seat.exams or {}).get("centred"), visit.follower, texts)
        # A projector's first step shows how to join the room.
        if not visit.only and not (seat.step and seat.leads):
            share = st.popover(texts.share, key="share", on_change="rerun")
            if share.open:
                with share:
                    lecture.show_room_box(seat, texts)
                    show_share(texts)
        if not visit.only and not seat.step:
            with st.container(key="next", width="content"):
                st.markdown(link_to_next(visit.finished, texts))
        has_pair = bool(visit.study) and st.toggle(texts.pair.label, key=PAIR)
    if has_pair:
        show_pair(visit, texts)


def show_heading(visit: Visit, texts: Texts) -> None:
    title = numbered_title(visit.place, texts) if visit.place in CHAPTERS else texts.title
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="heading"):
        st.title(title, anchor=False, width="stretch")
        lecture.show_seat(visit, texts)
        st.segmented_control(
            texts.language_label,
            LANGUAGES,
            default=language(),
            key="lang",
            required=True,
            format_func=lambda lang: load_texts(lang).language,
            label_visibility="collapsed",
            width="content",
        )
    for name in visit.wrong_parameters:
        st.info(hint(name, texts))
    lecture.show_hints(visit, texts)


if __name__ == "__main__":
    st.set_page_config(page_title="batch_size · epochs", page_icon="✏️", layout="wide")
    load(styles(*STYLES) + card_styles() + scripts(*SCRIPTS))
    with errors_as_text():
        this_visit, these_texts = open_visit(), load_texts(language())
        if this_visit.is_projected:
            lecture.load_projector()
        if lecture.is_lecture(this_visit):
            lecture.show_lecture(
                this_visit, these_texts, show_heading, show_first_screen, show_study_and_below
            )
        else:
            show_page(this_visit, these_texts)
    wait_until_flushed()
else:  # Streamlit imports the file, to serve it as this application
    from exam.server.app import MIDDLEWARE, ROUTES, lifespan

    app = st.App("streamlit_app.py", routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)
