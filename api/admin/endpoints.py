"""The door of interventions, and of what dispatchers steer by."""

from datetime import timedelta

from api.admin import repository, service
from api.admin.schema import DeliveryDossier, HandAssignment, LastHourView
from api.couriers import repository as courier_rows
from api.couriers import service as couriers
from api.couriers.schema import StaffCourierView
from api.deliveries import repository as delivery_rows
from api.deliveries import service as deliveries
from api.deliveries.lifecycle import DeliveryStatus
from api.deliveries.model import Delivery
from api.deliveries.schema import DeliveryEventView, DeliveryPath, DeliveryView
from api.kit.endpoint import Endpoint, Owner
from api.kit.schema import Nothing
from api.kit.work import Work
from api.live import REDIS
from api.offers import left_over
from api.offers import repository as offer_rows
from api.offers import service as offers
from api.offers.schema import OfferRecordView
from api.orders import repository as order_rows
from api.orders import service as orders
from api.orders.schema import OrderDetailView, OrderPath, OrderView, StatusDraft
from api.planning import why_not_yet


async def dossier(
    work: Work, path: DeliveryPath, _query: Nothing, _body: Nothing
) -> DeliveryDossier:
    """A delivery with its order, its offers and why each was made, its journal, its courier."""
    delivery = await deliveries.get(work, path.delivery_id)
    order = await orders.get(work, delivery.order_id)
    courier = None
    if delivery.courier_id is not None:
        courier = await courier_rows.named(work, delivery.courier_id)
    return DeliveryDossier(
        delivery=DeliveryView.of(delivery),
        order=OrderDetailView.with_items(order, await order_rows.items(work, order.id)),
        courier=StaffCourierView.of(courier) if courier else None,
        why_unassigned=await _why_unassigned(work, delivery),
        offers=[OfferRecordView.of(o) for o in await offer_rows.of_delivery(work, delivery.id)],
        events=[DeliveryEventView.of(e) for e in await delivery_rows.events(work, delivery.id)],
    )


async def _why_unassigned(work: Work, delivery: Delivery) -> str | None:
    if delivery.status is not DeliveryStatus.PENDING:
        return None
    not_yet = why_not_yet(work, delivery.ready_at)
    return not_yet or await left_over.why(work[REDIS], delivery.id)


async def assign(
    work: Work, path: DeliveryPath, _query: Nothing, draft: HandAssignment
) -> DeliveryView:
    """Assign or reassign a courier by hand."""
    if work.actor.scope is not None:
        await couriers.named(work, draft.courier_id)
    return DeliveryView.of(
        await offers.assign_by_hand(work, path.delivery_id, draft.courier_id, draft.reason)
    )


async def move_order(work: Work, path: OrderPath, _query: Nothing, draft: StatusDraft) -> OrderView:
    """Move an order along the state machine, or cancel it."""
    return OrderView.of(await service.move_order(work, path.order_id, draft))


async def last_hour(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> LastHourView:
    """How many deliveries were handed over in the last hour, how many in time, how fast."""
    found = await repository.handed_over(work, work.now - _HOUR, work.now)
    door_s = None if found.door_s is None else round(found.door_s)
    return LastHourView(delivered=found.delivered, on_time=found.on_time, door_median_s=door_s)


_HOUR = timedelta(hours=1)
_DELIVERY = "/api/v1/admin/deliveries/{deliveryId}"

ENDPOINTS = (
    Endpoint("GET", "/api/v1/admin/figures/last-hour", last_hour, "dispatch:read", Owner.OWN_ZONES),
    Endpoint("GET", _DELIVERY, dossier, "dispatch:read", Owner.OWN_ZONES),
    Endpoint("PUT", f"{_DELIVERY}/courier", assign, "dispatch:write", Owner.OWN_ZONES),
    Endpoint(
        "PUT", "/api/v1/admin/orders/{orderId}/status", move_order, "order:manage", Owner.OWN_ZONES
    ),
)
