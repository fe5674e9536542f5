"""The steps of a lecture: the door, the study, each chapter's blocks, and votes between them."""

from collections.abc import Iterator
from typing import NamedTuple

from exam.lesson.blocks import Chart, Display, Question, Rule, Story, Table
from exam.lesson.chapter import Chapter
from exam.lesson.chapters import CHAPTERS
from exam.page.parts import STUDY


class Step(NamedTuple):
    """What a projector shows: a place (the door, the study or a chapter), and which part of it.

    `number` is the round of a vote that is closed, or which of the chapter's blocks is shown.
    """

    place: str
    part: str = ""
    number: int = 0


DOOR = "door"  # the place where the hall comes into the room
WATCHED = Step(STUDY, "start")  # the study without its sliders, so that it fits on the screen
VOTES = (("close", 1), ("discuss", 0), ("close", 2))


def steps_of(*, leads: bool) -> list[Step]:
    """Those of a whole lecture; `leads`: of a room, in which is voted."""
    doors = [Step(DOOR)] if leads else []
    parts = [step for chapter in CHAPTERS.values() for step in _steps_of(chapter, leads)]
    return [*doors, Step(STUDY), WATCHED, *parts]


def _steps_of(chapter: Chapter, leads: bool) -> Iterator[Step]:
    """What there is to look at, the question, what was found block by block, and the rule.

    The story comes with the first of them and a table with the rule. `number` is the block's place
    among the chapter's blocks.
    """
    is_revealed = False
    for number, block in enumerate(chapter.blocks):
        match block:
            case Display(due="always"):
                yield Step(chapter.name, "display", number)
            case Question():
                yield Step(chapter.name, "question", number)
                for part, round_number in VOTES if leads else ():
                    yield Step(chapter.name, part, round_number)
            case Chart() | Display() if not is_revealed:
                is_revealed = True
                yield Step(chapter.name, "reveal", number)
            case Chart():
                yield Step(chapter.name, "figure", number)
            case Display():
                yield Step(chapter.name, "closer", number)
            case Rule():
                yield Step(chapter.name, "rule", number)
            case Story() | Table():
                pass
            case _:
                raise TypeError(f"{block!r} of {chapter.name} has no step on a projector")
