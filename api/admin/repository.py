"""Every statement about the figures that dispatchers steer by."""

from dataclasses import dataclass
from datetime import datetime

from api.kit.statement import Query
from api.kit.work import Work


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed over in a span of time; `door_s` is the median from order to door."""

    delivered: int
    on_time: int
    door_s: float | None


_HANDED_OVER = Query(
    Handed,
    """
    SELECT count(*) AS delivered,
           count(*) FILTER (WHERE d.delivered_at <= o.promised_until) AS on_time,
           percentile_cont(0.5) WITHIN GROUP (
               ORDER BY extract(epoch FROM d.delivered_at - o.created_at)
           ) AS door_s
    FROM deliveries AS d JOIN orders AS o ON o.id = d.order_id
    WHERE d.delivered_at > :since AND d.delivered_at <= :until
      AND (:scope::uuid[] IS NULL OR d.zone_id = ANY(:scope))
    """,
)


async def handed_over(work: Work, since: datetime, until: datetime) -> Handed:
    """Return what was handed over after `since` and up to `until`, where the caller may look."""
    return await _HANDED_OVER.value(work.db, since=since, until=until, scope=work.actor.scope)
