"""The whole, as a learner meets it: a real server, a real worker, a real Chromium."""

import csv
import io
import os
import re
import shutil
import signal
import sys

import pytest
from playwright.sync_api import Page, expect

from exam.texts import load_texts
from tests.browser import ROOT, open_page, running_server, violations, wait_until_idle
from tests.waiting import is_gone, wait_for

KO, EN = load_texts("ko"), load_texts("en")


def csv_of(page: Page) -> list[dict[str, float]]:
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    text = download.value.path().read_text(encoding="utf-8")
    return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]


def wait_until_drawn(page: Page) -> None:
    page.get_by_role("button", name="CSV").wait_for(timeout=120_000)
    wait_until_idle(page)


def record(page: Page, what: str) -> None:
    """From now on, collect in `window.seen` each new text that the expression `what` gives."""
    page.evaluate(
        """what => {
            window.seen = [];
            const look = () => {
                const text = eval(what);
                const last = window.seen.at(-1);
                if (text && (!last || last.text !== text))
                    window.seen.push({text, at: performance.now()});
                requestAnimationFrame(look);
            };
            look();
        }""",
        what,
    )


# The labels at the tips of the lines say, to a screen reader as well, which epoch is drawn.
TIP = """[...document.querySelectorAll("svg.marks .mark-text text")]
    .map(text => text.getAttribute("aria-label")).join("|")"""


def keep_the_view_once_it_stands(page: Page) -> None:
    """Keep the chart's view in `window.view`, after the style sheet has given it its width."""
    page.wait_for_function(
        """() => {
            const view = document.querySelector("svg.marks");
            window.frames_seen = window.view === view ? window.frames_seen + 1 : 0;
            window.view = view;
            return window.frames_seen > 30;
        }"""
    )


def drawn_epochs(page: Page) -> list[tuple[int, float]]:
    seen = page.evaluate("window.seen")
    found = [(re.search(r" (\d+): ", each["text"]), each["at"]) for each in seen]
    return [(int(match[1]), at) for match, at in found if match]


def test_batch_size_1_overfits_and_says_so(page, server):
    open_page(page, server, "batch_size=1&epochs=100&start=true")
    wait_until_drawn(page)
    alarm = page.get_by_role("alert")
    expect(alarm).to_contain_text("과적합 조짐")
    best = int(re.search(r"(\d+)번째", alarm.inner_text())[1])
    assert 3 <= best <= 20
    said = alarm.inner_text()
    rows = csv_of(page)
    assert len(rows) == 101 and rows[-1]["updates"] == 10_000
    assert rows[-1]["wrong"] == 0 and 20 <= rows[-1]["val_wrong"] <= 27
    assert min(rows[1:], key=lambda row: row["val_loss"])["epoch"] == best
    assert f"{rows[best]['val_loss']:.3f}" in said and f"{rows[-1]['val_loss']:.3f}" in said
    wait_until_idle(page)
    expect(alarm).to_have_text(said)
    expect(page.get_by_text(f"틀린 문항 {rows[0]['wrong']:.0f} → 0개").first).to_be_visible()
    expect(page.locator("svg.marks").get_by_text(f"{best}번째가 최저")).to_be_visible()


def test_batch_size_100_learns_slowly_and_does_not_overfit(page, server):
    open_page(page, server, "batch_size=100&epochs=20&start=true&lang=en")
    wait_until_drawn(page)
    rows = csv_of(page)
    assert 20 <= rows[-1]["wrong"] <= 50 and rows[-1]["updates"] == 20
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_text("20 weight updates").first).to_be_visible()


def test_the_numbers_on_the_page_are_those_of_study(page, server):
    from exam.model.training import study

    open_page(page, server, "batch_size=32&epochs=7&student=5&start=true")
    wait_until_drawn(page)
    rows = csv_of(page)
    marks = study(batch_size=32, epochs=7, student=5)
    for column in ("epoch", "updates", "wrong", "val_wrong", "loss", "val_loss"):
        assert [row[column] for row in rows] == [getattr(mark, column) for mark in marks]


