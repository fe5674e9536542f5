"""An exam of one's own: NumPy's forward pass gives the same answers, and nothing else changes."""

import base64
import dataclasses
import gc
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from exam.hall.hall_exam import MOST_WRITERS, HallExam
from exam.model.exams import QUESTIONS, load_exams
from exam.model.own_exam import PIXELS, BadPicture, OwnExam, read_picture
from exam.model.plan import Plan
from exam.model.results import sureness
from exam.model.training import study
from exam.page import writing
from exam.page.writing import Writings
from exam.service.job_queue import JobQueue
from exam.service.scheduler import Scheduler
from tests.numpy_student import passes
from tests.waiting import wait_for

FINAL = load_exams().final
SETTING = {"batch_size": 10, "epochs": 5, "student": 3}


def exam_of(questions: int) -> OwnExam:
    """Pictures that are sure to be digits, and never practised."""
    answers = "".join(map(str, FINAL.answers[0][:questions]))
    return OwnExam(FINAL.questions[0][:questions].tobytes(), answers)


@pytest.mark.parametrize("questions", [1, 10, 100])
def test_the_answers_are_those_of_a_forward_pass_in_numpy(questions):
    exam = exam_of(questions)
    x = exam.questions.astype(np.float32) / 255
    students = passes(SETTING["student"], SETTING["batch_size"], SETTING["epochs"])
    for mark, student in zip(study(**SETTING, own=exam), students, strict=True):
        sure = student.sure(x)
        answers, percents = mark.own_answers, sureness(mark.own_sure)
        given = sure.argmax(axis=1)
        clear = np.diff(np.sort(sure)[:, -2:]).ravel() > 1e-3
        assert len(answers) == len(percents) == questions
        for at, (answer, percent) in enumerate(zip(answers, percents, strict=True)):
            assert int(answer) == given[at] or not clear[at]
            assert abs(percent - min(100 * sure[at].max(), 99)) <= 1


def test_all_other_numbers_are_those_of_a_study_without_it():
    alone = study(**SETTING)
    for mark, other in zip(study(**SETTING, own=exam_of(10)), alone, strict=True):
        mark = dataclasses.replace(mark, own_answers="", own_sure="", seconds=other.seconds)
        assert mark == other


def test_what_is_no_picture_is_refused():
    picture = FINAL.questions[0][0].tobytes()
    assert read_picture(base64.b64encode(picture).decode()) == picture
    for bad in (b"", bytes(PIXELS), bytes([255]) * PIXELS, picture[1:], picture * 2):
        with pytest.raises(BadPicture):
            read_picture(base64.b64encode(bad).decode())
    for bad in (None, 7, ["x"], "%" * 1048, "한" * 1048, base64.b64encode(picture).decode() + "!"):
        with pytest.raises(BadPicture):
            read_picture(bad)


@pytest.mark.parametrize(
    ("pictures", "answers"),
    [(b"", ""), (FINAL.questions[0][:2].tobytes(), "1"), (FINAL.questions[0][0].tobytes(), "x")],
)
def test_an_exam_has_an_answer_to_each_question(pictures, answers):
    with pytest.raises(ValueError):
        OwnExam(pictures, answers)


def test_every_printed_question_would_pass():
    for sheets in load_exams():
        for question in sheets.questions.reshape(-1, PIXELS):
            read_picture(base64.b64encode(question.tobytes()).decode())


def sent(at: object, picture: bytes = FINAL.questions[0][0].tobytes()) -> dict:
    text = base64.b64encode(picture).decode()
    return {"at": at, "form": text, "small": text, "typed": False}


def test_what_a_browser_sends_is_kept_where_it_was_asked_for():
    writings = Writings([7, 3])
    for at in (-1, 2, 0.0, True, None, "0"):
        writings.take(sent(at))
    for forged in (None, [], {}, {"at": 0}, sent(0) | {"form": None}, sent(0, bytes(PIXELS))):
        writings.take(forged)
    assert writings.written == {} and writings.refused == [0] and writings.exams is None
    writings.take(sent(1))
    writings.take(sent(0))
    assert writings.refused == [] and writings.exams["form"].answers == "73"
    before = writings.exams["small"]
    text = base64.b64encode(FINAL.questions[0][8].tobytes()).decode()
    writings.take(sent(1) | {"small": text})
    assert writings.exams["form"].questions[1].tobytes() == FINAL.questions[0][0].tobytes()
    assert writings.exams["small"].questions[1].tobytes() == FINAL.questions[0][8].tobytes()
    writings.take(sent(0, FINAL.questions[0][5].tobytes()))  # written again
    assert writings.exams["small"] != before
    writings.is_open = False
    writings.take(sent(1, FINAL.questions[0][9].tobytes()))
    assert writings.written[1].form == FINAL.questions[0][0].tobytes()


