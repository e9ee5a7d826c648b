"""Partitions of trails: there before they are needed, gone when they are too old to keep."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from functools import partial

from api.trails import history
from jobs import partitions
from jobs.station import Station
from tests.jobs.calendar import NOON
from tests.jobs.calendar import at as at_any

at = partial(at_any, trail_days=3)


async def days(station: Station) -> list[str]:
    """Return the days of 2031 that have a partition."""
    async with station.database.connection() as db:
        names = await partitions._partitions(db)
    return sorted(name[-4:] for name in names if "_2031" in name)


async def test_tables_are_made_ahead_and_dropped_past_retention(station: Station) -> None:
    """Statement 45: a fix of a kept day survives midnight, one of the day before does not."""
    async with station.database.connection() as db:
        for day in range(1, 6):
            await history.ensure_day(db, date(2031, 3, day))
    await partitions.keep_up(at(station, NOON))
    assert await days(station) == ["0302", "0303", "0304", "0305", "0306", "0307"]
    await partitions.keep_up(at(station, NOON + timedelta(hours=12)))
    assert await days(station) == ["0303", "0304", "0305", "0306", "0307", "0308"]
    await partitions.keep_up(at(station, NOON + timedelta(days=100)))
    assert await days(station) == ["0613", "0614", "0615"]
    await partitions.keep_up(at(station, datetime(2040, 1, 1, tzinfo=UTC)))
    assert await days(station) == []


def test_the_days_kept_begin_and_end_at_midnight(station: Station) -> None:
    """Of the business clock, in UTC: from the oldest day kept to the last one made ahead."""
    first, last = partitions.span(at(station, NOON))
    assert first == datetime(2031, 3, 2, tzinfo=UTC)
    assert last == datetime(2031, 3, 8, tzinfo=UTC)


async def test_making_a_table_that_is_there_is_no_matter(station: Station) -> None:
    """Several programs may see to the same day."""
    day = date(2031, 4, 1)
    async with station.database.connection() as db:
        await history.ensure_day(db, day)
        await history.ensure_day(db, day)
    assert await days(station) == ["0401"]
    await partitions.keep_up(at(station, datetime(2040, 1, 1, tzinfo=UTC)))


async def test_several_workers_may_keep_up_at_once(station: Station) -> None:
    """None of them fails for long, and the tables are there."""
    here = at(station, NOON)
    for _ in range(5):
        done = await asyncio.gather(
            *(partitions.keep_up(here) for _ in range(3)), return_exceptions=True
        )
        assert any(result is None for result in done)
    assert await days(station) == ["0305", "0306", "0307"]
    await partitions.keep_up(at(station, datetime(2040, 1, 1, tzinfo=UTC)))
