"""What the figures of the lesson have in common."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace

import altair as alt
import numpy as np
import pyarrow as pa

INK = "currentColor"  # the text colour of the page around the chart, light or dark
TYPES = {int: pa.int64(), float: pa.float64(), str: pa.string()}
STYLES = ("blue", "orange")  # the theme's two colours; every other style is drawn in ink
DASHES = {"solid": [1, 0], "dashed": [6, 4], "dotted": [2, 3]}
LINES = {"line": str, "style": str, "dash": str, "x": float, "y": float, "label": str, "side": str}


def table(columns: Mapping[str, type], rows: Iterable[tuple]) -> pa.Table:
    """The rows as a table of those columns, also where there are none."""
    rows = list(rows)
    values = zip(*rows, strict=True) if rows else ([] for _ in columns)
    arrays = [
        pa.array(column, TYPES[kind]) for column, kind in zip(values, columns.values(), strict=True)
    ]
    return pa.table(arrays, names=list(columns))


def as_spec(chart: alt.TopLevelMixin) -> dict:
    """The chart as Streamlit takes it, in the ink of the page and as wide as its place."""
    chart = chart.properties(
        data=alt.NamedData("source"),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        padding={"left": 0, "top": 6, "right": 0, "bottom": 4},
    )
    chart = chart.configure_axis(
        labelColor=INK, titleColor=INK, titlePadding=8, labelPadding=6, labelFontSize=12
    )
    return chart.to_dict()


def line(
    name: str,
    points: Iterable[tuple[float, float]],
    *,
    style: str = "ink",
    dash: str = "solid",
    label: str = "",
    label_at: int = -1,
    side: str = "above",
) -> list[tuple]:
    """The rows of one line of a `lines_chart`; `label` stands beside the point `label_at`."""
    points = list(points)
    at = label_at % len(points) if points else 0
    return [
        (name, style, dash, float(x), float(y), label if place == at else "", side)
        for place, (x, y) in enumerate(points)
    ]


def compared(
    books: Mapping[str, tuple[str, str]],
    studies_of: Callable[[str], Sequence[Sequence]],
    say: SimpleNamespace,
) -> list[tuple]:
    """The rows of the unseen errors of several workbooks, each with its style and dash.

    Every student is a quiet line, and their mean the line that carries the workbook's name.
    """
    rows: list[tuple] = []
    for book, (style, dash) in books.items():
        studies = studies_of(book)
        for number, marks in enumerate(studies):
            points = enumerate(mark.val_wrong for mark in marks)
            rows += line(f"{book} {number}", points, style="quiet", dash=dash)
        points = enumerate(mean_of(studies, "val_wrong"))
        rows += line(book, points, style=style, dash=dash, label=getattr(say, book), side="beside")
    return rows


def lines_chart(
    *,
    x: alt.X,
    y: alt.Y,
    x_domain: Sequence,
    y_domain: Sequence,
    label_width: int,
    height: int,
    x_type: str = "linear",
) -> alt.LayerChart:
    """Lines over two fixed axes, each named beside it; drawn from a table of `LINES`.

    Quiet lines are thin; the others differ by dash, and two of them by the theme's colours.
    """
    x_range = [0, alt.ExprRef(f"width - {label_width}")]
    x = x.scale(type=x_type, domain=x_domain, range=x_range, nice=False)
    base = alt.Chart(height=height).encode(x, y.scale(domain=y_domain))
    dash = alt.StrokeDash("dash:N").scale(domain=list(DASHES), range=list(DASHES.values()))
    colour = alt.Color("style:N").scale(domain=STYLES).legend(None)
    strokes = alt.Detail("line:N"), dash.legend(None)

    coloured = base.transform_filter("datum.style == 'blue' || datum.style == 'orange'")
    inked = base.transform_filter("datum.style == 'ink'")
    quiet = base.transform_filter("datum.style == 'quiet'")
    layers = [
        quiet.mark_line(color=INK, strokeWidth=1, opacity=0.35, clip=True).encode(*strokes),
        inked.mark_line(color=INK, strokeWidth=1.75, clip=True).encode(*strokes),
        coloured.mark_line(strokeWidth=2.75, clip=True).encode(colour, *strokes),
    ]
    for side, dy in (("above", -8), ("below", 10), ("beside", 0)):
        text = {"align": "left", "baseline": "middle", "dx": 7, "dy": dy, "fontSize": 12}
        here = f"datum.label != '' && datum.side == '{side}'"
        label = alt.Text("label:N"), alt.Description("label:N")
        layers += [
            inked.transform_filter(here).mark_text(color=INK, **text).encode(*label),
            coloured.transform_filter(here)
            .mark_text(fontWeight="bold", **text)
            .encode(colour, *label),
        ]
    return alt.layer(*layers)


def passes_chart(
    *, x: str, y: str, epochs: int, label_width: int, height: int, highest: int = 100
) -> dict:
    """The spec of lines over the passes from 0 to `epochs`; `x` and `y` title the axes."""
    return as_spec(
        lines_chart(
            x=passes_axis(x),
            y=alt.Y("y:Q").title(y),
            x_domain=[0, epochs],
            y_domain=[0, highest],
            label_width=label_width,
            height=height,
        )
    )


def passes_axis(title: str) -> alt.X:
    return alt.X("x:Q").title(title).axis(grid=False, tickMinStep=1, tickCount=6, format="d")


def mean_of(studies: Iterable[Sequence], value: str) -> list[float]:
    """The mean of one value of the marks, epoch by epoch, over studies of the same length."""
    rows = [[getattr(mark, value) for mark in marks] for marks in studies]
    return list(np.mean(rows, axis=0)) if rows else []


def markdown_table(header: Sequence[str], rows: Iterable[Sequence]) -> str:
    """A table of figures, the first column to the left."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in lines)
