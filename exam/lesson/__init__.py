"""The chapters, one module each, in the order of their texts, and how they are shown.

A chapter knows what is below (page, charts, service, model), and no other chapter.
"""

import functools
import itertools
import threading
from collections.abc import Callable, Collection
from dataclasses import fields
from importlib import import_module

import streamlit as st

from exam.lesson.chapter import Chapter, Texts
from exam.lesson.lesson import Lesson
from exam.lesson.view import ChapterView
from exam.model.settings import MISPRINTS, SETTINGS
from exam.page.texts import LANGUAGES, ORDER, load_texts
from exam.service.experiment import Experiment, Outcome


def load_chapter(name: str) -> Chapter:
    """What the module of that name declares: all that is called as a field of `Chapter` is."""
    declared = vars(import_module(f"exam.lesson.{name}"))
    parts = [part.name for part in fields(Chapter) if part.name in declared]
    return Chapter(**{part: declared[part] for part in parts})


CHAPTERS: dict[str, Chapter] = {name: load_chapter(name) for name in ORDER}


def show_lesson(lesson: Lesson) -> None:
    """Every chapter under its title, or the one that is shown alone."""
    _begin_to_build_specs()
    words, done, only = lesson.words, lesson.titled, lesson.visit.only
    if only:
        _show(only, lesson)
        st.markdown(_neighbours(only, words))
        return
    st.header(words.lesson, anchor=False)
    if done:
        experiments = sum(bool(chapter.plans) for chapter in CHAPTERS.values())
        way = words.way(done=len(done), all=experiments)
        st.markdown(f"{way} {link_to_next(done, words)}")
    for name in ORDER:
        _show_in_turn(name, lesson)


@functools.cache
def _begin_to_build_specs() -> None:
    """Once, beside the first visit: a hall that opens chapters at once would wait for them all."""
    threading.Thread(target=build_specs, daemon=True).start()


def build_specs() -> None:
    """Have the specs of all figures built in every language, as they are kept from then on."""
    settings = {setting.name: setting.default for setting in (*SETTINGS, MISPRINTS)}
    for lang, chapter in itertools.product(LANGUAGES, CHAPTERS.values()):
        if chapter.plans:
            nothing_yet = Outcome(Experiment(chapter.plans(settings), choice=1))
            list(chapter.figures(nothing_yet, load_texts(lang)))


def numbered(name: str, words: Texts) -> str:
    return f"{ORDER.index(name) + 1}. {getattr(words, name).title}"


def link_to_next(done: Collection[str], words: Texts) -> str:
    """A link to the first experiment that is not done; to what is no experiment, after all."""
    ahead = min(ORDER, key=lambda name: (name in done, not CHAPTERS[name].plans))
    return _link(ahead, words, words.next)


def _neighbours(name: str, words: Texts) -> str:
    """Links to the chapter before and the one after."""
    at = ORDER.index(name)
    before = [f"← {_link(each, words)}" for each in ORDER[:at][-1:]]
    after = [f"{_link(each, words)} →" for each in ORDER[at + 1 :][:1]]
    return " &emsp; ".join(before + after)


def _link(name: str, words: Texts, label: Callable[..., str] = "{title}".format) -> str:
    return f"[{label(title=numbered(name, words))}](#chapter-{name})"


def _show_in_turn(name: str, lesson: Lesson) -> None:
    key, is_done = f"{name}_open", name in lesson.titled
    # To Streamlit another title is another expander: it would be closed.
    st.session_state[key] = bool(st.session_state.get(key))
    title = numbered(name, lesson.words) + (f" ✓ {lesson.words.done}" if is_done else "")
    expander = st.expander(title, key=key, on_change="rerun")
    if expander.open:
        with expander:
            _show_fragment(name, lesson)


@st.fragment
def _show_fragment(name: str, lesson: Lesson) -> None:
    """What is pressed in a chapter runs the chapter alone."""
    _show(name, lesson)


def _show(name: str, lesson: Lesson) -> None:
    view = ChapterView(name, CHAPTERS[name], lesson)
    view.show()
    lesson.follow(view)
