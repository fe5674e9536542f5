"""One exam twenty times, or twenty exams once: the same number of updates."""

from collections.abc import Iterator

from exam.charts.lines import Rows, Side, line, lines_figure
from exam.lesson.blocks import Chart, Choices, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.model.plan import Plan, Study

BATCH_SIZE, EPOCHS = 10, 20
BOOKS = ("one_exam", "twenty_exams")
ENDS = (0, 40)  # the axis of wrong answers at the end
MEANS_AT = len(TEN) + 1.5  # the row of the means
LEVEL = 1.0  # wrong answers per 100; nearer means are called level


def studies(settings: Settings) -> Studies:
    return {
        (book, student): Study(Plan(BATCH_SIZE, student, book), EPOCHS)
        for student in TEN
        for book in BOOKS
    }


def strip(experiment: Experiment, texts: Texts) -> Figure:
    """For each student a line from one exam twenty times (ring) to twenty exams once (dot)."""
    captions = texts.twenty_exams
    ends = {name: marks[-1].val_wrong for name, marks in experiment.complete.items()}
    students = [who for who in TEN if all((book, who) in ends for book in BOOKS)]
    lines = []
    for who in students:
        one, twenty = (ends[book, who] for book in BOOKS)
        lines.append(line(who, [(one, who), (twenty, who)]))
        lines.append(line(f"{who} one", [(one, who)], ("ring", "solid")))
        lines.append(line(f"{who} twenty", [(twenty, who)], ("dot", "solid")))
    if students == list(TEN):
        lines += _means(experiment, captions)
    return lines_figure(
        lines,
        captions.alt,
        captions.axis,
        captions.student,
        x_domain=ENDS,
        y_domain=(0.5, MEANS_AT + 1.5),
        label_width=12,
        height=230,
    )


def _means(experiment: Experiment, captions: Texts) -> Iterator[Rows]:
    """Above the students, with their names and numbers."""
    one, twenty = (experiment.mean(book)[-1].val_wrong for book in BOOKS)
    yield line("mean", [(one, MEANS_AT), (twenty, MEANS_AT)], ("strong", "solid"))
    for end, name in ((one, captions.one_exam), (twenty, captions.twenty_exams)):
        side: Side = "below" if end == one else "above"
        yield line(f"mean {name}", [(end, MEANS_AT)], ("ball", "solid"))
        yield line(name, [(end, MEANS_AT)], label=f"{name}: {end:.1f}", side=side)


def numbers(experiment: Experiment) -> Numbers:
    one, twenty = map(experiment.of, BOOKS)
    mean, pairs = experiment.mean("one_exam"), zip(one, twenty, strict=True)
    return {
        "updates": one[0][-1].updates,
        "students": len(one),
        "one_exam": mean[-1].val_wrong,
        "twenty_exams": experiment.mean("twenty_exams")[-1].val_wrong,
        "once": mean[1].val_wrong,
        "better": sum(after[-1].val_wrong < before[-1].val_wrong for before, after in pairs),
    }


def answer(numbers: Numbers) -> int:
    gained = numbers["one_exam"] - numbers["twenty_exams"]
    return 2 if abs(gained) < LEVEL else int(gained > 0)


def rule(numbers: Numbers) -> list[str]:
    repeating_helps = numbers["once"] - numbers["one_exam"] >= LEVEL
    won = ("one_wins", "twenty_win", "level")[answer(numbers)]
    return [won, "repeating_helps" if repeating_helps else "repeating_helps_not", "rule"]


CHAPTER = Chapter(
    name="twenty_exams",
    blocks=(Story(), Choices(), Chart(strip, due="always"), Rule()),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
)
