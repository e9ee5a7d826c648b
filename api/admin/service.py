"""Interventions: what a dispatcher does by hand across orders, deliveries and offers."""

from api.deliveries import repository as delivery_rows
from api.deliveries import service as deliveries
from api.deliveries.lifecycle import ABOARD
from api.kit.errors import Conflict
from api.kit.ids import OrderId
from api.kit.work import Work
from api.offers import service as offers
from api.orders import service as orders
from api.orders.lifecycle import OrderStatus
from api.orders.model import Order
from api.orders.schema import StatusDraft


class GoodsAboard(Conflict):
    """A courier has the goods."""

    code, title = "goods_aboard", "A courier has the goods: have them brought back first"


async def move_order(work: Work, order_id: OrderId, draft: StatusDraft) -> Order:
    """Move an order by hand; cancelling also ends its offers and its waiting deliveries.

    Raises `GoodsAboard` when a courier has the goods of an order to be cancelled.
    """
    if draft.status is OrderStatus.CANCELLED:
        await _end_deliveries(work, order_id)
    return await orders.move_by_staff(work, order_id, draft.status, draft.comment)


async def _end_deliveries(work: Work, order_id: OrderId) -> None:
    await orders.get(work, order_id)
    for found in await delivery_rows.of_order(work, order_id):
        delivery = await deliveries.lock(work, found.id)
        if delivery.status in ABOARD:
            raise GoodsAboard
        await offers.withdraw_open(work, delivery.id, "cancelled")
    await deliveries.cancel_for_order(work, order_id)
