"""Every statement that reads trails."""

from datetime import datetime, timedelta

import numpy as np

from api.couriers.model import TrailFix
from api.kit.ids import CourierId, ZoneId
from api.kit.statement import Query
from api.kit.work import Work
from api.trails.model import Columns, Refused, Seen
from geo.box import Box
from geo.journey import Track

_PERIOD = """
    WHERE courier_id = :courier_id
      AND (:since::timestamptz IS NULL OR ts >= :since)
      AND (:until::timestamptz IS NULL OR ts < :until)
"""
_FIXES = Query(
    TrailFix,
    "SELECT * FROM courier_positions "
    + _PERIOD
    + "ORDER BY ts, epoch, seq LIMIT :limit OFFSET :offset",
)
_COUNT = Query(int, "SELECT count(*) FROM courier_positions " + _PERIOD)

_WITHIN = "WHERE courier_id = :courier_id AND ts >= :since AND ts < :until"
_COLUMNS = Query(
    Columns,
    f"""
    SELECT coalesce(array_agg(t_ms), '{{}}') AS t_ms,
           coalesce(array_agg(lat), '{{}}') AS lats, coalesce(array_agg(lng), '{{}}') AS lngs,
           coalesce(array_agg(accuracy_m), '{{}}') AS accuracies_m,
           coalesce(array_agg(speed_mps), '{{}}') AS speeds_mps
    FROM (
        SELECT round(extract(epoch FROM ts) * 1000)::bigint AS t_ms,
               ST_Y(location::geometry) AS lat, ST_X(location::geometry) AS lng,
               coalesce(accuracy_m, 'NaN') AS accuracy_m, coalesce(speed_mps, 'NaN') AS speed_mps
        FROM courier_positions
        {_WITHIN} AND refusal IS NULL AND location IS NOT NULL
        ORDER BY ts, epoch, seq
    ) AS fixes
    """,
)
_REFUSED = Query(
    Refused,
    f"""
    SELECT refusal, count(*) AS number FROM courier_positions
    {_WITHIN} AND refusal IS NOT NULL GROUP BY refusal ORDER BY refusal
    """,
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
      AND ST_Y(p.location::geometry) BETWEEN :min_lat AND :max_lat
      AND ST_X(p.location::geometry) BETWEEN :min_lng AND :max_lng
    ORDER BY c.id
    """,
)


async def fixes(
    work: Work,
    courier_id: CourierId,
    period: tuple[datetime | None, datetime | None],
    limit: int,
    offset: int,
) -> tuple[list[TrailFix], int]:
    """Return a part of a courier's trail in time order and the number of fixes in the period."""
    chosen = {"courier_id": courier_id, "since": period[0], "until": period[1]}
    found = await _FIXES.all(work.db, **chosen, limit=limit, offset=offset)
    return found, await _COUNT.value(work.db, **chosen)


async def track(work: Work, courier_id: CourierId, since: datetime, until: datetime) -> Track:
    """Return a courier's believed fixes of a period."""
    found = await _COLUMNS.value(work.db, courier_id=courier_id, since=since, until=until)
    return Track(
        t_ms=np.array(found.t_ms, dtype=np.int64),
        lats=np.array(found.lats, dtype=np.float64),
        lngs=np.array(found.lngs, dtype=np.float64),
        accuracies_m=np.array(found.accuracies_m, dtype=np.float64),
        speeds_mps=np.array(found.speeds_mps, dtype=np.float64),
    )


async def refused(
    work: Work, courier_id: CourierId, since: datetime, until: datetime
) -> dict[str, int]:
    """Return how many fixes of a period were not believed, by reason."""
    rows = await _REFUSED.all(work.db, courier_id=courier_id, since=since, until=until)
    return {row.refusal: row.number for row in rows}


async def seen(
    work: Work, at: datetime, within: timedelta, box: Box, zone_id: ZoneId | None
) -> list[Seen]:
    """Return where each courier in a box was last seen `within` so long before a moment."""
    return await _SEEN.all(
        work.db,
        at=at,
        since=at - within,
        scope=work.actor.scope,
        zone_id=zone_id,
        min_lat=box.min_lat,
        max_lat=box.max_lat,
        min_lng=box.min_lng,
        max_lng=box.max_lng,
    )
