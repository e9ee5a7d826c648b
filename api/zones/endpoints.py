"""The door of zones."""

from api.kit.actor import PUBLIC
from api.kit.endpoint import KIB, Endpoint, Owner
from api.kit.errors import FieldError, InvalidInput
from api.kit.page import page_of, place_of
from api.kit.schema import MoneyView, Nothing, PageView
from api.kit.work import Work
from api.zones import repository, service
from api.zones.schema import FeeQuery, FeeView, ZoneDraft, ZonePath, ZoneQuery, ZoneView
from geo.point import Point


async def open_zones(
    work: Work, _path: Nothing, query: ZoneQuery, _body: Nothing
) -> PageView[ZoneView]:
    """Active zones; with latitude and longitude only those that hold the point."""
    return await _page(work, query, hidden_too=False)


async def all_zones(
    work: Work, _path: Nothing, query: ZoneQuery, _body: Nothing
) -> PageView[ZoneView]:
    """All zones, closed ones too."""
    return await _page(work, query, hidden_too=True)


async def any_zone(work: Work, path: ZonePath, _query: Nothing, _body: Nothing) -> ZoneView:
    """One zone, a closed one too; its ETag is what a change demands."""
    return ZoneView.of(await service.own(work, path.zone_id))


async def draw(work: Work, _path: Nothing, _query: Nothing, draft: ZoneDraft) -> ZoneView:
    """Create a zone from a GeoJSON polygon."""
    return ZoneView.of(await service.draw(work, draft))


async def redraw(work: Work, path: ZonePath, _query: Nothing, draft: ZoneDraft) -> ZoneView:
    """Replace a zone."""
    return ZoneView.of(await service.redraw(work, path.zone_id, draft))


async def close(work: Work, path: ZonePath, _query: Nothing, _body: Nothing) -> ZoneView:
    """Take a zone out of service."""
    return ZoneView.of(await service.close(work, path.zone_id))


async def fee(work: Work, _path: Nothing, query: FeeQuery, _body: Nothing) -> FeeView:
    """What a delivery between two points would cost."""
    pickup = Point(query.pickup_latitude, query.pickup_longitude)
    dropoff = Point(query.dropoff_latitude, query.dropoff_longitude)
    zone, money, metres = await service.quote(work, pickup, dropoff)
    shown = MoneyView(amount=money.amount, currency=money.currency)
    return FeeView(zone_id=zone.id, fee=shown, distance_m=metres)


async def _page(work: Work, query: ZoneQuery, *, hidden_too: bool) -> PageView[ZoneView]:
    if (query.latitude is None) != (query.longitude is None):
        missing = "latitude" if query.latitude is None else "longitude"
        half = FieldError(missing, "required", "send latitude and longitude, or neither")
        raise InvalidInput(fields=[half])
    point = None
    if query.latitude is not None and query.longitude is not None:
        point = Point(query.latitude, query.longitude)
    found, total = await repository.page(
        work, point=point, hidden_too=hidden_too, place=place_of(query)
    )
    return page_of(query, [ZoneView.of(zone) for zone in found], total)


_ADMIN = "/api/v1/admin/delivery-zones"
_ONE = f"{_ADMIN}/{{zoneId}}"
_BODY = 1024 * KIB  # a polygon may have ten thousand corners

ENDPOINTS = (
    Endpoint("GET", "/api/v1/delivery-zones", open_zones, PUBLIC, Owner.ANYONE),
    Endpoint("GET", "/api/v1/delivery-fees", fee, PUBLIC, Owner.ANYONE),
    Endpoint("GET", _ADMIN, all_zones, "zone:read", Owner.OWN_ZONES),
    Endpoint("POST", _ADMIN, draw, "zone:manage", Owner.PLATFORM, status=201, body_limit=_BODY),
    Endpoint("GET", _ONE, any_zone, "zone:read", Owner.OWN_ZONES, versioned=True),
    Endpoint(
        "PUT",
        _ONE,
        redraw,
        "zone:manage",
        Owner.OWN_ZONES,
        versioned=True,
        body_limit=_BODY,
    ),
    Endpoint("DELETE", _ONE, close, "zone:manage", Owner.OWN_ZONES, versioned=True),
)
