"""What couriers and operators do with a delivery on the road."""

from typing import Any

from api.couriers import repository as courier_rows
from api.couriers import service as couriers
from api.deliveries import journal, repository, routing, service
from api.deliveries.lifecycle import DeliveryStatus, FailureReason
from api.deliveries.model import Delivery, RouteStop, StopKind
from api.deliveries.schema import Completion, CourierMove, StaffMove, WhereWhen
from api.kit.errors import Conflict, NotFound
from api.kit.ids import DeliveryId
from api.kit.lifecycle import By
from api.kit.work import Work
from api.orders import service as orders
from api.orders.lifecycle import OrderStatus


class NotReady(Conflict):
    """The shop has not marked the order ready."""

    code, title = "not_ready", "The shop has not marked the order ready yet"


async def lock_own(work: Work, delivery_id: DeliveryId) -> Delivery:
    """Return a delivery of the acting courier, locked; one of somebody else is not found."""
    courier = await couriers.own(work)
    delivery = await repository.lock(work, delivery_id)
    if delivery is None or delivery.courier_id != courier.id:
        raise NotFound("There is no such delivery")
    work.tick()
    return delivery


async def _given_up(work: Work, delivery_id: DeliveryId, status: DeliveryStatus) -> Delivery | None:
    """Return a delivery that the acting courier had until the last move, which was this one."""
    courier = await couriers.own(work)
    delivery = await repository.lock(work, delivery_id)
    if delivery is None or delivery.courier_id is not None or delivery.status is not status:
        return None
    last = (await repository.events(work, delivery_id))[-1]
    theirs = last.courier_id == courier.id and last.data.get("by") == By.COURIER
    return delivery if theirs else None


async def report(work: Work, delivery_id: DeliveryId, move: CourierMove) -> Delivery:
    """Do what the courier reports; the same report again changes nothing."""
    if move.status in {DeliveryStatus.PENDING, DeliveryStatus.RETURNED}:
        again = await _given_up(work, delivery_id, move.status)
        if again is not None:
            return again
    delivery = await lock_own(work, delivery_id)
    if delivery.status == move.status:
        return delivery
    match move.status:
        case DeliveryStatus.PICKED_UP:
            return await _pick_up(work, delivery, move)
        case DeliveryStatus.FAILED:
            return await _fail(work, delivery, By.COURIER, move.reason, move.comment, move)
        case DeliveryStatus.RETURNED:
            return await _bring_back(work, delivery, By.COURIER, move.comment)
        case DeliveryStatus.PENDING:
            return await service.take_back(work, delivery, By.COURIER, move.comment)
        case DeliveryStatus.IN_TRANSIT:
            return await _set_out(work, delivery, By.COURIER, move)


async def complete(work: Work, delivery_id: DeliveryId, done: Completion) -> Delivery:
    """Note that the goods were handed over; again changes nothing."""
    delivery = await lock_own(work, delivery_id)
    if delivery.status is DeliveryStatus.DELIVERED:
        return delivery
    order = await orders.lock(work, delivery.order_id)
    delivered = await journal.move(
        work,
        delivery,
        DeliveryStatus.DELIVERED,
        By.COURIER,
        comment=done.comment,
        location=done.point,
        client_ts=done.client_ts,
        delivered_at=work.now,
        received_by=done.received_by,
        eta_at=None,
        eta_from=None,
        eta_until=None,
    )
    await orders.move(work, order, OrderStatus.DELIVERED, By.COURIER)
    if delivery.courier_id is not None:
        await service.release(work, delivery.courier_id, delivery.id, delivered=1)
    return delivered


async def decide(work: Work, delivery_id: DeliveryId, move: StaffMove) -> Delivery:
    """Do what an operator decides; noted in the audit trail."""
    delivery = await service.lock(work, delivery_id)
    if delivery.status == move.status:
        return delivery
    moved = await _decided(work, delivery, move)
    work.record(
        "delivery.status",
        "delivery",
        delivery.id,
        old={"status": delivery.status},
        new={"status": moved.status, "comment": move.comment},
    )
    return moved


