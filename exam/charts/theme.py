"""The look of every chart: ink, dashes, letters; and its data as a table."""

import functools
import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import altair as alt

# Importing pandas from two threads at once fails; import it before the first chart.
import pandas  # noqa: F401
import pyarrow as pa  # Streamlit's own; a table costs a tenth of what a list of rows does
from altair.utils import schemapi

INK = "currentColor"  # the text colour of the page around the chart, light or dark
DASHES = {"solid": [1, 0], "dashed": [6, 4], "dotted": [2, 3], "dashdot": [8, 3, 2, 3]}
BESIDE_LINES = "label_width"  # the parameter for the pixels kept free beside lines for their names

Layers = alt.LayerChart | alt.FacetChart  # what alt.layer() returns
_building = threading.Lock()


def built_once(build: Callable[..., dict]) -> Callable[..., dict]:
    """Keep the specs that `build` makes. Only one is built at a time; a kept one is read at once.

    Altair's methods such as `.title()` are not thread-safe: between reading the method and calling
    it, another thread can put its own object there, and two charts exchange their titles. The specs
    are checked against Vega-Lite's schema in the tests, since that takes as long as building them.
    """
    kept: dict[tuple, dict] = {}

    @functools.wraps(build)
    def built(*args, **kwargs) -> dict:
        key = args, tuple(kwargs.items())
        if key not in kept:
            with _building, schemapi.debug_mode(False):
                kept[key] = kept.get(key) or build(*args, **kwargs)
        return kept[key]

    return built


class Figure(NamedTuple):
    """A chart with its data; `alt` is its alternative text, `title` is Markdown shown above it."""

    spec: dict
    data: pa.Table
    alt: str
    title: str = ""


def table(schema: pa.Schema, rows: Iterable[tuple]) -> pa.Table:
    """The rows as a table of those columns, also where there are none."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(dict(zip(schema.names, columns, strict=True)), schema)


def x_range() -> list:
    """The range of an x axis that leaves room for the names of lines."""
    return [0, alt.ExprRef(f"width - {BESIDE_LINES}")]


def as_spec(
    chart: Layers | alt.VConcatChart, *, label_width: int | str = 0, below: int = 4
) -> dict[str, Any]:
    """The chart as Streamlit takes it, in the ink of the page and as wide as its place."""
    chart = chart.properties(
        data=alt.NamedData("source"),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        padding={"left": 4, "top": 6, "right": 6, "bottom": below},  # an axis title overhangs
    )
    if label_width:
        chart = chart.add_params(alt.param(name=BESIDE_LINES, expr=f"{label_width}"))
    chart = chart.configure_axis(
        labelColor=INK,
        titleColor=INK,
        titlePadding=8,
        labelPadding=6,
        labelFontSize=12,
        titleFontSize=11,
    )
    return chart.to_dict(validate=False)
