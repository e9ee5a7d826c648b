"""Deliveries: opening one for an order, giving it to a courier, taking it back, cancelling.

Rows are locked in one sequence everywhere: delivery, then order, then courier (two couriers by id);
a route changes under the lock of its courier.
"""

from collections.abc import Sequence
from datetime import datetime

from api.couriers import repository as courier_rows
from api.couriers import service as couriers
from api.couriers.lifecycle import CourierStatus
from api.couriers.model import Courier
from api.deliveries import journal, repository, routing
from api.deliveries.lifecycle import DeliveryStatus
from api.deliveries.model import Delivery, DeliveryType, StopKind
from api.deliveries.routing import PlannedStop
from api.kit.errors import Conflict, NotFound
from api.kit.ids import CourierId, DeliveryId, OrderId, new_id
from api.kit.lifecycle import By
from api.kit.work import Work
from api.orders import repository as order_rows
from api.orders.lifecycle import WAITING_FOR_PICKUP
from api.orders.model import Order
from api.planning import direct_seconds, just_in_time
from api.settings import SETTINGS
from geo import cells
from geo.point import distance_m

KEY_RESOLUTION = 9


class CourierUnavailable(Conflict):
    """The courier cannot take deliveries now."""

    code, title = "courier_unavailable", "This courier is not at work now"


class OrderNotWaiting(Conflict):
    """The order is not, or no longer, one that a courier may be sent for."""

    code, title = "order_not_waiting", "This order does not wait for a courier"


async def open_for(work: Work, order_id: OrderId) -> Delivery | None:
    """Open the delivery of a confirmed order; None where it is not needed (any more)."""
    order = await order_rows.lock(work, order_id)
    if order is None or order.status not in WAITING_FOR_PICKUP:
        return None
    live = [d for d in await repository.of_order(work, order_id) if d.type is DeliveryType.OUTBOUND]
    if live:
        return None
    delivery = await _new_delivery(work, order)
    await repository.add(work, delivery)
    await journal.note(work, None, delivery)
    return delivery


async def _new_delivery(work: Work, order: Order) -> Delivery:
    load = await order_rows.load(work, order.id)
    metres = round(distance_m(order.pickup_location, order.delivery_location))
    return Delivery(
        id=DeliveryId(new_id()),
        order_id=order.id,
        courier_id=None,
        zone_id=order.zone_id,
        type=DeliveryType.OUTBOUND,
        status=DeliveryStatus.PENDING,
        pickup_location=order.pickup_location,
        dropoff_location=order.delivery_location,
        pickup_h3=cells.cell_of(order.pickup_location, KEY_RESOLUTION),
        dropoff_h3=cells.cell_of(order.delivery_location, KEY_RESOLUTION),
        ready_at=_pickup_from(work, order, metres),
        window_start=order.not_before,
        window_end=order.promised_until,
        assigned_at=None,
        picked_up_at=None,
        delivered_at=None,
        failed_at=None,
        distance_m=metres,
        estimated_duration_s=direct_seconds(work, metres),
        eta_at=None,
        eta_from=None,
        eta_until=None,
        fee_minor=order.delivery_fee_minor,
        currency=order.currency,
        items=load.items,
        weight_grams=load.weight_grams,
        volume_cm3=load.volume_cm3,
        attempt=1,
        generation=1,
        failure_reason=None,
        notes=order.notes,
        received_by=None,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )


def _pickup_from(work: Work, order: Order, metres: int) -> datetime:
    """Return when a courier may come: not hours before anybody may be delivered to."""
    if order.not_before is None:
        return order.ready_at
    return max(order.ready_at, just_in_time(work, order.not_before, metres))


async def get(work: Work, delivery_id: DeliveryId) -> Delivery:
    """Return a delivery; raise `NotFound`."""
    delivery = await repository.delivery(work, delivery_id)
    if delivery is None or not work.actor.covers(delivery.zone_id):
        raise NotFound("There is no such delivery")
    return delivery


async def lock(work: Work, delivery_id: DeliveryId) -> Delivery:
    """Return a delivery and hold its row until the transaction ends; raise `NotFound`."""
    delivery = await repository.lock(work, delivery_id)
    if delivery is None or not work.actor.covers(delivery.zone_id):
        raise NotFound("There is no such delivery")
    work.tick()
    return delivery


async def assign(
    work: Work,
    delivery: Delivery,
    courier_id: CourierId,
    plan: Sequence[PlannedStop],
    by: By,
) -> Delivery:
    """Give a locked, pending delivery to a courier; their route takes it up.

    Raises `OrderNotWaiting` or `CourierUnavailable` where it cannot be.
    """
    order = await order_rows.lock(work, delivery.order_id)
    if order is None or order.status not in WAITING_FOR_PICKUP:
        raise OrderNotWaiting
    courier = await couriers.lock_working(work, courier_id)
    if courier is None:
        raise CourierUnavailable
    assigned = await journal.move(
        work,
        delivery,
        DeliveryStatus.ASSIGNED,
        by,
        courier_id=courier_id,
        assigned_at=work.now,
    )
    service_s = work[SETTINGS].dispatch_service_s
    await routing.add_delivery(work, courier_id, assigned, plan, service_s)
    if courier.status is CourierStatus.ONLINE:
        await couriers.move(work, courier, CourierStatus.ON_DELIVERY, By.SYSTEM)
    return assigned


async def take_back(work: Work, delivery: Delivery, by: By, reason: str | None) -> Delivery:
    """Bring a locked, assigned delivery back to pending; its courier is free of it."""
    former = delivery.courier_id
    pending = await journal.move(
        work,
        delivery,
        DeliveryStatus.PENDING,
        by,
        comment=reason,
        courier_id=None,
        assigned_at=None,
        eta_at=None,
        eta_from=None,
        eta_until=None,
        generation=delivery.generation + 1,
    )
    if former is not None:
        await release(work, former, delivery.id)
    return pending


async def cancel_for_order(work: Work, order_id: OrderId) -> None:
    """Cancel what is not yet picked up of a cancelled order's deliveries."""
    for found in await repository.of_order(work, order_id):
        delivery = await lock(work, found.id)
        if delivery.status not in {DeliveryStatus.PENDING, DeliveryStatus.ASSIGNED}:
            continue
        former = delivery.courier_id
        await journal.move(work, delivery, DeliveryStatus.CANCELLED, By.SYSTEM)
        if former is not None:
            await release(work, former, delivery.id)


async def release(
    work: Work, courier_id: CourierId, delivery_id: DeliveryId, *, delivered: int = 0
) -> None:
    """Take a delivery off a courier's route; without others the courier waits for work again."""
    courier = await courier_rows.lock(work, courier_id)
    if courier is None:
        return
    if delivered:
        await routing.stop_done(work, courier_id, delivery_id, StopKind.DROPOFF)
    await routing.drop_delivery(work, courier_id, delivery_id)
    await _free(work, courier, delivered)


async def _free(work: Work, courier: Courier, delivered: int) -> None:
    idle = await repository.count_open(work, courier.id) == 0
    status = courier.status
    if idle and status is CourierStatus.ON_DELIVERY:
        status = CourierStatus.ONLINE
    if delivered or status is not courier.status:
        await couriers.move(work, courier, status, By.SYSTEM, delivered=delivered)
