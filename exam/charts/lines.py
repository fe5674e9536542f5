"""Lines over two fixed axes, each named beside it."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import ceil, floor, log10
from typing import Any, Literal

import altair as alt
import pyarrow as pa

from exam.charts.theme import BESIDE_LINES, DASHES, INK, Figure, as_spec, built_once, table, x_range
from exam.model.results import Mark, MeanMarks, mean_marks

# The theme's colours, in its order: one meaning for each on the whole page.
COLOURS = ("practised", "unseen", "batch_1", "batch_10", "batch_32", "batch_100")
PALE = [f"pale_{style}" for style in COLOURS]  # single students behind their mean
BARS = [f"bar_{style}" for style in COLOURS]  # a line that is filled down to the axis
INKS = {"quiet": (1, 0.35), "ink": (1.75, 1.0), "strong": (2.75, 1.0)}  # width, opacity
BATCH_LOOKS = {
    1: ("batch_1", "dashdot"),
    10: ("batch_10", "dashed"),
    32: ("batch_32", "dotted"),
    100: ("batch_100", "solid"),
}
OTHER_LOOK = ("strong", "dashed")  # of another batch size
SIDES = {"above": -13, "below": 13, "beside": 0}  # where a name stands, in pixels
# Filled or not, size in square pixels, and horizontal offset from its number. "ring" and "dot" are
# guesses.
DOTS = {"ball": (True, 120, 0.0), "ring": (False, 30, -0.25), "dot": (True, 30, 0.25)}
DOT_STEP = 0.03  # of the axis, from one dot to the next above it
_COLUMNS = pa.schema(
    [
        ("line", pa.string()),
        ("style", pa.string()),
        ("dash", pa.string()),
        ("x", pa.float64()),
        ("y", pa.float64()),
        ("label", pa.string()),
        ("side", pa.string()),
    ]
)
Rows = list[tuple]
Look = tuple[str, str]  # a style, one of COLOURS, INKS or DOTS, and a dash, one of DASHES
Scale = Literal["linear", "log"]
Side = Literal["above", "below", "beside"]  # of a point, where the name of its line stands


def line(
    name: object,
    points: Iterable[tuple[float, float]],
    look: Look = ("ink", "solid"),
    *,
    label: str = "",
    label_at: int = -1,
    side: Side = "beside",
) -> Rows:
    """The rows of one line, which is labelled at the point with the index `label_at`."""
    points = list(points)
    at = label_at % len(points) if points else 0
    return [
        (str(name), *look, float(x), float(y), label if place == at else "", side)
        for place, (x, y) in enumerate(points)
    ]


def batch_look(batch_size: int) -> Look:
    """The look that a batch size has in every chart."""
    return BATCH_LOOKS.get(batch_size, OTHER_LOOK)


def curve(marks: Iterable[Mark | MeanMarks], field: str) -> list[tuple[int, float]]:
    """The points of one field of the marks, pass by pass."""
    return [(mark.epoch, getattr(mark, field)) for mark in marks]


def stacks(rounds: Sequence[Mapping[int, int]], y_domain: tuple[float, float]) -> list[Rows]:
    """A dot for each number that was guessed; with two rounds, rings for the first."""
    low, high = y_domain
    tallest = max((count for counts in rounds for count in counts.values()), default=1)
    step = min(DOT_STEP, 0.95 / tallest) * (high - low)
    styles = list(DOTS)[-len(rounds) :]
    return [
        line(style, [(at + aside, low + (n + 0.5) * step) for n in range(count)], (style, "solid"))
        for style, counts in zip(styles, rounds, strict=False)
        for at, count in sorted(counts.items())
        for aside in [DOTS[style][2] if len(rounds) > 1 else 0.0]
    ]


def mean_and_students(
    studies: Sequence[Sequence[Mark]],
    field: str,
    look: Look,
    label: str,
    *,
    points: Callable[[Sequence, str], list] = curve,
    label_at: int = -1,
    side: Side = "beside",
) -> Rows:
    """Every student as a pale line, and their mean as the one that has the name."""
    style, dash = look
    pale = (f"pale_{style}" if style in COLOURS else "quiet", dash)
    rows = [
        row
        for number, each in enumerate(studies)
        for row in line(f"{label} {number}", points(each, field), pale)
    ]
    mean = points(mean_marks(studies), field)
    return rows + line(label, mean, look, label=label, label_at=label_at, side=side)


def has_students(figure: Figure) -> bool:
    """Whether it has pale lines of single students."""
    if "style" not in figure.data.column_names:
        return False
    return not {"quiet", *PALE}.isdisjoint(figure.data["style"].to_pylist())


def lines_figure(
    lines: Iterable[Rows],
    alt_text: str,
    x: str,
    y: str,
    *,
    x_domain: tuple[float, float],
    y_domain: tuple[float, float] = (0, 100),
    label_width: int,
    height: int,
    x_type: Scale = "linear",
    y_type: Scale = "linear",
    x_format: str = ",d",
    ticks: int = 6,
    title: str = "",
    y_numbers: bool = True,
    is_to_scale: bool = False,
) -> Figure:
    """Lines over two axes with the titles `x` and `y`. See `lines_spec`."""
    spec = lines_spec(
        x,
        y,
        x_domain=x_domain,
        y_domain=y_domain,
        label_width=label_width,
        height=height,
        x_type=x_type,
        y_type=y_type,
        x_format=x_format,
        ticks=ticks,
        y_numbers=y_numbers,
        is_to_scale=is_to_scale,
    )
    return Figure(spec, table(_COLUMNS, itertools.chain.from_iterable(lines)), alt_text, title)


@built_once
def lines_spec(
    x: str,
    y: str,
    *,
    x_domain: tuple[float, float],
    y_domain: tuple[float, float],
    label_width: int,
    height: int,
    x_type: Scale,
    y_type: Scale,
    x_format: str,
    ticks: int,
    y_numbers: bool,
    is_to_scale: bool,
) -> dict:
    """The spec of lines, whose names take `label_width` pixels beside them.

    Lines of the same style differ by their dash. If `is_to_scale`, a unit is equally long on both
    axes, on every screen, and the y axis ends where the figure does.
    """
    min_step = 1 if x_format.endswith("d") else 0
    base = alt.Chart(height=height).encode(
        alt.X("x:Q")
        .title(x)
        .axis(
            grid=False,
            tickMinStep=min_step,
            tickCount=ticks,
            format=x_format,
            values=_values(x_type, x_domain),
        )
        .scale(type=x_type, domain=x_domain, range=x_range(), nice=False),
        alt.Y("y:Q")
        .stack(None)  # bars are areas, each from the axis up
        .title(y or None)
        .axis(values=_values(y_type, y_domain), labels=y_numbers, grid=y_numbers)
        .scale(type=y_type, domain=_to_scale(x_domain) if is_to_scale else y_domain, nice=False),
    )
    chart = alt.layer(*_strokes(base), *_dots(base), *_names(base))
    return as_spec(chart, label_width=label_width)


def _to_scale(x_domain: tuple[float, float]) -> list:
    left, right = x_domain
    return [0, alt.ExprRef(f"{right - left} * height / (width - {BESIDE_LINES})")]


def _values(scale: Scale, domain: tuple[float, float]) -> Any:
    """The powers of ten for a logarithmic axis; Altair's `Undefined` for another one."""
    low, high = domain
    if scale == "linear":
        return alt.Undefined
    return [10.0**n for n in range(ceil(log10(low)), floor(log10(high)) + 1)]


