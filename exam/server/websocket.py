"""A browser's websocket: a Connection reads it before Streamlit, and learns what Streamlit does."""

import asyncio
import threading
import time
from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner, ScriptRunnerEvent
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from exam.server.connection import RUNS, Connection
from exam.server.session_use import USES

SERVED_BY = "exam.connection"  # in the scope of a websocket: its Connection
CONNECTION: ContextVar[Connection] = ContextVar("connection")  # of the task that serves it
ENDS = (
    ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS,
    ScriptRunnerEvent.FRAGMENT_STOPPED_WITH_SUCCESS,
    ScriptRunnerEvent.SCRIPT_STOPPED_FOR_RERUN,
)


class ConnectionMiddleware:
    """Reads each message of a browser before Streamlit does."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        connection = Connection(scope, receive, send)
        CONNECTION.set(connection)
        collecting = asyncio.create_task(connection.inbox.collect())
        try:
            served = {**scope, SERVED_BY: connection}
            await self.app(served, connection.receive, connection.send)
        finally:
            collecting.cancel()
            connection.inbox.close()
            connection.leave()


def follow_sessions() -> None:
    """Make Streamlit tell connections when they are given a session and when they lose it."""
    connect = WebsocketSessionManager.connect_session
    disconnect = WebsocketSessionManager.disconnect_session

    def connect_and_take(manager: WebsocketSessionManager, *args: Any, **options: Any) -> str:
        session_id = connect(manager, *args, **options)
        info = manager.get_active_session_info(session_id)
        if info and (connection := CONNECTION.get(None)):
            connection.take_session(info.session)
        return session_id

    def disconnect_and_leave(manager: WebsocketSessionManager, session_id: str) -> None:
        if info := manager.get_active_session_info(session_id):
            # Another connection may have taken the session: Streamlit would leave this one open.
            connection_of(info.client).inbox.end()
            connection_of(info.client).leave()
        disconnect(manager, session_id)

    WebsocketSessionManager.connect_session = connect_and_take  # type: ignore
    WebsocketSessionManager.disconnect_session = disconnect_and_leave  # type: ignore


def follow_runs() -> None:
    """Make Streamlit tell connections what begins a run, and what the page writes, read or not.

    Streamlit drops requests for a session that the browser no longer has, or for a fragment that
    does not exist.
    """
    write, handle = StarletteSessionClient.write_forward_msg, AppSession.handle_backmsg

    def see_and_write(client: StarletteSessionClient, message: ForwardMsg) -> None:
        connection_of(client).note_output(message)
        write(client, message)

    def note_and_handle(session: AppSession, message: BackMsg) -> None:
        part = message.rerun_script.fragment_id
        runs = message.WhichOneof("type") in RUNS and (not part or session.has_fragment(part))
        if runs and (connection := CONNECTION.get(None)):
            connection.note_run(message)
        handle(session, message)

    StarletteSessionClient.write_forward_msg = see_and_write  # type: ignore
    AppSession.handle_backmsg = note_and_handle  # type: ignore


def charge_time() -> None:
    """Have sessions and rooms charged for the time of the processor that their runs take.

    Such runs take from 5 to 100 ms, so counting them would not be fair.
    """
    report, began = AppSession._on_scriptrunner_event, threading.local()

    def note_and_report(
        session: AppSession, sender: ScriptRunner, event: ScriptRunnerEvent, **details: Any
    ) -> None:
        """Called in the thread of the run; in the event loop if a message has failed."""
        if event is ScriptRunnerEvent.SCRIPT_STARTED:
            use = USES.get(session)
            began.at, began.account = time.thread_time(), use and use.charged
        elif event in ENDS and hasattr(began, "at"):
            seconds, account = time.thread_time() - began.at, began.account
            del began.at
            if account:
                session._call_soon_on_event_loop(lambda: account.charge(seconds))
        report(session, sender, event, **details)

    AppSession._on_scriptrunner_event = note_and_report  # type: ignore


def connection_of(client: Any) -> Connection:
    return client._websocket.scope[SERVED_BY]
