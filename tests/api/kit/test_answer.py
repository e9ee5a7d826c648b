"""Answers in one piece: the same on the wire as aiohttp's own, only cheaper."""

from collections.abc import AsyncIterator, Callable
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from aiohttp import web

from api.kit.answer import NO_STORE, SECURITY_HEADERS, Answer
from api.kit.clock import real_now
from api.kit.metrics import Metrics
from api.kit.middlewares import add_security_headers, shell
from tests.support.people import Person
from tests.support.raw_http import wire
from tests.support.small_api import guarded_program

BODY = b'{"success":true,"data":"caf\xc3\xa9","message":null}'
OWN = {"ETag": '"7"', "RateLimit": '"read";r=3;t=1'}


def ours(status: int) -> Answer:
    """Return our answer."""
    answer = Answer(BODY, status)
    answer.headers.update(OWN)
    return answer


def theirs(status: int) -> web.Response:
    """Return the same as aiohttp's own response."""
    headers = {"Content-Type": "application/json", **NO_STORE, **SECURITY_HEADERS, **OWN}
    return web.Response(body=None if status in {204, 304} else BODY, status=status, headers=headers)


def with_cookie(status: int) -> Answer:
    """Return an answer that leaves a cookie."""
    answer = ours(status)
    answer.set_cookie("a", "b")
    return answer


def with_line_break(status: int) -> Answer:
    """Return an answer whose header would begin another one."""
    answer = ours(status)
    answer.headers["X-Bad"] = "a\r\nSet-Cookie: stolen=1"
    return answer


MADE: dict[str, Callable[[int], web.StreamResponse]] = {
    "ours": ours,
    "theirs": theirs,
    "cookie": with_cookie,
    "break": with_line_break,
}


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Return the port of a program that answers as the path says."""

    async def make(request: web.Request) -> web.StreamResponse:  # noqa: RUF029  # aiohttp's shape
        return MADE[request.match_info["how"]](int(request.match_info["status"]))

    app = web.Application(middlewares=[shell(Metrics.fresh())])
    app.on_response_prepare.append(add_security_headers)
    app.router.add_get("/{how}/{status}", make)
    async with guarded_program(app) as port:
        yield port


async def told(port: int, how: str, line: str, status: int = 200) -> tuple[bytes, list[bytes]]:
    """Return what goes over the wire: the rest of the answer, and its head in order of names."""
    async with wire(port) as client:
        method, version = line.split()
        request = f"{method} /{how}/{status} {version}\r\nHost: x\r\nX-Request-Id: some-id-1\r\n"
        await client.send(f"{request}Connection: close\r\n\r\n".encode())
        head, _, body = (await client.rest()).partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    return body, [first, *sorted(lines)]


async def kept_open(port: int, how: str, status: int) -> tuple[int, dict[str, str], Any]:
    """Return the status, the headers and the body of an answer on a line that stays open."""
    person = Person(f"http://127.0.0.1:{port}")
    answer = await person.get(f"/{how}/{status}", headers={"X-Request-Id": "some-id-1"})
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return answer.status, headers, answer.body


@pytest.mark.parametrize("status", [200, 201, 204, 304, 404])
async def test_an_answer_in_one_piece_says_what_aiohttps_own_says(port: int, status: int) -> None:
    (status_a, headers_a, body_a), (status_b, headers_b, body_b) = (
        await kept_open(port, "ours", status),
        await kept_open(port, "theirs", status),
    )
    assert (status_a, body_a) == (status_b, body_b)
    dates = [parsedate_to_datetime(headers.pop("date")) for headers in (headers_a, headers_b)]
    assert headers_a == headers_b
    assert all(abs((date - real_now()).total_seconds()) < 60 for date in dates)


@pytest.mark.parametrize("line", ["HEAD HTTP/1.1", "GET HTTP/1.0", "HEAD HTTP/1.0", "GET HTTP/1.1"])
async def test_other_ways_to_ask_get_the_same_head(port: int, line: str) -> None:
    (body_a, head_a), (body_b, head_b) = (
        await told(port, "ours", line),
        await told(port, "theirs", line),
    )
    assert body_a == body_b == (b"" if "HEAD" in line else BODY)
    without_date = [
        [one for one in head if not one.startswith(b"Date")] for head in (head_a, head_b)
    ]
    assert without_date[0] == without_date[1]


async def test_a_line_of_http_1_0_stays_open_when_asked(port: int) -> None:
    asks = b"GET /ours/200 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    async with wire(port) as client:
        await client.send(asks + asks.replace(b"keep-alive", b"close"))
        answers = await client.rest()
    assert answers.count(b"Connection: keep-alive") == 1
    assert answers.count(BODY) == 2


async def test_two_requests_sent_together_are_answered_in_order(port: int) -> None:
    async with wire(port) as client:
        await client.send(
            b"GET /ours/200 HTTP/1.1\r\nHost: x\r\n\r\n"
            b"GET /theirs/201 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        answers = await client.rest()
    assert answers.count(BODY) == 2
    assert answers.index(b"HTTP/1.1 200 OK") < answers.index(b"HTTP/1.1 201 Created")


async def test_a_cookie_goes_out_with_the_shared_headers(port: int) -> None:
    _status, headers, body = await kept_open(port, "cookie", 200)
    assert headers["set-cookie"].startswith("a=b")
    for name, value in {**OWN, **NO_STORE, **SECURITY_HEADERS}.items():
        assert headers[name.lower()] == value
    assert body["data"] == "café"


async def test_a_line_break_in_a_header_begins_no_other_header(port: int) -> None:
    async with wire(port) as client:
        await client.send(b"GET /break/200 HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await client.rest()
    assert b"stolen" not in answer
    assert BODY not in answer
