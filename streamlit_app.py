"""The page, from top to bottom: set batch size and epochs, press, watch a student study."""

import time
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from exam.address import DEFAULTS, STUDY, check, hint, is_local, link_to, read_address
from exam.charts import study_spec, study_table
from exam.classroom import open_classroom
from exam.figure_files import figure_buttons
from exam.frames import take_turn
from exam.keras_script import keras_notebook, keras_script
from exam.lesson import CHAPTERS, show_alone, show_lesson
from exam.lesson.chapter import Chapter
from exam.listeners import Listeners
from exam.papers import batches, batches_as_sum
from exam.projector import magnified
from exam.results import to_csv
from exam.runs import Run, begin
from exam.sentences import name_of, progress, spoken, standing, warning
from exam.settings import BATCH_SIZE, EPOCHS, SETTINGS, STUDENT, Setting
from exam.share import PAGE_HEIGHT, STUDY_HEIGHT, qr_code, ways_to_embed
from exam.stumbles import keep_log_short, log_stumble
from exam.texts import LANGUAGES, choose_language, load_texts

QUICK_PICKS = (1, 10, 32, 100)
LOOK_SECONDS = 0.5  # the longest wait for news before the page shows that it still waits
STEP_SECONDS = 0.12  # the longest sleep between two looks before Stop is heard
LOOK_REST, LONGEST_REST = 5, 1.0  # after looking at experiments: times what it took; seconds
FILE_SECONDS = 60.0  # the longest wait for a trained student, which may have to study again
HURRY_WHERE_MOTION_IS_UNWANTED = (
    "if (matchMedia('(prefers-reduced-motion: reduce)').matches)"
    " document.querySelector('.st-key-show_rest button')?.click()"
)
ASSETS = Path(__file__).parent / "assets"

st.set_page_config(page_title="batch_size · epochs", page_icon="✏️", layout="wide")
st.html(ASSETS / "page.css")
page = st.session_state
classroom = open_classroom()
keep_log_short()


# What the learner does.


def settings() -> dict[str, int]:
    # As kept: what a widget holds goes where another run of the visit ends without the widget.
    return {setting.name: page.kept[setting.name] for setting in SETTINGS}


def keep_settings() -> None:
    """What is lost, or is what no browser sends, stands again where it stood."""
    if "kept" not in page:
        begin_visit()
    for name, kept in page.kept.items():
        try:
            page.kept[name] = check(name, page[name])
        except Exception:  # noqa: BLE001 – Streamlit raises anything at all for a forged value
            page[name] = kept


def begin_run() -> None:
    stop_drawing()
    page.runs = begin(page.runs, Run(**settings()))


def latest_run() -> Run | None:
    keep_settings()
    return page.runs[-1] if page.runs else None


def stop_drawing() -> None:
    run = latest_run()
    if run and run.is_drawing:
        run.is_drawing = False
        classroom.look_away(batch_size=run.batch_size, student=run.student)


def show_the_rest() -> None:
    if run := latest_run():
        run.is_hurried = True


def clear_earlier() -> None:
    page.runs = list(filter(None, [latest_run()]))


def change_setting() -> None:
    stop_drawing()
    page.quick_pick = page.batch_size if page.batch_size in QUICK_PICKS else None
    write_address()


def step(setting: Setting, by: int) -> None:
    keep_settings()
    value = page[setting.name] + by
    page[setting.name] = min(max(value, setting.lowest), setting.highest)
    change_setting()


def pick_batch_size() -> None:
    keep_settings()
    if page.quick_pick is None:  # the one that was picked, pressed again
        page.quick_pick = page.batch_size
    elif page.quick_pick in QUICK_PICKS:
        page.batch_size = page.quick_pick
        change_setting()


def write_address() -> None:
    # Not by bind="query-params": it opens ?batch_size=20.5 as 20, where we want to say no.
    keep_settings()
    for name, default in page.defaults.items():
        value = page[name]
        if value != default:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]


def begin_visit() -> None:
    """The address may set it all."""
    lang = choose_language(st.context.locale)
    chosen, page.wrong_parameters = read_address(st.query_params.get_all, tuple(CHAPTERS), lang)
    page.runs, page.experiments = [], {}
    page.only, page.projected = chosen["only"], chosen["projected"]
    page.defaults = DEFAULTS | {"lang": lang}
    page.kept = {name: chosen[name] for name in DEFAULTS}
    page.update(page.kept)
    change_setting()
    if chosen["start"] and shows_study():  # a chapter waits for a guess
        begin_run()


# The page.


def shows_study() -> bool:
    return page.only in ("", STUDY)


def name_language(lang: str) -> None:
    """Tell screen readers and line breaking; Streamlit's own document is always English."""
    run_script(f"document.documentElement.lang = '{lang}'")


def run_script(script: str) -> None:
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True, width="content")


def show_heading(say) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(what_is_shown(say), anchor=False, width="stretch")
        st.segmented_control(
            say.language_label,
            LANGUAGES,
            key="lang",
            required=True,
            format_func=lambda lang: load_texts(lang).language,
            on_change=write_address,
            label_visibility="collapsed",
            width="content",
        )
    for name in page.wrong_parameters:
        st.info(hint(name, tuple(CHAPTERS), say))


