"""Every statement about alerts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api.alerts.model import Alert
from api.kit.db import Connection
from api.kit.statement import Command, Query
from api.kit.work import Work

_OPEN = Query(
    Alert,
    """
    SELECT a.*, d.order_id FROM alerts AS a JOIN deliveries AS d ON d.id = a.delivery_id
    WHERE a.ended_at IS NULL AND (:scope::uuid[] IS NULL OR a.zone_id = ANY(:scope))
    ORDER BY a.raised_at, a.id
    """,
)
_RAISE = Command(
    """
    INSERT INTO alerts (id, kind, delivery_id, courier_id, zone_id, raised_at)
    VALUES (:id, :kind, :delivery_id, :courier_id, :zone_id, :raised_at)
    ON CONFLICT (delivery_id, kind) WHERE ended_at IS NULL DO NOTHING
    """
)
_END = Command("UPDATE alerts SET ended_at = :now WHERE id = ANY(:ids) AND ended_at IS NULL")
_FORGET = Command("DELETE FROM alerts WHERE ended_at < :before")


async def open_alerts(work: Work) -> list[Alert]:
    """Return what is wrong now, where the caller may look; the oldest first."""
    return await _OPEN.all(work.db, scope=work.actor.scope)


async def raise_alert(work: Work, alert: Alert) -> bool:
    """Save a new alert; False where the same one is open already."""
    made = await _RAISE.run(
        work.db,
        id=alert.id,
        kind=alert.kind,
        delivery_id=alert.delivery_id,
        courier_id=alert.courier_id,
        zone_id=alert.zone_id,
        raised_at=alert.raised_at,
    )
    return made > 0


async def end(work: Work, ids: Sequence[UUID]) -> None:
    """Note that these are over."""
    await _END.run(work.db, ids=list(ids), now=work.now)


async def forget(db: Connection, before: datetime) -> None:
    """Delete alerts that were over before."""
    await _FORGET.run(db, before=before)
