"""What a lecturer takes home of a room: its guesses, as a table."""

import csv
import io

import streamlit as st

from exam.hall.room import Room
from exam.page.texts import Texts

FEW = 5  # fewer guesses than this are not told apart


def show_room_files(room: Room, words: Texts) -> None:
    """What the hall has guessed, as a table in which nobody is recognised."""
    label, name = words.room_csv, f"exam-room-{room.code}.csv"
    make = lambda: votes_csv(room, words).encode("utf-8-sig")  # noqa: E731  so Excel reads Korean
    st.download_button(label, make, name, "text/csv", on_click="ignore", key="room_csv")


def votes_csv(room: Room, words: Texts) -> str:
    """Chapter, round, what was guessed (a choice or a number) and how often, "<5" below five."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("chapter", "round", "guess", "count"))
    for chapter, number, choice, count in room.votes():
        say = getattr(words, chapter)
        guess = say.choices[choice] if hasattr(say, "choices") else choice
        writer.writerow((say.title, number, guess, f"<{FEW}" if count < FEW else count))
    return table.getvalue()
