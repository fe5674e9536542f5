"""An exam of one's own: ten digits that the learner writes, and the student has never seen."""

from collections.abc import Iterable, Sequence
from math import ceil

import streamlit as st

from exam.charts.lines import curve, line, lines_figure
from exam.charts.pictures import own_picture
from exam.lesson.blocks import Chart, Display, Question, Rule, Story, Table
from exam.lesson.chapter import Chapter, Figure, Found, Plan, Plans, Settings, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.own_exam import OwnExam
from exam.model.results import Mark, sureness
from exam.page import player
from exam.page.browser import push
from exam.page.visit import settings
from exam.page.writing import FORMS, show_writing

FEW = 10  # drawings; of more, a sheet is shown, and the surest mistakes
NEARLY_ALL = 90  # percent
HARDER = 15.0  # more wrong per 100 than on unseen exams, from which on it is harder
MORE = 20.0  # fewer wrong per 100, from which on passes or the form have helped
SURE = 50  # percent, from which on a wrong answer was held with certainty


def plans(settings: Settings) -> Plans:
    """The study that is set on the first screen, marked on what was written in each form."""
    batch_size, student, epochs = (settings[n] for n in ("batch_size", "student", "epochs"))
    exams = settings.get("own") or {}  # nothing before it is written
    return {
        (form, student): (Plan(batch_size, student, own=exam), epochs)
        for form, exam in exams.items()
    }


def study_of(found: Found, form: str = "form") -> tuple[Plan, Sequence[Mark]]:
    """The study that was marked on what was written, in this form."""
    (name,) = [name for name in found.plans if name[0] == form]
    return found.plans[name][0], found.marks[name]


def own_wrong(found: Found, form: str = "form") -> list[tuple[int, float]]:
    """After each pass, how many of one's own are wrong, per 100."""
    plan, marks = study_of(found, form)
    questions = len(plan.own.answers)
    return [(mark.epoch, 100 * len(mistakes(mark, plan.own)) / questions) for mark in marks]


def mistakes(mark: Mark, exam: OwnExam) -> list[int]:
    """The questions that are wrong, the surest first."""
    sure = sureness(mark.own_sure)
    wrong = [at for at, digit in enumerate(exam.answers) if mark.own_answers[at] != digit]
    return sorted(wrong, key=lambda at: -sure[at])


def curves(found: Found, words: Texts) -> Figure:
    say, (_, marks) = words.own_exam, study_of(found)
    own, unseen = own_wrong(found), curve(marks, "val_wrong")
    sides = ("above", "below") if own and own[-1] > unseen[-1] else ("below", "above")
    practised = line(
        "practised", curve(marks, "wrong"), ("practised", "solid"), label=words.practised
    )
    lines = [
        practised,
        line("unseen", unseen, ("unseen", "dashed"), label=words.unseen, side=sides[1]),
        line("own", own, ("strong", "solid"), label=say.own, side=sides[0]),
    ]
    ((_, epochs), *_) = found.plans.values()
    shape = {"x_domain": (0, epochs), "y_domain": (0, 100), "label_width": 110, "height": 220}
    figure = lines_figure(lines, say.alt, words.passes, words.wrong, **shape)
    return figure._replace(title=say.chart_title)


def rows(found: Found, words: Texts) -> Iterable[tuple]:
    """In each form, how many are wrong after the first and after the last pass."""
    for form in FORMS:
        wrong = own_wrong(found, form)
        yield getattr(words.own_exam, form), f"{wrong[1][1]:.0f}", f"{wrong[-1][1]:.0f}"


def numbers(found: Found) -> dict:
    plan, marks = study_of(found)
    wrong, last = own_wrong(found), marks[-1]
    questions, still_wrong = len(plan.own.answers), mistakes(last, plan.own)
    return {
        "questions": questions,
        "batch_size": plan.batch_size,
        "epochs": last.epoch,
        "right": questions - len(still_wrong),
        "wrong": wrong[-1][1],
        "first": wrong[1][1],
        "small": own_wrong(found, "small")[-1][1],
        "val_wrong": last.val_wrong,
        "practised": last.wrong,
        "weight": 100 / questions,
        "surest": sureness(last.own_sure)[still_wrong[0]] if still_wrong else 0,
    }


def answer(numbers: dict) -> int:
    """Nearly all, more than half, or fewer."""
    percent = 100 * numbers["right"] / numbers["questions"]
    return 0 if percent >= NEARLY_ALL else 1 if percent > 50 else 2


