"""The blocks of which chapters are made.

The page shows all blocks of a chapter, in its order, each as soon as what it shows is there; a
projector shows them one at a time.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import streamlit as st

from exam.charts.theme import Figure
from exam.lesson.chapter import Found
from exam.lesson.chapter_view import ChapterView
from exam.lesson.guess import ask, show_guess
from exam.page.sentences import first_sentence, html_table
from exam.page.texts import Texts
from exam.service.experiment import Experiment


class Block:
    """It is `due` "always", or once the experiment is "begun" or "complete"."""

    due: ClassVar[str] = "always"


@dataclass(frozen=True)
class Story(Block):
    """What it is about: `story` in the texts, filled in with the `facts`."""

    facts: Mapping[str, object] = field(default_factory=dict)

    def show(self, view: ChapterView) -> None:
        st.markdown(view.say.story(**self.facts))


@dataclass(frozen=True)
class Question(Block):
    """The guess: the page asks for it by `question` and `choices` in the texts, and then judges it.

    `above` shows what belongs to the question. It may return an experiment that must be complete
    before the page asks. `needs` says why it cannot ask yet, or "".
    """

    above: Callable[[ChapterView], Experiment | None] = lambda view: None
    needs: Callable[[ChapterView], str] = lambda view: ""

    def show(self, view: ChapterView) -> None:
        needed, missing = self.above(view), self.needs(view)
        if missing and not view.found:
            st.markdown(missing)
        elif view.found:
            show_guess(view)
        elif needed and not needed.is_complete:
            view.show_progress(needed)
        else:
            ask(view)


@dataclass(frozen=True)
class Chart(Block):
    """`draw` is a pure function of what was found and the words, and the figure grows.

    With `options`, several ways to look at it by the keys of their texts, it is called with the one
    that is chosen as well. Where it is due "always", the page shows its axes before the guess, in
    the place where the answer will come, and the guess can be drawn there if the texts say what
    (`draw`). It is due "known" where nothing in it is asked for.
    """

    draw: Callable[..., Figure]
    options: Mapping[str, str] = field(default_factory=dict)
    due: str = "begun"

    def show(self, view: ChapterView) -> None:
        option = [view.choose(self.options)] if self.options else []
        figure = self.draw(view.found or view.known, view.words, *option)
        figure = figure._replace(alt=f"{figure.alt} {view.measured}".strip())
        is_asked = self.due == "always" and hasattr(view.say, "draw")
        if is_asked and not view.visit.is_projected:
            view.figure_to_draw_in(figure, "_".join([view.name, *option]))
        else:
            view.figure(figure)


@dataclass(frozen=True)
class Display(Block):
    """What a function of the chapter shows: of what was found, or "always" before a question."""

    show: Callable[[ChapterView], None]
    due: str = "complete"


@dataclass(frozen=True)
class Table(Block):
    """Rows under the `columns` of the texts, by a pure function as that of a chart."""

    rows: Callable[[Found, Texts], Iterable[tuple]]
    due = "complete"

    def show(self, view: ChapterView) -> None:
        st.html(html_table(view.say.columns, self.rows(view.found, view.words)))


@dataclass(frozen=True)
class Rule(Block):
    """What was measured, the rule that follows, and what stands behind it: `background`, where the
    texts have one. With it the chapter is done.

    On a projector, where somebody speaks, the first sentence of the rule stands over the numbers.
    """

    due = "complete"

    def show(self, view: ChapterView) -> None:
        measured = f"**{view.words.measured}:** {view.say.measured(**view.numbers)}"
        conclusion = view.chapter.conclusion(view.numbers, view.say)
        if view.visit.is_projected:
            said = (f"**{first_sentence(conclusion)}**", measured)
        else:
            said = (measured, conclusion, getattr(view.say, "background", ""))
        with st.container(key=f"{view.name}_conclusion"):
            for text in filter(None, said):
                st.markdown(text)
        view.visit.done.add(view.name)
