"""What all chapters of a page are shown with, and which of them run."""

from dataclasses import dataclass, field

import streamlit as st

from exam.lesson.chapter import Texts
from exam.page.visit import Visit


@dataclass
class Lesson:
    """What all chapters of a page are shown with.

    `running` are those whose experiments run, for which the page looks for news; None once it is
    drawn, when Streamlit keeps the lesson for a chapter that it runs alone. `titled` are those
    whose titles say that they are done.
    """

    visit: Visit
    words: Texts
    running: list | None = field(default_factory=list)
    titled: frozenset[str] = field(init=False)

    def __post_init__(self):
        self.titled = frozenset(self.visit.done)

    @property
    def is_stale(self) -> bool:
        """A chapter is done, and its title does not say so yet."""
        return self.visit.done > self.titled

    def follow(self, view) -> None:
        """Let the page look for the news of a chapter that runs."""
        if self.running is None:
            if view.is_running or self.is_stale:
                st.rerun()
        elif view.is_running:
            self.running.append(view)
