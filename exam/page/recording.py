"""A study as one HTML file that plays by itself on any web space: sheet, curves and player."""

import datetime
import json
from collections.abc import Sequence
from html import escape

import altair as alt
from altair.utils.html import spec_to_html

from exam.charts.curves import Curve, curves_figure
from exam.model.results import Mark
from exam.page import player
from exam.page.browser import PLAYER_SCRIPTS, PLAYER_STYLES, asset, scripts, styles
from exam.page.sentences import fit_call
from exam.page.texts import Texts
from exam.page.training_run import TrainingRun

WIDTH = 480  # pixels of the curves
COLOURS = ["#0068a8", "#b84a00"]  # as in .streamlit/config.toml, which is not there


def recording(run: TrainingRun, marks: Sequence[Mark], words: Texts) -> str:
    """The file. It holds everything but Vega, which it loads from where Altair's files load it."""
    figure = curves_figure([Curve(marks)], run.epochs, words)
    panels = [panel | {"width": WIDTH} for panel in figure.spec["vconcat"]]
    look = {"range": {"category": COLOURS}, "view": {"stroke": None}} | figure.spec["config"]
    inline = {"datasets": {"source": figure.data.to_pylist()}, "vconcat": panels, "config": look}
    curves = spec_to_html(
        figure.spec | inline,
        mode="vega-lite",
        vega_version=alt.VEGA_VERSION,
        vegalite_version=alt.VEGALITE_VERSION,
        vegaembed_version=alt.VEGAEMBED_VERSION,
        embed_options={"actions": False, "renderer": "svg"},
        fullhtml=False,
    )
    data = player.study_data(run, marks, words) | {"run": 1, "plays": True}
    when = datetime.datetime.now(datetime.UTC)
    fields = {
        "lang": words.lang,
        "title": escape(words.title),
        "call": fit_call(run.batch_size, run.epochs),
        "recorded": words.recorded(when=f"{when:%Y-%m-%d %H:%M}"),
        "source": words.source,
        "offline": words.recording_offline,
        "sheet": player.html_of_sheet(player.MAIN),
        "curves": curves,
        "player": player.html_of_player(player.MAIN),
        "styles": styles(*PLAYER_STYLES),
        "scripts": scripts(*PLAYER_SCRIPTS),
        "study": json.dumps(["study", player.MAIN, data]).replace("<", "\\u003c"),
    }
    page = asset("recording.html")
    for name, text in fields.items():
        page = page.replace(f"{{{{{name}}}}}", text)
    return page
