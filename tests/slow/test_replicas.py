"""Two replicas behind a real nginx, by the configuration that the README hands out."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import psutil
import pytest
import websockets
from playwright.sync_api import BrowserContext, Page, Route, expect
from websockets.exceptions import ConnectionClosed

from exam.rooms.rooms import LEARNER, new_code, new_secret
from exam.rooms.seal import KEY
from tests.browser import (
    KO,
    QUIET,
    ROOT,
    Server,
    find_chromium,
    free_port,
    running_server,
    wait_until_idle,
)
from tests.tools.abuse import asked
from tests.visit import Visit, run
from tests.waiting import wait_for

LEARNERS = 50
LINKS = [f"batch_size={n % 5 + 20}&epochs=12&student={n % 3 + 1}" for n in range(LEARNERS)]
UNIVERSITY = "uni.localhost"  # browsers look for it on this machine
DEBIAN = Path("/etc/nginx")
KEYED = {KEY: "the same for all of them"}
ESTABLISHED = 1  # as Linux calls it in TCP_INFO
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


@contextlib.contextmanager
def running_nginx(
    folder: Path, replicas: list[Server], more: str = "", limit: int = 12_000
) -> Iterator[str]:
    """The address of an nginx in front of those replicas, all else as in assets/nginx.conf.

    `more` are other lines of its server, `limit` how much one address may have.
    """
    port = free_port()
    (folder / "conf.d").mkdir()
    (folder / "conf.d" / "page.conf").write_text(
        page_conf(folder, port, replicas, more, limit), "utf-8"
    )
    (folder / "sites").mkdir()
    default = (DEBIAN / "sites-available" / "default").read_text(encoding="utf-8")
    default = default.replace("listen 80 ", f"listen 127.0.0.1:{port} ")
    (folder / "sites" / "default").write_text(re.sub(r"listen \[::\].*", "", default), "utf-8")
    (folder / "nginx.conf").write_text(main_conf(folder), encoding="utf-8")
    nginx = subprocess.Popen([NGINX, "-c", str(folder / "nginx.conf")])
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_for(lambda: is_healthy(url))
        yield url
    finally:
        nginx.send_signal(signal.SIGQUIT)
        nginx.wait(timeout=20)


def page_conf(folder: Path, port: int, replicas: list[Server], more: str, limit: int) -> str:
    """Ours, but for the ports, and with a log of which replica has answered."""
    site = (ROOT / "assets" / "nginx.conf").read_text(encoding="utf-8")
    changed = {
        "listen 80;": f"listen 127.0.0.1:{port}; {more}",
        "server 127.0.0.1:8501 ": f"server 127.0.0.1:{replicas[0].port} ",
        "server 127.0.0.1:8502 ": f"server 127.0.0.1:{replicas[1].port} ",
        "limit_conn clients 12000;": f"limit_conn clients {limit};",
        "access_log off;": f"access_log {folder}/access.log seat;",
        "/var/log/nginx/error.log emerg;": f"{folder}/error.log emerg;",
        "\nserver {": "\nlog_format seat '$seat $request_uri $upstream_addr';\nserver {",
    }
    for written, instead in changed.items():
        assert site.count(written) == 1, written
        site = site.replace(written, instead)
    return site


def main_conf(folder: Path) -> str:
    """That of the distribution, but for its folders; with the default site that it ships."""
    main = (DEBIAN / "nginx.conf").read_text(encoding="utf-8")
    main = main.replace("/etc/nginx/conf.d", f"{folder}/conf.d")
    main = main.replace("/etc/nginx/sites-enabled", f"{folder}/sites")
    main = main.replace("/var/log/nginx", str(folder)).replace("/run/nginx.pid", f"{folder}/pid")
    if os.geteuid():  # only root may become another
        main = main.replace("user www-data;", "")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    return "daemon off;\n" + main.replace("http {", "http {\n" + temporary, 1)


def is_healthy(url: str) -> bool:
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(url + "_stcore/health", timeout=5).read() == b"ok"
    return False


def seat_of(url: str) -> str:
    """The cookie that a browser is given with the page."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.status == 200
        return seat_in(answer)


def seat_in(answer) -> str:
    cookies = " ".join(answer.headers.get_all("Set-Cookie", []))
    return "; ".join(re.findall(r"seat=\w+", cookies))


def numbers(visit: Visit) -> tuple:
    """What the learner sees, but for the seconds that it took."""
    return tuple(visit.shown["answers"]), tuple(visit.shown["val_wrong"])


