"""An exam of one's own: NumPy's forward pass gives the same answers, and nothing else changes."""

import base64
import itertools
import threading
import time

import numpy as np
import pytest
from PIL import Image

from exam.model.exams import QUESTIONS, load_exams
from exam.model.own_exam import PIXELS, BadPicture, OwnExam, check_form, read_picture
from exam.model.plan import Plan
from exam.model.training import study
from exam.rooms.drawings import Drawings
from exam.rooms.hall_exam import MAX_WRITERS, UNSEEN_SECONDS, HallExam
from exam.service.job_queue import KEPT_LARGE_SECONDS, JobQueue
from tests.numpy_student import passes

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
        answers, percents = mark.own_answers, mark.own_confidence
        given = sure.argmax(axis=1)
        clear = np.diff(np.sort(sure)[:, -2:]).ravel() > 1e-3
        assert len(answers) == len(percents) == questions
        for at, (answer, percent) in enumerate(zip(answers, percents, strict=True)):
            assert int(answer) == given[at] or not clear[at]
            assert abs(percent - min(100 * sure[at].max(), 99)) <= 1


def test_all_other_numbers_are_those_of_a_study_without_it():
    alone = study(**SETTING)
    for mark, other in zip(study(**SETTING, own=exam_of(10)), alone, strict=True):
        # The sums of a matrix with more rows may differ in their last digits.
        assert mark.val_loss == pytest.approx(other.val_loss, rel=1e-6)
        assert mark.loss == pytest.approx(other.loss, rel=1e-6)
        assert (mark.answers, mark.val_answers) == (other.answers, other.val_answers)
        assert (mark.wrong, mark.val_wrong, mark.updates) == (
            other.wrong,
            other.val_wrong,
            other.updates,
        )


def test_what_is_no_picture_is_refused():
    picture = FINAL.questions[0][0].tobytes()
    assert read_picture(base64.b64encode(picture).decode()) == picture
    for bad in (b"", bytes(PIXELS), bytes([255]) * PIXELS, picture[1:], picture * 2):
        with pytest.raises(BadPicture):
            read_picture(base64.b64encode(bad).decode())
    for bad in (None, 7, ["x"], "%" * 1048, "한" * 1048, base64.b64encode(picture).decode() + "!"):
        with pytest.raises(BadPicture):
            read_picture(bad)


def test_only_what_has_the_form_of_mnists_digits_is_a_question():
    """Almost every printed question is; what reaches the edge could be a part of a larger picture.

    And a script once wrote an address into each of a hall's hundred questions.
    """
    printed = np.concatenate([sheets.questions.reshape(-1, PIXELS) for sheets in load_exams()])
    refused = 0
    for question in printed:
        try:
            check_form(question.tobytes())
        except BadPicture:
            refused += 1
    assert refused <= 0.003 * len(printed)
    digit = FINAL.questions[0][0].reshape(28, 28)
    for shift, axis in itertools.product((-3, 3), (0, 1)):
        with pytest.raises(BadPicture):
            check_form(np.roll(digit, shift, axis).tobytes())
    line, letters = np.zeros((2, 28, 28), np.uint8)
    line[13:15] = 255
    letters[9:19, 4:24:3] = 255  # as many strokes as four letters have
    dark = np.where(letters, 160, 0) + 95 * np.pad(np.ones((20, 20), int), 4)
    row, column = np.indices((28, 28))
    rungs = (np.abs(row - column) <= 4) & ((row + column) % 6 < 2)  # letters along a diagonal
    slanted = np.where(rungs & (row >= 4) & (row < 24) & (column >= 4) & (column < 24), 255, 0)
    slanted = slanted.astype(np.uint8)
    for picture in (
        line,
        line.T,
        letters,
        letters.T,
        dark.astype(np.uint8),
        slanted,
        slanted[::-1],
    ):
        with pytest.raises(BadPicture):
            check_form(picture.tobytes())
        drawings = Drawings([7])
        drawings.add(sent(0, picture.tobytes()))
        assert drawings.refused == [0] and not drawings.drawn


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


def as_text(picture: np.ndarray | bytes) -> str:
    return base64.b64encode(bytes(picture)).decode()


def moved(picture: np.ndarray) -> np.ndarray:
    return np.roll(picture.reshape(28, 28), 3, axis=1).ravel()


def sent(at: object, picture: bytes = FINAL.questions[0][0].tobytes()) -> dict:
    text = as_text(picture)
    return {"at": at, "centred": text, "small": text, "typed": False}


