"""Find the best setting together: every study of the room, or of this visit, on one map."""

from collections.abc import Sequence

import streamlit as st

from exam.charts.settings_map import best_of, settings_map
from exam.lesson.blocks import Display
from exam.lesson.chapter import Chapter, Texts
from exam.lesson.chapter_view import ChapterView, side_by_side
from exam.model.studied import Point
from exam.page.ask_again import ask_again
from exam.page.save import figure_buttons

POLL_SECONDS = 0.5  # between two looks at what others have studied, on a projector
OPTIONS = {"loss": "loss", "wrong": "wrong"}  # of the colour


def show_map(view: ChapterView) -> None:
    """The map with what is said of it; on a projector beside it, growing with what others do."""
    say, visit, run = view.say, view.visit, view.visit.run
    if run and (marks := view.at_once({"study": (run.plan, run.epochs)}).complete.get("study")):
        visit.map_study(marks[-1])
    told, shown = side_by_side() if visit.is_projected else (st.container(),) * 2
    told.markdown(say.story)
    with told:
        by = view.choose(OPTIONS)
    points = visit.observer.studied.points()
    with shown, st.container(key="map"):
        view.figure(settings_map(points, by, view.words))
        if points:
            buttons = figure_buttons(view.words, "exam-map", say.title)
            st.html(buttons, unsafe_allow_javascript=True, width="content")
    told.markdown(described(points, by, say))
    told.markdown(say.rule)
    if visit.is_projected:
        ask_again("map", POLL_SECONDS)


def described(points: Sequence[Point], by: str, say: Texts) -> str:
    if not (best := best_of(points, by)):
        return say.empty
    counted = {"studies": sum(point.runs for point in points), "settings": len(points)}
    text = say.best_by_loss if by == "loss" else say.best_by_wrong
    return text(**best._asdict(), **counted)


BLOCKS = (Display(show_map, "always"),)
CHAPTER = Chapter("best_setting", BLOCKS, frame_height=1313, with_study=True, follows_study=True)
