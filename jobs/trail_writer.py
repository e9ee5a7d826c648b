"""The trail writer: makes fixes durable, each once, and says how far it got.

Reads the trail stream, inserts into PostgreSQL, and only then sets the durable marks and drops the
stream entries. Whatever dies in between, the entries are read again and doubles are ignored.
"""

import logging
import time
from collections.abc import Sequence
from uuid import UUID

from api.kit.statement import Command
from api.trails.history import History, moment_of, place_of
from jobs import partitions
from jobs.station import Station
from tracking import trail
from tracking.trail import TrailRecord

log = logging.getLogger("jobs.trail")

CONSUMER = "writer"
ENTRIES = 200
WAIT_MS = 1000
LOCATE_EVERY_S = 10.0

_LOCATE = Command(
    """
    UPDATE couriers AS c SET current_location = n.place, last_location_update = n.at
    FROM unnest(:ids::uuid[], :places::geography[], :times::timestamptz[]) AS n(id, place, at)
    WHERE c.id = n.id AND (c.last_location_update IS NULL OR c.last_location_update < n.at)
      AND c.id IN (SELECT id FROM couriers WHERE id = ANY(:ids) FOR NO KEY UPDATE SKIP LOCKED)
    """
)


class TrailWriter:
    """Drains the trail stream into PostgreSQL."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._history = History()
        self._newest: dict[UUID, TrailRecord] = {}
        self._located_at = 0.0
        self._resuming = True

    async def run_once(self) -> None:
        """Write one batch; after a start or an error begin with what was left unfinished."""
        try:
            records = await self._one_batch()
        except BaseException:
            self._history.forget()
            self._resuming = True  # the group may be gone with a wiped Redis, too
            raise
        self._newest |= _newest_believed(records)
        if time.monotonic() - self._located_at > LOCATE_EVERY_S:
            await self._locate()

    async def _one_batch(self) -> list[TrailRecord]:
        redis = self._station.redis
        if self._resuming:
            await trail.open_group(redis)
        batch = await trail.next_batch(
            redis, CONSUMER, unacknowledged=self._resuming, entries=ENTRIES, wait_ms=WAIT_MS
        )
        if not batch:
            self._resuming = False
            return []
        began = time.perf_counter()
        records = [record for _entry, found in batch for record in found]
        async with self._station.database.transaction() as db:
            await self._history.save(db, records, partitions.span(self._station))
        await trail.finish(redis, [entry for entry, _found in batch], trail.reached(records))
        self._station.metrics.trail_seconds.observe(time.perf_counter() - began)
        return records

    async def _locate(self) -> None:
        """Flush the last places into the couriers' rows, for when Redis is wiped."""
        self._located_at = time.monotonic()
        newest, self._newest = self._newest, {}
        async with self._station.database.connection() as db:
            await _LOCATE.run(
                db,
                ids=list(newest),
                places=[place_of(r) for r in newest.values()],
                times=[moment_of(r.fix.t_ms) for r in newest.values()],
            )


def _newest_believed(records: Sequence[TrailRecord]) -> dict[UUID, TrailRecord]:
    newest: dict[UUID, TrailRecord] = {}
    for record in records:
        if record.refusal is not None:
            continue
        known = newest.get(record.courier_id)
        if known is None or known.fix.t_ms < record.fix.t_ms:
            newest[record.courier_id] = record
    return newest
