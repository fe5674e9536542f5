"""Studies and experiments with made-up marks, for tests without Keras."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from exam.charts.theme import Figure
from exam.lesson.blocks import Chart, Table
from exam.lesson.chapter import Experiment, Settings
from exam.lesson.chapters import CHAPTERS
from exam.model.plan import HIDDEN_UNITS
from exam.model.results import Mark, Steps
from exam.model.updates import encode_deltas
from exam.service.experiment import Attempt
from exam.texts import Texts
from tests.own import EXAMS as OWN

MEASURED = [name for name, chapter in CHAPTERS.items() if chapter.studies]
SETTINGS = Settings(batch_size=10, epochs=20, student=1, misprints=10, own=OWN)


def marks(val_losses: Sequence[float], updates: int = 10, **more) -> list[Mark]:
    """A study whose practised loss falls all the time; the `val_losses` are those after pass 1."""
    more = {"answers": "0" * 100} | more
    return [
        Mark(n, n * updates, max(90 - n, 0), 95.5 - n / 4, 2 / (n + 1), val_loss, n / 100, **more)
        for n, val_loss in enumerate([2.3, *val_losses])
    ]


def experiment_of(
    name: str, study: Callable[[object, int], list[Mark]], choice: int | None = 0, **settings
) -> Experiment:
    """A chapter's experiment, each study of which is `study(name, passes)`."""
    studies = CHAPTERS[name].studies_for(SETTINGS._replace(**settings))
    experiment = Experiment(Attempt(studies, choice))
    for key, (_, passes) in studies.items():
        experiment.marks[key] = study(key, passes)
    return experiment


def any_study(key: object, passes: int) -> list[Mark]:
    """Marks with everything that a chapter may look at."""
    return marks(
        [1 + abs(n - 7) / 100 for n in range(passes)],
        answers="0123456789" * 10,
        confidence=bytes([50]) * 100,
        answers_in_pass="0123456789" * 10,
        val_answers="1234567890" * 10,
        val_confidence=bytes([60]) * 100,
        val_confidence_when_wrong=0.5,
        own_answers="0224466880",  # half is wrong
        own_confidence=bytes([60]) * 10,
        deltas=encode_deltas(np.ones((100, HIDDEN_UNITS), np.float32)),
        steps=Steps(0.5, 0.1, 1.0, 0.5, (3,) * HIDDEN_UNITS, 0),
    )


def figures(experiment: Experiment, name: str, words: Texts) -> Iterator[Figure]:
    """Every chart of the chapter, in each way to look at it."""
    for block in CHAPTERS[name].blocks:
        if isinstance(block, Chart):
            for option in [[each] for each in block.options] or [[]]:
                yield block.draw(experiment, words, *option)


def rows(experiment: Experiment, name: str, words: Texts) -> list[tuple]:
    """Of its tables."""
    tables = [block for block in CHAPTERS[name].blocks if isinstance(block, Table)]
    return [row for table in tables for row in table.rows(experiment, words)]