def test_it_is_drawn_epoch_by_epoch_in_one_view(page, server):
    open_page(page, server, "batch_size=10&epochs=20&student=2")
    wait_until_idle(page)
    keep_the_view_once_it_stands(page)
    record(page, TIP)
    page.get_by_role("button", name=KO.start).click()
    wait_until_drawn(page)
    epochs, times = zip(*drawn_epochs(page), strict=True)
    assert list(epochs) == sorted(set(epochs)), "an epoch was drawn twice or went backwards"
    assert {0, 20} < set(epochs) and len(epochs) > 12
    assert 1.5 < (times[-1] - times[0]) / 1000 < 6.5
    assert page.evaluate("window.view === document.querySelector('svg.marks')")


def test_a_warning_comes_while_the_study_runs(page, server):
    open_page(page, server, "batch_size=1&epochs=200&student=3")
    wait_until_idle(page)
    page.get_by_role("button", name=KO.start).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name=KO.stop)).to_be_visible()
    expect(page.get_by_role("button", name="CSV")).to_have_count(0)
    wait_until_drawn(page)


def test_the_rest_at_once(page, server):
    open_page(page, server, "batch_size=100&epochs=200&student=4")
    wait_until_idle(page)
    record(page, TIP)
    page.get_by_role("button", name=KO.start).click()
    page.get_by_role("button", name=KO.show_rest).click()
    wait_until_drawn(page)
    epochs, _ = zip(*drawn_epochs(page), strict=True)
    assert epochs[-1] == 200 and len(epochs) < 40
    assert len(csv_of(page)) == 201


@pytest.mark.parametrize("how", ["stop", "slider"])
def test_stopping_keeps_what_was_drawn_and_says_so(page, server, how):
    open_page(page, server, "batch_size=10&epochs=200&student=6")
    wait_until_idle(page)
    page.get_by_role("button", name=KO.start).click()
    expect(page.get_by_text(re.compile(r"200번 중 \d\d번 풀었어요")).first).to_be_visible()
    if how == "stop":
        page.get_by_role("button", name=KO.stop).click()
    else:
        page.get_by_role("slider", name=KO.batch_size).press("ArrowRight")
    stopped = page.get_by_text(re.compile(r"200번 중 \d+번째에서 그리기를 멈췄어요")).first
    expect(stopped).to_be_visible()
    wait_until_idle(page)
    rows = csv_of(page)
    assert 10 < len(rows) < 201
    assert f"중 {len(rows) - 1}번째" in stopped.inner_text()
    expect(page.get_by_role("button", name=KO.stop)).to_have_count(0)


