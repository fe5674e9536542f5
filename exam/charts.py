"""The chart of a study: wrong answers above, loss below, over one axis of epochs.

Pure: the spec depends on the planned epochs and the language alone, so that while a study runs
only data is sent and the view stays the same. Colours come from the page's theme, light or dark.
"""

import functools
from collections.abc import Iterator, Sequence
from types import SimpleNamespace

import altair as alt

# Altair and Streamlit take it as soon as somebody has begun to import it. Where many open a page
# that has just started, they would find half of it; so it is whole before the first chart is.
import pandas  # noqa: F401
import pyarrow as pa  # Streamlit's own; a table costs a tenth of what a list of rows does

from exam.results import Epoch
from exam.runs import Run
from exam.settings import EPOCHS, STUDENT
from exam.texts import load_texts

EPOCHS_PARAM = "epochs"
LABEL_WIDTH = 124  # pixels kept free to the right of the lines
WRONG_HEIGHT, LOSS_HEIGHT = 112, 152
HIGHEST_LOSS = 2.6  # no student begins higher; a test holds it
_SCHEMA = pa.schema(
    [("run", pa.string()), ("label", pa.string()), ("series", pa.string()), ("epoch", pa.int64())]
    + [("wrong", pa.float64()), ("loss", pa.float64()), ("best", pa.int64())]
)
_INK = "currentColor"  # the text colour of the page around the chart, light or dark
_DASHES = {"practised": [1, 0], "unseen": [5, 3]}


@functools.cache
def _spec(lang: str) -> dict:
    return study_chart(load_texts(lang)).to_dict()


def study_spec(lang: str, epochs: int) -> dict:
    """The spec of `study_chart`, for so many planned epochs; built once for each language."""
    return _spec(lang) | {"params": [{"name": EPOCHS_PARAM, "value": epochs}]}


def study_chart(say: SimpleNamespace) -> alt.VConcatChart:
    """Two panels over 0 to `epochs` (a parameter) passes, drawn from `study_table`."""
    planned = alt.param(name=EPOCHS_PARAM, value=EPOCHS.default)
    x = alt.X("epoch:Q").scale(
        domain=[0, alt.ExprRef(EPOCHS_PARAM)], range=[0, alt.ExprRef(f"width - {LABEL_WIDTH}")]
    )
    ticks = {"grid": False, "tickMinStep": 1, "tickCount": 5, "format": "d"}
    wrong = _panel(
        x=x.title(None).axis(labels=False, **ticks),
        y=alt.Y("wrong:Q")
        .title(say.wrong)
        .scale(domain=[0, 100])
        .axis(values=[0, 25, 50, 75, 100]),
        value="format(datum.wrong, datum.series == 'unseen' ? '.1f' : 'd')",
        say=say,
    ).properties(height=WRONG_HEIGHT)
    loss = _panel(
        x=x.title(say.passes).axis(**ticks, labelPadding=14),  # below the label of a loss of 0
        y=alt.Y("loss:Q").title(say.loss).scale(domain=[0, HIGHEST_LOSS]).axis(values=[0, 1, 2]),
        value="format(datum.loss, '.2f')",
        say=say,
    ).properties(height=LOSS_HEIGHT)
    both = alt.vconcat(wrong, loss + _best_label(x, say), data=alt.NamedData("source"), spacing=12)
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    both = both.properties(autosize=fit, padding={"left": 0, "top": 4, "right": 0, "bottom": 4})
    both = both.add_params(planned)
    return both.configure_axis(labelColor=_INK, titleColor=_INK, titlePadding=8, labelPadding=6)


