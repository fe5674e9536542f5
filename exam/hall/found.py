"""What a chapter has measured so far, while a hall still guesses."""

from exam.lesson.chapter import Chapter, Found
from exam.page.visit import Attempt, settings
from exam.service.scheduler import get_scheduler


def found_so_far(chapter: Chapter) -> Found:
    """With what is set now; the experiment begins with the first look, so that nobody waits."""
    found = Found(Attempt(chapter.plans(settings())))
    found.poll(get_scheduler())
    return found


def answer_so_far(chapter: Chapter) -> int | None:
    """The choice that is right, if it has been measured."""
    found = found_so_far(chapter)
    is_known = chapter.answer and found.plans and found.is_complete
    return chapter.answer(chapter.numbers(found)) if is_known else None
