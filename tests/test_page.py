"""The page as Streamlit runs it, without a browser: the state that reruns must not lose."""

import pytest
from streamlit.testing.v1 import AppTest

from exam.texts import load_texts
from tests.browser import ROOT

KO, EN = load_texts("ko"), load_texts("en")


@pytest.fixture
def app():
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.warning, *app.info])


def test_the_first_screen(app):
    app.run()
    assert not app.exception
    assert app.title[0].value == KO.title
    assert [s.key for s in app.slider] == ["batch_size", "epochs", "student"]
    assert [(s.min, s.max, s.value) for s in app.slider] == [(1, 100, 10), (1, 200, 20), (1, 30, 1)]
    assert app.button(key="start").label == "학습 시작"
    assert app.code[0].value == "model.fit(x, y, batch_size=10, epochs=20)"
    assert KO.ready in texts(app)


def test_a_study_ends_with_its_sentence_its_csv_and_its_link(app):
    app.query_params["epochs"] = "3"
    app.run()
    app.button(key="start").click().run()
    assert not app.exception
    assert "가중치 갱신 30번" in texts(app)
    (run,) = app.session_state.runs
    assert [mark.epoch for mark in run.marks] == [0, 1, 2, 3]
    link = app.code[1].value
    for part in ("batch_size=10", "epochs=3", "student=1", "lang=ko", "start=true"):
        assert part in link
    assert [each.proto.label for each in app.get("download_button")] == [
        KO.csv,
        KO.script,
        KO.notebook,
        KO.keras_file,
    ]


def test_reruns_keep_what_is_on_the_screen(app):
    app.query_params["epochs"] = "2"
    app.run()
    app.button(key="start").click().run()
    marks = app.session_state.runs[-1].marks
    app.slider(key="batch_size").set_value(32).run()
    app.slider(key="epochs").set_value(40).run()
    assert app.session_state.runs[-1].marks is marks
    assert "갱신 20번" in texts(app)
    assert app.code[0].value == "model.fit(x, y, batch_size=32, epochs=40)"
    assert (app.query_params["batch_size"], app.query_params["epochs"]) == ("32", "40")


def test_the_same_setting_again_replaces_its_run(app):
    app.query_params["epochs"] = "1"
    app.run()
    for _ in range(2):
        app.button(key="start").click().run()
    assert len(app.session_state.runs) == 1
    app.slider(key="student").set_value(2).run()
    app.button(key="start").click().run()
    assert [run.student for run in app.session_state.runs] == [1, 2]


def test_start_in_the_address_begins_once(app):
    app.query_params["start"] = "true"
    app.query_params["epochs"] = "1"
    app.query_params["lang"] = "en"
    app.run()
    run = app.session_state.runs[-1]
    assert run.is_complete
    app.slider(key="epochs").set_value(2).run()
    assert app.session_state.runs == [run]
    assert EN.title == app.title[0].value


def test_a_wrong_parameter_is_said_and_leaves_the_address(app):
    app.query_params["batch_size"] = "20.5"
    app.query_params["epochs"] = "7"
    app.run()
    assert [s.value for s in app.slider] == [10, 7, 1]
    assert "`batch_size`" in app.info[0].value and len(app.info) == 1
    assert "batch_size" not in app.query_params
