"""Packing trails: days past leave their partitions and parts for one chunk per courier and day.

Each courier's day is one transaction: a fix is in rows, a part or a chunk, and never in none.
An emptied partition is dropped; a fix that comes later for its day makes it again, and is packed
into the same chunk with the next round.
"""

import logging
from datetime import date, timedelta

from api.trails import chunks
from api.trails.history import TABLE, name_of
from jobs import partitions
from jobs.station import Station

log = logging.getLogger("jobs.packing")


async def pack_past(station: Station) -> None:
    """Pack every day older than the settings want in rows, and drop what is empty then."""
    first, _last = partitions.span(station)
    today = station.clock.now().date()
    before = today - timedelta(days=station.settings.trail_rows_days)
    in_rows = await partitions.days(station)
    async with station.database.connection() as db:
        in_parts = await chunks.days_in_parts(db)
    for day in sorted({*in_rows, *in_parts}):
        if first.date() <= day < before:
            await _pack(station, day)
            if day in in_rows:
                await _drop_when_empty(station, name_of(day))
    async with station.database.connection() as db:
        await chunks.forget_before(db, first.date())


async def _pack(station: Station, day: date) -> None:
    async with station.database.connection() as db:
        couriers = await chunks.couriers_of(db, day)
    packed_bytes = 0
    for courier_id in couriers:
        async with station.database.transaction() as db:
            packed_bytes += await chunks.pack_day(db, courier_id, day)
    if couriers:
        told = {"day": f"{day}", "couriers": len(couriers), "bytes": packed_bytes}
        log.info("a day of trails is packed", extra=told)


async def _drop_when_empty(station: Station, name: str) -> None:
    is_empty = f"SELECT NOT EXISTS (SELECT FROM {name})"  # noqa: S608  # the name of a day
    async with station.database.transaction() as db:
        if not await db.fetchval(is_empty):
            return
        # Whoever writes holds the whole table first: in the same sequence nobody waits in a ring.
        await db.execute(f"LOCK TABLE ONLY {TABLE} IN ACCESS EXCLUSIVE MODE")
        if await db.fetchval(is_empty):
            await db.execute(f"DROP TABLE {name}")