def test_a_switch_of_language_or_theme_loses_nothing(page, server):
    open_page(page, server, "batch_size=1&epochs=30&start=true")
    expect(page.get_by_text(re.compile(r"30번 중 \d+번 풀었어요")).first).to_be_visible()
    page.get_by_text(EN.language, exact=True).click()
    expect(page.get_by_role("heading", name=EN.title)).to_be_visible()
    wait_until_drawn(page)
    expect(page.get_by_role("alert")).to_contain_text("A sign of overfitting")
    rows = csv_of(page)
    assert len(rows) == 31
    assert "lang=en" in page.url
    page.get_by_text(KO.language, exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("과적합 조짐")
    assert csv_of(page) == rows
    page.emulate_media(color_scheme="dark")
    expect(page.locator("[data-testid='stApp']")).to_have_css("color-scheme", "dark")
    expect(page.get_by_role("alert")).to_contain_text("과적합 조짐")
    assert csv_of(page) == rows


def test_english_is_english(page, server):
    open_page(page, server, "batch_size=1&epochs=20&lang=en&start=true&student=3")
    wait_until_drawn(page)
    page.get_by_role("button", name=EN.start).click()
    wait_until_drawn(page)
    text = page.locator("body").inner_text().replace(KO.language, "")
    charts = page.locator("svg.marks").evaluate_all("all => all.map(svg => svg.outerHTML).join()")
    assert not re.search("[가-힣]", text + charts)


def test_start_begins_once_a_load(page, server):
    open_page(page, server, "batch_size=100&epochs=2&start=true")
    wait_until_drawn(page)
    record(page, TIP)
    page.get_by_role("slider", name=KO.epochs).press("ArrowRight")
    page.get_by_text(EN.language, exact=True).click()
    expect(page.get_by_role("heading", name=EN.title)).to_be_visible()
    wait_until_idle(page)
    assert {epoch for epoch, _ in drawn_epochs(page)} == {2}
    page.reload()
    wait_until_drawn(page)
    assert len(csv_of(page)) == 4  # the address had followed the slider


def test_quick_picks_the_living_line_and_the_sum(page, server):
    open_page(page, server)
    wait_until_idle(page)
    expect(page.get_by_text("model.fit(x, y, batch_size=10, epochs=20)")).to_be_visible()
    for pick, total in (("1", "100 × 20 = 2,000번"), ("32", "4 × 20 = 80번"), ("100", "1 × 20")):
        page.get_by_role("radio", name=pick, exact=True).click()
        line = f"model.fit(x, y, batch_size={pick}, epochs=20)"
        expect(page.get_by_text(line)).to_be_visible()
        expect(page.get_by_text(total)).to_be_visible()
        expect(page).to_have_url(re.compile(f"batch_size={pick}$"))
    page.get_by_role("radio", name="32", exact=True).click()
    expect(page.get_by_text("100 = 32+32+32+4 →")).to_be_visible()
    page.get_by_role("radio", name="10", exact=True).click()
    expect(page).to_have_url(server.url)  # a default leaves the address


def test_up_to_three_earlier_runs_stay_and_can_be_cleared(page, server):
    open_page(page, server, "epochs=3")
    wait_until_idle(page)
    for pick in ("1", "10", "32", "100"):
        page.get_by_role("radio", name=pick, exact=True).click()
        expect(page.get_by_text(f"batch_size={pick},")).to_be_visible()
        page.get_by_role("button", name=KO.start).click()
        expect(page.get_by_role("button", name=KO.stop)).to_be_visible()
        wait_until_drawn(page)
    chart = page.locator("svg.marks")
    for pick in ("1", "10", "32"):
        expect(chart.get_by_text(f"배치 {pick}", exact=True)).to_have_count(2)  # one a panel
    expect(chart.get_by_text("배치 100", exact=True)).to_have_count(0)
    page.get_by_role("button", name=KO.clear).click()
    expect(chart.get_by_text("배치 1", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="CSV")).to_be_visible()


WRONG = {
    "batch_size=abc": "batch_size",
    "batch_size=0": "batch_size",
    "epochs=-1": "epochs",
    "epochs=1e9": "epochs",
    "batch_size=20.5": "batch_size",
    "epochs=": "epochs",
    "epochs=30&epochs=40": "epochs",
    "student=" + "7" * 10_000: "student",
    "student=%3Cscript%3Ealert(1)%3C/script%3E": "student",
    "lang=%3Cb%3E": "lang",
    "start=1": "start",
}


@pytest.mark.parametrize("query", WRONG, ids=lambda query: query[:24])
def test_wrong_parameters_open_the_default_with_a_hint(page, server, query):
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    open_page(page, server, query)
    expect(page.get_by_test_id("stAlertContainer")).to_contain_text(WRONG[query])
    sliders = [page.get_by_role("slider", name=name) for name in (KO.batch_size, KO.epochs)]
    assert [slider.input_value() for slider in sliders] == ["10", "20"]
    expect(page.get_by_role("button", name=KO.start)).to_be_enabled()


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_screen_fits_and_axe_finds_nothing(page, server, lang, scheme):
    page.emulate_media(color_scheme=scheme)
    open_page(page, server, f"embed=true&batch_size=1&epochs=100&lang={lang}")
    wait_until_idle(page)
    assert violations(page) == []
    page.get_by_role("button", name=load_texts(lang).start).click()
    wait_until_drawn(page)
    say = load_texts(lang)
    shown = [
        page.get_by_role("heading", name=say.title),
        page.get_by_role("slider", name=say.batch_size),
        page.get_by_role("slider", name=say.epochs),
        page.get_by_role("radio", name="100", exact=True),
        page.get_by_role("button", name=say.start),
        page.get_by_text("model.fit(x, y, batch_size=1, epochs=100)"),
        page.get_by_text("100 = 1+1+"),
        page.locator("svg.marks"),
        page.get_by_role("alert"),
    ]
    for element in shown:
        box = element.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 900, element
        assert box["y"] >= 0 and box["y"] + box["height"] <= 700, element
    assert violations(page) == []


def test_by_keyboard_alone(page, server):
    open_page(page, server, "epochs=2&student=7")
    wait_until_idle(page)
    visited = []
    for _ in range(30):
        page.keyboard.press("Tab")
        visited.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        if visited[-1] == KO.batch_size:
            page.keyboard.press("End")
        if (
            page.evaluate(
                "document.activeElement.matches('button') && document.activeElement.innerText"
            )
            == KO.start
        ):
            break
    order = [visited.index(label) for label in (KO.batch_size, KO.epochs, KO.student)]
    assert order == sorted(order)
    expect(page.get_by_text("batch_size=100, epochs=2")).to_be_visible()
    page.keyboard.press("Enter")
    wait_until_drawn(page)
    assert csv_of(page)[-1]["updates"] == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")
def test_keras_lives_in_the_worker_alone(page, server):
    open_page(page, server, "epochs=1&start=true")
    wait_until_drawn(page)
    maps = lambda pid: open(f"/proc/{pid}/maps").read()  # noqa: E731, SIM115
    assert "tensorflow" not in maps(server.pid)
    assert "tensorflow" in maps(server.worker().pid)


def test_a_worker_killed_in_the_middle_is_one_polite_line(page, server):
    open_page(page, server, "batch_size=1&epochs=200&student=8")
    wait_until_idle(page)
    before = server.worker()
    page.get_by_role("button", name=KO.start).click()
    expect(page.get_by_text(re.compile(r"200번 중 \d+번 풀었어요")).first).to_be_visible()
    before.kill()
    expect(page.get_by_text(KO.interrupted).first).to_be_visible()
    wait_until_drawn(page)
    expect(page.get_by_text(KO.interrupted)).to_have_count(0)
    assert len(csv_of(page)) == 201
    assert server.worker().pid != before.pid
    wait_for(lambda: "ended" in server.log.read_text())


def copy_of_the_project(folder):
    for part in ("exam", "assets", ".streamlit"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "streamlit_app.py", folder)
    return folder


def test_broken_exams_are_a_polite_sentence_and_a_line_in_the_log(page, tmp_path):
    project = copy_of_the_project(tmp_path / "project")
    file = project / "assets" / "exams.npz"
    file.write_bytes(file.read_bytes()[:100_000])
    with running_server(tmp_path / "log.txt", project) as server:
        open_page(page, server, "batch_size=32&start=true")
        expect(page.get_by_text(KO.trouble_exams).first).to_be_visible()
        assert page.get_by_role("slider", name=KO.batch_size).input_value() == "32"
        wait_for(lambda: "checksum" in server.log.read_text())
        page.get_by_text(EN.language, exact=True).click()
        expect(page.get_by_text(EN.trouble_exams).first).to_be_visible()


def test_loading_is_said_and_the_study_then_begins_by_itself(page, tmp_path):
    with running_server(tmp_path / "log.txt") as server:
        open_page(page, server, "epochs=2&start=true")
        expect(page.get_by_text(re.compile("Keras를 불러오고 있어요")).first).to_be_visible()
        wait_until_drawn(page)
        assert len(csv_of(page)) == 3


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_the_server(page, tmp_path, how):
    with running_server(tmp_path / "log.txt") as server:
        open_page(page, server)
        worker = wait_for(server.worker)
        server.stop(how)
        wait_for(lambda: is_gone(worker))
        page.goto("about:blank")
