"""Refuses what would lead elsewhere, and takes out headers that the page does not need.

Closed are addresses of Streamlit's that the page does not use, other apps, and the websockets of
foreign pages.
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
# By this Streamlit's script would show what another host says, with its scripts, as this page: they
# would have our cookies, and so the secret of a room, by a link that a lecturer follows.
OTHER_APP = b"staticAppId"
# A letter that no browser escapes: nginx would not see that it is of a room's code (nginx.conf).
ESCAPED = re.compile(rb"%(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])", re.IGNORECASE)
MAX_PATH = 500  # letters
HEADERS = {
    "Referrer-Policy": "no-referrer",  # an address may have a room's secret
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Refuses closed addresses and foreign websockets, and adds headers to all other answers."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
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
    """The answer to an address that is closed, or too long: all wait while it is read."""
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
    del headers["range"]  # a hundred parts of a file are made while everybody waits
    if cookies := our_cookies(scope):
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    if scope["type"] == "websocket":
        # Of an origin that Streamlit does not know it would ask the network for its own address
        # first, while everybody waits; where nothing answers, again and again.
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
    """Whether it is the host that is asked, with its port; False if it is malformed."""
    try:
        return urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False
