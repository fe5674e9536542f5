"""The settings that were studied: batch size across, epochs upwards, both logarithmic.

A study is a disc whose colour is its result. Behind it are tiles: settings that were measured
beforehand, grey until they are uncovered.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from math import sqrt
from typing import Literal

import altair as alt
import pyarrow as pa

from exam.charts.theme import INK, Figure, as_spec, built_once, table
from exam.model.studied import Point
from exam.texts import Texts

HEIGHT = 260
DOMAINS = {"loss": (0.8, 1.4), "wrong": (24, 50)}  # of the colours; values beyond are clamped
_FORMATS = {"loss": ".2f", "wrong": ".1f"}
_COLUMNS = pa.schema(
    [
        ("batch_size", pa.int64()),
        ("epochs", pa.int64()),
        ("runs", pa.int64()),
        ("value", pa.float64()),
        ("description", pa.string()),
        ("best", pa.string()),
        ("side", pa.string()),
        ("x_from", pa.float64()),
        ("x_to", pa.float64()),
        ("y_from", pa.float64()),
        ("y_to", pa.float64()),
    ]
)
FEW_EPOCHS = 3.5  # where the tiles begin
_WIDE = 30  # batch sizes from which on the best is named to the left of its point


def settings_map(
    points: Sequence[Point],
    by: str,
    texts: Texts,
    tiles: Sequence[Point] = (),
    *,
    uncovered: bool = False,
) -> Figure:
    """Coloured by "loss" or "wrong", the best point named; the more runs, the larger a point."""
    best, captions = best_of(points, by), texts.best_setting
    across = _edges({tile.batch_size for tile in tiles})
    upwards = _edges({tile.epochs for tile in tiles})
    no_edges = (None,) * 4
    rows: list[tuple] = []
    for tile in tiles:
        value = value_of(tile, by) if uncovered else None
        name = "" if value is None else format(value, _FORMATS[by])
        is_best = uncovered and tile == best_of(tiles, by)
        edges = *across[tile.batch_size], *upwards[tile.epochs]
        rows.append((*tile[:2], 0, value, "", name, "best" if is_best else "", *edges))
    for point in points:
        value = value_of(point, by)
        fields = {**point._asdict(), "value": format(value, _FORMATS[by])}
        # Its name would hide the numbers of the tiles.
        name = captions.best_label(**fields) if point == best and not uncovered else ""
        side = "left" if point.batch_size >= _WIDE else "right"
        rows.append((*point[:3], value, captions.point(**fields), name, side, *no_edges))
    has_few_epochs = any(point.epochs < FEW_EPOCHS for point in points)
    lowest = 0.9 if has_few_epochs else FEW_EPOCHS
    return Figure(_spec(texts, by, bool(points), lowest), table(_COLUMNS, rows), captions.alt)


def _edges(values: Collection[int]) -> dict[int, tuple[float, float]]:
    """Where the tile of each value begins and ends on a logarithmic axis, so that tiles touch."""
    ordered = sorted(values)
    between = [sqrt(low * high) for low, high in pairwise(ordered)]
    if not between:
        return {value: (value / 1.3, value * 1.3) for value in ordered}
    starts = [ordered[0] ** 2 / between[0], *between]
    ends = [*between, ordered[-1] ** 2 / between[-1]]
    return dict(zip(ordered, zip(starts, ends, strict=True), strict=True))


def best_of(points: Sequence[Point], by: str) -> Point | None:
    return min(points, key=lambda point: value_of(point, by), default=None)


def value_of(point: Point, by: str) -> float:
    """Its loss or its wrong answers, the less the better."""
    return {"loss": point.loss, "wrong": point.wrong}[by]


@built_once
def _spec(texts: Texts, by: str, has_points: bool, lowest: float) -> dict:
    captions = texts.best_setting
    x = alt.X("batch_size:Q").title(captions.across)
    x = x.axis(values=[1, 2, 5, 10, 20, 50, 100], grid=True, gridOpacity=0.5, format="d")
    x = x.scale(type="log", domain=[0.7, 143], nice=False)
    y = alt.Y("epochs:Q").title(captions.upwards)
    y = y.axis(values=[1, 2, 5, 10, 20, 50, 100, 200], grid=True, gridOpacity=0.5, format="d")
    y = y.scale(type="log", domain=[lowest, 284], nice=False)
    colour = alt.Color("value:Q").title(f"{texts.unseen}: {captions[by]}")
    colour = colour.scale(scheme="viridis", reverse=True, domain=DOMAINS[by], clamp=True)
    colour = colour.legend(
        orient="top",
        offset=4,
        titleOrient="left",
        gradientLength=160,
        labelColor=INK,
        titleColor=INK,
        labelFontSize=12,
        titleFontSize=12,
    )
    size = alt.Size("runs:Q").scale(domain=[1, 10], range=[110, 500], clamp=True).legend(None)
    base = alt.Chart(height=HEIGHT).encode(x, y)
    points = base.transform_filter("datum.runs > 0").mark_point(
        filled=True, opacity=1, stroke=INK, strokeWidth=0.75, aria=has_points
    )
    best = base.transform_filter("datum.best != '' && datum.runs > 0")
    ring = best.mark_point(filled=False, color=INK, strokeWidth=2.5, aria=False)
    return as_spec(
        alt.layer(
            *_tiles(base, colour),
            points.encode(colour, size, alt.Description("description:N")),
            ring.encode(size),
            _name(best, "left", "right", -14),
            _name(best, "right", "left", 14),
        )
    )


def _tiles(base: alt.Chart, colour: alt.Color) -> list[alt.Chart]:
    """Those that are covered and uncovered, a frame around the best, and the values."""
    tiles = alt.Chart().transform_filter("datum.runs == 0")
    rectangle = tiles.mark_rect(stroke="white", strokeWidth=1, aria=False).encode(
        alt.X("x_from:Q"), alt.X2("x_to"), alt.Y("y_from:Q"), alt.Y2("y_to")
    )
    covered = rectangle.transform_filter("datum.value == null").encode(
        color=alt.value(INK), opacity=alt.value(0.2)
    )
    uncovered = rectangle.transform_filter("datum.value != null").encode(colour)
    frame = rectangle.transform_filter("datum.side == 'best'").encode(
        color=alt.value("transparent"), stroke=alt.value(INK), strokeWidth=alt.value(3)
    )
    value = base.transform_filter("datum.runs == 0 && datum.best != ''").mark_text(
        fontSize=11, color=INK
    )
    names = value.encode(alt.Text("best:N"), alt.Description("best:N"))
    return [covered, uncovered, frame, names]


def _name(best: alt.Chart, side: str, align: Literal["left", "right"], dx: int) -> alt.Chart:
    text = best.transform_filter(f"datum.side == '{side}'").mark_text(
        align=align, dx=dx, baseline="middle", fontSize=12, color=INK, fontWeight="bold"
    )
    return text.encode(alt.Text("best:N"), alt.Description("best:N"))
