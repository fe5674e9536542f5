"""A visit: what Streamlit keeps of it between two runs of the script, beside its widgets.

The widgets' own values, under their keys in `st.session_state`, are the only copy of a setting.
"""

import secrets
from collections import Counter
from dataclasses import dataclass, field

import streamlit as st

from exam.model.results import Mark
from exam.model.settings import MISPRINTS, SETTINGS
from exam.model.studied import Studied
from exam.page.address import DEFAULTS, STUDY, read_address
from exam.page.ask_again import Waiting
from exam.page.language import browser_language
from exam.page.player import push
from exam.page.room import Seat, take_seat
from exam.page.training_run import TrainingRun, begin
from exam.service.experiment import Experiment

FIGURE = "figure"  # of the first screen, as a part that waits


@dataclass(eq=False)
class Visit:
    """`only` is the part that is shown alone, or "".

    `presses` counts how often a study was begun, so that the browser plays each from its start.
    `experiments` are those begun, by chapter, `begun` counts how often, and `done` names the
    chapters that have come to their end. With `reveals`, one begins without a guess. `mapped` is
    the press whose study has come to the map of settings. `key` is another for every visit, so that
    the browser knows when the server has forgotten one. `step` is what a projector shows: a place
    and a part of it. `plays_since` is when the browser began to play the study, 0.0 before, and
    `followers` names the chapters on the screen that show what the first screen does.
    """

    only: str
    is_projected: bool
    wrong_parameters: list[str]
    presses: int = 0
    runs: list[TrainingRun] = field(default_factory=list)
    experiments: dict[str, Experiment] = field(default_factory=dict)
    begun: Counter[str] = field(default_factory=Counter)
    done: set[str] = field(default_factory=set)
    reveals: bool = False
    seat: Seat = field(default_factory=Seat)
    studied: Studied = field(default_factory=Studied)  # without a room
    mapped: int = 0
    key: str = field(default_factory=lambda: secrets.token_hex(4))
    step: tuple[str, str] | None = None
    waiting: Waiting = field(default_factory=Waiting)
    plays_since: float = 0.0
    followers: tuple[str, ...] = ()

    @property
    def shows_study(self) -> bool:
        return (self.step[0] if self.step else self.only) in ("", STUDY)

    @property
    def run(self) -> TrainingRun | None:
        """The one on the screen."""
        return self.runs[-1] if self.runs else None

    def begin_run(self) -> None:
        self.presses += 1
        self.runs = begin(self.runs, chosen_run())
        self.plays_since = 0.0
        self.waiting.end(FIGURE)

    def map_study(self, end: Mark) -> None:
        """Put the study that has come to its end on the map, once for each press."""
        if self.mapped == self.presses:
            return
        self.mapped, room = self.presses, self.seat.room
        add = room.study if room else self.studied.add
        add(self.run.batch_size, self.run.epochs, end.val_loss, end.val_wrong)


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
        state.visit = Visit(chosen["only"], chosen["projected"], wrong)
        state.visit.reveals = chosen["reveal"]
        state.visit.seat = take_seat(chosen["room"], chosen["secret"])
        if chosen["start"] and state.visit.shows_study:  # a chapter waits for a guess
            state.visit.begin_run()
    return state.visit


def keep(name: str) -> None:
    """Keep what is set by a widget that this run may not draw: Streamlit would drop it."""
    st.session_state[name] = st.session_state[name]


def keep_settings() -> None:
    for setting in SETTINGS:
        keep(setting.name)


def chosen_run() -> TrainingRun:
    """What a press would begin now."""
    return TrainingRun(**{setting.name: st.session_state[setting.name] for setting in SETTINGS})


def settings() -> dict[str, int]:
    return {setting.name: st.session_state[setting.name] for setting in (*SETTINGS, MISPRINTS)}


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
    seat = state.visit.seat
    if seat.leads:
        # The cookie has the secret. Here, history and logs would keep it, and a hall read it.
        wanted |= {"room": seat.code, "secret": None}
    push("page", lang, wanted, seat.cookies, state.visit.key)
