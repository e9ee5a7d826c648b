"""Interventions: what a dispatcher does by hand across orders, deliveries and offers."""

from api.deliveries import carrying
from api.deliveries import repository as delivery_rows
from api.deliveries import service as deliveries
from api.deliveries.lifecycle import ABOARD, DeliveryStatus
from api.kit.errors import Conflict
from api.kit.ids import OrderId
from api.kit.work import Work
from api.offers import service as offers
from api.orders import service as orders
from api.orders.lifecycle import OrderStatus
from api.orders.model import DeliveryMethod, Order
from api.orders.schema import StatusDraft


class GoodsAboard(Conflict):
    """A courier has the goods."""

    code, title = "goods_aboard", "A courier has the goods: have them brought back first"


class NotAtTheCounter(Conflict):
    """Only an order that the customer fetches is handed over without a courier."""

    code, title = "not_at_the_counter", "A courier delivers this order: the delivery decides"


async def move_order(work: Work, order_id: OrderId, draft: StatusDraft) -> Order:
    """Move an order by hand; its offers and deliveries go along.

    Raises `GoodsAboard` when a courier has the goods of an order to be cancelled or delivered anew,
    `NotAtTheCounter` for handing over what a courier delivers.
    """
    order = await orders.get(work, order_id)
    match draft.status:
        case OrderStatus.CANCELLED:
            await _end_deliveries(work, order_id)
        case OrderStatus.READY_FOR_DELIVERY:
            await _deliver_anew(work, order_id, draft.comment)
        case OrderStatus.DELIVERED if order.delivery_method is not DeliveryMethod.PICKUP:
            raise NotAtTheCounter
    return await orders.move_by_staff(work, order_id, draft.status, draft.comment)


async def _deliver_anew(work: Work, order_id: OrderId, comment: str | None) -> None:
    for found in await delivery_rows.of_order(work, order_id):
        delivery = await deliveries.lock(work, found.id)
        if delivery.status in ABOARD:
            raise GoodsAboard
        if delivery.status is DeliveryStatus.RETURNED:
            await carrying.try_again(work, delivery, comment)


async def _end_deliveries(work: Work, order_id: OrderId) -> None:
    for found in await delivery_rows.of_order(work, order_id):
        delivery = await deliveries.lock(work, found.id)
        if delivery.status in ABOARD:
            raise GoodsAboard
        await offers.withdraw_open(work, delivery.id, "cancelled")
    await deliveries.cancel_for_order(work, order_id)
