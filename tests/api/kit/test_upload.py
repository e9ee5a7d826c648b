"""Uploads: on disk while they come in, gone when they are answered, never too many or too slow."""

import asyncio
import hashlib
import tracemalloc
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from api.kit.actor import SIGNED_IN
from api.kit.db import Database
from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.errors import Conflict
from api.kit.openapi import document
from api.kit.rate_limit import RateClass
from api.kit.schema import Nothing, View
from api.kit.upload import Spool, Upload
from api.kit.work import Work
from benchmarks.city.waiting import wait_until
from tests.support.raw_http import wire
from tests.support.small_api import small_api

BYTES = bytes(range(256)) * 4096  # a megabyte: several pieces
PATH = "/things/photo"


class Came(View):
    """What came in."""

    size_bytes: int
    sha256: str
    is_same: bool


async def keep(_work: Work, _path: Nothing, _query: Nothing, body: Upload) -> Came:
    """Look at what came in."""
    raw = await asyncio.to_thread(body.file.read)
    is_same = hashlib.sha256(raw).digest() == body.sha256 and raw[:16] == body.head
    return Came(size_bytes=body.size_bytes, sha256=body.sha256.hex(), is_same=is_same)


async def refuse(  # noqa: RUF029  # handlers are awaited
    _work: Work, _path: Nothing, _query: Nothing, body: Upload
) -> Came:
    """Refuse what came in."""
    assert not body.file.closed
    raise Conflict


TAKING = Endpoint("POST", PATH, keep, SIGNED_IN, Owner.SELF, status=201, body_limit=2_000_000)
LARGE = Endpoint("POST", "/things/large", keep, SIGNED_IN, Owner.SELF, body_limit=5_000_000)
REFUSING = Endpoint("POST", "/things/no", refuse, SIGNED_IN, Owner.SELF)


def named_in(folder: Path) -> list[Path]:
    """Return what lies in a folder for everybody to see."""
    return list(folder.iterdir())


def open_in(folder: Path) -> list[int]:
    """Return the sizes of the nameless files that this process holds in a folder."""
    found = []
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            if str(one.readlink()).startswith(str(folder)):
                found.append(one.stat().st_size)
    return found


async def test_what_came_in_lies_on_disk_without_a_name_and_is_gone_afterwards(
    database: Database, redis_url: str, tmp_path: Path
) -> None:
    async with small_api([TAKING, REFUSING], database, redis_url, spool=Spool(tmp_path)) as person:
        for raw in (b"x", BYTES):
            came = (await person.post(PATH, raw=raw)).data
            assert came == {
                "sizeBytes": len(raw),
                "sha256": hashlib.sha256(raw).hexdigest(),
                "isSame": True,
            }
        assert (await person.post("/things/no", raw=b"x")).status == 409
        assert (await person.post(PATH, raw=BYTES * 2)).status == 413
        assert named_in(tmp_path) == []
        assert open_in(tmp_path) == []


async def test_a_form_is_written_while_it_comes_too(
    database: Database, redis_url: str, tmp_path: Path
) -> None:
    head = b'--limit\r\nContent-Disposition: form-data; name="file"; filename="a/b.bin"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=limit"}
    async with small_api([TAKING], database, redis_url, spool=Spool(tmp_path)) as person:
        raw = head + BYTES + b"\r\n--limit--\r\n"
        came = (await person.post(PATH, raw=raw, headers=kind)).data
        assert (came["sizeBytes"], came["isSame"]) == (len(BYTES), True)
        raw = head + BYTES * 2 + b"\r\n--limit--\r\n"
        assert (await person.post(PATH, raw=raw, headers=kind)).status == 413
        assert open_in(tmp_path) == []


async def test_memory_does_not_grow_with_what_comes_in(
    database: Database, redis_url: str, tmp_path: Path
) -> None:
    """Six files of 4 MB that nobody finishes: less than two of them are held."""
    size, piece = 4_000_000, b"x" * 100_000
    head = f"POST /things/large HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()
    spool = Spool(tmp_path)
    async with (
        small_api([LARGE], database, redis_url, spool=spool) as person,
        AsyncExitStack() as exits,
    ):
        port = int(person.base.rpartition(":")[2])
        wires = [await exits.enter_async_context(wire(port)) for _ in range(6)]
        tracemalloc.start()
        try:
            for one in wires:
                await one.send(head)
            for _ in range(size // len(piece) - 1):
                for one in wires:
                    await one.send(piece)
            assert await wait_until(lambda: sum(open_in(tmp_path)) > 6 * size * 0.8, 20)
            held, _peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert held < 2 * size


async def test_a_full_disk_is_trouble_of_ours(
    database: Database, redis_url: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    spool = Spool(tmp_path / "file" / "folder")
    async with small_api([TAKING], database, redis_url, spool=spool) as person:
        refused = await person.post(PATH, raw=b"x")
        assert (refused.status, refused.code) == (503, "unavailable")


async def test_no_more_come_in_at_once_than_there_are_places(
    database: Database, redis_url: str, tmp_path: Path
) -> None:
    spool = Spool(tmp_path, at_once=1)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab".encode()
    async with small_api([TAKING], database, redis_url, spool=spool) as person:
        port = int(person.base.rpartition(":")[2])
        async with wire(port) as slow:
            await slow.send(head)
            assert await wait_until(lambda: len(open_in(tmp_path)) == 1, 20)
            refused = await person.post(PATH, raw=b"x")
            assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
            await slow.send(b"cde")
            assert await slow.status() == 201
        assert (await person.post(PATH, raw=b"x")).status == 201


async def test_who_sends_too_slowly_or_hangs_up_leaves_nothing(
    database: Database, redis_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path, deadline_s=0.3)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab".encode()
    async with small_api([TAKING], database, redis_url, spool=spool) as person:
        port = int(person.base.rpartition(":")[2])
        async with wire(port) as slow:
            await slow.send(head)
            assert await slow.status() == 408
        async with wire(port) as fickle:
            await fickle.send(head)
        assert await wait_until(lambda: not open_in(tmp_path), 20)
    assert "unexpected error" not in caplog.text


def test_the_contract_of_an_upload_says_so() -> None:
    assert TAKING.rate_class is RateClass.UPLOAD
    assert TAKING.key_rule is Idempotency.HONOURED
    told = document([TAKING], title="t", version="1", about="a")
    assert set(told["paths"][PATH]["post"]["requestBody"]["content"]) == {
        "multipart/form-data",
        "*/*",
    }
    assert "Upload" not in told["components"]["schemas"]
