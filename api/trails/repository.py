"""Every statement that reads trails."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from api.couriers.model import TrailFix
from api.kit.ids import CourierId, ZoneId
from api.kit.statement import Query
from api.kit.work import Work
from api.trails import chunks
from api.trails.chunks import Chunk
from api.trails.model import DayInRows, Look, Packed, Seen
from geo.box import Box
from geo.chunk import unpack
from geo.point import Point

_PERIOD = """
    WHERE courier_id = :courier_id
      AND ts >= :since AND ts < :until
"""
_FIXES = Query(
    TrailFix,
    "SELECT * FROM courier_positions "
    + _PERIOD
    + "ORDER BY ts, epoch, seq LIMIT :limit OFFSET :offset",
)
_COUNTS = Query(
    DayInRows,
    "SELECT (ts AT TIME ZONE 'UTC')::date AS day, count(*) AS fixes FROM courier_positions "
    + _PERIOD
    + "GROUP BY 1",
)

_SEEN = Query(
    Seen,
    """
    SELECT c.id, u.first_name, u.last_name, c.status, c.vehicle_type,
           p.ts, p.location, p.speed_mps, p.heading_deg
    FROM couriers AS c
    JOIN users AS u ON u.id = c.user_id
    CROSS JOIN LATERAL (
        SELECT ts, location, speed_mps, heading_deg FROM courier_positions
        WHERE courier_id = c.id AND ts > :since AND ts <= :at
          AND refusal IS NULL AND location IS NOT NULL
        ORDER BY ts DESC LIMIT 1
    ) AS p
    WHERE (:scope::uuid[] IS NULL OR c.home_zone_id = ANY(:scope))
      AND (:zone_id::uuid IS NULL OR c.home_zone_id = :zone_id)
    """,
)
_PACKED = Query(
    Packed,
    """
    SELECT c.id, u.first_name, u.last_name, c.status, c.vehicle_type, t.packed
    FROM trail_chunks AS t
    JOIN couriers AS c ON c.id = t.courier_id
    JOIN users AS u ON u.id = c.user_id
    WHERE t.day = ANY(:days) AND t.first_at <= :at AND t.last_at > :since
      AND (:scope::uuid[] IS NULL OR c.home_zone_id = ANY(:scope))
      AND (:zone_id::uuid IS NULL OR c.home_zone_id = :zone_id)
    """,
)

_OF_COURIER = (
    "entity_type = 'courier' AND entity_id = :courier_id AND action = 'courier.trail.read'"
)
_LOOKS = Query(
    Look,
    f"""
    SELECT l.created_at, u.role, l.new_values
    FROM audit_logs AS l LEFT JOIN users AS u ON u.id = l.user_id
    WHERE {_OF_COURIER} ORDER BY l.id DESC LIMIT :limit OFFSET :offset
    """,
)
_LOOKS_COUNT = Query(int, f"SELECT count(*) FROM audit_logs WHERE {_OF_COURIER}")


async def looks(
    work: Work, courier_id: CourierId, limit: int, offset: int
) -> tuple[list[Look], int]:
    """Return who looked at a courier's trail, newest first, and how often in all."""
    chosen = {"courier_id": str(courier_id)}
    found = await _LOOKS.all(work.db, **chosen, limit=limit, offset=offset)
    return found, await _LOOKS_COUNT.value(work.db, **chosen)


async def fixes(
    work: Work, courier_id: CourierId, period: tuple[datetime, datetime], limit: int, offset: int
) -> tuple[list[TrailFix], int]:
    """Return a part of a courier's trail in time order and the number of fixes in the period.

    Day by day; what is packed is opened only where it must be.
    """
    chosen = {"courier_id": courier_id, "since": period[0], "until": period[1]}
    in_rows = {one.day: one.fixes for one in await _COUNTS.all(work.db, **chosen)}
    packed: dict[date, list[Chunk]] = {}
    for chunk in await chunks.of_period(work.db, courier_id, *period):
        packed.setdefault(chunk.day, []).append(chunk)
    found: list[TrailFix] = []
    total = 0
    for day in sorted({*in_rows, *packed}):
        since, until = chunks.bounds(day)
        span = (max(since, period[0]), min(until, period[1]))
        part = slice(max(0, offset - total), max(0, offset + limit - total))
        held = packed.get(day, [])
        if held and not _is_all_of(held, day in in_rows, span):
            columns = await chunks.fixes_between(work.db, courier_id, *span)
            found += chunks.shown(columns.part(part))
            count = len(columns)
        else:
            count = held[0].fixes if held else in_rows[day]
            if part.start < min(count, part.stop):
                found += await _opened(work, courier_id, span, part, held)
        total += count
    return found, total


def _is_all_of(held: list[Chunk], has_rows: bool, span: tuple[datetime, datetime]) -> bool:
    """Tell whether a chunk is everything that there is of a day, and inside of a span of time."""
    first, *others = held
    return not others and not has_rows and span[0] <= first.first_at and first.last_at < span[1]


async def _opened(
    work: Work,
    courier_id: CourierId,
    span: tuple[datetime, datetime],
    part: slice,
    held: list[Chunk],
) -> list[TrailFix]:
    """Return a part of a day that lies in one chunk, or in rows alone."""
    if held:
        return chunks.shown(unpack(held[0].packed).in_time().part(part))
    chosen = {"courier_id": courier_id, "since": span[0], "until": span[1]}
    limit = part.stop - part.start
    return await _FIXES.all(work.db, **chosen, limit=limit, offset=part.start)


async def seen(
    work: Work, at: datetime, within: timedelta, box: Box, zone_id: ZoneId | None
) -> list[Seen]:
    """Return where each courier in a box was last seen `within` so long before a moment."""
    since = at - within
    asked = {"at": at, "since": since, "scope": work.actor.scope, "zone_id": zone_id}
    found = await _SEEN.all(work.db, **asked)
    days = [since.astimezone(UTC).date(), at.astimezone(UTC).date()]
    packed = await _PACKED.all(work.db, **asked, days=days)
    found += await asyncio.to_thread(_last_of, packed, since, at)
    newest = {one.id: one for one in sorted(found, key=lambda one: one.ts)}
    return [one for _id, one in sorted(newest.items()) if _is_in(box, one.location)]


def _last_of(packed: list[Packed], since: datetime, at: datetime) -> list[Seen]:
    """Return the last believed place of each packed day in (since, at]."""
    first_ms, last_ms = (round(moment.timestamp() * 1000) for moment in (since, at))
    found = []
    for one in packed:
        columns = unpack(one.packed).within(first_ms + 1, last_ms + 1)
        believed = columns.part(columns.refusals == "").in_time()
        if not len(believed):
            continue
        (last,) = chunks.shown(believed.part(slice(-1, None)))
        if last.location is not None:
            person = (one.id, one.first_name, one.last_name, one.status, one.vehicle_type)
            found.append(Seen(*person, last.ts, last.location, last.speed_mps, last.heading_deg))
    return found


def _is_in(box: Box, place: Point) -> bool:
    return box.min_lat <= place.lat <= box.max_lat and box.min_lng <= place.lng <= box.max_lng
