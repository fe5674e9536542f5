"""What the page says, against the marks of all thirty students: `python -m tests.tools.audit`.

Prints how often the warning is true, false, missing and taken back, for the page's MIN_RISE and
other values, and which sentences each chapter chooses for its class and for every single student.
Ten minutes on two cores; one or two for the chapters that are named.
"""

import collections
import itertools
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from importlib import import_module
from unittest.mock import patch

from exam.lesson.chapter import Chapter, Experiment, Settings
from exam.lesson.chapters import CHAPTERS
from exam.lesson.guess import PassSlider, question_of
from exam.model.overfitting import MIN_RISE, PATIENCE, overfittings
from exam.model.plan import FINAL, UNSEEN, Plan
from exam.model.results import Mark
from exam.model.settings import STUDENT
from exam.parts import CHAPTER_NAMES
from exam.service import machine
from exam.service.experiment import Attempt, Studies
from exam.texts import load_texts
from tests.own import EXAMS as OWN

MEASURED = [name for name in CHAPTER_NAMES if CHAPTERS[name].studies]
STUDENTS = range(STUDENT.lowest, STUDENT.highest + 1)
SIZES = (1, 2, 5, 10, 20, 32, 50, 100)
MISPRINTS = (0, 1, 2, 3, 5, 10, 20, 30)
LENGTHS = (20, 50, 100, 200)  # passes of a study that is warned of
RISES = (0.0, 0.005, 0.01, 0.015, MIN_RISE, 0.025, 0.03)
DEFAULTS = Settings(batch_size=10, epochs=20, student=1, misprints=10, own=OWN)
# The settings of the page that a chapter looks at, beside the student.
SETTINGS = {"batch_sizes": ("batch_size", (*SIZES, 98, 99)), "students": ("batch_size", SIZES)}
SETTINGS |= {"misprints": ("misprints", MISPRINTS)}

Marks = Mapping[Plan, Sequence[Mark]]


def settings_of(name: str) -> Iterator[Settings]:
    """All that a chapter can be asked to compare."""
    setting, values = SETTINGS.get(name, ("epochs", (20,)))
    for value in values:
        yield DEFAULTS._replace(**{setting: value})


def experiments(name: str, choice: int = 0) -> Iterator[tuple[str, Experiment]]:
    """Those of the page, and those with every student alone in place of a class."""
    module, plans = import_module(f"exam.lesson.chapters.{name}"), CHAPTERS[name].studies
    for settings in settings_of(name):
        about = f" {getattr(settings, SETTINGS.get(name, ('epochs',))[0])}"
        yield f"page{about}", Experiment(Attempt(plans(settings), choice))
        for student in STUDENTS if name != "students" else ():
            alone = {
                each: range(student, student + 1)
                for each in ("TEN", "STUDENTS")
                if hasattr(module, each)
            }
            with patch.dict(vars(module), alone):
                asked = plans(settings._replace(student=student))
                yield f"alone{about}", Experiment(Attempt(asked, choice))


def guesses(chapter: Chapter) -> Iterable[int]:
    """Every pass that may be guessed; where choices are, the guess changes no number."""
    question = question_of(chapter)
    return question.passes if isinstance(question, PassSlider) else [0]


def compute(studies: Iterable[tuple[Plan, int]]) -> Marks:
    """Every plan as far as it is needed, in a process for each core.

    Raises BrokenProcessPool if one of them is killed, as it may be where memory is short.
    """
    longest: dict[Plan, int] = {}
    for plan, epochs in studies:
        longest[plan] = max(longest.get(plan, 0), epochs)
    # The exams that mark a student do not affect the weights, so training once is enough for
    # both.
    also = {replace(plan, marked_on=UNSEEN): plan for plan in longest if plan.marked_on == FINAL}
    also = {plan: final for plan, final in also.items() if longest.get(plan, 0) >= longest[final]}
    for final in also.values():
        del longest[final]
    asked = [(plan, epochs, also.get(plan)) for plan, epochs in longest.items()]
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in the page's workers (service/worker.py)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(machine.cores(), spawn) as pool:
        return dict(itertools.chain(*pool.map(_study, asked, chunksize=8)))


def _study(asked: tuple[Plan, int, Plan | None]) -> list[tuple[Plan, list[Mark]]]:
    """The marks of the first plan, and of the other one, if any, which only other exams mark."""
    from exam.model.marking import mark
    from exam.model.training import initial_checkpoint, resume

    plan, epochs, final = asked
    marks: list[Mark] = []
    final_marks: list[Mark] = []

    def keep(each: Mark) -> None:
        marks.append(each)
        if final:
            final_marks.append(mark(final, epoch=each.epoch))

    resume(initial_checkpoint(plan.student), plan, epochs=epochs, on_epoch=keep)
    return [(plan, marks), *([(final, final_marks)] if final else [])]