def test_what_a_browser_sends_is_kept_where_it_was_asked_for():
    drawings = Drawings([7, 3])
    for at in (-1, 2, 0.0, True, None, "0"):
        drawings.add(sent(at))
    for forged in (None, [], {}, {"at": 0}, sent(0) | {"centred": None}, sent(0, bytes(PIXELS))):
        drawings.add(forged)
    assert drawings.drawn == {} and drawings.refused == [0] and drawings.exams is None
    drawings.add(sent(1))
    drawings.add(sent(0))
    assert drawings.refused == [] and drawings.exams["centred"].answers == "73"
    before = drawings.exams["small"]
    drawings.add(sent(1) | {"small": as_text(moved(FINAL.questions[0][0]))})
    assert drawings.exams["centred"].questions[1].tobytes() == FINAL.questions[0][0].tobytes()
    assert (drawings.exams["small"].questions[1] == moved(FINAL.questions[0][0])).all()
    drawings.add(sent(0, FINAL.questions[0][5].tobytes()))  # written again
    assert drawings.exams["small"] != before
    drawings.is_open = False
    drawings.add(sent(1, FINAL.questions[0][9].tobytes()))
    assert drawings.drawn[1].centred == FINAL.questions[0][0].tobytes()


def test_the_two_pictures_of_a_digit_show_the_same_whatever_was_sent():
    """Otherwise a hall would see a drawing that nobody could have removed before."""
    drawings, other = Drawings([7]), FINAL.questions[0][8].reshape(28, 28)
    drawings.add(sent(0) | {"small": as_text(other.ravel())})
    small = np.frombuffer(drawings.drawn[0].small, np.uint8).reshape(28, 28)
    for axis in (0, 1):  # the place of the other's ink
        assert (np.flatnonzero(small.any(axis)) == np.flatnonzero(other.any(axis))).all()
    shown = FINAL.questions[0][0].reshape(28, 28)
    shown = shown[np.ix_(shown.any(1), shown.any(0))]
    small = small[np.ix_(small.any(1), small.any(0))]
    by_pillow = Image.fromarray(shown).resize(small.shape[::-1], Image.Resampling.BOX)
    assert np.abs(np.asarray(by_pillow, float) - small).mean() < 8


