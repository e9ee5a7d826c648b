"""What live tracking has noticed of stops and zones: noted, and told to whom it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from api.couriers.events import ZoneCrossed
from api.deliveries import routing
from api.kit.ids import CourierId, ZoneId
from api.kit.statement import Query
from api.kit.work import Work
from jobs.station import Station
from tracking import facts, news, zones
from tracking.facts import Fact, What

WAIT_MS = 1000

_CROSSED = {
    What.ZONE_LEFT: "left",
    What.ZONE_ENTERED: "entered",
    What.ZONE_STAYED: "stayed",
}


@dataclass(frozen=True, slots=True)
class _Outline:
    id: UUID
    outline: bytes


_OUTLINES = Query(
    _Outline,
    "SELECT id, ST_AsBinary(polygon::geometry) AS outline FROM zones WHERE is_active ORDER BY id",
)


class FactsIntake:
    """Reads the stream of facts from where it was: what was told while `jobs` was away counts too.

    Nobody is asked whether an arrival is true: it suggests, and the courier's own word decides.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._read_to = news.BEGINNING

    async def run_once(self) -> None:
        """Note what has been told since the last time; wait a moment where nothing was."""
        redis = self._station.redis
        if self._read_to == news.BEGINNING:
            self._read_to = await facts.done_to(redis)
        read_to, found = await facts.read(redis, self._read_to, WAIT_MS)
        if found:
            async with self._station.work() as work:
                await _note_stops(work, [one for one in found if one.what is What.STOP_REACHED])
                _tell_zones(work, [one for one in found if one.what in _CROSSED])
            await facts.note_done(redis, read_to)
        self._read_to = read_to


async def publish_zones(station: Station) -> None:
    """Let live tracking know the zones as they are drawn now."""
    async with station.work(read_only=True) as work:
        rows = await _OUTLINES.all(work.db)
    await zones.publish(station.redis, {row.id: row.outline for row in rows})


async def _note_stops(work: Work, reached: Sequence[Fact]) -> None:
    if reached:
        await routing.note_reached(
            work,
            [one.place_id for one in reached],
            [one.courier_id for one in reached],
            [_moment(one) for one in reached],
        )


def _tell_zones(work: Work, crossed: Sequence[Fact]) -> None:
    for one in crossed:
        work.emit(
            ZoneCrossed(
                CourierId(one.courier_id), ZoneId(one.place_id), _CROSSED[one.what], _moment(one)
            )
        )


def _moment(one: Fact) -> datetime:
    return datetime.fromtimestamp(one.at_ms / 1000, UTC)
