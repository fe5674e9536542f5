"""Every chapter as a learner goes through it: guess, experiment, result; and its numbers again
in NumPy."""

import re
from collections import defaultdict

import numpy as np
import psutil
import pytest
from playwright.sync_api import Locator, Page, expect

from exam.lesson import CHAPTERS
from exam.texts import load_texts
from exam.model.workbooks import misprint, misprinted_questions, open_workbook
from tests.browser import open_page, wait_until_idle
from tests.numpy_student import EXAMS, Student, X, Y, never_practised, order_of, passes
from tests.test_browser import TIP, drawn_epochs, record, wait_until_drawn
from tests.waiting import wait_for

KO, EN = load_texts("ko"), load_texts("en")
NAMES = list(CHAPTERS)
VAL_X, VAL_Y = never_practised("unseen")


def numbers(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def open_chapter(page: Page, name: str, words=KO) -> Locator:
    """Open a chapter of the page that is on the screen; returns what is within it."""
    title = getattr(words, name).title
    page.locator("summary", has_text=title).click()
    chapter = page.locator("details", has_text=title)
    chapter.locator("[data-testid='stExpanderDetails'] p").first.wait_for()
    wait_until_idle(page)
    return chapter


def close_chapter(page: Page, chapter: Locator) -> None:
    chapter.locator("summary").click()
    expect(chapter.locator("[data-testid='stExpanderDetails'] p")).to_have_count(0)
    wait_until_idle(page)


def begin(chapter: Locator, say, choice: int | None = 0) -> None:
    """Guess, where there is something to guess, and press."""
    button = chapter.get_by_role("button", name=say.press)
    if choice is not None:
        expect(button).to_be_disabled()
        chapter.locator("[data-baseweb='radio'], [role='radiogroup'] label").nth(choice).click()
    expect(button).to_be_enabled()
    button.click()


def find_out(page: Page, chapter: Locator, say, choice: int | None = 0, words=KO) -> str:
    """Guess, press, and wait for what was measured; returns the sentence."""
    begin(chapter, say, choice)
    expect(chapter.get_by_role("button", name=words.again)).to_be_visible(timeout=120_000)
    wait_until_idle(page)
    conclusion = chapter.locator("[class*='_conclusion']")
    if choice is not None:
        expect(conclusion).to_contain_text(words.your_guess)
        expect(conclusion).to_contain_text(say.choices[choice])
    expect(conclusion).to_contain_text(say.rule.replace("`", ""))
    sentence = conclusion.get_by_text(words.measured).locator("xpath=../following-sibling::p[1]")
    return sentence.inner_text()


def result_of(page: Page, server, name: str, choice: int | None = 0, query: str = "") -> str:
    open_page(page, server, query)
    wait_until_idle(page)
    return find_out(page, open_chapter(page, name), getattr(KO, name), choice)


def expect_numbers(text: str, wanted: list[float], within: float) -> None:
    assert numbers(text) == pytest.approx(wanted, abs=within), text


def last_of(students) -> Student:
    for student in students:  # noqa: B007 – the same student, further on
        pass
    return student


def val_wrong(student: Student) -> float:
    return student.wrong(VAL_X, VAL_Y) / 10


def test_sheet_is_marked_pass_by_pass_and_says_what_is_under_the_pointer(page, server):
    from exam.model.training import study

    open_page(page, server, "epochs=8&student=3&start=true")
    wait_until_drawn(page)
    chapter = open_chapter(page, "sheet")
    marks = study(batch_size=10, epochs=8, student=3)
    scrub = chapter.get_by_role("slider", name=KO.sheet_pass)
    look = chapter.get_by_role("slider", name=KO.sheet_question)
    circles = chapter.locator("svg.marks .mark-symbol path[stroke='#c1121f']")
    strokes = "all => all.filter(e => !/A/.test(e.getAttribute('d'))).length"
    for epoch in (8, 1, 0):
        scrub.fill(str(epoch))
        look.fill("37")
        mark = marks[epoch]
        expect(circles).to_have_count(100)
        wait_for(lambda wrong=mark.wrong: circles.evaluate_all(strokes) == wrong)
        answer, sure = mark.answers[36], int(mark.sure[72:74])
        said = f"{KO.sheet_key} {Y[36]} · {KO.sheet_answer} {answer}"
        expect(chapter.locator("svg.marks")).to_contain_text(said)
        expect(chapter.locator("svg.marks")).to_contain_text(KO.sheet_sure(sure=sure))
    counts = {"epoch": 8, "right": 100 - marks[8].wrong, "wrong": marks[8].wrong}
    alt = KO.sheet.sheet_alt(**counts)
    expect(chapter.get_by_label(alt, exact=True)).to_be_attached()
    chapter.locator("svg.marks").scroll_into_view_if_needed()

    def pointed_at(column: int, row: int) -> str:
        paper = chapter.locator("svg.marks").bounding_box()  # which may still find its place
        page.mouse.move(paper["x"] + 28 + 36 * column, paper["y"] + 30 + 36 * row)
        return look.input_value()

    wait_for(lambda: pointed_at(column=2, row=3) == "33")
    paper = chapter.locator("svg.marks").bounding_box()
    expect(chapter.locator("svg.marks")).to_contain_text(f"{KO.sheet_key} {Y[32]} ·")
    said = chapter.locator("svg.marks .mark-text text").all_text_contents()
    for x, y in ((3, 3), (paper["width"] / 2, paper["height"] - 20), (40, paper["height"] - 40)):
        page.mouse.move(paper["x"] + x, paper["y"] + y)  # where no question is, that one stays
        page.wait_for_function("() => new Promise(r => requestAnimationFrame(() => r(true)))")
        assert chapter.locator("svg.marks .mark-text text").all_text_contents() == said


def test_without_a_key_nothing_is_learnt_that_helps_elsewhere(page, server):
    text = result_of(page, server, "sheet", choice=2)
    key = Y.copy()
    key[:100] = open_workbook("shuffled_key").key[:100]
    without = last_of(passes(1, 10, 50, key=key))
    wrong = without.wrong(X[:100], key[:100])
    with_key = last_of(passes(1, 10, 50))
    expect_numbers(text, [50, wrong, 100, val_wrong(without), 90, val_wrong(with_key)], 0.7)


def test_first_pass(page, server):
    text = result_of(page, server, "first_pass", choice=2)
    alike = open_workbook("look_alikes").practised_questions
    wrong = {}
    for batch_size in (1, 10):
        solved: dict[int, int] = {}
        last_of(passes(1, batch_size, 1, questions_of=lambda epoch: alike, solved=solved))
        wrong[batch_size] = sum(solved[question] != Y[question] for question in alike.tolist())
    rates = {}
    for batch_size in (1, 10, 100):
        counts = np.zeros(10)
        for number in range(1, 11):
            solved, met = {}, defaultdict(int)
            last_of(passes(number, batch_size, 1, solved=solved))
            for question in order_of(number, 0):
                counts[met[Y[question]]] += solved[question] != Y[question]
                met[Y[question]] += 1
        rates[batch_size] = counts  # of 100 answers: ten digits, ten students
    lasts = [x for size in (1, 10, 100) for x in (size, rates[size][-1])]
    expect_numbers(text, [10, wrong[1], wrong[10], *lasts, 1, rates[1][0]], 1.1)


def test_batch_sizes_by_passes_and_by_updates(page, server):
    text = result_of(page, server, "batch_sizes", choice=3, query="batch_size=7")
    marks = {
        size: [student.wrong(X[:100], Y[:100]) for student in passes(1, size, 20)]
        for size in (1, 7, 10, 100)
    }
    found = numbers(text)
    assert found[:7] == pytest.approx([20, 1, marks[1][20], 100, marks[100][20], 2000, 20], abs=1)
    assert found[7:12] == pytest.approx([20, 10, marks[10][2], 100, marks[100][20]], abs=1)
    chapter = page.locator("details", has_text=KO.batch_sizes.title)
    rows = chapter.get_by_role("row").all_inner_texts()[1:]
    assert [numbers(row)[:3] for row in rows] == [
        [size, size, 20 * -(-100 // size)] for size in (1, 7, 10, 32, 100)
    ]
    assert numbers(rows[1])[4] == pytest.approx(marks[7][20], abs=1)
    first, last = numbers(rows[0]), numbers(rows[-1])
    assert found[-1] == pytest.approx(first[3] / last[3], rel=0.25)  # of the rounded seconds
    view = chapter.locator("svg.marks").text_content()
    chapter.get_by_text(KO.batch_sizes.by_update, exact=True).click()
    expect(chapter.locator("svg.marks")).to_contain_text("1,000")
    assert "1,000" not in view


def test_repetition_helps_less_and_less(page, server):
    text = result_of(page, server, "repetition", choice=2)
    wrong = [student.wrong(X[:100], Y[:100]) for student in passes(1, 10, 40)]
    until = {n: next(i for i, each in enumerate(wrong) if each <= n) for n in (50, 5, 0)}
    wanted = [10, 5, wrong[0] - wrong[5], 5, wrong[5] - wrong[10], 50, until[50], until[0]]
    expect_numbers(text, wanted, 1)
    rows = page.locator("details", has_text=KO.repetition.title).get_by_role("row")
    assert numbers(rows.nth(2).inner_text()) == pytest.approx([10, *until.values()], abs=1)


def test_a_class_of_thirty(page, server):
    text = result_of(page, server, "students", choice=1, query="student=5")
    five, end = {}, {}
    for number in range(1, 31):
        for epoch, student in enumerate(passes(number, 10, 20)):
            if epoch == 5:
                five[number] = student.wrong(X[:100], Y[:100])
        end[number] = val_wrong(student)
    found = numbers(text)
    fewest, most, epochs = found[3:6]
    assert (found[:2], epochs) == ([30, 10], 20)
    assert (fewest, most) == pytest.approx((min(five.values()), max(five.values())), abs=1)
    best, val_best, worst, val_worst, own, val_own = found[6:]
    assert val_best == pytest.approx(end[best], abs=0.3) and val_best <= min(end.values()) + 0.3
    assert val_worst == pytest.approx(end[worst], abs=0.3) and val_worst >= max(end.values()) - 0.3
    assert own == 5 and val_own == pytest.approx(end[5], abs=0.3)
    label = page.locator("details", has_text=KO.students.title).locator("svg.marks")
    expect(label).to_contain_text(KO.students.own(student=5))


def test_twenty_exams_once_beat_one_exam_twenty_times(page, server):
    text = result_of(page, server, "twenty_exams", choice=0)
    once = [val_wrong(last_of(passes(number, 10, 1))) for number in range(1, 11)]
    one = [val_wrong(last_of(passes(number, 10, 20))) for number in range(1, 11)]
    twenty = [
        val_wrong(
            last_of(passes(n, 10, 20, questions_of=lambda e: np.arange(100 * e, 100 * e + 100)))
        )
        for n in range(1, 11)
    ]
    better = sum(b < a for a, b in zip(one, twenty, strict=True))
    wanted = [200, 10, 1, 20, np.mean(one), 20, np.mean(twenty), 1, np.mean(once)]
    wanted += [10, better, 20]
    expect_numbers(text, wanted, 0.3)


def test_sureness_of_wrong_answers_rises(page, server):
    text = result_of(page, server, "sureness", choice=2)
    wanted = {}
    for size in (1, 10):
        losses, sure, wrong = [], [], []
        for student in passes(1, size, 200):
            losses.append(student.loss(VAL_X, VAL_Y))
            sure.append(student.sure_when_wrong(VAL_X, VAL_Y))
            wrong.append(val_wrong(student))
        best = 1 + int(np.argmin(losses[1:]))
        wanted[size] = best, losses, sure, wrong
    found = numbers(text)
    best, losses, sure, wrong = wanted[10]
    assert found[1] == pytest.approx(best, abs=4)
    assert [found[2], found[4]] == pytest.approx([losses[best], losses[-1]], abs=0.02)
    assert found[5:7] == pytest.approx([wrong[best], wrong[-1]], abs=0.6)
    assert found[7:9] == pytest.approx([sure[best], sure[-1]], abs=2)
    best, losses, sure, wrong = wanted[1]
    assert found[10] == pytest.approx(best, abs=2)
    assert found[13:15] == pytest.approx([sure[best], sure[-1]], abs=3)
    chapter = page.locator("details", has_text=KO.sureness.title)
    bets = chapter.get_by_text(re.compile(r"\d+원 → \d+원")).all_inner_texts()
    assert len(bets) == 3 and all(numbers(bet)[0] < numbers(bet)[1] for bet in bets)
    expect(chapter.locator("img.question")).to_have_count(3)


def test_the_pianist_forgets_the_other_pieces(page, server):
    text = result_of(page, server, "pianist", choice=2)
    low = open_workbook("pianist_0_to_4").practised_questions
    curves = {}
    for name, piece in (("any", np.arange(100)), ("low", low)):

        def questions_of(epoch, piece=piece):
            exam = 100 * (epoch % 20)
            return np.arange(exam, exam + 100) if epoch < 100 else piece

        studies = []
        for number in range(1, 5):
            rows = []
            for epoch, student in enumerate(passes(number, 10, 200, questions_of=questions_of)):
                if epoch in (100, 105, 200):
                    rows.append(
                        (
                            student.wrong(X[piece], Y[piece]),
                            val_wrong(student),
                            student.loss(VAL_X, VAL_Y),
                        )
                    )
            studies.append(rows)
        curves[name] = np.mean(studies, axis=0)
    (before, _, after), low_curve = curves["any"], curves["low"]
    found = numbers(text)
    assert (found[0], found[3]) == (4, 100)
    assert found[4:6] == pytest.approx([before[0], after[0]], abs=0.6)
    assert found[6:8] == pytest.approx([before[1], after[1]], abs=0.4)
    assert found[8:10] == pytest.approx([before[2], after[2]], abs=0.02)
    assert found[12] == pytest.approx(low_curve[1][1], abs=0.5)
    assert found[14] == pytest.approx(low_curve[2][1], abs=0.7)
    assert found[6] < found[7] < found[14]


def test_the_final_exam_is_opened_after_the_stop_is_chosen(page, server):
    open_page(page, server)
    wait_until_idle(page)
    chapter = open_chapter(page, "final_exam")
    stop = chapter.get_by_role("slider", name=KO.final_exam.question)
    expect(stop).to_be_visible(timeout=60_000)
    expect(chapter.get_by_text("번째가 최저")).to_have_count(0)  # no hint at the automatic stop
    stop.press("Home")
    for _ in range(8):
        stop.press("ArrowRight")
    wait_until_idle(page)
    text = find_out(page, chapter, KO.final_exam, choice=None)
    expect(chapter.locator("[class*='_conclusion']")).to_contain_text("9번째에서 멈추기")
    final_x, final_y = never_practised("final")
    scores = {"own": [], "automatic": [], "last": []}
    for number in range(1, 11):
        best, lowest, waited, stopped = None, np.inf, 0, False
        for epoch, student in enumerate(passes(number, 1, 40)):
            score = student.wrong(final_x, final_y) / 10, student.loss(final_x, final_y)
            val_loss = student.loss(VAL_X, VAL_Y)
            if epoch and not stopped:  # as EarlyStopping(patience=5, restore_best_weights=True)
                waited += 1
                if val_loss < lowest:
                    best, lowest, waited = score, val_loss, 0
                stopped = waited >= 5
            if epoch == 9:
                scores["own"].append(score)
        scores["automatic"].append(best)
        scores["last"].append(score)
    means = {name: np.mean(rows, axis=0) for name, rows in scores.items()}
    found = numbers(text)
    assert found[1:4] == pytest.approx([means[stop][0] for stop in scores], abs=0.3)
    assert found[6:9] == pytest.approx([means[stop][1] for stop in scores], abs=0.02)
    assert found[9] == 10
    rows = chapter.get_by_role("row").all_inner_texts()[1:]
    for row, name in zip(rows, scores, strict=True):
        assert numbers(row)[-2:] == pytest.approx(list(means[name]), abs=0.3)
    page.get_by_role("slider", name=KO.student).press("ArrowRight")  # another one practises
    wait_until_idle(page)
    expect(chapter.locator("[class*='_conclusion']")).to_contain_text("9번째에서 멈추기")


def test_misprints_are_learnt_too(page, server):
    open_page(page, server, "student=4")
    wait_until_idle(page)
    chapter = open_chapter(page, "misprints")
    chapter.get_by_role("slider", name=KO.misprints.how_many).press("ArrowRight")
    wait_until_idle(page)
    text = find_out(page, chapter, KO.misprints, choice=1)
    key = Y.copy()
    key[:100] = misprint(EXAMS.mock.answers[0], 11)
    latest = np.full(100, -1)
    for epoch, student in enumerate(passes(4, 10, 60, key=key)):
        latest[student.sure(X[:100]).argmax(axis=1) != key[:100]] = epoch
    last_eleven = np.argsort(-latest, kind="stable")[:11]
    among = len(set(last_eleven.tolist()) & set(misprinted_questions(11).tolist()))
    without = val_wrong(last_of(passes(4, 10, 60)))
    wanted = [11, 60, student.wrong(X[:100], key[:100]), without, val_wrong(student), 11, among]
    expect_numbers(text, wanted, 1.1)
    rows = [numbers(row) for row in chapter.get_by_role("row").all_inner_texts()[1:]]
    assert [row[0] for row in rows] == [0, 10, 11, 20, 30]
    assert all(row[1] == 0 for row in rows)
    assert rows[0][2] < rows[1][2] < rows[3][2] < rows[4][2]
    dashed = chapter.locator("svg.marks path[stroke-dasharray='3,2']")
    expect(dashed).to_have_count(0)
    chapter.get_by_text(KO.misprints.reveal).click()
    expect(dashed).to_have_count(11)


def test_every_question_has_its_answer_and_the_code_is_that_of_the_study(page, server):
    open_page(page, server, "batch_size=32&epochs=3&student=2")
    wait_until_idle(page)
    chapter = open_chapter(page, "questions")
    for asked in KO.questions.asked:
        expect(chapter.get_by_text(asked)).to_be_visible()
    expect(chapter.get_by_text("BATCH_SIZE, EPOCHS, STUDENT = 32, 3, 2")).to_be_visible()


def test_all_chapters_in_english_one_after_another(page, server):
    open_page(page, server, "lang=en&epochs=3&start=true")
    wait_until_drawn(page)
    processes = [psutil.Process(server.pid), server.worker()]
    before = sum(process.memory_info().rss for process in processes)
    for name in NAMES:
        say, chapter = getattr(EN, name), open_chapter(page, name, EN)
        if hasattr(say, "press"):
            choice = 0 if hasattr(say, "choices") else None
            text = find_out(page, chapter, say, choice, EN)
            assert len(numbers(text)) >= 5 and not re.search("[가-힣*{}]|nan", text), text
        assert not re.search("[가-힣]", chapter.inner_text())
    opened = page.locator("details[open]")
    expect(opened).to_have_count(len(NAMES))
    grown = sum(process.memory_info().rss for process in processes) - before
    assert grown < 100e6, f"all chapters took {grown / 1e6:.0f} MB"


def test_a_closed_chapter_costs_no_study_and_no_chart(page, server):
    open_page(page, server)
    wait_until_idle(page)
    expect(page.locator("svg.marks")).to_have_count(1)
    expect(page.locator("summary")).to_have_count(len(NAMES) + 1)  # and the share box
    assert page.get_by_role("radio", name=KO.sheet.choices[0]).count() == 0


def test_a_press_shows_its_first_pass_while_a_class_of_thirty_studies(page, server, browser):
    other = browser.new_page(locale="ko-KR")

    def milliseconds_to_first_pass(batch_size: int, student: int) -> float:
        open_page(page, server, f"batch_size={batch_size}")
        wait_until_idle(page)
        open_page(other, server, f"student={student}")
        wait_until_idle(other)
        record(other, TIP)
        chapter = open_chapter(page, "students")
        begin(chapter, KO.students)
        expect(chapter.get_by_text(re.compile(r"30개 가운데 [1-9]\d*개")).first).to_be_visible()
        start = other.get_by_role("button", name=KO.start)
        start.evaluate("b => b.addEventListener('click', () => window.at = performance.now())")
        start.click()
        wait_for(lambda: any(epoch >= 1 for epoch, _ in drawn_epochs(other)))
        first = next(time for epoch, time in drawn_epochs(other) if epoch >= 1)
        is_running = chapter.get_by_role("button", name=KO.again).count() == 0
        wait_until_drawn(other)
        expect(chapter.get_by_role("button", name=KO.again)).to_be_visible(timeout=120_000)
        took = first - other.evaluate("window.at")
        print(f"press → first pass: {took:.0f} ms, while the class {is_running=}")
        return took if is_running else np.inf

    # Two Chromiums on the same cores, and others use the machine as well.
    assert any(milliseconds_to_first_pass(*who) < 1000 for who in ((3, 17), (4, 18), (2, 19)))
    other.close()


def test_a_slider_moved_during_an_experiment_harms_nobody(page, server):
    open_page(page, server, "batch_size=4")
    wait_until_idle(page)
    chapter = open_chapter(page, "students")
    begin(chapter, KO.students)
    expect(chapter.get_by_text(re.compile(r"30개 가운데 [1-9]")).first).to_be_visible()
    for _ in range(3):
        page.get_by_role("slider", name=KO.batch_size).press("ArrowRight")
    expect(page.get_by_text("batch_size=7,")).to_be_visible()
    expect(chapter.get_by_role("button", name=KO.again)).to_be_visible(timeout=120_000)
    expect(chapter.locator("[class*='_conclusion']")).to_contain_text("배치 4")


def test_an_experiment_and_a_study_at_the_same_time(page, server):
    open_page(page, server, "batch_size=6&epochs=30")
    wait_until_idle(page)
    chapter = open_chapter(page, "twenty_exams")
    page.get_by_role("button", name=KO.start).click()
    begin(chapter, KO.twenty_exams)
    expect(chapter.get_by_role("button", name=KO.again)).to_be_visible(timeout=120_000)
    wait_until_drawn(page)
    expect(page.get_by_text("가중치 갱신 510번").first).to_be_visible()


def test_a_guess_can_be_made_again(page, server):
    measured = result_of(page, server, "twenty_exams", choice=0)
    chapter = page.locator("details", has_text=KO.twenty_exams.title)
    figure = chapter.get_by_test_id("stVegaLiteChart").and_(chapter.get_by_label(measured))
    figure.wait_for()  # it is drawn once more, with that said
    chapter.get_by_role("button", name=KO.again).click()
    wait_until_idle(page)
    expect(chapter.get_by_role("radio", name=KO.twenty_exams.choices[0])).not_to_be_checked()
    find_out(page, chapter, KO.twenty_exams, choice=1)


def test_worker_killed_during_an_experiment(page, server):
    open_page(page, server, "batch_size=2&student=6")
    wait_until_idle(page)
    chapter = open_chapter(page, "students")
    begin(chapter, KO.students)
    expect(chapter.get_by_text(re.compile(r"30개 가운데 [1-9]")).first).to_be_visible()
    server.worker().kill()
    expect(chapter.get_by_text(re.compile("초째예요"))).to_be_visible()
    expect(chapter.get_by_role("button", name=KO.again)).to_be_visible(timeout=120_000)
