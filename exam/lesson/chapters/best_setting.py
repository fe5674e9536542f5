"""Find the best setting together: every study of the room, or of this visit, on one map."""

from collections.abc import Sequence

import streamlit as st

from exam.charts.settings_map import best_of, settings_map, value_of
from exam.lesson.blocks import Display
from exam.lesson.chapter import Chapter, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.plan import Plan, Study
from exam.model.studied import Point
from exam.page.ask_again import ask_again
from exam.page.browser import load
from exam.page.save import figure_buttons
from exam.page.sentences import first_sentence

# Settings measured with student 1, shown as covered tiles; the best one may be among them.
GRID_BATCH_SIZES, GRID_EPOCHS = (1, 2, 5, 10, 20, 50, 100), (5, 10, 20, 50, 100, 200)
POLL_SECONDS = 0.5  # between two polls on a projector, while others study
OPTIONS = {"loss": "loss", "wrong": "wrong"}  # of the colour


def show_map(view: ChapterView) -> None:
    """The map and a sentence about it; on a projector both grow."""
    captions, visit = view.captions, view.visit
    _map_study(view)
    st.markdown(first_sentence(captions.story) if visit.is_projected else captions.story)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        by = view.choose(OPTIONS)
        uncovered = st.toggle(captions.uncover, key=f"{view.name}_uncover")
    points, grid = visit.seat.studied.points(), measured_grid(view)
    with st.container(key="map"):
        view.show_figure(settings_map(points, by, view.texts, grid, uncovered=uncovered))
        if points:
            load(figure_buttons(view.texts, "exam-map", captions.title))
    st.markdown(sentence(points, grid, by, captions))
    if visit.is_projected:
        ask_again("map", POLL_SECONDS)
    else:
        st.markdown(captions.rule)
        if visit.seat.voting_room:
            st.caption(captions.last_of_each(count=visit.seat.studied.most_of_a_learner))


def _map_study(view: ChapterView) -> None:
    """Put the study of the first screen on the map, if it is complete."""
    study = view.visit.study
    if study and (marks := view.without_guess({"study": study}).complete.get("study")):
        view.visit.map_study(study, marks[-1])


def measured_grid(view: ChapterView) -> list[Point]:
    """The points of the grid that are complete."""
    last = max(GRID_EPOCHS)
    sizes = {size: Study(Plan(size, 1), last) for size in GRID_BATCH_SIZES}
    complete = view.without_guess(sizes).complete
    return [
        Point(size, epochs, 0, complete[size][epochs].val_loss, complete[size][epochs].val_wrong)
        for size in sizes
        if size in complete
        for epochs in GRID_EPOCHS
    ]


def sentence(points: Sequence[Point], grid: Sequence[Point], by: str, captions: Texts) -> str:
    """Which setting is the best so far, and how many points of the grid are better."""
    if not (best := best_of(points, by)):
        return captions.empty
    text = captions.best_by_loss if by == "loss" else captions.best_by_wrong
    text = text if len(points) > 1 else captions.only_one
    studies = sum(point.runs for point in points)
    about_best = text(**best._asdict(), studies=studies, settings=len(points))
    better = sum(value_of(point, by) < value_of(best, by) for point in grid)
    about_grid = captions.grey_better if better else captions.grey_no_better
    return f"{about_best} {about_grid(better=better, measured=len(grid)) if grid else ''}"


CHAPTER = Chapter(
    name="best_setting",
    blocks=(Display(show_map, due="always"),),
    with_study=True,
    follows_study=True,
)
