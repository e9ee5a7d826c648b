"""What clients ask about places and get."""

from typing import Annotated, Self

from pydantic import Field

from api.identity.schema import Locale
from api.integrations.geocoding import Candidate
from api.kit.ids import ZoneId
from api.kit.schema import Draft, Latitude, Longitude, View
from api.zones.model import Zone


class TextQuery(Draft):
    """An address as somebody writes it."""

    text: Annotated[str, Field(min_length=3, max_length=300)]
    locale: Locale = "en"


class PointQuery(Draft):
    """A place on the globe."""

    latitude: Latitude
    longitude: Longitude
    locale: Locale = "en"


class PlaceView(View):
    """A place and its address; `isPrecise` from a street upwards, not for a town."""

    label: str
    street: str | None
    building: str | None
    city: str | None
    postcode: str | None
    country_code: str | None
    latitude: float
    longitude: float
    is_precise: bool
    zone_id: ZoneId | None
    is_deliverable: bool

    @classmethod
    def of(cls, found: Candidate, zone: Zone | None) -> Self:
        """Return the view of a place in a zone, or outside of all."""
        plain = ("label", "street", "building", "city", "postcode", "country_code", "is_precise")
        return cls(
            latitude=found.point.lat,
            longitude=found.point.lng,
            zone_id=None if zone is None else zone.id,
            is_deliverable=zone is not None,
            **{name: getattr(found, name) for name in plain},
        )


class PlacesView(View):
    """What an address may mean, best first."""

    candidates: list[PlaceView]
