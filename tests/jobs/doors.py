"""Doors: events whose reactions, calls and announcements tests can see, hold and fail."""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

from api.kit.events import CORE, TEXTS, Event
from api.kit.work import Work
from jobs.outbox_relay import Relay
from jobs.station import Station
from tracking import keys, news


@dataclass(frozen=True, slots=True)
class Knocked(Event):
    """Something happened to a door."""

    topic: ClassVar[str] = "test.knocked"

    door: str
    number: int


@dataclass(frozen=True, slots=True)
class Rung(Event):
    """Somebody outside is to be called."""

    topic: ClassVar[str] = "test.rung"

    door: str
    number: int

    @property
    def lane(self) -> str:
        """Return the lane of text messages."""
        return TEXTS


@dataclass(frozen=True, slots=True)
class Seen(Event):
    """Somebody looked at a door: sockets are told, nothing else follows."""

    topic: ClassVar[str] = "test.seen"

    door: str
    number: int


Effects = list[tuple[str, int]]


class Doors:
    """Doors that note every knock in PostgreSQL, and can be told to hold or to fail."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.failing: set[tuple[str, int]] = set()
        self.held: dict[tuple[str, int], asyncio.Event] = {}
        self.reached = asyncio.Event()
        self.calls: Effects = []

    async def note(self, work: Work, event: Knocked) -> None:
        """Note a knock, in the transaction of the reaction."""
        await work.db.execute("INSERT INTO knocks VALUES ($1, $2)", event.door, event.number)
        await self._meddle(event)

    async def call(self, _station: Station, event: Rung) -> None:
        """Call somebody outside."""
        await self._meddle(event)
        self.calls.append((event.door, event.number))

    async def _meddle(self, event: Knocked | Rung) -> None:
        which = (event.door, event.number)
        if which in self.held:
            self.reached.set()
            await self.held[which].wait()
        if which in self.failing:
            raise ZeroDivisionError

    async def happen(self, *events: Event) -> None:
        """Save events, each in a transaction of its own."""
        for event in events:
            async with self.station.work() as work:
                work.emit(event)

    async def knocks(self) -> Effects:
        """Return every knock noted, in the order of the commits' rows."""
        rows = await self.rows("SELECT door, number FROM knocks ORDER BY ctid")
        return [(row["door"], row["number"]) for row in rows]

    async def rows(self, sql: str) -> list[Any]:
        """Return what the database says."""
        async with self.station.database.connection() as db:
            return list(await db.fetch(sql))

    async def forget_pauses(self) -> None:
        """Let what failed be tried again now."""
        await self.rows("UPDATE outbox SET next_try_at = created_at")

    async def told(self) -> list[dict[str, Any]]:
        """Return what sockets were told."""
        if not await self.station.redis.exists(keys.NEWS):
            return []
        return [item.body for item in await news.read(self.station.redis, news.BEGINNING, 1)]


def relay(station: Station, lane: str = CORE) -> Relay:
    """Return a relay that need not wait for its first round."""
    made = Relay(station, lane)
    made.woken.set()
    return made


async def run(station: Station, lane: str = CORE) -> None:
    """Work through a lane once."""
    await work_through(relay(station, lane))


async def work_through(one: Relay) -> None:
    """Handle what there is, then tell it."""
    await one.handle_once()
    await one.tell_once()