def _panel(*, x: alt.X, y: alt.Y, value: str, say: SimpleNamespace) -> alt.LayerChart:
    base = alt.Chart().encode(x, y)
    colour = alt.Color("series:N").scale(domain=list(_DASHES)).legend(None)
    dash = alt.StrokeDash("series:N").scale(domain=list(_DASHES), range=list(_DASHES.values()))
    dash = dash.legend(None)

    earlier = base.transform_filter("datum.run != 'now'")
    earlier_lines = earlier.mark_line(clip=True, color=_INK, strokeWidth=1.5, opacity=0.45).encode(
        dash, alt.Detail("run:N")
    )
    earlier_labels = (
        earlier.transform_filter("datum.label != ''")
        .mark_text(clip=True, color=_INK, align="left", dx=3, dy=-7, fontSize=11)
        .encode(alt.Text("label:N"), alt.Description("label:N"))
    )
    now = base.transform_filter("datum.run == 'now'")
    lines = now.mark_line(clip=True, strokeWidth=2.5).encode(colour, dash)
    tip = now.transform_joinaggregate(last="max(epoch)").transform_filter(
        "datum.epoch == datum.last"
    )
    points = tip.mark_point(filled=True, size=50, opacity=1, aria=False).encode(colour)
    names = f"datum.series == 'unseen' ? '{say.unseen}' : '{say.practised}'"
    labelled = tip.transform_calculate(text=f"({names}) + ' ' + {value}").transform_calculate(
        said=f"'{say.passes} ' + datum.epoch + ': ' + datum.text"
    )
    above, below = (
        labelled.transform_filter(f"datum.series == '{series}'")
        .mark_text(align="left", dx=8, dy=dy, fontSize=12, fontWeight="bold")
        .encode(colour, alt.Text("text:N"), alt.Description("said:N"))
        for series, dy in (("unseen", -6), ("practised", 6))
    )
    return earlier_lines + earlier_labels + _best_rule(x) + lines + points + above + below


def _best(x: alt.X) -> alt.Chart:
    """The epoch of the lowest unseen loss, once the student has been warned of it."""
    return (
        alt.Chart()
        .transform_filter("isValid(datum.best)")
        .transform_aggregate(epoch="max(best)")
        .encode(x)
    )


def _best_rule(x: alt.X) -> alt.Chart:
    return _best(x).mark_rule(color=_INK, strokeDash=[2, 2], strokeWidth=1.5, aria=False)


def _best_label(x: alt.X, say: SimpleNamespace) -> alt.Chart:
    before, after = say.best.split("{epoch}")
    text = f"'{before}' + datum.epoch + '{after}'"
    return (
        _best(x)
        .transform_calculate(text=text)
        .mark_text(align="left", color=_INK, dx=5, fontSize=12)
        .encode(alt.Text("text:N"), alt.Description("text:N"), y=alt.value(8))
    )


def study_table(runs: Sequence[Run], say: SimpleNamespace, *, warns: bool = True) -> pa.Table:
    """The rows behind the chart: the last run as "now", the others as quiet lines.

    Two rows for each epoch, one for the practised and one for the unseen exams. A quiet line is
    named at one of its epochs, each line at another place, since many of them end in the same.
    With `warns`, the epoch of the overfitting warning is marked.
    """
    rows: list[tuple] = []
    for number, run in enumerate(runs[:-1], start=1):
        shown = min(run.marks[-1].epoch, runs[-1].epochs)
        label_at = round(0.22 * number * shown)
        rows += _rows(str(number), run.marks, label=run_label(run, say), label_at=label_at)
    for run in runs[-1:]:
        rows += _rows("now", run.marks, best=run.best_epoch if warns else None)
    columns = zip(*rows, strict=True) if rows else ([] for _ in _SCHEMA)
    typed = (pa.array(c, field.type) for c, field in zip(columns, _SCHEMA, strict=True))
    return pa.table(list(typed), schema=_SCHEMA)


def run_label(run: Run, say: SimpleNamespace) -> str:
    is_usual = run.student == STUDENT.default
    return (say.run_label if is_usual else say.run_label_student)(**run.settings)


def _rows(
    name: str,
    marks: Sequence[Epoch],
    *,
    label: str = "",
    label_at: int = 0,
    best: int | None = None,
) -> Iterator[tuple]:
    for mark in marks:
        text = label if mark.epoch == label_at else ""
        yield name, text, "practised", mark.epoch, mark.wrong, mark.loss, best
        yield name, "", "unseen", mark.epoch, mark.val_wrong, mark.val_loss, best
