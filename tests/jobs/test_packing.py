"""Packing trails: days past become chunks, nothing is lost, late fixes join, old days go."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.trails import chunks, history
from geo.fix import Fix
from geo.screening import Refusal
from jobs import packing, partitions
from jobs.station import Station
from tests.jobs.calendar import NOON, at
from tracking.trail import TrailRecord

ANNA, BRUNO = UUID(int=1), UUID(int=2)
DAY = NOON - timedelta(days=3)
LONG_AGO, LATER = NOON - timedelta(days=30), NOON + timedelta(days=30)


def record(
    courier_id: UUID, seq: int, when: datetime, refusal: str | None = None, lat: float = 41.15
) -> TrailRecord:
    """Return a fix of history."""
    t_ms = round(when.timestamp() * 1000) + seq * 1000
    known = (5.0, 90.0, 8.0) if seq % 2 else (None, None, None)
    return TrailRecord(courier_id, 7, t_ms + 250, Fix(seq, t_ms, lat, -8.61, *known), refusal)


async def save(station: Station, *records: TrailRecord) -> None:
    """Make fixes durable."""
    async with station.database.transaction() as db:
        span = history.kept(station.clock.now(), station.settings.trail_days)
        await history.History().save(db, records, span)


async def trail(station: Station, courier_id: UUID = ANNA) -> list[Any]:
    """Return all of a courier's fixes, wherever they lie."""
    async with station.database.connection() as db:
        found = await chunks.fixes_between(db, courier_id, LONG_AGO, LATER)  # type: ignore[arg-type]
    return list(chunks.shown(found))


async def in_rows(station: Station) -> int:
    """Return how many fixes lie in rows."""
    async with station.database.connection() as db:
        return int(await db.fetchval("SELECT count(*) FROM courier_positions"))


async def test_a_day_past_is_packed_and_reads_as_before(station: Station) -> None:
    """Every field; rows and partition are gone."""
    here = at(station)
    await save(here, *(record(ANNA, seq, DAY) for seq in range(1, 50)))
    await save(
        here,
        record(ANNA, 50, DAY, Refusal.INVALID, lat=99.0),
        record(ANNA, 51, DAY, Refusal.JUMP),
        record(ANNA, 52, DAY, "a reason of tomorrow"),
        record(BRUNO, 1, DAY),
    )
    before = await trail(here), await trail(here, BRUNO)
    assert [fix.seq for fix in before[0]] == list(range(1, 53))
    assert [fix.refusal for fix in before[0][-3:]] == ["invalid", "jump", "a reason of tomorrow"]
    await packing.pack_past(here)
    assert await in_rows(here) == 0
    assert (await trail(here), await trail(here, BRUNO)) == before
    assert before[0][-3].location is None
    assert DAY.date() not in await partitions.days(here)


async def test_the_days_that_sql_needs_stay_in_rows(station: Station) -> None:
    """Yesterday and today, or as many as the settings say."""
    here = at(station)
    for back in range(4):
        await save(here, record(ANNA, back + 1, NOON - timedelta(days=back)))
    await packing.pack_past(here)
    assert await in_rows(here) == 3
    await packing.pack_past(at(station, trail_rows_days=1))
    assert await in_rows(here) == 2
    assert len(await trail(here)) == 4


async def test_a_late_fix_joins_its_packed_day_and_one_sent_again_stays_one(
    station: Station,
) -> None:
    """Before the next packing already."""
    here = at(station)
    await save(here, record(ANNA, 1, DAY), record(ANNA, 3, DAY))
    await packing.pack_past(here)
    await save(here, record(ANNA, 2, DAY), record(ANNA, 3, DAY))
    for _ in range(2):
        assert [fix.seq for fix in await trail(here)] == [1, 2, 3]
        await packing.pack_past(here)
    assert await in_rows(here) == 0
    async with here.database.connection() as db:
        (row,) = await db.fetch("SELECT * FROM trail_chunks")
    assert (row["day"], row["fixes"]) == (DAY.date(), 3)
    assert row["first_at"] == DAY + timedelta(seconds=1)


async def test_a_packing_that_dies_loses_nothing(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows come back with the transaction."""
    here = at(station)
    await save(here, record(ANNA, 1, DAY), record(ANNA, 2, DAY))

    def killed(*_arguments: Any) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(chunks, "pack", killed)
        with pytest.raises(KeyboardInterrupt):
            await packing.pack_past(here)
    assert await in_rows(here) == 2
    await packing.pack_past(here)
    assert len(await trail(here)) == 2


async def test_chunks_past_retention_are_forgotten(station: Station) -> None:
    """As partitions are."""
    here = at(station)
    await save(here, record(ANNA, 1, DAY), record(ANNA, 2, DAY + timedelta(days=-1)))
    await packing.pack_past(here)
    await packing.pack_past(at(station, trail_days=3))
    assert [fix.seq for fix in await trail(here)] == [1]
    await packing.pack_past(at(station, NOON + timedelta(days=400)))
    assert await trail(here) == []


async def test_two_who_pack_the_same_day_at_once_keep_everything(station: Station) -> None:
    """While late fixes come in."""
    here = at(station)
    for seq in range(1, 41, 2):
        await save(here, record(ANNA, seq, DAY))

        async def pack() -> None:
            async with here.database.transaction() as db:
                await chunks.pack_day(db, ANNA, DAY.date())  # type: ignore[arg-type]

        await asyncio.gather(pack(), save(here, record(ANNA, seq + 1, DAY)), pack())
    await packing.pack_past(here)
    assert [fix.seq for fix in await trail(here)] == list(range(1, 41))


async def test_packing_again_changes_nothing(station: Station) -> None:
    """Nothing to do is nothing done."""
    here = at(station)
    await packing.pack_past(here)
    await save(here, record(ANNA, 1, DAY))
    for _ in range(3):
        await packing.pack_past(here)
    assert len(await trail(here)) == 1
