"""The seat of a visit in a room: a learner's, whose guesses count, or the lecturer's, who leads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import streamlit as st

from exam.hall import rooms
from exam.hall.room import Room
from exam.hall.steps import Step
from exam.lesson.chapters import CHAPTERS
from exam.lesson.contents import numbered
from exam.lesson.guess import allowed_guesses, guess_key, report_guess
from exam.model.own_exam import OwnExam
from exam.model.studied import Studied
from exam.page.address import TRUE_OR_FALSE, reachable, read_parameters
from exam.page.ask_again import ask_again
from exam.page.browser import push
from exam.page.fragment import fragment
from exam.page.observer import Observer
from exam.page.parts import CHAPTER_NAMES
from exam.page.texts import Texts
from exam.page.visit import Visit
from exam.page.writing import Writings

ROOM_SECONDS = 5.0  # between two looks whether a room has been opened
FALLBACK_SECONDS = 15.0  # between two looks at the room where its event stream is not there
BAR = '<nav class="hall-bar" aria-live="polite"></nav>'
ENTER = """<form class="enter" method="get"><label>{label}
<input name="room" required size="4" maxlength="4" autocapitalize="characters" autocomplete="off">
</label><button>{enter}</button></form>"""


def read_code(text: str) -> str | None:
    """The code of a room, in capitals as it is shown."""
    return text.upper() if text.isascii() and rooms.CODE.fullmatch(text.upper()) else None


def read_secret(text: str) -> str | None:
    return text if rooms.SECRET.fullmatch(text) else None


# What an address may say of a hall.
READERS = {"room": read_code, "secret": read_secret, "presenter": TRUE_OR_FALSE.get}


@dataclass
class Seat(Observer):
    """Whoever comes before the room is opened has its `code` already, and waits for it.

    `refused` says why there is none for its lecturer: a wrong "secret", or all are "taken".
    `wrong_parameters` are those of the address that name no room. `step` is what a projector shows,
    in a room or without one; None elsewhere.
    """

    code: str = ""
    learner: str = ""
    secret: str = ""
    refused: str = ""
    wrong_parameters: list[str] = field(default_factory=list)
    step: Step | None = None
    presents: bool = False  # on the page that the hall does not see
    anew: int = 0  # of the votes that its room has begun anew, those that it knows of

    @property
    def leads(self) -> bool:
        return bool(self.secret)

    @property
    def room(self) -> Room | None:
        """None where there is none, or none any more, or one that another leads."""
        room = rooms.ROOMS.find(self.code) if self.code else None
        return None if room and self.leads and room.secret != self.secret else room

    @property
    def awaits_room(self) -> bool:
        return bool(self.code) and not self.room

    @property
    def led_room(self) -> Room | None:
        """The room, for the one who leads it."""
        return self.room if self.leads else None

    @property
    def ballot(self) -> Room | None:
        """The room in which the guesses of this visit count: not those of its lecturer."""
        return None if self.leads else self.room

    # What the page and the lesson tell of the visit.

    @property
    def counts_guesses(self) -> bool:
        return bool(self.ballot)

    @property
    def place(self) -> str:
        return self.step.place if self.step else ""

    @property
    def address(self) -> dict[str, str | None]:
        """Without the secret, which a cookie has: here, history and logs would keep it, and a hall
        could read it."""
        return {"room": self.code, "secret": None} if self.leads else {}

    @property
    def cookies(self) -> dict[str, str]:
        """After a reload, who leads still leads, and a guess still counts once."""
        if self.leads:
            return {f"lead_{self.code}": self.secret}
        return {"learner": self.learner} if self.learner else {}

    @property
    def studied(self) -> Studied:
        return self.room.studied if self.room else self.own_studied

    def guess(self, chapter: str, choice: int) -> None:
        if room := self.ballot:
            room.guess(chapter, self.learner, choice)

    def see(self, chapter: str) -> None:
        if room := self.ballot:
            room.see(chapter, self.learner)

    def guess_of(self, chapter: str) -> int | None:
        room = self.ballot
        return room.guess_of(chapter, self.learner) if room else None

    def writings(self, own: Writings) -> Writings:
        if self.room and self.leads and self.step:  # what the hall writes is on its sheet
            return Writings((), is_halls=True, is_open=self.room.exam.is_open)
        room = self.ballot
        return room.exam.writings_of(self.learner) if room and room.exam.is_open else own

    def exams(self, own: Writings) -> Mapping[str, OwnExam] | None:
        room = self.room
        if room and room.exam.is_open:
            return None
        return (room and room.exam.exams) or own.exams

    def wrote(self) -> None:
        if room := self.ballot:
            room.wrote(self.learner)

    def holds(self, chapter: str) -> bool:
        return bool(self.ballot) and self.ballot.holds(chapter)

    def describe_guess(self, chapter: str, words: Texts) -> str:
        if not (room := self.ballot):
            return ""
        return getattr(words, f"guess_{room.state_of_guess(chapter, self.learner)}")(code=self.code)


def take_seat(visit: Visit) -> Seat:
    """The seat of the visit; at its beginning, the one that its address asks for."""
    if not isinstance(visit.observer, Seat):
        asked, wrong = read_parameters(READERS, st.query_params.get_all)
        visit.observer = _seat_for(asked.get("room", ""), asked.get("secret", ""))
        visit.observer.presents = visit.observer.leads and asked.get("presenter", False)
        visit.observer.wrong_parameters = wrong
    return visit.observer


def _seat_for(code: str, secret: str) -> Seat:
    """Who has led the room before leads it again, for the browser has kept the secret."""
    if not code:
        return Seat()
    secret = secret or read_secret(_cookie(f"lead_{code}")) or ""
    if not secret:
        known = rooms.LEARNER.fullmatch(_cookie("learner"))  # this browser has guessed before
        return Seat(code=code, learner=known[0] if known else rooms.new_learner())
    # Behind a proxy on this machine, the address of a browser is what the proxy says.
    client = st.context.ip_address or st.context.headers.get("X-Forwarded-For", "")
    try:
        return Seat(code=rooms.ROOMS.lead(code, secret, client).code, secret=secret)
    except rooms.RoomRefused as refused:
        return Seat(refused=str(refused))


def hints(seat: Seat, words: Texts) -> list[str]:
    """Why there is no room where one was asked for, or none any more."""
    found = [getattr(words, f"no_{name}") for name in seat.wrong_parameters]
    if seat.awaits_room and not seat.leads:
        found.append(words.room_awaited)
    elif seat.refused or seat.awaits_room:
        found.append(getattr(words, f"no_{seat.refused or 'room'}"))
    return found


def show_entry(words: Texts) -> None:
    """A form of the browser's own: the page is opened anew, at the server that has the room."""
    st.html(ENTER.format(label=words.room_code, enter=words.enter_room))


