"""Other people, same workbook: a class of thirty."""

from collections import Counter
from collections.abc import Iterator

from exam.charts.lines import Rows, line, lines_figure
from exam.lesson.blocks import Chart, Choices, Rule, Story
from exam.lesson.chapter import Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.model.plan import Plan, Study
from exam.model.settings import STUDENT

CLASS = range(STUDENT.lowest, STUDENT.highest + 1)
EPOCHS = 20
NARROW, WIDE = (20, 40), (18, 78)  # the axis: wrong per 100; at batch size 99 some have 75
LARGEST_IN_NARROW = 40  # batch size, up to which all are within the narrow one
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
        x_domain=axis_for(batch_size),
        y_domain=(0, TALLEST),
        label_width=12,
        height=200,
    )


def axis_for(batch_size: int) -> tuple[int, int]:
    return NARROW if batch_size <= LARGEST_IN_NARROW else WIDE


def _dots(experiment: Experiment, captions: Texts) -> Iterator[Rows]:
    """Dots of students that are level stand above each other; a stem leads to the learner's."""
    own, standing = next(iter(experiment.marks)), Counter[float]()
    for name, marks in experiment.complete.items():
        at = round(marks[-1].val_wrong / STEP) * STEP
        dot = (at, standing[at] + 0.5)
        standing[at] += 1
        yield line(name, [dot], ("dot", "solid"))
        if name == own:  # the first, so it stands at the bottom
            label, stem = captions.own(student=name[1]), [(at, 0), (at, TALLEST * 0.8)]
            yield line("own", stem, ("ink", "solid"), label=label)


def _best_and_worst(experiment: Experiment) -> tuple:
    """Their names, by the unseen exams."""
    ends = {name: marks[-1].val_wrong for name, marks in experiment.marks.items()}
    return min(ends, key=ends.__getitem__), max(ends, key=ends.__getitem__)


def numbers(experiment: Experiment) -> Numbers:
    marks, own = experiment.marks, next(iter(experiment.marks))
    best, worst = _best_and_worst(experiment)
    _, own_student = own
    lowest, highest = marks[best][-1].val_wrong, marks[worst][-1].val_wrong
    return {
        "epochs": EPOCHS,
        "students": len(marks),
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
