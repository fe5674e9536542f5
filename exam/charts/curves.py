"""The chart of a study: wrong answers above, loss below, over one axis of passes.

The spec depends on the planned epochs and the language alone, so that while a study runs only
data is sent and the view stays the same. Colours come from the page's theme, light or dark.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import altair as alt
import pyarrow as pa

from exam.charts.theme import DASHES, INK, as_spec, table, x_range
from exam.model.results import Epoch
from exam.model.settings import EPOCHS

PLANNED = "epochs"  # the parameter for the planned epochs
LABEL_WIDTH = 124  # pixels kept free to the right of the lines
WRONG_HEIGHT, LOSS_HEIGHT = 112, 152
HIGHEST_LOSS = 2.6  # no student begins higher; a test holds it
_COLUMNS = {"run": str, "label": str, "series": str, "epoch": int}
_COLUMNS |= {"wrong": float, "loss": float, "best": int}
_SERIES = {"practised": DASHES["solid"], "unseen": [5, 3]}


class Curve(NamedTuple):
    """The marks of a training run as far as they are shown, and the name of an earlier one."""

    marks: Sequence[Epoch]
    name: str = ""


def curves_spec(words, epochs: int) -> dict:
    """The spec of `curves_chart` for so many planned epochs; built once for each language."""
    spec = _spec(words)
    others = [param for param in spec["params"] if param["name"] != PLANNED]
    return spec | {"params": [{"name": PLANNED, "value": epochs}, *others]}


@functools.cache
def _spec(words) -> dict:
    return as_spec(curves_chart(words), label_width=LABEL_WIDTH)


def curves_chart(words) -> alt.VConcatChart:
    """Two panels over 0 to `epochs` (a parameter) passes, drawn from `curves_table`."""
    x = alt.X("epoch:Q").scale(domain=[0, alt.ExprRef(PLANNED)], range=x_range())
    ticks = {"grid": False, "tickMinStep": 1, "tickCount": 5, "format": "d"}
    wrong = _panel(
        x=x.title(None).axis(labels=False, **ticks),
        y=alt.Y("wrong:Q")
        .title(words.wrong)
        .scale(domain=[0, 100])
        .axis(values=[0, 25, 50, 75, 100]),
        value="format(datum.wrong, datum.series == 'unseen' ? '.1f' : 'd')",
        words=words,
    )
    loss = _panel(
        x=x.title(words.passes).axis(**ticks, labelPadding=14),  # below the label of a loss of 0
        y=alt.Y("loss:Q").title(words.loss).scale(domain=[0, HIGHEST_LOSS]).axis(values=[0, 1, 2]),
        value="format(datum.loss, '.2f')",
        words=words,
    )
    both = alt.vconcat(
        wrong.properties(height=WRONG_HEIGHT),
        (loss + _best_label(x, words)).properties(height=LOSS_HEIGHT),
        spacing=12,
    )
    return both.add_params(alt.param(name=PLANNED, value=EPOCHS.default))


def _panel(*, x: alt.X, y: alt.Y, value: str, words) -> alt.LayerChart:
    base = alt.Chart().encode(x, y)
    now = base.transform_filter("datum.run == 'now'")
    colour = alt.Color("series:N").scale(domain=list(_SERIES)).legend(None)
    lines = now.mark_line(clip=True, strokeWidth=2.5).encode(colour, _dash())
    earlier = base.transform_filter("datum.run != 'now'")
    return alt.layer(
        *_earlier_runs(earlier), _best_rule(x), lines, *_tips(now, colour, value, words)
    )


def _dash() -> alt.StrokeDash:
    dash = alt.StrokeDash("series:N").scale(domain=list(_SERIES), range=list(_SERIES.values()))
    return dash.legend(None)


def _earlier_runs(earlier: alt.Chart) -> Iterator[alt.Chart]:
    line = {"color": INK, "strokeWidth": 1.5, "opacity": 0.45}
    yield earlier.mark_line(clip=True, **line).encode(_dash(), alt.Detail("run:N"))
    text = {"color": INK, "align": "left", "dx": 3, "dy": -7, "fontSize": 11}
    names = earlier.transform_filter("datum.label != ''").mark_text(clip=True, **text)
    yield names.encode(alt.Text("label:N"), alt.Description("label:N"))


def _tips(now: alt.Chart, colour: alt.Color, value: str, words) -> Iterator[alt.Chart]:
    """The last point of each line, and what it says."""
    tip = now.transform_joinaggregate(last="max(epoch)")
    tip = tip.transform_filter("datum.epoch == datum.last")
    yield tip.mark_point(filled=True, size=50, opacity=1, aria=False).encode(colour)
    names = f"datum.series == 'unseen' ? '{words.unseen}' : '{words.practised}'"
    labelled = tip.transform_calculate(text=f"({names}) + ' ' + {value}").transform_calculate(
        said=f"'{words.passes} ' + datum.epoch + ': ' + datum.text"
    )
    for series, dy in (("unseen", -6), ("practised", 6)):
        text = {"align": "left", "dx": 8, "dy": dy, "fontSize": 12, "fontWeight": "bold"}
        one = labelled.transform_filter(f"datum.series == '{series}'").mark_text(**text)
        yield one.encode(colour, alt.Text("text:N"), alt.Description("said:N"))


def _best(x: alt.X) -> alt.Chart:
    """The epoch of the lowest unseen loss, once the student has been warned of it."""
    best = alt.Chart().transform_filter("isValid(datum.best)")
    return best.transform_aggregate(epoch="max(best)").encode(x)


def _best_rule(x: alt.X) -> alt.Chart:
    return _best(x).mark_rule(color=INK, strokeDash=[2, 2], strokeWidth=1.5, aria=False)


def _best_label(x: alt.X, words) -> alt.Chart:
    before, after = words.best.split("{epoch}")
    text = {"align": "left", "color": INK, "dx": 5, "fontSize": 12}
    label = _best(x).transform_calculate(text=f"'{before}' + datum.epoch + '{after}'")
    words_of = {"text": alt.Text("text:N"), "description": alt.Description("text:N")}
    return label.mark_text(**text).encode(y=alt.value(8), **words_of)


def curves_table(curves: Sequence[Curve], epochs: int, best_epoch: int | None = None) -> pa.Table:
    """The rows behind the chart: the last curve as "now", the others as quiet lines.

    Two rows for each epoch, one for the practised and one for the unseen exams. A quiet line is
    named at one of its epochs, each line at another place, since many of them end in the same.
    """
    rows: list[tuple] = []
    for number, curve in enumerate(curves[:-1], start=1):
        shown = min(len(curve.marks) - 1, epochs)
        rows += _rows(str(number), curve, label_at=round(0.22 * number * shown))
    for curve in curves[-1:]:
        rows += _rows("now", curve, best=best_epoch)
    return table(_COLUMNS, rows)


def _rows(
    run: str, curve: Curve, *, label_at: int = -1, best: int | None = None
) -> Iterator[tuple]:
    for mark in curve.marks:
        label = curve.name if mark.epoch == label_at else ""
        yield run, label, "practised", mark.epoch, mark.wrong, mark.loss, best
        yield run, "", "unseen", mark.epoch, mark.val_wrong, mark.val_loss, best
