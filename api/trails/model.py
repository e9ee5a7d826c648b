"""Rows of trails as they are read; their tables are in `api/couriers/model.py`."""

from dataclasses import dataclass
from datetime import datetime

from api.couriers.lifecycle import CourierStatus
from api.kit.ids import CourierId
from geo.point import Point
from geo.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class Columns:
    """Believed fixes in time order, column by column; unknown accuracies and speeds are NaN."""

    t_ms: list[int]
    lats: list[float]
    lngs: list[float]
    accuracies_m: list[float]
    speeds_mps: list[float]


@dataclass(frozen=True, slots=True)
class Refused:
    """How many fixes of a period were not believed, for one reason."""

    refusal: str
    number: int


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
