"""Studies and experiments that nobody computed: marks by a script, for tests without Keras."""

from collections.abc import Callable, Iterator, Sequence

from exam.charts.theme import Figure
from exam.lesson.blocks import Chart, Table
from exam.lesson.chapter import Found
from exam.lesson.chapters import CHAPTERS
from exam.model.results import Mark
from exam.page.texts import Texts
from exam.page.visit import Attempt
from tests.own import EXAMS as OWN

MEASURED = [name for name, chapter in CHAPTERS.items() if chapter.plans]
SETTINGS = {"batch_size": 10, "epochs": 20, "student": 1, "misprints": 10, "own": OWN}


def marks(val_losses: Sequence[float], updates: int = 10, **more) -> list[Mark]:
    """A study whose practised loss falls all the time; the `val_losses` are those after pass 1."""
    more = {"answers": "0" * 100} | more
    return [
        Mark(n, n * updates, max(90 - n, 0), 95.5 - n / 4, 2 / (n + 1), val_loss, n / 100, **more)
        for n, val_loss in enumerate([2.3, *val_losses])
    ]


def found_by(
    name: str, study: Callable[[object, int], list[Mark]], choice: int | None = 0, **settings
) -> Found:
    """A chapter's experiment, each study of which is `study(name, passes)`."""
    plans = CHAPTERS[name].plans(SETTINGS | settings)
    found = Found(Attempt(plans, choice))
    for key, (_, passes) in plans.items():
        found.marks[key] = study(key, passes)
    return found


def any_study(key: object, passes: int) -> list[Mark]:
    """Marks with everything that a chapter may look at."""
    digits = {"answers": "0123456789" * 10, "sure": "50" * 100, "solved": "0123456789" * 10}
    val = {"val_answers": "1234567890" * 10, "val_sure": "60" * 100, "val_sure_when_wrong": 0.5}
    val |= {"own_answers": "0224466880", "own_sure": "60" * 10}  # half is wrong
    return marks([1 + abs(n - 7) / 100 for n in range(passes)], **digits, **val)


def figures(found: Found, name: str, words: Texts) -> Iterator[Figure]:
    """Every chart of the chapter, in each way to look at it."""
    for block in CHAPTERS[name].blocks:
        if isinstance(block, Chart):
            for option in [[each] for each in block.options] or [[]]:
                yield block.draw(found, words, *option)


def rows(found: Found, name: str, words: Texts) -> list[tuple]:
    """Of its tables."""
    tables = [block for block in CHAPTERS[name].blocks if isinstance(block, Table)]
    return [row for table in tables for row in table.rows(found, words)]
