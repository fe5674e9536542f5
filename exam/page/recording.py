"""A study as one HTML file that plays by itself on any web space: sheet, curves and player."""

import datetime
import json
from collections.abc import Sequence
from html import escape

from exam.charts.curves import LOSS_DOMAIN, LOSS_TICKS, WRONG_DOMAIN, WRONG_TICKS
from exam.model.overfitting import best_shown
from exam.model.results import Mark
from exam.page import player
from exam.page.browser import PLAYER_SCRIPTS, PLAYER_STYLES, asset, scripts, styles
from exam.page.sentences import fit_call
from exam.page.texts import Texts
from exam.page.training_run import TrainingRun

SCRIPTS = (*PLAYER_SCRIPTS, "drawn_curves.js")
COLOURS = {"practised": "#0068a8", "unseen": "#b84a00"}  # as in .streamlit/config.toml


def recording(run: TrainingRun, marks: Sequence[Mark], words: Texts) -> str:
    """The file. It needs no connection."""
    data = player.study_data(run, marks, words) | {"run": 1, "plays": True}
    when = datetime.datetime.now(datetime.UTC)
    fields = COLOURS | {
        "lang": words.lang,
        "title": escape(words.title),
        "call": fit_call(run.batch_size, run.epochs),
        "recorded": words.recorded(when=f"{when:%Y-%m-%d %H:%M}"),
        "source": words.source,
        "sheet": player.html_of_sheet(player.MAIN),
        "curves": in_script(["curves", curves_data(run, marks, words)]),
        "player": player.html_of_player(player.MAIN),
        "styles": styles(*PLAYER_STYLES),
        "scripts": scripts(*SCRIPTS),
        "study": in_script(["study", player.MAIN, data]),
    }
    page = asset("recording.html")
    for name, text in fields.items():
        page = page.replace(f"{{{{{name}}}}}", text)
    return page


def in_script(data: list) -> str:
    return json.dumps(data).replace("<", "\\u003c")


def curves_data(run: TrainingRun, marks: Sequence[Mark], words: Texts) -> dict:
    """What drawn_curves.js draws: a panel of wrong answers, and one of losses."""
    wrong = {"practised": [m.wrong for m in marks], "unseen": [m.val_wrong for m in marks]}
    loss = {"practised": [m.loss for m in marks], "unseen": [m.val_loss for m in marks]}
    above = {"title": words.wrong, "domain": WRONG_DOMAIN, "ticks": WRONG_TICKS, "lines": wrong}
    below = {"title": words.loss, "domain": LOSS_DOMAIN, "ticks": LOSS_TICKS, "lines": loss}
    digits = ({"practised": 0, "unseen": 1}, {"practised": 2, "unseen": 2})
    return {
        "panels": [above | {"digits": digits[0]}, below | {"digits": digits[1]}],
        "epochs": run.epochs,
        "names": {"practised": words.practised, "unseen": words.unseen},
        "across": words.passes,
        "alt": words.chart_alt(epochs=run.epochs),
        "best": best_shown(marks),
        "best_label": words.best,
    }
