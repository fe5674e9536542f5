"""The cookies that the page keeps in a browser, and how its requests are read for them.

A page on another host of the same domain can set cookies that are sent here as well, but none
whose name begins with `__Host-`. So over HTTPS ours have that prefix, and no others are read.
"""

import itertools
import re

from starlette.datastructures import Headers
from starlette.types import Scope

PREFIX = "__Host-"
XSRF = "_streamlit_xsrf"  # Streamlit names it, and compares it with what the page sends
# For 8 kB of other cookies Streamlit would keep 330 kB, and Python takes quadratic time to unquote
# a quoted one.
COOKIE = re.compile(
    rf"(?:^|;)\s*({PREFIX})?(lead_[A-Z]{{4}}|learner|{XSRF})=([\w|-]{{1,200}})(?=;|$)", re.ASCII
)
MAX_COOKIES = 50


def our_cookies(scope: Scope) -> dict[str, str]:
    """The cookies by which the page and Streamlit recognise a browser, without the prefix."""
    found = COOKIE.findall(Headers(scope=scope).get("cookie", ""))
    needs_prefix = _is_https(scope)
    ours: dict[str, str] = {}
    for prefix, name, value in sorted(found, key=lambda each: not each[0]):
        if prefix or name == XSRF or not needs_prefix:
            ours.setdefault(name, value)
    return dict(itertools.islice(ours.items(), MAX_COOKIES))


def new_cookie(name: str, value: str, scope: Scope) -> str:
    """A header that sets a cookie until the browser ends, as assets/hall/room.js does."""
    if _is_https(scope):
        return f"{PREFIX}{name}={value}; Path=/; SameSite=None; Secure; Partitioned"
    return f"{name}={value}; Path=/; SameSite=Lax"


def _is_https(scope: Scope) -> bool:
    """Whether the browser asks by HTTPS; a proxy in front says so."""
    said = Headers(scope=scope).get("x-forwarded-proto", scope.get("scheme", ""))
    return said in ("https", "wss")
