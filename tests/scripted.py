"""Studies and experiments that nobody computed: marks by a script, for tests without Keras."""

from collections.abc import Callable, Sequence

from exam.lesson import CHAPTERS
from exam.model.results import Mark
from exam.service.experiment import Experiment, Outcome

SETTINGS = {"batch_size": 10, "epochs": 20, "student": 1, "misprints": 10}


def marks(val_losses: Sequence[float], updates: int = 10, **more) -> list[Mark]:
    """A study whose practised loss falls all the time; the `val_losses` are those after pass 1."""
    more = {"answers": "0" * 100} | more
    return [
        Mark(n, n * updates, max(90 - n, 0), 95.5 - n / 4, 2 / (n + 1), val_loss, n / 100, **more)
        for n, val_loss in enumerate([2.3, *val_losses])
    ]


def outcome(
    name: str, study: Callable[[object, int], list[Mark]], choice: int | None = 0, **settings
) -> Outcome:
    """A chapter's experiment, each study of which is `study(name, passes)`."""
    plans = CHAPTERS[name].plans(SETTINGS | settings)
    found = Outcome(Experiment(plans, choice))
    for key, (_, passes) in plans.items():
        found.marks[key] = study(key, passes)
    return found


def any_study(key: object, passes: int) -> list[Mark]:
    """Marks with everything that a chapter may look at."""
    digits = {"answers": "0123456789" * 10, "sure": "50" * 100, "solved": "0123456789" * 10}
    val = {"val_answers": "1234567890" * 10, "val_sure": "60" * 100, "val_sure_when_wrong": 0.5}
    return marks([1 + abs(n - 7) / 100 for n in range(passes)], **digits, **val)
