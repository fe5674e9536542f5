"""A visit: what we keep of a Streamlit session between two runs of the script.

The settings are the widgets' own values, under their keys in `st.session_state`. Streamlit drops a
widget's value when a run ends before drawing it; so a visit keeps a copy, which is the widget's
default when it is drawn again. (Streamlit's own `persist_state` would do, but a forged value then
ends the script thread without an answer.) Marks are the scheduler's, which forgets old ones; so a
visit keeps its studies, and polls them.
"""

import math
import secrets
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import streamlit as st

from exam.model.plan import Plan, Study
from exam.model.results import Mark
from exam.page.address import DEFAULTS, NUMBERS, is_this_machine, network_of, read_address
from exam.page.ask_again import Waiting
from exam.page.browser import push
from exam.page.language import browser_language, language
from exam.parts import STUDY
from exam.rooms import rooms
from exam.rooms.drawings import OwnExams
from exam.rooms.lecture_state import read_state
from exam.rooms.room import Room
from exam.rooms.seat import Seat
from exam.service.experiment import Attempt
from exam.service.usage import Follower
from exam.texts import LANGUAGES

EARLIER_STUDIES = 3
MAX_CLIENT = 100  # letters of an address by which rooms are counted
FIGURE = "figure"  # the `waiting` key of the first screen's study


class Settings(NamedTuple):
    """What is set on the page now; `own` is a handwritten exam in each form, if there is one.

    `is_halls` says that a hall has written it.
    """

    batch_size: int
    epochs: int
    student: int
    misprints: int
    own: OwnExams | None = None
    is_halls: bool = False


class Outcome(NamedTuple):
    """What was guessed in a chapter, and the answer that its numbers support; None without one."""

    guess: int | None
    answer: int | None


@dataclass(eq=False)
class Visit:
    """What the address asks for, and what the learner has done since.

    `only` is the part that the address shows alone, or "". If `reveals`, the experiment of a
    chapter begins without a guess, the first time. `studies` are those of the first screen, the
    newest last; `presses` counts how often one was begun, so that the browser plays each from its
    start, and `press_on_map` is the last press whose study is on the map of settings. `attempts`
    are the current attempts at experiments, by chapter or by a key of the chapter, `last_attempts`
    also those that were given up, and `finished` has the chapters whose conclusion was shown.
    `chapters_that_follow` are those on the screen that show what the first screen studies. `values`
    are the last values of the settings' widgets. `key` differs for every visit; by it the browser
    notices that the server has forgotten one. `network` is the one that it comes from.
    `wants_weights` is True from when the paper of the first screen asks for weights until they are
    sent; `kept_digit` says whether the digit written there was kept for the learner's own exam,
    until the browser has been told.
    """

    only: str
    is_projected: bool
    wrong_parameters: list[str]
    seat: Seat
    reveals: bool = False
    studies: list[Study] = field(default_factory=list)
    presses: int = 0
    press_on_map: int = 0
    attempts: dict[str, Attempt] = field(default_factory=dict)
    last_attempts: dict[str, Attempt] = field(default_factory=dict)
    finished: dict[str, Outcome] = field(default_factory=dict)
    chapters_that_follow: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    key: str = field(default_factory=lambda: secrets.token_hex(4))
    network: str = ""
    waiting: Waiting = field(default_factory=Waiting)
    wants_weights: bool = False
    kept_digit: bool | None = None

    @property
    def place(self) -> str:
        """The part that is alone on the screen, or "" for the whole page."""
        return self.seat.step.place if self.seat.step else self.only

    @property
    def follower(self) -> Follower:
        """How the scheduler knows this visit."""
        room = self.seat.led_room
        return Follower(self.key, self.network, weakref.ref(room) if room else None)

    @property
    def shows_study(self) -> bool:
        return self.place in ("", STUDY)

    @property
    def study(self) -> Study | None:
        """The study that was begun last."""
        return self.studies[-1] if self.studies else None

    def begin_study(self) -> None:
        """Begin the study of the current settings; it replaces an earlier one with the same."""
        study = chosen_study()
        self.presses += 1
        others = [each for each in self.studies if each != study]
        self.studies = [*others[-EARLIER_STUDIES:], study]
        self.waiting.end(FIGURE)

    def begin_attempt(self, chapter: str, attempt: Attempt) -> None:
        """Begin a chapter's experiment; what was guessed in the first attempt stays known."""
        if last := self.last_attempts.get(chapter):
            attempt = attempt.after(last)
        self.attempts[chapter] = self.last_attempts[chapter] = attempt

    def want_weights(self) -> None:
        self.wants_weights = True

    def map_study(self, study: Study, last: Mark) -> None:
        """Put a complete study on the map of settings, once for each press."""
        if self.press_on_map != self.presses:
            self.press_on_map = self.presses
            self.seat.studied.add(study, last, self.seat.learner)


def open_visit() -> Visit:
    """The visit of this session; a new one is set up by its address."""
    state = st.session_state
    if "visit" in state:
        return state.visit
    chosen, wrong = read_address(st.query_params.get_all, browser_language())
    seat = _take_seat(chosen["room"], chosen["secret"], chosen["state"])
    # Otherwise a posted link could exclude learners from a hall's vote, or show its lecturer's
    # screen the answer.
    reveals = chosen["reveal"] and not seat.learner and not (seat.led_room and seat.led_room.step)
    if room := seat.led_room:
        wrong += _begin_to_lead(room, seat, chosen)
    values = {name: chosen[name] for name in DEFAULTS}
    visit = Visit(
        chosen["only"],
        chosen["projected"],
        wrong,
        seat,
        reveals=reveals,
        values=values,
        network=client_address(),
    )
    state.visit = visit
    if chosen["start"] and visit.shows_study:  # a chapter waits for a guess
        visit.begin_study()
    return visit