async def study_each(url: str) -> dict[str, tuple]:
    """By link, the numbers behind the chart after the study that it sets."""

    async def study(link: str) -> tuple:
        async with Visit(url, link).connection() as visit:
            await visit.study()
            return numbers(visit)

    links = sorted(set(LINKS))
    return dict(zip(links, await asyncio.gather(*map(study, links)), strict=True))


needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


@pytest.fixture
def replicas(tmp_path):
    with contextlib.ExitStack() as running:
        yield [
            running.enter_context(running_server(tmp_path / f"replica{number}.txt", **KEYED))
            for number in (1, 2)
        ]


@needs_nginx
def test_a_lecture_hall_at_two_replicas_of_which_one_is_lost(replicas, tmp_path):
    wanted, second = (run(study_each(replica.url)) for replica in replicas)
    assert all(wanted.values()) and wanted == second, "the same setting, other numbers"
    with running_nginx(tmp_path, replicas) as url:
        visits = [Visit(url, link, seat_of(url)) for link in LINKS]
        run(lose_a_replica(visits, replicas, wanted))


async def lose_a_replica(visits: list[Visit], replicas: list[Server], wanted: dict) -> None:
    async with contextlib.AsyncExitStack() as lecture:
        for visit in visits:
            await lecture.enter_async_context(visit.connection())
        await asyncio.gather(*(visit.study() for visit in visits))
        assert all(numbers(visit) == wanted[visit.link] for visit in visits)
        seats = [learners_at(replica) for replica in replicas]
        assert sum(seats) == len(visits) and min(seats) >= 10, seats
        replicas[0].stop(signal.SIGKILL)
        are_cut = await asyncio.gather(*map(is_cut, visits))
        assert sum(are_cut) == seats[0]
    lost = [visit for visit, was_cut in zip(visits, are_cut, strict=True) if was_cut]
    await asyncio.gather(*map(come_back, lost))
    assert all(numbers(visit) == wanted[visit.link] for visit in lost)


async def come_back(visit: Visit) -> None:
    """As a browser does: with the same cookie, by the same link, which brings the setting."""
    async with visit.connection():
        await visit.study()
    setting = dict(part.split("=") for part in visit.link.split("&"))
    del setting["student"]  # no slider
    assert visit.settings == {name: int(value) for name, value in setting.items()}


async def is_cut(visit: Visit) -> bool:
    """Whether the connection ends by itself, now that a replica is gone."""
    try:
        async with asyncio.timeout(5):
            while True:
                await visit.read_one()
    except (TimeoutError, ConnectionClosed) as end:
        return isinstance(end, ConnectionClosed)


def learners_at(replica: Server) -> int:
    """How many websockets a replica holds."""
    connections = psutil.Process(replica.pid).net_connections("tcp")
    return sum(
        each.status == psutil.CONN_ESTABLISHED and each.laddr.port == replica.port
        for each in connections
    )


@needs_nginx
def test_a_cookie_leads_back_to_the_same_replica(replicas, tmp_path):
    with running_nginx(tmp_path, replicas) as url:
        cookies = [seat_of(url) for _ in range(12)]
        for _ in range(3):
            for cookie in cookies:
                again = urllib.request.Request(url + "_stcore/health", headers={"Cookie": cookie})
                assert seat_in(urllib.request.urlopen(again, timeout=10)) == ""  # it has one
        visits = logged(tmp_path / "access.log")
        places = {(seat, place) for seat, _, place in visits if f"seat={seat}" in cookies}
        assert len(places) == len(cookies)
        assert {place for _, place in places} == {f"127.0.0.1:{each.port}" for each in replicas}


@needs_nginx
def test_all_of_a_room_are_at_one_replica_and_see_no_other_room(replicas, tmp_path):
    log = tmp_path / "access.log"
    with running_nginx(tmp_path, replicas) as url:
        places = place_of_each(url, log)
        first = next(iter(places))
        second = next(code for code in places if places[code] != places[first])
        learners = {first: LEARNERS, second: 5}
        run(guess_in_each(url, learners))
        for code, students in learners.items():
            of_websockets = partial(places_logged, log, f"/{code}/_stcore/stream", students + 1)
            assert set(wait_for(of_websockets)) == {places[code]}


