"""One learner at the page over Streamlit's own websocket, without a browser."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

COUNT = '<p class="count"><b>'  # before the number of guesses on a lecturer's screen
PUSHED = '.push(["study", "study", '  # how the page sends the study on the first screen
MAX_SILENCE = 120.0  # seconds in which the page sends nothing though something must come


class Visit:
    """What the page has shown so far; times are those of `time.monotonic`, 0.0 is "not yet"."""

    def __init__(self, url: str, link: str = "", cookie: str = "", address: str = ""):
        self.url, self.link, self.cookie = url, link, cookie
        self.address = address  # from which it comes, if not from that of all others
        self._forget()

    def _forget(self) -> None:
        self.settings: dict[str, int] = {}  # the sliders, as the page set them
        self.ids: dict[str, str] = {}  # of widgets, by key
        self.fragments: dict[str, str] = {}  # in which they are, by key
        self.options: dict[str, list[str]] = {}  # of radio buttons, by key
        self.values: dict[str, WidgetState] = {}  # what the browser would send along
        self.shown: dict = {"play_id": 0, "answers": []}  # what the sheet was sent last
        self.session = ""  # its id
        self.files: list[str] = []  # ids of those that can be downloaded
        self.guesses = -1  # as a lecturer's screen shows them
        self.drawn: dict[str, float] = {}  # when each widget was last, by key
        self.data: dict[str, dict] = {}  # what components of ours were given last, by key
        self.due: dict[str, float] = {}  # when to ask again, by key of what said so
        self.messages = 0
        self.is_running = False  # a run of the page or of a part of it
        self._presses = 0
        self.pressed = self.first_pass = self.ended = 0.0

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator["Visit"]:
        """A new connection: a new visit by the same link, and with the same cookie."""
        self._forget()
        options = {"origin": "/".join(self.url.split("/")[:3]), "max_size": None, "max_queue": None}
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if self.address:  # as nginx hands it on
            options["local_addr"] = (self.address, 0)
            headers["X-Forwarded-For"] = self.address
        options["additional_headers"] = headers
        place = self.url.replace("http", "ws", 1) + "_stcore/stream"
        async with websockets.connect(place, subprotocols=["streamlit"], **options) as socket:
            self.socket = socket
            yield self

    async def open(self) -> None:
        """Have the page drawn, by its link."""
        await self.ask()
        await self.read()

    async def press(self, key: str = "start") -> None:
        if key == "start":
            self._presses = self.shown["play_id"] + 1
            self.pressed, self.first_pass, self.ended = time.monotonic(), 0.0, 0.0
        await self.ask(WidgetState(id=self.ids[key], trigger_value=True), within=key)

    async def study(self) -> None:
        """Open the page, press, and stay until the end of the study."""
        await self.open()
        await self.press()
        await self.stay()

    async def study_alone(self) -> None:
        """A whole visit: connect, study, leave."""
        async with self.connection():
            await self.study()

    async def stay(self) -> None:
        """Stay until the study and the run have ended, asking again whenever the page says so."""
        while self.is_running or not self.ended:
            await self.read_or_ask()

    async def follow(self, key: str) -> None:
        """Ask again for this part of the page as long as the page says so."""
        while key in self.due:
            await asyncio.sleep(max(0.0, self.due.pop(key) - time.monotonic()))
            await self.ask(within=key)
            await self.read()

    async def catch(self, seconds: float) -> None:
        """Read what comes within so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await self.read_or_ask()

    async def read_or_ask(self) -> None:
        """Read what comes until it is time to ask again, then ask."""
        key = min(self.due, key=self.due.get, default=None)
        seconds = max(0.0, self.due[key] - time.monotonic()) if key else None
        try:
            async with asyncio.timeout(seconds):
                await self.read_one()
        except TimeoutError:
            del self.due[key]
            await self.ask(within=key)

    async def move(self, key: str, value: float) -> None:
        state = WidgetState(id=self.ids[key])
        state.double_array_value.data.append(value)
        self.values[key] = state
        await self.ask(within=key)

    async def choose(self, key: str, value: int) -> None:
        self.values[key] = WidgetState(id=self.ids[key], string_value=self.options[key][value])
        await self.ask(within=key)

    async def unfold(self, key: str) -> None:
        self.values[key] = WidgetState(id=self.ids[key], bool_value=True)
        await self.ask(within=key)

    async def tell(self, key: str, event: str, value: object) -> None:
        """As a component of ours in the browser does."""
        name = f"$$STREAMLIT_INTERNAL_KEY_{self.ids[key]}__events"
        sent = json.dumps([{"event": event, "value": value}])
        await self.ask(WidgetState(id=name, json_trigger_value=sent), within=key)
        await self.read()

    @property
    def counts(self) -> str:
        """The key of what asks for the number of guesses, on a lecturer's screen; or ""."""
        return next((key for key in self.due if key.endswith("_count")), "")

    async def poll(self) -> None:
        """Ask for it, as a lecturer's screen does every second."""
        await self.ask(within=self.counts)
        await self.read()

    async def download(self, file: str) -> None:
        """Have a file made; the answer, where it can be fetched, is among what comes."""
        message = BackMsg()
        message.backend_operation_request.request_id = file
        message.backend_operation_request.session_id = self.session
        message.backend_operation_request.deferred_file.file_id = file
        await self.socket.send(message.SerializeToString())

    async def ask(self, *once: WidgetState, within: str = "") -> None:
        """Ask for a run of the page, or of the fragment that this widget is in."""
        message = BackMsg()
        message.rerun_script.fragment_id = self.fragments.get(within, "")
        message.rerun_script.query_string = self.link
        message.rerun_script.widget_states.widgets.extend([*self.values.values(), *once])
        await self.socket.send(message.SerializeToString())

    async def read(self) -> None:
        """Read what the page shows until a run of it is through."""
        while True:
            message = await self.read_one()
            is_over = message.WhichOneof("type") == "script_finished"
            through = (
                ForwardMsg.FINISHED_SUCCESSFULLY,
                ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
            )
            if is_over and message.script_finished in through:
                return

    async def read_one(self) -> ForwardMsg:
        try:
            async with asyncio.timeout(MAX_SILENCE):
                message = ForwardMsg.FromString(await self.socket.recv())
        except TimeoutError:
            raise AssertionError(f"the page sent nothing for {MAX_SILENCE:.0f} s") from None
        self.messages += 1
        self._look_at(message)
        return message

    def _look_at(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "new_session":
            self.session = message.new_session.initialize.session_id
            self.is_running = True
            self._forget_what_was_due(set(message.metadata.run.fragment_ids))
        self.is_running &= message.WhichOneof("type") != "script_finished"
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        assert kind != "exception", element.exception.message
        if widget := widget_id(message):
            key = widget.rsplit("-", 1)[-1]
            self.ids[key], self.fragments[key] = widget, message.delta.fragment_id
            self.drawn[key] = time.monotonic()
        if kind == "bidi_component":
            self.data[key] = json.loads(element.bidi_component.json)
            if (seconds := self.data[key].get("seconds")) is not None:
                self.due[key] = time.monotonic() + seconds
        if kind == "radio":
            self.options[element.radio.id.rsplit("-", 1)[-1]] = list(element.radio.options)
        if kind == "download_button":
            self.files.append(element.download_button.deferred_file_id)
        if kind == "slider":
            name = element.slider.id.rsplit("-", 1)[-1]
            self.settings[name] = int(element.slider.default[0])
        if kind == "html" and COUNT in element.html.body:
            self.guesses = int(element.html.body.split(COUNT)[1].split("<")[0])
        if kind == "html" and PUSHED in element.html.body:
            self._look_at_study(element.html.body)

    def _forget_what_was_due(self, fragments: set[str]) -> None:
        for key in list(self.due):
            if not fragments or self.fragments[key] in fragments:
                del self.due[key]

    def _look_at_study(self, body: str) -> None:
        written = body.split(PUSHED)[1].rsplit("])</script>", 1)[0]
        self.shown = json.loads(written)
        passes = len(self.shown["answers"]) - 1
        if self.pressed and self.shown["play_id"] == self._presses and passes > 0:
            self.first_pass = self.first_pass or time.monotonic()
            if passes >= self.shown["passes"]:
                self.ended = self.ended or time.monotonic()


def run(visits: Coroutine[None, None, Any]) -> Any:
    """Like asyncio.run, but works beside Playwright, which keeps its own loop in the thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, visits).result()


def widget_id(message: ForwardMsg) -> str:
    """The id of the widget that the message brings, or ""."""
    delta = message.delta
    block = delta.new_element if delta.HasField("new_element") else delta.add_block
    kind = block.WhichOneof("type")
    widget = getattr(block, kind) if kind else block
    return getattr(widget, "id", "") or ""
