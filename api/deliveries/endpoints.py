"""The door of deliveries: for the courier on the road, and for staff."""

from api.couriers import service as couriers
from api.deliveries import carrying, repository, service
from api.deliveries.lifecycle import DeliveryStatus
from api.deliveries.model import Delivery, StopKind
from api.deliveries.repository import Choice
from api.deliveries.schema import (
    ActiveView,
    Completion,
    CourierDeliveryView,
    CourierMove,
    DeliveryPath,
    DeliveryQuery,
    DeliveryView,
    RouteView,
    StaffMove,
    StopView,
)
from api.kit.endpoint import Endpoint, Owner
from api.kit.page import offset_of, page_of, place_of
from api.kit.schema import Nothing, PageQuery, PageView
from api.kit.work import Work
from api.orders import service as orders


async def active(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> ActiveView:
    """What the courier works on, in the sequence of the next stops."""
    courier = await couriers.own(work)
    found = {one.id: one for one in await repository.open_of_courier(work, courier.id)}
    sequence = [stop.delivery_id for stop in await carrying.stops_of_own_route(work)]
    ids = [one for one in dict.fromkeys([*sequence, *found]) if one in found]
    return ActiveView(deliveries=[await _with_order(work, found[one]) for one in ids])


async def route(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> RouteView:
    """The courier's stops, in sequence; what failed goes back to the shop after the others."""
    courier = await couriers.own(work)
    found = {one.id: one for one in await repository.open_of_courier(work, courier.id)}
    stops = []
    for stop in await carrying.stops_of_own_route(work):
        delivery = found.get(stop.delivery_id)
        if delivery is None:
            continue
        order = await orders.get(work, delivery.order_id)
        goes_back = delivery.status is DeliveryStatus.FAILED
        at_pickup = stop.kind is StopKind.PICKUP
        place = order.pickup_snapshot if at_pickup or goes_back else order.delivery_snapshot
        stops.append(
            StopView(
                delivery_id=delivery.id,
                order_id=order.id,
                kind=stop.kind,
                latitude=place["latitude"],
                longitude=place["longitude"],
                address=place["address"],
                eta_at=stop.eta_at,
                reached_at=None if goes_back else stop.reached_at,
            )
        )
    return RouteView(stops=stops)


async def finished(
    work: Work, _path: Nothing, query: PageQuery, _body: Nothing
) -> PageView[DeliveryView]:
    """The courier's finished deliveries, newest first."""
    courier = await couriers.own(work)
    found, total = await repository.history(work, courier.id, query.page_size, offset_of(query))
    return page_of(query, [DeliveryView.of(one) for one in found], total)


async def report(
    work: Work, path: DeliveryPath, _query: Nothing, move: CourierMove
) -> CourierDeliveryView:
    """Say that the goods are aboard, under way, could not be delivered, or are given back."""
    return await _with_order(work, await carrying.report(work, path.delivery_id, move))


async def complete(
    work: Work, path: DeliveryPath, _query: Nothing, done: Completion
) -> CourierDeliveryView:
    """Say that the goods were handed over."""
    return await _with_order(work, await carrying.complete(work, path.delivery_id, done))


async def listed(
    work: Work, _path: Nothing, query: DeliveryQuery, _body: Nothing
) -> PageView[DeliveryView]:
    """Deliveries, newest first."""
    choice = Choice(query.courier_id, query.order_id, query.zone_id, query.status)
    found, total = await repository.page(work, choice, place_of(query))
    return page_of(query, [DeliveryView.of(one) for one in found], total)


async def decide(work: Work, path: DeliveryPath, _query: Nothing, move: StaffMove) -> DeliveryView:
    """Move a delivery along the state machine by hand."""
    return DeliveryView.of(await carrying.decide(work, path.delivery_id, move))


async def _with_order(work: Work, delivery: Delivery) -> CourierDeliveryView:
    order = await orders.get(work, delivery.order_id)
    return CourierDeliveryView.with_order(await service.get(work, delivery.id), order)


_OWN = "/api/v1/courier"
_STAFF = "/api/v1/admin/deliveries"

ENDPOINTS = (
    Endpoint("GET", f"{_OWN}/deliveries/active", active, "carry:read", Owner.OWN_DELIVERIES),
    Endpoint("GET", f"{_OWN}/deliveries/history", finished, "carry:read", Owner.OWN_DELIVERIES),
    Endpoint("GET", f"{_OWN}/route", route, "carry:read", Owner.OWN_DELIVERIES),
    Endpoint(
        "PUT",
        f"{_OWN}/deliveries/{{deliveryId}}/status",
        report,
        "carry:work",
        Owner.OWN_DELIVERIES,
    ),
    Endpoint(
        "POST",
        f"{_OWN}/deliveries/{{deliveryId}}/complete",
        complete,
        "carry:work",
        Owner.OWN_DELIVERIES,
    ),
    Endpoint("GET", _STAFF, listed, "dispatch:read", Owner.OWN_ZONES),
    Endpoint("PUT", f"{_STAFF}/{{deliveryId}}/status", decide, "dispatch:write", Owner.OWN_ZONES),
)