def test_what_is_computed_for_an_exam_goes_with_its_owner(monkeypatch):
    queue, writings = JobQueue(threading.Lock()), Writings([7])
    scheduler = SimpleNamespace(forget=lambda exam: queue.forget(lambda plan: plan.own == exam))
    monkeypatch.setattr(writing, "get_scheduler", lambda: scheduler)
    writings.take(sent(0))
    plan, other = Plan(10, 1, own=writings.exams["form"]), Plan(10, 1)
    running = queue.job_of(plan)
    queue.job_of(other)
    queue.running.append(running)
    writings.take(sent(0, FINAL.questions[0][5].tobytes()))  # written again
    assert plan not in queue.jobs
    queue.end_turn(running)  # it ends, and is not kept
    assert plan not in queue.jobs and not queue.waiting
    plan = Plan(10, 1, own=writings.exams["form"])
    queue.job_of(plan)
    del writings
    gc.collect()
    assert list(queue.jobs) == [other]


def test_a_hall_asks_for_every_digit_about_equally_often():
    exam = HallExam()
    exam.open(True)
    asked = [exam.writings_of(f"learner {number}").asked for number in range(35)]
    assert all(len(set(each)) == 2 for each in asked)
    counted = np.bincount(np.array(asked).ravel())
    assert counted.max() - counted.min() <= 1
    assert exam.writings_of("learner 3").asked == asked[3], "after a reload it is the same"


def test_a_halls_exam_is_what_came_first_without_what_was_taken_out():
    exam = HallExam()
    exam.open(True)
    for number in range(70):
        learner = f"learner {number}"
        for at in range(2):
            exam.writings_of(learner).take(sent(at))
            exam.arrive(learner)
            exam.arrive(learner)  # once more is no more
    assert len(exam.questions()) == QUESTIONS and exam.exams is None
    exam.take_out(0)
    exam.take_out(10_000)
    exam.open(False)
    assert len(exam.exams["form"].answers) == QUESTIONS
    assert exam.exams["form"].answers[:3] == "516", "5 came second"
    exam.writings_of("learner 0").take(sent(0))
    exam.arrive("a stranger")
    exam.open(True)
    assert exam.exams is None, "it is written on"
    for number in range(MOST_WRITERS):
        exam.writings_of(f"forged {number}")
    assert exam.writings_of("one too many").asked == ()


def test_what_was_taken_out_last_is_put_back_first():
    exam = HallExam()
    exam.open(True)
    for learner in "abc":
        exam.writings_of(learner).take(sent(0))
        exam.arrive(learner)
    exam.take_out(0)
    exam.take_out(2)
    exam.put_back()
    assert [each.number for each in exam.questions()] == [1, 2] and exam.has_taken_out
    exam.put_back()
    exam.put_back()  # a press that came twice
    assert [each.number for each in exam.questions()] == [0, 1, 2] and not exam.has_taken_out


def test_what_was_taken_out_may_be_written_again():
    exam = HallExam()
    exam.open(True)
    writings = exam.writings_of("learner")
    writings.take(sent(0))
    exam.arrive("learner")
    exam.take_out(0)
    exam.arrive("learner")
    assert exam.questions() == [], "it is the same as before"
    writings.take(sent(0, another := FINAL.questions[0][1].tobytes()))
    exam.arrive("learner")
    (again,) = exam.questions()
    assert again.number == 0, "in its place"
    assert again.written.form == another


def test_an_owner_may_be_collected_while_the_scheduler_is_locked():
    """As the collector does, in the same thread."""
    scheduler, exam = Scheduler(), exam_of(1)
    plan = Plan(10, 1, own=exam)
    with scheduler._lock:
        scheduler._queue.job_of(plan)
        threading.Thread(target=scheduler.forget, args=(exam,), daemon=True).start()
        wait_for(lambda: list(scheduler._to_forget) == [exam], seconds=10)
    scheduler.poll(Plan(10, 1), 1)
    assert plan not in scheduler._queue.jobs
    scheduler.close()
