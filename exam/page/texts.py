"""The texts of the page, one TOML file a language: `words.loading(seconds=3)`."""

import functools
import html
import re
import string
import tomllib
from pathlib import Path
from types import SimpleNamespace

from exam.page.parts import CHAPTER_NAMES

_FOLDER = Path(__file__).parents[1] / "texts"
LANGUAGES = tuple(
    sorted((file.stem for file in _FOLDER.glob("*.toml")), key=lambda lang: (lang != "ko", lang))
)


def choose_language(locale: str | None) -> str:
    """The language for a browser's locale such as "en-US": ours where we have it, else English.

    Korean where the browser says nothing.
    """
    lang = (locale or LANGUAGES[0]).split("-")[0].lower()
    return lang if lang in LANGUAGES else "en"


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
        return super().format_field(value, spec).replace("-", "−" if spec[:1] == "+" else "-")


_READ_WITH_A_VOWEL = "2459"  # 이 사 오 구
_READ_WITH_L = "178"  # 일 칠 팔: 로 follows them as it follows a vowel


class Sentence(str):
    """A text whose named fields are filled in by calling it."""

    def __call__(self, **fields) -> str:
        return _Counting().format(self, **fields)


class Texts(SimpleNamespace):
    """The texts of a language, or of a chapter in it, as attributes."""

    __hash__ = object.__hash__  # each exists once, so that specs can be cached by it

    def __getattr__(self, name: str):
        raise AttributeError(f"the text {name!r} is missing in {self._source}")

    def starting(self, prefix: str) -> dict[str, str]:
        """The texts whose keys start with `prefix`, by the rest of their keys."""
        return {k.removeprefix(prefix): v for k, v in vars(self).items() if k.startswith(prefix)}


def as_html(text: str) -> str:
    """A text of the page, with its bold, code and links, for places where no Markdown is read."""
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text))
    text = re.sub(r"`(.+?)`", r"<code>\1</code>", text)
    return re.sub(r"\[(.+?)\]\((.+?)\)", r'<a href="\2">\1</a>', text)


@functools.cache
def load_texts(lang: str) -> Texts:
    """Every text of a language, each a `Sentence`; the table of a chapter is a `Texts` of its own.

    A text names a chapter by its key, `{chapter[students]}`, which becomes a link with its number.
    """
    content = (_FOLDER / f"{lang}.toml").read_text(encoding="utf-8")
    content = content.replace("–", "–\u2060")  # a range such as 0–4 stays on one line
    chapter = tomllib.loads(content)["chapter"]

    def link(found: re.Match) -> str:
        if found[1] not in CHAPTER_NAMES:
            raise ValueError(f"{found[0]} in {lang}.toml names no chapter")
        number = CHAPTER_NAMES.index(found[1]) + 1
        return f"[{chapter.format(number=number)}](#chapter-{found[1]})"

    content = re.sub(r"\{chapter\[(\w+)\]\}", link, content)
    texts = _texts_of(tomllib.loads(content), f"{lang}.toml")
    texts.lang = lang
    return texts


def _texts_of(found: dict | list | str, source: str) -> Texts | tuple | Sentence:
    if isinstance(found, dict):
        parts = {key: _texts_of(part, f"[{key}] of {source}") for key, part in found.items()}
        return Texts(_source=source, **parts)
    if isinstance(found, list):
        return tuple(_texts_of(each, source) for each in found)
    return Sentence(found)