def current_values(visit: Visit) -> dict[str, Any]:
    """The values of the settings' widgets; the last valid ones where Streamlit has none."""
    for name in DEFAULTS:
        value = st.session_state.get(name)
        setting = NUMBERS.get(name)
        if setting.accepts(value) if setting else value in LANGUAGES:
            visit.values[name] = value
    return visit.values


def _begin_to_lead(room: Room, seat: Seat, chosen: Mapping[str, Any]) -> list[str]:
    """Take over what the lecturer's address says; returns which parameters could not be used."""
    wrong = []
    kept = read_state(chosen["state"], seat.code, seat.secret)
    # By a posted link, the hall would see the lecturer's own page on the projector.
    is_own = chosen["secret"] == seat.secret or (kept is not None and kept.is_presenter_page)
    seat.is_presenter_page = chosen["presenter"] and is_own
    if chosen["presenter"] and not is_own:
        wrong.append("presenter")
    # Only if the room has just been opened, since otherwise the link may be anybody's.
    if not room.has_moved:
        room.plan = chosen["plan"] or room.plan
        if kept:
            seat.restore(kept)
        elif chosen["state"]:
            wrong.append("state")
    return wrong


def _take_seat(code: str, secret: str, sealed: str) -> Seat:
    """The seat in that room; with its cookie, a browser that has led the room leads it again.

    It does so even if the link has a wrong secret, since somebody else may have posted that.
    `sealed` is the state that a screen of the lecturer has written into its address.
    """
    if not code:
        return Seat()
    # Behind nginx.conf, the path has decided which replica has the room; by another path, somebody
    # could open it at a second one beforehand. Whoever finds it here is at the right one.
    if st.context.headers.get("X-Room", code) != code and not rooms.ROOMS.find(code):
        return Seat(refused="room")
    cookies = _cookies()
    known = rooms.LEARNER.fullmatch(cookies.get("learner", ""))  # this browser has guessed before
    learner = known[0] if known else rooms.new_learner()
    kept = rooms.read_secret(cookies.get(f"lead_{code}", ""))
    refused: dict[str, str] = {}  # why, by secret
    for each in filter(None, [kept, secret]):
        state = read_state(sealed, code, each)
        since = state.since if state else math.inf
        try:
            room = rooms.ROOMS.lead(code, each, client_address(), since)
        except rooms.RoomRefused as reason:
            refused[each] = str(reason)
            continue
        # Any of these secrets may come from a stranger's link, so say so.
        is_other_link = bool(secret) and secret != each
        is_second_room = _leads_another(code, cookies)
        hint = "secret" if is_other_link else "other" if is_second_room else ""
        return Seat(code=room.code, secret=each, refused=hint)
    last = next(reversed(refused.values()), "")
    if last == "taken":
        return Seat(refused=last)
    # A wrong secret in the cookie came from somebody else's link.
    wrong_secret = kept if kept and refused[kept] == "secret" else ""
    return Seat(code=code, learner=learner, refused=last, wrong_secret=wrong_secret)


def _leads_another(code: str, cookies: Mapping[str, str]) -> bool:
    """Whether the browser has a cookie of another room that is open."""
    led = {name[5:]: secret for name, secret in cookies.items() if name.startswith("lead_")}
    return any(other != code and rooms.ROOMS.has(other, secret) for other, secret in led.items())


def client_address() -> str:
    """The browser's address; for IPv6 its network, all of which may belong to one client."""
    client = st.context.ip_address or "127.0.0.1"  # Streamlit gives None for it
    if is_this_machine(client):  # a proxy here appends the client's address last
        said = st.context.headers.get_all("X-Forwarded-For") or [""]
        client = said[-1].rsplit(",", 1)[-1].strip()
    return network_of(client[:MAX_CLIENT])


def _cookies() -> dict[str, str]:
    return {name: str(value) for name, value in st.context.cookies.items()}


def chosen_study() -> Study:
    """What a press would begin now."""
    now = settings()
    return Study(Plan(now.batch_size, now.student), now.epochs)


def settings() -> Settings:
    visit: Visit = st.session_state.visit
    values = current_values(visit)
    return Settings(
        values["batch_size"],
        values["epochs"],
        values["student"],
        values["misprints"],
        visit.seat.exams,
        visit.seat.has_hall_exam,
    )


def write_address() -> None:
    """Write an address that opens the page as it is now: every setting that is not the default.

    It also sets the language for screen readers; Streamlit's own document is always English.

    It does not use `st.query_params`, since the browser's Back would then go through every setting,
    nor bind="query-params", which opens ?batch_size=20.5 as 20, where we want to refuse it.
    """
    visit: Visit = st.session_state.visit
    lang, parameters = language(), dict[str, object]()
    for name, value in current_values(visit).items():
        parameters[name] = None if value == DEFAULTS[name] else value
    # The browser's own language needs no parameter, but one that was asked for stays.
    is_asked_for = "lang" in st.query_params or lang != browser_language()
    parameters["lang"] = lang if is_asked_for else None
    seat = visit.seat
    parameters |= seat.address_parameters
    push("page", lang, parameters, seat.cookies, seat.forgotten_cookies, visit.key)