async def _decided(work: Work, delivery: Delivery, move: StaffMove) -> Delivery:
    match move.status:
        case DeliveryStatus.FAILED:
            return await _fail(work, delivery, By.OPERATOR, move.reason, move.comment, None)
        case DeliveryStatus.RETURNED:
            return await _bring_back(work, delivery, By.OPERATOR, move.comment)
        case DeliveryStatus.PENDING if delivery.status is DeliveryStatus.RETURNED:
            return await try_again(work, delivery, move.comment)
        case DeliveryStatus.PENDING:
            return await service.take_back(work, delivery, By.OPERATOR, move.comment)
        case DeliveryStatus.IN_TRANSIT:
            return await _set_out(work, delivery, By.OPERATOR, None)


async def _pick_up(work: Work, delivery: Delivery, where: WhereWhen) -> Delivery:
    order = await orders.lock(work, delivery.order_id)
    if order.status in {OrderStatus.CONFIRMED, OrderStatus.PREPARING}:
        raise NotReady
    taken = await _moved(
        work, delivery, DeliveryStatus.PICKED_UP, By.COURIER, where, picked_up_at=work.now
    )
    await orders.move(work, order, OrderStatus.IN_DELIVERY, By.COURIER)
    if delivery.courier_id is not None:
        await courier_rows.lock(work, delivery.courier_id)
        await routing.stop_done(work, delivery.courier_id, delivery.id, StopKind.PICKUP)
    return taken


async def _set_out(work: Work, delivery: Delivery, by: By, where: WhereWhen | None) -> Delivery:
    """Note that the courier is on the way to the customer; after a failure all begins anew."""
    under_way = await _moved(
        work,
        delivery,
        DeliveryStatus.IN_TRANSIT,
        by,
        where,
        failed_at=None,
        failure_reason=None,
    )
    if delivery.status is DeliveryStatus.FAILED and delivery.courier_id is not None:
        await courier_rows.lock(work, delivery.courier_id)
        await routing.go_again(work, delivery.courier_id, delivery.id)
    return under_way


async def _fail(
    work: Work,
    delivery: Delivery,
    by: By,
    reason: FailureReason | None,
    comment: str | None,
    where: WhereWhen | None,
) -> Delivery:
    failed = await journal.move(
        work,
        delivery,
        DeliveryStatus.FAILED,
        by,
        comment=comment,
        location=where.point if where else None,
        client_ts=where.client_ts if where else None,
        failed_at=work.now,
        eta_at=None,
        eta_from=None,
        eta_until=None,
        failure_reason=reason or FailureReason.OTHER,
    )
    if delivery.courier_id is not None:
        routing.turned(work, delivery.courier_id)
    return failed


async def _bring_back(work: Work, delivery: Delivery, by: By, comment: str | None) -> Delivery:
    former = delivery.courier_id
    returned = await journal.move(
        work,
        delivery,
        DeliveryStatus.RETURNED,
        by,
        comment=comment,
        courier_id=None,
        eta_at=None,
        eta_from=None,
        eta_until=None,
    )
    if former is not None:
        await service.release(work, former, delivery.id)
    return returned


async def try_again(work: Work, delivery: Delivery, comment: str | None) -> Delivery:
    """Bring a locked delivery that was returned back to pending: a new attempt."""
    pending = await journal.move(
        work,
        delivery,
        DeliveryStatus.PENDING,
        By.OPERATOR,
        comment=comment,
        assigned_at=None,
        picked_up_at=None,
        failed_at=None,
        failure_reason=None,
        attempt=delivery.attempt + 1,
        generation=delivery.generation + 1,
    )
    await orders.move_by_staff(work, delivery.order_id, OrderStatus.READY_FOR_DELIVERY, comment)
    return pending


async def _moved(
    work: Work,
    delivery: Delivery,
    status: DeliveryStatus,
    by: By,
    where: WhereWhen | None,
    **changes: Any,
) -> Delivery:
    return await journal.move(
        work,
        delivery,
        status,
        by,
        location=where.point if where else None,
        client_ts=where.client_ts if where else None,
        **changes,
    )


async def stops_of_own_route(work: Work) -> list[RouteStop]:
    """Return the stops that the acting courier still has to make, in sequence."""
    courier = await couriers.own(work)
    return await routing.waiting_stops(work, courier.id)
