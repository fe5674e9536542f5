"""The lectern: which step of the lecture is shown, and the bar with the ways to other steps."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exam.hall.files import show_room_files
from exam.hall.joining import BEST_SETTING, OWN_EXAM
from exam.hall.steps import DOOR, WATCHED, steps_of
from exam.lesson.chapters import CHAPTERS
from exam.lesson.contents import group_name, numbered_title
from exam.page.ask_again import ask_again
from exam.page.browser import push
from exam.page.visit import Visit, chosen_study
from exam.parts import GROUPS, STUDY
from exam.rooms.room import Room, Step
from exam.texts import Texts


def steps_for(visit: Visit) -> list[Step]:
    """All steps, in the order in which this lecturer goes through them."""
    room = visit.seat.led_room
    return steps_of(leads=visit.seat.leads, plan=room.plan if room else ())


def current_step(visit: Visit) -> Step:
    """The step to show now: the room's, if another screen of its lecturer has gone there."""
    shown = visit.seat.led_room and visit.seat.led_room.step
    if not visit.seat.step:
        begin = _first_step(visit, shown or None)
        _be_at(begin, visit, is_forward=False)
        if room := visit.seat.led_room:
            room.show(begin)
    elif shown and shown != visit.seat.step:
        visit.wrong_parameters.clear()  # the hall has seen them at the first step
        _be_at(shown, visit, is_forward=shown == WATCHED)
    assert visit.seat.step
    return visit.seat.step


def _first_step(visit: Visit, shown: Step | None) -> Step:
    """Where a projector begins.

    If its address names a chapter: at the answer if that is to be revealed, else at the room's last
    step if that is of this chapter, else at its beginning. Otherwise at the room's last step, or at
    the door. Where the server was started again, the first screen that comes back knows the last
    step. While another of the lecturer's screens is there, no address leads away from its step: a
    student may have posted it.
    """
    steps = steps_for(visit)
    at_chapter = [step for step in steps if step.place == visit.only]
    revealed = [each for each in at_chapter if each.kind == "reveal" and visit.reveals]
    if visit.seat.last_step in steps:
        shown = visit.seat.last_step
    elif (room := visit.seat.led_room) and room.lecturer_listeners and shown in steps:
        return shown
    room_step = [shown] if shown else []
    here = [step for step in room_step if step.place == visit.only]
    return [*revealed, *here, *at_chapter, *room_step, *steps][0]


def go_to(step: Step, visit: Visit, *, is_forward: bool = False) -> None:
    """Show that step; a step forward begins a study, or closes and opens votes."""
    visit.wrong_parameters.clear()
    _be_at(step, visit, is_forward=is_forward)
    if room := visit.seat.led_room:
        room.has_moved = True
        room.show(step)
        if is_forward:
            _vote(room, step)


def _be_at(step: Step, visit: Visit, *, is_forward: bool) -> None:
    visit.seat.step = step
    is_new = is_forward and visit.study != chosen_study()
    if step == WATCHED and (is_new or not visit.study):
        visit.begin_study()


def _vote(room: Room, step: Step) -> None:
    """A step forward closes votes, or opens the second round; a step back changes nothing."""
    if step.kind == "close":
        room.close_round(step.place, step.round)
    elif step.kind == "reveal":
        room.close_round(step.place, 1)
        room.close_round(step.place, 2)
    elif step.kind == "discuss":
        room.open_again(step.place)


def follow_other_screens(visit: Visit) -> None:
    """Go where another screen of the same lecturer goes (assets/hall/follow.js).

    Call it last in a run: until then, the elements of the previous step still listen.
    """
    if (room := visit.seat.led_room) and visit.seat.step:
        push("lead", room.code, room.id, visit.seat.step.key)
        ask_again("room_moved", on="hall-moved")


def bar_container() -> DeltaGenerator:
    """The container of the bar.

    On a projector it comes before the content of a step, at the same place in all steps: after the
    content, it would vanish until the next step is complete, if that has more or fewer elements.
    """
    return st.container(key="lectern", horizontal=True, vertical_alignment="center")


def show_bar(visit: Visit, step: Step, texts: Texts) -> None:
    """Back, the places, and the next step; a clicker presses them (hall/projector.js)."""
    steps = steps_for(visit)
    at = steps.index(step)

    def go_back() -> None:
        if _is_shown(step, visit):
            go_to(steps[max(at - 1, 0)], visit)

    st.button(
        "←",
        key="step_back",
        help=texts.hall.step.back,
        on_click=go_back,
        disabled=at == 0,
        width="content",
    )
    _show_places(step, steps, visit, texts)
    if room := visit.seat.led_room:
        with st.popover(texts.hall.save_room, width="content"):
            show_room_files(room, visit, texts)
            _offer_to_begin_anew(step.place, steps, visit, texts)
    _show_ways_forward(step, visit, texts)


