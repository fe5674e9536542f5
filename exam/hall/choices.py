"""How a hall has voted: under every choice a dot for each guess, or a bar where they are many."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from statistics import median_low

import streamlit as st

from exam.page.texts import Texts

MOST_DOTS = 60  # guesses in a round; more are bars
FEW, MANY = 0.3, 0.8  # shares of right guesses, between which a discussion teaches most


def show_choices(
    choices: Sequence[str],
    words: Texts,
    rounds: Sequence[Counter[int]] = (),
    answer: int | None = None,
) -> None:
    """All choices, the one that was measured marked, and under each how many guessed it."""
    items = ""
    for number, text in enumerate(choices):
        is_answer = number == answer
        sign = f' <span class="sign">{escape(words.supported)}</span>' if is_answer else ""
        votes = "".join(
            _votes(counts, number, words, place) for place, counts in enumerate(rounds, start=1)
        )
        kind = "is-answer" if is_answer else ""
        items += f'<li class="{kind}"><span>{escape(text)}{sign}</span><div>{votes}</div></li>'
    st.html(f'<ol class="choices">{items}</ol>')


def _votes(counts: Counter[int], choice: int, words: Texts, place: int) -> str:
    count, total = counts[choice], counts.total()
    if total > MOST_DOTS:
        drawn = f'<s style="width:{75 * count / total:.1f}%"></s>'
    else:
        drawn = "<i></i>" * count
    name = escape(words.round_votes(round=place, count=count, total=total))
    return (
        f'<p class="votes round-{place}" role="img" aria-label="{name}">{drawn}<b>{count}</b></p>'
    )


def advice(counts: Counter[int], answer: int, words: Texts) -> str:
    """What peer instruction advises when so many have guessed right."""
    if not counts.total():
        return ""
    share = counts[answer] / counts.total()
    return words.advice_few if share < FEW else words.advice_many if share > MANY else words.advice


def shares(rounds: Sequence[Counter[int]], answer: int, words: Texts) -> str:
    """How many have guessed right, round by round."""
    counted = [counts for counts in rounds if counts.total()]
    percents = " → ".join(f"{counts[answer] / counts.total():.0%}" for counts in counted)
    return words.had_it(percents=percents) if counted else ""


def middle_guess(rounds: Sequence[Counter[int]], default: int) -> int:
    """The median of guesses that are numbers, in the last round."""
    guesses = list(rounds[-1].elements()) if rounds else []
    return median_low(guesses) if guesses else default
