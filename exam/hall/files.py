"""What a lecturer takes home of a room: its guesses, as a table."""

import csv
import io
from collections import Counter
from collections.abc import Mapping

import streamlit as st

from exam.hall.choices import middle_guess
from exam.hall.found import answer_so_far
from exam.hall.room import Room
from exam.lesson.chapters import CHAPTERS
from exam.lesson.contents import numbered
from exam.page.texts import Texts

FEW = 5  # fewer guesses than this are not told apart
HIDDEN = "*"
COLUMNS = ("chapter", "round", "guess", "count", "of", "measured")


def show_room_files(room: Room, words: Texts) -> None:
    """What the hall has guessed, as a table in which nobody is recognised."""
    label, name = words.room_csv, f"exam-room-{room.code}.csv"
    answers = {chapter: answer_so_far(CHAPTERS[chapter]) for chapter in room.closed_rounds()}
    # So that Excel reads Korean.
    make = lambda: votes_csv(room, answers, words).encode("utf-8-sig")  # noqa: E731
    st.download_button(label, make, name, "text/csv", on_click="ignore", key="room_csv")
    st.caption(words.room_csv_help(few=FEW))


def votes_csv(room: Room, answers: Mapping[str, int | None], words: Texts) -> str:
    """Every choice of each closed round: how often it was guessed, of how many, which is right.

    Where a pass is guessed, the median. `answers` has the right choices, where they are measured.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for chapter, rounds in room.closed_rounds().items():
        say, answer = getattr(words, chapter), answers.get(chapter)
        title = numbered(chapter, words)
        for number, counts in enumerate(rounds, start=1):
            if CHAPTERS[chapter].passes:
                enough = counts.total() >= FEW
                shown = (middle_guess([counts], 0), counts.total()) if enough else (HIDDEN, HIDDEN)
                writer.writerow((title, number, shown[0], "median", shown[1], ""))
                continue
            shown, total = without_small(counts, len(say.choices))
            for choice, text in enumerate(say.choices):
                is_right = "yes" if choice == answer else ""
                writer.writerow((title, number, text, shown[choice], total, is_right))
    return table.getvalue()


def without_small(counts: Counter[int], choices: int) -> tuple[list[int | str], int | str]:
    """The counts of all choices and their total, so that no subtraction brings a small one back.

    Small counts are hidden, and the next larger ones with them until ten guesses or more are
    hidden together; where there are not so many, the total is hidden as well.
    """
    hidden: dict[int, int] = {}

    def are_enough() -> bool:
        return not hidden or (len(hidden) > 1 and sum(hidden.values()) >= 2 * FEW)

    for choice, count in sorted(counts.items(), key=lambda each: (each[1], each[0])):
        if 0 < count < FEW or not are_enough():
            hidden[choice] = count
    shown = [HIDDEN if choice in hidden else counts[choice] for choice in range(choices)]
    return shown, counts.total() if are_enough() else HIDDEN
