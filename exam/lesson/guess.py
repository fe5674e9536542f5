"""The learner's guess: asked for before an experiment, and set beside what was measured.

The callbacks take the visit and no view: Streamlit keeps them between two runs of the script,
and with a view it would keep all results that were drawn.
"""

import streamlit as st

from exam.lesson.chapter import Chapter
from exam.page.visit import Visit, settings
from exam.service.experiment import Experiment


def ask(view) -> None:
    """Ask for a guess, or for a pass, and offer to find out."""
    name, say, visit, passes = view.name, view.say, view.visit, view.chapter.passes
    votes = bool(visit.seat.ballot)
    key = f"{name}_stop" if passes else f"{name}_guess"
    allowed = passes or range(len(say.choices))
    counted = {"key": key, "on_change": _count, "args": (name, key, allowed, visit)}
    if passes:
        choice = st.slider(say.question, passes[0], passes[-1], middle(passes), **counted)
    else:
        lettered = map("{}: {}".format, "ABCD", say.choices)  # as on the projector
        texts = list(lettered) if votes else say.choices
        options = {"index": None, "format_func": lambda number: texts[number]}
        choice = st.radio(f"**{say.question}**", allowed, **counted, **options)
    guess_first = view.words.guess_first if choice is None else ""
    if told := visit.seat.standing(name, view.words) or guess_first:
        st.caption(told)
    press = {"on_click": _press, "args": (*counted["args"], view.chapter, choice)}
    # It shows the result, for which a hall waits.
    kind = "secondary" if votes else "primary"
    st.button(say.press, key=f"{name}_begin", type=kind, disabled=choice is None, **press)


def _count(name: str, key: str, allowed: range, visit: Visit) -> None:
    """A guess in a room. A forged message makes Streamlit's radio hold what is no choice."""
    if (choice := st.session_state.get(key)) in allowed:
        visit.seat.guess(name, choice)


def _press(
    name: str, key: str, allowed: range, visit: Visit, chapter: Chapter, choice: int
) -> None:
    _count(name, key, allowed, visit)  # also a slider that was not moved
    begin(visit, name, chapter, choice)


def begin(visit: Visit, name: str, chapter: Chapter, choice: int | None) -> None:
    """With what is set now; the chapter may have been drawn before a slider was moved."""
    visit.seat.see(name)
    visit.begun[name] += 1
    visit.experiments[name] = Experiment(chapter.plans(settings()), choice, visit.begun[name])


def show_guess(view, choice: int | None, answer: int | None) -> None:
    """What was asked, every choice, the learner's own, and the one that the numbers support."""
    words, say = view.words, view.say
    if view.chapter.passes:
        st.markdown(f"**{say.question}** {say.stopped_at(epoch=choice)}")
        return
    lines = [f"**{say.question}**", ""]
    for number, text in enumerate(say.choices):
        signs = [words.your_guess] * (number == choice) + [words.supported] * (number == answer)
        text = f"**{text}**" if number == answer else text
        lines.append(f"- {' — '.join([text, *signs])}")
    st.markdown("\n".join(lines))


def offer_again(view, *, is_running: bool) -> None:
    """In the place of the button that began the experiment."""
    label = getattr(view.say, "again", view.words.again)
    press = {"on_click": _forget, "args": (view.visit, view.name)}
    st.button(label, key=f"{view.name}_begin", disabled=is_running, **press)


def _forget(visit: Visit, name: str) -> None:
    visit.experiments.pop(name, None)
    visit.reveals = False
    st.session_state.pop(f"{name}_guess", None)


def middle(passes: range) -> int:
    return passes[-1] // 2