@needs_nginx
def test_all_of_a_room_move_to_the_replica_that_comes_back(browser, replicas, tmp_path):
    """Its screens stayed at the other one, and newcomers read that there is no such room yet.

    And a student who is there before the lecturer led it.
    """
    first, _ = replicas
    away = [browser.new_context(locale="ko-KR") for _ in ("lecturer", "hall")]
    with running_nginx(tmp_path, replicas) as url, contextlib.ExitStack() as contexts:
        lecturers, phones = (contexts.enter_context(contextlib.closing(each)) for each in away)
        places = place_of_each(url, tmp_path / "access.log")
        code = next(each for each in places if places[each] == f"127.0.0.1:{first.port}")
        projector, link = lecturers.new_page(), f"{url}?room={code}"
        projector.goto(f"{link}&projected=true&only=students#secret={new_secret()}")
        early = newcomer(phones, link, told=KO.hall.bar.open)
        show_next(projector, [early], told=KO.hall.bar.closed)
        expect(projector).to_have_url(re.compile("&state="))  # by which the room goes on
        first.stop(signal.SIGKILL)
        later = newcomer(phones, link, told=KO.hall.bar.closed)
        show_next(projector, [early, later], told=KO.hall.bar.open)
        lecturers.route("**/room/*/id", Route.abort)
        with running_server(tmp_path / "back.txt", port=first.port, **KEYED):
            assert run(leads(f"{url}{code}/", code, new_secret())), "a student is the first"
            lecturers.unroute_all()
            last = newcomer(phones, link, told=KO.hall.bar.open)
            show_next(projector, [early, later, last], told=KO.hall.bar.closed)
            for page in (*phones.pages, projector):  # nginx ends with its last websocket
                page.goto("about:blank")


def newcomer(phones: BrowserContext, link: str, told: str) -> Page:
    """A learner who opens the link, and is told this about the vote."""
    page = phones.new_page()
    page.goto(link)
    expect(page.locator(".hall-bar")).to_contain_text(told)
    return page


def show_next(projector: Page, learners: list[Page], told: str) -> None:
    """The lecturer shows the next step, and these learners are told this about the vote."""
    projector.locator(".st-key-step_next button").click()
    for page in learners:
        expect(page.locator(".hall-bar")).to_contain_text(told)


def logged(log: Path) -> list[list[str]]:
    """Of each answer, the learner's cookie, the address, and which replica it came from."""
    return [line.split(maxsplit=2) for line in log.read_text(encoding="utf-8").splitlines()]


def places_logged(log: Path, uri: str, at_least: int = 1) -> list[str]:
    """Which replica each answer at that address came from, once there are so many; nginx writes a
    line when the answer, or the websocket, has ended."""
    places = [place for _, each, place in logged(log) if each == uri]
    return places if len(places) >= at_least else []


def place_of_each(url: str, log: Path) -> dict[str, str]:
    """Codes of rooms, and which replica the page of each comes from."""
    places: dict[str, str] = {}
    for code in [new_code() for _ in range(24)]:
        urllib.request.urlopen(f"{url}?room={code}", timeout=10).read()
        [places[code]] = wait_for(partial(places_logged, log, f"/{code}/?room={code}"))
    return places


async def guess_in_each(url: str, learners: dict[str, int]) -> None:
    """In each of these rooms so many learners guess, and its lecturer sees theirs alone."""
    async with contextlib.AsyncExitStack() as halls:
        for code, students in learners.items():
            lecturer = come(url, f"room={code}&secret={new_secret()}&projected=true&only=students")
            await halls.enter_async_context(lecturer.connection())
            await lecturer.open()
            visits = [come(url, f"room={code}") for _ in range(students)]
            for visit in visits:
                await halls.enter_async_context(visit.connection())
            await asyncio.gather(*map(guess, visits))
            await lecturer.poll()
            assert lecturer.guesses == students


def come(url: str, link: str) -> Visit:
    """A visit as a browser makes it: the cookie comes with the page, and its path is the room's."""
    with urllib.request.urlopen(f"{url}?{link}", timeout=10) as answer:
        return Visit(answer.url.split("?")[0], link, seat_in(answer))


