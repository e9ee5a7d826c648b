"""Settling: what is durable finds one place, in rows or in parts, whatever is sent again."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.trails import chunks, journal, settling
from geo.fix import Fix
from geo.screening import Refusal
from jobs import packing
from jobs.station import Station
from jobs.trail_settling import TrailSettling
from tests.jobs.calendar import NOON, at
from tracking import trail
from tracking.trail import TrailRecord

ANNA, BRUNO = UUID(int=1), UUID(int=2)
LONG_AGO, LATER = NOON - timedelta(days=30), NOON + timedelta(days=30)
MANY = settling.LEAST_PACKED


def record(
    courier_id: UUID, seq: int, refusal: str | None = None, when: datetime = NOON, epoch: int = 7
) -> TrailRecord:
    """Return a fix, a second after the one before."""
    t_ms = round(when.timestamp() * 1000) + seq * 1000
    known = (5.0, 359.8, 8.0) if seq % 2 else (None, None, None)
    lat = 99.0 if refusal == Refusal.INVALID else 41.15 + seq * 1e-5
    return TrailRecord(courier_id, epoch, t_ms + 250, Fix(seq, t_ms, lat, -8.61, *known), refusal)


async def journalled(station: Station, *records: TrailRecord) -> None:
    """Make fixes durable."""
    async with station.database.transaction() as db:
        await journal.add(db, trail.pack(records), len(records))


async def fixes(station: Station, courier_id: UUID = ANNA) -> list[Any]:
    """Return all of a courier's fixes, wherever they lie."""
    async with station.database.connection() as db:
        found = await chunks.fixes_between(db, courier_id, LONG_AGO, LATER)  # type: ignore[arg-type]
    return list(chunks.shown(found))


async def counts(station: Station) -> tuple[int, int, int]:
    """Return how many fixes lie in rows, in parts, and how many entries wait."""
    async with station.database.connection() as db:
        rows = await db.fetchval("SELECT count(*) FROM courier_positions")
        parts = await db.fetchval("SELECT coalesce(sum(fixes), 0) FROM trail_chunks")
        return rows, parts, await db.fetchval("SELECT count(*) FROM trail_journal")


async def settle(station: Station) -> None:
    """Settle everything."""
    await TrailSettling(station).run_once()


async def test_a_few_become_rows_and_many_become_a_part(station: Station) -> None:
    """Both read the same; nothing is left in the journal."""
    here = at(station)
    many = [record(ANNA, seq) for seq in range(1, MANY + 1)]
    await journalled(here, *many, *(record(BRUNO, seq) for seq in range(1, 4)))
    await settle(here)
    assert await counts(here) == (3, MANY, 0)
    assert [fix.seq for fix in await fixes(here)] == list(range(1, MANY + 1))
    assert [fix.seq for fix in await fixes(here, BRUNO)] == [1, 2, 3]


async def test_rows_and_parts_hold_the_same_of_a_fix(station: Station) -> None:
    """Every field, every reason, the unknown too."""
    here = at(station)
    reasons: list[str | None] = [None, None, *(reason.value for reason in Refusal)]
    told = [record(ANNA, seq, reason) for seq, reason in enumerate(reasons * MANY, start=1)]
    await journalled(here, *told)
    await settle(here)
    in_part = await fixes(here)
    for one in told:
        await journalled(here, TrailRecord(BRUNO, *_rest(one)))
        if one.fix.seq == len(reasons):
            break
    await settle(here)
    rows, parts, _waiting = await counts(here)
    assert (rows, parts) == (len(reasons), len(told))
    assert await fixes(here, BRUNO) == in_part[: len(reasons)]


