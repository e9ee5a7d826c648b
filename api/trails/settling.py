"""Settling: fixes of the journal find their place, each fix one.

What a courier sent little of becomes rows that SQL can look into; what is much, a back-fill or a
backlog, is packed at once into a part of its day, and joins the day's chunk later.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from api.kit.db import Connection
from api.kit.statement import Command, Query
from api.trails import journal
from api.trails.arranging import Arranged, CourierDay, Keys, arranged
from api.trails.history import History, Span
from geo.chunk import pack, unpack
from tracking import trail
from tracking.trail_rows import Rows

MOST_FIXES = 300_000
"""About so many fixes are settled in one transaction."""
LEAST_PACKED = 50
"""Fixes of one courier and day that are packed rather than laid into rows."""
LEAST_PACKED_BEHIND = 8
"""The same while more waits than one round takes: rows would only fall further behind."""
_ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class _Part:
    place: int
    packed: bytes


@dataclass(frozen=True, slots=True)
class _Known:
    place: int
    epochs: list[int]
    seqs: list[int]
    t_ms: list[int]


_GIVEN = """
    unnest(:ids::uuid[], :days::date[], :firsts::timestamptz[], :lasts::timestamptz[],
           :first_seqs::bigint[], :last_seqs::bigint[])
    WITH ORDINALITY AS n(id, day, first_at, last_at, first_seq, last_seq, place)
"""
_PARTS = Query(
    _Part,
    f"""
    SELECT n.place::integer - 1 AS place, t.packed FROM {_GIVEN}
    JOIN trail_chunks AS t ON t.courier_id = n.id AND t.day = n.day AND t.part > 0
     AND t.first_at <= n.last_at AND t.last_at >= n.first_at
    """,  # noqa: S608  # put together from constants
)
_ROWS = Query(
    _Known,
    f"""
    SELECT n.place::integer - 1 AS place, found.* FROM {_GIVEN}
    CROSS JOIN LATERAL (
        SELECT array_agg(epoch) AS epochs, array_agg(seq) AS seqs,
               array_agg(round(extract(epoch FROM ts) * 1000)::bigint) AS t_ms
        FROM courier_positions
        WHERE courier_id = n.id AND ts BETWEEN n.first_at AND n.last_at
          AND seq BETWEEN n.first_seq AND n.last_seq
    ) AS found
    WHERE found.epochs IS NOT NULL
    """,  # noqa: S608  # put together from constants
)
_UNDATED = Query(
    _Known,
    f"""
    SELECT n.place::integer - 1 AS place, found.* FROM {_GIVEN}
    CROSS JOIN LATERAL (
        SELECT array_agg(epoch) AS epochs, array_agg(seq) AS seqs, array_agg(t_ms) AS t_ms
        FROM undated_fixes
        WHERE courier_id = n.id AND seq BETWEEN n.first_seq AND n.last_seq
    ) AS found
    WHERE found.epochs IS NOT NULL
    """,  # noqa: S608  # put together from constants
)
_ADD = Command(
    """
    INSERT INTO trail_chunks (courier_id, day, part, fixes, first_at, last_at, packed)
    SELECT n.id, n.day, :part::bigint, n.fixes, n.first_at, n.last_at, n.packed
    FROM unnest(:ids::uuid[], :days::date[], :fixes::integer[], :firsts::timestamptz[],
                :lasts::timestamptz[], :packed::bytea[])
         AS n(id, day, fixes, first_at, last_at, packed)
    """
)


async def settle(db: Connection, history: History, span: Span) -> Rows | None:
    """Settle the oldest of the journal, in the caller's transaction.

    Returns the newest believed record of each courier; None when nothing waits.
    """
    entries = await journal.take(db, MOST_FIXES)
    if not entries:
        return None
    blob = b"".join(entry.packed for entry in entries)
    first_ms, last_ms = (round(moment.timestamp() * 1000) for moment in span)
    heap: Arranged = await asyncio.to_thread(arranged, blob, first_ms, last_ms)
    fixes = len(blob) // trail.ROW.itemsize
    least = LEAST_PACKED_BEHIND if fixes >= MOST_FIXES else LEAST_PACKED
    fresh = await _unpacked_yet(db, heap.days)
    many = [one for one in fresh if len(one.rows) >= least]
    few = [one.rows for one in fresh if len(one.rows) < least]
    await _pack(db, await _unwritten_yet(db, many), entries[-1].id)
    await _write(db, [*few, heap.undated], history, span)
    return heap.newest


async def _unpacked_yet(db: Connection, days: Sequence[CourierDay]) -> list[CourierDay]:
    """Return days without what lies in parts of theirs already."""
    found: dict[int, Keys] = {}
    for part in await _PARTS.all(db, **_given(days)):
        columns = await asyncio.to_thread(unpack, part.packed)
        keys = Keys.of(columns.epochs.tolist(), columns.seqs.tolist(), columns.t_ms.tolist())
        found[part.place] = _joined(found.get(part.place), keys)
    return _left(days, found)


async def _unwritten_yet(db: Connection, days: Sequence[CourierDay]) -> list[CourierDay]:
    """Return days without what lies in rows already."""
    found: dict[int, Keys] = {}
    for query in (_ROWS, _UNDATED):
        for one in await query.all(db, **_given(days)):
            found[one.place] = _joined(
                found.get(one.place), Keys.of(one.epochs, one.seqs, one.t_ms)
            )
    return _left(days, found)


def _joined(former: Keys | None, keys: Keys) -> Keys:
    if former is None:
        return keys
    numbers = np.concatenate([former.numbers, keys.numbers])
    return Keys(numbers, np.concatenate([former.t_ms, keys.t_ms]))


def _left(days: Sequence[CourierDay], found: dict[int, Keys]) -> list[CourierDay]:
    left = [day.without(found[place]) if place in found else day for place, day in enumerate(days)]
    return [day for day in left if len(day.rows)]


def _given(days: Sequence[CourierDay]) -> dict[str, list[object]]:
    spans = [day.span_ms for day in days]
    return {
        "ids": [day.courier_id for day in days],
        "days": [day.day for day in days],
        "firsts": [_moment(first_ms) for first_ms, _last_ms in spans],
        "lasts": [_moment(last_ms) for _first_ms, last_ms in spans],
        "first_seqs": [int(day.rows["seq"].min()) for day in days],
        "last_seqs": [int(day.rows["seq"].max()) for day in days],
    }


async def _pack(db: Connection, days: Sequence[CourierDay], part: int) -> None:
    """Add a part to each of these days."""
    if not days:
        return
    spans = [day.span_ms for day in days]
    ids: list[UUID] = [day.courier_id for day in days]
    await _ADD.run(
        db,
        part=part,
        ids=ids,
        days=[day.day for day in days],
        fixes=[len(day.rows) for day in days],
        firsts=[_moment(first_ms) for first_ms, _last_ms in spans],
        lasts=[_moment(last_ms) for _first_ms, last_ms in spans],
        packed=await asyncio.to_thread(_all_packed, days),
    )


def _all_packed(days: Sequence[CourierDay]) -> list[bytes]:
    return [pack(day.columns()) for day in days]


async def _write(db: Connection, parts: Sequence[Rows], history: History, span: Span) -> None:
    """Lay records into rows, not so many at once that others would have to wait."""
    rows = np.concatenate(parts)
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        blob = rows[first : first + _ROWS_AT_ONCE].tobytes()
        await history.save(db, await asyncio.to_thread(trail.unpack, blob), span)


def _moment(t_ms: int) -> datetime:
    return datetime.fromtimestamp(t_ms / 1000, UTC)
