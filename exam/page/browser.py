"""Styles and scripts of `assets/` for the browser, and the data that the server pushes to it."""

import base64
import functools
import json
from pathlib import Path

import streamlit as st

from exam.parts import CHAPTER_NAMES, SHORT_WAY

FOLDER = Path(__file__).parents[2] / "assets"
ASKED = [f"asked_{number}" for number in range(7)]  # pictures of questions
STYLES = ("streamlit.css", "page.css", "sheet.css", "head.css", "paper.css", "map.css")
# They run as one script, in this order: page.js declares what the others use.
SCRIPTS = (
    "page.js",
    "player.js",
    "film.js",
    "curves.js",
    "sheet.js",
    "head.js",
    "prints.js",
    "missed.js",
    "drawing.js",
    "network.js",
    "paper.js",
    "sliders.js",
    "sketch.js",
    "address.js",
    "map.js",
    "keep.js",
    "frame.js",
    "hall/room.js",
    "hall/follow.js",
    "hall/heads.js",
)


@functools.cache
def asset(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@functools.cache
def styles(*names: str) -> str:
    return "<style>{}</style>".format("\n".join(map(asset, names)))


@functools.cache
def card_styles() -> str:
    """CSS for the pictures of chapter cards and of questions, and to mark the short way."""
    pictures = {
        name: base64.b64encode(asset(f"cards/{name}.svg").encode()).decode()
        for name in (*CHAPTER_NAMES, *ASKED)
    }
    rules = [
        f".st-key-{name}_open, .st-key-{name}"
        f' {{ --picture: url("data:image/svg+xml;base64,{picture}") }}'
        for name, picture in pictures.items()
    ]
    short_way = ", ".join(f".st-key-{name}_open" for name in SHORT_WAY)
    return "<style>{}</style>".format("\n".join([*rules, f"{short_way} {{ --way: 4px }}"]))


@functools.cache
def scripts(*names: str) -> str:
    """The files as one script, in which each sees what the others declare; it runs only once."""
    once, script = f"has_{Path(names[0]).stem}", "\n".join(map(asset, names))
    return f"<script>if (!window.{once}) {{\nwindow.{once} = true;\n{script}}}</script>"


def load(html: str) -> None:
    """Give styles or scripts to the browser, before anything that needs them is shown."""
    st.html(html, unsafe_allow_javascript=True, width="content")


def reported(key: str, event: str) -> object:
    """The value that the component of this key has reported; None if it is no longer shown."""
    return getattr(st.session_state.get(key), event, None)


def push(handler: str, *values: object) -> None:
    """Call the handler of that name in the browser, one of `handlers` in assets/page.js."""
    data = json.dumps([handler, *values], ensure_ascii=False).replace("<", "\\u003c")
    load(f"<script>(window.exam ??= []).push({data})</script>")
