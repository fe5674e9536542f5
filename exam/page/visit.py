"""A visit: what Streamlit keeps of it between two runs of the script, beside its widgets.

The widgets' own values, under their keys in `st.session_state`, are the only copy of a setting.
"""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import streamlit as st

from exam.model.own_exam import OwnExam
from exam.model.results import Mark
from exam.model.settings import MISPRINTS, SETTINGS
from exam.page.address import DEFAULTS, read_address
from exam.page.ask_again import Waiting
from exam.page.browser import push
from exam.page.language import browser_language
from exam.page.observer import Observer
from exam.page.parts import STUDY
from exam.page.training_run import TrainingRun, with_run
from exam.page.writing import Writings
from exam.service.experiment import Plans

FIGURE = "figure"  # of the first screen, as a part that waits


class Attempt(NamedTuple):
    """An experiment that a visit has begun, and what the learner chose before.

    `choice` is a guess by its number, or a pass; None where it was begun without a guess. `turn`
    counts how often this learner has begun it, and `first` is what was chosen the first time. It
    began at `began`, by `time.monotonic()`.
    """

    plans: Plans
    choice: int | None = None
    turn: int = 1
    first: int | None = None
    began: float = 0.0


@dataclass(eq=False)
class Visit:
    """What the address asked for, and what has been done since.

    `only` is the part that the address shows alone, or "". With `reveals`, the experiment of a
    chapter begins without a guess, the first time. `presses` counts how often a study was begun, so
    that the browser plays each from its start. `attempts` are the experiments by chapter, `begun`
    counts how often each was begun, `first_choices` holds what was chosen for the first time, and
    `done` names the chapters that have come to their end. The study of the press number `mapped`
    was the last to be put on the map of settings. Every visit has another `key`, by which the
    browser knows when the server has forgotten one. `plays_since` is when the browser began to play
    the study, 0.0 before. `followers` names the chapters on the screen that show what the first
    screen does.
    """

    only: str
    is_projected: bool
    wrong_parameters: list[str]
    reveals: bool = False
    observer: Observer = field(default_factory=Observer)
    presses: int = 0
    runs: list[TrainingRun] = field(default_factory=list)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    begun: Counter[str] = field(default_factory=Counter)
    first_choices: dict[str, int | None] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    mapped: int = 0
    key: str = field(default_factory=lambda: secrets.token_hex(4))
    waiting: Waiting = field(default_factory=Waiting)
    plays_since: float = 0.0
    followers: tuple[str, ...] = ()
    kept: dict[str, int] = field(default_factory=dict)  # the settings as they were last seen
    own_writings: Writings = field(default_factory=lambda: Writings(range(10)))

    @property
    def writings(self) -> Writings:
        return self.observer.writings(self.own_writings)

    @property
    def exams(self) -> Mapping[str, OwnExam] | None:
        return self.observer.exams(self.own_writings)

    @property
    def place(self) -> str:
        """The part that is on the screen alone, or "" for the whole page."""
        return self.observer.place or self.only

    @property
    def shows_study(self) -> bool:
        return self.place in ("", STUDY)

    @property
    def run(self) -> TrainingRun | None:
        """The one on the screen."""
        return self.runs[-1] if self.runs else None

    def begin_run(self) -> None:
        self.presses += 1
        self.runs = with_run(self.runs, chosen_run())
        self.plays_since = 0.0
        self.waiting.end(FIGURE)

    def map_study(self, end: Mark) -> None:
        """Put the study that has come to its end on the map, once for each press."""
        if self.mapped == self.presses:
            return
        self.mapped = self.presses
        studied = self.observer.studied
        studied.add(self.run.batch_size, self.run.epochs, end.val_loss, end.val_wrong)


def open_visit() -> Visit:
    """The visit of this session; at its beginning, the address sets it all."""
    state = st.session_state
    if "visit" in state and all(name in state for name in DEFAULTS):
        keep(MISPRINTS.name)
        return state.visit
    chosen, wrong = read_address(st.query_params.get_all, browser_language())
    for name in DEFAULTS:  # Streamlit drops the value of a widget that a run did not draw
        state.setdefault(name, chosen[name])
    if "visit" not in state:
        state.visit = Visit(chosen["only"], chosen["projected"], wrong, chosen["reveal"])
        if chosen["start"] and state.visit.shows_study:  # a chapter waits for a guess
            state.visit.begin_run()
    settings()
    return state.visit


def keep(name: str) -> None:
    """Keep the value of a widget that this run may not draw: Streamlit would drop it."""
    st.session_state[name] = st.session_state[name]


def keep_settings() -> None:
    for setting in SETTINGS:
        keep(setting.name)


def chosen_run() -> TrainingRun:
    """What a press would begin now."""
    return TrainingRun(**{setting.name: st.session_state[setting.name] for setting in SETTINGS})


def settings() -> dict:
    """What is set now; what was set last, where Streamlit has dropped a widget that no run drew."""
    state, names = st.session_state, [setting.name for setting in (*SETTINGS, MISPRINTS)]
    state.visit.kept |= {name: state[name] for name in names if name in state}
    return state.visit.kept | {"own": state.visit.exams}


def write_address() -> None:
    """Let the address open the page as it is: it holds what differs from the defaults.

    And name the language for screen readers; Streamlit's own document is always English.

    Not by `st.query_params`, which would make the browser's Back go through every setting, nor by
    bind="query-params", which opens ?batch_size=20.5 as 20, where we want to say no.
    """
    state, lang = st.session_state, st.session_state.lang
    wanted = {name: state[name] for name in DEFAULTS if name != "lang"}
    wanted = {name: None if value == DEFAULTS[name] else value for name, value in wanted.items()}
    if "lang" in st.query_params or lang != browser_language():
        wanted["lang"] = lang  # one that was asked for stays
    observer = state.visit.observer
    push("page", lang, wanted | observer.address, observer.cookies, state.visit.key)
