"""What clients send to zones and get from them."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field

from api.kit.ids import ZoneId
from api.kit.schema import (
    AfterQuery,
    Currency,
    Draft,
    Latitude,
    Longitude,
    Moment,
    MoneyView,
    ShortText,
    View,
)
from api.zones import time_zones
from api.zones.model import Zone
from geo.polygon import to_geojson


def _known_time_zone(name: str) -> str:
    if name not in time_zones.names():
        message = "not an IANA time zone; for example Europe/Lisbon"
        raise ValueError(message)
    return name


Minor = Annotated[int, Field(ge=0, le=10**12, description="minor units")]
TimeZone = Annotated[str, Field(examples=["Europe/Lisbon"]), AfterValidator(_known_time_zone)]
GeoJson = Annotated[
    dict[str, Any], Field(description="GeoJSON Polygon or MultiPolygon, positions [lng, lat]")
]


class ZoneDraft(Draft):
    """A zone as an operator writes it."""

    name: ShortText
    code: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
    polygon: GeoJson
    base_fee_minor: Minor
    per_km_fee_minor: Minor = 0
    free_above_minor: Minor | None = None
    currency: Currency
    time_zone: TimeZone
    is_active: bool = True


class ZonePath(Draft):
    """Which zone."""

    zone_id: ZoneId


class ZoneQuery(AfterQuery):
    """Which zones: all, or those that hold a point."""

    latitude: Latitude | None = None
    longitude: Longitude | None = None


class FeeQuery(Draft):
    """From where to where."""

    pickup_latitude: Latitude
    pickup_longitude: Longitude
    dropoff_latitude: Latitude
    dropoff_longitude: Longitude


class FeeView(View):
    """What the delivery would cost."""

    zone_id: ZoneId
    fee: MoneyView
    distance_m: int


class ZoneView(View):
    """A zone with its shape as GeoJSON."""

    id: ZoneId
    name: str
    code: str
    polygon: dict[str, Any]
    base_fee_minor: int
    per_km_fee_minor: int
    free_above_minor: int | None
    currency: str
    time_zone: str
    is_active: bool
    version: int
    updated_at: Moment

    @classmethod
    def of(cls, zone: Zone) -> Self:
        """Return the view of `zone`."""
        values = {name: getattr(zone, name) for name in cls.model_fields if name != "polygon"}
        return cls(polygon=to_geojson(zone.polygon), **values)
