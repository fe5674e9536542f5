"""The study's figure as SVG and PNG, made by the browser that shows it."""

import functools
from html import escape
from pathlib import Path

_SCRIPT = Path(__file__).parent.parent / "assets" / "figure.js"
ENDINGS = ("svg", "png")


def figure_buttons(label: str, name: str, *, title: str, setting: str, source: str) -> str:
    """Two buttons, as HTML with the script behind them; the files are called `name`.

    Title, setting and source are written into the figure: it may come to stand anywhere.
    """
    said = {"name": name, "title": title, "setting": setting, "source": source}
    data = " ".join(f'data-{key}="{escape(value)}"' for key, value in said.items())
    buttons = "".join(
        f'<button type="button" data-ending="{ending}" {data}>{label} {ending.upper()}</button>'
        for ending in ENDINGS
    )
    return f'<div class="figure-files">{buttons}</div><script>{_script()}</script>'


@functools.cache
def _script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")
