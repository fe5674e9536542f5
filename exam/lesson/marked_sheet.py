"""A marked exam sheet: a circle for right, a stroke for wrong, after whichever pass one likes.

One chart. The learner's slider runs over all passes inside the browser, for every question
carries its answers after every pass.
"""

import base64
import functools
import io
from collections.abc import Sequence
from types import SimpleNamespace

import altair as alt
import numpy as np
import pyarrow as pa
from PIL import Image

from exam.lesson.drawing import as_spec, table
from exam.papers import load_exams
from exam.results import Epoch
from exam.texts import load_texts

CELL, MARGIN, DETAIL = 36, 8, 76
WIDEST = 10 * CELL + 2 * MARGIN
WIDTH = alt.ExprRef(f"min(width, {WIDEST})")  # the cells move together on a narrow phone
PAPER, PEN, RED = "#ffffff", "#1b1f27", "#c1121f"
COLUMNS = {"question": int, "column": int, "row": int, "digit": str, "key": str}
COLUMNS |= {"answers": str, "sure": str, "misprint": int}


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
    return table(
        COLUMNS,
        (
            (
                question + 1,
                question % 10,
                question // 10,
                picture("mock", 0, question),
                str(key[question]),
                "".join(mark.answers[question] for mark in marks),
                "".join(mark.sure[2 * question : 2 * question + 2] for mark in marks),
                int(question in misprinted),
            )
            for question in range(100)
        ),
    )


def sheet_spec(
    lang: str, passes: int, *, shown: int | None = None, shows_misprints: bool = False
) -> dict:
    """The spec of `sheet_chart` for so many passes, opened at pass `shown`, or else the last."""
    spec = _spec(lang, shows_misprints)
    params = {param["name"]: param for param in spec["params"]}
    chosen = params["chosen_pass"]
    params["chosen_pass"] = chosen | {
        "value": passes if shown is None else shown,
        "bind": chosen["bind"] | {"max": passes},
    }
    return spec | {"params": list(params.values())}


@functools.cache
def _spec(lang: str, shows_misprints: bool) -> dict:
    return as_spec(sheet_chart(load_texts(lang), shows_misprints))


def sheet_chart(say: SimpleNamespace, shows_misprints: bool) -> alt.LayerChart:
    """The sheet with two sliders beneath: the pass, and the question that is looked at."""
    chosen_pass = alt.param(
        name="chosen_pass",
        value=0,
        bind=alt.binding_range(min=0, max=0, step=1, name=f"{say.sheet_pass} "),
    )
    looked_at = alt.selection_point(
        name="looked_at",
        fields=["question"],
        on="symbol:pointerover",  # anything else has no question, and would let all be looked at
        clear=False,
        value=[{"question": 1}],
        bind=alt.binding_range(min=1, max=100, step=1, name=f"{say.sheet_question} "),
    )
    columns = [MARGIN, alt.ExprRef(f"min(width, {WIDEST}) - {MARGIN}")]
    middle = {
        "x": alt.X("column:Q").scale(domain=[-0.5, 9.5], range=columns).axis(None),
        "y": alt.Y("row:Q").scale(domain=[-0.5, 9.5], range=[MARGIN, WIDEST - MARGIN]).axis(None),
    }
    base = (
        alt.Chart()
        .transform_calculate(
            answer="substring(datum.answers, chosen_pass, chosen_pass + 1)",
            sureness="substring(datum.sure, 2 * chosen_pass, 2 * chosen_pass + 2)",
        )
        .transform_calculate(is_right="datum.answer == datum.key")
    )
    cells = base.encode(**middle)
    right = cells.transform_filter("datum.is_right")
    wrong = cells.transform_filter("!datum.is_right")
    stroke = "M-0.8,0.8L0.8,-0.8"
    sensor = (
        cells.mark_square(size=CELL**2, opacity=0.001, aria=False)
        .encode(alt.Detail("question:Q"))
        .add_params(looked_at)
    )
    frame = cells.transform_filter(looked_at).mark_square(
        size=(CELL - 2) ** 2, filled=False, stroke=PEN, strokeWidth=1.5, opacity=1, aria=False
    )
    layers = [
        alt.Chart()
        .transform_filter("datum.question == 1")
        .mark_rect(color=PAPER, stroke="#c8ccd4", aria=False)
        .encode(x=alt.value(0), y=alt.value(0), x2=alt.value(WIDTH), y2=alt.value(WIDEST + DETAIL)),
        cells.mark_image(width=26, height=26, aria=False).encode(url="digit:N"),
        right.mark_circle(
            size=570, filled=False, stroke=RED, strokeWidth=1.5, opacity=0.9, aria=False
        ),
        wrong.mark_point(
            shape=stroke, size=570, stroke=RED, strokeWidth=2.5, opacity=1, aria=False
        ),
    ]
    if shows_misprints:
        layers.append(
            cells.transform_filter("datum.misprint == 1").mark_square(
                size=(CELL - 3) ** 2, filled=False, stroke=PEN, strokeDash=[3, 2], opacity=1
            )
        )
    looked = base.transform_filter(looked_at)
    text = {"align": "left", "fontSize": 13, "color": PEN, "baseline": "middle"}
    line_at = {"x": alt.value(76)}
    detail = (
        f"'{say.sheet_key} ' + datum.key + ' · {say.sheet_answer} ' + datum.answer"
        f" + (datum.is_right ? ' ○' : ' ╱')"
    )
    before, after = say.sheet_sure.split("{sure}")
    layers += [
        looked.mark_image(width=56, height=56, aria=False).encode(
            url="digit:N", x=alt.value(40), y=alt.value(WIDEST + DETAIL / 2 - 4)
        ),
        looked.transform_calculate(text=detail)
        .mark_text(**text, fontWeight="bold")
        .encode(text="text:N", y=alt.value(WIDEST + 22), description="text:N", **line_at),
        looked.transform_calculate(text=f"'{before}' + toNumber(datum.sureness) + '{after}'")
        .mark_text(**text)
        .encode(text="text:N", y=alt.value(WIDEST + 46), description="text:N", **line_at),
        frame,
        sensor,
    ]
    chart = alt.layer(*layers, height=WIDEST + DETAIL)
    chart = chart.add_params(chosen_pass)
    return chart.configure_view(stroke=None)
