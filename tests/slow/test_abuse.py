"""What no browser sends, in small; `python -m tests.tools.fuzz` sends ten thousand cases."""

import asyncio
import contextlib

from exam.rooms.rooms import new_code, new_secret
from tests.browser import Server, running_server
from tests.test_server import FILES, WITH_FEW_FILES
from tests.tools.fuzz import REFUSED, fuzz
from tests.visit import Visit, run

CASES = 200


def test_no_exception_comes_of_what_no_browser_sends(tmp_path):
    """None on the page, and no process is lost; the log may say what Streamlit made of it."""
    with running_server(tmp_path / "log.txt") as server:
        shown = run(fuzz(server, CASES, seed=1))
        assert server.process.poll() is None and server.workers()
    assert [exception for exception in shown if REFUSED not in exception] == []


def test_many_may_open_a_page_that_has_just_started(tmp_path):
    async def open_page(url: str) -> dict:
        async with Visit(url, "lang=ko").connection() as visit:
            await visit.open()
            return visit.settings

    async def open_together(url: str) -> list[dict]:
        return await asyncio.gather(*(open_page(url) for _ in range(30)))

    with running_server(tmp_path / "log.txt") as server:
        assert run(open_together(server.url)) == [{"batch_size": 10, "epochs": 20}] * 30
    assert "Traceback" not in server.log.read_text()


def test_forged_guesses_codes_and_secrets_change_no_other_room(tmp_path):
    """20 connections open rooms in a loop beside a hall, and none of them leads it."""
    code, secret = new_code(), new_secret()

    async def forge(url: str) -> None:
        for link in [f"room={code}&secret={new_secret()}", f"room={code}&secret={secret[:-1]}"] + [
            f"room={new_code()}&secret={new_secret()}" for _ in range(15)
        ]:
            async with Visit(url, f"{link}&projected=true&only=students").connection() as visit:
                await visit.open()
                assert code not in link or "step_skip" not in visit.ids and visit.guesses == -1
        async with Visit(url, f"room={code}&only=students").connection() as visit:
            await visit.open()
            for forged in ("0", "99", "<script>", ""):
                visit.options["students_guess"] = [forged]
                await visit.choose("students_guess", 0)
                await visit.read()

    async def hall(url: str) -> int:
        link = f"room={code}&secret={secret}&projected=true&only=students"
        async with Visit(url, link).connection() as lecturer:
            await lecturer.open()
            async with Visit(url, f"room={code}&only=students").connection() as learner:
                await learner.open()
                await learner.choose("students_guess", 2)
                await learner.read()
            await asyncio.gather(*(forge(url) for _ in range(20)))
            await lecturer.poll()
            return lecturer.guesses

    with running_server(tmp_path / "log.txt") as server:
        assert run(hall(server.url)) == 1
        assert "Traceback" not in server.log.read_text()


def test_many_who_lead_rooms_of_their_own_keep_no_hall_out(tmp_path):
    """They were never ended, however many, and a hall elsewhere lost half of its learners."""

    async def push_out(server: Server) -> None:
        async with contextlib.AsyncExitStack() as there:
            hall = [Visit(server.url) for _ in range(20)]
            for learner in hall:
                await there.enter_async_context(learner.connection())
                await learner.open()
            for _ in range(14):
                link = f"room={new_code()}&secret={new_secret()}"
                for _ in range(10):
                    leader = Visit(server.url, link, address="127.0.0.9")
                    await there.enter_async_context(leader.connection())
                    await leader.open()
            for learner in hall:
                await learner.study()

    with running_server(tmp_path / "log", command=("-c", WITH_FEW_FILES)) as server:
        run(push_out(server))


def test_visits_that_have_been_there_for_longer_keep_no_newcomer_out(tmp_path):
    """1,520 of a script, each of which had done more, ended all who came to the lecture."""

    async def come(server: Server) -> None:
        async with contextlib.AsyncExitStack() as there:
            early = [Visit(server.url, "only=questions") for _ in range(FILES // 3 - 3)]
            for _ in range(2):
                for visit in early:
                    if not visit.session:
                        await there.enter_async_context(visit.connection())
                    await visit.open()
            newcomer = Visit(server.url)
            await there.enter_async_context(newcomer.connection())
            await newcomer.open()
            for _ in range(20):
                late = Visit(server.url, "only=questions")
                await there.enter_async_context(late.connection())
                await late.open()
            await newcomer.study()

    with running_server(tmp_path / "log", command=("-c", WITH_FEW_FILES)) as server:
        run(come(server))
