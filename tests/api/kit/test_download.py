"""Downloads: sent while they are read; half a file is never taken for a whole one."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from api.kit.actor import SIGNED_IN
from api.kit.db import Database
from api.kit.download import PIECE_BYTES, Download, RangeNotSatisfiable, answer_to
from api.kit.endpoint import Endpoint, Owner
from api.kit.errors import NotFound, Unavailable
from api.kit.openapi import document
from api.kit.schema import Nothing
from api.kit.work import Work
from tests.support.raw_http import wire
from tests.support.small_api import small_api

WHOLE = bytes(range(256)) * 8192  # two megabytes: four pieces


async def _pieces(start: int, end: int) -> bytes:  # noqa: RUF029  # a store is asked
    return WHOLE[start:end]


async def _half(start: int, end: int) -> bytes:  # noqa: RUF029  # a store is asked
    if start > 0:
        raise Unavailable
    return WHOLE[start:end]


async def _gone(_start: int, _end: int) -> bytes:  # noqa: RUF029  # a store is asked
    raise NotFound("The file is gone")


def download(read: Callable[[int, int], Awaitable[bytes]]) -> Download:
    """Return a reply of two megabytes."""
    return Download(
        size=len(WHOLE),
        content_type="application/pdf",
        tag="one",
        cache_control="no-store",
        name="a.pdf",
        shown=False,
        read=read,
    )


async def whole(_work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Download:  # noqa: RUF029  # handlers are awaited
    """Send everything."""
    return download(_pieces)


async def half(_work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Download:  # noqa: RUF029  # handlers are awaited
    """Break off half-way."""
    return download(_half)


async def gone(_work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Download:  # noqa: RUF029  # handlers are awaited
    """Have nothing to send."""
    return download(_gone)


ENDPOINTS = [
    Endpoint("GET", f"/things/{handler.__name__}", handler, SIGNED_IN, Owner.SELF)
    for handler in (whole, half, gone)
]


async def test_everything_is_sent_with_its_headers(database: Database, redis_url: str) -> None:
    async with small_api(ENDPOINTS, database, redis_url) as person:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{person.base}/things/whole") as answer,
        ):
            assert await answer.read() == WHOLE
            assert answer.headers["Content-Type"] == "application/pdf"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["RateLimit"]
            assert answer.headers["X-Request-Id"]
        head = await person.ask("HEAD", "/things/whole")
        assert (head.status, head.headers["Content-Length"]) == (200, str(len(WHOLE)))


async def test_memory_does_not_grow_with_a_reader_who_does_not_read(
    database: Database, redis_url: str
) -> None:
    """One piece is held, and what the connection takes before it is full."""
    asked: list[int] = []

    async def endless(start: int, end: int) -> bytes:  # noqa: RUF029  # a store is asked
        asked.append(start)
        return b"x" * (end - start)

    async def large(_work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Download:  # noqa: RUF029  # handlers are awaited
        """Send a gigabyte."""
        return download(endless).model_copy(update={"size": 1 << 30})

    endpoint = Endpoint("GET", "/things/large", large, SIGNED_IN, Owner.SELF)
    async with small_api([endpoint], database, redis_url) as person:
        async with wire(int(person.base.rpartition(":")[2])) as reader:
            await reader.send(b"GET /things/large HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await reader.status() == 200
            before = 0
            while len(asked) != before:
                before = len(asked)
                await asyncio.sleep(0.3)
        assert len(asked) * PIECE_BYTES < 1 << 26


async def test_no_more_go_out_at_once_than_there_are_places(
    database: Database, redis_url: str
) -> None:
    nowhere = asyncio.Semaphore(0)
    async with small_api(ENDPOINTS, database, redis_url, downloads=nowhere) as person:
        answer = await person.get("/things/whole")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        assert (await person.get("/things/whole", headers={"If-None-Match": "*"})).status == 304


async def test_what_cannot_be_read_is_an_error_and_not_an_empty_file(
    database: Database, redis_url: str
) -> None:
    async with small_api(ENDPOINTS, database, redis_url) as person:
        answer = await person.get("/things/gone")
        assert (answer.status, answer.code) == (404, "not_found")


async def test_what_breaks_off_ends_the_line(database: Database, redis_url: str) -> None:
    async with small_api(ENDPOINTS, database, redis_url) as person:
        async with wire(int(person.base.rpartition(":")[2])) as reader:
            await reader.send(b"GET /things/half HTTP/1.1\r\nHost: x\r\n\r\n")
            raw = await reader.rest()
        assert f"Content-Length: {len(WHOLE)}".encode() in raw.partition(b"\r\n\r\n")[0]
        assert len(raw.partition(b"\r\n\r\n")[2]) < len(WHOLE)
        assert (await person.ask("HEAD", "/things/whole")).status == 200


@given(
    size=st.integers(1, 50),
    first=st.none() | st.integers(0, 60),
    last=st.none() | st.integers(0, 60),
)
def test_a_range_is_what_slicing_says(size: int, first: int | None, last: int | None) -> None:
    raw = bytes(range(size))
    asked = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    request = make_mocked_request("GET", "/", {"Range": asked})
    sized = download(_pieces).model_copy(update={"size": size})
    if first is None and last is None:
        expected: bytes | None = None
    elif first is None:
        expected = raw[-last:] if last else b""
    elif last is not None and last < first:
        expected = None
    else:
        expected = raw[first:] if last is None else raw[first : last + 1]
    if expected == b"":
        with pytest.raises(RangeNotSatisfiable):
            answer_to(request, sized)
        return
    answer = answer_to(request, sized)
    length = size if expected is None else len(expected)
    assert (answer.status, answer.headers["Content-Length"]) == (
        200 if expected is None else 206,
        str(length),
    )
    if expected is not None:
        start = raw.index(expected)
        told = f"bytes {start}-{start + length - 1}/{size}"
        assert answer.headers["Content-Range"] == told


def test_the_contract_of_a_download_says_so() -> None:
    told = document(ENDPOINTS, title="t", version="1", about="a")["paths"]["/things/whole"]["get"]
    assert {"200", "206", "304", "416"} <= set(told["responses"])
