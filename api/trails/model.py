"""Rows of trails as they are read; their tables are in `api/couriers/model.py`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.couriers.lifecycle import CourierStatus
from api.kit.actor import Role
from api.kit.ids import CourierId
from geo.point import Point
from geo.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class DayInRows:
    """How many fixes of a courier's day lie in rows."""

    day: date
    fixes: int


@dataclass(frozen=True, slots=True)
class Packed:
    """A courier with the packed day in which a moment lies."""

    id: CourierId
    first_name: str
    last_name: str
    status: CourierStatus
    vehicle_type: Vehicle
    packed: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a courier was last seen."""

    id: CourierId
    first_name: str
    last_name: str
    status: CourierStatus
    vehicle_type: Vehicle
    ts: datetime
    location: Point
    speed_mps: float | None
    heading_deg: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at a courier's trail: when, in which role, at which part and how."""

    created_at: datetime
    role: Role | None
    new_values: dict[str, Any] | None
