"""Other people, same workbook: a class of thirty."""

from collections.abc import Iterator

from exam.charts.lines import Rows, curve, line, lines_figure
from exam.lesson.blocks import Chart, Choices, Rule, Story
from exam.lesson.chapter import Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.model.exams import QUESTIONS, UNSEEN_EXAMS
from exam.model.plan import Plan, Study
from exam.model.settings import STUDENT

CLASS = range(STUDENT.lowest, STUDENT.highest + 1)
EPOCHS = 20
FEW_APART = 10  # wrong answers per 100, up to which two students are a few apart


def studies(settings: Settings) -> Studies:
    """By batch size and student, the learner's own first."""
    order = sorted(CLASS, key=lambda student: student != settings.student)
    size = settings.batch_size
    return {(size, student): Study(Plan(size, student), EPOCHS) for student in order}


def curves(experiment: Experiment, texts: Texts) -> Figure:
    captions = texts.students
    return lines_figure(
        _lines(experiment, captions),
        captions.alt,
        texts.passes,
        captions.axis,
        x_domain=(0, EPOCHS),
        label_width=150,
        height=280,
        band=("quiet", "strong"),
    )


def _lines(experiment: Experiment, captions: Texts) -> Iterator[Rows]:
    by_name = {name: curve(marks, "val_wrong") for name, marks in experiment.marks.items()}
    own = next(iter(by_name))
    for name in experiment.complete:
        if name != own:
            yield line(name, by_name[name], ("quiet", "solid"))
    if experiment.is_complete:
        best, worst = _best_and_worst(experiment)
        label, dashed = captions.best(student=best[1]), ("ink", "dashed")
        yield line("best", by_name[best], dashed, label=label, side="below")
        label, dotted = captions.worst(student=worst[1]), ("ink", "dotted")
        yield line("worst", by_name[worst], dotted, label=label, side="above")
    yield line("own", by_name[own], ("strong", "solid"), label=captions.own(student=own[1]))


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
        "questions": QUESTIONS * UNSEEN_EXAMS,
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
    blocks=(Story(), Choices(), Chart(curves, due="always"), Rule()),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
)
