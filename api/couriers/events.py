"""What happens to couriers."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.couriers.lifecycle import CourierStatus, Verification
from api.kit.events import Event
from api.kit.ids import CourierId, UserId, ZoneId


@dataclass(frozen=True, slots=True)
class CourierMoved(Event):
    """A courier went online, offline, on a break, or took or finished the deliveries."""

    topic: ClassVar[str] = "courier.moved"

    courier_id: CourierId
    user_id: UserId
    zone_id: ZoneId | None
    old_status: CourierStatus
    status: CourierStatus


@dataclass(frozen=True, slots=True)
class VerificationChanged(Event):
    """Somebody applied as a courier (`pending`), or was verified or rejected."""

    topic: ClassVar[str] = "courier.verification"

    courier_id: CourierId
    user_id: UserId
    zone_id: ZoneId | None
    verification: Verification


@dataclass(frozen=True, slots=True)
class ZoneCrossed(Event):
    """A courier came into a zone, stayed there for a while, or left: `crossing` says which."""

    topic: ClassVar[str] = "courier.zone"

    courier_id: CourierId
    zone_id: ZoneId
    crossing: str
    crossed_at: datetime
