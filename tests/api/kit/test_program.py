"""The limits of every program: silence, half a request, an endless head or a bomb harm nobody."""

import asyncio
import gc
import gzip
import logging
import resource
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from api.kit.cannot_start import CannotStart
from api.kit.metrics import Metrics
from api.kit.middlewares import shell
from api.kit.program import collect_garbage_less, count_connections, guarded, room, serve
from tests.support.people import Person
from tests.support.raw_http import wire
from tests.support.small_api import guarded_program
from tracking.crowd import Crowd

IDLE_S = 0.3


async def take(request: web.Request) -> web.Response:
    """Take a body and tell its size."""
    return web.json_response({"bytes": len(await request.read())})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Return the port of a program that takes bodies of up to 2 MiB."""
    app = web.Application(middlewares=[shell(Metrics.fresh())], client_max_size=2 * 1024 * 1024)
    app.router.add_route("*", "/", take)
    async with guarded_program(app, idle_s=IDLE_S) as port:
        yield port


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Half",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",  # answered, then silent
    ],
    ids=["nothing", "half a line", "half a head", "one request"],
)
async def test_a_connection_that_falls_silent_is_closed(port: int, sent: bytes) -> None:
    async with wire(port) as client:
        await client.send(sent)
        answer = await client.rest()
    assert answer.startswith(b"HTTP/1.1 200") == sent.endswith(b"\r\n\r\n")


NOT_HTTP = {
    "line": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "field": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 9000 + b"\r\n\r\n",
    "fields": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: a\r\n" * 80 + b"\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "smuggled": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n",
    "signed length": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +6\r\n\r\n123456",
    "bare CR": b"GET / HTTP/1.1\nHost: x\r\nX: a\rb\r\n\r\n",
}
GOOD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("head", NOT_HTTP.values(), ids=NOT_HTTP)
async def test_a_head_that_is_not_plain_http_is_refused(port: int, head: bytes) -> None:
    async with wire(port) as client:
        await client.send(head)
        assert await client.status() == 400
    assert (await Person(f"http://127.0.0.1:{port}").get("/")).status == 200


@pytest.mark.parametrize(
    "sent", [*NOT_HTTP.values(), b"G\x00T / HTTP/1.1\r\n\r\n"], ids=[*NOT_HTTP, "method"]
)
async def test_what_is_not_http_is_one_line_of_the_log_and_no_error_of_ours(
    port: int, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        async with wire(port) as client:
            await client.send(GOOD)
            assert await client.status() == 200
            await client.send(sent)
            assert b" 400 Bad Request" in await client.rest()
    (told,) = [one for one in caplog.records if one.getMessage() == "not HTTP"]
    assert (told.levelno, told.exc_info, told.__dict__["status"]) == (logging.INFO, None, 400)
    assert {one.levelno for one in caplog.records} == {logging.INFO}
    assert "Traceback" not in caplog.text


async def test_a_bomb_is_refused_and_others_are_answered_meanwhile(port: int) -> None:
    bomb = gzip.compress(bytes(256 * 1024 * 1024), compresslevel=9)
    other = Person(f"http://127.0.0.1:{port}")
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}"
    answered = 0
    async with wire(port) as client:
        exploding = asyncio.create_task(client.send(head.encode() + b"\r\n\r\n" + bomb))
        assert await client.status() == 415
        over = asyncio.create_task(client.rest())
        while not over.done():
            assert (await other.get("/")).status == 200
            answered += 1
        await exploding
    assert answered > 3  # a loop that inflates answers nobody until it is through


async def test_a_body_is_handed_on_as_it_came() -> None:
    squeezed = gzip.compress(bytes(1_000_000), mtime=0)
    app = web.Application()
    app.router.add_post("/", take)
    async with guarded_program(app) as port:
        person = Person(f"http://127.0.0.1:{port}")
        taken = await person.post("/", raw=squeezed, headers={"Content-Encoding": "gzip"})
    assert taken.body == {"bytes": len(squeezed)}


async def test_what_connects_beyond_the_room_there_is_is_closed_at_once() -> None:
    """An address that holds every connection open locks out itself, and only itself."""
    app = web.Application()
    app.router.add_route("*", "/", take)
    crowd = Crowd(10, 2)
    runner = guarded(app)
    await runner.setup()
    assert runner.server is not None
    count_connections(runner.server, crowd)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = int(runner.addresses[0][1])
    async with wire(port) as first, wire(port):
        async with wire(port) as third:
            assert await third.rest() == b""
        await first.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await first.rest()).startswith(b"HTTP/1.1 200")
    async with wire(port) as again:
        await again.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await again.rest()).startswith(b"HTTP/1.1 200")
    await runner.cleanup()
    assert crowd.inside == 0


def test_a_program_may_open_as_many_files_as_the_machine_lets_it() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    room()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)


def test_what_lives_as_long_as_the_program_is_not_looked_at_for_cycles() -> None:
    before = gc.get_threshold()
    try:
        collect_garbage_less()
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold()[0] > before[0]
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


async def test_a_port_that_is_taken_is_named_and_nothing_stays_behind(port: int) -> None:
    """A program that hung with half of it running would never be started again."""
    told: list[str] = []

    async def run(_app: web.Application) -> AsyncIterator[None]:  # noqa: RUF029  # aiohttp's shape
        told.append("begun")
        yield
        told.append("ended")

    app = web.Application()
    app.cleanup_ctx.append(run)
    with pytest.raises(CannotStart, match=f"port {port}.*choose another port"):
        await serve(app, "127.0.0.1", port, Crowd(10, 10))
    assert told == ["begun", "ended"]