def slider(setting: Setting, say, **options) -> int:
    """A slider between two buttons that move it by one: a fingertip covers ten steps of it."""
    label, name = getattr(say, setting.name), setting.name
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        value = st.slider(
            label, setting.lowest, setting.highest, key=name, on_change=change_setting, **options
        )
        for way, sign, end in (("less", -1, setting.lowest), ("more", 1, setting.highest)):
            st.button(
                getattr(say, way)(setting=name_of(label)),
                key=f"{name}_{way}",
                icon=":material/remove:" if sign < 0 else ":material/add:",
                type="tertiary",
                disabled=value == end,
                on_click=step,
                args=(setting, sign),
            )
    return value


def show_controls(say, is_drawing: bool) -> DeltaGenerator:
    """The settings and the button; returns the place of what is there only while drawing."""
    batch_size = slider(BATCH_SIZE, say)
    st.segmented_control(
        say.quick_pick,
        QUICK_PICKS,
        key="quick_pick",
        on_change=pick_batch_size,
        label_visibility="collapsed",
        width="stretch",
    )
    epochs = slider(EPOCHS, say)
    slider(STUDENT, say, help=None if page.projected else say.student_help)
    with st.container(horizontal=True, gap="xsmall"):
        st.button(say.start, type="primary", key="start", on_click=begin_run, width="stretch")
        while_drawing = st.empty()
        if is_drawing:
            with while_drawing.container(horizontal=True, gap="xsmall", width="content"):
                st.button(say.show_rest, key="show_rest", on_click=show_the_rest)
                st.button(say.stop, key="stop", on_click=stop_drawing)
                run_script(HURRY_WHERE_MOTION_IS_UNWANTED)
    updates = len(batches(batch_size))
    st.markdown(
        say.updates_sum(
            batches=batches_as_sum(batch_size),
            updates=updates,
            epochs=epochs,
            all_updates=updates * epochs,
        )
    )
    if page.projected:
        st.caption(say.student_help)  # nobody hovers in a lecture hall
    return while_drawing


def fit_call(settings: dict[str, int]) -> str:
    return "model.fit(x, y, batch_size={batch_size}, epochs={epochs})".format(**settings)


def show_study(say, run: Run | None) -> Callable[[bool], float] | None:
    """The first screen; while it draws, what draws the next frame and says how long it may rest."""
    is_drawing = run is not None and run.is_drawing

    def figure() -> dict:
        planned = run.epochs if run else page.kept["epochs"]
        spec = study_spec(page.kept["lang"], planned)
        return {
            "data": study_table(page.runs, say),
            "spec": magnified(spec, taller=1.2) if page.projected else spec,
            "alt": say.chart_alt(epochs=planned),
            "width": "stretch",
        }

    st.markdown(say.analogy)
    controls, picture = st.columns([2, 3], gap="medium")
    with controls:
        while_drawing = show_controls(say, is_drawing)
    with picture:
        st.code(fit_call(settings()), language=None, wrap_lines=True)
        chart = st.vega_lite_chart(**figure())
    line = standing(run, say)
    message = st.markdown(line)
    listeners = Listeners("study")
    listeners.tell(spoken(run, say))
    alarm = st.warning(warning(run, say)) if run and run.best_epoch else st.empty()
    take_home = st.empty()

    def show_result() -> None:
        if run and len(run.marks) > 1 and not run.is_drawing:
            with take_home.container(horizontal=True, vertical_alignment="center"):
                show_take_home(say, run)

    show_result()
    last_news = next_frame = time.monotonic()

    def draw_frame() -> None:
        chart.vega_lite_chart(**figure())
        if run.best_epoch:
            alarm.warning(warning(run, say))

    def draw(is_alone: bool) -> float:
        nonlocal last_news, next_frame, line
        patience = LOOK_SECONDS if is_alone else 0.0
        view = classroom.look(**run.settings, seen=len(run.marks), patience_seconds=patience)
        now, run.trouble = time.monotonic(), view.trouble
        is_first = len(run.marks) < 2  # no pass is to be seen yet
        if now >= next_frame and run.advance(view.epochs):
            run.frame_rest = take_turn(draw_frame, is_first=is_first)
            last_news, next_frame = now, now + run.seconds_per_frame
        if (news := progress(run, view, waited_seconds=now - last_news, say=say)) != line:
            line = news
            message.markdown(line)
        listeners.tell(spoken(run, say, view))
        if not run.is_drawing:  # here and now, for a rerun costs as much as all the frames
            while_drawing.empty()
            show_result()
        return max(0.0, next_frame - time.monotonic())

    return draw if is_drawing else None


