"""One exam twenty times, or twenty exams once: the same number of updates."""

from exam.charts.lines import line, lines_figure, mean_and_students
from exam.lesson.blocks import Chart, Question, Rule, Story
from exam.lesson.chapter import TEN, Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.model.results import mean_marks

BATCH_SIZE, EPOCHS = 10, 20
LOOKS = {"one_exam": ("ink", "dashed"), "twenty_exams": ("strong", "solid")}
GAINED = (-6, 18)  # the axis of what a student gains by 20 exams
LEVEL = 1.0  # wrong answers per 100; nearer means are called level


def plans(settings: Settings) -> Plans:
    return {(book, who): (Plan(BATCH_SIZE, who, book), EPOCHS) for who in TEN for book in LOOKS}


def strip(found: Found, words: Texts) -> Figure:
    """For each student how many fewer are wrong after 20 exams, with nothing gained as a line."""
    say = words.twenty_exams
    ends = {name: marks[-1].val_wrong for name, marks in found.complete.items()}
    students = [who for who in TEN if all((book, who) in ends for book in LOOKS)]
    low, high = 0.5, len(TEN) + 0.5
    lines = [line("none", [(0, low), (0, high)], ("ink", "dotted"), label=say.no_gain)]
    for who in students:
        gained = ends["one_exam", who] - ends["twenty_exams", who]
        lines.append(line(who, [(0, who), (gained, who)], ("strong", "solid")))
    shape = {"x_domain": GAINED, "y_domain": (low, high), "label_width": 12, "height": 170}
    return lines_figure(lines, say.strip_alt, say.gained, say.student, **shape)


def curves(found: Found, words: Texts) -> Figure:
    say, shape = words.twenty_exams, {"x_domain": (0, EPOCHS), "label_width": 120, "height": 240}
    lines = (
        mean_and_students(found.of(book), "val_wrong", look, getattr(say, book))
        for book, look in LOOKS.items()
    )
    return lines_figure(lines, say.alt, say.passes, say.axis, **shape)


def numbers(found: Found) -> dict:
    one, twenty = map(found.of, LOOKS)
    mean, pairs = mean_marks(one), zip(one, twenty, strict=True)
    return {
        "updates": one[0][-1].updates,
        "students": len(one),
        "one_exam": mean[-1].val_wrong,
        "twenty_exams": mean_marks(twenty)[-1].val_wrong,
        "once": mean[1].val_wrong,
        "better": sum(b[-1].val_wrong < a[-1].val_wrong for a, b in pairs),
    }


def answer(numbers: dict) -> int:
    gained = numbers["one_exam"] - numbers["twenty_exams"]
    return 2 if abs(gained) < LEVEL else int(gained > 0)


def rule(numbers: dict) -> list[str]:
    repeating_helps = numbers["once"] - numbers["one_exam"] >= LEVEL
    won = ("one_wins", "twenty_win", "level")[answer(numbers)]
    return [won, "repeating_helps" if repeating_helps else "repeating_helps_not", "rule"]


BLOCKS = (Story(), Question(), Chart(strip, due="always"), Chart(curves), Rule())
CHAPTER = Chapter("twenty_exams", BLOCKS, plans, numbers, answer, rule)
