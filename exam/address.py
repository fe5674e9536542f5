"""The page's address: what a link may set, and the link to what is on the screen."""

from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit, urlunsplit

from exam.settings import SETTINGS
from exam.texts import LANGUAGES

# What the page keeps in its address for as long as it differs from this.
DEFAULTS = {setting.name: setting.default for setting in SETTINGS} | {"lang": LANGUAGES[0]}


def read_address(values_of: Callable[[str], list[str]]) -> tuple[dict, list[str]]:
    """What the query parameters set, defaults filled in, and the names of those that are wrong.

    `values_of` gives every value of a parameter, none where it is absent. A repeated parameter
    is wrong, for nobody can tell which one was meant.
    """
    readers = {setting.name: setting.read for setting in SETTINGS}
    readers["lang"] = lambda text: text if text in LANGUAGES else None
    readers["start"] = lambda text: {"true": True, "false": False}.get(text)
    chosen = DEFAULTS | {"start": False}
    wrong = []
    for name, read in readers.items():
        values = values_of(name)
        value = read(values[0]) if len(values) == 1 else None
        if value is not None:
            chosen[name] = value
        elif values:
            wrong.append(name)
    return chosen, wrong


def hint(name: str, say: SimpleNamespace) -> str:
    """The polite sentence about a parameter that could not be used."""
    for setting in SETTINGS:
        if setting.name == name:
            return say.hint_number(
                name=name,
                lowest=setting.lowest,
                highest=setting.highest,
                default=setting.default,
            )
    choices = {"lang": LANGUAGES, "start": ("true", "false")}[name]
    return say.hint_choice(name=name, choices=", ".join(f"`{choice}`" for choice in choices))


def link_to(page: str, **settings: int | str | bool) -> str:
    """The address of `page` with exactly these settings."""
    parts = urlsplit(page)
    query = urlencode({name: str(value).lower() for name, value in settings.items()})
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
