"""A visit: what Streamlit keeps of it between two runs of the script, beside its widgets.

The widgets' own values, under their keys in `st.session_state`, are the only copy of a setting.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from exam.model.settings import MISPRINTS, SETTINGS
from exam.page.address import DEFAULTS, STUDY, read_address
from exam.page.texts import LANGUAGES, choose_language
from exam.page.training_run import TrainingRun, begin
from exam.service.experiment import Experiment
from exam.service.scheduler import get_scheduler

QUICK_PICKS = (1, 10, 32, 100)  # of the batch size


@dataclass(eq=False)
class Visit:
    """`only` is the part that is shown alone, or ""; `experiments` those begun, by chapter."""

    only: str
    is_projected: bool
    wrong_parameters: list[str]
    runs: list[TrainingRun] = field(default_factory=list)
    experiments: dict[str, Experiment] = field(default_factory=dict)

    @property
    def shows_study(self) -> bool:
        return self.only in ("", STUDY)

    @property
    def run(self) -> TrainingRun | None:
        """The one on the screen."""
        return self.runs[-1] if self.runs else None

    def begin_run(self) -> None:
        self.stop_run()
        chosen = {setting.name: st.session_state[setting.name] for setting in SETTINGS}
        self.runs = begin(self.runs, TrainingRun(**chosen))

    def stop_run(self) -> None:
        if self.run and self.run.is_drawing:
            self.run.stop()
            get_scheduler().unfollow(self.run.plan, self)

    def show_the_rest(self) -> None:
        if self.run:
            self.run.is_hurried = True

    def clear_earlier(self) -> None:
        self.runs = self.runs[-1:]

    def change_setting(self) -> None:
        """What follows from a moved slider."""
        self.stop_run()
        batch_size = st.session_state.batch_size
        st.session_state.quick_pick = batch_size if batch_size in QUICK_PICKS else None
        write_address()


def open_visit(chapters: Sequence[str]) -> Visit:
    """The visit of this session; at its beginning, the address sets it all."""
    state = st.session_state
    if "visit" in state and all(name in state for name in DEFAULTS):
        return state.visit
    chosen, wrong = read_address(st.query_params.get_all, chapters, browser_language())
    for name in DEFAULTS:  # Streamlit drops the value of a widget that a run did not draw
        state.setdefault(name, chosen[name])
    if "visit" not in state:
        state.visit = Visit(chosen["only"], chosen["projected"], wrong)
        state.visit.change_setting()
        if chosen["start"] and state.visit.shows_study:  # a chapter waits for a guess
            state.visit.begin_run()
    return state.visit


def browser_language() -> str:
    return choose_language(st.context.locale)


def language() -> str:
    """The language of the page, whatever has happened to its widget."""
    lang = st.session_state.get("lang")
    return lang if lang in LANGUAGES else browser_language()


def settings() -> dict[str, int]:
    return {setting.name: st.session_state[setting.name] for setting in (*SETTINGS, MISPRINTS)}


def write_address() -> None:
    # Not by bind="query-params": it opens ?batch_size=20.5 as 20, where we want to say no.
    for name, default in (DEFAULTS | {"lang": browser_language()}).items():
        value = str(st.session_state[name])
        if value != str(default):
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]