def how_to_join(room: Room, words: Texts) -> str:
    """The host and the code, for who comes late."""
    host = urlsplit(reachable(st.context.url or "")).netloc
    return words.join_here(host=host, code=room.code)


def show_seat(seat: Seat, words: Texts) -> None:
    """Which room this is, and for a learner the chapter at which it stands."""
    if seat.code:
        _show_seat(seat, seat.awaits_room, words)


@fragment
def _show_seat(seat: Seat, awaits_room: bool, words: Texts) -> None:
    """`awaits_room` is what the rest of the page was drawn for."""
    if seat.awaits_room and not seat.leads:
        ask_again("room", ROOM_SECONDS)
    if seat.awaits_room != awaits_room:
        _report_earlier_guesses(st.session_state.visit, words)
        st.rerun()
    if room := seat.room:
        if _forget_choices(seat, room, st.session_state.visit):
            st.rerun()
        text = words.leads_room if seat.leads else words.in_room
        st.markdown(text(code=seat.code), width="content")
        if not seat.leads:
            _follow(room, words)


def _report_earlier_guesses(visit: Visit, words: Texts) -> None:
    """What was chosen before the room was opened counts as well."""
    for chapter in CHAPTERS.values():
        if chapter.plans and not chapter.passes:
            report_guess(visit, chapter, allowed_guesses(chapter, words))


def _forget_choices(seat: Seat, room: Room, visit: Visit) -> bool:
    """In a vote that was begun anew only what its room knows is chosen. Whether there was one."""
    forgotten, seat.anew = room.anew[seat.anew :], len(room.anew)
    for chapter in map(CHAPTERS.get, forgotten):
        visit.attempts.pop(chapter.name, None)  # or there would be nothing to guess
        if not chapter.passes:
            st.session_state[guess_key(chapter)] = seat.guess_of(chapter.name)
    return bool(forgotten)


def _follow(room: Room, words: Texts) -> None:
    """The bar that says what the hall is at (assets/follow.js)."""
    st.html(BAR)
    titles = {name: numbered(name, words) for name in CHAPTER_NAMES}
    push("room", room.code, words.starting("hall_") | {"titles": titles}, room.state())
    ask_again("room", FALLBACK_SECONDS, unless="follows", on="hall-anew")


def _cookie(name: str) -> str:
    return str(st.context.cookies.get(name, ""))