def test_what_is_computed_for_an_exam_is_forgotten_ten_minutes_after_the_last_look(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    queue = JobQueue(threading.Lock())
    plan, other = Plan(10, 1, own=exam_of(1)), Plan(10, 1)
    for each in (plan, other):
        queue.job_of(each).follow(8.0)
    now[0] += KEPT_LARGE_SECONDS
    queue.start_next()
    assert list(queue.jobs) == [plan, other], "somebody has looked eight seconds longer"
    now[0] += 8.1
    queue.start_next()
    assert list(queue.jobs) == [other]


def test_a_hall_asks_for_every_digit_about_equally_often():
    exam = HallExam()
    exam.set_open(True)
    asked = [exam.drawings_of(f"learner {number}").digits for number in range(35)]
    assert all(len(set(each)) == 2 for each in asked)
    counted = np.bincount(np.array(asked).ravel())
    assert counted.max() - counted.min() <= 1
    assert exam.drawings_of("learner 3").digits == asked[3], "after a reload it is the same"


def test_a_halls_exam_is_what_came_first_without_what_was_taken_out():
    exam = HallExam()
    exam.set_open(True)
    for number in range(70):
        learner = f"learner {number}"
        for at in range(2):
            exam.drawings_of(learner).add(sent(at))
            exam.update(learner)
            exam.update(learner)  # once more is no more
    assert len(exam.questions()) == QUESTIONS and exam.exams is None
    exam.exclude(0)
    exam.exclude(10_000)
    exam.set_open(False)
    assert len(exam.exams["centred"].answers) == QUESTIONS
    first_ten = sorted(exam.exams["centred"].answers[:8])
    assert first_ten == sorted("16273849"), "without 0 and 5 of the first"
    exam.drawings_of("learner 0").add(sent(0))
    exam.update("a stranger")
    exam.set_open(True)
    assert exam.exams is None, "it is written on"


def test_who_only_opens_the_page_takes_no_place_from_who_writes():
    exam = HallExam()
    exam.set_open(True)
    exam.drawings_of("first").add(sent(0))
    for number in range(2 * MAX_WRITERS):
        exam.drawings_of(f"idle {number}")
    assert len(exam.drawings_of("late").digits) == 2
    assert 0 in exam.drawings_of("first").drawn
    for number in range(MAX_WRITERS):
        drawings = exam.drawings_of(f"writer {number}")
        if drawings.digits:
            drawings.add(sent(0))
    assert exam.drawings_of("one too many").digits == ()


def test_what_was_taken_out_leaves_its_place_and_an_exam_can_be_emptied():
    exam = HallExam()
    exam.set_open(True)

    def write(learner: str) -> None:
        for at in range(2):
            exam.drawings_of(learner).add(sent(at))
        exam.update(learner)

    for number in range(QUESTIONS):
        write(f"joker {number}")
        exam.exclude(2 * number)
    assert exam.questions() == []
    write("honest")
    assert len(exam.questions()) == 2, "two hundred that were taken out are in nobody's way"
    exam.empty()
    assert exam.questions() == [] and exam.has_excluded, "who was taken out stays so"
    write("honest")
    exam.exclude(2 * QUESTIONS)  # a click on the sheet of before, which another screen still has
    assert len(exam.questions()) == 2
    exam.exclude(exam.questions()[0].number)
    assert exam.questions() == []


def test_who_was_taken_out_last_is_put_back_first():
    exam = HallExam()
    exam.set_open(True)
    for learner in "abc":
        exam.drawings_of(learner).add(sent(0))
        exam.update(learner)
    exam.exclude(0)
    exam.exclude(2)
    exam.readmit()
    assert numbers(exam) == {1, 2} and exam.has_excluded
    exam.readmit()
    exam.readmit()  # a press that came twice
    assert numbers(exam) == {0, 1, 2} and not exam.has_excluded


def test_who_was_taken_out_writes_nothing_more_into_the_exam():
    """Once, a picture with one pixel more came back, as often as a script sent it."""
    exam = HallExam()
    exam.set_open(True)
    drawings = exam.drawings_of("joker")
    drawings.add(sent(0))
    exam.update("joker")
    exam.exclude(0)
    for index, picture in ((0, FINAL.questions[0][1]), (1, FINAL.questions[0][2])):
        drawings.add(sent(index, picture.tobytes()))
        exam.update("joker")
        assert exam.questions() == [] and exam.is_excluded("joker")
    exam.readmit()
    assert numbers(exam) == {0, 1}


def numbers(exam: HallExam) -> set[int]:
    """The numbers of the questions on the sheet."""
    return {each.number for each in exam.questions()}


def test_nobody_knows_where_on_the_sheet_a_drawing_will_stand():
    """A script wrote there, in letters three questions high."""
    sheets = []
    for _ in range(20):
        exam = HallExam()
        exam.set_open(True)
        for number in range(50):
            drawings = exam.drawings_of(f"{number}")
            for at in range(2):
                drawings.add(sent(at))
            exam.update(f"{number}")
        sheets.append([each.number for each in exam.questions()])
        for ten in range(0, 100, 10):
            assert sorted(sheets[-1][ten : ten + 10]) == list(range(ten, ten + 10))
    assert len(set(map(tuple, sheets))) == 20
    before = sheets[-1]
    for number in range(50):  # whoever writes again, perhaps after a look at the sheet
        exam.drawings_of(f"{number}").add(sent(0, FINAL.questions[0][1].tobytes()))
        exam.update(f"{number}")
    after = [each.number for each in exam.questions()]
    assert after != before and sorted(after) == sorted(before)


def test_an_exam_is_closed_as_the_hall_has_seen_it(monkeypatch):
    """Nobody has seen what is written in the last seconds, and it would appear on the projector."""
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    first, other = (FINAL.questions[0][at].tobytes() for at in range(2))

    def write(exam: HallExam, learner: str, picture: bytes) -> None:
        exam.drawings_of(learner).add(sent(0, picture))
        exam.update(learner)

    def closed(exam: HallExam) -> list[bytes]:
        exam.set_open(False)
        picture = exam.exams["centred"].pictures
        return [picture[at : at + PIXELS] for at in range(0, len(picture), PIXELS)]

    for watched, kept in ((True, [first]), (False, [other, other])):
        exam = HallExam()
        exam.set_open(True)
        write(exam, "joker", first)
        if watched:
            exam.show()
        now[0] += 60.0
        write(exam, "joker", other)
        write(exam, "late", other)
        assert closed(exam) == kept
        exam.set_open(True)
        now[0] += UNSEEN_SECONDS + 0.1
        assert closed(exam) == [other, other], "no sheet hears of it"


def test_the_closed_exam_is_in_the_order_that_the_sheet_has_shown():
    """What was written again in the last seconds had its old picture, but a new place."""
    exam = HallExam()
    exam.set_open(True)
    pictures = [FINAL.questions[0][at].tobytes() for at in range(20)]
    for number, picture in enumerate(pictures[:10]):
        exam.drawings_of(f"{number}").add(sent(0, picture))
        exam.update(f"{number}")
    shown = [question.drawing.centred for question in exam.show()]
    for number, picture in enumerate(pictures[10:]):
        exam.drawings_of(f"{number}").add(sent(0, picture))
        exam.update(f"{number}")
    exam.set_open(False)
    assert exam.exams["centred"].pictures == b"".join(shown)


def test_a_sheet_may_be_shown_while_the_exam_is_emptied():
    """As the lecturer's phone does it while the wall draws."""
    exam, is_done = HallExam(), threading.Event()

    def write_and_empty() -> None:
        for number in range(2_000):
            exam.drawings_of(f"{number}").add(sent(0))
            exam.update(f"{number}")
            if number % 5 == 4:
                exam.empty()
        is_done.set()

    writer = threading.Thread(target=write_and_empty)
    writer.start()
    while not is_done.is_set():
        exam.show()
        exam.set_open(True)
    writer.join()
    assert exam.show() == []
