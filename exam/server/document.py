"""Streamlit's document, which is empty, with the head of the page in it."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exam.page.address import is_page, page_path
from exam.page.opening import with_opening
from exam.rooms.rooms import new_learner
from exam.server.cookies import new_cookie


class Opening:
    """Puts the head of the page into Streamlit's document, which is empty."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = Headers(scope=scope).get("accept", "") if scope["type"] == "http" else ""
        if "text/html" not in accepted or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        document: Message | None = None  # the start of an answer that is Streamlit's document
        parts: list[bytes] = []

        async def send_opened(message: Message) -> None:
            nonlocal document
            if message["type"] == "http.response.start" and _is_document(message):
                document = message
            elif document is None:  # a stream, or a file
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if message.get("more_body"):
                    return
                if is_page(scope["path"]):
                    await _send_document(scope, document, b"".join(parts), send)
                else:
                    await _redirect_to_page(scope)(scope, receive, send)

        await self.app(scope, receive, send_opened)


def _redirect_to_page(scope: Scope) -> Response:
    """A redirect from a path that does not exist, for which Streamlit would open the page as well.

    Otherwise a posted link could have its own text in the address by which the hall is to join.
    """
    levels = scope["path"].count("/") - page_path().count("/")
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(("../" * levels or "./") + (f"?{query}" if query else ""))


def _is_document(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")


async def _send_document(scope: Scope, start: Message, body: bytes, send: Send) -> None:
    query = scope["query_string"].decode("latin-1")
    language = Headers(scope=scope).get("accept-language", "")
    opened = with_opening(body.decode(), query, language).encode()
    headers = MutableHeaders(scope=start)
    headers["content-length"] = str(len(opened))
    for name in ("etag", "last-modified"):  # they are those of Streamlit's file
        del headers[name]
    if b"room=" in scope["query_string"] and "learner" not in HTTPConnection(scope).cookies:
        # Otherwise two tabs opened at once would each get a learner of their own, and vote twice.
        headers.append("Set-Cookie", new_cookie("learner", new_learner(), scope))
    await send(start)
    await send({"type": "http.response.body", "body": opened})
