"""The learner's guess: asked for before an experiment, and set beside what was measured.

The callbacks take the visit and no view: Streamlit keeps them between two runs of the script,
and with a view it would keep all results that were drawn.
"""

import streamlit as st

from exam.lesson.chapter import Chapter
from exam.lesson.chapter_view import ChapterView, begin_attempt
from exam.page.texts import Texts
from exam.page.visit import Visit


def ask(view: ChapterView) -> None:
    """Ask for a guess, or for a pass, and offer to find out."""
    visit, chapter, say = view.visit, view.chapter, view.say
    is_counted = visit.observer.counts_guesses
    allowed = allowed_guesses(chapter, view.words)
    counted = {"key": guess_key(chapter), "on_change": report_guess}
    counted["args"] = (visit, chapter, allowed)
    known = visit.observer.guess_of(chapter.name)  # of the same browser, before it was reloaded
    if chapter.passes:
        middle = chapter.middle_pass if known is None else known
        choice = st.slider(say.question, allowed[0], allowed[-1], middle, **counted)
    else:
        lettered = list(map("{}: {}".format, "ABCD", say.choices))  # as on the projector
        texts = lettered if is_counted else say.choices
        options = {"index": known, "format_func": lambda number: texts[number]}
        choice = st.radio(say.question, allowed, **counted, **options)
    guess_first = view.words.guess_first if choice is None else ""
    if told := visit.observer.describe_guess(view.name, view.words) or guess_first:
        st.caption(told)
    press = {"on_click": _press, "args": (visit, chapter, allowed, choice)}
    kind = "secondary" if is_counted else "primary"  # a hall waits for the result
    st.button(say.press, key=f"{view.name}_begin", type=kind, disabled=choice is None, **press)


def guess_key(chapter: Chapter) -> str:
    return f"{chapter.name}_{'stop' if chapter.passes else 'guess'}"


def allowed_guesses(chapter: Chapter, words: Texts) -> range:
    """The numbers of the choices, or the passes, among which the learner guesses."""
    return chapter.passes or range(len(getattr(words, chapter.name).choices))


def report_guess(visit: Visit, chapter: Chapter, allowed: range) -> None:
    """Have the guess counted in the room, if it is one of those that are allowed.

    A forged message can make Streamlit's radio hold anything, so every guess is checked here.
    """
    if (choice := st.session_state.get(guess_key(chapter))) in allowed:
        visit.observer.guess(chapter.name, choice)


def _press(visit: Visit, chapter: Chapter, allowed: range, choice: int) -> None:
    report_guess(visit, chapter, allowed)  # a slider that was not moved has called nothing yet
    if choice in allowed and not visit.observer.holds(chapter.name):
        begin_attempt(visit, chapter, choice)


def show_guess(view: ChapterView) -> None:
    """What was guessed, a button to guess again, and whether it is so, or how far it is."""
    words, choice = view.words, view.found.attempt.choice
    _show_choices(view, choice)
    label = getattr(view.say, "again", words.again)
    press = {"on_click": _forget, "args": (view.visit, view.chapter)}
    with st.container(
        key=f"{view.name}_verdict", horizontal=True, vertical_alignment="center", gap="medium"
    ):
        # In the place of the button that began the experiment.
        st.button(label, key=f"{view.name}_begin", disabled=view.found.is_running, **press)
        if not view.numbers:
            view.show_progress(view.found)
        elif None not in (view.answer, choice):
            st.markdown(words.held if view.answer == choice else words.missed)


def _show_choices(view: ChapterView, choice: int | None) -> None:
    """What was asked, what the learner chose, and the choice that the numbers support."""
    words, say = view.words, view.say
    if view.chapter.passes:
        st.markdown(f"**{say.question}** {say.stopped_at(epoch=choice)}")
        return
    lines = [f"**{say.question}**", ""]
    for number, text in enumerate(say.choices):
        is_answer = number == view.answer
        signs = [words.your_guess] * (number == choice) + [words.supported] * is_answer
        text = f"**{text}**" if is_answer else text
        lines += [f"- {' — '.join([text, *signs])}"] * bool(signs)
    st.markdown("\n".join(lines))


def _forget(visit: Visit, chapter: Chapter) -> None:
    visit.attempts.pop(chapter.name, None)
    if not chapter.passes:  # a pass stays as it was chosen
        st.session_state.pop(guess_key(chapter), None)
