"""What all chapters of a page are shown with, and which of them run."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import streamlit as st

from exam.lesson.chapter import Texts
from exam.page.visit import Visit


class Running(Protocol):
    """A chapter on the screen, as long as something is computed for it."""

    is_running: bool

    def poll(self) -> bool: ...


@dataclass
class Lesson:
    """What all chapters are shown with, and those whose experiments run."""

    visit: Visit
    words: Texts
    running: list[Running] = field(default_factory=list)
    is_whole_page: bool = False
    is_stale: bool = False  # a chapter is done, and its title does not say so yet

    @property
    def is_alone(self) -> bool:
        return bool(self.visit.only or self.visit.step)

    @contextlib.contextmanager
    def on_the_whole_page(self) -> Iterator[None]:
        """While the script shows the page, which looks for news; not a chapter's fragment alone."""
        self.is_whole_page = True
        try:
            yield
        finally:  # Streamlit keeps the lesson for its fragments; their results are not to stay
            self.is_whole_page = False
            self.running.clear()

    def follow(self, view: Running) -> None:
        """Let the page look for the news of a chapter that runs."""
        if self.is_whole_page and view.is_running:
            self.running.append(view)
        elif view.is_running or self.is_stale:
            st.rerun()
