"""The guesses of a hall under each choice: a dot for each, or a bar where they are many."""

from collections import Counter
from collections.abc import Sequence
from html import escape

import streamlit as st

from exam.rooms.votes import Rounds
from exam.texts import Texts

MAX_DOTS = 60  # guesses in a round; more are drawn as a bar
LOW_SHARE, HIGH_SHARE = 0.3, 0.8  # shares of right guesses, between which a discussion teaches most


def show_choices(
    choices: Sequence[str], texts: Texts, rounds: Rounds = (), answer: int | None = None
) -> None:
    """All choices, and under each how many guessed it.

    Once there is an answer it is marked, and behind the last choice stands how many had it.
    """
    items = ""
    for number, choice in enumerate(choices):
        is_answer = number == answer
        note = f' <span class="sign">{escape(texts.supported)}</span>' if is_answer else ""
        votes = "".join(
            _votes(counts, number, texts, round_number)
            for round_number, counts in enumerate(rounds, start=1)
        )
        kind = "is-answer" if is_answer else ""
        items += f'<li class="{kind}"><span>{escape(choice)}{note}</span><div>{votes}</div></li>'
    share = "" if answer is None else shares(rounds, answer, texts)
    st.html(f'<ol class="choices">{items}</ol><span class="shares">{escape(share)}</span>')


def _votes(counts: Counter[int], choice: int, texts: Texts, round_number: int) -> str:
    count, total = counts[choice], counts.total()
    if total > MAX_DOTS:
        drawn = f'<s style="width:{75 * count / total:.1f}%"></s>'
    else:
        drawn = "<i></i>" * count
    name = escape(texts.hall.round_votes(round=round_number, count=count, total=total))
    return (
        f'<p class="votes round-{round_number}" role="img" aria-label="{name}">'
        f"{drawn}<b>{count}</b></p>"
    )


def advice(counts: Counter[int], answer: int, texts: Texts) -> str:
    """What peer instruction advises when so many have guessed right."""
    if not counts.total():
        return ""
    share = counts[answer] / counts.total()
    if share < LOW_SHARE:
        return texts.hall.advice_few
    return texts.hall.advice_many if share > HIGH_SHARE else texts.hall.advice


def shares(rounds: Rounds, answer: int, texts: Texts) -> str:
    """How many have guessed right, round by round."""
    counted = [counts for counts in rounds if counts.total()]
    percents = " → ".join(f"{counts[answer] / counts.total():.0%}" for counts in counted)
    return texts.hall.had_it(percents=percents) if counted else ""
