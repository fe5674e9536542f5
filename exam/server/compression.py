"""Streamlit's own files, compressed: most of what a phone loads when it opens the page.

Streamlit leaves them as they are, since to compress each answer anew would cost more than it saves.
They never change while the server runs, so here each is compressed once.
"""

import asyncio
import gzip
import posixpath
from concurrent.futures import ThreadPoolExecutor

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KINDS = (".js", ".css")
NOT_FORWARDED = ("accept-encoding", "if-none-match", "if-modified-since")
PART = 65_536  # bytes that are sent at once; who does not read them keeps no more
LEVEL = 6  # of gzip; 9 takes four times as long for 1 % less


class Compression:
    """Answers requests for static files with what was compressed at the first of them."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self._compressing = ThreadPoolExecutor(1, "compressing")  # not behind the saving of files
        self._answers: dict[str, asyncio.Task[tuple[Message, bytes]]] = {}  # by path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_compressible(scope):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path not in self._answers:
            self._answers[path] = asyncio.create_task(self._compress(scope))
        answering = self._answers[path]
        try:
            start, body = await asyncio.shield(answering)  # others may wait for it, too
        except Exception:
            self._answers.pop(path, None)
            raise
        if "content-encoding" not in Headers(raw=start["headers"]):  # there is no such file
            self._answers.pop(path, None)
        # A copy, because the headers are added to on the way.
        await send({**start, "headers": list(start["headers"])})
        for at in range(0, len(body), PART):
            await send(
                {"type": "http.response.body", "body": body[at : at + PART], "more_body": True}
            )
        await send({"type": "http.response.body"})

    async def _compress(self, scope: Scope) -> tuple[Message, bytes]:
        """The start and the body of the answer, compressed if there is such a file."""
        start, body = await self._load(scope)
        headers = MutableHeaders(scope=start)
        if start["status"] != 200 or "html" in headers.get("content-type", ""):
            return start, body
        loop = asyncio.get_running_loop()
        compressed = await loop.run_in_executor(self._compressing, gzip.compress, body, LEVEL)
        headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(compressed))
        headers.add_vary_header("Accept-Encoding")
        for name in ("accept-ranges", "etag"):  # they are those of the file as it is
            del headers[name]
        return start, compressed

    async def _load(self, scope: Scope) -> tuple[Message, bytes]:
        """The answer as it is without this, also if who has asked for it hangs up."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        headers = MutableHeaders(raw=list(scope["headers"]))
        for name in NOT_FORWARDED:
            del headers[name]
        await self.app({**scope, "headers": headers.raw}, _receive_nothing_more, keep)
        start, *parts = messages
        return start, b"".join(part.get("body", b"") for part in parts)


async def _receive_nothing_more() -> Message:
    return await asyncio.get_running_loop().create_future()


def _is_compressible(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    headers, path = Headers(scope=scope), scope["path"]
    is_file = "/static/" in path and path.endswith(KINDS)
    # Other spellings of a path ("//", "/./") lead to the same file, and each would be kept.
    is_file &= posixpath.normpath(path) == path and not path.startswith("//")
    return is_file and "gzip" in headers.get("accept-encoding", "") and "range" not in headers
