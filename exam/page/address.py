"""The page's address: what a link may set, and the link to what is on the screen."""

import re
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit, urlunsplit

from exam.model.settings import MISPRINTS, SETTINGS
from exam.page.texts import LANGUAGES, ORDER, Texts
from exam.service.rooms import LETTERS, SECRET

NUMBERS = {setting.name: setting for setting in (*SETTINGS, MISPRINTS)}
STUDY = "study"  # as `only`: the first screen alone
# What the page keeps in its address for as long as it differs from this.
DEFAULTS = {name: setting.default for name, setting in NUMBERS.items()} | {"lang": LANGUAGES[0]}
FLAGS = ("start", "projected", "reveal")
TRUE_OR_FALSE = {"true": True, "false": False}
# What each parameter that is no number may be, and what that means.
CHOICES = {
    "lang": {lang: lang for lang in LANGUAGES},
    "only": {part: part for part in (STUDY, *ORDER)},
}
CHOICES |= dict.fromkeys(FLAGS, TRUE_OR_FALSE)
CODE = re.compile(f"[{LETTERS}]{{4}}")


def read_address(
    values_of: Callable[[str], list[str]], lang: str = LANGUAGES[0]
) -> tuple[dict, list[str]]:
    """What the query parameters set, defaults filled in, and the names of those that are wrong.

    `values_of` gives every value of a parameter, none where it is absent. A repeated parameter
    is wrong, for nobody can tell which one was meant. `lang` is the language where none is asked
    for, and `only` the chapter that is to be shown alone, "study" or "" for the whole page. `room`
    and the lecturer's `secret` are "" where there are none.
    """
    readers = {name: setting.read for name, setting in NUMBERS.items()}
    readers |= {name: choices.get for name, choices in CHOICES.items()}
    readers |= {"room": read_code, "secret": read_secret}
    chosen = DEFAULTS | dict.fromkeys(FLAGS, False)
    chosen |= {"lang": lang, "only": "", "room": "", "secret": ""}
    wrong = []
    for name, read in readers.items():
        values = values_of(name)
        value = read(values[0]) if len(values) == 1 else None
        if value is not None:
            chosen[name] = value
        elif values:
            wrong.append(name)
    return chosen, wrong


def read_code(text: str) -> str | None:
    """The code of a room, in capitals as it is shown."""
    return text.upper() if text.isascii() and CODE.fullmatch(text.upper()) else None


def read_secret(text: str) -> str | None:
    return text if SECRET.fullmatch(text) else None


def hint(name: str, words: Texts) -> str:
    """The polite sentence about a parameter that could not be used."""
    if name in ("room", "secret"):
        return getattr(words, f"no_{name}")
    if setting := NUMBERS.get(name):
        fields = {"lowest": setting.lowest, "highest": setting.highest, "default": setting.default}
        return words.hint_number(name=name, **fields)
    choices = ", ".join(f"`{choice}`" for choice in CHOICES[name])
    return (words.hint_only if name == "only" else words.hint_choice)(name=name, choices=choices)


def link_to(page: str, **settings: int | str) -> str:
    """The address of `page` with exactly these settings; where a browser says nonsense, of here."""
    try:
        parts = urlsplit(page)
    except ValueError:
        parts = urlsplit("")
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(settings), ""))


def is_local(link: str) -> bool:
    """Whether the link opens on this computer alone."""
    return urlsplit(link).hostname in ("localhost", "127.0.0.1", "::1", "0.0.0.0")
