"""Other people, same workbook: a class of thirty."""

from collections.abc import Iterator

from exam.charts.lines import Rows, curve, line, lines_figure
from exam.lesson.blocks import Chart, Question, Rule, Story
from exam.lesson.chapter import Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.model.exams import QUESTIONS, load_exams
from exam.model.settings import STUDENT

CLASS = range(STUDENT.lowest, STUDENT.highest + 1)
EPOCHS = 20
FEW = 10  # wrong answers per 100, up to which two students are a few apart


def plans(settings: Settings) -> Plans:
    """By batch size and student, the learner's own first."""
    order = sorted(CLASS, key=lambda student: student != settings["student"])
    names = [(settings["batch_size"], student) for student in order]
    return {name: (Plan(*name), EPOCHS) for name in names}


def curves(found: Found, words: Texts) -> Figure:
    say, shape = words.students, {"x_domain": (0, EPOCHS), "label_width": 150, "height": 280}
    shape["band"] = ("quiet", "strong")
    return lines_figure(_lines(found, say), say.alt, words.passes, say.axis, **shape)


def _lines(found: Found, say: Texts) -> Iterator[Rows]:
    by_name = {name: curve(marks, "val_wrong") for name, marks in found.marks.items()}
    own = next(iter(by_name))
    for name in found.complete:
        if name != own:
            yield line(name, by_name[name], ("quiet", "solid"))
    if found.is_complete:
        best, worst = _best_and_worst(found)
        label, dashed = say.best(student=best[1]), ("ink", "dashed")
        yield line("best", by_name[best], dashed, label=label, side="below")
        label, dotted = say.worst(student=worst[1]), ("ink", "dotted")
        yield line("worst", by_name[worst], dotted, label=label, side="above")
    yield line("own", by_name[own], ("strong", "solid"), label=say.own(student=own[1]))


def _best_and_worst(found: Found) -> tuple:
    """Their names, by the unseen exams."""
    ends = {name: marks[-1].val_wrong for name, marks in found.marks.items()}
    return min(ends, key=ends.get), max(ends, key=ends.get)


def numbers(found: Found) -> dict:
    marks, own = found.marks, next(iter(found.marks))
    said = {"epochs": EPOCHS, "students": len(marks), "batch_size": own[0]}
    said["questions"] = QUESTIONS * len(load_exams().unseen.answers)
    best, worst = _best_and_worst(found)
    for which, name in {"own": own, "best": best, "worst": worst}.items():
        said |= {which: name[1], f"val_wrong_{which}": marks[name][-1].val_wrong}
    return said | {"apart": said["val_wrong_worst"] - said["val_wrong_best"]}


def answer(numbers: dict) -> int:
    return 0 if numbers["apart"] == 0 else 1 if numbers["apart"] < FEW else 2


def rule(numbers: dict) -> list[str]:
    return ["rule_same" if answer(numbers) == 0 else "rule_apart"]


BLOCKS = (Story(), Question(), Chart(curves, due="always"), Rule())
CHAPTER = Chapter("students", BLOCKS, plans, numbers, answer, rule)
