"""The learner's own exam: ten digits that the learner writes and the student has never seen."""

from collections.abc import Iterable, Sequence
from math import ceil

import streamlit as st

from exam.charts.lines import Side, curve, line, lines_figure
from exam.charts.pictures import own_picture
from exam.lesson.blocks import Chart, Choices, Display, Paper, Rule, Story, Table
from exam.lesson.chapter import Chapter, Experiment, Figure, Numbers, Settings, Studies, Texts
from exam.lesson.chapter_view import ChapterView
from exam.model.own_exam import OwnExam
from exam.model.plan import Plan, Study
from exam.model.results import Mark
from exam.model.settings import BATCH_SIZE, EPOCHS, STUDENT
from exam.page import player
from exam.page.browser import push
from exam.page.visit import settings
from exam.page.writing import show_writing
from exam.rooms.drawings import FORMS

FEW_DRAWINGS = 10  # drawings; if there are more, a sheet is shown, and the most confident mistakes
NEARLY_ALL = 90  # percent
HARDER = 15.0  # wrong per 100 above those on unseen exams; from here on, it is harder
MORE = 20.0  # fewer wrong per 100; from here on, passes or the form have helped
SURE = 50  # percent, from which on a wrong answer was given with confidence
# The batch size, the epochs and the student that a hall watches.
HALL_SETTING = (BATCH_SIZE.default, EPOCHS.default, STUDENT.default)


def studies(settings: Settings) -> Studies:
    """The study of the first screen's settings, marked on the drawings in each form.

    In a hall all see the same one, whatever they have set.
    """
    batch_size, epochs, student = HALL_SETTING if settings.is_halls else settings[:3]
    exams = settings.own or {}  # nothing before it is written
    return {
        (form, student): Study(Plan(batch_size, student, own=exam), epochs)
        for form, exam in exams.items()
    }


def marked_study(experiment: Experiment, form: str = "centred") -> tuple[OwnExam, Sequence[Mark]]:
    """The drawings in this form, and the marks of the study on them."""
    (name,) = [(each, student) for each, student in experiment.studies if each == form]
    exam = experiment.studies[name].plan.own
    assert exam is not None
    return exam, experiment.marks[name]


def own_wrong(experiment: Experiment, form: str = "centred") -> list[tuple[int, float]]:
    """After each pass, how many of the drawings are wrong, per 100."""
    exam, marks = marked_study(experiment, form)
    questions = len(exam.answers)
    return [(mark.epoch, 100 * len(mistakes(mark, exam)) / questions) for mark in marks]


def mistakes(mark: Mark, exam: OwnExam) -> list[int]:
    """The questions that are wrong, the most confident answers first."""
    wrong = [n for n, digit in enumerate(exam.answers) if mark.own_answers[n] != digit]
    return sorted(wrong, key=lambda question: -mark.own_confidence[question])


def curves(experiment: Experiment, texts: Texts, form: str = "") -> Figure:
    """The exam of one's own between the practised exam and the unseen ones.

    The form that was chosen is drawn strongly, the other one dotted.
    """
    captions, (_, marks) = texts.own_exam, marked_study(experiment)
    names = {"centred": captions.own, "small": captions.small_short}
    chosen = form or FORMS[0]
    (other,) = set(FORMS) - {chosen}
    own, unseen = own_wrong(experiment, chosen), curve(marks, "val_wrong")
    in_other = own_wrong(experiment, other)
    own_side: Side = "above" if own and own[-1] > unseen[-1] else "below"
    unseen_side: Side = "below" if own_side == "above" else "above"
    practised, look = curve(marks, "wrong"), ("practised", "solid")
    lines = [
        line("practised", practised, look, label=texts.practised),
        line("unseen", unseen, ("unseen", "dashed"), label=texts.unseen, side=unseen_side),
        line("own", own, ("strong", "solid"), label=names[chosen], side=own_side),
        line(
            "other",
            in_other,
            ("ink", "dotted"),
            label=names[other],
            label_at=len(in_other) // 2,
            side="above",
        ),
    ]
    epochs = next(iter(experiment.studies.values())).epochs
    return lines_figure(
        lines,
        captions.alt,
        texts.passes,
        texts.wrong,
        x_domain=(0, epochs),
        label_width=110,
        height=220,
        title=captions.chart_title,
    )


def rows(experiment: Experiment, texts: Texts) -> Iterable[tuple]:
    """In each form, how many are wrong after the first and after the last pass."""
    for form in FORMS:
        wrong = own_wrong(experiment, form)
        yield texts.own_exam[form], f"{wrong[1][1]:.0f}", f"{wrong[-1][1]:.0f}"


def numbers(experiment: Experiment) -> Numbers:
    exam, marks = marked_study(experiment)
    wrong, last = own_wrong(experiment), marks[-1]
    questions, still_wrong = len(exam.answers), mistakes(last, exam)
    return {
        "questions": questions,
        "right": questions - len(still_wrong),
        "wrong": wrong[-1][1],
        "first": wrong[1][1],
        "small": own_wrong(experiment, "small")[-1][1],
        "val_wrong": last.val_wrong,
        "weight": 100 / questions,
        "surest": last.own_confidence[still_wrong[0]] if still_wrong else 0,
    }


def answer(numbers: Numbers) -> int:
    """Nearly all, more than half, or fewer."""
    percent = 100 * numbers["right"] / numbers["questions"]
    return 0 if percent >= NEARLY_ALL else 1 if percent > 50 else 2


