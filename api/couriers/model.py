"""Tables and rows of couriers: who carries, with what, and the trail of where they were."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Uuid,
)

from api.couriers.lifecycle import CourierStatus, Verification
from api.kit.ids import CourierId, UserId, ZoneId
from api.kit.tables import identity, metadata, moment, point, stamps, word
from geo.point import Point
from geo.vehicle import Vehicle

couriers = Table(
    "couriers",
    metadata,
    identity(),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False, unique=True),
    word("status", CourierStatus),
    word("verification_status", Verification),
    Column("rejected_reason", String),
    Column("is_active", Boolean, nullable=False),
    word("vehicle_type", Vehicle),
    Column("vehicle_number", String),
    Column("capacity_items", Integer, nullable=False),
    Column("capacity_grams", Integer, nullable=False),
    Column("capacity_cm3", Integer, nullable=False),
    point("current_location", nullable=True),
    moment("last_location_update", nullable=True),
    Column("rating", Numeric(3, 2)),
    Column("total_deliveries", Integer, nullable=False),
    Column("home_zone_id", Uuid, ForeignKey("zones.id")),
    moment("shift_started_at", nullable=True),
    moment("shift_ends_at", nullable=True),
    *stamps(),
    Index("ix_couriers_home_zone_id_status", "home_zone_id", "status"),
)

courier_positions = Table(
    "courier_positions",
    metadata,
    Column("courier_id", Uuid, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    moment("ts"),
    moment("received_at"),
    point("location", nullable=True),
    Column("h3_cell", BigInteger),
    Column("accuracy_m", REAL),
    Column("speed_mps", REAL),
    Column("heading_deg", SmallInteger),
    Column("refusal", String),
    PrimaryKeyConstraint("courier_id", "ts", "epoch", "seq"),  # by time: it is read so, too
    postgresql_partition_by="RANGE (ts)",
    comment="trails: every fix once; `refusal` says why a fix did not move its courier",
)

undated_fixes = Table(
    "undated_fixes",
    metadata,
    Column("courier_id", Uuid, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("t_ms", BigInteger, nullable=False),
    moment("received_at"),
    point("location", nullable=True),
    Column("accuracy_m", REAL),
    Column("speed_mps", REAL),
    Column("heading_deg", SmallInteger),
    Column("refusal", String),
    PrimaryKeyConstraint("courier_id", "epoch", "seq"),
    comment="fixes of days that no trail is kept for; `t_ms` is what the phone's clock said",
)


trail_chunks = Table(
    "trail_chunks",
    metadata,
    Column("courier_id", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    Column("part", BigInteger, nullable=False),
    Column("fixes", Integer, nullable=False),
    moment("first_at"),
    moment("last_at"),
    Column("packed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("courier_id", "day", "part"),
    Index("ix_trail_chunks_day", "day"),
    comment="trails, packed (`geo/chunk.py`): part 0 is a courier's day, others wait to join it",
)


trail_journal = Table(
    "trail_journal",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("fixes", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    comment="fixes that are durable and have no place of their own yet: for a second or two",
)


@dataclass(frozen=True, slots=True)
class Courier:
    """A courier."""

    id: CourierId
    user_id: UserId
    status: CourierStatus
    verification_status: Verification
    rejected_reason: str | None
    is_active: bool
    vehicle_type: Vehicle
    vehicle_number: str | None
    capacity_items: int
    capacity_grams: int
    capacity_cm3: int
    current_location: Point | None
    last_location_update: datetime | None
    total_deliveries: int
    home_zone_id: ZoneId | None
    shift_started_at: datetime | None
    shift_ends_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NamedCourier:
    """A courier with the name people call them by."""

    id: CourierId
    user_id: UserId
    first_name: str
    last_name: str
    status: CourierStatus
    verification_status: Verification
    is_active: bool
    vehicle_type: Vehicle
    vehicle_number: str | None
    capacity_items: int
    capacity_grams: int
    capacity_cm3: int
    total_deliveries: int
    home_zone_id: ZoneId | None
    shift_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrailFix:
    """A stored fix, as a trail shows it."""

    epoch: int
    seq: int
    ts: datetime
    location: Point | None
    accuracy_m: float | None
    speed_mps: float | None
    heading_deg: int | None
    refusal: str | None
