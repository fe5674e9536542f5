"""Refuses requests that the page never makes, and removes headers that it does not need.

Refused are Streamlit's addresses that the page does not use, other apps, and websockets opened by
pages of other hosts.
"""

import posixpath
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from exam.page.address import LOCAL_HOSTS, MAX_QUERY, host_of
from exam.server.cookies import our_cookies

# Nothing is uploaded, nobody reads the metrics here, no agent drives the page, nobody logs in.
CLOSED = ("/_stcore/upload_file", "/_stcore/metrics", "/_stcore/agent", "/oauth2callback", "/auth/")
# With this parameter Streamlit's frontend loads an app from another host as if it were this page:
# its scripts could read our cookies, and so a room's secret, if a lecturer follows such a link.
OTHER_APP = b"staticAppId"
# Letters that no browser escapes; nginx would not recognise a room's code that has one
# (nginx.conf).
ESCAPED = re.compile(rb"%(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])", re.IGNORECASE)
MAX_PATH = 500  # letters
HEADERS = {
    "Referrer-Policy": "no-referrer",  # an address may have a room's secret
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# A page around a room could have clicks on it vote or lead there, unseen; one that has opened it in
# a tab could load something else into the projector at any time.
ROOM_HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """Refuses closed addresses and foreign websockets; takes headers out, and adds others."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                is_room = b"room=" in scope["query_string"]
                MutableHeaders(scope=message).update(HEADERS | (ROOM_HEADERS if is_room else {}))
            await send(message)

        match scope["type"]:
            case "websocket" if _is_foreign(Headers(scope=scope)):
                await send({"type": "websocket.close", "code": 1008})
            case "websocket":
                await self.app(_with_needed_headers(scope), receive, send)
            case "http":
                answer = _refusal(scope) or self.app
                await answer(_with_needed_headers(scope), receive, send_with_headers)
            case _:
                await self.app(scope, receive, send)


def _refusal(scope: Scope) -> Response | None:
    """A refusal if the address is closed, or so long that reading it would block everybody."""
    path, query = scope["path"], scope["query_string"]
    if len(query) > MAX_QUERY or len(path) > MAX_PATH:
        return PlainTextResponse("The address is too long", 414)
    # Other spellings of a file's path ("//", "/./") lead to it as well, and each would be kept.
    is_respelt = "/static/" in path and posixpath.normpath(path) != path
    is_closed = is_respelt or any(each in path for each in CLOSED)
    if is_closed or ESCAPED.search(query) or OTHER_APP in query:
        return PlainTextResponse("Not found", 404)
    return None


def _with_needed_headers(scope: Scope) -> Scope:
    headers = MutableHeaders(raw=list(scope["headers"]))
    del headers["cookie"]
    del headers["range"]  # preparing a hundred ranges of a file would block everybody
    if cookies := our_cookies(scope):
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    if scope["type"] == "websocket":
        # For an origin that it does not know, Streamlit first looks up its own address over the
        # network, and blocks everybody meanwhile; if nothing answers, it does so each time.
        del headers["origin"]
    return {**scope, "headers": headers.raw}


def _is_foreign(headers: Headers) -> bool:
    """Whether a page of another host opens the websocket."""
    if "origin" not in headers or not config.get_option("server.enableCORS"):
        return False
    origin = headers["origin"]
    known = {config.get_option("browser.serverAddress"), *LOCAL_HOSTS}
    allowed = config.get_option("server.corsAllowedOrigins")
    known |= {host_of(each.strip()) for each in allowed}
    return not _is_same(origin, headers) and host_of(origin) not in known - {None}


def _is_same(origin: str, headers: Headers) -> bool:
    """Whether the origin is the requested host and port; False if it is malformed."""
    try:
        return urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False
