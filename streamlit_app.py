"""The page, from top to bottom: set batch size and epochs, press, watch a student study."""

import time
from pathlib import Path

import streamlit as st

from exam.address import DEFAULTS, hint, link_to, read_address
from exam.charts import study_spec, study_table
from exam.classroom import open_classroom
from exam.lesson import show_lesson
from exam.papers import batches, batches_as_sum
from exam.results import to_csv
from exam.runs import Run, begin
from exam.sentences import progress, standing, warning
from exam.settings import BATCH_SIZE, EPOCHS, SETTINGS, STUDENT, Setting
from exam.texts import LANGUAGES, load_texts

QUICK_PICKS = (1, 10, 32, 100)
LOOK_SECONDS = 0.5  # the longest wait for news before the page shows that it still waits
STEP_SECONDS = 0.12  # the longest sleep between two looks before Stop is heard

st.set_page_config(page_title="batch_size · epochs", page_icon="✏️", layout="wide")
st.html(Path(__file__).parent / "assets" / "page.css")
page = st.session_state


# What the learner does.


def settings() -> dict[str, int]:
    return {setting.name: page[setting.name] for setting in SETTINGS}


def begin_run() -> None:
    page.runs = begin(page.runs, Run(**settings()))


def stop_drawing() -> None:
    if page.runs:
        page.runs[-1].is_drawing = False


def show_the_rest() -> None:
    page.runs[-1].is_hurried = True


def clear_earlier() -> None:
    page.runs = page.runs[-1:]


def change_setting() -> None:
    stop_drawing()
    page.quick_pick = page.batch_size if page.batch_size in QUICK_PICKS else None
    write_address()


def pick_batch_size() -> None:
    if page.quick_pick is None:  # the one that was picked, pressed again
        page.quick_pick = page.batch_size
    else:
        page.batch_size = page.quick_pick
        change_setting()


def write_address() -> None:
    # Not by bind="query-params": it opens ?batch_size=20.5 as 20, where we want to say no.
    for name, default in DEFAULTS.items():
        if page[name] != default:
            st.query_params[name] = page[name]
        elif name in st.query_params:
            del st.query_params[name]


classroom = open_classroom()

if "runs" not in page:  # a visit begins: the address may set it all
    chosen, page.wrong_parameters = read_address(st.query_params.get_all)
    page.runs, page.experiments = [], {}
    page.update({name: chosen[name] for name in DEFAULTS})
    change_setting()
    if chosen["start"]:
        begin_run()

say = load_texts(page.lang)
run = page.runs[-1] if page.runs else None
is_drawing = run is not None and run.is_drawing


def slider(setting: Setting, **options) -> int:
    label, name = getattr(say, setting.name), setting.name
    return st.slider(
        label, setting.lowest, setting.highest, key=name, on_change=change_setting, **options
    )


def figure() -> dict:
    planned = run.epochs if run else page.epochs
    return {
        "data": study_table(page.runs, say),
        "spec": study_spec(page.lang, planned),
        "alt": say.chart_alt(epochs=planned),
        "width": "stretch",
    }


# The page.

heading, language = st.columns([4, 1], vertical_alignment="center")
heading.title(say.title, anchor=False)
language.segmented_control(
    say.language_label,
    LANGUAGES,
    key="lang",
    required=True,
    format_func=lambda lang: load_texts(lang).language,
    on_change=write_address,
    label_visibility="collapsed",
)
st.markdown(say.analogy)
for name in page.wrong_parameters:
    st.info(hint(name, say))

controls, picture = st.columns([2, 3], gap="medium")
with controls:
    batch_size = slider(BATCH_SIZE)
    st.segmented_control(
        say.quick_pick,
        QUICK_PICKS,
        key="quick_pick",
        on_change=pick_batch_size,
        label_visibility="collapsed",
        width="stretch",
    )
    epochs = slider(EPOCHS)
    slider(STUDENT, help=say.student_help)
    with st.container(horizontal=True, gap="xsmall"):
        st.button(say.start, type="primary", key="start", on_click=begin_run, width="stretch")
        while_drawing = st.empty()
        if is_drawing:
            with while_drawing.container(horizontal=True, gap="xsmall", width="content"):
                st.button(say.show_rest, key="show_rest", on_click=show_the_rest)
                st.button(say.stop, key="stop", on_click=stop_drawing)
    updates = len(batches(batch_size))
    st.markdown(
        say.updates_sum(
            batch_size=batch_size,
            batches=batches_as_sum(batch_size),
            updates=updates,
            epochs=epochs,
            all_updates=updates * epochs,
        )
    )

with picture:
    fit = f"model.fit(x, y, batch_size={batch_size}, epochs={epochs})"
    st.code(fit, language=None, wrap_lines=True)
    chart = st.vega_lite_chart(**figure())
message = st.markdown(standing(run, say))
alarm = st.warning(warning(run, say)) if run and run.best_epoch else st.empty()

take_home = st.empty()
if run and run.marks and not is_drawing:
    with take_home.container(horizontal=True, vertical_alignment="center"):
        file_name = "exam-b{batch_size}-e{epochs}-s{student}.csv".format(**run.settings)
        st.download_button(say.csv, to_csv(run.marks), file_name, "text/csv", on_click="ignore")
        st.markdown(say.link, width="content")
        link = link_to(st.context.url or "", **run.settings, lang=page.lang, start=True)
        st.code(link, language=None, wrap_lines=True)
        if len(page.runs) > 1:
            st.button(say.clear, key="clear", on_click=clear_earlier)

marks = run.marks if run else []
chapters = show_lesson(say, page.lang, settings(), marks, page.experiments)

# What is on its way, last of all: while this loop draws, what would stand below it would fade.

last_news = next_frame = time.monotonic()


def draw_study() -> None:
    global last_news, next_frame
    patience = 0.0 if chapters else LOOK_SECONDS
    view = classroom.look(**run.settings, seen=len(run.marks), patience_seconds=patience)
    now, run.trouble = time.monotonic(), view.trouble
    if now >= next_frame and run.advance(view.epochs):
        last_news, next_frame = now, now + run.seconds_per_frame
        chart.vega_lite_chart(**figure())
        if run.best_epoch:
            alarm.warning(warning(run, say))
    message.markdown(progress(run, view, waited_seconds=now - last_news, say=say))


if is_drawing or chapters:
    while (not is_drawing or run.is_drawing) and all(each.is_running for each in chapters):
        if is_drawing:
            draw_study()
        for chapter in chapters:
            chapter.advance(classroom)
        wait = next_frame - time.monotonic() if is_drawing else STEP_SECONDS
        time.sleep(min(max(0.0, wait), STEP_SECONDS))
    st.rerun()
