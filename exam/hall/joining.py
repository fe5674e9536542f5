"""How a page joins a room: the form for its code, the hints, and a learner's bar."""

from html import escape

import streamlit as st

from exam.lesson.chapters import CHAPTERS
from exam.lesson.contents import numbered_title
from exam.lesson.guess import Choices, question_of, report_guess
from exam.page.address import link_to, reachable
from exam.page.ask_again import ask_again
from exam.page.browser import push
from exam.page.fragment import fragment
from exam.page.share import show_qr_code
from exam.page.visit import Visit
from exam.rooms.room import Room
from exam.texts import Texts

ROOM_SECONDS = 5.0  # between two polls for a room that is not open yet
POLL_SECONDS = 0.5  # between two polls of a lecturer's screen that has no event stream
FALLBACK_SECONDS = 15.0  # between two polls of a learner's page that has no event stream
BAR = '<nav class="hall-bar" aria-live="polite"></nav>'
LINK = '<p class="way-in">{text}</p>'
ENTER = """<form class="enter" method="get"><label>{label}
<input name="room" required size="4" maxlength="4" autocapitalize="characters" autocomplete="off">
</label><button>{enter}</button></form>"""
OWN_EXAM = "own_exam"  # the chapter whose exam a hall may write
BEST_SETTING = "best_setting"  # the chapter with the map of what a hall has studied


def show_hints(visit: Visit, texts: Texts) -> None:
    """Why there is no room where one was asked for, and the form for its code."""
    seat, texts_of_hall = visit.seat, texts.hall
    if seat.awaits_room and not seat.leads:
        st.info(texts_of_hall.room_awaited)
    elif seat.refused or seat.awaits_room:
        st.info(texts_of_hall.refused[seat.refused or "room"])
    elif visit.is_projected and seat.voting_room:
        st.info(texts_of_hall.leads_not)
    if seat.awaits_room or "room" in visit.wrong_parameters:
        show_entry(texts)
    elif not (seat.code or visit.only or visit.is_projected or st.context.is_embedded):
        with st.container(key="entry"):  # on a phone, whose owner may come late into a hall
            show_entry(texts)


def show_entry(texts: Texts) -> None:
    """A plain HTML form: submitting it loads the page anew, from the server that has the room."""
    st.html(ENTER.format(label=texts.hall.room_code, enter=texts.hall.enter_room))


def show_way_in(room: Room, texts: Texts) -> None:
    """For latecomers: a small QR code of the link, and the link without its scheme, to type it."""
    link = reachable(link_to(st.context.url or "", room=room.code))
    show_qr_code(link, texts, "qr is-small")
    typed = escape(link.split("//")[-1])
    st.html(LINK.format(text=typed.replace("/?", "/<wbr>?")))


def show_seat(visit: Visit, texts: Texts) -> None:
    """Which room this is, and for a learner the chapter at which it is."""
    if visit.seat.code:
        _show_seat(visit, visit.seat.awaits_room, texts)


@fragment
def _show_seat(visit: Visit, awaited_room: bool, texts: Texts) -> None:
    """`awaited_room` says whether a room was awaited when the rest of the page was drawn."""
    seat = visit.seat
    if seat.awaits_room and not seat.leads:
        ask_again("room", ROOM_SECONDS)
    if seat.awaits_room != awaited_room:
        _report_earlier_guesses(visit, texts)
        st.rerun()
    if room := seat.room:
        if _reset_restarted_votes(visit, room):
            st.rerun()
        text = texts.hall.leads_room if seat.leads else texts.hall.in_room
        st.markdown(text(code=seat.code), width="content")
        if not seat.leads:
            _follow(room, texts)


def _report_earlier_guesses(visit: Visit, texts: Texts) -> None:
    """What was chosen before the room was opened counts as well."""
    for chapter in CHAPTERS.values():
        question = question_of(chapter)
        if isinstance(question, Choices):
            report_guess(visit, chapter, question, texts)


def _reset_restarted_votes(visit: Visit, room: Room) -> bool:
    """Take over the room's guesses where a vote has been restarted; returns whether one has.

    The same goes for the chapter of the hall's exam whenever that is opened or closed.
    """
    seat = visit.seat
    restarts, seen = dict(room.restarts), seat.restarts_seen
    restarted = [name for name, times in restarts.items() if times != seen.get(name)]
    if room.exam.changes != seat.exam_changes_seen:
        restarted.append(OWN_EXAM)
    seat.restarts_seen, seat.exam_changes_seen = restarts, room.exam.changes
    for name in restarted:
        visit.attempts.pop(name, None)  # or there would be nothing to guess
        question = question_of(CHAPTERS[name])
        if isinstance(question, Choices):
            st.session_state[question.key(name)] = seat.guess_of(name)
    return bool(restarted)


def _follow(room: Room, texts: Texts) -> None:
    """The bar that says where the hall is (assets/hall/follow.js)."""
    st.html(BAR)
    titles = {name: numbered_title(name, texts) for name in CHAPTERS}
    bar = texts.hall.bar.as_dict() | {"titles": titles}
    push("room", room.code, room.id, bar, room.state())
    ask_again("room", FALLBACK_SECONDS, unless="follows", on="hall-changed")
