"""The page's address: which settings a link can have, and the link to what is on the screen."""

import contextlib
import functools
import ipaddress
import socket
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from streamlit import config

from exam.model.settings import MISPRINTS, SETTINGS
from exam.parts import CHAPTER_NAMES, STUDY
from exam.rooms.rooms import read_code, read_secret
from exam.rooms.seal import read_sealed
from exam.texts import LANGUAGES, Texts

NUMBERS = {setting.name: setting for setting in (*SETTINGS, MISPRINTS)}
# The page writes what differs from these into its address.
DEFAULTS = {name: setting.default for name, setting in NUMBERS.items()} | {"lang": LANGUAGES[0]}
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
IPV6_NETWORK = 56  # bits of an address, all of which a home line may have
MAX_QUERY = 4_000  # letters; everybody waits while they are read
FLAGS = ("start", "projected", "reveal", "presenter")
TRUE_OR_FALSE = {"true": True, "false": False}
# The values that a parameter may have, and what they mean.
CHOICES: dict[str, Mapping[str, Any]] = {
    "lang": {lang: lang for lang in LANGUAGES},
    "only": {part: part for part in (STUDY, *CHAPTER_NAMES)},
    **dict.fromkeys(FLAGS, TRUE_OR_FALSE),
}


def read_plan(text: str) -> tuple[str, ...] | None:
    """The chapters of a lecture, separated by commas; None if a name is wrong or comes twice."""
    names = text.split(",")
    is_plan = len(set(names)) == len(names) and set(names) <= set(CHAPTER_NAMES)
    return tuple(names) if is_plan else None


# They give None for a wrong value.
READERS: dict[str, Callable[[str], Any]] = {
    **{name: setting.read for name, setting in NUMBERS.items()},
    **{name: choices.get for name, choices in CHOICES.items()},
    "room": read_code,
    "secret": read_secret,
    "plan": read_plan,
    "state": read_sealed,
}


def read_address(
    values_of: Callable[[str], list[str]], lang: str = LANGUAGES[0]
) -> tuple[dict[str, Any], list[str]]:
    """The settings of the query parameters with defaults, and the names of wrong parameters.

    `values_of` gives every value of a parameter, none if it is absent; one that is repeated is
    wrong, since nobody can tell which value was meant. `lang` is the language if none is asked for.
    `only` is the part that is to be shown alone, "" for the whole page.
    """
    chosen: dict[str, Any] = DEFAULTS | dict.fromkeys(FLAGS, False)
    chosen |= {"lang": lang, "only": "", "room": "", "secret": "", "plan": (), "state": ""}
    wrong = []
    for name, read in READERS.items():
        values = values_of(name)
        value = read(values[0]) if len(values) == 1 else None
        if value is not None:
            chosen[name] = value
        elif values:
            wrong.append(name)
    return chosen, wrong


def hint(name: str, texts: Texts) -> str:
    """A polite sentence about a parameter that could not be used."""
    if setting := NUMBERS.get(name):
        return texts.hint_number(
            name=name, lowest=setting.lowest, highest=setting.highest, default=setting.default
        )
    if name in texts.hall.refused:
        return texts.hall.refused[name]
    choices = ", ".join(f"`{choice}`" for choice in CHOICES.get(name, CHAPTER_NAMES))
    return (texts.hint_only if name == "only" else texts.hint_choice)(name=name, choices=choices)


def page_path() -> str:
    """The path of the page on this server, ending in a slash."""
    base = config.get_option("server.baseUrlPath").strip("/")
    return f"/{base}/" if base else "/"


def is_page(path: str) -> bool:
    """Whether a request for this path is one for the page."""
    return path in (page_path(), page_path().rstrip("/"))


def link_to(page: str, **settings: int | str) -> str:
    """The address of `page` with exactly these settings; a relative one if `page` is malformed."""
    try:
        parts = urlsplit(page)
    except ValueError:
        parts = urlsplit("")
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(settings), ""))


def is_local(link: str) -> bool:
    """Whether the link opens on this computer alone."""
    return host_of(link) in LOCAL_HOSTS


def reachable(link: str) -> str:
    """The link, with this computer's address in its network in place of a local one."""
    host = host_of(link)
    own = _own_address() if is_local(link) else None
    return link.replace(host, own, 1) if own and host else link


def host_of(link: str) -> str | None:
    """The host of an address; None if it has none, or is malformed."""
    try:
        return urlsplit(link).hostname
    except ValueError:
        return None


@functools.lru_cache(1_000)
def network_of(address: str) -> str:
    """The part of an address that a client cannot choose: the network of IPv6, else all of it."""
    with contextlib.suppress(ValueError):
        read = ipaddress.ip_address(address)
        if isinstance(read, ipaddress.IPv6Address) and not read.ipv4_mapped:
            return str(ipaddress.IPv6Network((read, IPV6_NETWORK), strict=False))
    return address


def network_of_client(scope: Mapping[str, Any]) -> str:
    """Where a request or a websocket comes from."""
    address, _ = scope.get("client") or ("", 0)
    return network_of(address)


def is_this_machine(address: str) -> bool:
    """Whether it is a loopback address, as of a proxy on this machine."""
    with contextlib.suppress(ValueError):
        read = ipaddress.ip_address(address)
        return (getattr(read, "ipv4_mapped", None) or read).is_loopback
    return False


def _own_address() -> str | None:
    """The address from which this computer would send; nothing is sent."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("203.0.113.1", 1))  # reserved for documentation
        return probe.getsockname()[0]
    return None
