"""Other people, same workbook: a class of thirty."""

from collections.abc import Iterator

from exam.charts.lines import Rows, curve, line, lines_figure
from exam.lesson.chapter import Figure, Outcome, Plan, Plans, Settings, Texts
from exam.model.exams import QUESTIONS, load_exams
from exam.model.settings import STUDENT

CLASS = range(STUDENT.lowest, STUDENT.highest + 1)
EPOCHS = 20
FEW = 10  # wrong answers per 100, up to which two students are a few apart
frame_height = 932


def plans(settings: Settings) -> Plans:
    """By batch size and student, the learner's own first."""
    order = sorted(CLASS, key=lambda student: student != settings["student"])
    names = [(settings["batch_size"], student) for student in order]
    return {name: (Plan(*name), EPOCHS) for name in names}


def figures(outcome: Outcome, words: Texts) -> Iterator[Figure]:
    say, shape = words.students, {"x_domain": (0, EPOCHS), "label_width": 150, "height": 280}
    shape["band"] = ("quiet", "strong")
    yield lines_figure(_lines(outcome, say), say.alt, words.passes, say.axis, **shape)


def _lines(outcome: Outcome, say: Texts) -> Iterator[Rows]:
    curves = {name: curve(marks, "val_wrong") for name, marks in outcome.marks.items()}
    own = next(iter(curves))
    for name in outcome.complete:
        if name != own:
            yield line(name, curves[name], ("quiet", "solid"))
    if outcome.is_complete:
        best, worst = _best_and_worst(outcome)
        label, dashed = say.best(student=best[1]), ("ink", "dashed")
        yield line("best", curves[best], dashed, label=label, side="below")
        label, dotted = say.worst(student=worst[1]), ("ink", "dotted")
        yield line("worst", curves[worst], dotted, label=label, side="above")
    yield line("own", curves[own], ("strong", "solid"), label=say.own(student=own[1]))


def _best_and_worst(outcome: Outcome) -> tuple:
    """Their names, by the unseen exams."""
    ends = {name: marks[-1].val_wrong for name, marks in outcome.marks.items()}
    return min(ends, key=ends.get), max(ends, key=ends.get)


def numbers(outcome: Outcome) -> dict:
    marks, own = outcome.marks, next(iter(outcome.marks))
    found = {"epochs": EPOCHS, "students": len(marks), "batch_size": own[0]}
    found["questions"] = QUESTIONS * len(load_exams().unseen.answers)
    best, worst = _best_and_worst(outcome)
    for which, name in {"own": own, "best": best, "worst": worst}.items():
        found |= {which: name[1], f"val_wrong_{which}": marks[name][-1].val_wrong}
    return found | {"apart": found["val_wrong_worst"] - found["val_wrong_best"]}


def answer(numbers: dict) -> int:
    return 0 if numbers["apart"] == 0 else 1 if numbers["apart"] < FEW else 2


def rule(numbers: dict) -> list[str]:
    return ["rule_same" if answer(numbers) == 0 else "rule_apart"]
