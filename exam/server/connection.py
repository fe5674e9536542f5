"""A browser's connection: its messages are checked first, and run in turn (run_queue.py)."""

import asyncio
import contextlib
from weakref import WeakKeyDictionary

from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession

from exam.page.address import network_of_client
from exam.rooms.room import Room
from exam.rooms.rooms import ROOMS
from exam.server.inbox import END, Inbox
from exam.server.lead import Lead
from exam.server.message_cache import MessageCache
from exam.server.reading_cost import forgive_a_run
from exam.server.received import MAX_MESSAGE, read_message
from exam.server.session_use import USES, SessionUse
from exam.service.run_queue import RequestAccount, Run

# The connection is closed unless something has run for it by then; a browser connects again, which
# brings it before all that have waited for long.
FIRST_RUN_SECONDS = 15.0
RUNS = ("rerun_script", "backend_operation_request")  # messages whose run's end the page reports
# How long a fragment run waits for its turn after its browser has left, and then for its end.
AFTER_LEAVING_SECONDS = 5.0
# How long a stopped run still counts as running; with 0, one client could start 200 page runs a
# second.
STOP_SECONDS = 0.03
NEW_ROOM = 300.0  # runs that the leaders of a new room count as having asked for recently
MAX_SCREENS = 10  # of a lecturer
# What all leaders of a room together have asked for.
ROOM_ACCOUNTS: WeakKeyDictionary[Room, RequestAccount] = WeakKeyDictionary()


