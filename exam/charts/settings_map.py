"""The settings that were studied: batch size across, epochs upwards, the colour what came of it."""

from collections.abc import Sequence

import altair as alt
import pyarrow as pa

from exam.charts.theme import INK, Figure, as_spec, built_once, table
from exam.model.studied import Point

HEIGHT = 190
DOMAINS = {"loss": (0.7, 1.7), "wrong": (20, 60)}  # of the colours; values beyond are clamped
_FORMATS = {"loss": ".2f", "wrong": ".1f"}
_NUMBERS = {"batch_size": "int64", "epochs": "int64", "runs": "int64", "value": "float64"}
_COLUMNS = pa.schema(_NUMBERS | {"said": "string", "best": "string", "side": "string"})
_WIDE = 30  # batch sizes from which on the best is named to the left of its point


def settings_map(
    points: Sequence[Point], by: str, words, others: Sequence[tuple[int, int]] = ()
) -> Figure:
    """Coloured by "loss" or "wrong", the best point named; the more runs, the larger a point.

    `others` are settings that stand behind them, small and grey.
    """
    best, say = best_of(points, by), words.best_setting
    rows = [(*other, 0, None, "", "", "") for other in others]
    for point in points:
        value = getattr(point, by)
        fields = point._asdict() | {"value": format(value, _FORMATS[by])}
        name = say.best_label(**fields) if point == best else ""
        side = "left" if point.batch_size >= _WIDE else "right"
        rows.append((*point[:3], value, say.point(**fields), name, side))
    return Figure(_spec(words, by, bool(points)), table(_COLUMNS, rows), say.alt)


def best_of(points: Sequence[Point], by: str) -> Point | None:
    return min(points, key=lambda point: getattr(point, by), default=None)


@built_once
def _spec(words, by: str, has_points: bool) -> dict:
    say = words.best_setting
    ticks = {"grid": True, "gridOpacity": 0.5, "format": "d"}
    x = alt.X("batch_size:Q").title(say.across).axis(values=[1, 2, 5, 10, 20, 50, 100], **ticks)
    y = alt.Y("epochs:Q").title(say.upwards).axis(values=[1, 50, 100, 150, 200], **ticks)
    x = x.scale(type="log", domain=[0.9, 112], nice=False)
    y = y.scale(domain=[-8, 212], nice=False)
    colour = alt.Color("value:Q").title(f"{words.unseen}: {getattr(say, by)}")
    colour = colour.scale(scheme="viridis", reverse=True, domain=DOMAINS[by], clamp=True)
    letters = {"labelColor": INK, "titleColor": INK, "labelFontSize": 12, "titleFontSize": 12}
    colour = colour.legend(orient="top", gradientLength=160, **letters)
    size = alt.Size("runs:Q").scale(domain=[1, 10], range=[70, 500], clamp=True).legend(None)
    base = alt.Chart(height=HEIGHT).encode(x, y)
    mark = {"filled": True, "opacity": 1, "stroke": INK, "strokeWidth": 0.75, "aria": has_points}
    studied = base.transform_filter("datum.runs > 0")
    points = studied.mark_point(**mark).encode(colour, size, alt.Description("said:N"))
    grey = {"filled": True, "size": 40, "color": INK, "opacity": 0.3, "aria": False}
    others = base.transform_filter("datum.runs == 0").mark_point(**grey)
    best = base.transform_filter("datum.best != ''")
    ring = {"filled": False, "color": INK, "strokeWidth": 2.5, "aria": False}
    layers = [others, points, best.mark_point(**ring).encode(size)]
    for side, dx in (("left", -14), ("right", 14)):
        align = "right" if side == "left" else "left"
        text = {"align": align, "dx": dx, "baseline": "middle", "fontSize": 12, "color": INK}
        named = best.transform_filter(f"datum.side == '{side}'").mark_text(
            fontWeight="bold", **text
        )
        layers.append(named.encode(alt.Text("best:N"), alt.Description("best:N")))
    return as_spec(alt.layer(*layers))