def fill_in(experiment: Experiment, marks: Marks) -> Experiment:
    for name, (plan, epochs) in experiment.studies.items():
        experiment.marks[name] = list(marks[plan][: epochs + 1])
    return experiment


def needed(plans: Iterable[Studies]) -> Iterator[tuple[Plan, int]]:
    for each in plans:
        yield from each.values()


def chosen(name: str, experiment: Experiment) -> Iterator[str]:
    """The sentences that a chapter chooses, and the choice that it marks."""
    chapter, numbers = CHAPTERS[name], CHAPTERS[name].numbers(experiment)
    yield from (key for key in chapter.rule(numbers) if key != "rule")
    if chapter.answer:
        yield f"answer {chapter.answer(numbers)}"


def chapters(marks: Marks, names: Iterable[str] = MEASURED) -> Iterator[str]:
    for name in names:
        choices = guesses(CHAPTERS[name])
        tally: dict[str, collections.Counter] = {}
        for choice in choices:
            for about, experiment in experiments(name, choice):
                where = tally.setdefault(about, collections.Counter())
                where.update(chosen(name, fill_in(experiment, marks)))
        for about, counts in tally.items():
            yield f"{name:14} {about:12} " + ", ".join(f"{k} {n}" for k, n in counts.items())


def measured(name: str, marks: Marks) -> str:
    """What the chapter says of its numbers, for the class and what is set at first."""
    chapter = CHAPTERS[name]
    experiment = fill_in(
        Experiment(Attempt(chapter.studies(DEFAULTS), question_of(chapter).guess_of_hall(()))),
        marks,
    )
    return getattr(load_texts("en"), name).measured(**chapter.numbers(experiment))


def warning_plans() -> dict[tuple[int, int, str], tuple[Plan, int]]:
    return {
        (size, student, exams): (Plan(size, student, marked_on=exams), LENGTHS[-1])
        for size, student, exams in itertools.product(SIZES, STUDENTS, (UNSEEN, FINAL))
    }


def warning_table(marks: Marks) -> Iterator[str]:
    """Judged at the last pass. True is a loss on `exams` that is above its lowest by MIN_RISE."""
    yield "min_rise  passes  judged by   true  false  missed  raised  taken back"
    for min_rise, length, exams in itertools.product(RISES, LENGTHS, (UNSEEN, FINAL)):
        counts = collections.Counter()
        for size, student in itertools.product(SIZES, STUDENTS):
            seen = marks[Plan(size, student)][1 : length + 1]
            judge = [m.val_loss for m in marks[Plan(size, student, marked_on=exams)][1:]][:length]
            losses = [m.val_loss for m in seen], [m.loss for m in seen]
            warned_spans = list(overfittings(*losses, PATIENCE, min_rise))
            warns = bool(warned_spans) and warned_spans[-1].until > length
            is_so = judge[-1] - min(judge) >= MIN_RISE
            counts.update(true=warns and is_so, false=warns and not is_so)
            counts.update(missed=is_so and not warns, raised=bool(warned_spans))
            counts.update(back=any(each.until <= length for each in warned_spans))
        columns = (counts[key] for key in ("true", "false", "missed", "raised", "back"))
        yield f"{min_rise:<9} {length:<7} {exams:<9} " + "".join(f"{n:>7}" for n in columns)


def marks_for(names: Iterable[str], *more: Studies) -> Marks:
    plans = [each.studies for name in names for _, each in experiments(name)]
    return compute(needed([*plans, *more]))


def all_marks() -> Marks:
    return marks_for(MEASURED, warning_plans())


if __name__ == "__main__":
    names = sys.argv[1:]
    if unknown := set(names) - set(MEASURED):
        sys.exit(f"No chapter {', '.join(sorted(unknown))}; there are {', '.join(MEASURED)}.")
    results = marks_for(names) if names else all_marks()
    if not names:
        print("The warning, of", len(SIZES) * len(STUDENTS), "studies a row\n")
        print("\n".join(warning_table(results)))
    print("\nThe chapters: how often each sentence and each answer is chosen\n")
    print("\n".join(chapters(results, names or MEASURED)))
    for name in names:
        if name in load_texts("en"):
            print(f"\n{measured(name, results)}")