class Connection:
    """What a browser asks for, and whether it reads what it is sent."""

    def __init__(self, scope: Scope, receive: Receive, send: Send):
        self.inbox, self._send = Inbox(receive), send
        # Uvicorn's protocol of a websocket, whose method it gives as `receive`.
        self.transport = getattr(getattr(receive, "__self__", None), "transport", None)
        self._use, self._lead = SessionUse(network_of_client(scope)), Lead(scope)
        loop = asyncio.get_running_loop()
        self.opened_at = loop.time()
        loop.call_later(FIRST_RUN_SECONDS, self._end_if_nothing_ran)
        self._is_page_paid = False  # the next one that begins
        self._has_asked = False  # for something that runs
        self._given: Run | None = None  # of the message that Streamlit was given last
        self._runs: list[Run] = []  # that have begun, and whose end the page has not written
        self._file_runs: list[Run] = []  # the same, of files
        self._has_next = False  # whether Streamlit has yet to begin a run that was asked for
        self._has_output = False  # whether the page has written anything of itself
        self._has_left = False  # after which Streamlit may write what was still to be sent
        self._cache = MessageCache()
        self._query = ""  # of the address that was asked for last
        self._led: Room | None = None
        self._is_read = asyncio.Event()  # set while nothing waits for the browser to read it
        self._is_read.set()
        self._session: AppSession | None = None
        self._has_fragment_run = False  # among those that Streamlit has begun without a pause

    @property
    def leads(self) -> bool:
        """Whether it leads a room that is led from no more screens than a lecturer would use."""
        return self._led is not None and len(self._led.leaders) <= MAX_SCREENS

    async def receive(self) -> Message:
        """The next valid message, once its turn has come."""
        self.end_given()
        while (message := await self.inbox.read())["type"] == "websocket.receive":
            if self.inbox.has_ended and not self._has_output:  # what it asked for is for nobody
                return END
            data = message.get("bytes") or b""
            if len(data) > MAX_MESSAGE:
                break  # Streamlit ends the connection
            if data and (read := read_message(data)) and await self._take_turn(read):
                return {"type": "websocket.receive", "bytes": read.SerializeToString()}
        await self._until_guesses_are_counted()
        return message

    async def _until_guesses_are_counted(self) -> None:
        """Wait for fragment runs, since Streamlit stops what runs for who has left.

        Not for as many ends as requests: Streamlit may do two of them in one run.
        """
        clock = asyncio.get_running_loop().time
        latest = clock() + AFTER_LEAVING_SECONDS
        while self._has_fragment_run and self._is_running and clock() < latest:
            await asyncio.sleep(0.01)

    @property
    def _is_running(self) -> bool:
        """Whether Streamlit runs something for its session, or is about to."""
        return bool(self._session and self._session._scriptrunner) and not self._has_left

    def _end_if_nothing_ran(self) -> None:
        if not self._has_asked:
            self.inbox.end()

    async def _take_turn(self, message: BackMsg) -> bool:
        """Wait for the message's turn; False if its browser has left in the meantime."""
        # Streamlit would keep 500 messages for a browser that does not read, however large.
        await self.inbox.unless_ended(self._is_read.wait())
        state = message.rerun_script
        self._query = state.query_string or self._query
        room = self._lead.room(state.query_string)
        self._use.complete(message)
        cost = self._use.cost(message)
        self._use.charged = self._use.account
        # No lecturer's screen has open chapters: whoever leads a room by a learner's page waits as
        # a learner, or the long runs of nineteen such rooms would go before a lecturer's step.
        if room and not self._use.has_open_chapters:
            # All leaders of a room share one account, or each of many connections would go before
            # a lecturer.
            self._use.charged = ROOM_ACCOUNTS.setdefault(
                room, RequestAccount(room.client, leads=True, runs=NEW_ROOM)
            )
        run = self._use.charged.ask(cost)
        # A guess is a fragment run, and counts even if its learner has left.
        await self.inbox.unless_ended(run.turn, AFTER_LEAVING_SECONDS if state.fragment_id else 0.0)
        if run.turn.cancelled():
            return False
        if said := state.cached_message_hashes:
            kept = self._cache.kept_until_answered(said, others=len(self._runs) + self._has_next)
            del said[:]
            said.extend(kept)
        if self.inbox.has_ended and not state.fragment_id:
            run.end()
            return False
        self._given = run
        return True

    def note_run(self, message: BackMsg) -> None:
        """To be called with the message just given to Streamlit, if it begins or requests a run."""
        is_file = message.HasField("backend_operation_request")
        if not is_file:  # of which there may be none
            self._has_asked = True
            self._use.note_activity()
            forgive_a_run(self.transport)
        if self._given:
            (self._file_runs if is_file else self._runs).append(self._given)
            self._given = None
            is_fragment = bool(message.rerun_script.fragment_id)
            self._has_fragment_run = is_fragment or self._has_fragment_run and self._is_running
            if not is_fragment and not is_file:
                self._is_page_paid = True

    def end_given(self) -> None:
        """End the last given run if nothing runs for it, since the page will then report no end."""
        if self._given:
            self._given.end()
            self._given = None

    async def send(self, message: Message) -> None:
        self._is_read.clear()
        try:
            with contextlib.suppress(OSError):  # the browser is gone, as `receive` will say
                await self._send(message)
        finally:
            self._is_read.set()

    def note_output(self, written: ForwardMsg) -> None:
        """To be called with all that the page writes to this browser."""
        if self._has_left:
            return
        self._cache.write(written)
        match written.WhichOneof("type"):
            case "delta":
                self._has_output = True
            case "new_session" if not written.metadata.run.fragment_ids:
                self._charge_page()
            case "backend_operation_response" if self._file_runs:
                self._file_runs.pop(0).end()
            case "script_finished" if _follows_at_once(written):
                # One run does all that has been asked for so far.
                self._has_next = self._has_next and not self._runs
                while len(self._runs) > 1:
                    self._runs.pop(0).end()
            case "script_finished":
                self._cache.end_run()
                self._end_runs()
                self._be_leader_of(self._lead.room(self._query))  # the run may have opened it

    def _charge_page(self) -> None:
        """Charge for a run of the whole page that a fragment has triggered."""
        if self._runs and not self._is_page_paid:
            self._use.charged.runs.add(self._use.cost_of_page(self._query))
            self._runs[-1].extend()
        self._is_page_paid = False

    def _be_leader_of(self, room: Room | None) -> None:
        if self._led and self._led is not room:
            self._led.leaders.discard(self)
            ROOMS.find(self._led.code)  # it is used until now
        if room:
            room.leaders.add(self)
        self._led = room

    def take_session(self, session: AppSession) -> None:
        """To be called when Streamlit has given it a session, perhaps one kept from earlier."""
        self._session = session
        self._use = USES.setdefault(session, self._use)

    def leave(self) -> None:
        """To be called when it has ended or lost its session to another: its runs are stopped."""
        self.end_given()
        self._be_leader_of(None)
        self._has_left = True
        asyncio.get_running_loop().call_later(STOP_SECONDS, self._end_all_runs)

    def _end_all_runs(self) -> None:
        self._end_runs()
        while self._file_runs:
            self._file_runs.pop().end()
        self._has_next = False

    def _end_runs(self) -> None:
        # Whatever was asked for during another run follows it as a single run.
        self._has_next = len(self._runs) + self._has_next > 1
        while self._runs:
            self._runs.pop().end()


def _follows_at_once(finished: ForwardMsg) -> bool:
    """Whether a run has ended because another one follows."""
    return finished.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