def _show_places(step: Step, steps: list[Step], visit: Visit, texts: Texts) -> None:
    """The list of all places."""
    places = list(dict.fromkeys(each.place for each in steps))

    def go_to_chosen_place() -> None:
        place = st.session_state[key]
        if _is_shown(step, visit) and place in places and place != step.place:
            go_to(_entry(place, steps, visit), visit)

    # For each place and language it is a different widget, with its own value.
    key = f"step_place_{step.place}_{texts.lang}"
    st.selectbox(
        texts.hall.step.place,
        places,
        places.index(step.place),
        key=key,
        format_func=lambda place: _listed(place, texts),
        on_change=go_to_chosen_place,
        label_visibility="collapsed",
        width="stretch",
    )


def _is_shown(step: Step, visit: Visit) -> bool:
    """Whether nobody has gone on since the bar of this step was drawn.

    A press may arrive late, and a browser may resend the value of a list that it has left.
    """
    room = visit.seat.led_room
    return step == (room.step if room and room.step else visit.seat.step)


def _show_ways_forward(step: Step, visit: Visit, texts: Texts) -> None:
    def go_forward(following: Step) -> None:
        if _is_shown(step, visit):
            go_to(following, visit, is_forward=True)

    if (step.kind, step.round) == ("close", 1):  # if nearly all were right, skip the discussion
        at_chapter = [each for each in steps_for(visit) if each.place == step.place]
        st.button(
            texts.hall.step.reveal,
            key="step_skip",
            on_click=go_forward,
            args=(next(each for each in at_chapter if each.kind == "reveal"),),
            width="content",
        )
    if following := following_step(step, visit):
        st.button(
            label_of(following, step, texts),
            key="step_next",
            type="primary",
            on_click=go_forward,
            args=(following,),
            width="content",
        )


def following_step(step: Step, visit: Visit) -> Step | None:
    """The step that comes next, if any; after a chapter, where the plan or their order leads."""
    steps = steps_for(visit)
    ahead = steps[steps.index(step) + 1 :]
    if not ahead or ahead[0].place == step.place:
        return next(iter(ahead), None)
    place = _back_to_plan(step.place, visit.seat.led_room) or ahead[0].place
    return _entry(place, steps, visit)


def _back_to_plan(place: str, room: Room | None) -> str:
    """After a chapter that is not in the hour's plan, the next one in the plan; else ""."""
    if not room or place not in CHAPTERS or place in room.plan:
        return ""
    return next((each for each in room.plan if each not in room.revealed), "")


def _offer_to_begin_anew(place: str, steps: list[Step], visit: Visit, texts: Texts) -> None:
    """Offer it behind a second press, since it forgets all guesses, or all studies on the map."""
    captions, kind = texts.hall, "display" if place == BEST_SETTING else "question"
    for step in [step for step in steps if (step.place, step.kind) == (place, kind)]:
        with st.expander(captions.map_anew if place == BEST_SETTING else captions.vote_anew):
            st.caption(captions.map_anew_help if place == BEST_SETTING else captions.vote_anew_help)
            if place == OWN_EXAM:
                st.caption(captions.exam_anew_help)
            st.button(
                captions.vote_anew_sure, key="vote_anew", on_click=_begin_anew, args=(step, visit)
            )


def _begin_anew(step: Step, visit: Visit) -> None:
    if room := visit.seat.room:
        if step.place == OWN_EXAM:
            room.exam.empty()
        if step.place == BEST_SETTING:
            room.studied.empty()
        room.restart_vote(step.place)
    go_to(step, visit)


def title_of(place: str, texts: Texts) -> str:
    if place == DOOR:
        return texts.hall.step.door
    return texts.title if place == STUDY else numbered_title(place, texts)


def _listed(place: str, texts: Texts) -> str:
    """The title, with the group that a chapter has in the map."""
    groups = [group for group, names in GROUPS.items() if place in names]
    names = [group_name(group, texts).replace("`", "") for group in groups]
    return " · ".join([title_of(place, texts), *names])


def label_of(step: Step, now: Step, texts: Texts) -> str:
    """The name of a step for somebody who is at another."""
    if step.place != now.place:
        return f"{title_of(step.place, texts)} →"
    return texts.hall.step[step.kind or "settings"]


def _entry(place: str, steps: list[Step], visit: Visit) -> Step:
    """Where a place begins; a chapter whose vote is over, at its result."""
    steps_there = [step for step in steps if step.place == place]
    if room := visit.seat.led_room:
        standing = room.standing(place)
        if standing.rounds and not standing.is_open:
            return next((step for step in steps_there if step.kind == "reveal"), steps_there[0])
    return steps_there[0]
