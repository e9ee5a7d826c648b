"""A full disk: whoever saves something is told to come again, and nothing is half there."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from api.integrations.storage import Store
from jobs import file_sweep
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP, Answer, Person

FILES = "/api/v1/files"
ROOM = 256 * 1024
LARGE = b"%PDF-1.7\n" + bytes(4 * ROOM)
SMALL = b"%PDF-1.7\n" + bytes(1000)


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow over `ROOM`: writing fails as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def put(person: Person, content: bytes) -> Answer:
    """Upload a document."""
    headers = {"Content-Type": "application/octet-stream"}
    return await person.post(FILES, raw=content, headers=headers)


def left_in(folder: Path) -> list[Path]:
    """Return every file in a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_file_that_finds_no_room_on_its_way_in_leaves_nothing(cast: Cast) -> None:
    """Statement 48: disk full, where uploads come in."""
    ana = await cast.customer()
    with full_disk():
        refused = await put(ana, LARGE)
        taken = await put(ana, SMALL)
    assert (refused.status, refused.code) == (503, "unavailable")
    assert "no room" in refused.body["message"]
    assert "try again" in refused.body["message"]
    assert refused.headers["Retry-After"]
    assert taken.status == 201
    assert len(await cast.stack.rows("SELECT id FROM files")) == 1
    assert len(left_in(cast.stack.settings.state_dir)) == 1
    assert (await put(ana, LARGE)).status == 201


async def test_a_file_that_finds_no_room_in_the_store_is_not_half_there(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statement 48: disk full, where files lie."""
    ana = await cast.customer()
    store = Store.put

    async def without_room(self: Store, key: str, file: BinaryIO) -> None:
        with full_disk():
            await store(self, key, file)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "put", without_room)
        refused = await put(ana, LARGE)
    assert (refused.status, refused.code) == (503, "unavailable")
    assert "try again" in refused.body["message"]
    assert refused.headers["Retry-After"]
    rows = await cast.stack.rows("SELECT deleted_at FROM files")
    assert [row["deleted_at"] is not None for row in rows] == [True]
    assert left_in(cast.stack.settings.state_dir / "files") == []
    await cast.stack.rows("UPDATE files SET deleted_at = now() - interval '1 hour'")
    await file_sweep.sweep(cast.stack.station)
    assert not await cast.stack.rows("SELECT id FROM files")
    assert (await put(ana, LARGE)).status == 201


async def test_an_order_that_the_database_has_no_room_for_is_not_there_and_may_come_again(
    cast: Cast,
) -> None:
    """Statement 48: disk full, at the database (its own error, raised by a trigger)."""
    customer = await cast.customer()
    draft = {"pickup": PICKUP, "dropoff": DROPOFF, "items": [{"title": "A parcel"}]}
    await cast.stack.rows(
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$"
    )
    await cast.stack.rows(
        "CREATE TRIGGER no_room BEFORE INSERT ON order_items EXECUTE FUNCTION no_room()"
    )
    refused = await customer.post("/api/v1/orders", draft, key="the-same-key-twice")
    assert (refused.status, refused.code) == (503, "unavailable")
    assert refused.headers["Retry-After"]
    for table in ("orders", "order_items", "idempotency_keys"):
        assert not await cast.stack.rows(f"SELECT FROM {table}"), table
    assert (await customer.get("/api/v1/orders")).data["totalCount"] == 0  # reading goes on
    await cast.stack.rows("DROP TRIGGER no_room ON order_items")
    assert (await customer.post("/api/v1/orders", draft, key="the-same-key-twice")).status == 201