# After its last colour, the theme starts over with the first.
COLOUR = alt.Color("style:N").scale(domain=[*COLOURS, *PALE, *BARS]).legend(None)


def _of(base: alt.Chart, *styles: str) -> alt.Chart:
    return base.transform_filter(alt.FieldOneOfPredicate("style", styles))


def _strokes(base: alt.Chart) -> Iterator[alt.Chart]:
    dash = alt.StrokeDash("dash:N").scale(domain=list(DASHES), range=list(DASHES.values()))
    strokes = alt.Detail("line:N"), dash.legend(None)
    pale = _of(base, *PALE).mark_line(strokeWidth=1, opacity=0.35, clip=True)
    yield pale.encode(COLOUR, *strokes)
    for style, (width, opacity) in INKS.items():
        lines = _of(base, style).mark_line(strokeWidth=width, opacity=opacity, color=INK, clip=True)
        yield lines.encode(*strokes)
    yield _of(base, *COLOURS).mark_line(strokeWidth=2.75, clip=True).encode(COLOUR, *strokes)
    yield _of(base, *BARS).mark_area(aria=False).encode(COLOUR, alt.Detail("line:N"))


def _dots(base: alt.Chart) -> Iterator[alt.Chart]:
    for style, (filled, size, _) in DOTS.items():
        yield _of(base, style).mark_point(
            clip=style != "ball", filled=filled, color=INK, size=size, strokeWidth=1, aria=False
        )


def _names(base: alt.Chart) -> Iterator[alt.Chart]:
    label = alt.Text("label:N"), alt.Description("label:N")
    for side, dy in SIDES.items():
        here = base.transform_filter(f"datum.label != '' && datum.side == '{side}'")
        yield _name(_of(here, "ink"), dy, "normal").encode(*label)
        yield _name(_of(here, "strong"), dy, "bold").encode(*label)
        yield _name(_of(here, *COLOURS, *BARS), dy, "bold").encode(COLOUR, *label)


def _name(chart: alt.Chart, dy: int, weight: Literal["normal", "bold"]) -> alt.Chart:
    return chart.mark_text(
        align="left", baseline="middle", dx=7, dy=dy, fontSize=12, fontWeight=weight, color=INK
    )
