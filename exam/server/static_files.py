"""Streamlit's own files and its document: most of what a phone loads when it opens the page.

Streamlit sends them uncompressed, since compressing each response anew would cost more than it
saves, and reads them again for each response, which holds 200 kB while a slow client reads it.
They never change while the server runs, so here each is read and compressed once, and sent in
parts.
"""

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exam.page.address import is_page, network_of_client
from exam.server.part_turns import PartTurns

KINDS = (".js", ".css")
NOT_FORWARDED = ("accept-encoding", "if-none-match", "if-modified-since")
PART = 8_000  # bytes sent at once, and all that a client that reads nothing can hold
LEVEL = 6  # of gzip; 9 takes four times as long for 1 % less


class Answer(NamedTuple):
    start: Message
    body: bytes
    is_file: bool


class StaticFiles:
    """Answers requests for static files with what was read and compressed at the first of them."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self._compressing = ThreadPoolExecutor(1, "compressing")  # not behind the saving of files
        self._turns = PartTurns()
        self._answers: dict[tuple[str, bool], asyncio.Task[Answer]] = {}  # by path, if compressed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_for_a_file(scope):
            await self.app(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-encoding", "")
        key = scope["path"], "gzip" in accepted and scope["path"].endswith(KINDS)
        if key not in self._answers:
            self._answers[key] = asyncio.create_task(self._answer(scope, compress=key[1]))
        answering = self._answers[key]
        try:
            start, body, is_file = await asyncio.shield(answering)  # others may wait for it, too
        except Exception:
            self._answers.pop(key, None)
            raise
        if not is_file:
            self._answers.pop(key, None)
        # A copy, because the headers are added to on the way.
        await send({**start, "headers": list(start["headers"])})
        await self._send_in_parts(body, network_of_client(scope), receive, send)

    async def _answer(self, scope: Scope, *, compress: bool) -> Answer:
        start, body = await self._load(scope)
        headers = MutableHeaders(scope=start)
        is_html = "html" in headers.get("content-type", "")  # also where there is no such file
        if start["status"] != 200 or (is_html and not is_page(scope["path"])):
            return Answer(start, body, is_file=False)
        if compress:
            loop = asyncio.get_running_loop()
            body = await loop.run_in_executor(self._compressing, gzip.compress, body, LEVEL)
            headers["content-encoding"] = "gzip"
            headers["content-length"] = str(len(body))
            headers.add_vary_header("Accept-Encoding")
        for name in ("accept-ranges", "etag"):  # they are those of the file as it is
            del headers[name]
        return Answer(start, body, is_file=True)

    async def _load(self, scope: Scope) -> tuple[Message, bytes]:
        """The app's own response, complete even if the client that asked for it hangs up."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        headers = MutableHeaders(raw=list(scope["headers"]))
        for name in NOT_FORWARDED:
            del headers[name]
        await self.app({**scope, "headers": headers.raw}, _receive_nothing_more, keep)
        start, *parts = messages
        return start, b"".join(part.get("body", b"") for part in parts)

    async def _send_in_parts(self, body: bytes, network: str, receive: Receive, send: Send) -> None:
        """Send until the browser is gone; uvicorn alone would go on to produce all of the rest."""
        going = asyncio.create_task(_wait_until_gone(receive))
        try:
            for at in range(0, len(body), PART):
                await self._turns.wait(at, network)  # meanwhile uvicorn hears of it
                if going.done():
                    return
                part = body[at : at + PART]
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body"})
        finally:
            going.cancel()


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _receive_nothing_more() -> Message:
    return await asyncio.get_running_loop().create_future()


def _is_for_a_file(scope: Scope) -> bool:
    is_get = scope["type"] == "http" and scope["method"] == "GET"
    return is_get and ("/static/" in scope["path"] or is_page(scope["path"]))
