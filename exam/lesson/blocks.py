"""The blocks of which chapters are made.

The page shows all blocks of a chapter in its order, each as soon as it is due; a projector shows
them one at a time. The two kinds of question are in guess.py.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import streamlit as st

from exam.charts.theme import Figure
from exam.lesson.chapter import Experiment
from exam.lesson.chapter_view import Block, ChapterView, Due
from exam.lesson.guess import Choices, PassSlider
from exam.page.sentences import first_sentence, html_table
from exam.page.visit import Outcome
from exam.texts import Texts

__all__ = ["Chart", "Choices", "Display", "Paper", "PassSlider", "Rule", "Story", "Table"]


@dataclass(frozen=True)
class Story(Block):
    """What the chapter is about: the caption `story`, with these fields."""

    fields: Mapping[str, object] = field(default_factory=dict)

    def show(self, view: ChapterView) -> None:
        st.markdown(view.captions.story(**self.fields))


@dataclass(frozen=True)
class Chart(Block):
    """A figure that grows with the experiment; `draw` is a pure function of it and the texts.

    `options` has, for each way to look at it, the key of its caption; `draw` gets the chosen way as
    well. One that `follows_choice` gets what was chosen in a block above it. A chart that is due
    "always" shows the axes of the answer before the guess, and the guess can be drawn into them if
    the captions say what to draw (`draw`). A chart that is due "known" is shown before the guess
    because it does not give the answer away.
    """

    draw: Callable[..., Figure]
    options: Mapping[str, str] = field(default_factory=dict)
    follows_choice: bool = False
    due: Due = field(default="begun", kw_only=True)

    def show(self, view: ChapterView) -> None:
        if self.options:
            view.choose(self.options)
        option = [view.chosen] if self.options or self.follows_choice else []
        figure = self.draw(view.experiment or view.known, view.texts, *option)
        figure = figure._replace(alt=f"{figure.alt} {view.measured}".strip())
        is_asked_for = self.due == "always" and "draw" in view.captions
        if is_asked_for and not view.visit.is_projected:
            view.show_figure_to_draw_in(figure, "_".join([view.name, *option]))
        else:
            view.show_figure(figure)


@dataclass(frozen=True)
class Display(Block):
    """Anything else, shown by a function of the chapter."""

    show_display: Callable[[ChapterView], None]
    due: Due = field(default="complete", kw_only=True)

    def show(self, view: ChapterView) -> None:
        self.show_display(view)


@dataclass(frozen=True)
class Paper(Display):
    """Where digits are written. On a projector it is a step in which the hall writes."""

    due: Due = field(default="always", kw_only=True)


@dataclass(frozen=True)
class Table(Block):
    """A table; `rows` is a pure function as a chart's `draw` is, `columns` a caption."""

    rows: Callable[[Experiment, Texts], Iterable[tuple]]
    due: Due = field(default="complete", kw_only=True)

    def show(self, view: ChapterView) -> None:
        st.html(html_table(view.captions.columns, self.rows(view.complete_experiment, view.texts)))


@dataclass(frozen=True)
class Rule(Block):
    """What was measured, the rule that follows, and the caption `background`, if there is one.

    Showing it finishes the chapter. On a projector, where a lecturer explains it, only the rule's
    first sentence is shown, above the numbers.
    """

    due: Due = field(default="complete", kw_only=True)

    def show(self, view: ChapterView) -> None:
        measured = f"**{view.texts.measured}:** {view.captions.measured(**view.numbers)}"
        conclusion = view.chapter.conclusion(view.numbers, view.captions)
        if view.visit.is_projected:
            paragraphs = [f"**{first_sentence(conclusion)}**", measured]
        else:
            paragraphs = [measured, conclusion]
            if "background" in view.captions:
                paragraphs.append(view.captions.background(**view.numbers))
        with st.container(key=f"{view.name}_conclusion"):
            for paragraph in paragraphs:
                st.markdown(paragraph)
        guess = view.complete_experiment.attempt.guess
        view.visit.finished[view.name] = Outcome(guess, view.answer)
