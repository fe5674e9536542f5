"""Charts: fixed axes over the planned epochs, rows for every mark, names that do not collide."""

import itertools
import json
import math
import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import altair as alt
import pytest
from altair.utils import schemapi

from exam.charts import theme
from exam.charts.curves import (
    HIGHEST_LOSS,
    LOSS_DOMAIN,
    PANEL_HEIGHTS,
    WRONG_DOMAIN,
    Curve,
    curves_spec,
    curves_table,
)
from exam.charts.lines import COLOURS, DOTS, INKS, lines_figure
from exam.charts.pictures import sheet_picture
from exam.charts.settings_map import settings_map
from exam.charts.theme import DASHES
from exam.texts import LANGUAGES, load_texts
from tests.scripted import MEASURED, any_study, experiment_of, figures, marks
from tests.test_sentences import RISING


def params_of(spec: dict) -> dict[str, dict]:
    return {param["name"]: param for param in spec["params"]}


def encodings_in(spec: dict) -> Iterator[dict]:
    yield spec.get("encoding", {})
    for layer in spec.get("layer", ()):
        yield from encodings_in(layer)


def test_two_panels_over_one_axis_of_planned_epochs():
    for lang in LANGUAGES:
        words = load_texts(lang)
        spec = curves_spec(words, 77)
        assert params_of(spec)["epochs"]["value"] == 77
        errors = words.errors_title(questions=100, unseen=1000)
        wanted = (errors, WRONG_DOMAIN), (words.loss_title, LOSS_DOMAIN)
        for panel, (title, domain) in zip(spec["vconcat"], wanted, strict=True):
            encodings = list(encodings_in(panel))
            domains = [e["x"]["scale"]["domain"] for e in encodings if "scale" in e.get("x", {})]
            assert all(each == [0, {"expr": "epochs"}] for each in domains)
            titled = [e["y"] for e in encodings if "title" in e.get("y", {})]
            assert {each["title"] for each in titled} == {title}
            assert all(each["scale"]["domain"] == domain for each in titled)


def test_the_player_drives_the_chart():
    bound = params_of(curves_spec(load_texts("en"), 20))
    assert bound["pass"]["bind"] == {"element": "#pass", "event": "input"}
    assert bound["reached"]["bind"]["element"] == "#reached"


def test_the_rows_of_the_curves():
    rows = curves_table(
        [Curve(marks([1.0] * 200), "batch 10"), Curve(marks(RISING))], 8
    ).to_pylist()
    assert len(rows) == 2 * (9 + 9)
    (labelled,) = (row for row in rows if row["label"])
    assert (labelled["label"], labelled["epoch"]) == (
        "batch 10",
        8,
    )  # its own end is beyond the axis
    now = [row for row in rows if row["run"] == "now"]
    assert {row["epoch"]: row["best"] for row in now} == dict.fromkeys(range(8)) | {8: 3}
    last = [(row["series"], row["wrong"]) for row in now if row["epoch"] == 8]
    assert last == [("practised", 82), ("unseen", 93.5)]
    quiet = curves_table([Curve(marks(RISING[:-1]))], 8).to_pylist()
    assert {row["best"] for row in quiet} == {None}  # one pass before it is known
    assert curves_table([], 8).num_rows == 0


def test_names_of_earlier_runs_are_not_on_each_other():
    """Also if all end at the same place, and clear of the last one's; here two fit."""
    curves = [Curve(marks([1.0] * 20), f"batch {size}") for size in (1, 10, 32, 100)]
    rows = [row for row in curves_table(curves, 20).to_pylist() if row["label"]]
    assert [row["label"] for row in rows] == [f"batch {size}: 90.5" for size in (1, 10)]
    pixels = PANEL_HEIGHTS[0] / (WRONG_DOMAIN[1] - WRONG_DOMAIN[0])
    places = [pixels * row["label_at"] for row in rows]
    of_last = [pixels * 90.5 + 8, pixels * 70 - 8]
    assert all(b - a >= 12 for a, b in itertools.pairwise(sorted([*of_last, *places])))
    assert all(
        pixels * WRONG_DOMAIN[0] - 4 <= place <= pixels * WRONG_DOMAIN[1] for place in places
    )
    shorter = curves_table([Curve(marks([1.0] * 4), "batch 1"), Curve(marks([1.0] * 3))], 20)
    (row,) = (row for row in shorter.to_pylist() if row["label"])
    assert (row["epoch"], row["label_at"]) == (4, 94.5)  # beside its own end


def test_no_student_begins_above_the_chart():
    from exam.model.training import study

    highest = max(
        max(mark.loss, mark.val_loss)
        for student in range(1, 31)
        for mark in study(batch_size=100, epochs=1, student=student)
    )
    assert highest < HIGHEST_LOSS < LOSS_DOMAIN[1] and not math.isnan(highest)


def test_pictures_are_small():
    assert len(sheet_picture(1)) < 30_000
    assert sheet_picture(1) != sheet_picture(2)  # each in the order of its first pass


def test_charts_that_are_built_at_once_keep_their_own_titles():
    """As when a hall opens chapters: many threads, each with another chart."""
    titles = [f"axis {number}" for number in range(16)]

    def spec_of(title: str) -> dict:
        axes = {"x_domain": (0, 10), "label_width": 10, "height": 100}
        return lines_figure([], "", title, f"{title} y", **axes).spec

    switch_interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # so that threads do meet
    try:
        with ThreadPoolExecutor(8) as pool:
            specs = list(pool.map(spec_of, titles))
    finally:
        sys.setswitchinterval(switch_interval)
    for title, spec in zip(titles, specs, strict=True):
        written = json.dumps(spec)
        assert set(re.findall(r"axis \d+", written)) == {title}
        assert f'"title": "{title}"' in written and f'"title": "{title} y"' in written


def test_every_spec_is_what_vega_lite_understands():
    """The page does not validate them, since that takes as long as building them."""
    for lang in LANGUAGES:
        words = load_texts(lang)
        specs = [curves_spec(words, 20), settings_map([], "loss", words).spec]
        for name in MEASURED:
            begun = experiment_of(name, lambda key, passes: [], choice=1)
            specs += [figure.spec for figure in figures(begun, name, words)]
        for spec in specs:
            schemapi.validate_jsonschema(spec, alt.load_schema())


@pytest.mark.parametrize("name", MEASURED)
def test_lines_with_names_look_different(name):
    """Whoever compares two batch sizes, say, must tell their lines apart without colour."""
    texts = load_texts("en")
    for figure in figures(experiment_of(name, any_study, choice=1), name, texts):
        if "label" not in figure.data.column_names:
            continue
        rows = figure.data.to_pylist()
        points = Counter(row["line"] for row in rows)  # a name at a single one is a number there
        rows = [row for row in rows if row["label"] and points[row["line"]] > 1]
        looks = {row["label"]: (row["style"], row["dash"]) for row in rows}
        for label, (style, dash) in looks.items():
            drawn = style in (*COLOURS, *INKS, *DOTS) and dash in DASHES
            assert drawn, f"{name}: {label!r} has a look that is not drawn: {style}, {dash}"
        alike = f"{name}: lines look alike, give each a look of its own: {looks}"
        assert len(set(looks.values())) == len(looks), alike


def test_a_spec_that_is_kept_waits_for_none_that_is_built():
    words, specs = load_texts("en"), []
    curves_spec(words, 20)
    with theme._building:  # as long as another is built
        reader = threading.Thread(target=lambda: specs.append(curves_spec(words, 20)), daemon=True)
        reader.start()
        reader.join(timeout=30)
    assert specs == [curves_spec(words, 20)]
