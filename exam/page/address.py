"""The page's address: what a link may set, and the link to what is on the screen."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from streamlit.net_util import get_internal_ip

from exam.model.settings import MISPRINTS, SETTINGS
from exam.page.parts import CHAPTER_NAMES, STUDY
from exam.page.texts import LANGUAGES, Texts

NUMBERS = {setting.name: setting for setting in (*SETTINGS, MISPRINTS)}
# The page writes what differs from these into its address.
DEFAULTS = {name: setting.default for name, setting in NUMBERS.items()} | {"lang": LANGUAGES[0]}
FLAGS = ("start", "projected", "reveal")
TRUE_OR_FALSE = {"true": True, "false": False}
# The values that each of the other parameters may have, and what they mean.
CHOICES = {
    "lang": {lang: lang for lang in LANGUAGES},
    "only": {part: part for part in (STUDY, *CHAPTER_NAMES)},
}
CHOICES |= dict.fromkeys(FLAGS, TRUE_OR_FALSE)
READERS = {name: setting.read for name, setting in NUMBERS.items()}
READERS |= {name: choices.get for name, choices in CHOICES.items()}


def read_address(
    values_of: Callable[[str], list[str]], lang: str = LANGUAGES[0]
) -> tuple[dict, list[str]]:
    """What the query parameters set, defaults filled in, and the names of those that are wrong.

    `values_of` gives every value of a parameter, none where it is absent. `lang` is the language
    where none is asked for. `only` is the part that is to be shown alone, "" for the whole page.
    """
    chosen = DEFAULTS | dict.fromkeys(FLAGS, False) | {"lang": lang, "only": ""}
    said, wrong = read_parameters(READERS, values_of)
    return chosen | said, wrong


def read_parameters(
    readers: Mapping[str, Callable[[str], object]], values_of: Callable[[str], list[str]]
) -> tuple[dict, list[str]]:
    """The values of the parameters that are given, and the names of those that are wrong.

    A reader gives None for what is wrong. A repeated parameter is wrong as well, for nobody can
    tell which one was meant.
    """
    said, wrong = {}, []
    for name, read in readers.items():
        values = values_of(name)
        value = read(values[0]) if len(values) == 1 else None
        if value is not None:
            said[name] = value
        elif values:
            wrong.append(name)
    return said, wrong


def hint(name: str, words: Texts) -> str:
    """The polite sentence about a parameter that could not be used."""
    if setting := NUMBERS.get(name):
        fields = {"lowest": setting.lowest, "highest": setting.highest, "default": setting.default}
        return words.hint_number(name=name, **fields)
    choices = ", ".join(f"`{choice}`" for choice in CHOICES[name])
    return (words.hint_only if name == "only" else words.hint_choice)(name=name, choices=choices)


def link_to(page: str, **settings: int | str) -> str:
    """The address of `page` with exactly these settings; a relative one if `page` is nonsense."""
    try:
        parts = urlsplit(page)
    except ValueError:
        parts = urlsplit("")
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(settings), ""))


def is_local(link: str) -> bool:
    """Whether the link opens on this computer alone."""
    return urlsplit(link).hostname in ("localhost", "127.0.0.1", "::1", "0.0.0.0")


def reachable(link: str) -> str:
    """The link; one of this computer alone, at the address by which its network knows it."""
    own, parts = get_internal_ip() if is_local(link) else None, urlsplit(link)
    return link.replace(parts.hostname, own, 1) if own else link
