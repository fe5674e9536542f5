"""The page, from top to bottom: set batch size and epochs, press, watch a student study."""

import streamlit as st

from exam.lesson import CHAPTERS, link_to_next, numbered, show_lesson
from exam.lesson.lectern import WATCHED, begin_study, show_step, stand_at
from exam.model.settings import BATCH_SIZE, EPOCHS, STUDENT
from exam.page.address import STUDY, hint
from exam.page.ask_again import ask_when_the_line_is_back
from exam.page.assets import asset
from exam.page.controls import quick_picks, slider, updates_sum
from exam.page.fragment import fragment, politely, wait_until_taken
from exam.page.language import language
from exam.page.player import load_assets
from exam.page.room import show_seat
from exam.page.save import show_save
from exam.page.sentences import fit_call, name_of
from exam.page.share import show_room, show_share
from exam.page.study_view import show_figure
from exam.page.texts import LANGUAGES, Texts, load_texts
from exam.page.visit import (
    Visit,
    chosen_run,
    keep_settings,
    open_visit,
    write_address,
)

STUDENTS = range(STUDENT.lowest, STUDENT.highest + 1)
TAKE_HOME = "take_home"  # a part of the page, as STUDY is


def show_page() -> None:
    visit = open_visit()
    if visit.is_projected and visit.only != STUDY and not visit.step:
        stand_at(visit)
    words = load_texts(language())
    show_heading(visit, words)
    if visit.shows_study or needs_study(visit):
        show_first_screen(visit, words)
    else:
        keep_settings()
        write_address()
    if visit.step:
        show_step(visit, words)
    elif visit.only in ("", *CHAPTERS):
        show_lesson(visit, words)
    ask_when_the_line_is_back()


def show_first_screen(visit: Visit, words: Texts) -> None:
    """Sliders and button, the study, and what to do with it; each of the three runs alone."""
    if visit.step == WATCHED:
        keep_settings()
    else:
        fragment(show_settings)(visit, words)
    fragment(show_study, key=STUDY)(visit, words)
    fragment(take_home, key=TAKE_HOME)(visit, words)


def show_settings(visit: Visit, words: Texts) -> None:
    st.markdown(words.analogy)
    label_of = name_of if visit.is_projected else str  # in large letters there is less room
    moved = {"on_change": run_study, "args": (visit,)}
    batch, passes, who, begin = st.columns([9, 9, 4, 7], gap="small")
    with batch:
        slider(BATCH_SIZE, label_of(words.batch_size), words, **moved)
        quick_picks(words)
    with passes:
        slider(EPOCHS, label_of(words.epochs), words, **moved)
    with who:
        student_help = None if visit.is_projected else words.student_help
        st.selectbox(words.student, STUDENTS, key="student", help=student_help, **moved)
    with begin, st.container(key="start_place"):
        start = {"type": "primary", "key": "start", "width": "stretch"}
        st.button(words.start, on_click=press_start, args=(visit,), **start)


def press_start(visit: Visit) -> None:
    is_first = not visit.run
    begin_study(visit)
    if visit.step:  # on a projector, what is watched is another step
        st.rerun()
    run_study(visit, *[TAKE_HOME] * is_first)  # from now on there is something to save


def run_study(visit: Visit, *others: str) -> None:
    """Run the study, and those chapters on the screen that show what it does; nothing else."""
    st.rerun([STUDY, *others, *visit.followers])


def show_study(visit: Visit, words: Texts) -> None:
    """What the settings mean, then the figure with its player and its warning."""
    write_address()
    run = chosen_run()
    updates = updates_sum(run.batch_size, run.epochs, words)
    st.markdown(f"`{fit_call(run.batch_size, run.epochs)}` &emsp; {updates}")
    show_figure(visit, words)


def take_home(visit: Visit, words: Texts) -> None:
    """What can be saved of the study, how to share the page, and the way to the next chapter."""
    with st.container(horizontal=True, vertical_alignment="center", key="after"):
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
    if visit.is_projected:
        st.html(asset("projector.html"), unsafe_allow_javascript=True)
    place = visit.step[0] if visit.step else visit.only
    title = numbered(place, words) if place in CHAPTERS else words.title
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="heading"):
        st.title(title, anchor=False, width="stretch")
        if visit.seat.code:
            show_seat(visit.seat, visit.seat.awaits_room, words)
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
    if visit.seat.awaits_room or "room" in visit.wrong_parameters:
        visit.seat.show_entry(words)


def needs_study(visit: Visit) -> bool:
    """Whether a chapter is shown alone that would be nothing without the first screen."""
    return visit.only in CHAPTERS and CHAPTERS[visit.only].with_study and not visit.step


if __name__ == "__main__":
    st.set_page_config(page_title="batch_size · epochs", page_icon="✏️", layout="wide")
    load_assets()
    with politely():
        show_page()
    wait_until_taken()
else:
    from exam.server import MIDDLEWARE, ROUTES, lifespan

    app = st.App("streamlit_app.py", routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)
