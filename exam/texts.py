"""The texts of the page, one TOML file a language: `say.summary(wrong=3, …)`."""

import functools
import string
import tomllib
from pathlib import Path
from types import SimpleNamespace

_FOLDER = Path(__file__).parent / "texts"
LANGUAGES = tuple(
    sorted((file.stem for file in _FOLDER.glob("*.toml")), key=lambda lang: lang != "ko")
)


class _Counting(string.Formatter):
    """Adds the counted noun: `{updates:update|updates}` gives "1 update" or "80 updates"."""

    def format_field(self, value, spec):
        if "|" not in spec:
            return super().format_field(value, spec)
        one, many = spec.split("|")
        return f"{value:,} {one if value == 1 else many}"


class Sentence(str):
    """A text whose named fields are filled in by calling it."""

    def __call__(self, **fields) -> str:
        return _Counting().format(self, **fields)


@functools.cache
def load_texts(lang: str) -> SimpleNamespace:
    """Every text of a language as an attribute, each a `Sentence`."""
    with (_FOLDER / f"{lang}.toml").open("rb") as file:
        return SimpleNamespace(**{key: Sentence(text) for key, text in tomllib.load(file).items()})
