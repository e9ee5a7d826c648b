"""What tests of background work use: an open station on empty servers, without any program."""

from collections.abc import AsyncIterator

import pytest

from api.kit.db import Database
from api.settings import Settings
from jobs.station import Station
from jobs.worker import open_station


@pytest.fixture
async def station(settings: Settings, database: Database) -> AsyncIterator[Station]:
    """Return what background work has at hand."""
    async with open_station(settings, database) as opened:
        await opened.redis.flushall()
        yield opened
