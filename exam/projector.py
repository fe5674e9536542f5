"""The page as a projector shows it: figures whose letters the last row can read."""

import re
from typing import Any

SCALE = 1.45  # of letters and lines: 11 pixels become 16, 2.2 % of a screen 720 pixels high
TALLER = 1.35  # of a figure's height, so that the larger titles of its axes fit
_LETTERS_AND_LINES = {"fontSize", "labelFontSize", "titleFontSize", "strokeWidth", "dx", "dy"}
_AXIS = {"labelFontSize": 12, "titleFontSize": 12.5}  # where a spec says nothing


def magnified(spec: dict, taller: float = TALLER) -> dict:
    """The same Vega-Lite figure with larger letters and thicker lines."""
    config = spec.get("config", {})
    padding = spec.get("padding", {})
    spec = spec | {
        "config": config | {"axis": _AXIS | config.get("axis", {})},
        "padding": padding | {"left": padding.get("left", 0) + 6},  # a title's letters overhang
    }
    return _scaled(spec, taller)


def _scaled(part: Any, taller: float) -> Any:
    if isinstance(part, list):
        return [_scaled(each, taller) for each in part]
    if isinstance(part, str):  # what is kept free beside the lines for their labels
        return re.sub(r"^width - (\d+)$", lambda kept: f"width - {SCALE * int(kept[1]):.0f}", part)
    if not isinstance(part, dict):
        return part
    factors = dict.fromkeys(_LETTERS_AND_LINES, SCALE)
    if part.keys() & {"mark", "layer", "vconcat"}:
        factors["height"] = taller
    return {
        key: value * factors[key]
        if key in factors and isinstance(value, int | float)
        else _scaled(value, taller)
        for key, value in part.items()
    }
