"""Placing an order by direct request: zone, fee, promise, lines, first statuses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.companies import service as companies
from api.kit.db import UniqueViolation
from api.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from api.kit.events import Event
from api.kit.ids import CompanyId, OrderId, ZoneId, new_id
from api.kit.lifecycle import By
from api.kit.money import Money
from api.kit.statement import columns
from api.kit.work import Work
from api.orders import repository, service, timing
from api.orders.events import OrderPlaced
from api.orders.lifecycle import OrderStatus
from api.orders.model import (
    DeliveryMethod,
    Order,
    OrderItem,
    OrderKind,
    PaymentStatus,
    StatusChange,
)
from api.orders.schema import OrderDraft, PlaceDraft
from api.settings import SETTINGS
from api.zones import service as zones


class TooManyOpenOrders(Conflict):
    """The customer has as many orders under way as one may have."""

    code = "too_many_open_orders"
    title = "Too many orders are under way: wait until some are delivered, or cancel some"


class ReferenceTaken(Conflict):
    """An order of the company, or of the customer, is called so already."""

    code, title = "reference_taken", "There is an order with this externalReference already"


@dataclass(frozen=True, slots=True)
class Checked:
    """An order that may be placed, as yet without a number, and its lines."""

    order: Order
    items: list[OrderItem]


async def place(work: Work, draft: OrderDraft) -> Order:
    """Place an order for the acting customer; it is confirmed at once (cash or invoice).

    An order with a company waits for the shop to prepare it; one without is handed over by the
    sender and counts as ready. Raises `InvalidInput` for places outside our zones or past times,
    `ReferenceTaken`, what `slots.book` raises for a slot that takes no order, and
    `TooManyOpenOrders` for a customer with too many: requests at the same time may pass together.
    """
    if await repository.count_open(work, work.actor.id) >= work[SETTINGS].orders_per_customer:
        raise TooManyOpenOrders
    await check_company(work, draft.company_id)
    found = await checked(work, draft)
    if draft.external_reference is None:
        (order,) = await save(work, [found])
        return order
    try:
        async with work.db.transaction():
            (order,) = await save(work, [found])
    except UniqueViolation as error:
        message = "You have an order with this externalReference already: give each its own"
        raise ReferenceTaken(message) from error
    return order


async def checked(work: Work, draft: OrderDraft) -> Checked:
    """Return the order that `draft` asks for, with fee and promise; raise `InvalidInput`.

    With a slot a place of it is taken. The company is not looked at: see `check_company`.
    """
    zone, fee, distance_m = await zones.quote(work, draft.pickup.point, draft.dropoff.point)
    if not work.actor.covers(zone.id):
        foreign = FieldError("pickup", "outside_your_zone", "you order within your own zone only")
        raise InvalidInput(fields=[foreign])
    times = await timing.agree(work, draft, zone.id, distance_m)
    order = replace(
        _blank(work, draft, zone.id, fee),
        **columns(times),
        **_gift(draft),
    )
    return Checked(order, _items(order.id, draft))


async def save(work: Work, found: Sequence[Checked]) -> list[Order]:
    """Place checked orders, confirmed; raise `UniqueViolation` where a reference is taken."""
    numbers = await repository.next_numbers(work, len(found))
    orders: list[Order] = []
    changes: list[StatusChange] = []
    events: list[Event] = []
    for one, number in zip(found, numbers, strict=True):
        order = replace(one.order, order_number=f"H{number}")
        changes.append(_first_change(work, order))
        events.append(_placed(order))
        for status, comment in _steps(order):
            order, change, moved = service.step(work, order, status, By.SYSTEM, comment)
            changes.append(change)
            events.append(moved)
        orders.append(order)
    await repository.add(work, orders, [item for one in found for item in one.items], changes)
    for event in events:
        work.emit(event)
    return orders


def _placed(order: Order) -> OrderPlaced:
    return OrderPlaced(
        order.id,
        order.order_number,
        order.user_id,
        order.company_id,
        order.zone_id,
        order.status,
    )


def _steps(order: Order) -> list[tuple[OrderStatus, str | None]]:
    """Return what a new order goes through at once, and why."""
    if order.company_id is not None:
        return [(OrderStatus.CONFIRMED, None)]
    comment = "the sender has it ready"
    return [
        (OrderStatus.CONFIRMED, None),
        (OrderStatus.PREPARING, comment),
        (OrderStatus.READY_FOR_DELIVERY, comment),
    ]


async def check_company(work: Work, company_id: CompanyId | None) -> None:
    """Raise `InvalidInput` for a company that is not there."""
    try:
        if company_id is not None:
            await companies.get(work, company_id)
    except NotFound as error:
        stranger = FieldError("companyId", "not_found", "there is no such company")
        raise InvalidInput(fields=[stranger]) from error


def _blank(work: Work, draft: OrderDraft, zone_id: ZoneId, fee: Money) -> Order:
    """Return the order without number, times and gift."""
    return Order(
        id=OrderId(new_id()),
        order_number="",
        checkout_id=new_id(),
        user_id=work.actor.id,
        company_id=draft.company_id,
        kind=OrderKind.SALE,
        status=OrderStatus.PENDING,
        delivery_method=DeliveryMethod.DELIVERY,
        zone_id=zone_id,
        slot_id=None,
        pickup_snapshot=_snapshot(draft.pickup),
        pickup_location=draft.pickup.point,
        delivery_snapshot=_snapshot(draft.dropoff),
        delivery_location=draft.dropoff.point,
        currency=fee.currency,
        sub_total_minor=0,
        discount_minor=0,
        delivery_fee_minor=fee.amount,
        tax_minor=0,
        deposit_minor=0,
        total_minor=fee.amount,
        payment_status=PaymentStatus.PENDING,
        payment_method=draft.payment_method,
        external_reference=draft.external_reference,
        notes=draft.notes,
        is_gift=False,
        gift_message=None,
        recipient_name=None,
        recipient_phone=None,
        hide_price=False,
        ready_at=work.now,
        not_before=None,
        promised_from=work.now,
        promised_until=work.now,
        cancel_reason=None,
        cancelled_at=None,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )


def _gift(draft: OrderDraft) -> dict[str, Any]:
    """Return the fields of a present; none for an order that is not one."""
    if draft.gift is None:
        return {}
    return {
        "is_gift": True,
        "gift_message": draft.gift.message,
        "recipient_name": draft.gift.recipient_name,
        "recipient_phone": draft.gift.recipient_phone,
        "hide_price": draft.gift.hide_price,
    }


def _snapshot(place: PlaceDraft) -> dict[str, object]:
    return place.model_dump(mode="json", by_alias=True)


def _items(order_id: OrderId, draft: OrderDraft) -> list[OrderItem]:
    return [
        OrderItem(
            id=new_id(),
            order_id=order_id,
            place=place,
            title=item.title,
            quantity=item.quantity,
            weight_grams=item.weight_grams,
            volume_cm3=item.volume_cm3,
        )
        for place, item in enumerate(draft.items)
    ]


def _first_change(work: Work, order: Order) -> StatusChange:
    return StatusChange(
        id=new_id(),
        order_id=order.id,
        old_status=None,
        new_status=order.status,
        comment=None,
        changed_by_user_id=work.actor.user_id,
        created_at=work.now,
    )
