"""A seat: a visit's place in a room, as a learner whose guesses count or as its lecturer."""

from dataclasses import dataclass, field

from exam.model.studied import StudiedSettings
from exam.rooms import rooms
from exam.rooms.drawings import Drawings, OwnExams
from exam.rooms.lecture_state import LectureState, seal_state
from exam.rooms.room import Room, Step
from exam.rooms.votes import GuessState


@dataclass
class Seat:
    """Without a `code` the visit is in no room, and everything is the visit's own.

    A learner who comes before the room is opened has its `code` already, and waits for it;
    `learner` is a random id. A visit with the room's `secret` leads it, and `refused` says why it
    may not, or not by its link: a wrong "secret", or all rooms are "taken"; or "other", if this
    browser leads another room as well. `step` is what a projector shows, with or without a room,
    and `last_step` what it showed before the server was started again, as its address says;
    `is_presenter_page` is True on the lecturer's own page, which the hall does not see.
    `wrong_secret` is a secret that the browser has kept but that does not lead the room, and that
    it should forget. `restarts_seen` and `exam_changes_seen` are those of the room's `restarts` and
    of its exam's `changes` that this visit has taken over. `own_studied` and `own_drawings` are the
    visit's, used where there are none of a room.
    """

    code: str = ""
    learner: str = ""
    secret: str = ""
    refused: str = ""
    step: Step | None = None
    last_step: Step | None = None
    is_presenter_page: bool = False
    wrong_secret: str = ""
    restarts_seen: dict[str, int] = field(default_factory=dict)
    exam_changes_seen: int = 0
    own_studied: StudiedSettings = field(default_factory=StudiedSettings)
    own_drawings: Drawings = field(default_factory=lambda: Drawings(range(10)))

    @property
    def leads(self) -> bool:
        return bool(self.secret)

    @property
    def room(self) -> Room | None:
        """The room, or None if it does not exist (any more) or if another lecturer leads it now."""
        room = rooms.ROOMS.find(self.code) if self.code else None
        return None if room and self.leads and room.secret != self.secret else room

    @property
    def awaits_room(self) -> bool:
        return bool(self.code) and not self.room

    @property
    def led_room(self) -> Room | None:
        """The room, if this is its lecturer."""
        return self.room if self.leads else None

    @property
    def voting_room(self) -> Room | None:
        """The room in which this visit's guesses count; None for its lecturer."""
        return None if self.leads else self.room

    # Guesses.

    def guess(self, chapter: str, choice: int) -> None:
        if room := self.voting_room:
            room.guess(chapter, self.learner, choice)

    def guess_of(self, chapter: str) -> int | None:
        """The guess that the room has of this learner, also from before a reload."""
        room = self.voting_room
        return room.guess_of(chapter, self.learner) if room else None

    def guess_state(self, chapter: str) -> GuessState | None:
        """How the learner's guess stands; None if no room counts it."""
        room = self.voting_room
        return room.guess_state(chapter, self.learner) if room else None

    def mark_seen(self, chapter: str) -> None:
        """The learner has begun an experiment, and may see its result from now on."""
        if room := self.voting_room:
            room.mark_seen(chapter, self.learner)

    def withholds_answer(self, chapter: str) -> bool:
        """Whether the answer of a chapter has to wait for the lecturer."""
        room = self.voting_room
        return room is not None and room.withholds_answer(chapter)

    # Studies and handwritten exams: the room's, or the visit's own.

    @property
    def studied(self) -> StudiedSettings:
        """The settings on the map of the chapter best_setting."""
        return self.room.studied if self.room else self.own_studied

    @property
    def drawings(self) -> Drawings:
        """The digits to write: for the hall's exam while it is open, else the visit's own."""
        room = self.room
        if room and self.leads and self.step:  # a projector writes nothing itself
            return Drawings((), is_for_hall=True, is_open=room.exam.is_open)
        if (room := self.voting_room) and room.exam.is_open:
            return room.exam.drawings_of(self.learner)
        return self.own_drawings

    @property
    def is_excluded(self) -> bool:
        """Whether the lecturer has taken what this learner writes out of the hall's exam."""
        room = self.voting_room
        return room is not None and room.exam.is_excluded(self.learner)

    @property
    def exams(self) -> OwnExams | None:
        """The handwritten exam in each form, once it is complete."""
        room = self.room
        if room and room.exam.is_open:
            return None
        return (room and room.exam.exams) or self.own_drawings.exams

    @property
    def has_hall_exam(self) -> bool:
        """Whether the handwritten exam is the hall's, and not this visit's own."""
        return self.exams is not None and self.exams is not self.drawings.exams

    def update_exam(self) -> None:
        """The learner has written a digit."""
        if room := self.voting_room:
            room.update_exam(self.learner)

    # What the browser keeps.

    @property
    def address_parameters(self) -> dict[str, str | None]:
        """Parameters for the page's address; None takes one out.

        The secret is kept in a cookie, because addresses stay in history and logs, and the hall
        sees them. When the server is started again, the lecturer's screen brings back the step and
        the votes.
        """
        if not self.leads:
            return {}
        room, state = self.room, None
        if room and (room.has_moved or self.is_presenter_page):
            state = seal_state(room, is_presenter_page=self.is_presenter_page)
        return {"room": self.code, "secret": None, "state": state}

    def restore(self, state: LectureState) -> None:
        """Take the room on from where the lecturer's address says that it was."""
        self.last_step = state.step
        if (room := self.room) and state.step:
            room.has_moved = True  # another screen of this lecturer may bring what is older
            room.restore(state.rounds, state.step.place)

    @property
    def cookies(self) -> dict[str, str]:
        """After a reload, a lecturer still leads, and a guess still counts once."""
        if self.leads:
            return {f"lead_{self.code}": self.secret}
        return {"learner": self.learner} if self.learner else {}

    @property
    def forgotten_cookies(self) -> dict[str, str]:
        """Those to forget where the browser still has them; another tab may lead by now."""
        return {f"lead_{self.code}": self.wrong_secret} if self.wrong_secret else {}
