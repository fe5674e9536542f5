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


def choose_language(locale: str | None) -> str:
    """The language for a browser's locale such as "en-US": ours where we have it, else Korean."""
    lang = (locale or "").split("-")[0].lower()
    return lang if lang in LANGUAGES else LANGUAGES[0]


class _Counting(string.Formatter):
    """Adds the word that goes with a number.

    `{updates:update|updates}` gives "1 update" or "80 updates"; `{student:/이/가}` gives "1이"
    or "2가" and `{loss:.2f/과/와}` "0.81과": the Korean particle after a final consonant, then
    the one after a vowel, of the number as it is read.
    """

    def format_field(self, value, spec):
        if "|" in spec:
            one, many = spec.split("|")
            return f"{value:,} {one if value == 1 else many}"
        if "/" in spec:
            spec, after_consonant, after_vowel = spec.split("/")
            number = format(value, spec)
            is_vowel = number[-1] in _READ_WITH_A_VOWEL
            is_ro = after_vowel == "로" and number[-1] in _READ_WITH_L
            return number + (after_vowel if is_vowel or is_ro else after_consonant)
        return super().format_field(value, spec)


_READ_WITH_A_VOWEL = "2459"  # 이 사 오 구
_READ_WITH_L = "178"  # 일 칠 팔 take 로, as vowels do


class Sentence(str):
    """A text whose named fields are filled in by calling it."""

    def __call__(self, **fields) -> str:
        return _Counting().format(self, **fields)


@functools.cache
def load_texts(lang: str) -> SimpleNamespace:
    """Every text of a language as an attribute, each a `Sentence`; a table of texts is another."""
    with (_FOLDER / f"{lang}.toml").open("rb") as file:
        return _texts_of(tomllib.load(file))


def _texts_of(found: dict | list | str) -> SimpleNamespace | tuple | Sentence:
    if isinstance(found, dict):
        return SimpleNamespace(**{key: _texts_of(part) for key, part in found.items()})
    if isinstance(found, list):
        return tuple(map(_texts_of, found))
    return Sentence(found)
