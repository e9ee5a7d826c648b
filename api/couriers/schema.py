"""What clients send to couriers and get from them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from api.couriers.lifecycle import CourierStatus, Verification
from api.couriers.model import Courier, NamedCourier
from api.kit.ids import CourierId, ZoneId
from api.kit.schema import (
    AfterQuery,
    Draft,
    Latitude,
    Longitude,
    LongText,
    Moment,
    ShortText,
    View,
    WhenGiven,
    wrong,
)
from geo.vehicle import Vehicle

Items = Annotated[int, Field(ge=1, le=1000, description="parcels at once")]
Grams = Annotated[int, Field(ge=1, le=50_000_000)]
Cm3 = Annotated[int, Field(ge=1, le=100_000_000)]


class Application(Draft):
    """Somebody applies as a courier, or changes vehicle and capacity."""

    vehicle_type: Vehicle
    vehicle_number: ShortText | None = None
    capacity_items: Items = 4
    capacity_grams: Grams = 15_000
    capacity_cm3: Cm3 = 60_000
    home_zone_id: ZoneId


class StatusChange(Draft):
    """Where the courier goes: online (until when, if known), on a break, or home."""

    status: Literal[CourierStatus.ONLINE, CourierStatus.OFFLINE, CourierStatus.ON_BREAK]
    until: WhenGiven | None = None


class VerificationChange(Draft):
    """What a manager found in the papers."""

    status: Literal[Verification.VERIFIED, Verification.REJECTED]
    reason: LongText | None = None

    @model_validator(mode="after")
    def _a_rejection_has_a_reason(self) -> Self:
        if self.status is Verification.REJECTED and not self.reason:
            raise wrong("reason", "required", "say why: the courier will read it")
        return self


class CourierPath(Draft):
    """Which courier."""

    courier_id: CourierId


class CourierQuery(AfterQuery):
    """Which couriers: by status, by zone."""

    status: CourierStatus | None = None
    zone_id: ZoneId | None = None


class CourierView(View):
    """The courier's own view."""

    id: CourierId
    status: CourierStatus
    verification_status: Verification
    rejected_reason: str | None
    is_active: bool
    vehicle_type: Vehicle
    vehicle_number: str | None
    capacity_items: int
    capacity_grams: int
    capacity_cm3: int
    home_zone_id: ZoneId | None
    total_deliveries: int
    shift_ends_at: Moment | None

    @classmethod
    def of(cls, courier: Courier) -> Self:
        """Return the view of `courier`."""
        return cls(**{name: getattr(courier, name) for name in cls.model_fields})


class StaffCourierView(View):
    """A courier as dispatchers see one."""

    id: CourierId
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
    home_zone_id: ZoneId | None
    total_deliveries: int
    shift_ends_at: Moment | None

    @classmethod
    def of(cls, courier: NamedCourier) -> Self:
        """Return the view of `courier`."""
        return cls(**{name: getattr(courier, name) for name in cls.model_fields})


class BoxQuery(Draft):
    """A box on the map, and perhaps a zone."""

    min_latitude: Latitude
    min_longitude: Longitude
    max_latitude: Latitude
    max_longitude: Longitude
    zone_id: ZoneId | None = None


class PlacedCourierView(View):
    """A courier with the live position; `stale` when the phone has been silent."""

    id: CourierId
    name: str
    status: CourierStatus
    vehicle_type: Vehicle
    latitude: float
    longitude: float
    heading_deg: float | None
    speed_mps: float | None
    fixed_at: Moment
    stale: bool


class MapView(View):
    """Couriers in a box."""

    couriers: list[PlacedCourierView]
