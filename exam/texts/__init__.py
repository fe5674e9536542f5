"""The texts of the page, one TOML file a language: `texts.loading(seconds=3)`."""

import functools
import html
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exam.parts import CHAPTER_NAMES

_FOLDER = Path(__file__).parent
LANGUAGES = tuple(
    sorted((file.stem for file in _FOLDER.glob("*.toml")), key=lambda lang: (lang != "ko", lang))
)


def choose_language(locale: str | None) -> str:
    """The language for a browser's locale such as "en-US": English if we do not have it.

    Korean if the browser sends none.
    """
    lang = (locale or LANGUAGES[0]).split("-")[0].lower()
    return lang if lang in LANGUAGES else "en"


class _NumberFormatter(string.Formatter):
    """Formats numbers together with the word that depends on them.

    `{updates:update|updates}` gives "1 update" or "80 updates"; `{student:/이/가}` gives "1이"
    or "2가" and `{loss:.2f/과/와}` "0.81과": the Korean particle after a final consonant, then
    the one after a vowel, of the number as it is read.
    """

    def format_field(self, value: Any, spec: str) -> str:
        if "|" in spec:
            one, many = spec.split("|")
            return f"{value:,} {one if value == 1 else many}"
        if "/" in spec:
            spec, after_consonant, after_vowel = spec.split("/")
            number = format(value, spec)
            is_vowel = number[-1] in _READ_WITH_A_VOWEL
            is_ro = after_vowel == "로" and number[-1] in _READ_WITH_L
            return number + (after_vowel if is_vowel or is_ro else after_consonant)
        return super().format_field(value, spec).replace("-", "−" if spec[:1] == "+" else "-")


_READ_WITH_A_VOWEL = "2459"  # 이 사 오 구
_READ_WITH_L = "178"  # 일 칠 팔: 로 follows them as it follows a vowel


class Sentence(str):
    """A text whose named fields are filled in by calling it."""

    def __call__(self, **fields: object) -> str:
        return _NumberFormatter().format(self, **fields)


class Texts:
    """The texts of a language, or one table of them: `texts.start`, `texts.failure["keras"]`."""

    def __init__(self, source: str, parts: dict[str, Any]):
        self._source, self._parts = source, parts

    def __getattr__(self, name: str) -> Any:
        return self[name]

    def __getitem__(self, name: str) -> Any:
        if name not in self._parts:
            raise AttributeError(f"the text {name!r} is missing in {self._source}")
        return self._parts[name]

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def as_dict(self) -> dict[str, Any]:
        """All of them by their keys, for the scripts in the browser."""
        return dict(self._parts)


def name_of(label: str) -> str:
    """The name of a setting; its label explains it after a colon."""
    return re.split("[:：]", label)[0]


def as_html(text: str) -> str:
    """A text with its bold, code and links as HTML."""
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text))
    text = re.sub(r"`(.+?)`", r"<code>\1</code>", text)
    return re.sub(r"\[(.+?)\]\((.+?)\)", r'<a href="\2">\1</a>', text)


@functools.cache
def load_texts(lang: str) -> Texts:
    """Every text of a language, each a `Sentence`; each table of the file is a `Texts` of its own.

    `{chapter[students]}` in a text becomes a link to that chapter, with its number.
    """
    content = (_FOLDER / f"{lang}.toml").read_text(encoding="utf-8")
    content = content.replace("–", "–\u2060")  # a range such as 0–4 stays on one line
    chapter = tomllib.loads(content)["chapter"]

    def link(field: re.Match[str]) -> str:
        if field[1] not in CHAPTER_NAMES:
            raise ValueError(f"{field[0]} in {lang}.toml names no chapter")
        number = CHAPTER_NAMES.index(field[1]) + 1
        return f"[{chapter.format(number=number)}](#chapter-{field[1]})"

    table = tomllib.loads(re.sub(r"\{chapter\[(\w+)\]\}", link, content))
    texts = _texts_of(table | {"lang": lang}, f"{lang}.toml")
    assert isinstance(texts, Texts)
    return texts


def _texts_of(part: dict | list | str, source: str) -> Texts | tuple | Sentence:
    if isinstance(part, dict):
        parts = {key: _texts_of(each, f"[{key}] of {source}") for key, each in part.items()}
        return Texts(source, parts)
    if isinstance(part, list):
        return tuple(_texts_of(each, source) for each in part)
    return Sentence(part)