@needs_nginx
def test_rooms_that_are_opened_in_one_browser_are_where_their_codes_lead(replicas, tmp_path):
    with running_nginx(tmp_path, replicas) as url:
        run(open_three_rooms(url))
        for closed in ("_stcore/upload_file/a/b", "_stcore/metrics", "ABCE/_stcore/agent/mcp"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(url + closed, timeout=10)


@needs_nginx
def test_a_room_is_opened_under_its_own_path_alone(server, tmp_path):
    """By another's path, a student opened the lecturer's code at the other replica beforehand."""
    code, other, secret = new_code(), new_code(), new_secret()

    with running_nginx(tmp_path, [server, server]) as url:
        places = [f"{url}{path}" for path in ("", f"{other}/", f"{code}/")]
        led = [run(leads(place, code, secret)) for place in places]
    assert led == [False, False, True]


async def leads(place: str, code: str, secret: str) -> bool:
    """Whether somebody who opens the room with that secret leads it."""
    visit = Visit(place, f"room={code}&secret={secret}&presenter=true")
    async with visit.connection():
        await visit.open()
    return "step_next" in visit.ids


@needs_nginx
def test_a_page_stays_at_its_rooms_path_if_the_first_question_fails(page, server, tmp_path):
    """Streamlit went on at the root, perhaps at another replica."""
    failed: list[str] = []

    def fail_once(route: Route) -> None:
        if not failed:
            failed.append(route.request.url)
            route.fulfill(status=503)
        else:
            route.continue_()

    with running_nginx(tmp_path, [server, server]) as url:
        page.route("**/ABCE/_stcore/health", fail_once)
        page.goto(f"{url}?room=ABCE")
        expect(page.get_by_text(KO.hall.room_awaited)).to_be_visible()
        page.goto("about:blank")  # nginx ends with its last websocket

        def answered() -> set[str]:
            return {uri.split("?")[0] for _, uri, _ in logged(tmp_path / "access.log")}

        wait_for(lambda: "/ABCE/_stcore/stream" in answered())
        assert failed and "/_stcore/stream" not in answered()


async def open_three_rooms(url: str) -> None:
    from playwright.async_api import async_playwright, expect

    expect.set_options(timeout=60_000)  # as conftest.py does for the synchronous ones
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=find_chromium(), args=QUIET)
        context = await chromium.new_context(locale="ko-KR")
        context.set_default_timeout(60_000)
        pages = [await context.new_page() for _ in range(3)]
        for page in pages:
            await page.goto(url)
            await page.get_by_role("button", name=KO.share, exact=True).click()
            await page.get_by_role("button", name=KO.hall.open_room).click()
            link = page.get_by_role("link", name=KO.hall.lecturers_screen)  # the box is open again
            await expect(link).to_have_attribute("href", re.compile(r"room=\w{4}"))
            code = re.search(r"room=(\w{4})", await link.get_attribute("href"))[1]
            await expect(page).to_have_url(f"{url}{code}/?room={code}")
            visit = come(url, f"room={code}&only=students")
            async with visit.connection():
                await visit.open()
                assert "students_guess" in visit.ids
                assert visit.data["ask_room"]["on"] == "hall-changed"  # it follows
        for page in pages:  # all of them lead, and do after a reload
            await page.reload()
            code = page.url[-4:]
            leads = KO.hall.leads_room(code=code).replace("**", "")
            await expect(page.get_by_text(leads)).to_be_visible()
        await chromium.close()


async def guess(visit: Visit) -> None:
    await visit.open()
    await visit.unfold("students_open")
    await visit.read()
    await visit.choose("students_guess", 1)
    await visit.read()


def certificate(folder: Path) -> str:
    """The lines of nginx for a certificate that nobody has signed."""
    made, key = folder / "made.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-out", made, "-keyout", key], check=True, capture_output=True)
    return f"ssl_certificate {made}; ssl_certificate_key {key};"


def plant(context: BrowserContext, **cookies: str) -> None:
    """A page of another host in the domain of `UNIVERSITY` sets them for all its hosts."""
    rules = f"Domain={UNIVERSITY}; Path=/; Secure"
    each = [f"document.cookie = '{name}={value}; {rules}';" for name, value in cookies.items()]
    page = context.new_page()
    body = f"<script>{''.join(each)}</script>"
    page.route("**", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"https://students.{UNIVERSITY}/")
    page.close()


