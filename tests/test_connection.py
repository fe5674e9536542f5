"""A browser's connection: its messages are checked first, and run in turn."""

import asyncio
import time
from types import SimpleNamespace

import pytest
from streamlit import get_option
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg, ForwardMsgMetadata
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient

from exam.parts import CHAPTER_NAMES
from exam.rooms.room import Room
from exam.rooms.rooms import ROOMS, new_code, new_secret
from exam.server import connection, inbox
from exam.server.connection import NEW_ROOM, Connection
from exam.server.inbox import KEPT_UNREAD, MAX_UNREAD, MAX_UNREAD_BYTES, Inbox
from exam.server.lead import Lead
from exam.server.session_use import OPEN_CHAPTER, RESULT, USES, SessionUse
from exam.server.websocket import (
    CONNECTION,
    SERVED_BY,
    ConnectionMiddleware,
    charge_time,
    follow_runs,
    follow_sessions,
)
from exam.service import run_queue
from exam.service.run_queue import WHOLE_PAGE, RequestAccount, Run, RunQueue
from tests.test_received import message, widget
from tests.visit import run


def frame(**content: object) -> dict:
    return {"type": "websocket.receive", **content}


def arriving(*messages: dict):
    """What a server receives: these messages at once, and then nothing more."""
    left = list(messages)

    async def receive() -> dict:
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    return receive


async def collected(*messages: dict) -> list[dict]:
    """What is read from an inbox that receives these messages, up to the end of the connection."""
    inbox = Inbox(arriving(*messages))
    await inbox.collect()
    read = [await inbox.read()]
    while read[-1]["type"] != "websocket.disconnect":
        read.append(await inbox.read())
    inbox.close()
    return read[:-1]


END = {"type": "websocket.disconnect"}
SCOPE = {"type": "websocket", "headers": []}


