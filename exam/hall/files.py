"""What a lecturer takes home of a room: its guesses, as a table."""

import csv
import io
from collections import Counter
from collections.abc import Mapping

import streamlit as st

from exam.hall.measured import measured_answer
from exam.lesson.chapters import CHAPTERS
from exam.lesson.contents import numbered_title
from exam.lesson.guess import PassSlider, question_of
from exam.page.visit import Visit
from exam.rooms.room import Room
from exam.texts import Texts

SMALL_COUNT = 5  # smaller counts are hidden
HIDDEN = "*"
COLUMNS = ("chapter", "round", "guess", "count", "of", "measured")


def show_room_files(room: Room, visit: Visit, texts: Texts) -> None:
    """The guesses of the hall, as a table in which nobody is recognised."""
    answers = {
        chapter: measured_answer(CHAPTERS[chapter], visit.follower)
        for chapter in room.closed_rounds()
    }
    st.download_button(
        texts.hall.room_csv,
        lambda: votes_csv(room, answers, texts).encode("utf-8-sig"),  # so that Excel reads Korean
        f"exam-room-{room.code}.csv",
        "text/csv",
        on_click="ignore",
        key="room_csv",
    )
    st.caption(texts.hall.room_csv_help(few=SMALL_COUNT))


def votes_csv(room: Room, answers: Mapping[str, int | None], texts: Texts) -> str:
    """Every choice of each closed round: how often it was guessed, of how many, which is right.

    If a pass is guessed, the median. `answers` has the right choices, if they are measured.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for chapter, rounds in room.closed_rounds().items():
        title, question = numbered_title(chapter, texts), question_of(CHAPTERS[chapter])
        if not question:  # the address of a lecturer's screen may bring back votes of any chapter
            continue
        for number, counts in enumerate(rounds, start=1):
            if isinstance(question, PassSlider):
                is_enough = counts.total() >= SMALL_COUNT
                median = question.guess_of_hall((counts,)) if is_enough else HIDDEN
                total = counts.total() if is_enough else HIDDEN
                writer.writerow((title, number, median, "median", total, ""))
                continue
            choices = texts[chapter].choices
            shown, total = without_small(counts, len(choices))
            for choice, text in enumerate(choices):
                is_right = "yes" if choice == answers.get(chapter) else ""
                writer.writerow((title, number, text, shown[choice], total, is_right))
    return table.getvalue()


def without_small(counts: Counter[int], choices: int) -> tuple[list[int | str], int | str]:
    """The counts of all choices and their total, so that no hidden count can be derived.

    Small counts are hidden, and the next larger ones with them until ten guesses or more are
    hidden together; if there are not so many, the total is hidden as well.
    """
    hidden: dict[int, int] = {}

    def are_enough() -> bool:
        return not hidden or (len(hidden) > 1 and sum(hidden.values()) >= 2 * SMALL_COUNT)

    for choice, count in sorted(counts.items(), key=lambda each: (each[1], each[0])):
        if 0 < count < SMALL_COUNT or not are_enough():
            hidden[choice] = count
    shown = [HIDDEN if choice in hidden else counts[choice] for choice in range(choices)]
    return shown, counts.total() if are_enough() else HIDDEN
