"""History: fixes saved in PostgreSQL, each once, on the day they were made; its days as partitions.

Both ways into history come through here: the trail writer's batches from the stream, and what phone
apps report over HTTP.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from api.kit.db import Connection, quoted
from api.kit.statement import Command
from geo import cells
from geo.point import Point
from geo.screening import Refusal
from tracking.trail import TrailRecord

TABLE = "courier_positions"
AHEAD = timedelta(days=2)
KEY_RESOLUTION = 9

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


class Span(NamedTuple):
    """From when until when (exclusive) trails are kept, on the business clock."""

    first: datetime
    last: datetime


def kept(now: datetime, trail_days: int) -> Span:
    """Return the span that has, or may be given, partitions."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Span(today - timedelta(days=trail_days), today + AHEAD + timedelta(days=1))


def name_of(day: date) -> str:
    """Return the name of the partition of a day."""
    return f"{TABLE}_{day:%Y%m%d}"


async def ensure_day(db: Connection, day: date) -> None:
    """Make the partition of `day` where it is missing."""
    name = name_of(day)
    start, end = f"{day} 00:00+00", f"{day + timedelta(days=1)} 00:00+00"
    await db.execute(
        f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {TABLE} "
        f"FOR VALUES FROM ({quoted(start)}) TO ({quoted(end)})"
    )


class History:
    """Saves fixes; knows which days were there when it last looked."""

    def __init__(self) -> None:
        """Know of no day."""
        self._days: set[date] = set()

    async def save(self, db: Connection, records: Sequence[TrailRecord], span: Span) -> None:
        """Save fixes within a transaction; those that are there already stay as they are.

        A fix of a day that no trail is kept for is kept apart: a phone whose clock is wrong by
        months must not make a table for each day that it names.
        """
        first_ms, last_ms = (round(moment.timestamp() * 1000) for moment in span)
        dated: list[TrailRecord] = []
        undated: list[TrailRecord] = []
        for record in records:
            (dated if first_ms <= record.fix.t_ms < last_ms else undated).append(record)
        if undated:
            times_ms = [r.fix.t_ms for r in undated]
            await _INSERT_UNDATED.run(db, times_ms=times_ms, **_columns(undated))
        if dated:
            await self._make_room(db, dated)
            times = [moment_of(r.fix.t_ms) for r in dated]
            cells_of = [_cell(r) for r in dated]
            await _INSERT.run(db, times=times, cells=cells_of, **_columns(dated))

    def forget(self) -> None:
        """Know of no day again: after a transaction that failed, some may not be there."""
        self._days = set()

    async def _make_room(self, db: Connection, records: Sequence[TrailRecord]) -> None:
        days = {moment_of(record.fix.t_ms).date() for record in records}
        for day in sorted(days - self._days):
            await ensure_day(db, day)
        self._days = (self._days | days) if len(self._days) < 1000 else days


def moment_of(unix_ms: int) -> datetime:
    """Return Unix milliseconds as a moment."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC)


def place_of(record: TrailRecord) -> Point | None:
    """Return where a fix was made; None for one that is nowhere on the globe."""
    if record.refusal == Refusal.INVALID:
        return None
    return Point(record.fix.lat, record.fix.lng)


def _columns(records: Sequence[TrailRecord]) -> dict[str, list[Any]]:
    """Return what both tables hold of fixes, column by column."""
    return {
        "courier_ids": [r.courier_id for r in records],
        "epochs": [r.epoch for r in records],
        "seqs": [r.fix.seq for r in records],
        "received": [moment_of(r.received_ms) for r in records],
        "places": [place_of(r) for r in records],
        "accuracies": [r.fix.accuracy_m for r in records],
        "speeds": [r.fix.speed_mps for r in records],
        "headings": [_heading(r.fix.heading_deg) for r in records],
        "refusals": [r.refusal for r in records],
    }


def _cell(record: TrailRecord) -> int | None:
    place = place_of(record)
    return None if place is None else cells.cell_of(place, KEY_RESOLUTION)


def _heading(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees) % 360
