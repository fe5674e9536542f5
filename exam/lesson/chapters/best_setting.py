"""Find the best setting together: every study of the room, or of this visit, on one map."""

from collections.abc import Sequence

import streamlit as st

from exam.charts.settings_map import best_of, settings_map
from exam.lesson.blocks import Display
from exam.lesson.chapter import Chapter, Plan, Texts
from exam.lesson.chapter_view import ChapterView, side_by_side
from exam.model.studied import Point
from exam.page.ask_again import ask_again
from exam.page.browser import load
from exam.page.save import figure_buttons

# What the page measures beforehand, with student 1: grey points among which the best may be.
GRID = {"batch_size": (1, 2, 5, 10, 20, 50, 100), "epochs": (5, 10, 20, 50, 100, 200)}
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
    points, grid = visit.observer.studied.points(), measured(view)
    with shown, st.container(key="map"):
        others = [point[:2] for point in grid]
        view.figure(settings_map(points, by, view.words, others))
        if points:
            load(figure_buttons(view.words, "exam-map", say.title))
    told.markdown(described(points, grid, by, say))
    told.markdown(say.rule)
    if visit.is_projected:
        ask_again("map", POLL_SECONDS)


def measured(view: ChapterView) -> list[Point]:
    """The grid, as far as it is measured."""
    plans = {size: (Plan(size, 1), GRID["epochs"][-1]) for size in GRID["batch_size"]}
    return [
        Point(size, epochs, 0, marks[epochs].val_loss, marks[epochs].val_wrong)
        for size, marks in view.at_once(plans).complete.items()
        for epochs in GRID["epochs"]
    ]


def described(points: Sequence[Point], grid: Sequence[Point], by: str, say: Texts) -> str:
    if not (best := best_of(points, by)):
        return say.empty
    better = sum(getattr(point, by) < getattr(best, by) for point in grid)
    counted = {"studies": sum(point.runs for point in points), "settings": len(points)}
    text = say.best_by_loss if by == "loss" else say.best_by_wrong
    text = text if len(points) > 1 else say.only_one
    found = say.grey_better if better else say.grey_no_better
    grey = found(better=better, measured=len(grid)) if grid else ""
    return f"{text(**best._asdict(), **counted)} {grey}"


BLOCKS = (Display(show_map, "always"),)
CHAPTER = Chapter("best_setting", BLOCKS, with_study=True, follows_study=True)
