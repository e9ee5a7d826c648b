"""Trails of days past: rows and parts packed into one chunk for a courier's day, and read again.

A fix that comes late for such a day is a row, or in a part, until the next packing; whoever reads
joins them all, each fix once by its number and time.
"""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from api.couriers.model import TrailFix
from api.kit.db import Connection
from api.kit.ids import CourierId
from api.kit.statement import Command, Query
from geo.chunk import FixColumns, joined, pack, unpack
from geo.point import Point


@dataclass(frozen=True, slots=True)
class Chunk:
    """A courier's day, or a part of one that is not packed whole yet."""

    courier_id: CourierId
    day: date
    part: int
    fixes: int
    first_at: datetime
    last_at: datetime
    packed: bytes


@dataclass(frozen=True, slots=True)
class _Rows:
    """Fixes as they lie in rows, column by column."""

    epochs: list[int]
    seqs: list[int]
    t_ms: list[int]
    received_ms: list[int]
    lats: list[float]
    lngs: list[float]
    accuracies_m: list[float]
    speeds_mps: list[float]
    headings_deg: list[float]
    refusals: list[str]


_SHOWN = """
    SELECT {lists} FROM (
        SELECT epoch, seq, round(extract(epoch FROM ts) * 1000)::bigint AS t_ms,
               round(extract(epoch FROM received_at) * 1000)::bigint AS received_ms,
               coalesce(ST_Y(location::geometry), 'NaN') AS lat,
               coalesce(ST_X(location::geometry), 'NaN') AS lng,
               coalesce(accuracy_m, 'NaN')::float8 AS accuracy_m,
               coalesce(speed_mps, 'NaN')::float8 AS speed_mps,
               coalesce(heading_deg, 'NaN'::float8) AS heading_deg,
               coalesce(refusal, '') AS refusal
        FROM {rows}
    ) AS fixes
"""
_LISTS = ", ".join(
    f"coalesce(array_agg({column}), '{{}}') AS {name}"
    for name, column in {
        "epochs": "epoch",
        "seqs": "seq",
        "t_ms": "t_ms",
        "received_ms": "received_ms",
        "lats": "lat",
        "lngs": "lng",
        "accuracies_m": "accuracy_m",
        "speeds_mps": "speed_mps",
        "headings_deg": "heading_deg",
        "refusals": "refusal",
    }.items()
)
_PERIOD = "courier_id = :courier_id AND ts >= :since AND ts < :until"
_READ = Query(_Rows, _SHOWN.format(lists=_LISTS, rows=f"courier_positions WHERE {_PERIOD}"))
_TAKE = Query(
    _Rows,
    f"WITH taken AS (DELETE FROM courier_positions WHERE {_PERIOD} RETURNING *)"
    + _SHOWN.format(lists=_LISTS, rows="taken"),
)
_COURIERS = Query(
    CourierId,
    """
    SELECT courier_id FROM courier_positions WHERE ts >= :since AND ts < :until
    UNION
    SELECT courier_id FROM trail_chunks WHERE day = :day AND part > 0
    """,
)
_CHUNKS = Query(
    Chunk,
    """
    SELECT * FROM trail_chunks
    WHERE courier_id = :courier_id AND last_at >= :since AND first_at < :until ORDER BY day, part
    """,
)
_IN_TURN = Query(str, "SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))::text")
_DAYS = Query(date, "SELECT DISTINCT day FROM trail_chunks WHERE part > 0")
_HELD = Query(
    Chunk,
    """
    WITH taken AS (
        DELETE FROM trail_chunks WHERE courier_id = :courier_id AND day = :day RETURNING *
    )
    SELECT * FROM taken ORDER BY part
    """,
)
_SAVE = Command(
    """
    INSERT INTO trail_chunks (courier_id, day, part, fixes, first_at, last_at, packed)
    VALUES (:courier_id, :day, 0, :fixes, :first_at, :last_at, :packed)
    """
)
_FORGET = Command("DELETE FROM trail_chunks WHERE day < :before")


