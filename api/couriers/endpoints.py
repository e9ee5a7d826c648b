"""The door of couriers: the courier's own account, and what staff see and decide."""

from datetime import UTC, datetime

from api.couriers import repository, service
from api.couriers.lifecycle import CourierStatus
from api.couriers.schema import (
    Application,
    BoxQuery,
    CourierPath,
    CourierQuery,
    CourierView,
    MapView,
    PlacedCourierView,
    StaffCourierView,
    StatusChange,
    VerificationChange,
)
from api.kit.endpoint import Endpoint, Owner
from api.kit.ids import CourierId
from api.kit.page import page_of, place_of
from api.kit.schema import Nothing, PageView
from api.kit.work import Work
from api.live import LIVE
from geo.box import Box


async def apply(work: Work, _path: Nothing, _query: Nothing, draft: Application) -> CourierView:
    """Apply as a courier."""
    return CourierView.of(await service.apply(work, draft))


async def change_profile(
    work: Work, _path: Nothing, _query: Nothing, draft: Application
) -> CourierView:
    """Change vehicle, capacity or home zone; during a shift only to less room."""
    return CourierView.of(await service.apply(work, draft))


async def profile(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> CourierView:
    """The courier's own profile."""
    return CourierView.of(await service.own(work))


async def change_status(
    work: Work, _path: Nothing, _query: Nothing, change: StatusChange
) -> CourierView:
    """Go online, on a break or home."""
    status = CourierStatus(change.status)
    return CourierView.of(await service.change_status(work, status, change.until))


async def listed(
    work: Work, _path: Nothing, query: CourierQuery, _body: Nothing
) -> PageView[StaffCourierView]:
    """Couriers with their status."""
    found, total = await repository.page(work, query.status, query.zone_id, place_of(query))
    return page_of(query, [StaffCourierView.of(courier) for courier in found], total)


async def one(work: Work, path: CourierPath, _query: Nothing, _body: Nothing) -> StaffCourierView:
    """One courier."""
    return StaffCourierView.of(await service.named(work, path.courier_id))


async def verify(
    work: Work, path: CourierPath, _query: Nothing, change: VerificationChange
) -> StaffCourierView:
    """Verify or reject a courier."""
    return StaffCourierView.of(await service.verify(work, path.courier_id, change))


async def on_map(work: Work, _path: Nothing, query: BoxQuery, _body: Nothing) -> MapView:
    """Couriers in a box with their live positions."""
    box = Box(query.min_latitude, query.min_longitude, query.max_latitude, query.max_longitude)
    placed = {CourierId(found.courier_id): found for found in await work[LIVE].in_box(box)}
    known = await repository.all_named(work, list(placed))
    chosen = [
        one
        for one in known
        if query.zone_id in {None, one.home_zone_id} and work.actor.covers(one.home_zone_id)
    ]
    views = []
    for courier in chosen:
        position = placed[courier.id]
        views.append(
            PlacedCourierView(
                id=courier.id,
                name=f"{courier.first_name} {courier.last_name}",
                status=courier.status,
                vehicle_type=courier.vehicle_type,
                latitude=position.lat,
                longitude=position.lng,
                heading_deg=position.heading_deg,
                speed_mps=position.speed_mps,
                fixed_at=datetime.fromtimestamp(position.t_ms / 1000, UTC),
                stale=work[LIVE].is_stale(position),
            )
        )
    return MapView(couriers=views)


_STAFF = "/api/v1/admin/couriers"

ENDPOINTS = (
    Endpoint("POST", "/api/v1/courier/register", apply, "carry:apply", Owner.SELF, status=201),
    Endpoint("GET", "/api/v1/courier/profile", profile, "carry:read", Owner.SELF),
    Endpoint("PUT", "/api/v1/courier/profile", change_profile, "carry:apply", Owner.SELF),
    Endpoint("PUT", "/api/v1/courier/status", change_status, "carry:work", Owner.SELF),
    Endpoint("GET", f"{_STAFF}/map", on_map, "courier:read", Owner.OWN_ZONES),
    Endpoint("GET", _STAFF, listed, "courier:read", Owner.OWN_ZONES),
    Endpoint("GET", f"{_STAFF}/{{courierId}}", one, "courier:read", Owner.OWN_ZONES),
    Endpoint(
        "PUT", f"{_STAFF}/{{courierId}}/verification", verify, "courier:manage", Owner.OWN_ZONES
    ),
)
