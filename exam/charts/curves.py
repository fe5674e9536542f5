"""The chart of a study: wrong answers above, loss below, over one axis of passes.

The player's two inputs drive it in the browser: `#pass` is the pass that is shown, `#reached` the
furthest one so far, beyond which nothing is drawn. The spec depends on the planned epochs and the
language alone, so that new data does not build the view anew.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

import altair as alt
import pyarrow as pa

from exam.charts.theme import DASHES, INK, Figure, Layers, as_spec, built_once, table, x_range
from exam.model.overfitting import best_shown
from exam.model.results import Mark
from exam.model.settings import EPOCHS
from exam.texts import Texts

PLANNED = "epochs"  # the parameter for the planned epochs
INPUTS = ("pass", "reached")  # those that the player's inputs drive
LABEL_WIDTH = 124  # pixels kept free to the right of the lines
PANEL_HEIGHTS, PROJECTED_HEIGHTS = (78, 108), (70, 98)  # on a projector letters are larger
# A little more than what is measured: if a label hung over the edge, Vega would lay out the whole
# chart anew.
WRONG_DOMAIN, LOSS_DOMAIN = [-16, 118], [-0.42, 3.0]
WRONG_TICKS, LOSS_TICKS = [0, 25, 50, 75, 100], [0, 1, 2]
LEAST_GAP_NAMED = 14  # wrong answers per 100; between nearer lines there is no room for a name
LENS = "lens"  # the name of its window, which page.css fills with the page's ground
LENS_LEFT, LENS_LOSSES = 0.3, (1.5, 2.95)  # where it stands: a share of the passes, losses
HIGHEST_LOSS = 2.6  # no student begins higher; a test holds it
_COLUMNS = pa.schema(
    [
        ("run", pa.string()),
        ("label", pa.string()),
        ("series", pa.string()),
        ("epoch", pa.int64()),
        ("wrong", pa.float64()),
        ("loss", pa.float64()),
        ("best", pa.int64()),
    ]
)
_SERIES = {"practised": DASHES["solid"], "unseen": [5, 3]}
_ROOMY = 3  # with fewer epochs there is no room for the names of earlier runs
# Where the names of the lines at the pass that is shown would cover it, an earlier run has no name.
# Nothing has been shown yet where `reached` is below 0.
_AWAY_FROM_TIP = (
    f"+reached < 0 || datum.epoch < +pass - 0.15 * {PLANNED}"
    f" || datum.epoch > +pass + 0.45 * {PLANNED}"
)
_LABEL_AT, _LABEL_STEP = 0.06, 0.31  # where earlier runs are named, as shares of the axis


class Curve(NamedTuple):
    """The marks of a training run, and the name of an earlier one."""

    marks: Sequence[Mark]
    name: str = ""


def curves_figure(
    curves: Sequence[Curve],
    epochs: int,
    texts: Texts,
    *,
    panel_heights: tuple[int, int] = PANEL_HEIGHTS,
) -> Figure:
    """The last curve as the study on the screen, over so many planned epochs."""
    rows, alt_text = curves_table(curves, epochs), texts.chart_alt(epochs=epochs)
    return Figure(curves_spec(texts, epochs, panel_heights), rows, alt_text)


def curves_spec(texts: Texts, epochs: int, panel_heights: tuple[int, int] = PANEL_HEIGHTS) -> dict:
    """The spec for so many planned epochs; all but these is built once for each language."""
    spec = _spec(texts)
    kept = [param for param in spec["params"] if param["name"] != PLANNED]
    sized = zip(spec["vconcat"], panel_heights, strict=True)
    panels = [panel | {"height": height} for panel, height in sized]
    return spec | {"params": [{"name": PLANNED, "value": epochs}, *kept], "vconcat": panels}


@built_once
def _spec(texts: Texts) -> dict:
    """Two panels over 0 to `epochs` (a parameter) passes, drawn from `curves_table`."""
    x = alt.X("epoch:Q").scale(domain=[0, alt.ExprRef(PLANNED)], range=x_range())
    x = x.axis(grid=False, tickMinStep=1, tickCount=5, format="d")
    wrong = alt.Y("wrong:Q").title(texts.wrong).scale(domain=WRONG_DOMAIN)
    loss = alt.Y("loss:Q").title(texts.loss).scale(domain=LOSS_DOMAIN)
    above_panel = {"titleAngle": 0, "titleAlign": "left", "titleX": -22, "titleY": -3}
    x_above = x.title(None).axis(labels=False, grid=False, tickMinStep=1, tickCount=5, format="d")
    value = "format(datum.wrong, datum.series == 'unseen' ? '.1f' : 'd')"
    above = _panel((x_above, wrong.axis(values=WRONG_TICKS, **above_panel)), value, texts)
    axes = x.title(texts.passes), loss.axis(values=LOSS_TICKS, **above_panel)
    below = _panel(axes, "format(datum.loss, '.2f')", texts)
    above, below = _gap(x_above, texts) + above, alt.layer(below, *_lens(x, texts))
    params = [
        alt.param(name=name, value=0, bind=alt.BindDirect(element=f"#{name}", event="input"))
        for name in INPUTS
    ]
    both = alt.vconcat(above, below, spacing=20)
    both = both.add_params(alt.param(name=PLANNED, value=EPOCHS.default), *params)
    return as_spec(both, label_width=LABEL_WIDTH)


def _panel(axes: tuple[alt.X, alt.Y], value: str, texts: Texts) -> Layers:
    base = alt.Chart().encode(*axes)
    now, earlier = (base.transform_filter(f"datum.run {each} 'now'") for each in ("==", "!="))
    colour = alt.Color("series:N").scale(domain=list(_SERIES)).legend(None)
    dash = alt.StrokeDash("series:N").scale(domain=list(_SERIES), range=list(_SERIES.values()))
    dash = dash.legend(None)
    ghosts = now.transform_filter("datum.epoch <= +reached").mark_line(opacity=0.25)
    lines = now.transform_filter("datum.epoch <= +pass").mark_line(clip=True, strokeWidth=2.5)
    return alt.layer(
        *_earlier_runs(earlier, dash),
        _best(axes[0]).mark_rule(color=INK, strokeDash=[2, 2], strokeWidth=1.5, aria=False),
        ghosts.encode(colour, dash),
        lines.encode(colour, dash),
        *_tips(now.transform_filter("datum.epoch == +pass"), colour, value, texts),
    )


def _earlier_runs(earlier: alt.Chart, dash: alt.StrokeDash) -> Iterator[alt.Chart]:
    shade = alt.Opacity("run:N").scale(domain=["0", "1", "2"], range=[0.35, 0.55, 0.8])
    lines = earlier.mark_line(clip=True, color=INK, strokeWidth=1.25)
    yield lines.encode(dash, alt.Detail("run:N"), shade.legend(None))
    named = earlier.transform_filter(f"datum.label != '' && ({_AWAY_FROM_TIP})")
    names = named.mark_text(color=INK, align="left", dx=2, dy=-6, fontSize=11)
    yield names.encode(alt.Text("label:N"), alt.Description("label:N"))


def _tips(tip: alt.Chart, colour: alt.Color, value: str, texts: Texts) -> Iterator[alt.Chart]:
    """The last point of each line, with its name and value."""
    yield tip.mark_point(filled=True, size=50, opacity=1, aria=False).encode(colour)
    names = f"datum.series == 'unseen' ? '{texts.unseen}' : '{texts.practised}'"
    labelled = tip.transform_calculate(text=f"({names}) + ' ' + {value}").transform_calculate(
        description=f"'{texts.passes} ' + datum.epoch + ': ' + datum.text"
    )
    for series, dy in (("unseen", -8), ("practised", 8)):
        one = labelled.transform_filter(f"datum.series == '{series}'")
        text = one.mark_text(align="left", dx=8, dy=dy, fontSize=12, fontWeight="bold")
        yield text.encode(colour, alt.Text("text:N"), alt.Description("description:N"))


def _gap(x: alt.X, texts: Texts) -> Layers:
    """The area between practised and unseen errors, and how wide it is at the pass shown."""
    now = alt.Chart().transform_filter("datum.run == 'now'")
    area = now.transform_filter("datum.epoch <= +pass").mark_area(opacity=0.14, aria=False)
    tip = now.transform_filter("datum.epoch == +pass").transform_aggregate(
        low="min(wrong)", high="max(wrong)", groupby=["epoch"]
    )
    tip = tip.transform_filter(f"datum.high - datum.low >= {LEAST_GAP_NAMED}")
    tip = tip.transform_calculate(
        middle="(datum.low + datum.high) / 2",
        text=f"'{texts.gap} ' + format(datum.high - datum.low, '.1f')",
    )
    name = tip.mark_text(align="left", color=INK, dx=8, fontSize=12).encode(
        x, alt.Y("middle:Q"), alt.Text("text:N"), alt.Description("text:N")
    )
    band = area.encode(x, alt.Y("min(wrong):Q"), alt.Y2("max(wrong):Q"), alt.ColorDatum("unseen"))
    return band + name


def _lens(x: alt.X, texts: Texts) -> Iterator[alt.Chart]:
    """While the learner is warned, the unseen loss from a little before its lowest point to now.

    It stands in the free part of the panel, on a scale of its own, so that its rise is seen. All is
    worked out in the units of the panel's axes: `lens_x` and `lens_y` are where a loss is drawn.
    """
    left, right = f"{LENS_LEFT} * {PLANNED}", PLANNED
    bottom, top = LENS_LOSSES
    unseen = alt.Chart().transform_filter("datum.run == 'now' && datum.series == 'unseen'")
    seen = unseen.transform_filter("datum.epoch <= +pass").transform_calculate(
        best_now="datum.epoch == +pass ? datum.best : null"
    )
    seen = seen.transform_joinaggregate(best_now="max(best_now)")
    seen = seen.transform_filter("isValid(datum.best_now) && datum.epoch >= datum.best_now - 1")
    seen = seen.transform_calculate(since="datum.epoch < datum.best_now ? null : datum.loss")
    seen = seen.transform_joinaggregate(low="min(since)", high="max(since)", first="min(epoch)")
    share = "min((datum.loss - datum.low) / (datum.high - datum.low), 1.2)"
    seen = seen.transform_calculate(
        lens_x=f"{left} + (datum.epoch - datum.first) / (+pass - datum.first) * ({right} - {left})",
        lens_y=f"{bottom} + (0.15 + 0.7 * {share}) * {top - bottom}",
    )
    place = alt.X("lens_x:Q").scale(domain=[0, alt.ExprRef(PLANNED)], range=x_range())
    height = alt.Y("lens_y:Q")
    now = seen.transform_filter("datum.epoch == +pass").transform_calculate(
        left=left, right=right, bottom=f"{bottom}", top=f"{top}"
    )
    of_loss = alt.Y("low:Q"), alt.Y2("high:Q")
    seen_part = now.mark_rect(
        filled=False, stroke=INK, strokeWidth=1, strokeDash=[2, 2], aria=False
    )
    yield seen_part.encode(alt.X("first:Q"), alt.X2("epoch:Q"), *of_loss)
    window = now.mark_rect(fill="transparent", stroke=INK, strokeWidth=1, aria=False)
    yield window.properties(name=LENS).encode(
        alt.X("left:Q"), alt.X2("right:Q"), alt.Y("bottom:Q"), alt.Y2("top:Q")
    )
    for begin, end in (("first", "left"), ("epoch", "right")):
        thread = now.mark_rule(color=INK, strokeWidth=0.75, opacity=0.6, aria=False)
        yield thread.encode(alt.X(f"{begin}:Q"), alt.X2(end), alt.Y("high:Q"), alt.Y2("bottom"))
    line = seen.mark_line(strokeWidth=2.5, strokeDash=_SERIES["unseen"])
    yield line.encode(place, height, alt.ColorDatum("unseen"))
    dots = seen.transform_filter("datum.epoch == datum.best_now || datum.epoch == +pass")
    yield dots.mark_point(filled=True, size=45, opacity=1, color=INK, aria=False).encode(
        place, height
    )
    named = dots.transform_calculate(
        text=f"'{texts.lens_pass} ' + datum.epoch + ': ' + format(datum.loss, '.3f')"
    )
    for which, align, dx, dy in (("best_now", "left", 7, 1), ("+pass", "right", -7, 11)):
        of = "datum.best_now" if which == "best_now" else which
        one = named.transform_filter(f"datum.epoch == {of}")
        text = one.mark_text(align=align, color=INK, dx=dx, dy=dy, fontSize=11, fontWeight="bold")
        yield text.encode(place, height, alt.Text("text:N"), alt.Description("text:N"))


def _best(x: alt.X) -> alt.Chart:
    """A line at the epoch of the lowest unseen loss, while the learner is warned."""
    warned = alt.Chart().transform_filter("isValid(datum.best) && datum.epoch == +pass")
    return warned.transform_aggregate(epoch="max(best)").encode(x)


def curves_table(curves: Sequence[Curve], epochs: int) -> pa.Table:
    """The rows behind the chart: the last curve as "now", the others as quiet lines.

    Two rows for each epoch, one for the practised and one for the unseen exams. A quiet line is
    named at one of its epochs, each line at another place, since many of them end in the same; not
    where there are so few epochs that they begin in the same, too.
    """
    rows: list[tuple] = []
    for number, curve in enumerate(curves[:-1]):
        shown = min(len(curve.marks) - 1, epochs)
        label_at = round((_LABEL_AT + _LABEL_STEP * number) * shown) if shown >= _ROOMY else -1
        rows += _rows(str(number), Curve(curve.marks[: shown + 1], curve.name), label_at=label_at)
    for curve in curves[-1:]:
        rows += _rows("now", curve, best=best_shown(curve.marks))
    return table(_COLUMNS, rows)


def _rows(
    run: str, curve: Curve, *, label_at: int = -1, best: Sequence[int | None] = ()
) -> Iterator[tuple]:
    for mark, best_epoch in zip_longest(curve.marks, best):
        label = curve.name if mark.epoch == label_at else ""
        yield run, label, "practised", mark.epoch, mark.wrong, mark.loss, best_epoch
        yield run, "", "unseen", mark.epoch, mark.val_wrong, mark.val_loss, best_epoch
