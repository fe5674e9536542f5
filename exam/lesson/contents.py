"""The chapters on the page, each under its title, and the links between them."""

from collections.abc import Callable, Collection

import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.chapter_view import ChapterView, begin_attempt
from exam.lesson.chapters import CHAPTERS
from exam.lesson.guess import question_of
from exam.page.fragment import fragment
from exam.page.visit import Visit
from exam.parts import CHAPTER_NAMES
from exam.texts import Texts


def show_lesson(visit: Visit, texts: Texts) -> None:
    """Every chapter under its title, or the one that is shown alone."""
    only = visit.only
    shown = [name for name in CHAPTERS if name == only or st.session_state.get(_open(name))]
    visit.chapters_that_follow = tuple(name for name in shown if CHAPTERS[name].follows_study)
    if only:
        _show(only, visit, texts)
        st.markdown(_neighbours(only, texts))
        return
    st.header(texts.lesson, anchor=False)
    if visit.finished:
        experiments = sum(chapter.studies is not None for chapter in CHAPTERS.values())
        way = texts.way(done=len(visit.finished), all=experiments)
        st.markdown(f"{way} {link_to_next(visit.finished, texts)}")
    for name in CHAPTERS:
        _show_under_its_title(name, visit, texts)


def show_chapter(chapter: Chapter, visit: Visit, texts: Texts) -> None:
    """The chapter as the page shows it: every block that is due."""
    view, question = ChapterView(chapter, visit, texts), question_of(chapter)
    if visit.reveals and question and chapter.name not in visit.last_attempts:
        begin_attempt(visit, chapter, question.guess_of_hall(()))
    with view.shown():
        if attempt := visit.attempts.get(chapter.name):
            view.follow(attempt)
        for block in chapter.blocks:
            if view.is_due(block):
                block.show(view)


def numbered_title(name: str, texts: Texts) -> str:
    return f"{CHAPTER_NAMES.index(name) + 1}. {texts[name].title}"


def link_to_next(finished: Collection[str], texts: Texts) -> str:
    """A link to the first experiment that is not finished; after all of them, to other chapters."""
    ahead = min(CHAPTERS, key=lambda name: (name in finished, CHAPTERS[name].studies is None))
    return _link(ahead, texts, texts.next)


def _neighbours(name: str, texts: Texts) -> str:
    """Links to the chapter before and the one after."""
    at = CHAPTER_NAMES.index(name)
    before = [f"← {_link(each, texts)}" for each in CHAPTER_NAMES[:at][-1:]]
    after = [f"{_link(each, texts)} →" for each in CHAPTER_NAMES[at + 1 :][:1]]
    return " &emsp; ".join(before + after)


def _link(name: str, texts: Texts, label: Callable[..., str] = "{title}".format) -> str:
    title = numbered_title(name, texts).replace(" ", "\u00a0", 1)  # no number ends a line
    return f"[{label(title=title)}](#chapter-{name})"


def _open(name: str) -> str:
    """The key of the chapter's expander."""
    return f"{name}_open"


def _show_under_its_title(name: str, visit: Visit, texts: Texts) -> None:
    # When the title changes, Streamlit makes a new expander, which would be closed.
    st.session_state[_open(name)] = bool(st.session_state.get(_open(name)))
    title = numbered_title(name, texts)
    if name in visit.finished:
        title = f"{title} ✓ {texts.done}"
    expander = st.expander(title, key=_open(name), on_change="rerun")
    if expander.open:
        with expander:
            _show(name, visit, texts)


def _show(name: str, visit: Visit, texts: Texts) -> None:
    """A press in a chapter reruns the chapter alone."""
    fragment(_show_chapter, key=name)(name, visit, texts, frozenset(visit.finished))


def _show_chapter(name: str, visit: Visit, texts: Texts, ticked: Collection[str]) -> None:
    """`ticked` are the chapters whose titles say that they are finished."""
    show_chapter(CHAPTERS[name], visit, texts)
    if name in visit.finished and name not in ticked and not visit.only:
        st.rerun()
