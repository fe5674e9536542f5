"""The blocks of which chapters are made.

The page shows all blocks of a chapter, in its order, each as soon as what it shows is there; a
projector shows them one at a time.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import streamlit as st

from exam.charts.theme import Figure
from exam.lesson.chapter import Found
from exam.lesson.chapter_view import ChapterView
from exam.lesson.guess import ask, offer_again, show_guess
from exam.page.sentences import markdown_table
from exam.page.texts import Texts
from exam.service.experiment import Experiment


class Always:
    """A block that is there from the beginning."""

    def is_due(self, view: ChapterView) -> bool:
        return True


class WhenBegun:
    """A block that grows while the experiment runs."""

    def is_due(self, view: ChapterView) -> bool:
        return view.found is not None


class WhenComplete:
    """A block that needs all studies of the experiment."""

    def is_due(self, view: ChapterView) -> bool:
        return bool(view.numbers)


@dataclass(frozen=True)
class Story(Always):
    """What it is about: `story` in the texts, filled in with the `facts`."""

    facts: Mapping[str, object] = field(default_factory=dict)

    def show(self, view: ChapterView) -> None:
        st.markdown(view.say.story(**self.facts))


@dataclass(frozen=True)
class Look(Always):
    """What there is to look at before anything is asked."""

    show: Callable[[ChapterView], None]


@dataclass(frozen=True)
class Question(Always):
    """`question` and `choices` in the texts; after the press what was guessed, and how far it is.

    `above` shows what belongs to the question. It may return an experiment that must be complete
    before anything is asked.
    """

    above: Callable[[ChapterView], Experiment | None] = lambda view: None

    def show(self, view: ChapterView) -> None:
        needed = self.above(view)
        if view.found:
            self._show_guess(view)
        elif needed and not needed.is_complete:
            view.show_progress(needed)
        else:
            ask(view)

    def _show_guess(self, view: ChapterView) -> None:
        choice, answer, words = view.found.choice, view.answer, view.words
        show_guess(view)
        offer_again(view)
        with st.container(key=f"{view.name}_verdict"):
            if not view.numbers:
                view.show_progress(view.found)
            elif None not in (answer, choice):
                st.markdown(words.held if answer == choice else words.missed)


@dataclass(frozen=True)
class Chart(WhenBegun):
    """`draw` is a pure function of what was found and the words.

    Where there are `options`, several ways to look at it, each by the key of its text, it is called
    with the one that is chosen as well.
    """

    draw: Callable[..., Figure]
    options: Mapping[str, str] = field(default_factory=dict)

    def show(self, view: ChapterView) -> None:
        option = [view.choose(self.options)] if self.options else []
        figure = self.draw(view.found, view.words, *option)
        view.figure(figure._replace(alt=f"{figure.alt} {view.measured}".strip()))


@dataclass(frozen=True)
class Detail(WhenComplete):
    """What else there is to see of what was found."""

    show: Callable[[ChapterView], None]


@dataclass(frozen=True)
class Table(WhenComplete):
    """Rows under the `columns` of the texts, by a pure function as that of a chart."""

    rows: Callable[[Found, Texts], Iterable[tuple]]

    def show(self, view: ChapterView) -> None:
        st.markdown(markdown_table(view.say.columns, self.rows(view.found, view.words)))


@dataclass(frozen=True)
class Rule(WhenComplete):
    """What was measured, and the rule that follows; with it the chapter is done."""

    def show(self, view: ChapterView) -> None:
        with st.container(key=f"{view.name}_conclusion"):
            st.markdown(f"**{view.words.measured}:** {view.say.measured(**view.numbers)}")
            st.markdown(view.chapter.conclusion(view.numbers, view.say))
        view.visit.done.add(view.name)
