"""The room that a visit is in: as a learner, whose guesses count, or as the lecturer, who leads."""

from dataclasses import dataclass
from html import escape

import segno
import streamlit as st

from exam.page.address import is_local, link_to
from exam.page.texts import ORDER, Texts
from exam.service import rooms

ENTER = """<form class="enter" method="get"><label>{label}
<input name="room" required size="4" maxlength="4" autocapitalize="characters" autocomplete="off">
</label><button>{enter}</button></form>"""


@dataclass
class Seat:
    """`refused` says why there is no room: no such "room", a wrong "secret", all are "taken"."""

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
            return {"lead": f"{self.code}.{self.secret}"}
        return {"learner": self.learner} if self.learner else {}

    @property
    def room(self) -> rooms.Room | None:
        """None where there is none, or none any more, or one that another leads."""
        room = rooms.ROOMS.find(self.code) if self.code else None
        return None if room and self.leads and room.secret != self.secret else room

    @property
    def ballot(self) -> rooms.Room | None:
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

    def show(self, words: Texts) -> None:
        """Which room this is, and for a learner the chapter at which it stands."""
        if room := self.room:
            text = (words.leads_room if self.leads else words.in_room)(code=self.code)
            place = room.step[0] if room.step else ""
            if place in ORDER and not self.leads:
                text += words.room_is_at(title=getattr(words, place).title, name=place)
            st.markdown(text, width="content")

    def hint(self, words: Texts) -> str:
        """Why there is no room where one was asked for, or none any more."""
        if self.refused or (self.code and not self.room):
            return getattr(words, f"no_{self.refused or 'room'}")
        return ""

    def show_entry(self, words: Texts) -> None:
        """A form of the browser's own: the page is opened anew, at the server that has the room."""
        st.html(ENTER.format(label=words.room_code, enter=words.enter_room))


def show_door(seat: Seat, words: Texts) -> None:
    """For the hall: the code, the link and its QR code as large as the screen."""
    link = link_to(st.context.url or "", room=seat.code)
    if is_local(link):
        st.info(words.share_local)
    code, told = st.columns(2, gap="large", vertical_alignment="center")
    code.html(qr_code(link, words, "qr is-large"))
    told.html(f'<p class="code">{seat.code}</p><p class="link">{escape(link)}</p>')
    told.markdown(words.door)


def qr_code(link: str, words: Texts, kind: str = "qr") -> str:
    """The link as a QR code, dark on light in every theme."""
    picture = segno.make(link, error="m", micro=False).png_data_uri(scale=8, border=3)
    return f'<img class="{kind}" src="{picture}" alt="{words.share_qr}">'


def take_seat(code: str, secret: str) -> Seat:
    """The seat that an address asks for; who reloads the page leads the room as before."""
    if not code:
        return Seat()
    kept, _, kept_secret = _cookie("lead").partition(".")
    if not secret and kept == code and rooms.SECRET.fullmatch(kept_secret):
        secret = kept_secret
    if not secret:
        return Seat(code, _learner()) if rooms.ROOMS.find(code) else Seat(refused="room")
    try:
        return Seat(rooms.ROOMS.lead(code, secret).code, secret=secret)
    except rooms.RoomRefused as refused:
        return Seat(refused=str(refused))


def open_room() -> Seat:
    """A room of its own for this visit, which leads it."""
    return take_seat(rooms.new_code(), rooms.new_secret())


def _learner() -> str:
    """The name under which this browser has guessed before, or a new one that it will keep."""
    known = _cookie("learner")
    return known if rooms.LEARNER.fullmatch(known) else rooms.new_learner()


def _cookie(name: str) -> str:
    return str(st.context.cookies.get(name, ""))
