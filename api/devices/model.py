"""Table and row of devices: phone apps of others that report a courier's fixes over HTTP."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    Table,
    Uuid,
)

from api.kit.ids import CourierId, DeviceId
from api.kit.tables import identity, metadata, moment
from geo.point import Point

EPOCHS_FROM = 1 << 32
"""Epochs of devices begin where those of our own phones, Unix seconds in 32 bits, end."""

courier_devices = Table(
    "courier_devices",
    metadata,
    identity(),
    Column("courier_id", Uuid, ForeignKey("couriers.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("last_seq", BigInteger, nullable=False),
    moment("last_seen_at", nullable=True),
    moment("created_at"),
    moment("revoked_at", nullable=True),
    Index("ix_courier_devices_courier_id", "courier_id"),
    comment="only the hash of a token is kept; `last_seq` numbers the fixes of a device",
)


@dataclass(frozen=True, slots=True)
class Device:
    """A phone app that may report fixes of one courier; times are real time."""

    id: DeviceId
    courier_id: CourierId
    name: str
    number: int
    last_seq: int
    last_seen_at: datetime | None
    created_at: datetime
    revoked_at: datetime | None

    @property
    def epoch(self) -> int:
        """Return what stands in history where a phone of ours has its epoch."""
        return EPOCHS_FROM + self.number


@dataclass(frozen=True, slots=True)
class KnownFix:
    """A fix that a device has sent before; without a place where it had none on the globe."""

    t_ms: int
    location: Point | None


@dataclass(frozen=True, slots=True)
class Believed:
    """A fix of history as the next one is judged by it."""

    seq: int
    ts: datetime
    location: Point
    accuracy_m: float | None