async def fixes_between(
    db: Connection, courier_id: CourierId, since: datetime, until: datetime
) -> FixColumns:
    """Return every fix of a period, in rows or packed, each once, in time order."""
    rows = await _rows(_READ, db, courier_id, since, until)  # first: what is packed now comes twice
    chunks = await of_period(db, courier_id, since, until)
    span = (_ms(since), _ms(until))
    packed = [unpack(one.packed).within(*span) for one in chunks]
    parts = [part for part in (*packed, rows) if len(part)]
    whole = parts[0] if len(parts) == 1 else joined(parts)  # alone, each is there once already
    return whole.in_time()


async def of_period(
    db: Connection, courier_id: CourierId, since: datetime, until: datetime
) -> list[Chunk]:
    """Return a courier's chunks with fixes of a period, oldest first."""
    return await _CHUNKS.all(db, courier_id=courier_id, since=since, until=until)


async def couriers_of(db: Connection, day: date) -> list[CourierId]:
    """Return whose fixes of a day still lie in rows or parts."""
    since, until = bounds(day)
    return await _COURIERS.all(db, since=since, until=until, day=day)


async def days_in_parts(db: Connection) -> list[date]:
    """Return the days of which somebody's fixes lie in parts."""
    return await _DAYS.all(db)


async def pack_day(db: Connection, courier_id: CourierId, day: date) -> int:
    """Pack the rows and parts of a courier's day into its chunk, in the caller's transaction.

    Returns how many bytes the chunk has. What is packed is taken away as it is: each fix is in one
    place at any moment.
    """
    since, until = bounds(day)
    await _IN_TURN.one(db, what=f"packing {courier_id} {day}")  # else two would each keep a half
    held = await _HELD.all(db, courier_id=courier_id, day=day)
    rows = await _rows(_TAKE, db, courier_id, since, until)
    whole = joined([*(unpack(one.packed) for one in held), rows])
    if not len(whole):
        return 0
    packed = pack(whole)
    await _SAVE.run(
        db,
        courier_id=courier_id,
        day=day,
        fixes=len(whole),
        first_at=_moment(int(whole.t_ms.min())),
        last_at=_moment(int(whole.t_ms.max())),
        packed=packed,
    )
    return len(packed)


async def forget_before(db: Connection, day: date) -> int:
    """Delete the chunks of days before `day`; return how many there were."""
    return await _FORGET.run(db, before=day)


def shown(columns: FixColumns) -> list[TrailFix]:
    """Return fixes as a trail shows them, one by one."""
    return [
        TrailFix(
            epoch=epoch,
            seq=seq,
            ts=_moment(t_ms),
            location=None if math.isnan(lat) else Point(round(lat, 6), round(lng, 6)),
            accuracy_m=_known(accuracy),
            speed_mps=_known(speed),
            heading_deg=None if math.isnan(heading) else round(heading),
            refusal=refusal or None,
        )
        for epoch, seq, t_ms, lat, lng, accuracy, speed, heading, refusal in zip(
            columns.epochs.tolist(),
            columns.seqs.tolist(),
            columns.t_ms.tolist(),
            columns.lats.tolist(),
            columns.lngs.tolist(),
            columns.accuracies_m.tolist(),
            columns.speeds_mps.tolist(),
            columns.headings_deg.tolist(),
            columns.refusals.tolist(),
            strict=True,
        )
    ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 1)


async def _rows(
    query: Query[_Rows], db: Connection, courier_id: CourierId, since: datetime, until: datetime
) -> FixColumns:
    found = await query.value(db, courier_id=courier_id, since=since, until=until)
    whole = np.int64
    return FixColumns(
        np.array(found.epochs, dtype=whole),
        np.array(found.seqs, dtype=whole),
        np.array(found.t_ms, dtype=whole),
        np.array(found.received_ms, dtype=whole),
        np.array(found.lats, dtype=np.float64),
        np.array(found.lngs, dtype=np.float64),
        np.array(found.accuracies_m, dtype=np.float64),
        np.array(found.speeds_mps, dtype=np.float64),
        np.array(found.headings_deg, dtype=np.float64),
        np.array(found.refusals, dtype=np.str_),
    )


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return when a day begins and when the next one does (UTC)."""
    start = datetime.combine(day, time(), UTC)
    return start, start + timedelta(days=1)


def _moment(t_ms: int) -> datetime:
    return datetime.fromtimestamp(t_ms / 1000, UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
