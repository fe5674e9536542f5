"""The page, from top to bottom: set batch size and epochs, press, watch a student study."""

import streamlit as st
from streamlit.errors import StreamlitAPIException

from exam.charts.pictures import unseen_picture
from exam.hall.door import show_room
from exam.hall.lectern import go_to, open_lectern, show_step
from exam.hall.presenter import show_presenter_view
from exam.hall.seat import Seat, hints, show_entry, show_seat, take_seat
from exam.hall.steps import WATCHED
from exam.lesson.chapters import CHAPTERS
from exam.lesson.contents import link_to_next, numbered, show_lesson
from exam.model.settings import BATCH_SIZE, EPOCHS, STUDENT
from exam.page.address import hint
from exam.page.ask_again import ask_again
from exam.page.browser import SCRIPTS, STYLES, load, push, scripts, styles
from exam.page.controls import html_of_formula, quick_picks, slider
from exam.page.fragment import fragment, politely, wait_until_taken
from exam.page.language import language
from exam.page.pair import PAIR, show_pair
from exam.page.parts import STUDY
from exam.page.player import UNSEEN
from exam.page.save import show_save
from exam.page.sentences import name_of
from exam.page.share import show_share
from exam.page.study_view import show_figure
from exam.page.texts import LANGUAGES, Texts, load_texts
from exam.page.visit import Visit, chosen_run, keep_settings, open_visit, write_address

STUDENTS = range(STUDENT.lowest, STUDENT.highest + 1)
TAKE_HOME = "take_home"  # a part of the page, as STUDY is


def show_page() -> None:
    visit = open_visit()
    seat = take_seat(visit)
    open_lectern(seat, visit)
    words = load_texts(language())
    show_heading(visit, seat, words)
    if seat.presents:
        keep_settings()
        show_presenter_view(seat, visit, words)
        return
    needs_study = visit.place in CHAPTERS and CHAPTERS[visit.place].with_study and not seat.step
    if visit.shows_study or needs_study:
        show_first_screen(visit, seat, words)
    else:
        keep_settings()
        write_address()
    if seat.step:
        show_step(seat, visit, words)
    elif visit.only != STUDY:
        show_lesson(visit, words)
    ask_again("page", on="line-back")


def show_first_screen(visit: Visit, seat: Seat, words: Texts) -> None:
    """Sliders and button, the study, and what to do with it; each of the three runs alone."""
    push("picture", UNSEEN, unseen_picture())
    if seat.step == WATCHED:
        keep_settings()
    else:
        fragment(show_settings)(visit, seat, words)
    fragment(show_study, key=STUDY)(visit, words)
    fragment(take_home, key=TAKE_HOME)(visit, seat, words)


def show_settings(visit: Visit, seat: Seat, words: Texts) -> None:
    st.markdown(words.analogy)
    label_of = name_of if visit.is_projected else str  # in large letters there is less room
    moved = {"on_change": rerun_study, "args": (visit,)}
    batch, passes, begin, who = st.columns([9, 9, 7, 4], gap="small")
    with batch:
        slider(BATCH_SIZE, label_of(words.batch_size), words, **moved)
        quick_picks(BATCH_SIZE, words.batch_size, words)
    with passes:
        slider(EPOCHS, label_of(words.epochs), words, **moved)
        quick_picks(EPOCHS, words.epochs, words)
    with begin, st.container(key="start_place"):
        start = {"type": "primary", "key": "start", "width": "stretch"}
        st.button(words.start, on_click=press_start, args=(visit, seat), **start)
    with who:
        student_help = None if visit.is_projected else words.student_help
        st.selectbox(words.student, STUDENTS, key="student", help=student_help, **moved)


def press_start(visit: Visit, seat: Seat) -> None:
    has_pair = bool(st.session_state.get(PAIR))
    changes_below = has_pair or not visit.run  # from the first press on there is something to save
    visit.begin_run()
    if seat.step:  # on a projector, what is watched is another step
        go_to(WATCHED, seat, visit)
        st.rerun()
    rerun_study(visit, *[TAKE_HOME] * changes_below)


def rerun_study(visit: Visit, *others: str) -> None:
    """Draw the study again, and those chapters on the screen that follow it; nothing else."""
    try:
        st.rerun([STUDY, *others, *visit.followers])
    except StreamlitAPIException:  # the last run was broken off before it had drawn them
        st.rerun()


def show_study(visit: Visit, words: Texts) -> None:
    """What the settings mean, then the figure with its player and its warning."""
    write_address()
    run = chosen_run()
    st.html(html_of_formula(run.batch_size, run.epochs, words))
    show_figure(visit, words)


def take_home(visit: Visit, seat: Seat, words: Texts) -> None:
    """What can be saved of the study, how to share the page, and the way to the next chapter."""
    with st.container(horizontal=True, vertical_alignment="center", key="after"):
        if visit.run:
            save = st.popover(words.save, key="save", on_change="rerun")
            if save.open:
                with save:
                    show_save(visit.run, (visit.exams or {}).get("form"), words)
        if not visit.only and not (seat.step and seat.leads):  # the door shows the room
            share = st.popover(words.share, key="share", on_change="rerun")
            if share.open:
                with share:
                    show_room(seat, words)
                    show_share(words)
        if not visit.only and not seat.step:
            with st.container(key="next", width="content"):
                st.markdown(link_to_next(visit.done, words))
        has_pair = bool(visit.run) and st.toggle(words.pair, key=PAIR)
    if has_pair:
        show_pair(visit, words)


def show_heading(visit: Visit, seat: Seat, words: Texts) -> None:
    if visit.is_projected:
        load(styles("projector.css", "hall.css") + scripts("projector.js"))
    title = numbered(visit.place, words) if visit.place in CHAPTERS else words.title
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="heading"):
        st.title(title, anchor=False, width="stretch")
        show_seat(seat, words)
        st.segmented_control(
            words.language_label,
            LANGUAGES,
            key="lang",
            required=True,
            format_func=lambda lang: load_texts(lang).language,
            label_visibility="collapsed",
            width="content",
        )
    for text in (*(hint(name, words) for name in visit.wrong_parameters), *hints(seat, words)):
        st.info(text)
    if seat.awaits_room or "room" in seat.wrong_parameters:
        show_entry(words)


if __name__ == "__main__":
    st.set_page_config(page_title="batch_size · epochs", page_icon="✏️", layout="wide")
    load(styles(*STYLES) + scripts(*SCRIPTS))
    with politely():
        show_page()
    wait_until_taken()
else:
    from exam.server import MIDDLEWARE, ROUTES, lifespan

    app = st.App("streamlit_app.py", routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)