def rule(numbers: Numbers) -> list[str]:
    is_harder = numbers["wrong"] >= numbers["val_wrong"] + HARDER
    gained = numbers["first"] - numbers["wrong"] >= MORE
    form_helped = numbers["small"] - numbers["wrong"] >= MORE
    few = ["few"] if not is_harder and numbers["questions"] <= FEW_DRAWINGS else []
    sure = ["sure"] if numbers["surest"] >= SURE else []
    return [
        "harder" if is_harder else "no_harder",
        *few,
        "gained" if gained else "gained_nothing",
        *sure,
        "form_matters" if form_helped else "form_no_matter",
    ]


def show_paper(view: ChapterView) -> None:
    """Where digits are written; or the exam that a hall has written."""
    seat, captions = view.visit.seat, view.captions
    if view.experiment:
        return
    if seat.exams and seat.has_hall_exam:
        _show_hall_exam(view, seat.exams["centred"])
        return
    drawings = seat.drawings
    if not drawings.digits:  # too many others write
        return
    key = "writing_of_hall" if drawings.is_for_hall else "writing"
    show_writing(key, drawings, view.texts, seat.update_exam)
    typed = captions.typed if drawings.has_typed else ""
    kept = captions.kept_in_room if drawings.is_for_hall else captions.kept
    if drawings.is_for_hall and seat.is_excluded:
        kept = captions.taken_out
    st.caption(f"{kept} {typed}")


def _show_hall_exam(view: ChapterView, exam: OwnExam) -> None:
    questions = len(exam.answers)
    alt, rows = view.captions.hall_exam(questions=questions), ceil(questions / 10)
    picture = f'<img class="digits" style="--rows: {rows}" alt="{alt}"'
    st.html(f'<p>{alt}</p>{picture} src="{own_picture(exam.pictures)}">')


def show_setting(view: ChapterView) -> None:
    """The settings of the study, and on a projector the exam that the hall has written."""
    seat, now = view.visit.seat, settings()
    if now.is_halls:
        batch_size, epochs, _ = HALL_SETTING
        text = view.captions.setting_of_hall
    else:
        batch_size, epochs, text = now.batch_size, now.epochs, view.captions.setting
    if seat.exams and seat.has_hall_exam and view.visit.is_projected:
        _show_hall_exam(view, seat.exams["centred"])
    if view.experiment:
        plan, epochs = next(iter(view.experiment.studies.values()))
        batch_size = plan.batch_size
    st.markdown(text(batch_size=batch_size, epochs=epochs))


def missing_digits(view: ChapterView) -> str:
    """Why the question cannot be asked yet, or ""."""
    seat, captions = view.visit.seat, view.captions
    if seat.exams:
        return ""
    if not seat.drawings.is_for_hall:
        return captions.write_first
    return captions.hall_writes if seat.drawings.is_open else captions.hall_wrote_nothing


def show_answers(view: ChapterView) -> None:
    """The answers with the student's confidence, at the pass of the player, in the form chosen."""
    form = view.choose({"centred": "centred_short", "small": "small_short"})
    experiment = view.complete_experiment
    exam, marks = marked_study(experiment, form)
    plan, epochs = next(iter(experiment.studies.values()))
    data = player.sheet_data(marks, student=plan.student, passes=epochs, texts=view.texts)
    data |= {
        "play_id": f"{experiment.attempt.number} {form}",
        "plays": True,
        "waits_for_view": True,
    }
    questions = range(len(exam.answers))
    if len(questions) <= FEW_DRAWINGS:
        _show_bars(view.name, exam, marks, questions, data)
        st.html(player.html_of_player(view.name))
        return
    data |= _own_sheet(exam, marks)
    player.show_marked_sheet(view.name, data)
    confident_mistakes = mistakes(marks[-1], exam)[: player.MAX_MISSED]
    st.markdown(view.captions.fooled if confident_mistakes else view.captions.none_fooled)
    at_the_end = data | {"waits_for_view": False, "plays": False, "shown": epochs}
    _show_bars(f"{view.name}_fooled", exam, marks, confident_mistakes, at_the_end)


def _show_bars(
    name: str, exam: OwnExam, marks: Sequence[Mark], questions: Sequence[int], data: player.Data
) -> None:
    """Under each drawing, a bar as long as the student is confident."""
    answers = [
        player.answers_to(questions, mark.own_answers, mark.own_confidence) for mark in marks
    ]
    data = data | player.unseen_data(answers)
    data |= {"picture_of": name, "unseen_key": exam.answers}
    push("picture", name, own_picture(exam.pictures))
    st.html(player.BARS.format(name=name))
    push("study", name, data)


def _own_sheet(exam: OwnExam, marks: Sequence[Mark]) -> player.Data:
    """The marked sheet of a hall's exam, in the order in which it was written."""
    return {
        "order": list(range(len(exam.answers))),
        "key": exam.answers,
        "picture": own_picture(exam.pictures),
        "rows": 10,
        "answers": [mark.own_answers for mark in marks],
        "confidence": [list(mark.own_confidence) for mark in marks],
        "wrong": [len(mistakes(mark, exam)) for mark in marks],
    }


CHAPTER = Chapter(
    name="own_exam",
    blocks=(
        Story(),
        Paper(show_paper),
        Choices(show_beside=show_setting, blocked_by=missing_digits),
        Display(show_answers),
        Chart(curves, follows_choice=True),
        Table(rows),
        Rule(),
    ),
    studies=studies,
    numbers=numbers,
    answer=answer,
    rule=rule,
    follows_study=True,
)
