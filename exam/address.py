"""The page's address: what a link may set, and the link to what is on the screen."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit, urlunsplit

from exam.settings import MISPRINTS, SETTINGS
from exam.texts import LANGUAGES

NUMBERS = (*SETTINGS, MISPRINTS)
STUDY = "study"  # as `only`: the first screen alone
# What the page keeps in its address for as long as it differs from this.
DEFAULTS = {setting.name: setting.default for setting in NUMBERS} | {"lang": LANGUAGES[0]}
SWITCHES = ("start", "projected")
TRUE_OR_FALSE = {"true": True, "false": False}


def read_address(
    values_of: Callable[[str], list[str]], chapters: Sequence[str], lang: str = LANGUAGES[0]
) -> tuple[dict, list[str]]:
    """What the query parameters set, defaults filled in, and the names of those that are wrong.

    `values_of` gives every value of a parameter, none where it is absent. A repeated parameter
    is wrong, for nobody can tell which one was meant. `lang` is the language where none is asked
    for, and `only` the chapter that is to be shown alone, "study" or "" for the whole page.
    """
    choices = choices_of(chapters)
    readers = {setting.name: setting.read for setting in NUMBERS}
    readers |= {
        name: lambda text, of=of: text if text in of else None for name, of in choices.items()
    }
    chosen = DEFAULTS | {"lang": lang, "start": "false", "projected": "false", "only": ""}
    wrong = []
    for name, read in readers.items():
        values = values_of(name)
        value = read(values[0]) if len(values) == 1 else None
        if value is not None:
            chosen[name] = value
        elif values:
            wrong.append(name)
    for name in SWITCHES:
        chosen[name] = TRUE_OR_FALSE[chosen[name]]
    return chosen, wrong


def check(name: str, value: object) -> int | str:
    """The value, where the page may keep it in its address under this name; else a ValueError."""
    for setting in NUMBERS:
        if setting.name == name:
            setting.check(value)
            return value
    if value not in LANGUAGES:
        raise ValueError(f"{name} must be one of {LANGUAGES}, got {repr(value)[:40]}")
    return value


def choices_of(chapters: Sequence[str]) -> dict[str, Sequence[str]]:
    """What each parameter that is no number may be."""
    switches = dict.fromkeys(SWITCHES, tuple(TRUE_OR_FALSE))
    return {"lang": LANGUAGES, "only": (STUDY, *chapters)} | switches


def hint(name: str, chapters: Sequence[str], say: SimpleNamespace) -> str:
    """The polite sentence about a parameter that could not be used."""
    for setting in NUMBERS:
        if setting.name == name:
            return say.hint_number(
                name=name,
                lowest=setting.lowest,
                highest=setting.highest,
                default=setting.default,
            )
    choices = ", ".join(f"`{choice}`" for choice in choices_of(chapters)[name])
    return (say.hint_only if name == "only" else say.hint_choice)(name=name, choices=choices)


def link_to(page: str, **settings: int | str | bool) -> str:
    """The address of `page` with exactly these settings."""
    parts = urlsplit(page)
    query = urlencode({name: str(value).lower() for name, value in settings.items()})
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def is_local(link: str) -> bool:
    """Whether the link opens on this computer alone."""
    return urlsplit(link).hostname in ("localhost", "127.0.0.1", "::1", "0.0.0.0")
