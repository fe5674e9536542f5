"""The map of the chapters, each of which opens in its place, and the links between them."""

from collections.abc import Collection

import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.chapter_view import ChapterView, begin_attempt
from exam.lesson.chapters import CHAPTERS
from exam.lesson.guess import question_of
from exam.page.browser import push
from exam.page.fragment import fragment
from exam.page.visit import Outcome, Visit
from exam.parts import CHAPTER_NAMES, GROUPS, SHORT_WAY
from exam.texts import Texts, as_html

# Characters read per minute, by language, and minutes to guess and look at the result.
READING_SPEED = {"ko": 500, "en": 1000, "ja": 500}
READ = ("story", "question", "measured", "rule", "background")  # with the choices and the titles
MINUTES_TO_LOOK = 1
GROUP = '<h3 class="group">{name}</h3><p class="group">{question}</p>'


def show_lesson(visit: Visit, texts: Texts) -> None:
    """The map of all chapters, or the one that is shown alone."""
    only = visit.only
    shown = [name for name in CHAPTERS if name == only or st.session_state.get(_open(name))]
    visit.chapters_that_follow = tuple(name for name in shown if CHAPTERS[name].follows_study)
    if only:
        _show(only, visit, texts)
        st.markdown(_neighbours(only, texts))
        return
    st.header(texts.lesson, anchor=False)
    st.markdown(_way(visit.finished, texts))
    notes = {name: _note(name, outcome, texts) for name, outcome in visit.finished.items()}
    ahead = next_chapter(visit.finished)
    push("map", notes | {ahead: texts.map.next}, ahead)
    for group, names in GROUPS.items():
        with st.container(key=f"group_{group}"):
            name, question = group_name(group, texts), texts.map.groups[group].question
            st.html(GROUP.format(name=as_html(name), question=as_html(question)))
            for chapter in names:
                _show_as_card(chapter, visit, texts)


def show_chapter(chapter: Chapter, visit: Visit, texts: Texts) -> None:
    """The chapter as the page shows it: every block that is due."""
    view, question = ChapterView(chapter, visit, texts), question_of(chapter)
    if visit.reveals and question and chapter.name not in visit.last_attempts:
        begin_attempt(visit, chapter, question.guess_of_hall(()))
    with view.shown():
        if attempt := visit.attempts.get(chapter.name):
            view.follow(attempt)
        for block in chapter.blocks:
            with st.container():  # or a change above a chart would recreate the chart
                if view.is_due(block):
                    block.show(view)


def group_name(group: str, texts: Texts) -> str:
    return texts.map.groups[group].name


def numbered_title(name: str, texts: Texts) -> str:
    return f"{_number(name)}. {texts[name].title}"


def _number(name: str) -> int:
    return CHAPTER_NAMES.index(name) + 1


def next_chapter(finished: Collection[str], here: str = CHAPTER_NAMES[0]) -> str:
    """The first unfinished chapter of the short way, then of those from `here` on, then of all.

    If all are finished, the last one.
    """
    ahead = [*SHORT_WAY, *CHAPTER_NAMES[CHAPTER_NAMES.index(here) :], *CHAPTER_NAMES]
    return next((name for name in ahead if name not in finished), CHAPTER_NAMES[-1])


def link_to_next(finished: Collection[str], texts: Texts, here: str = CHAPTER_NAMES[0]) -> str:
    name = next_chapter(finished, here)
    title = numbered_title(name, texts).replace(" ", "\u00a0", 1)  # no number ends a line
    return _link(name, texts.next(title=title))


def minutes_of(name: str, texts: Texts) -> int:
    """How long a chapter takes: to read what it always says, and to guess and look."""
    captions = texts[name].as_dict()
    always = [captions.get(key, "") for key in READ] + list(captions.get("choices", ()))
    titles = [text for key, text in captions.items() if key.endswith("_title")]
    read = sum(map(len, always + titles)) / READING_SPEED[texts.lang]
    return round(MINUTES_TO_LOOK + read)


def _way(finished: Collection[str], texts: Texts) -> str:
    """The short way as links to its chapters, how long it takes, and how much of all is done."""
    way = " → ".join(_link(name, str(_number(name))) for name in SHORT_WAY)
    minutes = sum(minutes_of(name, texts) for name in SHORT_WAY)
    experiments = sum(chapter.studies is not None for chapter in CHAPTERS.values())
    done = texts.way(done=len(finished), all=experiments)
    return f"{texts.map.short_way(chapters=way, minutes=minutes)} {done}"


def _neighbours(name: str, texts: Texts) -> str:
    """Links to the chapter before and the one after."""
    at = CHAPTER_NAMES.index(name)
    links = [_link(each, numbered_title(each, texts)) for each in CHAPTER_NAMES]
    before = [f"← {link}" for link in links[:at][-1:]]
    after = [f"{link} →" for link in links[at + 1 :][:1]]
    return " &emsp; ".join(before + after)


def _link(name: str, label: str) -> str:
    return f"[{label}](#chapter-{name})"


def _open(name: str) -> str:
    """The key of the chapter's expander."""
    return f"{name}_open"


def _show_as_card(name: str, visit: Visit, texts: Texts) -> None:
    """The chapter in an expander, which is a card of the map until it is opened (map.css).

    If its title changed, Streamlit would recreate the chapter, so map.js adds the notes.
    """
    # When the language changes the title, the expander stays open.
    st.session_state[_open(name)] = bool(st.session_state.get(_open(name)))
    minutes = texts.map.minutes(minutes=minutes_of(name, texts))
    title = f"{numbered_title(name, texts)} :small[{minutes}]"
    expander = st.expander(title, key=_open(name), on_change="rerun")
    if expander.open:
        with expander:
            _show(name, visit, texts)


def _note(name: str, outcome: Outcome, texts: Texts) -> str:
    """That the chapter is finished, what was guessed, and whether it held."""
    question, note = question_of(CHAPTERS[name]), f"✓ {texts.done}"
    if not question or outcome.guess is None:
        return note
    guess = texts.map.guessed(guess=question.name_of(outcome.guess, texts[name]))
    if outcome.answer is None:  # a pass that was chosen is neither right nor wrong
        return f"{note} · {guess}"
    return f"{note} · {guess} {'○' if outcome.guess == outcome.answer else '✕'}"


def _show(name: str, visit: Visit, texts: Texts) -> None:
    """Show it as a fragment, so that a press in a chapter reruns only that chapter."""
    fragment(_show_chapter, key=name)(name, visit, texts, frozenset(visit.finished))


def _show_chapter(name: str, visit: Visit, texts: Texts, ticked: Collection[str]) -> None:
    """`ticked` are the chapters whose cards say that they are finished."""
    show_chapter(CHAPTERS[name], visit, texts)
    if visit.only:
        return
    if name in visit.finished:
        st.markdown(link_to_next(visit.finished, texts, name))
        if name not in ticked:
            st.rerun()
