"""Tables and rows of alerts: what a dispatcher should look at, from when to when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Table, Uuid, text

from api.kit.ids import CourierId, DeliveryId, OrderId, ZoneId
from api.kit.tables import identity, metadata, moment, word


class AlertKind(StrEnum):
    """What is wrong."""

    STUCK = "stuck"
    OFF_ROUTE = "off_route"
    AT_RISK = "at_risk"
    LATE = "late"


alerts = Table(
    "alerts",
    metadata,
    identity(),
    word("kind", AlertKind),
    Column("delivery_id", Uuid, ForeignKey("deliveries.id"), nullable=False),
    Column("courier_id", Uuid, ForeignKey("couriers.id")),
    Column("zone_id", Uuid, ForeignKey("zones.id"), nullable=False),
    moment("raised_at"),
    moment("ended_at", nullable=True),
    Index(
        "uq_alerts_delivery_id_kind_open",
        "delivery_id",
        "kind",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_alerts_ended_at", "ended_at"),
)


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at; open until `ended_at`."""

    id: UUID
    kind: AlertKind
    delivery_id: DeliveryId
    order_id: OrderId
    courier_id: CourierId | None
    zone_id: ZoneId
    raised_at: datetime
