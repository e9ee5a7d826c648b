"""What tests of background work use: an open station on empty servers, without any program."""

from collections.abc import AsyncIterator

import pytest

from api.kit.db import Database
from api.settings import Settings
from jobs.announcements import ANNOUNCEMENTS, Announcement
from jobs.reactions import CALLS, REACTIONS
from jobs.station import Station
from jobs.worker import open_station
from tests.jobs.doors import Doors, Knocked, Rung, Seen


@pytest.fixture
async def station(settings: Settings, database: Database) -> AsyncIterator[Station]:
    """Return what background work has at hand."""
    async with open_station(settings, database) as opened:
        await opened.redis.flushall()
        yield opened


@pytest.fixture
async def doors(station: Station, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Doors]:
    """Return doors whose events have reactions, calls and announcements."""
    built = Doors(station)
    await built.rows("CREATE TABLE IF NOT EXISTS knocks (door text, number int)")
    await built.rows("TRUNCATE knocks")

    def tell(event: Knocked | Seen) -> list[Announcement]:
        return [Announcement("knock", {"door": event.door, "number": event.number}, ("hall",))]

    monkeypatch.setitem(REACTIONS, Knocked, (built.note,))
    monkeypatch.setitem(CALLS, Rung, built.call)
    monkeypatch.setitem(ANNOUNCEMENTS, Knocked, tell)
    monkeypatch.setitem(ANNOUNCEMENTS, Seen, tell)
    yield built
    await built.rows("DROP TABLE knocks")