def rule(numbers: dict) -> list[str]:
    is_harder = numbers["wrong"] >= numbers["val_wrong"] + HARDER
    gained = numbers["first"] - numbers["wrong"] >= MORE
    form = numbers["small"] - numbers["wrong"] >= MORE
    few = ["few"] if not is_harder and numbers["questions"] <= FEW else []
    sure = ["sure"] if numbers["surest"] >= SURE else []
    return [
        "harder" if is_harder else "no_harder",
        *few,
        "gained" if gained else "gained_nothing",
        *sure,
        "form_matters" if form else "form_no_matter",
    ]


def show_paper(view: ChapterView) -> None:
    """Where digits are written; or the exam that a hall has written."""
    writings, exams = view.visit.writings, view.visit.exams
    if view.found:
        return
    if exams and exams is not writings.exams:
        _show_hall_exam(view, exams["form"])
        return
    if not writings.asked:  # there are too many who write
        return
    name = "writing_of_hall" if writings.is_halls else "writing"
    show_writing(name, writings, view.words, view.visit.observer.wrote)
    typed = view.say.typed if writings.has_typed else ""
    st.caption(f"{view.say.kept_in_room if writings.is_halls else view.say.kept} {typed}")


def _show_hall_exam(view: ChapterView, exam: OwnExam) -> None:
    questions = len(exam.answers)
    alt, rows = view.say.hall_exam(questions=questions), ceil(questions / 10)
    picture = f'<img class="digits" style="--rows: {rows}" alt="{alt}"'
    st.html(f'<p>{alt}</p>{picture} src="{own_picture(exam.pictures)}">')


def show_setting(view: ChapterView) -> None:
    """With which settings the student studies; before a hall, the exam that it has written."""
    exams, now = view.visit.exams, settings()
    if exams and view.visit.is_projected and exams is not view.visit.writings.exams:
        _show_hall_exam(view, exams["form"])
    batch_size, epochs = now["batch_size"], now["epochs"]
    if view.found:
        ((plan, epochs), *_) = view.found.plans.values()
        batch_size = plan.batch_size
    st.markdown(view.say.setting(batch_size=batch_size, epochs=epochs))


def needs_digits(view: ChapterView) -> str:
    """Why it cannot be asked yet, or ""."""
    if view.visit.exams:
        return ""
    writings, say = view.visit.writings, view.say
    hall = say.hall_writes if writings.is_open else say.hall_wrote_nothing
    return hall if writings.is_halls else say.write_first


def show_answers(view: ChapterView) -> None:
    """The answers and how sure they are, at the pass that the player shows, in the form chosen."""
    form = view.choose({"form": "form_short", "small": "small_short"})
    plan, marks = study_of(view.found, form)
    epochs = len(marks) - 1
    data = player.sheet_data(marks, student=plan.student, passes=epochs, words=view.words)
    data |= {"run": f"{view.found.attempt.turn} {form}", "plays": True, "waits_for_view": True}
    questions = range(len(plan.own.answers))
    if len(questions) <= FEW:
        _show_bars(view.name, plan.own, marks, questions, data)
        st.html(player.html_of_player(view.name))
        return
    data |= _own_sheet(plan.own, marks)
    player.show_marked_sheet(view.name, data)
    fooled = mistakes(marks[-1], plan.own)[: player.MOST_MISSED]
    st.markdown(view.say.fooled if fooled else view.say.none_fooled)
    last = data | {"waits_for_view": False, "plays": False, "shown": len(marks) - 1}
    _show_bars(f"{view.name}_fooled", plan.own, marks, fooled, last)


def _show_bars(
    name: str, exam: OwnExam, marks: Sequence[Mark], questions: Sequence[int], data: dict
) -> None:
    """Under each drawing a bar that is filled as far as the student is sure."""
    given = [player.answers_to(questions, mark.own_answers, mark.own_sure) for mark in marks]
    data = data | player.unseen_data(given) | {"picture_of": name, "unseen_key": exam.answers}
    push("picture", name, own_picture(exam.pictures))
    st.html(player.MISTAKES.format(name=name))
    push("study", name, data)


def _own_sheet(exam: OwnExam, marks: Sequence[Mark]) -> dict:
    """The marked sheet of what a hall has written, as it came."""
    return {
        "order": list(range(len(exam.answers))),
        "key": exam.answers,
        "picture": own_picture(exam.pictures),
        "rows": 10,
        "answers": [mark.own_answers for mark in marks],
        "sure": [mark.own_sure for mark in marks],
        "wrong": [len(mistakes(mark, exam)) for mark in marks],
    }


BLOCKS = (
    Story(),
    Display(show_paper, "always"),
    Question(show_setting, needs=needs_digits),
    Display(show_answers),
    Chart(curves),
    Table(rows),
    Rule(),
)
CHAPTER = Chapter(
    "own_exam",
    BLOCKS,
    plans,
    numbers,
    answer,
    rule,
    follows_study=True,
)
