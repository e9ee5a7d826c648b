"""Daily partitions of the trails: made ahead, dropped when they are older than we may keep them."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from api.kit.db import Connection
from api.trails.history import AHEAD, TABLE, Span, ensure_day, kept, name_of
from jobs.station import Station

_NAME = re.compile(rf"{TABLE}_(\d{{8}})")


def span(station: Station) -> Span:
    """Return from when until when (exclusive) trails are kept, by the business clock."""
    return kept(station.clock.now(), station.settings.trail_days)


async def keep_up(station: Station) -> None:
    """Make partitions for the days to come and drop those past retention (business time)."""
    first, last = span(station)
    async with station.database.connection() as db:
        for back in range(AHEAD.days + 1, 0, -1):
            await ensure_day(db, (last - timedelta(days=back)).date())
        for day in _days(await _partitions(db)):
            if day < first.date():
                await db.execute(f"DROP TABLE {name_of(day)}")


async def days(station: Station) -> list[date]:
    """Return the days that have a partition, the oldest first."""
    async with station.database.connection() as db:
        return _days(await _partitions(db))


def _days(names: Iterable[str]) -> list[date]:
    found = (_NAME.fullmatch(name) for name in names)
    return sorted(
        datetime.strptime(one[1], "%Y%m%d").replace(tzinfo=UTC).date() for one in found if one
    )


async def _partitions(db: Connection) -> list[str]:
    rows = await db.fetch(
        "SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = $1::regclass",
        TABLE,
    )
    return [row["relname"] for row in rows]
