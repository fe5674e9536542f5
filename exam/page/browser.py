"""What the browser is given: styles and scripts of `assets/`, and data for the scripts."""

import functools
import json
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parents[2] / "assets"
STYLES = ("streamlit.css", "page.css", "sheet.css")
SCRIPTS = (
    "page.js",
    "player.js",
    "film.js",
    "curves.js",
    "sheet.js",
    "missed.js",
    "sliders.js",
    "sketch.js",
    "address.js",
    "room.js",
    "follow.js",
    "frame.js",
)


@functools.cache
def asset(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@functools.cache
def styles(*names: str) -> str:
    return "<style>{}</style>".format("\n".join(map(asset, names)))


@functools.cache
def scripts(*names: str) -> str:
    """The files as one block, in which each sees what the others declare; it runs only once."""
    once, block = f"has_{Path(names[0]).stem}", "\n".join(map(asset, names))
    return f"<script>if (!window.{once}) {{\nwindow.{once} = true;\n{block}}}</script>"


def load(html: str) -> None:
    """Give styles or scripts to the browser, before anything that needs them is shown."""
    st.html(html, unsafe_allow_javascript=True, width="content")


def push(what: str, *values) -> None:
    """Give the scripts data, by the name of who reads it: what is in `acts` (assets/page.js)."""
    data = json.dumps([what, *values], ensure_ascii=False).replace("<", "\\u003c")
    load(f"<script>(window.exam ??= []).push({data})</script>")
