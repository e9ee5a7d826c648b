"""What a follower of an order sees: state, ETA, and the courier while that is their business."""

from collections.abc import Sequence
from datetime import UTC, datetime

from api.companies import repository as companies
from api.couriers import repository as couriers
from api.deliveries import repository as deliveries
from api.deliveries import routing
from api.deliveries.lifecycle import DeliveryStatus
from api.deliveries.model import Delivery, RouteStop
from api.following.schema import FollowedPosition, TrackingView
from api.kit.work import Work
from api.live import LIVE
from api.orders.model import Order
from api.orders.schema import BarePlaceView
from geo import cells
from geo.point import Point

COARSE_RESOLUTION = 8

_FOLLOWED = frozenset({
    DeliveryStatus.ASSIGNED,
    DeliveryStatus.PICKED_UP,
    DeliveryStatus.IN_TRANSIT,
})


def is_exact(status: DeliveryStatus) -> bool:
    """Tell whether followers see the courier exactly: while the goods are aboard, not before."""
    return status in {DeliveryStatus.PICKED_UP, DeliveryStatus.IN_TRANSIT}


async def picture(work: Work, order: Order) -> TrackingView:
    """Return what followers of `order` may know now."""
    found = await deliveries.of_order(work, order.id)
    delivery = found[-1] if found else None
    company = await companies.company(work, order.company_id) if order.company_id else None
    courier = None
    if delivery is not None and delivery.courier_id and delivery.status in _FOLLOWED:
        courier = await couriers.named(work, delivery.courier_id)
    stops: Sequence[RouteStop] = ()
    if courier is not None:
        stops = await routing.waiting_stops(work, courier.id)
    own = next((one for one in stops if delivery and one.delivery_id == delivery.id), None)
    return TrackingView(
        order_id=order.id,
        order_number=order.order_number,
        order_status=order.status,
        delivery_status=delivery.status if delivery else None,
        company_name=company.name if company else None,
        pickup=BarePlaceView.of(order.pickup_snapshot),
        dropoff=BarePlaceView.of(order.delivery_snapshot),
        promised_from=order.promised_from,
        promised_until=order.promised_until,
        placed_at=order.created_at,
        ready_at=order.ready_at,
        picked_up_at=delivery.picked_up_at if delivery else None,
        delivered_at=delivery.delivered_at if delivery else None,
        eta_at=delivery.eta_at if delivery else None,
        eta_from=delivery.eta_from if delivery else None,
        eta_until=delivery.eta_until if delivery else None,
        reached_at=own.reached_at if own else None,
        courier_name=courier.first_name if courier else None,
        courier_vehicle=courier.vehicle_type if courier else None,
        stops_before=_stops_before(stops, delivery) if delivery else 0,
        position=await _position(work, delivery) if courier and delivery else None,
        is_gift=order.is_gift,
        gift_message=order.gift_message,
    )


def _stops_before(stops: Sequence[RouteStop], delivery: Delivery) -> int:
    """Return how many stops for other people come before ours."""
    count = 0
    for stop in stops:
        if stop.delivery_id == delivery.id and stop.kind == "dropoff":
            break
        count += stop.delivery_id != delivery.id
    return count


async def _position(work: Work, delivery: Delivery) -> FollowedPosition | None:
    if delivery.courier_id is None:
        return None
    found = (await work[LIVE].of([delivery.courier_id])).get(delivery.courier_id)
    if found is None:
        return None
    exact = is_exact(delivery.status)
    place = Point(found.lat, found.lng)
    if not exact:
        place = cells.centre(cells.cell_of(place, COARSE_RESOLUTION))
    return FollowedPosition(
        latitude=place.lat,
        longitude=place.lng,
        heading_deg=found.heading_deg if exact else None,
        fixed_at=datetime.fromtimestamp(found.t_ms / 1000, UTC),
        exact=exact,
    )