def test_over_https_no_page_of_the_same_domain_plants_a_cookie(browser, server, tmp_path):
    """One with a false secret once took a room away, one with a true one gave a room of its own."""
    port = free_port()
    code, secret, another = new_code(), new_secret(), new_code()
    url = f"https://exam.{UNIVERSITY}:{port}/"
    tls = f"listen 127.0.0.1:{port} ssl; {certificate(tmp_path)}"
    away = contextlib.closing(browser.new_context(locale="ko-KR", ignore_https_errors=True))
    with running_nginx(tmp_path, [server, server], tls), away as context:
        page = context.new_page()

        def cookies() -> dict[str, str]:
            return {each["name"]: each["value"] for each in context.cookies(url)}

        page.goto(f"{url}?room={code}&presenter=true#secret={secret}")
        page.locator(".st-key-step_next button").wait_for()
        assert cookies()[f"__Host-lead_{code}"] == secret
        planted = {f"lead_{code}": new_secret(), f"lead_{another}": new_secret(), "learner": "abc"}
        planted["seat"] = "e" * 32
        plant(context, **planted)
        assert cookies().items() >= planted.items()
        for _ in range(2):
            page.reload()
            page.locator(".st-key-step_next button").wait_for()
        page.goto(f"{url}?room={another}")
        expect(page.get_by_text(KO.hall.room_awaited)).to_be_visible()
        wait_until_idle(page)
        assert LEARNER.fullmatch(cookies()["__Host-learner"])
        seats = {line.split()[0] for line in (tmp_path / "access.log").read_text().splitlines()}
        assert cookies()["__Host-seat"] in seats and planted["seat"] not in seats


@needs_nginx
def test_a_replica_tells_addresses_apart(replicas, tmp_path):
    """So that newcomers do not wait behind all that somebody else opens."""

    async def come(url: str, address: str) -> set[str]:
        place = url.replace("http", "ws", 1) + "_stcore/stream"
        async with websockets.connect(
            place, subprotocols=["streamlit"], local_addr=(address, 0)
        ) as line:
            await line.send(asked(""))
            await line.recv()
            return {
                each.raddr.ip.removeprefix("::ffff:")  # of a socket that has IPv6 as well
                for replica in replicas
                for each in psutil.Process(replica.pid).net_connections("tcp")
                if each.raddr and each.status == psutil.CONN_ESTABLISHED
            }

    with running_nginx(tmp_path, replicas) as url:
        for last in (7, 9):
            assert f"127.0.1.{last}" in run(come(url, f"127.0.0.{last}"))


@needs_nginx
def test_one_address_does_not_take_all_connections(server, tmp_path):
    """Over HTTP/2, a phone with 260 connections once did, by answers that it never read."""
    code, connections = new_code(), 300
    with running_nginx(tmp_path, [server, server], limit=150) as url:
        assert run(leads(f"{url}{code}/", code, new_secret()))
        host = urlsplit(url).netloc
        with contextlib.ExitStack() as held:
            streams = [ask(host, f"/{code}/room/{code}", "127.0.0.9") for _ in range(connections)]
            answers = Counter(held.enter_context(each).recv(12) for each in streams)
            assert answers == {b"HTTP/1.1 200": 150, b"": connections - 150}
            with ask(host, "/_stcore/health", "127.0.0.7") as learner:
                assert learner.recv(12) == b"HTTP/1.1 200"


@needs_nginx
@pytest.mark.parametrize(
    "asked_for", ["/?room=abcd", "/?room=ABCE", "/-answer", "/_stcore/metrics", "/_stcore/health"]
)
def test_what_nginx_answers_itself_counts_until_it_is_read(server, tmp_path, asked_for):
    """Of what it answered at once, or refused, one phone once held as many as there are."""
    with running_nginx(tmp_path, [server, server], limit=50) as url, contextlib.ExitStack() as held:
        host = urlsplit(url).netloc
        lines = [held.enter_context(ask_and_read_nothing(host, asked_for)) for _ in range(100)]
        wait_for(lambda: sum(map(is_ended, lines)) >= 50)
        with ask(host, "/_stcore/health", "127.0.0.7") as learner:
            assert learner.recv(12) == b"HTTP/1.1 200"


@needs_nginx
def test_all_addresses_that_an_ipv6_phone_has_count_as_one(server, tmp_path):
    """By four of them, it once had all ports that lead to its room's replica."""
    told = "set_real_ip_from 127.0.0.9; real_ip_header X-Client;"
    nginx = running_nginx(tmp_path, [server, server], told, limit=50)
    with nginx as url, contextlib.ExitStack() as held:
        host = urlsplit(url).netloc
        addresses = [f"X-Client: 2001:db8:1:2::{number:x}\r\n" for number in range(100)]
        lines = [
            held.enter_context(ask_and_read_nothing(host, "/_stcore/health", each))
            for each in addresses
        ]
        wait_for(lambda: sum(map(is_ended, lines)) >= 50)
        another = ask_and_read_nothing(host, "/_stcore/health", "X-Client: 2001:db8:2::1\r\n")
        assert held.enter_context(another).recv(12) == b"HTTP/1.1 200"


