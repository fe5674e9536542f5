"""The steps of a lecture: the door, the study, each chapter's blocks, and votes between them."""

from collections.abc import Iterator, Sequence

from exam.lesson.blocks import Chart, Display, Paper, Rule, Story, Table
from exam.lesson.chapter import Chapter
from exam.lesson.chapters import CHAPTERS
from exam.lesson.guess import Question
from exam.parts import STUDY
from exam.rooms.room import Step

DOOR = "door"  # the place where the hall joins the room
HEADS = Step(STUDY, "heads")  # three batch sizes beside each other
WATCHED = Step(STUDY, "start")  # the study without its sliders, so that it fits on the screen
HOUR_PLAN = ("first_pass", "learning_rate", "pianist", "final_exam")  # the plan of TEACHING
VOTES = (("close", 1), ("discuss", 0), ("close", 2))  # parts after a question, and their rounds


def steps_of(*, leads: bool, plan: Sequence[str] = ()) -> list[Step]:
    """The steps of a whole lecture; `leads`: with the votes of a room.

    The chapters of a `plan` come first, in its order. An hour begins with the heads.
    """
    first_screen = [Step(STUDY), WATCHED]
    begin = [Step(DOOR), HEADS, *first_screen] if leads else [*first_screen, HEADS]
    names = [*plan, *(name for name in CHAPTERS if name not in plan)]
    parts = [step for name in names for step in _steps_of(CHAPTERS[name], leads)]
    return [*begin, *parts]


def _steps_of(chapter: Chapter, leads: bool) -> Iterator[Step]:
    """What there is to look at, the question, the results block by block, and the rule.

    The story is shown with the first of them and a table with the rule.
    """
    is_revealed = False
    for number, block in enumerate(chapter.blocks):
        match block:
            case Paper():
                yield Step(chapter.name, "write", number)
            case Display(due="always"):
                yield Step(chapter.name, "display", number)
            case Question():
                yield Step(chapter.name, "question", number)
                for part, round_number in VOTES if leads else ():
                    yield Step(chapter.name, part, round=round_number)
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
