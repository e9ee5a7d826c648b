"""Station: what background work has at hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis

from api.kit import lease
from api.kit.clock import Clock
from api.kit.db import Database
from api.kit.lease import Lease
from api.kit.metrics import Metrics
from api.kit.resources import Resources
from api.kit.work import Work, begin_work
from api.settings import SETTINGS, Settings

LEASE_LIFE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Station:
    """The open resources of the job worker, and the name under which it leads."""

    name: str
    database: Database
    redis: Redis
    clock: Clock
    resources: Resources
    metrics: Metrics

    @property
    def settings(self) -> Settings:
        """Return the settings that hold now; administrators may change some of them."""
        return self.resources[SETTINGS]

    @asynccontextmanager
    async def work(self, *, read_only: bool = False) -> AsyncIterator[Work]:
        """Open one unit of work on behalf of the system."""
        async with begin_work(
            self.database, self.clock, self.resources, read_only=read_only
        ) as work:
            yield work

    async def lead(self, what: str) -> Lease | None:
        """Take or keep the lead of a piece of work; None while another worker has it."""
        async with self.database.connection() as db:
            return await lease.take(db, what, self.name, LEASE_LIFE)
