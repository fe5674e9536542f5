"""The chart of a study: wrong answers above, loss below, over one axis of passes.

The player's two inputs drive it in the browser: `#pass` is the pass that is shown, `#reached` the
furthest one so far, beyond which nothing is drawn. The spec depends only on the planned epochs and
the language, so that new data does not rebuild the view.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

import altair as alt
import pyarrow as pa

from exam.charts.theme import DASHES, INK, Figure, Layers, as_spec, built_once, table, x_range
from exam.model.exams import QUESTIONS, UNSEEN_EXAMS
from exam.model.overfitting import best_shown
from exam.model.results import Mark
from exam.texts import Texts

PLANNED = "epochs"  # the parameter for the planned epochs
INPUTS = ("pass", "reached")  # those that the player's inputs drive
# In a plot as narrow as a phone's, only the numbers stand beside the lines; their names are above
# the panels (head.css).
NARROW, BRIEF = "narrow", "brief"  # no room for names at the lines; for words in the lens
LABEL_WIDTH = f"{NARROW} ? 60 : 124"  # pixels kept free to the right of the lines
PANEL_HEIGHTS, PROJECTED_HEIGHTS = (70, 98), (45, 66)  # on a projector letters are larger
# A little wider than the data: if a label crossed the edge, Vega would lay out the whole chart
# again.
WRONG_DOMAIN, LOSS_DOMAIN = [-16, 118], [-0.42, 3.0]
WRONG_TICKS, LOSS_TICKS = [0, 25, 50, 75, 100], [0, 1, 2]
LEAST_GAP_NAMED = 22  # wrong answers per 100; between nearer lines there is no room for a name
LENS = "lens"  # the name of its window, which page.css fills with the page's ground
LENS_LEFT, LENS_LOSSES = 0.3, (1.62, 2.95)  # where it stands: a share of the passes, losses
LENS_MARGIN, LENS_FILLED = 0.15, 0.7  # of its height: below the line, and the line itself
HIGHEST_LOSS = 2.6  # no student begins higher; a test holds it
_COLUMNS = pa.schema(
    [
        ("run", pa.string()),
        ("label", pa.string()),
        ("label_at", pa.float64()),
        ("series", pa.string()),
        ("epoch", pa.int64()),
        ("wrong", pa.float64()),
        ("loss", pa.float64()),
        ("best", pa.int64()),
    ]
)
_SERIES = {"practised": DASHES["solid"], "unseen": [5, 3]}
# Earlier runs are named at their ends, except when the current lines' names come near them; at the
# last pass each has its own place. While `reached` is below 0, nothing has been shown yet.
_NAMED = f"+reached < 0 || +pass >= {PLANNED} || +pass < 0.5 * {PLANNED}"
_LETTERS = 13  # pixels from one name to the next


class Curve(NamedTuple):
    """The marks of a training run, and the name of an earlier one."""

    marks: Sequence[Mark]
    name: str = ""


def curves_figure(
    curves: Sequence[Curve],
    epochs: int,
    texts: Texts,
    *,
    is_projected: bool = False,
) -> Figure:
    """The last curve as the study on the screen, over so many planned epochs."""
    rows, alt_text = curves_table(curves, epochs), texts.chart_alt(epochs=epochs)
    return Figure(curves_spec(texts, epochs, is_projected=is_projected), rows, alt_text)


def curves_spec(texts: Texts, epochs: int, *, is_projected: bool = False) -> dict:
    """The spec for that many planned epochs; everything else in it is built once per language."""
    spec = _spec(texts)
    params = [
        {"name": PLANNED, "value": epochs},
        {"name": NARROW, "expr": "false" if is_projected else "width < 420"},
        {"name": BRIEF, "expr": "true" if is_projected else NARROW},
    ]
    heights = PROJECTED_HEIGHTS if is_projected else PANEL_HEIGHTS
    sized = zip(spec["vconcat"], heights, strict=True)
    panels = [panel | {"height": height} for panel, height in sized]
    return spec | {"params": [*params, *spec["params"]], "vconcat": panels}


@built_once
def _spec(texts: Texts) -> dict:
    """Two panels over 0 to `epochs` (a parameter) passes, drawn from `curves_table`."""
    x = alt.X("epoch:Q").scale(domain=[0, alt.ExprRef(PLANNED)], range=x_range())
    x = x.axis(grid=False, tickMinStep=1, tickCount=5, format="d")
    errors = texts.errors_title(questions=QUESTIONS, unseen=UNSEEN_EXAMS * QUESTIONS)
    wrong = alt.Y("wrong:Q").title(errors).scale(domain=WRONG_DOMAIN)
    loss = alt.Y("loss:Q").title(texts.loss_title).scale(domain=LOSS_DOMAIN)
    x_above = x.title(None).axis(labels=False, grid=False, tickMinStep=1, tickCount=5, format="d")
    value = "format(datum.wrong, datum.series == 'unseen' ? '.1f' : 'd')"
    axes_above = x_above, wrong.axis(_titled_above(WRONG_TICKS))
    above = alt.layer(*_gap(texts), *_panel(axes_above, value, texts), _names_of_earlier_runs())
    axes = x.title(texts.passes), loss.axis(_titled_above(LOSS_TICKS))
    below = alt.layer(*_panel(axes, "format(datum.loss, '.2f')", texts), _lens(texts))
    params = [
        alt.param(name=name, value=0, bind=alt.BindDirect(element=f"#{name}", event="input"))
        for name in INPUTS
    ]
    both = alt.vconcat(above, below, spacing=18)
    both = both.add_params(*params)
    # Vega leaves no room for a title above a panel, and would cut off what is below.
    return as_spec(both, label_width=LABEL_WIDTH, below=12)


def _titled_above(values: Sequence[float]) -> alt.Axis:
    """An axis whose title stands above the panel, where there is room for half a sentence."""
    return alt.Axis(values=values, titleAngle=0, titleAlign="left", titleX=-22, titleY=-3)


def _panel(axes: tuple[alt.X, alt.Y], value: str, texts: Texts) -> Iterator[alt.Chart | Layers]:
    """The lines of all runs, the pass of the lowest unseen loss, and the points at the pass."""
    base = alt.Chart()
    now, earlier = (base.transform_filter(f"datum.run {each} 'now'") for each in ("==", "!="))
    colour = alt.Color("series:N").scale(domain=list(_SERIES)).legend(None)
    dash = alt.StrokeDash("series:N").scale(domain=list(_SERIES), range=list(_SERIES.values()))
    dash = dash.legend(None)
    ghosts = now.transform_filter("datum.epoch <= +reached").mark_line(opacity=0.25)
    lines = now.transform_filter("datum.epoch <= +pass").mark_line(clip=True, strokeWidth=2.5)
    yield _earlier_runs(earlier).encode(*axes, dash)
    yield _best().mark_rule(color=INK, strokeDash=[2, 2], strokeWidth=1.5, aria=False)
    yield alt.layer(ghosts, lines).encode(*axes, colour, dash)
    yield _tips(value, texts).encode(*axes, colour)


def _earlier_runs(earlier: alt.Chart) -> alt.Chart:
    shade = alt.Opacity("run:O").scale(domain=["0", "1", "2"], range=[0.5, 0.65, 0.85])
    lines = earlier.mark_line(clip=True, color=INK, strokeWidth=1.25)
    return lines.encode(alt.Detail("run:N"), shade.legend(None))


def _names_of_earlier_runs() -> alt.Chart:
    named = alt.Chart().transform_filter(f"isValid(datum.label_at) && ({_NAMED})")
    align, dx = alt.ExprRef(f"{NARROW} ? 'right' : 'left'"), alt.ExprRef(f"{NARROW} ? -2 : 8")
    text = named.mark_text(color=INK, align=align, dx=dx, fontSize=11)
    return text.encode(
        alt.X("epoch:Q"), alt.Y("label_at:Q"), alt.Text("label:N"), alt.Description("label:N")
    )


def _tips(value: str, texts: Texts) -> Layers:
    """The last point of each line, with its name and value."""
    points = alt.Chart().mark_point(filled=True, size=50, opacity=1, aria=False)
    names = []
    for series, dy in (("unseen", -8), ("practised", 8)):
        one = alt.Chart().transform_filter(f"datum.series == '{series}'")
        text = one.mark_text(align="left", dx=8, dy=dy, fontSize=12, fontWeight="bold")
        names.append(text.encode(alt.Text("text:N"), alt.Description("description:N")))
    named = f"datum.series == 'unseen' ? '{texts.unseen}' : '{texts.practised}'"
    tips = alt.layer(points, *names)
    tips = tips.transform_filter("datum.run == 'now' && datum.epoch == +pass")
    return tips.transform_calculate(
        named=f"({named}) + ' ' + {value}", value=value
    ).transform_calculate(
        text=f"{NARROW} ? datum.value : datum.named",
        description=f"'{texts.passes} ' + datum.epoch + ': ' + datum.named",
    )


def _gap(texts: Texts) -> Iterator[alt.Chart]:
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
    yield area.encode(
        alt.X("epoch:Q"),
        alt.Y("min(wrong):Q"),
        alt.Y2("max(wrong):Q"),
        alt.ColorDatum("unseen"),
    )
    yield tip.mark_text(align="left", color=INK, dx=8, fontSize=12).encode(
        alt.X("epoch:Q"), alt.Y("middle:Q"), alt.Text("text:N"), alt.Description("text:N")
    )


def _lens(texts: Texts) -> Layers:
    """While the learner is warned, the unseen loss from its lowest point to now, enlarged.

    It stands in the free part of the panel, on a scale of its own, so that its rise is seen.
    `lens_x` and `lens_y` are where a loss is drawn, and `left`, `right`, `bottom` and `top` are the
    edges of the lens, all in the units of the panel's axes. `low` and `high` are the lowest and
    the highest loss since the pass of the lowest, `first` is the pass before that.
    """
    lens = alt.layer(_window_of_lens(texts), _line_in_lens(texts))
    lens = lens.transform_filter(
        "datum.run == 'now' && datum.series == 'unseen' && datum.epoch <= +pass"
    ).transform_calculate(best_now="datum.epoch == +pass ? datum.best : null")
    lens = lens.transform_joinaggregate(best_now="max(best_now)")
    lens = lens.transform_filter("isValid(datum.best_now) && datum.epoch >= datum.best_now - 1")
    lens = lens.transform_calculate(since="datum.epoch < datum.best_now ? null : datum.loss")
    lens = lens.transform_joinaggregate(low="min(since)", high="max(since)", first="min(epoch)")
    bottom, top = LENS_LOSSES
    share = "min((datum.loss - datum.low) / (datum.high - datum.low), 1.2)"  # before: cut off
    along = "(datum.epoch - datum.first) / (+pass - datum.first)"
    return lens.transform_calculate(
        left=f"{LENS_LEFT} * {PLANNED}", right=PLANNED, bottom=f"{bottom}", top=f"{top}"
    ).transform_calculate(
        lens_x=f"datum.left + {along} * (datum.right - datum.left)",
        lens_y=f"{bottom} + ({LENS_MARGIN} + {LENS_FILLED} * {share}) * {top - bottom}",
    )


def _window_of_lens(texts: Texts) -> Layers:
    """The frame of the lens and how much it enlarges, and what it enlarges."""
    base = alt.Chart()
    enlarged = base.mark_rect(filled=False, stroke=INK, strokeDash=[2, 2], aria=False)
    window = base.mark_rect(fill="transparent", stroke=INK, strokeWidth=1, aria=False)
    thread = base.mark_rule(color=INK, strokeWidth=0.75, opacity=0.6, aria=False)
    before, after = texts.lens_times.split("{times}")
    bottom, top = LENS_LOSSES
    times = f"{LENS_FILLED * (top - bottom)} / (datum.high - datum.low)"
    name = base.mark_text(align="left", dx=5, dy=9, color=INK, fontSize=11)
    named = f"'{before}' + format({times}, '.0f') + '{after}'"
    name = name.transform_calculate(text=f"{BRIEF} ? '×' + format({times}, '.0f') : {named}")
    frame = alt.layer(
        enlarged.encode(alt.X("first:Q"), alt.X2("epoch"), alt.Y("low:Q"), alt.Y2("high")),
        window.properties(name=LENS).encode(
            alt.X("left:Q"), alt.X2("right"), alt.Y("bottom:Q"), alt.Y2("top")
        ),
        thread.encode(alt.X("first:Q"), alt.X2("left"), alt.Y("high:Q"), alt.Y2("bottom")),
        thread.encode(alt.X("epoch:Q"), alt.X2("right"), alt.Y("high:Q"), alt.Y2("bottom")),
        name.encode(alt.X("left:Q"), alt.Y("top:Q"), alt.Text("text:N"), alt.Description("text:N")),
    )
    return frame.transform_filter("datum.epoch == +pass")


def _line_in_lens(texts: Texts) -> Layers:
    """The enlarged loss, and its lowest and its last point with their pass and value."""
    line = alt.Chart().mark_line(strokeWidth=2.5, strokeDash=_SERIES["unseen"], aria=False)
    before, after = texts.lens_pass.split("{epoch}")
    epoch = f"{BRIEF} ? '' : '{before}' + datum.epoch + '{after}'"
    named = alt.Chart().transform_calculate(text=f"({epoch}) + format(datum.loss, '.3f')")
    lowest = named.transform_filter("datum.epoch == datum.best_now")
    latest = named.transform_filter("datum.epoch == +pass")
    points = [
        point.mark_point(filled=True, size=45, opacity=1, color=INK, aria=False)
        for point in (lowest, latest)
    ]
    names = [
        lowest.mark_text(align="left", dx=7, dy=1, color=INK, fontSize=11, fontWeight="bold"),
        latest.mark_text(align="right", dx=-5, dy=17, color=INK, fontSize=11, fontWeight="bold"),
    ]
    labels = [name.encode(alt.Text("text:N"), alt.Description("text:N")) for name in names]
    return alt.layer(line.encode(alt.ColorDatum("unseen")), *points, *labels).encode(
        alt.X("lens_x:Q"), alt.Y("lens_y:Q")
    )


def _best() -> alt.Chart:
    """A line at the epoch of the lowest unseen loss, while the learner is warned."""
    warned = alt.Chart().transform_filter("isValid(datum.best) && datum.epoch == +pass")
    return warned.transform_aggregate(epoch="max(best)").encode(alt.X("epoch:Q"))


def curves_table(curves: Sequence[Curve], epochs: int) -> pa.Table:
    """The rows behind the chart: the last curve as "now", the others as quiet lines.

    Two rows for each epoch, one for the practised and one for the unseen exams. A quiet line's
    name stands beside the end of its unseen errors, with their number; names are stacked above each
    other and above the last curve's.
    """
    rows: list[tuple] = []
    last = curves[-1].marks if curves else ()
    places = _places([curve.marks[: epochs + 1] for curve in curves[:-1]], last[epochs:])
    for number, (curve, place) in enumerate(zip(curves[:-1], places, strict=True)):
        shown, name = curve.marks[: epochs + 1], curve.name
        if shown == curve.marks:  # else its end is beyond the axis
            name += f": {shown[-1].val_wrong:.1f}"
        rows += _rows(str(number), Curve(shown, name), label_at=place)
    for curve in curves[-1:]:
        rows += _rows("now", curve, best=best_shown(curve.marks))
    return table(_COLUMNS, rows)


def _places(earlier: Sequence[Sequence[Mark]], last: Sequence[Mark]) -> list[float | None]:
    """Where the names stand, in wrong answers: at the ends of the lines, but none on another.

    They are above the names of the last curve; one that would leave the panel is below them. One
    that does not fit there either has no name (None); the table of runs has it.
    """
    step = _LETTERS * (WRONG_DOMAIN[1] - WRONG_DOMAIN[0]) / PANEL_HEIGHTS[0]
    above = last[0].val_wrong + 1.8 * step if last else WRONG_DOMAIN[0]
    below = last[0].wrong - 1.8 * step if last else WRONG_DOMAIN[1]
    places: list[float | None] = [None] * len(earlier)
    ends = [(marks[-1].val_wrong, number) for number, marks in enumerate(earlier) if marks]
    for value, number in sorted(ends):
        place = max(value, above)
        if place <= WRONG_DOMAIN[1]:
            places[number], above = place, place + step
        elif below >= WRONG_DOMAIN[0] - step / 4:  # there is room between the panels
            places[number], below = below, below - step
    return places


def _rows(
    run: str, curve: Curve, *, label_at: float | None = None, best: Sequence[int | None] = ()
) -> Iterator[tuple]:
    for mark, best_epoch in zip_longest(curve.marks, best):
        place = label_at if mark.epoch == len(curve.marks) - 1 else None
        label = "" if place is None else curve.name
        yield run, "", None, "practised", mark.epoch, mark.wrong, mark.loss, best_epoch
        yield run, label, place, "unseen", mark.epoch, mark.val_wrong, mark.val_loss, best_epoch
