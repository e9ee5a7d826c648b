"""Settling trails: what is durable in the journal finds its place; couriers' rows say where."""

import time
from datetime import UTC, datetime
from uuid import UUID

from api.kit.statement import Command
from api.trails.history import History
from api.trails.settling import settle
from geo.point import Point
from jobs import partitions
from jobs.station import Station

PAUSE_S = 0.5
LOCATE_EVERY_S = 10.0

_LOCATE = Command(
    """
    UPDATE couriers AS c SET current_location = n.place, last_location_update = n.at
    FROM unnest(:ids::uuid[], :places::geography[], :times::timestamptz[]) AS n(id, place, at)
    WHERE c.id = n.id AND (c.last_location_update IS NULL OR c.last_location_update < n.at)
      AND c.id IN (SELECT id FROM couriers WHERE id = ANY(:ids) FOR NO KEY UPDATE SKIP LOCKED)
    """
)


class TrailSettling:
    """Empties the journal, round by round."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._history = History()
        self._newest: dict[UUID, tuple[int, Point]] = {}
        self._located_at = 0.0

    async def run_once(self) -> None:
        """Settle everything that waits now."""
        while await self._one_round():
            pass
        if time.monotonic() - self._located_at > LOCATE_EVERY_S:
            await self.locate()

    async def _one_round(self) -> bool:
        span = partitions.span(self._station)
        try:
            async with self._station.database.transaction() as db:
                newest = await settle(db, self._history, span)
        except BaseException:
            self._history.forget()
            raise
        if newest is None:
            return False
        for row in newest:
            whose, t_ms = UUID(bytes=row["courier"].tobytes()), int(row["t_ms"])
            if whose not in self._newest or self._newest[whose][0] < t_ms:
                self._newest[whose] = (t_ms, Point(float(row["lat"]), float(row["lng"])))
        return True

    async def locate(self) -> None:
        """Flush the last places into the couriers' rows, for when Redis is wiped."""
        self._located_at = time.monotonic()
        newest, self._newest = self._newest, {}
        async with self._station.database.connection() as db:
            await _LOCATE.run(
                db,
                ids=list(newest),
                places=[place for _t_ms, place in newest.values()],
                times=[datetime.fromtimestamp(t_ms / 1000, UTC) for t_ms, _ in newest.values()],
            )
