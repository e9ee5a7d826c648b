"""Tables and rows of deliveries: the carriage of an order, its events, couriers' routes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from api.deliveries.lifecycle import DeliveryStatus, FailureReason
from api.kit.ids import CourierId, DeliveryId, OrderId, RouteId, ZoneId
from api.kit.tables import identity, metadata, moment, point, stamps, word
from geo.point import Point


class DeliveryType(StrEnum):
    """Which way the goods go."""

    OUTBOUND = "outbound"
    RETURN_PICKUP = "return_pickup"


class StopKind(StrEnum):
    """What happens at a stop."""

    PICKUP = "pickup"
    DROPOFF = "dropoff"


class RouteStatus(StrEnum):
    """Where a route stands."""

    DRAFT = "draft"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


deliveries = Table(
    "deliveries",
    metadata,
    identity(),
    Column("order_id", Uuid, ForeignKey("orders.id"), nullable=False),
    Column("courier_id", Uuid, ForeignKey("couriers.id")),
    Column("zone_id", Uuid, ForeignKey("zones.id"), nullable=False),
    word("type", DeliveryType),
    word("status", DeliveryStatus),
    point("pickup_location"),
    point("dropoff_location"),
    Column("pickup_h3", BigInteger, nullable=False),
    Column("dropoff_h3", BigInteger, nullable=False),
    moment("ready_at"),
    moment("window_start", nullable=True),
    moment("window_end"),
    moment("assigned_at", nullable=True),
    moment("picked_up_at", nullable=True),
    moment("delivered_at", nullable=True),
    moment("failed_at", nullable=True),
    Column("distance_m", Integer, nullable=False),
    Column("estimated_duration_s", Integer, nullable=False),
    moment("eta_at", nullable=True),
    moment("eta_from", nullable=True),
    moment("eta_until", nullable=True),
    Column("fee_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("items", Integer, nullable=False),
    Column("weight_grams", Integer, nullable=False),
    Column("volume_cm3", Integer, nullable=False),
    Column("attempt", SmallInteger, nullable=False),
    Column("generation", Integer, nullable=False),
    word("failure_reason", FailureReason, nullable=True),
    Column("notes", String),
    Column("received_by", String),
    Column("version", Integer, nullable=False),
    *stamps(),
    Index(
        "uq_deliveries_order_id_live",
        "order_id",
        "type",
        unique=True,
        postgresql_where=text("status NOT IN ('delivered', 'cancelled')"),
    ),
    Index("ix_deliveries_zone_id_status", "zone_id", "status"),
    Index("ix_deliveries_courier_id_status", "courier_id", "status"),
    Index("ix_deliveries_delivered_at", "delivered_at"),
    Index("ix_deliveries_pending", "ready_at", postgresql_where=text("status = 'pending'")),
    comment="`window_start` is set where the customer asked for it; `generation` grows each time "
    "the delivery goes back to pending; four of five come between `eta_from` and `eta_until`",
)

delivery_events = Table(
    "delivery_events",
    metadata,
    identity(),
    Column("delivery_id", Uuid, ForeignKey("deliveries.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("old_status", String),
    Column("new_status", String),
    Column("actor_id", Uuid, ForeignKey("users.id")),
    Column("courier_id", Uuid, ForeignKey("couriers.id")),
    point("location", nullable=True),
    Column("data", JSONB, nullable=False),
    moment("at"),
    moment("client_ts", nullable=True),
    UniqueConstraint("delivery_id", "seq"),
    comment="every change of a delivery, numbered without gaps",
)

delivery_routes = Table(
    "delivery_routes",
    metadata,
    identity(),
    Column("courier_id", Uuid, ForeignKey("couriers.id")),
    Column("zone_id", Uuid, ForeignKey("zones.id")),
    Column("date", Date, nullable=False),
    Column("name", String, nullable=False),
    word("status", RouteStatus),
    *stamps(),
    Index(
        "uq_delivery_routes_courier_id_running",
        "courier_id",
        unique=True,
        postgresql_where=text("status = 'in_progress'"),
    ),
    comment="the route a courier is on is the one in progress; it ends with its last stop",
)

route_stops = Table(
    "route_stops",
    metadata,
    identity(),
    Column("route_id", Uuid, ForeignKey("delivery_routes.id"), nullable=False),
    Column("delivery_id", Uuid, ForeignKey("deliveries.id"), nullable=False),
    word("kind", StopKind),
    Column("seq", Integer, nullable=False),
    moment("eta_at", nullable=True),
    Column("service_s", Integer, nullable=False),
    moment("reached_at", nullable=True),
    moment("done_at", nullable=True),
    moment("created_at"),
    UniqueConstraint("route_id", "delivery_id", "kind"),
    Index("ix_route_stops_delivery_id", "delivery_id"),
    comment="`reached_at` is what the courier's fixes say, `done_at` what the courier said",
)

eta_samples = Table(
    "eta_samples",
    metadata,
    identity(),
    Column("delivery_id", Uuid, ForeignKey("deliveries.id"), nullable=False),
    Column("aboard", Boolean, nullable=False),
    Column("horizon", SmallInteger, nullable=False),
    moment("told_at"),
    moment("eta_at"),
    UniqueConstraint("delivery_id", "aboard", "horizon"),
    Index("ix_eta_samples_told_at", "told_at"),
    comment="ETAs as they were worked out, to be compared with `deliveries.delivered_at`",
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One carriage of an order."""

    id: DeliveryId
    order_id: OrderId
    courier_id: CourierId | None
    zone_id: ZoneId
    type: DeliveryType
    status: DeliveryStatus
    pickup_location: Point
    dropoff_location: Point
    pickup_h3: int
    dropoff_h3: int
    ready_at: datetime
    window_start: datetime | None
    window_end: datetime
    assigned_at: datetime | None
    picked_up_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    distance_m: int
    estimated_duration_s: int
    eta_at: datetime | None
    eta_from: datetime | None
    eta_until: datetime | None
    fee_minor: int
    currency: str
    items: int
    weight_grams: int
    volume_cm3: int
    attempt: int
    generation: int
    failure_reason: FailureReason | None
    notes: str | None
    received_by: str | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """One change of a delivery; `seq` counts from 1 without gaps."""

    id: UUID
    delivery_id: DeliveryId
    seq: int
    kind: str
    old_status: DeliveryStatus | None
    new_status: DeliveryStatus | None
    actor_id: UUID | None
    courier_id: CourierId | None
    location: Point | None
    data: dict[str, Any]
    at: datetime
    client_ts: datetime | None


@dataclass(frozen=True, slots=True)
class Route:
    """A courier's route."""

    id: RouteId
    courier_id: CourierId | None
    zone_id: ZoneId | None
    date: datetime
    name: str
    status: RouteStatus
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class RouteStop:
    """A stop that a courier still has to make, in sequence."""

    id: UUID
    route_id: RouteId
    delivery_id: DeliveryId
    kind: StopKind
    seq: int
    eta_at: datetime | None
    service_s: int
    reached_at: datetime | None
    done_at: datetime | None
