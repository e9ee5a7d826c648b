"""Orders: finding them, and moving them along the state machine."""

from dataclasses import replace

from api.kit.errors import NotFound
from api.kit.ids import OrderId, new_id
from api.kit.lifecycle import By, capacity_of
from api.kit.work import Work
from api.orders import repository
from api.orders.events import OrderMoved
from api.orders.lifecycle import ORDER, OrderStatus
from api.orders.model import Order, StatusChange
from api.slots import service as slots


async def get(work: Work, order_id: OrderId) -> Order:
    """Return an order; raise `NotFound`."""
    order = await repository.order(work, order_id)
    if order is None or not work.actor.covers(order.zone_id):
        raise NotFound("There is no such order")
    return order


async def own(work: Work, order_id: OrderId) -> Order:
    """Return an order of the acting customer; one of somebody else is not found."""
    order = await repository.order(work, order_id)
    if order is None or order.user_id != work.actor.id:
        raise NotFound("There is no such order")
    return order


async def of_shop(work: Work, order_id: OrderId) -> Order:
    """Return an order of the acting vendor's company; one of another company is not found."""
    order = await repository.order(work, order_id)
    if order is None or not _is_of_shop(work, order):
        raise NotFound("There is no such order")
    return order


def _is_of_shop(work: Work, order: Order) -> bool:
    return order.company_id is not None and order.company_id == work.actor.company_id


async def lock(work: Work, order_id: OrderId) -> Order:
    """Return an order and hold its row until the transaction ends; raise `NotFound`."""
    order = await repository.lock(work, order_id)
    if order is None or not work.actor.covers(order.zone_id):
        raise NotFound("There is no such order")
    work.tick()
    return order


async def cancel_own(work: Work, order_id: OrderId, reason: str | None) -> Order:
    """Cancel an order of the acting customer; cancelling it again changes nothing."""
    await own(work, order_id)
    order = await lock(work, order_id)
    return await move(work, order, OrderStatus.CANCELLED, By.CUSTOMER, reason)


async def move_for_shop(
    work: Work, order_id: OrderId, status: OrderStatus, comment: str | None
) -> Order:
    """Move an order of the acting vendor's company; one of another company is not found."""
    order = await lock(work, order_id)
    if not _is_of_shop(work, order):
        raise NotFound("There is no such order")
    return await move(work, order, status, By.VENDOR, comment)


async def move_by_staff(
    work: Work, order_id: OrderId, status: OrderStatus, comment: str | None
) -> Order:
    """Move any order, by an operator's hand; noted in the audit trail."""
    order = await lock(work, order_id)
    moved = await move(work, order, status, capacity_of(work.actor), comment)
    if moved.status is not order.status:
        work.record(
            "order.status",
            "order",
            order_id,
            old={"status": order.status},
            new={"status": moved.status, "comment": comment},
        )
    return moved


async def move(
    work: Work, order: Order, status: OrderStatus, by: By, comment: str | None = None
) -> Order:
    """Bring a locked order into `status`; the same status again is no error and no change."""
    if order.status is status:
        return order
    moved, change, event = step(work, order, status, by, comment)
    await repository.save_move(work, moved, change)
    if status is OrderStatus.CANCELLED and order.slot_id is not None:
        await slots.release(work, order.slot_id)
    work.emit(event)
    return moved


def step(
    work: Work, order: Order, status: OrderStatus, by: By, comment: str | None = None
) -> tuple[Order, StatusChange, OrderMoved]:
    """Return the order in `status`, the line of its history and the event; nothing is saved."""
    cancelled = status is OrderStatus.CANCELLED
    moved = replace(
        order,
        status=ORDER.advance(order.status, status, by),
        cancel_reason=comment if cancelled else order.cancel_reason,
        cancelled_at=work.now if cancelled else order.cancelled_at,
        version=order.version + 1,
        updated_at=work.now,
    )
    change = StatusChange(
        id=new_id(),
        order_id=order.id,
        old_status=order.status,
        new_status=status,
        comment=comment,
        changed_by_user_id=work.actor.user_id,
        created_at=work.now,
    )
    event = OrderMoved(
        order.id,
        order.order_number,
        order.user_id,
        order.company_id,
        order.zone_id,
        order.status,
        status,
    )
    return moved, change, event
