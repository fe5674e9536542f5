"""The page as Streamlit runs it, without a browser: state that reruns must not lose, and faults."""

import gc
import itertools
import logging

import pytest
from streamlit.testing.v1 import AppTest

from exam.model.plan import Plan, Study
from exam.model.results import Mark
from exam.page import sentences, visit
from exam.service import job_queue
from exam.service.scheduler import get_scheduler
from exam.texts import load_texts
from tests.browser import ROOT
from tests.scripted import MEASURED
from tests.waiting import wait_for

KO, EN = load_texts("ko"), load_texts("en")


@pytest.fixture
def app():
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)


# After a press, AppTest knows of the study alone, which has run; so the page is run again.


def texts(app: AppTest) -> str:
    shown = [*app.markdown, *app.warning, *app.info, *app.error]
    return "\n".join([*(each.value for each in shown), *(e.proto.body for e in app.get("html"))])


def test_the_first_screen(app):
    app.run()
    assert not app.exception and not app.error
    assert app.title[0].value == KO.title
    assert [(s.key, s.min, s.max, s.value) for s in app.slider] == [
        ("batch_size", 1, 100, 10),
        ("epochs", 1, 200, 20),
    ]
    assert app.selectbox(key="student").options == [str(number) for number in range(1, 31)]
    assert app.button(key="start").label == "학습 시작"
    assert KO.ready in texts(app)


def test_a_slider_that_is_moved_before_the_study_was_drawn_draws_the_page(tmp_path):
    """A run is broken off where another one is asked for, as when a lost line is back."""
    script = (ROOT / "streamlit_app.py").read_text()
    study = "    fragment(show_study, key=STUDY)(visit, texts)\n"
    assert script.count(study) == 1
    broken_off = """    if "has_run" not in st.session_state:
        st.session_state.has_run = True
        st.stop()
"""
    (tmp_path / "streamlit_app.py").write_text(script.replace(study, broken_off + study))
    app = AppTest.from_file(str(tmp_path / "streamlit_app.py"), default_timeout=120).run()
    assert KO.ready not in texts(app)
    app.slider(key="batch_size").set_value(32).run()
    assert not app.exception and not app.error
    assert KO.ready in texts(app)


def test_a_study_is_kept_by_its_settings_and_not_by_its_results(app):
    get_scheduler().fetch(Plan(10, 1), 3, 180)  # Keras has loaded
    app.query_params["epochs"] = "3"
    app.run()
    app.button(key="start").click().run()
    app.run()
    assert not app.exception and not app.error and KO.ready not in texts(app)
    assert app.session_state.visit.studies == [Study(Plan(10, 1), 3)]
    app.slider(key="batch_size").set_value(32).run()
    app.run()
    assert "새 설정(배치 사이즈 32" in texts(app)
    app.button(key="start").click().run()
    app.run()
    app.button(key="start").click().run()  # the same again replaces it
    app.run()
    assert app.session_state.visit.studies == [Study(Plan(10, 1), 3), Study(Plan(32, 1), 3)]
    assert app.session_state.visit.presses == 3


def test_every_warning_is_shown_however_often_it_is_taken_back(app):
    """The last of four updates of a pass comes from one question, which makes the loss jump."""
    app.query_params.update(batch_size="33", student="8", epochs="200", start="true")
    marks = get_scheduler().fetch(Plan(33, 8), 200, 60)
    app.run()
    expected = [each.text for each in sentences.warnings(marks, KO)]
    assert len(expected) > 5 and [each.value for each in app.warning] == expected


def test_a_visit_holds_no_results_that_the_scheduler_has_let_go(app, monkeypatch):
    app.query_params["epochs"] = "7"
    app.query_params["student"] = "29"
    app.run()
    app.button(key="start").click().run()
    app.session_state["sheet_open"] = True
    app.run()
    scheduler = get_scheduler()
    monkeypatch.setattr(job_queue, "KEPT_MARKS", 0)
    monkeypatch.setattr("exam.service.scheduler.FOLLOWED_SECONDS", 0.3)

    def kept() -> int:
        gc.collect()
        return sum(type(each) is Mark and each.updates == 70 for each in gc.get_objects())

    others = itertools.product(range(12, 100), range(1, 31))

    def is_let_go() -> bool:
        scheduler.fetch(Plan(*next(others)), 1, 60)  # at the end of a turn, old ones go
        return not kept()

    wait_for(is_let_go)
    monkeypatch.undo()
    app.slider(key="batch_size").set_value(11).run()
    app.run()
    app.slider(key="batch_size").set_value(10).run()

    def is_back() -> bool:
        app.run()
        return bool(kept())

    wait_for(is_back)  # computed again, and on the screen again
    assert not app.error


def test_start_in_the_address_begins_once(app):
    app.query_params["start"] = "true"
    app.query_params["epochs"] = "1"
    app.query_params["lang"] = "en"
    app.run()
    assert app.session_state.visit.presses == 1 and app.title[0].value == EN.title
    app.slider(key="epochs").set_value(2).run()
    assert app.session_state.visit.presses == 1


def test_a_wrong_parameter_is_said(app):
    app.query_params["batch_size"] = "20.5"
    app.query_params["epochs"] = "7"
    app.run()
    assert [s.value for s in app.slider] == [10, 7]
    assert "`batch_size`" in app.info[0].value and len(app.info) == 1


def test_a_visit_that_cannot_begin_is_one_polite_sentence_and_a_traceback_in_the_log(
    app, monkeypatch, caplog
):
    """And no endless row of silent reruns."""
    monkeypatch.setattr(visit, "read_address", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR):
        app.run()
    assert [error.value for error in app.error] == [KO.failed] and not app.exception
    assert caplog.text.count("ZeroDivisionError") == 1 and "Traceback" in caplog.text
    monkeypatch.undo()
    app.run()
    assert not app.error and app.title[0].value == KO.title


def test_a_mistake_in_a_chapter_is_in_the_log_and_not_on_the_page(app, monkeypatch, caplog):
    monkeypatch.setattr("exam.lesson.guess._ask", lambda *_: {}["no such thing"])
    app.query_params["only"] = "pianist"
    with caplog.at_level(logging.ERROR):
        app.run()
    assert [error.value for error in app.error] == [KO.failed] and not app.exception
    assert "KeyError: 'no such thing'" in caplog.text and "lesson/guess.py" in caplog.text


def test_a_forged_value_loses_nothing_but_its_own_run(app):
    app.query_params["lang"] = "en"
    app.run()
    app.session_state["lang"] = "<script>forged"
    app.run()
    assert not app.exception and "<script>forged" not in texts(app)


@pytest.mark.parametrize("name", [name for name in MEASURED if name != "own_exam"])
def test_every_chapter_comes_to_its_conclusion(app, name):
    """Except the one whose exam somebody has to write first (tests/slow/test_writing.py)."""
    app.query_params.update(only=name, reveal="true", lang="en", epochs="2")

    def has_conclusion() -> bool:
        app.run()
        assert not app.exception and not app.error
        return EN.measured in texts(app)

    wait_for(has_conclusion, seconds=120)


def test_settings_stay_while_their_widgets_are_not_drawn(app):
    """As on a projector, whose steps show no sliders."""
    app.query_params["projected"] = "true"
    app.run()
    app.slider(key="batch_size").set_value(32).run()
    app.run()  # that was the study alone, and AppTest knows nothing else any more
    for _ in range(3):
        app.button(key="step_next").click().run()
    assert "batch_size" not in [slider.key for slider in app.slider]
    values = app.session_state.visit.values
    assert values["batch_size"] == 32 and values["misprints"] == 10
