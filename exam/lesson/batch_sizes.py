"""Batch sizes side by side: after the same number of passes, and after the same of updates."""

import itertools
import statistics
from collections.abc import Iterator, Sequence

from exam.charts.lines import Rows, curve, line, lines_figure
from exam.lesson.chapter import Chapter, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.model.exams import batches
from exam.model.results import Epoch

EPOCHS = 20
LOOKS = {1: ("ink", "solid"), 10: ("ink", "dashed"), 32: ("ink", "dotted")}
LOOKS |= {100: ("orange", "solid")}  # always there, beside the learner's own
LABEL_AT = {1: 1, 10: 3, 32: 5, 100: 12}  # the pass at which each line has room for its name


def plans(settings: Settings) -> Plans:
    sizes = sorted({*LOOKS, settings["batch_size"]})
    return {size: (Plan(size, settings["student"]), EPOCHS) for size in sizes}


def figures(outcome: Outcome, words: Texts) -> Iterator[Figure]:
    say, by_updates = words.batch_sizes, outcome.option == "updates"
    lines = (_line(size, marks, by_updates, say) for size, marks in outcome.marks.items())
    if by_updates:
        shape = {"x_domain": (1, EPOCHS * 100), "x_type": "log", "label_width": 100, "height": 260}
        yield lines_figure(lines, say.alt_by_update, say.updates_axis, words.wrong, **shape)
    else:
        shape = {"x_domain": (0, EPOCHS), "label_width": 12, "height": 260}
        yield lines_figure(lines, say.alt, words.passes, words.wrong, **shape)


def _line(size: int, marks: Sequence[Epoch], by_updates: bool, say: Texts) -> Rows:
    label = (say.batch if size in LOOKS else say.own)(batch_size=size)
    look = LOOKS.get(size, ("blue", "solid"))
    if by_updates:  # a logarithmic axis knows no 0
        points = [(mark.updates, mark.wrong) for mark in marks[1:]]
        return line(size, points, look, label=label)
    at, side = min(LABEL_AT.get(size, 8), len(marks) - 1), "below" if size == 1 else "above"
    return line(size, curve(marks, "wrong"), look, label=label, label_at=at, side=side)


def rows(outcome: Outcome, words: Texts) -> Iterator[tuple]:
    for size, marks in outcome.marks.items():
        held, took, last = max(batches(size)), f"{seconds(marks):.2f}", marks[-1]
        yield size, held, f"{last.updates:,}", took, last.wrong, f"{last.val_wrong:.1f}"


def seconds(marks: Sequence[Epoch]) -> float:
    """What the passes took, by the median of them: others may have used the machine meanwhile."""
    took = [after.seconds - before.seconds for before, after in itertools.pairwise(marks)]
    return len(took) * statistics.median(took)


def numbers(outcome: Outcome) -> dict:
    marks = outcome.marks
    end = {size: each[-1] for size, each in marks.items()}
    times = seconds(marks[1]) / seconds(marks[100])
    return {"epochs": EPOCHS, "end": end, "then": marks[10][2], "times": times}


CHAPTER = Chapter(
    frame_height=1083,
    plans=plans,
    figures=figures,
    options={"epoch": "by_pass", "updates": "by_update"},  # the horizontal axis
    rows=rows,
    numbers=numbers,
)
