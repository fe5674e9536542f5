"""One exam twenty times, or twenty exams once: the same number of updates."""

from collections.abc import Iterator

from exam.charts.lines import lines_figure, mean_and_students
from exam.lesson.chapter import Chapter, Figure, Outcome, Plan, Plans, Settings, Texts
from exam.model.results import Epoch, mean_marks

BATCH_SIZE, EPOCHS = 10, 20
STUDENTS = range(1, 11)
LOOKS = {"one_exam": ("orange", "dashed"), "twenty_exams": ("blue", "solid")}


def plans(settings: Settings) -> Plans:
    names = [(book, student) for student in STUDENTS for book in LOOKS]
    return {(book, student): (Plan(BATCH_SIZE, student, book), EPOCHS) for book, student in names}


def _studies(outcome: Outcome, book: str) -> list[list[Epoch]]:
    return [marks for (each, _), marks in outcome.complete.items() if each == book]


def figures(outcome: Outcome, words: Texts) -> Iterator[Figure]:
    say, shape = words.twenty_exams, {"x_domain": (0, EPOCHS), "label_width": 120, "height": 240}
    lines = (
        mean_and_students(_studies(outcome, book), "val_wrong", look, getattr(say, book))
        for book, look in LOOKS.items()
    )
    yield lines_figure(lines, say.alt, say.passes, say.axis, **shape)


def numbers(outcome: Outcome) -> dict:
    one, twenty = (_studies(outcome, book) for book in LOOKS)
    mean, pairs = mean_marks(one), zip(one, twenty, strict=True)
    return {
        "updates": one[0][-1].updates,
        "students": len(one),
        "one_exam": mean[-1].val_wrong,
        "twenty_exams": mean_marks(twenty)[-1].val_wrong,
        "once": mean[1].val_wrong,
        "better": sum(b[-1].val_wrong < a[-1].val_wrong for a, b in pairs),
    }


CHAPTER = Chapter(frame_height=808, plans=plans, figures=figures, numbers=numbers)