def _rest(one: TrailRecord) -> tuple[Any, ...]:
    return one.epoch, one.received_ms, one.fix, one.refusal


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_is_sent_again_and_however_it_is_cut_each_fix_is_there_once(
    station: Station, seed: int
) -> None:
    """Rows after a part, a part after rows, parts that overlap, within an entry and across."""
    here, chance = at(station), random.Random(seed)
    every = [record(ANNA, seq, epoch=epoch) for epoch in (7, 8) for seq in range(1, 3 * MANY)]
    sent: set[tuple[int, int]] = set()
    for _ in range(12):
        first = chance.randrange(len(every))
        some = every[first : first + chance.choice([1, 5, MANY, 2 * MANY])]
        await journalled(here, *some, *chance.choices(some, k=3))
        sent |= {(one.epoch, one.fix.seq) for one in some}
        if chance.random() < 0.7:
            await settle(here)
    await settle(here)
    assert {(fix.epoch, fix.seq) for fix in await fixes(here)} == sent
    rows, parts, waiting = await counts(here)
    assert (rows + parts, waiting) == (len(sent), 0)


async def test_a_settling_that_dies_loses_nothing(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal is as it was; the next one settles everything."""
    here = at(station)
    await journalled(here, *(record(ANNA, seq) for seq in range(1, MANY + 1)))

    def killed(*_arguments: Any) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(settling, "pack", killed)
        with pytest.raises(KeyboardInterrupt):
            await settle(here)
    assert await counts(here) == (0, 0, 1)
    await settle(here)
    assert await counts(here) == (0, MANY, 0)


async def test_while_somebody_settles_others_leave_it_to_them(station: Station) -> None:
    """Two workers run: the sequence of what is written stays that of the journal."""
    here = at(station)
    await journalled(here, record(ANNA, 1))
    async with here.database.transaction() as db:
        assert len(await journal.take(db, 1000)) == 1
        await settle(here)
        assert (await counts(here))[0] == 0
        await db.execute("INSERT INTO trail_journal (fixes, packed) VALUES (0, '')")
    await settle(here)
    assert (await counts(here))[2] == 0


async def test_a_backlog_is_settled_round_by_round(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Oldest first; behind, even few fixes of a courier are packed."""
    monkeypatch.setattr(settling, "MOST_FIXES", 20)
    here, least = at(station), settling.LEAST_PACKED_BEHIND
    for first in range(1, 101, least):
        await journalled(here, *(record(ANNA, seq) for seq in range(first, first + least)))
    await settle(here)
    rows, parts, waiting = await counts(here)
    assert waiting == 0
    assert rows + parts == len(await fixes(here)) == len(range(1, 101, least)) * least
    assert parts > rows


async def test_parts_join_the_chunk_of_their_day(station: Station) -> None:
    """With what lies in rows, and with what comes later."""
    here = at(station)
    past = NOON - timedelta(days=3)
    for first in (1, 201, 101):
        some = [record(ANNA, seq, when=past) for seq in range(first, first + MANY)]
        await journalled(here, *some)
        await settle(here)
    await journalled(here, record(ANNA, 999, when=past))
    await settle(here)
    before = await fixes(here)
    assert len(before) == 3 * MANY + 1
    for _ in range(2):
        await packing.pack_past(here)
        async with here.database.connection() as db:
            (row,) = await db.fetch("SELECT part, fixes FROM trail_chunks")
        assert (row["part"], row["fixes"]) == (0, len(before))
        assert await fixes(here) == before
        assert (await counts(here))[0] == 0


async def test_a_day_across_midnight_is_two(station: Station) -> None:
    """Each fix belongs to the day (UTC) of its time."""
    here = at(station)
    eve = datetime(NOON.year, NOON.month, NOON.day, tzinfo=UTC) - timedelta(seconds=MANY + 1)
    await journalled(here, *(record(ANNA, seq, when=eve) for seq in range(1, 2 * MANY + 1)))
    await settle(here)
    async with here.database.connection() as db:
        rows = await db.fetch("SELECT day, fixes FROM trail_chunks ORDER BY day")
    assert [row["fixes"] for row in rows] == [MANY, MANY]
    assert rows[1]["day"] - rows[0]["day"] == timedelta(days=1)