def show_take_home(say, run: Run) -> None:
    marks, drawn = run.marks, run.settings | {"epochs": run.marks[-1].epoch}
    name = "exam-b{batch_size}-e{epochs}-s{student}".format(**drawn)
    for label, ending, kind, make in (
        (say.csv, "csv", "text/csv", lambda: to_csv(marks)),
        (say.script, "py", "text/x-python", lambda: keras_script(**drawn)),
        (say.notebook, "ipynb", "application/x-ipynb+json", lambda: keras_notebook(**drawn)),
        (say.keras_file, "keras", "application/zip", lambda: keras_file(drawn)),
    ):
        # Made only when it is wanted, and not for every learner after every study.
        st.download_button(label, make, f"{name}.{ending}", kind, on_click="ignore")
    setting = f"{fit_call(drawn)} · {name_of(say.student)} {run.student}"
    buttons = figure_buttons(say.figure, name, title=say.title, setting=setting, source=say.source)
    st.html(buttons, unsafe_allow_javascript=True, width="content")
    st.markdown(say.link, width="content")
    link = link_to(st.context.url or "", **run.settings, lang=page.kept["lang"], start=True)
    st.code(link, language=None, wrap_lines=True)
    if len(page.runs) > 1:
        st.button(say.clear, key="clear", on_click=clear_earlier)


def keras_file(settings: dict[str, int]) -> bytes:
    return classroom.keras_file(**settings, patience_seconds=FILE_SECONDS)


def what_is_shown(say) -> str:
    return getattr(say, page.only).title if page.only in CHAPTERS else say.title


def show_share(say) -> None:
    """The present view as a link, as a frame for a lecture page and as a QR code for the hall."""
    expander = st.expander(say.share, key="share_open", on_change="rerun", icon=":material/share:")
    if not expander.open:
        return
    with expander:
        views = {"": say.share_page, STUDY: say.share_study}
        views |= {name: getattr(say, name).title for name in CHAPTERS}
        view = st.selectbox(say.share_what, views, format_func=views.get, key="share_what")
        view = view if view in views else ""  # a browser sends no other
        own = dict(page.kept)
        own |= {"only": view} if view else {}
        if view not in CHAPTERS and st.toggle(say.share_start, key="share_start"):
            own |= {"start": True}
        for_hall = st.toggle(say.share_projected, key="share_projected")
        link = link_to(st.context.url or "", **own)
        if is_local(link):
            st.info(say.share_local)
        height = {"": PAGE_HEIGHT, STUDY: STUDY_HEIGHT}.get(view)
        height = height or CHAPTERS[view].FRAME_HEIGHT
        code, lines = st.columns([1, 3], gap="medium")
        code.html(f'<img class="qr" src="{qr_code(link)}" alt="{say.share_qr}">')
        code.caption(say.share_for_learners)
        with lines:
            st.markdown(say.link)
            if for_hall:  # the screen at the front, which is no frame
                shown, ways = link_to(st.context.url or "", **own, projected=True), {}
            else:
                shown, ways = link, ways_to_embed(link, height, views[view])
            st.code(shown, language=None, wrap_lines=True)
            for name, text in ways.items():
                st.markdown(name)
                st.code(text, language=None, wrap_lines=True)


def follow(draw: Callable[[bool], float] | None, run: Run | None, chapters: list[Chapter]) -> None:
    """Draw what is on its way, until something has come to its end."""
    while (draw is None or run.is_drawing) and all(chapter.is_running for chapter in chapters):
        if "kept" not in page:  # asked for here, since Streamlit ends no run that asks for nothing
            break
        rest = STEP_SECONDS if draw is None else draw(not chapters)
        began = time.monotonic()
        for chapter in chapters:
            chapter.advance(classroom)
        busy = time.monotonic() - began
        # Where many look at experiments, all of them look less often.
        time.sleep(max(min(rest, STEP_SECONDS), min(LOOK_REST * busy, LONGEST_REST)))


def show_page() -> None:
    run = latest_run()
    lang = page.kept["lang"]
    say = load_texts(lang)
    name_language(lang)
    if page.projected:
        st.html((ASSETS / "projector.html").read_text("utf-8"), unsafe_allow_javascript=True)
    show_heading(say)
    lesson = {"words": say, "lang": lang, "settings": settings(), "kept": page.experiments}
    lesson |= {"marks": run.marks if run else [], "on_setting": write_address}
    lesson |= {"is_projected": page.projected}
    draw, chapters = None, []
    if shows_study():
        draw = show_study(say, run)
    if page.only == "":
        chapters = show_lesson(**lesson)
        show_share(say)
    elif page.only != STUDY:
        chapters = show_alone(page.only, **lesson)
    # Last of all: while this loop draws, what would stand below it would fade.
    if draw or chapters:
        follow(draw, run, chapters)
        if chapters or any(page.get(f"{name}_open") for name in CHAPTERS):
            st.rerun()  # chapters show what has come to its end


try:
    show_page()
except Exception as error:  # noqa: BLE001 – widget values that no browser sends, and our mistakes
    if "kept" not in page:  # the visit was cleared while it was drawn, and begins anew
        st.rerun()
    log_stumble(error)
    st.error(load_texts(page.get("kept", DEFAULTS)["lang"]).stumbled)
