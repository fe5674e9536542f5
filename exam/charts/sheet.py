"""A marked exam sheet: a circle for right, a stroke for wrong, after whichever pass one likes.

The learner's slider runs over all passes inside the browser, for every question carries its
answers after every pass.
"""

import base64
import functools
import io
from collections.abc import Sequence

import altair as alt
import numpy as np
import pyarrow as pa
from PIL import Image

from exam.charts.theme import EDGE, PAPER, PEN, RED, STROKE, as_spec, table
from exam.model.exams import load_exams
from exam.model.results import Epoch

CELL, MARGIN, DETAIL = 36, 8, 76
WIDEST = 10 * CELL + 2 * MARGIN
WIDTH = alt.ExprRef(f"min(width, {WIDEST})")  # the cells move together on a narrow phone
_COLUMNS = {"question": int, "column": int, "row": int, "digit": str, "key": str}
_COLUMNS |= {"answers": str, "sure": str, "misprint": int}


@functools.cache
def picture(exam: str, number: int, question: int) -> str:
    """A question as a small PNG in a data URI, dark ink on clear paper."""
    ink = getattr(load_exams(), exam).questions[number, question]
    shades = np.zeros((*ink.shape, 2), np.uint8)
    shades[..., 1] = ink
    file = io.BytesIO()
    Image.fromarray(shades, "LA").save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def sheet_table(
    marks: Sequence[Epoch], key: np.ndarray, misprinted: Sequence[int] = ()
) -> pa.Table:
    """A row for each of the 100 questions of the first mock exam, its answers pass by pass."""

    def row(question: int) -> tuple:
        answers = "".join(mark.answers[question] for mark in marks)
        sure = "".join(mark.sure[2 * question : 2 * question + 2] for mark in marks)
        place = question + 1, question % 10, question // 10
        digit = picture("mock", 0, question), str(key[question])
        return *place, *digit, answers, sure, int(question in misprinted)

    return table(_COLUMNS, map(row, range(100)))


def sheet_spec(
    words, passes: int, *, shown: int | None = None, shows_misprints: bool = False
) -> dict:
    """The spec of `sheet_chart` for so many passes, opened at pass `shown`, or else the last."""
    spec = _spec(words, shows_misprints)
    params = {param["name"]: param for param in spec["params"]}
    chosen = params["chosen_pass"]
    params["chosen_pass"] = chosen | {
        "value": passes if shown is None else shown,
        "bind": chosen["bind"] | {"max": passes},
    }
    return spec | {"params": list(params.values())}


@functools.cache
def _spec(words, shows_misprints: bool) -> dict:
    return as_spec(sheet_chart(words, shows_misprints))


def sheet_chart(words, shows_misprints: bool) -> alt.LayerChart:
    """The sheet with two sliders beneath: the pass, and the question that is looked at."""
    bind = alt.binding_range(min=0, max=0, step=1, name=f"{words.sheet_pass} ")
    base = alt.Chart().transform_calculate(
        answer="substring(datum.answers, chosen_pass, chosen_pass + 1)",
        sureness="substring(datum.sure, 2 * chosen_pass, 2 * chosen_pass + 2)",
    )
    base = base.transform_calculate(is_right="datum.answer == datum.key")
    columns = [MARGIN, alt.ExprRef(f"min(width, {WIDEST}) - {MARGIN}")]
    rows = [MARGIN, WIDEST - MARGIN]
    cells = base.encode(
        alt.X("column:Q").scale(domain=[-0.5, 9.5], range=columns).axis(None),
        alt.Y("row:Q").scale(domain=[-0.5, 9.5], range=rows).axis(None),
    )
    looked_at = _looked_at(words)
    layers = [_paper(), *_marked_digits(cells)]
    if shows_misprints:
        layers.append(_misprints(cells))
    layers += [*_detail(base.transform_filter(looked_at), words), *_pointer(cells, looked_at)]
    chart = alt.layer(*layers, height=WIDEST + DETAIL)
    chart = chart.add_params(alt.param(name="chosen_pass", value=0, bind=bind))
    return chart.configure_view(stroke=None)


def _paper() -> alt.Chart:
    """The sheet itself, once and not for every question."""
    one = alt.Chart().transform_filter("datum.question == 1")
    corners = {"x": 0, "y": 0, "x2": WIDTH, "y2": WIDEST + DETAIL}
    corners = {name: alt.value(pixels) for name, pixels in corners.items()}
    return one.mark_rect(color=PAPER, stroke=EDGE, aria=False).encode(**corners)


def _marked_digits(cells: alt.Chart) -> list[alt.Chart]:
    right = cells.transform_filter("datum.is_right")
    wrong = cells.transform_filter("!datum.is_right")
    circle = {"filled": False, "strokeWidth": 1.5, "opacity": 0.9}
    stroke = {"shape": STROKE, "strokeWidth": 2.5, "opacity": 1}
    return [
        cells.mark_image(width=26, height=26, aria=False).encode(url="digit:N"),
        right.mark_circle(size=570, stroke=RED, aria=False, **circle),
        wrong.mark_point(size=570, stroke=RED, aria=False, **stroke),
    ]


def _misprints(cells: alt.Chart) -> alt.Chart:
    frame = {"filled": False, "stroke": PEN, "strokeDash": [3, 2], "opacity": 1}
    misprints = cells.transform_filter("datum.misprint == 1")
    return misprints.mark_square(size=(CELL - 3) ** 2, **frame)


def _looked_at(words) -> alt.Parameter:
    """The question under the pointer, or the one chosen by the slider."""
    return alt.selection_point(
        name="looked_at",
        fields=["question"],
        on="symbol:pointerover",  # anything else has no question, and would let all be looked at
        clear=False,
        value=[{"question": 1}],
        bind=alt.binding_range(min=1, max=100, step=1, name=f"{words.sheet_question} "),
    )


def _pointer(cells: alt.Chart, looked_at: alt.Parameter) -> list[alt.Chart]:
    """The frame around the question that is looked at, and cells that feel the pointer."""
    frame = {"filled": False, "stroke": PEN, "strokeWidth": 1.5, "opacity": 1, "aria": False}
    sensor = cells.mark_square(size=CELL**2, opacity=0.001, aria=False)
    return [
        cells.transform_filter(looked_at).mark_square(size=(CELL - 2) ** 2, **frame),
        sensor.encode(alt.Detail("question:Q")).add_params(looked_at),
    ]


def _detail(looked: alt.Chart, words) -> list[alt.Chart]:
    """Beneath the sheet: the question in large, its key, the answer, how sure it was."""
    text = {"align": "left", "fontSize": 13, "color": PEN, "baseline": "middle"}
    answer = (
        f"'{words.sheet_key} ' + datum.key + ' · {words.sheet_answer} ' + datum.answer"
        f" + (datum.is_right ? ' ○' : ' ╱')"
    )
    before, after = words.sheet_sure.split("{sure}")
    sure = f"'{before}' + toNumber(datum.sureness) + '{after}'"
    middle = {"x": alt.value(40), "y": alt.value(WIDEST + DETAIL / 2 - 4)}
    return [
        looked.mark_image(width=56, height=56, aria=False).encode(url="digit:N", **middle),
        *(
            looked.transform_calculate(text=said)
            .mark_text(**text, fontWeight=weight)
            .encode(text="text:N", description="text:N", x=alt.value(76), y=alt.value(y))
            for said, weight, y in (
                (answer, "bold", WIDEST + 22),
                (sure, "normal", WIDEST + 46),
            )
        ),
    ]
