"""Lines over two fixed axes, each named beside it."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import altair as alt
import pyarrow as pa

from exam.charts.theme import BESIDE_LINES, DASHES, INK, Figure, as_spec, built_once, table, x_range
from exam.model.results import Mark, MeanMarks, mean_marks

# The theme's colours, in its order: one meaning for each on the whole page.
COLOURS = ("practised", "unseen", "batch_1", "batch_10", "batch_32", "batch_100")
PALE = [f"pale_{style}" for style in COLOURS]  # single students behind their mean
INKS = {"quiet": (1, 0.35), "ink": (1.75, 1.0), "strong": (2.75, 1.0)}  # width, opacity
BATCH_LOOKS = {1: ("batch_1", "dashdot"), 10: ("batch_10", "dashed")}
BATCH_LOOKS |= {32: ("batch_32", "dotted"), 100: ("batch_100", "solid")}
OTHER_LOOK = ("strong", "dashed")  # of another batch size
SIDES = {"above": -13, "below": 13, "beside": 0}  # where a name stands, in pixels
DOTS = {"ring": (False, -0.25), "dot": (True, 0.25)}  # filled, and how far beside its number
DOT_STEP = 0.03  # of the axis, from one dot to the next above it
_WORDS = dict.fromkeys(("line", "style", "dash"), "string")
_COLUMNS = pa.schema(_WORDS | {"x": "float64", "y": "float64", "label": "string", "side": "string"})
Rows = list[tuple]


def line(
    name: object,
    points: Iterable[tuple[float, float]],
    look: tuple[str, str] = ("ink", "solid"),
    *,
    label: str = "",
    label_at: int = -1,
    side: str = "beside",
) -> Rows:
    """The rows of one line, with its style and dash; named at the point `label_at`.

    A style is one of `COLOURS` or of `INKS`, a dash one of `DASHES`.
    """
    points = list(points)
    at = label_at % len(points) if points else 0
    return [
        (str(name), *look, float(x), float(y), label if place == at else "", side)
        for place, (x, y) in enumerate(points)
    ]


def batch_look(batch_size: int) -> tuple[str, str]:
    """The hue and the dash that a batch size has in every chart."""
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
        for aside in [DOTS[style][1] if len(rounds) > 1 else 0.0]
    ]


def mean_and_students(
    studies: Sequence[Sequence[Mark]],
    field: str,
    look: tuple[str, str],
    label: str,
    points: Callable[[Sequence, str], list] = curve,
    **named: object,
) -> Rows:
    """Every student as a pale line, and their mean as the one that carries the name."""
    style, dash = look
    pale = (f"pale_{style}" if style in COLOURS else "quiet", dash)
    rows = [
        row
        for number, each in enumerate(studies)
        for row in line(f"{label} {number}", points(each, field), pale)
    ]
    return rows + line(label, points(mean_marks(studies), field), look, label=label, **named)


def has_students(figure: Figure) -> bool:
    """Whether the pale lines of single students are in it."""
    if "style" not in figure.data.column_names:
        return False
    return not {"quiet", *PALE}.isdisjoint(figure.data["style"].to_pylist())


def pixels_beside_lines(figure: Figure) -> int:
    """How much of its width the names of the lines take."""
    params = {param["name"]: param for param in figure.spec.get("params", ())}
    return params[BESIDE_LINES]["value"]


def lines_figure(
    lines: Iterable[Rows], alt_text: str, x: str, y: str, *, title: str = "", **shape
) -> Figure:
    """Lines over two axes with these titles. For `shape` see `lines_spec`."""
    rows = itertools.chain.from_iterable(lines)
    return Figure(lines_spec(x, y, **shape), table(_COLUMNS, rows), alt_text, title)


@built_once
def lines_spec(
    x: str,
    y: str,
    *,
    x_domain: tuple[float, float],
    y_domain: tuple[float, float] = (0, 100),
    label_width: int,
    height: int,
    x_type: str = "linear",
    band: tuple[str, ...] = (),
    ticks: int = 6,
) -> dict:
    """The spec of lines, the names of which take `label_width` pixels beside them.

    Lines of the same style differ by their dash. `band` shades the range between the lowest and
    the highest of the lines of those styles.
    """
    axis = {"grid": False, "tickMinStep": 1, "tickCount": ticks, "format": ",d"}
    scale = {"type": x_type, "domain": x_domain, "range": x_range(), "nice": False}
    base = alt.Chart(height=height).encode(
        alt.X("x:Q").title(x).axis(**axis).scale(**scale),
        alt.Y("y:Q").title(y).scale(domain=y_domain),
    )
    chart = alt.layer(*_strokes(base), *_dots(base), *_names(base))
    if band:
        shaded = alt.Chart().transform_filter(alt.FieldOneOfPredicate("style", band))
        edges = alt.X("x:Q"), alt.Y("min(y):Q"), alt.Y2("max(y):Q")
        chart = shaded.mark_area(color=INK, opacity=0.12, aria=False).encode(*edges) + chart
    return as_spec(chart, label_width=label_width)


# After the last of its colours, the theme begins anew with the first.
COLOUR = alt.Color("style:N").scale(domain=[*COLOURS, *PALE]).legend(None)


def _of(base: alt.Chart, *styles: str) -> alt.Chart:
    return base.transform_filter(alt.FieldOneOfPredicate("style", styles))


def _strokes(base: alt.Chart) -> Iterator[alt.Chart]:
    dash = alt.StrokeDash("dash:N").scale(domain=list(DASHES), range=list(DASHES.values()))
    strokes = alt.Detail("line:N"), dash.legend(None)
    pale = _of(base, *PALE).mark_line(strokeWidth=1, opacity=0.35, clip=True)
    yield pale.encode(COLOUR, *strokes)
    for style, (width, opacity) in INKS.items():
        look = {"strokeWidth": width, "opacity": opacity, "color": INK, "clip": True}
        yield _of(base, style).mark_line(**look).encode(*strokes)
    yield _of(base, *COLOURS).mark_line(strokeWidth=2.75, clip=True).encode(COLOUR, *strokes)


def _dots(base: alt.Chart) -> Iterator[alt.Chart]:
    for style, (filled, _) in DOTS.items():
        look = {"filled": filled, "color": INK, "size": 15, "strokeWidth": 1, "aria": False}
        yield _of(base, style).mark_point(clip=True, **look)


def _names(base: alt.Chart) -> Iterator[alt.Chart]:
    label = alt.Text("label:N"), alt.Description("label:N")
    for side, dy in SIDES.items():
        text = {"align": "left", "baseline": "middle", "dx": 7, "dy": dy, "fontSize": 12}
        here = base.transform_filter(f"datum.label != '' && datum.side == '{side}'")
        yield _of(here, "ink").mark_text(color=INK, **text).encode(*label)
        text["fontWeight"] = "bold"
        yield _of(here, "strong").mark_text(color=INK, **text).encode(*label)
        yield _of(here, *COLOURS).mark_text(**text).encode(COLOUR, *label)
