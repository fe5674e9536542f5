"""The chapters on the page, each under its title, and the links between them."""

from collections.abc import Callable, Collection

import streamlit as st

from exam.lesson.chapter_view import show_chapter
from exam.lesson.chapters import CHAPTERS
from exam.page.fragment import fragment
from exam.page.parts import CHAPTER_NAMES
from exam.page.texts import Texts
from exam.page.visit import Visit


def show_lesson(visit: Visit, words: Texts) -> None:
    """Every chapter under its title, or the one that is shown alone."""
    only = visit.only
    shown = [name for name in CHAPTERS if name == only or st.session_state.get(_open(name))]
    visit.followers = tuple(name for name in shown if CHAPTERS[name].follows_study)
    if only:
        _show(only, visit, words)
        st.markdown(_neighbours(only, words))
        return
    st.header(words.lesson, anchor=False)
    if visit.done:
        experiments = sum(bool(chapter.plans) for chapter in CHAPTERS.values())
        way = words.way(done=len(visit.done), all=experiments)
        st.markdown(f"{way} {link_to_next(visit.done, words)}")
    for name in CHAPTERS:
        _show_in_turn(name, visit, words)


def numbered(name: str, words: Texts) -> str:
    return f"{CHAPTER_NAMES.index(name) + 1}. {getattr(words, name).title}"


def link_to_next(done: Collection[str], words: Texts) -> str:
    """A link to the first experiment that is not done; to the other chapters after them all."""
    ahead = min(CHAPTERS, key=lambda name: (name in done, not CHAPTERS[name].plans))
    return _link(ahead, words, words.next)


def _neighbours(name: str, words: Texts) -> str:
    """Links to the chapter before and the one after."""
    at = CHAPTER_NAMES.index(name)
    before = [f"← {_link(each, words)}" for each in CHAPTER_NAMES[:at][-1:]]
    after = [f"{_link(each, words)} →" for each in CHAPTER_NAMES[at + 1 :][:1]]
    return " &emsp; ".join(before + after)


def _link(name: str, words: Texts, label: Callable[..., str] = "{title}".format) -> str:
    title = numbered(name, words).replace(" ", "\u00a0", 1)  # no number at the end of a line
    return f"[{label(title=title)}](#chapter-{name})"


def _open(name: str) -> str:
    """The key of the chapter's expander."""
    return f"{name}_open"


def _show_in_turn(name: str, visit: Visit, words: Texts) -> None:
    # When the title changes, Streamlit makes a new expander, which would be closed.
    st.session_state[_open(name)] = bool(st.session_state.get(_open(name)))
    title = numbered(name, words) + (f" ✓ {words.done}" if name in visit.done else "")
    expander = st.expander(title, key=_open(name), on_change="rerun")
    if expander.open:
        with expander:
            _show(name, visit, words)


def _show(name: str, visit: Visit, words: Texts) -> None:
    """What is pressed in a chapter runs the chapter alone."""
    fragment(_show_chapter, key=name)(name, visit, words, frozenset(visit.done))


def _show_chapter(name: str, visit: Visit, words: Texts, titled: Collection[str]) -> None:
    """`titled` are the chapters whose titles say that they are done."""
    show_chapter(CHAPTERS[name], visit, words)
    if name in visit.done and name not in titled and not visit.only:
        st.rerun()
