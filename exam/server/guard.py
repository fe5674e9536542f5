"""Refuses what would lead elsewhere: closed addresses, other apps, websockets of foreign pages."""

from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from exam.page.address import LOCAL_HOSTS, host_of

# Nothing is uploaded, nobody reads the metrics here, no agent drives the page, nobody logs in.
CLOSED = ("/_stcore/upload_file", "/_stcore/metrics", "/_stcore/agent", "/oauth2callback", "/auth/")
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

        if scope["type"] == "websocket" and _is_foreign(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "websocket":
            # Of an origin that Streamlit does not know it would ask the network for its own address
            # first, while everybody waits; where nothing answers, again and again.
            headers = [each for each in scope["headers"] if each[0] != b"origin"]
            await self.app({**scope, "headers": headers}, receive, send)
        elif scope["type"] != "http":
            await self.app(scope, receive, send)
        elif any(path in scope["path"] for path in CLOSED) or _opens_another_app(scope):
            await PlainTextResponse("Not found", 404)(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)


def _opens_another_app(scope: Scope) -> bool:
    """Whether Streamlit's script would show what another host says, with its scripts, as this page.

    In it they would have our cookies: the secret of a room, by a link that a lecturer follows.
    """
    query = scope["query_string"].decode("latin-1")
    return any(name == "staticAppId" for name, _ in parse_qsl(query, keep_blank_values=True))


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
