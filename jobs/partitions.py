"""Daily partitions of the trails: made ahead, dropped when they are older than we may keep them."""

import re
from datetime import UTC, date, datetime, timedelta

from api.kit.db import Connection, quoted
from jobs.station import Station

_TABLE = "courier_positions"
_NAME = re.compile(rf"{_TABLE}_(\d{{8}})")
AHEAD = timedelta(days=2)


def span(station: Station) -> tuple[datetime, datetime]:
    """Return from when until when (exclusive) trails are kept, by the business clock."""
    today = station.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=station.settings.trail_days), today + AHEAD + timedelta(days=1)


async def keep_up(station: Station) -> None:
    """Make partitions for the days to come and drop those past retention (business time)."""
    first, last = span(station)
    async with station.database.connection() as db:
        for back in range(AHEAD.days + 1, 0, -1):
            await ensure(db, (last - timedelta(days=back)).date())
        for name in await _partitions(db):
            found = _NAME.fullmatch(name)
            if found and datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=UTC) < first:
                await db.execute(f"DROP TABLE {name}")


async def ensure(db: Connection, day: date) -> None:
    """Make the partition of `day` where it is missing."""
    name = f"{_TABLE}_{day:%Y%m%d}"
    start, end = f"{day} 00:00+00", f"{day + timedelta(days=1)} 00:00+00"
    await db.execute(
        f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {_TABLE} "
        f"FOR VALUES FROM ({quoted(start)}) TO ({quoted(end)})"
    )


async def _partitions(db: Connection) -> list[str]:
    rows = await db.fetch(
        "SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = $1::regclass",
        _TABLE,
    )
    return [row["relname"] for row in rows]
