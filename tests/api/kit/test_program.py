"""The limits of every program: silence, half a request, an endless head or a bomb harm nobody."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from api.kit.metrics import Metrics
from api.kit.middlewares import shell
from tests.support.people import Person
from tests.support.raw_http import wire
from tests.support.small_api import guarded_program

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


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 9000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: a\r\n" * 80 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +6\r\n\r\n123456",
        b"GET / HTTP/1.1\nHost: x\r\nX: a\rb\r\n\r\n",
    ],
    ids=["line", "field", "fields", "two hosts", "smuggled", "signed length", "bare CR"],
)
async def test_a_head_that_is_not_plain_http_is_refused(port: int, head: bytes) -> None:
    async with wire(port) as client:
        await client.send(head)
        assert await client.status() == 400
    assert (await Person(f"http://127.0.0.1:{port}").get("/")).status == 200


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
