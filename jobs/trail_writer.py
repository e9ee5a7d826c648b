"""The trail writer: makes fixes durable, each once, and says how far it got.

Reads the trail stream, inserts into PostgreSQL, and only then sets the durable marks and drops the
stream entries. Whatever dies in between, the entries are read again and doubles are ignored.
"""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from api.kit.db import Connection
from api.kit.statement import Command
from geo import cells
from geo.point import Point
from geo.screening import Refusal
from jobs import partitions
from jobs.station import Station
from tracking import trail
from tracking.trail import TrailRecord

log = logging.getLogger("jobs.trail")

CONSUMER = "writer"
ENTRIES = 200
WAIT_MS = 1000
KEY_RESOLUTION = 9
LOCATE_EVERY_S = 10.0

_INSERT = Command(
    """
    INSERT INTO courier_positions (courier_id, epoch, seq, ts, received_at, location, h3_cell,
                                   accuracy_m, speed_mps, heading_deg, refusal)
    SELECT * FROM unnest(:courier_ids::uuid[], :epochs::bigint[], :seqs::bigint[],
                         :times::timestamptz[], :received::timestamptz[], :places::geography[],
                         :cells::bigint[], :accuracies::real[], :speeds::real[],
                         :headings::smallint[], :refusals::text[])
               AS n(courier_id, epoch, seq, ts, received_at, location, h3_cell,
                    accuracy_m, speed_mps, heading_deg, refusal)
    WHERE NOT EXISTS (SELECT FROM undated_fixes AS u WHERE u.courier_id = n.courier_id
                      AND u.epoch = n.epoch AND u.seq = n.seq)
    ON CONFLICT DO NOTHING
    """
)
_INSERT_UNDATED = Command(
    """
    INSERT INTO undated_fixes (courier_id, epoch, seq, t_ms, received_at, location,
                               accuracy_m, speed_mps, heading_deg, refusal)
    SELECT * FROM unnest(:courier_ids::uuid[], :epochs::bigint[], :seqs::bigint[],
                         :times_ms::bigint[], :received::timestamptz[], :places::geography[],
                         :accuracies::real[], :speeds::real[],
                         :headings::smallint[], :refusals::text[])
    ON CONFLICT DO NOTHING
    """
)
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
        self._days: set[date] = set()
        self._newest: dict[UUID, TrailRecord] = {}
        self._located_at = 0.0
        self._resuming = True

    async def run_once(self) -> None:
        """Write one batch; after a start or an error begin with what was left unfinished."""
        try:
            records = await self._one_batch()
        except BaseException:
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
        await self._save(*self._parted(records))
        await trail.finish(redis, [entry for entry, _found in batch], trail.reached(records))
        self._station.metrics.trail_seconds.observe(time.perf_counter() - began)
        return records

    def _parted(
        self, records: Sequence[TrailRecord]
    ) -> tuple[list[TrailRecord], list[TrailRecord]]:
        """Return the fixes of a day that has a place in history, and the others.

        A phone whose clock is wrong by months must not make a table for each day that it names.
        """
        first, last = partitions.span(self._station)
        first_ms, last_ms = (round(moment.timestamp() * 1000) for moment in (first, last))
        dated: list[TrailRecord] = []
        undated: list[TrailRecord] = []
        for record in records:
            (dated if first_ms <= record.fix.t_ms < last_ms else undated).append(record)
        return dated, undated

    async def _locate(self) -> None:
        """Flush the last places into the couriers' rows, for when Redis is wiped."""
        self._located_at = time.monotonic()
        newest, self._newest = self._newest, {}
        async with self._station.database.connection() as db:
            await _LOCATE.run(
                db,
                ids=list(newest),
                places=[_place(r) for r in newest.values()],
                times=[_moment(r.fix.t_ms) for r in newest.values()],
            )

    async def _save(self, dated: Sequence[TrailRecord], undated: Sequence[TrailRecord]) -> None:
        if not dated and not undated:
            return
        async with self._station.database.transaction() as db:
            if undated:
                times_ms = [r.fix.t_ms for r in undated]
                await _INSERT_UNDATED.run(db, times_ms=times_ms, **_columns(undated))
            if dated:
                await self._make_room(db, dated)
                times = [_moment(r.fix.t_ms) for r in dated]
                cells_of = [_cell(r) for r in dated]
                await _INSERT.run(db, times=times, cells=cells_of, **_columns(dated))

    async def _make_room(self, db: Connection, records: Sequence[TrailRecord]) -> None:
        days = {_moment(record.fix.t_ms).date() for record in records}
        for day in sorted(days - self._days):
            await partitions.ensure(db, day)
        self._days = (self._days | days) if len(self._days) < 1000 else days


def _columns(records: Sequence[TrailRecord]) -> dict[str, list[Any]]:
    """Return what both tables hold of fixes, column by column."""
    return {
        "courier_ids": [r.courier_id for r in records],
        "epochs": [r.epoch for r in records],
        "seqs": [r.fix.seq for r in records],
        "received": [_moment(r.received_ms) for r in records],
        "places": [_place(r) for r in records],
        "accuracies": [r.fix.accuracy_m for r in records],
        "speeds": [r.fix.speed_mps for r in records],
        "headings": [_heading(r.fix.heading_deg) for r in records],
        "refusals": [r.refusal for r in records],
    }


def _newest_believed(records: Sequence[TrailRecord]) -> dict[UUID, TrailRecord]:
    newest: dict[UUID, TrailRecord] = {}
    for record in records:
        if record.refusal is not None:
            continue
        known = newest.get(record.courier_id)
        if known is None or known.fix.t_ms < record.fix.t_ms:
            newest[record.courier_id] = record
    return newest


def _moment(unix_ms: int) -> datetime:
    return datetime.fromtimestamp(unix_ms / 1000, UTC)


def _place(record: TrailRecord) -> Point | None:
    if record.refusal == Refusal.INVALID:
        return None
    return Point(record.fix.lat, record.fix.lng)


def _cell(record: TrailRecord) -> int | None:
    place = _place(record)
    return None if place is None else cells.cell_of(place, KEY_RESOLUTION)


def _heading(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees) % 360
