"""Other people, same workbook: a class of thirty."""

from collections import defaultdict
from collections.abc import Iterator
from statistics import fmean

from exam.charts.lines import Rows, line, lines_figure
from exam.lesson.blocks import Chart, Choices, Rule, Story
from exam.lesson.chapter import Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.model.plan import Plan, Study
from exam.model.settings import BATCH_SIZE, STUDENT

CLASS = range(STUDENT.lowest, STUDENT.highest + 1)
EPOCHS = 20
# The axis, in wrong answers per 100, up to each batch size; at 99 some students have 75.
AXES = {20: (22, 31), 40: (24, 36), 100: (18, 78)}
TALLEST = 12  # the other axis: students
STEP = 0.5  # wrong per 100; students that are nearer stand above each other
FEW_APART = 10  # wrong answers per 100, up to which two students are a few apart


def studies(settings: Settings) -> Studies:
    """By batch size and student, the learner's own first."""
    order = sorted(CLASS, key=lambda student: student != settings.student)
    size = settings.batch_size
    return {(size, student): Study(Plan(size, student), EPOCHS) for student in order}


def class_figure(experiment: Experiment, texts: Texts) -> Figure:
    """A dot for each student: how much of the unseen exams is wrong in the end."""
    captions, (batch_size, _) = texts.students, next(iter(experiment.studies))
    return lines_figure(
        _dots(experiment, captions),
        captions.alt,
        captions.axis,
        captions.count,
        x_domain=axis_for(batch_size if experiment.is_complete else BATCH_SIZE.highest),
        y_domain=(0, TALLEST),
        label_width=12,
        height=200,
    )


def axis_for(batch_size: int) -> tuple[int, int]:
    """Before the answer, the page shows that of the largest, which tells nothing."""
    return next(axis for largest, axis in AXES.items() if batch_size <= largest)


def _dots(experiment: Experiment, captions: Texts) -> Iterator[Rows]:
    """Students that are about level stand above each other, at their mean.

    The learner's own is on top, with a stem.
    """
    own, stacks = next(iter(experiment.studies)), defaultdict[float, list[tuple]](list)
    for name, marks in sorted(experiment.complete.items(), key=lambda item: item[0] == own):
        stacks[round(marks[-1].val_wrong / STEP)].append((name, marks[-1].val_wrong))
    for stack in stacks.values():
        at = fmean(val_wrong for _, val_wrong in stack)
        for place, (name, _) in enumerate(stack):
            dot = (at, place + 0.5)
            yield line(name, [dot], ("ball", "solid"))
            if name == own:
                stem = [dot, (at, max(dot[1], TALLEST * 0.6))]
                yield line("own", stem, ("ink", "solid"), label=captions.own(student=name[1]))
    if experiment.is_complete:
        ends = [marks[-1].val_wrong for marks in experiment.marks.values()]
        span = [(end, TALLEST * 0.85) for end in (min(ends), max(ends))]
        label = captions.apart(lowest=min(ends), highest=max(ends), apart=max(ends) - min(ends))
        yield line("apart", span, ("strong", "solid"), label=label, label_at=0, side="above")


def _best_and_worst(experiment: Experiment) -> tuple:
    """Their names, by the unseen exams."""
    ends = {name: marks[-1].val_wrong for name, marks in experiment.marks.items()}
    return min(ends, key=ends.__getitem__), max(ends, key=ends.__getitem__)


def numbers(experiment: Experiment) -> Numbers:
    marks, own = experiment.marks, next(iter(experiment.marks))
    best, worst = _best_and_worst(experiment)
    batch_size, own_student = own
    lowest, highest = marks[best][-1].val_wrong, marks[worst][-1].val_wrong
    return {
        "epochs": EPOCHS,
        "students": len(marks),
        "batch_size": batch_size,
        "own": own_student,
        "val_wrong_own": marks[own][-1].val_wrong,
        "best": best[1],
        "val_wrong_best": lowest,
        "worst": worst[1],
        "val_wrong_worst": highest,
        "apart": highest - lowest,
    }


def answer(numbers: Numbers) -> int:
    return 0 if numbers["apart"] == 0 else 1 if numbers["apart"] < FEW_APART else 2


def rule(numbers: Numbers) -> list[str]:
    return ["rule_same" if answer(numbers) == 0 else "rule_apart"]


CHAPTER = Chapter(
    name="students",
    blocks=(Story(), Choices(), Chart(class_figure, due="always"), Rule()),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
)