@needs_nginx
@pytest.mark.parametrize(("method", "host"), [("TRACE", "a"), ("GET", "a b")])
def test_of_what_nginx_refuses_over_http2_nothing_stays(server, tmp_path, method, host):
    """The browser says that it will read nothing; each kept a connection for two minutes."""
    fields = {":method": method, ":scheme": "http", ":path": "/", ":authority": host}
    literal = b"".join(b"\0" + h2_text(name) + h2_text(value) for name, value in fields.items())
    port = free_port()
    nginx = running_nginx(tmp_path, [server, server], f"listen 127.0.0.1:{port} http2;")
    with nginx, socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        client.sendall(h2_frame(H2_SETTINGS, 0, 0, struct.pack(">HI", 4, 0)))  # the window
        client.sendall(h2_frame(H2_HEADERS, 5, 1, literal))  # all of it, and no body
        frames = client.makefile("rb")
        while (kind := h2_kind(frames)) != H2_RST_STREAM:
            assert kind != H2_GOAWAY


H2_HEADERS, H2_RST_STREAM, H2_SETTINGS, H2_GOAWAY = 1, 3, 4, 7


def h2_frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def h2_text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def h2_kind(frames: BinaryIO) -> int:
    """The kind of the frame that comes next."""
    head = frames.read(9)
    frames.read(int.from_bytes(head[:3], "big"))
    return head[3]


def ask_and_read_nothing(host: str, path: str, headers: str = "") -> socket.socket:
    """A connection on which more answers come than its other end can get rid of."""
    name, port = host.split(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # the least there is
    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 200_000)  # all is sent at once
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1_400)  # as outside of one machine
    line.bind(("127.0.0.9", 0))
    line.connect((name, int(port)))
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n".encode() * 2_000)
    return line


def is_ended(line: socket.socket) -> bool:
    """Whether the other end has closed it, whatever is still to be read."""
    state = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return state != ESTABLISHED


def ask(host: str, path: str, address: str) -> socket.socket:
    """A connection from that address, on which an answer will come."""
    name, port = host.split(":")
    line = socket.create_connection((name, int(port)), timeout=20, source_address=(address, 0))
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return line


@needs_nginx
def test_a_body_is_not_waited_for(server, tmp_path):
    """Sent a byte at a time, each kept one of nginx's connections for hours."""
    with running_nginx(tmp_path, [server, server]) as url:
        address = urlsplit(url)
        for body in ("Content-Length: 1000", "Transfer-Encoding: chunked"):
            with socket.create_connection((address.hostname, address.port), timeout=5) as client:
                request = f"GET / HTTP/1.1\r\nHost: {address.netloc}\r\n{body}\r\n\r\n"
                client.sendall(request.encode())
                assert client.recv(1) == b""


@needs_nginx
def test_a_code_that_nginx_would_not_see_is_refused(server, tmp_path):
    """A replica that does not know the room would have told its lecturer that nobody leads it."""
    with running_nginx(tmp_path, [server, server]) as url:
        for odd in ("ROOM=ABCE&room=ABCF", "room=ABCE&lang=ko&room=ABCF", "ROOM=abce"):
            with pytest.raises(urllib.error.HTTPError, match="400") as refused:
                urllib.request.urlopen(f"{url}?{odd}", timeout=10)
            assert "방 코드" in refused.value.read().decode()
        for link in ("room=ABCE", "lang=ko&room=ABCE&only=study", "xroom=a&room=ABCE"):
            with urllib.request.urlopen(f"{url}?{link}", timeout=10) as answer:
                assert answer.url == f"{url}ABCE/?{link}"


@needs_nginx
def test_a_code_in_small_letters_leads_to_the_room_as_well(page, server, tmp_path):
    """The form shows capitals, whatever is typed."""
    with running_nginx(tmp_path, [server, server]) as url:
        page.goto(url)
        page.get_by_role("button", name=KO.share, exact=True).click()
        box = page.get_by_test_id("stPopoverBody")
        box.get_by_label(KO.hall.room_code).fill("abCe")
        box.get_by_role("button", name=KO.hall.enter_room).click()
        expect(page).to_have_url(f"{url}ABCE/?room=ABCE")
        expect(page.get_by_text(KO.hall.room_awaited)).to_be_visible()
        page.goto(f"{url}?lang=en&room=abce#here")
        expect(page).to_have_url(f"{url}ABCE/?lang=en&room=ABCE#here")
        page.goto("about:blank")  # nginx ends with its last websocket