def test_a_connection_ends_whose_messages_pile_up():
    many = [frame(text="x") for _ in range(MAX_UNREAD + 1)]
    assert len(run(collected(*many))) == KEPT_UNREAD
    large = [frame(bytes=bytes(MAX_UNREAD_BYTES // 3)) for _ in range(4)]
    assert len(run(collected(*large))) == KEPT_UNREAD, "few are kept, however large"


def test_where_all_have_too_much_the_fullest_ends_a_while_later(monkeypatch):
    """2,500 connections, each with as much unread as allowed, once took over a gigabyte.

    When they were closed at once, 500 that reconnected kept others out for 20 seconds.
    """
    monkeypatch.setattr(inbox, "MAX_ALL_BYTES", 10_000)
    monkeypatch.setattr(inbox, "DISMISSED_SECONDS", (0.05, 0.05))
    monkeypatch.setattr(inbox, "LITTLE_BYTES", 2_000)
    assert Inbox._all_bytes == 0

    async def fill() -> None:
        learner, *greedy = inboxes = [
            Inbox(arriving(*[frame(bytes=bytes(size))] * count))
            for size, count in ((500, 1), *[(1_000, 8)] * 5)
        ]
        collecting = [asyncio.create_task(each.collect()) for each in inboxes]
        await asyncio.sleep(0)
        assert Inbox._all_bytes <= 10_000 and not learner.has_ended
        began = time.monotonic()
        read = [await each.read() for each in inboxes]  # what is read is still in use
        assert len(read[0]["bytes"]) == 500
        assert 0 < read.count(inbox.END) < len(greedy)
        assert time.monotonic() - began >= 0.05
        for task, each in zip(collecting, inboxes, strict=True):
            task.cancel()
            each.close()
        await asyncio.gather(*collecting, return_exceptions=True)

    run(fill())
    assert Inbox._all_bytes == 0


def test_a_learner_is_not_ended_for_what_others_have_in_use(monkeypatch):
    """Once, of 500 connections, the learner's became the fullest that had not ended yet."""
    monkeypatch.setattr(inbox, "MAX_ALL_BYTES", 50_000)
    monkeypatch.setattr(inbox, "DISMISSED_SECONDS", (0.01, 0.01))

    async def fill() -> None:
        greedy = Inbox(arriving(frame(bytes=bytes(45_000))))
        learner = Inbox(arriving(*[frame(bytes=bytes(6_000))] * 2))
        collecting = [asyncio.create_task(greedy.collect())]
        assert len((await greedy.read())["bytes"]) == 45_000
        collecting.append(asyncio.create_task(learner.collect()))
        await asyncio.sleep(0)
        assert greedy.has_ended and not learner.has_ended
        assert len((await learner.read())["bytes"]) == 6_000
        for task, each in zip(collecting, (greedy, learner), strict=True):
            task.cancel()
            each.close()
        await asyncio.gather(*collecting, return_exceptions=True)

    run(fill())
    assert Inbox._all_bytes == 0


def test_what_somebody_sent_last_is_read_and_what_was_piled_up_is_not():
    assert len(run(collected(*[frame(text="x")] * KEPT_UNREAD, END))) == KEPT_UNREAD
    assert len(run(collected(*[frame(text="x")] * MAX_UNREAD, END))) == KEPT_UNREAD


def test_a_message_waits_for_as_many_turns_as_it_takes(monkeypatch):
    """A page with its open chapters; junk takes none."""
    monkeypatch.setattr(inbox, "KEPT_UNREAD", 10)
    kept: list[int] = []

    def ask(asked: object, runs: int = 1) -> Run:
        kept.append(runs)
        return RunQueue(1).add(lambda: (1, 0), "", "")

    monkeypatch.setattr(connection.RequestAccount, "ask", ask)

    async def app(scope: dict, receive, send: object) -> None:
        written = ForwardMsg()
        written.delta.fragment_id = "seen"
        scope[SERVED_BY].note_output(written)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    opened = message(
        *(widget(f"{name}_open", bool_value=name != "update") for name in CHAPTER_NAMES)
    )
    junk = [frame(text="x"), frame(bytes=b"\xff"), frame(bytes=bytes(20_000)), frame()]
    receive = arriving(frame(bytes=opened.SerializeToString()), *junk, END)
    run(ConnectionMiddleware(app)(SCOPE, receive, None))
    assert kept == [WHOLE_PAGE + OPEN_CHAPTER * (len(CHAPTER_NAMES) - 1)]


def test_what_has_been_opened_costs_until_it_is_closed():
    """Streamlit keeps the value of a widget that a message does not mention."""

    def cost(asked: BackMsg) -> int:
        use.complete(asked)
        return use.cost(asked)

    use, opened = SessionUse(""), widget("update_open", bool_value=True)
    also, other = (widget(f"{name}_open", bool_value=True) for name in ("students", "misprints"))
    closed, forged = (widget("update_open", bool_value=False) for _ in range(2))
    forged.id = forged.id.replace("0" * 32, "1" * 32)
    part = message(other)
    part.rerun_script.fragment_id = "abc"
    costs = [cost(each) for each in (message(), message(opened, also), message(forged), part)]
    assert costs == [WHOLE_PAGE, *[WHOLE_PAGE + 2 * OPEN_CHAPTER] * 2, 1]
    assert use.cost_of_page("") == cost(message()) == WHOLE_PAGE + 3 * OPEN_CHAPTER
    assert cost(message(closed)) == WHOLE_PAGE + 2 * OPEN_CHAPTER
    some, many = (
        message(*(widget(f"c{number}_open", bool_value=True) for number in range(count)))
        for count in (90, 200)
    )
    assert cost(some) == WHOLE_PAGE + 2 * OPEN_CHAPTER, "no chapters"
    assert cost(many) == WHOLE_PAGE + len(CHAPTER_NAMES) * OPEN_CHAPTER, "no browser's"
    assert cost(message(closed)) == cost(many)


def test_streamlit_is_told_of_each_chapter_what_was_said_last():
    """Closed by a message that Streamlit dropped, all of them were drawn, and cost nothing."""
    use, later, heartbeat = SessionUse(""), message(), BackMsg(app_heartbeat=True)
    dropped = message(widget("update_open", bool_value=False))
    dropped.rerun_script.fragment_id = "gone"
    for each in (message(widget("update_open", bool_value=True)), dropped, heartbeat, later):
        use.complete(each)
    assert list(later.rerun_script.widget_states.widgets) == [
        widget("update_open", bool_value=False)
    ]
    assert heartbeat == BackMsg(app_heartbeat=True)


@pytest.mark.parametrize(
    "query, result",
    [
        ("", 0),
        ("room=ABCE&only=pianist&lang=%EC%9C", 0),
        ("only=pianist&reveal=true", RESULT),
        ("only=pianist&r%65veal=true", RESULT),
        ("batch_size=1&start=true", RESULT),
    ],
)
def test_a_result_that_an_address_shows_costs_before_it_is_drawn(query, result):
    """Newcomers who asked only for the page once waited as long as those who ask for the most."""
    page = message()
    page.rerun_script.query_string = query
    assert SessionUse("").cost(page) == SessionUse("").cost_of_page(query) == WHOLE_PAGE + result


def test_what_runs_in_one_second_counts_as_one_in_which_something_ran(monkeypatch):
    """However much runs: a burst must not push out the visit of somebody who was there for long."""
    use, now = SessionUse(""), [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    for passed in (0.0, 0.2, 0.7, 3.0, 0.05, 60.0):
        now[0] += passed
        for _ in range(100):
            use.note_activity()
    assert use.active_seconds == 3


def test_a_part_that_runs_the_whole_page_is_charged_for_it():
    """A page that was asked for is charged once."""
    part, page = message(widget("update_open", bool_value=True)), message()
    part.rerun_script.fragment_id = "abc"
    begun = ForwardMsg()
    begun.new_session.page_script_hash = "page"
    charged: list[int] = []

    async def app(scope: dict, receive, send: object) -> None:
        connection = CONNECTION.get()
        for asked in (page, part):
            await receive()
            connection.note_run(asked)
            charged.append(round(connection._use.account.runs.now()))
            connection.note_output(begun)
            charged.append(round(connection._use.account.runs.now()))
            connection.note_output(ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY))

    sent = (frame(bytes=each.SerializeToString()) for each in (page, part))
    run(ConnectionMiddleware(app)(SCOPE, arriving(*sent), None))
    assert charged == [WHOLE_PAGE, WHOLE_PAGE, WHOLE_PAGE + 1, 2 * WHOLE_PAGE + 1 + OPEN_CHAPTER]


def test_a_run_keeps_its_place_until_the_page_writes_its_end(monkeypatch):
    """Whether or not the browser reads it; an early end that another run follows does not count."""
    monkeypatch.setattr(run_queue, "PAGES", pages := RunQueue(1))
    monkeypatch.setattr(run_queue, "LONGEST_RUN_SECONDS", 3_600.0)
    is_free: list[bool] = []

    async def app(scope: dict, receive, send: object) -> None:
        await receive()
        CONNECTION.get().note_run(message())
        waiting = pages.add(lambda: (1, 0), "", "")
        for status in (ForwardMsg.FINISHED_EARLY_FOR_RERUN, ForwardMsg.FINISHED_SUCCESSFULLY):
            is_free.append(waiting.turn.done())
            scope[SERVED_BY].note_output(ForwardMsg(script_finished=status))
        is_free.append(waiting.turn.done())

    receive = arriving(frame(bytes=message().SerializeToString()))
    run(ConnectionMiddleware(app)(SCOPE, receive, None))
    assert is_free == [False, False, True]


class RunningSession:
    """As much of Streamlit's as tells whether something runs."""

    _scriptrunner: object | None = object()

    def show_something(self, to: Connection) -> None:
        """Let this connection take it, and write a part of the page to it."""
        to.take_session(self)
        written = ForwardMsg()
        written.delta.fragment_id = "abc"
        to.note_output(written)


@pytest.mark.parametrize("is_preempted", [False, True])
def test_a_run_that_does_what_two_messages_asked_for_is_one(monkeypatch, is_preempted):
    """As of a slider that is moved twice; its browser's leaving once took two seconds more."""
    monkeypatch.setattr(connection, "AFTER_LEAVING_SECONDS", 3_600.0)
    asked = message()
    asked.rerun_script.fragment_id = "abc"

    async def app(scope: dict, receive, send: object) -> None:
        session = RunningSession()
        session.show_something(scope[SERVED_BY])
        early, end = ForwardMsg.FINISHED_EARLY_FOR_RERUN, ForwardMsg.FINISHED_SUCCESSFULLY
        for statuses in ([], [end], [early, end]) if is_preempted else ([], [early, end]):
            await receive()
            CONNECTION.get().note_run(asked)
            for status in statuses:
                scope[SERVED_BY].note_output(ForwardMsg(script_finished=status))
        session._scriptrunner = None
        async with asyncio.timeout(60):
            assert (await receive())["type"] == END["type"]

    receive = arriving(*[frame(bytes=asked.SerializeToString())] * (2 + is_preempted), END)
    run(ConnectionMiddleware(app)(SCOPE, receive, None))


def test_who_leaves_is_waited_for_until_nothing_runs(monkeypatch):
    """A guess was lost that came between the end of a run and the page's saying so."""
    monkeypatch.setattr(connection, "AFTER_LEAVING_SECONDS", 3_600.0)
    asked = message()
    asked.rerun_script.fragment_id = "abc"

    async def app(scope: dict, receive, send: object) -> None:
        session = RunningSession()
        session.show_something(scope[SERVED_BY])
        for _ in range(3):  # the third one is in the queue of what runs for the second one
            await receive()
            CONNECTION.get().note_run(asked)
        leaving = asyncio.create_task(receive())
        for _ in range(2):
            ended = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
            scope[SERVED_BY].note_output(ForwardMsg(script_finished=ended))
            await asyncio.wait((leaving,), timeout=0.1)
            assert not leaving.done()
        session._scriptrunner = None
        async with asyncio.timeout(60):
            assert (await leaving)["type"] == END["type"]

    receive = arriving(*[frame(bytes=asked.SerializeToString())] * 3, END)
    run(ConnectionMiddleware(app)(SCOPE, receive, None))


def test_what_begins_no_run_keeps_no_place(monkeypatch):
    """A fragment that does not exist, or anything if another browser has the session."""
    monkeypatch.setattr(run_queue, "PARTS", parts := RunQueue(1))
    monkeypatch.setattr(run_queue, "LONGEST_RUN_SECONDS", 3_600.0)
    is_free: list[bool] = []

    async def app(scope: dict, receive, send: object) -> None:
        async with asyncio.timeout(60):
            await receive()
            await receive()  # waits for as long as the first one keeps its place
        CONNECTION.get().note_run(message())
        is_free.append(parts.add(lambda: (1, 0), "", "").turn.done())

    asked = message()
    asked.rerun_script.fragment_id = "abc"
    receive = arriving(*[frame(bytes=asked.SerializeToString())] * 2)
    run(ConnectionMiddleware(app)(SCOPE, receive, None))
    assert is_free == [False]


@pytest.fixture
def streamlit_tells(monkeypatch):
    """What Streamlit was given; its own classes are as before after the test."""
    handled: list[BackMsg] = []
    manager, client = WebsocketSessionManager, StarletteSessionClient
    monkeypatch.setattr(AppSession, "handle_backmsg", lambda session, sent: handled.append(sent))
    monkeypatch.setattr(manager, "connect_session", lambda manager, session_id: session_id)
    monkeypatch.setattr(manager, "disconnect_session", lambda manager, session_id: None)
    monkeypatch.setattr(client, "write_forward_msg", client.write_forward_msg)
    follow_sessions()
    follow_runs()
    return handled


def test_streamlit_tells_what_begins_a_run(streamlit_tells):
    """The page, an existing fragment and a file, but not requests that it drops."""
    handled = streamlit_tells
    noted: list[int] = []

    class Noting:
        def note_run(self, asked: BackMsg) -> None:
            noted.append(len(handled))

    page, there, gone, file, heartbeat = message(), message(), message(), BackMsg(), BackMsg()
    there.rerun_script.fragment_id, gone.rerun_script.fragment_id = "there", "gone"
    file.backend_operation_request.request_id = "a"
    heartbeat.app_heartbeat = True
    session = SimpleNamespace(has_fragment=lambda part: part == "there")
    AppSession.handle_backmsg(session, page)  # of no connection: nothing is told
    token = CONNECTION.set(Noting())
    for sent in (page, there, gone, file, heartbeat):
        AppSession.handle_backmsg(session, sent)
    CONNECTION.reset(token)
    assert len(handled) == 6 and noted == [1, 2, 4]


def test_who_loses_a_session_keeps_no_place_and_who_takes_it_is_as_heavy(
    monkeypatch, streamlit_tells
):
    """Its output goes to the new owner; once, two messages a second kept newcomers out."""
    monkeypatch.setattr(run_queue, "PAGES", pages := RunQueue(1))
    monkeypatch.setattr(run_queue, "LONGEST_RUN_SECONDS", 3_600.0)

    class Session:
        pass

    session = Session()
    info = SimpleNamespace(session=session, client=None)
    manager = SimpleNamespace(get_active_session_info=lambda session_id: info)
    weights: list[int] = []

    async def app(scope: dict, receive, send: object) -> None:
        WebsocketSessionManager.connect_session(manager, "id")
        info.client = SimpleNamespace(_websocket=SimpleNamespace(scope=scope))
        await receive()
        CONNECTION.get().note_run(message())
        weights.append(round(USES[session].account.runs.now()))
        waiting = pages.add(lambda: (1, 0), "", "")
        assert not waiting.turn.done()
        WebsocketSessionManager.disconnect_session(manager, "id")
        async with asyncio.timeout(60):
            await waiting.turn
        waiting.end()

    for _ in range(2):
        receive = arriving(frame(bytes=message().SerializeToString()))
        run(ConnectionMiddleware(app)(SCOPE, receive, None))
    assert weights == [WHOLE_PAGE, 2 * WHOLE_PAGE]


def test_no_answer_refers_to_what_the_browser_throws_away_before_it_comes():
    """Of three messages that it has: one from long ago, one of the last run, one of before."""
    oldest = get_option("global.maxCachedMessageAge")
    asked = message()
    asked.rerun_script.cached_message_hashes.extend(["old", "new", "of another connection"])
    passed: list[set[str]] = []

    async def app(scope: dict, receive, send: object) -> None:
        def write(message_hash: str) -> None:
            scope[SERVED_BY].note_output(
                ForwardMsg(hash=message_hash, metadata=ForwardMsgMetadata(cacheable=True))
            )

        async def read() -> None:
            got = BackMsg.FromString((await receive())["bytes"])
            passed.append(set(got.rerun_script.cached_message_hashes))
            CONNECTION.get().note_run(message())

        def end() -> None:
            scope[SERVED_BY].note_output(
                ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
            )

        write("old")
        for _ in range(oldest - 1):
            end()
        write("new")
        await read()
        await read()  # before the end of the run that began then
        end()
        await read()
        scope[SERVED_BY].note_output(
            ForwardMsg(ref_hash="new", metadata=ForwardMsgMetadata(cacheable=True))
        )
        for _ in range(oldest - 1):
            end()
        await read()

    receive = arriving(*[frame(bytes=asked.SerializeToString())] * 4)
    run(ConnectionMiddleware(app)(SCOPE, receive, None))
    assert passed == [{"old", "new"}, {"new"}, {"new"}, {"new"}]


@pytest.mark.parametrize("sent", [[], [frame(text="x")] * 3, [frame(bytes=b"\xff")]])
def test_who_asks_for_nothing_is_ended(monkeypatch, sent):
    monkeypatch.setattr(connection, "FIRST_RUN_SECONDS", 0.05)
    kinds: list[str] = []

    async def app(scope: dict, receive, send: object) -> None:
        kinds.append((await receive())["type"])

    async def wait() -> None:
        async with asyncio.timeout(60):
            await ConnectionMiddleware(app)(SCOPE, arriving(*sent), None)

    run(wait())
    assert kinds == ["websocket.disconnect"]


def test_who_waits_in_vain_for_the_first_run_is_ended(monkeypatch):
    """The browser connects again, and is then among the newest, who go first."""
    monkeypatch.setattr(connection, "FIRST_RUN_SECONDS", 0.05)
    monkeypatch.setattr(run_queue, "PAGES", RunQueue(0))
    kinds: list[str] = []

    async def app(scope: dict, receive, send: object) -> None:
        kinds.append((await receive())["type"])

    async def wait() -> None:
        async with asyncio.timeout(60):
            asking = arriving(frame(bytes=message().SerializeToString()))
            await ConnectionMiddleware(app)(SCOPE, asking, None)

    run(wait())
    assert kinds == ["websocket.disconnect"]


def test_who_does_not_read_is_answered_no_more_and_keeps_no_place(monkeypatch):
    monkeypatch.setattr(run_queue, "PAGES", pages := RunQueue(1))
    taken, may_send = [], asyncio.Event()

    async def serve() -> None:
        async def send(message: dict) -> None:
            await may_send.wait()

        async def app(scope: dict, receive, send) -> None:
            sending = asyncio.create_task(send({}))
            await asyncio.sleep(0)
            taking = asyncio.create_task(receive())
            for _ in range(100):
                await asyncio.sleep(0)
            taken.append(taking.done())
            waiting = pages.add(lambda: (1, 0), "", "")
            assert waiting.turn.done()
            waiting.end()
            may_send.set()
            await asyncio.gather(sending, taking)

        receive = arriving(frame(bytes=message().SerializeToString()))
        await ConnectionMiddleware(app)(SCOPE, receive, send)

    run(serve())
    assert taken == [False]


def test_a_file_keeps_its_place_until_it_is_there_and_a_page_until_it_is(monkeypatch):
    monkeypatch.setattr(run_queue, "PAGES", pages := RunQueue(2))
    is_free: list[tuple[bool, bool]] = []
    file = BackMsg()
    file.backend_operation_request.request_id = "a"
    file.backend_operation_request.deferred_file.file_id = "b"

    async def app(scope: dict, receive, send: object) -> None:
        for asked in (file, message()):
            await receive()
            CONNECTION.get().note_run(asked)
        answer, end = ForwardMsg(), ForwardMsg()
        answer.backend_operation_response.request_id = "a"
        end.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
        first, second = (pages.add(lambda: (1, 0), "", "") for _ in range(2))
        for written in (answer, answer, end):
            scope[SERVED_BY].note_output(written)
            is_free.append((first.turn.done(), second.turn.done()))

    asked = [frame(bytes=each.SerializeToString()) for each in (file, message())]
    run(ConnectionMiddleware(app)(SCOPE, arriving(*asked), None))
    assert is_free == [(True, False), (True, False), (True, True)]


@pytest.mark.parametrize("seconds, runs", [(3_600.0, ["part"]), (0.05, [])])
def test_what_is_left_of_a_connection_runs_only_if_it_is_a_part_of_the_page(
    monkeypatch, seconds, runs
):
    """A guess is a fragment run, and has its turn soon or never; nobody would see a page."""
    monkeypatch.setattr(connection, "AFTER_LEAVING_SECONDS", seconds)
    monkeypatch.setattr(run_queue, "PAGES", pages := RunQueue(1))
    monkeypatch.setattr(run_queue, "PARTS", parts := RunQueue(1))
    taken: list[str] = []

    async def app(scope: dict, receive, send: object) -> None:
        pages.add(lambda: (1, 0), "", "")  # so that no page has its turn
        others = parts.add(lambda: (1, 0), "", "")
        written = ForwardMsg()
        written.delta.fragment_id = "seen"
        scope[SERVED_BY].note_output(written)
        receiving = asyncio.create_task(receive())
        await asyncio.wait((receiving,), timeout=0.5)
        assert receiving.done() == (not runs), "not before its turn"
        others.end()
        while (got := await receiving)["type"] == "websocket.receive":
            taken.append(BackMsg.FromString(got["bytes"]).rerun_script.fragment_id)
            receiving = asyncio.create_task(receive())

    def asking_for(fragment: str) -> dict:
        asked = message()
        asked.rerun_script.fragment_id = fragment
        return frame(bytes=asked.SerializeToString())

    receive = arriving(*map(asking_for, ("", "part", "")), END)
    run(ConnectionMiddleware(app)(SCOPE, receive, None))
    assert taken == runs


def test_who_leads_a_room_waits_for_nobody_else(monkeypatch):
    """By the secret of the first address, even if a browser forgets it there; or by a cookie."""
    room = ROOMS.lead(new_code(), new_secret())
    by_link, by_cookie, by_neither = (
        Lead(SCOPE),
        Lead(with_cookie(room.code, room.secret)),
        Lead(SCOPE),
    )
    opened = f"room={room.code}"
    assert not any(one.room(opened) for one in (by_link, by_neither))
    assert by_cookie.room(f"{opened}&secret={new_secret()}"), "a stranger's link"
    assert by_link.room(f"{opened}&secret={room.secret}") and by_link.room(opened)
    assert by_cookie.room(opened) and not by_cookie.room(f"room={new_code()}")
    for wrong in ("", new_secret(), "é" * 22, "%ff"):
        assert not by_neither.room(f"{opened}&secret={wrong}")
    assert not Lead(with_cookie(room.code, new_secret())).room(opened)
    monkeypatch.setattr(run_queue, "PARTS", RunQueue(1))
    assert run(begun()) == [True, False, True]


def test_who_has_left_leads_no_more_whatever_is_still_written_to_them():
    room = ROOMS.lead(new_code(), new_secret())
    led, end = message(), ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
    led.rerun_script.query_string = f"room={room.code}&secret={room.secret}"
    leaders: list[int] = []

    async def app(scope: dict, receive, send: object) -> None:
        await receive()
        for act in (lambda: None, CONNECTION.get().leave):
            act()
            scope[SERVED_BY].note_output(end)
            leaders.append(len(room.leaders))

    run(ConnectionMiddleware(app)(SCOPE, arriving(frame(bytes=led.SerializeToString())), None))
    assert leaders == [1, 0]


def test_all_that_lead_a_room_count_as_one(monkeypatch):
    monkeypatch.setattr(run_queue, "LEADERS", RunQueue(1))
    room = ROOMS.lead(new_code(), new_secret())
    led = message()
    led.rerun_script.query_string = f"room={room.code}&secret={room.secret}"
    began: list[int] = []

    async def app(scope: dict, receive, send: object) -> None:
        await receive()
        began.append(round(connection.ROOM_ACCOUNTS[room].runs.now()))

    for _ in range(3):
        run(ConnectionMiddleware(app)(SCOPE, arriving(frame(bytes=led.SerializeToString())), None))
    assert began == [NEW_ROOM + number * WHOLE_PAGE for number in (1, 2, 3)]


@pytest.mark.parametrize("opens", [False, True])
def test_who_leads_a_room_by_a_page_with_open_chapters_waits_as_a_learner(opens):
    """Its runs are long: for those of 19 rooms, a lecturer's step once waited for 11 s."""
    room = ROOMS.lead(new_code(), new_secret())
    led = message(widget("update_open", bool_value=opens))
    led.rerun_script.query_string = f"room={room.code}&secret={room.secret}"

    async def app(scope: dict, receive, send: object) -> None:
        await receive()

    run(ConnectionMiddleware(app)(SCOPE, arriving(frame(bytes=led.SerializeToString())), None))
    assert (room in connection.ROOM_ACCOUNTS) is not opens


def with_cookie(code: str, secret: str) -> dict:
    return SCOPE | {"headers": [(b"cookie", f"lead_{code}={secret}".encode())]}


async def begun() -> list[bool]:
    """Whether each of a learner, another one and a lecturer begins at once."""
    return [RequestAccount("", leads=leads).ask().turn.done() for leads in (False, False, True)]


def test_nobody_waits_for_a_connection_that_has_ended():
    async def wait_an_hour() -> None:
        inbox = Inbox(arriving(END))
        collecting = asyncio.create_task(inbox.collect())
        async with asyncio.timeout(10):
            await inbox.unless_ended(asyncio.sleep(3600))
        await collecting

    run(wait_an_hour())


def test_a_file_that_is_asked_for_is_no_activity():
    """The file may not exist: sessions that ask for such would stay, and learners' be ended."""

    async def ask() -> list[int]:
        one, seconds = connection.Connection(SCOPE, arriving(), None), []
        file = BackMsg()
        file.backend_operation_request.request_id = "a"
        for asked in (file, message()):
            one.note_run(asked)
            seconds.append(one._use.active_seconds)
        return seconds

    assert run(ask()) == [0, 1]


def test_of_who_leads_a_room_ten_screens_stay():
    """Otherwise all allowed sessions could lead one room, and learners' sessions would be ended."""

    async def lead() -> list[bool]:
        screens = [connection.Connection(SCOPE, arriving(), None) for _ in range(11)]
        room, stay = Room("ABCE", new_secret(), 0.0, "client"), []
        for each in screens:
            each._be_leader_of(room)
            stay.append(each.leads)
        return stay

    assert run(lead()) == 10 * [True] + [False]


class Session:
    """As much of Streamlit's as its events need; nothing is kept for the loop."""

    def _call_soon_on_event_loop(self, call) -> None:
        call()


@pytest.mark.parametrize("leads", [False, True])
def test_a_network_is_charged_for_the_time_that_its_runs_take(monkeypatch, leads):
    """Its lecturers among lecturers alone. Of a message that has failed, there is an end alone."""
    reported = []

    def report(session, sender, event, **details: object) -> None:
        reported.append((event, details))

    monkeypatch.setattr(AppSession, "_on_scriptrunner_event", report)
    monkeypatch.setattr(run_queue, "PARTS", parts := RunQueue(1))
    monkeypatch.setattr(run_queue, "LEADERS", leaders := RunQueue(1))
    charge_time()
    session = Session()
    USES[session] = use = SessionUse("hall")
    use.charged = RequestAccount("hall", leads=leads)
    end = ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS
    AppSession._on_scriptrunner_event(session, None, end)
    for _ in range(2):
        AppSession._on_scriptrunner_event(session, None, ScriptRunnerEvent.SCRIPT_STARTED, pages={})
        use.charged, account = RequestAccount("another"), use.charged  # by the next message
        began = time.thread_time()
        while time.thread_time() - began < 0.05:  # what takes time
            pass
        time.sleep(0.05)  # what waits
        end = ScriptRunnerEvent.FRAGMENT_STOPPED_WITH_SUCCESS
        AppSession._on_scriptrunner_event(session, None, end)
        use.charged = account
    charged, others = (leaders, parts) if leads else (parts, leaders)
    assert 0.1 <= charged.shares.clock("hall") < 0.15 and not others.shares.clock("hall")
    assert reported[1] == (ScriptRunnerEvent.SCRIPT_STARTED, {"pages": {}}) and len(reported) == 5
