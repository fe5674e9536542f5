"""The room that a visit is in: as a learner, whose guesses count, or as the lecturer, who leads."""

import contextlib
from dataclasses import dataclass
from html import escape

import segno
import streamlit as st

from exam.page.address import is_local, link_to
from exam.page.ask_again import ask_again
from exam.page.fragment import fragment
from exam.page.texts import ORDER, Texts
from exam.service import rooms
from exam.service.room import Room

ROOM_SECONDS = 5.0  # between two looks whether a room has been opened
OPEN = """<div class="enter"><button type="button" data-opens="{code}" data-secret="{secret}">
{label}</button></div>"""
ENTER = """<form class="enter" method="get"><label>{label}
<input name="room" required size="4" maxlength="4" autocapitalize="characters" autocomplete="off">
</label><button>{enter}</button></form>"""


@dataclass
class Seat:
    """Its code is kept where there is no such room yet: whoever comes early waits for it.

    `refused` says why there is none for its lecturer: a wrong "secret", or all are "taken".
    """

    code: str = ""
    learner: str = ""
    secret: str = ""
    refused: str = ""

    @property
    def leads(self) -> bool:
        return bool(self.secret)

    @property
    def cookies(self) -> dict[str, str]:
        """What the browser is to keep until it is closed, so that a reload changes nothing."""
        if self.leads:
            return {f"lead_{self.code}": self.secret}
        return {"learner": self.learner} if self.learner else {}

    @property
    def room(self) -> Room | None:
        """None where there is none, or none any more, or one that another leads."""
        room = rooms.ROOMS.find(self.code) if self.code else None
        return None if room and self.leads and room.secret != self.secret else room

    @property
    def ballot(self) -> Room | None:
        """The room in which the guesses of this visit count: not those of its lecturer."""
        return None if self.leads else self.room

    def guess(self, chapter: str, choice: int) -> None:
        if room := self.ballot:
            room.guess(chapter, self.learner, choice)

    def see(self, chapter: str) -> None:
        if room := self.ballot:
            room.see(chapter, self.learner)

    def standing(self, chapter: str, words: Texts) -> str:
        """What the learner is told of the guess in a chapter; "" outside a room."""
        if not (room := self.ballot):
            return ""
        return getattr(words, f"guess_{room.state_of_guess(chapter, self.learner)}")(code=self.code)

    @property
    def awaits_room(self) -> bool:
        return bool(self.code) and not self.room

    def hint(self, words: Texts) -> str:
        """Why there is no room where one was asked for, or none any more."""
        if self.awaits_room and not self.leads:
            return words.room_awaited
        if self.refused or self.awaits_room:
            return getattr(words, f"no_{self.refused or 'room'}")
        return ""

    def show_entry(self, words: Texts) -> None:
        """A form of the browser's own: the page is opened anew, at the server that has the room."""
        st.html(ENTER.format(label=words.room_code, enter=words.enter_room))


@fragment
def show_seat(seat: Seat, awaits_room: bool, words: Texts) -> None:
    """Which room this is, and for a learner the chapter at which it stands.

    `awaits_room` is what the rest of the page was drawn for.
    """
    if seat.awaits_room and not seat.leads:
        ask_again("room", ROOM_SECONDS)
    if seat.awaits_room != awaits_room:
        st.rerun()
    if room := seat.room:
        text = (words.leads_room if seat.leads else words.in_room)(code=seat.code)
        place = room.step[0] if room.step else ""
        if place in ORDER and not seat.leads:
            text += words.room_is_at(title=getattr(words, place).title, name=place)
        st.markdown(text, width="content")


def show_door(seat: Seat, words: Texts) -> None:
    """For the hall: the code, the link and its QR code as large as the screen."""
    link = link_to(st.context.url or "", room=seat.code)
    if is_local(link):
        st.info(words.share_local)
    code, told = st.columns(2, gap="large", vertical_alignment="center")
    with code:
        show_qr_code(link, words, "qr is-large")
    told.html(f'<p class="code">{seat.code}</p><p class="link">{escape(link)}</p>')
    told.markdown(words.door)


def show_qr_code(link: str, words: Texts, kind: str = "qr") -> None:
    """The link as a QR code, dark on light in every theme; nothing where it is too long for one."""
    with contextlib.suppress(segno.DataOverflowError):
        picture = segno.make(link, error="m", micro=False).png_data_uri(scale=8, border=3)
        st.html(f'<img class="{kind}" src="{picture}" alt="{words.share_qr}">')


def take_seat(code: str, secret: str) -> Seat:
    """The seat that an address asks for; who reloads the page leads the room as before."""
    if not code:
        return Seat()
    kept = _cookie(f"lead_{code}")
    secret = secret or (kept if rooms.SECRET.fullmatch(kept) else "")
    if not secret:
        return Seat(code, _learner())
    try:
        return Seat(rooms.ROOMS.lead(code, secret, _client()).code, secret=secret)
    except rooms.RoomRefused as refused:
        return Seat(refused=str(refused))


def show_opener(words: Texts) -> None:
    """A button that leads to a new room, for the room must be where its code leads (exam.js)."""
    room = {"code": rooms.new_code(), "secret": rooms.new_secret()}
    st.html(OPEN.format(label=words.open_room, **room))


def _client() -> str:
    """Whose visit this is: an address, behind a proxy on this machine as the proxy says."""
    return st.context.ip_address or st.context.headers.get("X-Forwarded-For", "")


def _learner() -> str:
    """The name under which this browser has guessed before, or a new one that it will keep."""
    known = _cookie("learner")
    return known if rooms.LEARNER.fullmatch(known) else rooms.new_learner()


def _cookie(name: str) -> str:
    return str(st.context.cookies.get(name, ""))
