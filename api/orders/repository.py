"""Every statement about orders, their lines and their history."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam

from api.kit.ids import CompanyId, OrderId, UserId, ZoneId
from api.kit.page import Place
from api.kit.statement import Command, Query, columns, inserting, locked, saving, selecting
from api.kit.work import Work
from api.orders.lifecycle import OrderStatus
from api.orders.model import (
    Load,
    Order,
    OrderItem,
    StatusChange,
    order_items,
    order_status_history,
    orders,
)


@dataclass(frozen=True, slots=True)
class Referred:
    """An order by what it is called elsewhere."""

    external_reference: str
    order_number: str


_ORDER = selecting(Order, orders).where(orders.c.id == bindparam("id"))
_GET = Query(Order, _ORDER)
_LOCK = Query(Order, locked(_ORDER))
_ADD = inserting(Order, orders)
_ADD_ITEMS = Command(
    """
    INSERT INTO order_items (id, order_id, place, title, quantity, weight_grams, volume_cm3)
    SELECT * FROM unnest(:ids::uuid[], :order_ids::uuid[], :places::int[], :titles::text[],
                         :quantities::int[], :weights::int[], :volumes::int[])
    """
)
_ITEMS = Query(
    OrderItem,
    selecting(OrderItem, order_items)
    .where(order_items.c.order_id == bindparam("order_id"))
    .order_by(order_items.c.place),
)
_LOAD = Query(
    Load,
    """
    SELECT coalesce(sum(quantity), 0)::int AS items,
           coalesce(sum(quantity * weight_grams), 0)::int AS weight_grams,
           coalesce(sum(quantity * volume_cm3), 0)::int AS volume_cm3
    FROM order_items WHERE order_id = :order_id
    """,
)
_ADD_CHANGE = inserting(StatusChange, order_status_history)
_ADD_CHANGES = Command(
    """
    INSERT INTO order_status_history
        (id, order_id, old_status, new_status, comment, changed_by_user_id, created_at)
    SELECT * FROM unnest(:ids::uuid[], :order_ids::uuid[], :olds::text[], :news::text[],
                         :comments::text[], :users::uuid[], :times::timestamptz[])
    """
)
_CHANGES = Query(
    StatusChange,
    selecting(StatusChange, order_status_history)
    .where(order_status_history.c.order_id == bindparam("order_id"))
    .order_by(order_status_history.c.id),
)
_MOVED = ("status", "cancel_reason", "cancelled_at", "version", "updated_at")
_SAVE_MOVE = saving(orders, _MOVED)
_NEXT_NUMBERS = Query(int, "SELECT nextval('order_numbers') FROM generate_series(1, :count::int)")
_REFERRED = Query(
    Referred,
    """
    SELECT external_reference, order_number FROM orders
    WHERE external_reference = ANY(:references)
      AND (company_id = :company_id::uuid OR :company_id IS NULL AND company_id IS NULL
                                             AND user_id = :user_id)
    """,
)

_COUNT_OPEN = Query(
    int,
    """
    SELECT count(*) FROM orders
    WHERE user_id = :user_id
      AND status IN ('pending', 'confirmed', 'preparing', 'ready_for_delivery', 'in_delivery')
    """,
)

_CHOSEN = """
    FROM orders
    WHERE (:user_id::uuid IS NULL OR user_id = :user_id)
      AND (:company_id::uuid IS NULL OR company_id = :company_id)
      AND (:zone_id::uuid IS NULL OR zone_id = :zone_id)
      AND (:scope::uuid[] IS NULL OR zone_id = ANY(:scope))
      AND (:statuses::text[] IS NULL OR status = ANY(:statuses))
      AND (:search::text IS NULL OR order_number ILIKE :search)
"""
_PAGE = Query(
    Order,
    "SELECT *"
    + _CHOSEN
    + "AND (:after::uuid IS NULL OR id < :after) ORDER BY id DESC LIMIT :limit OFFSET :offset",
)
_COUNT = Query(int, "SELECT count(*)" + _CHOSEN)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which orders a list shows; None stands for all."""

    user_id: UserId | None = None
    company_id: CompanyId | None = None
    zone_id: ZoneId | None = None
    statuses: list[OrderStatus] | None = None
    search: str | None = None


async def order(work: Work, order_id: OrderId) -> Order | None:
    """Return the order with this id."""
    return await _GET.one(work.db, id=order_id)


async def lock(work: Work, order_id: OrderId) -> Order | None:
    """Return the order and hold its row until the transaction ends."""
    return await _LOCK.one(work.db, id=order_id)


async def add(
    work: Work,
    added: Sequence[Order],
    items: Sequence[OrderItem],
    changes: Sequence[StatusChange],
) -> None:
    """Save new orders, their lines and their history; raise `UniqueViolation` for a reference."""
    await _ADD.run_many(work.db, [columns(order) for order in added])
    await _ADD_ITEMS.run(
        work.db,
        ids=[item.id for item in items],
        order_ids=[item.order_id for item in items],
        places=[item.place for item in items],
        titles=[item.title for item in items],
        quantities=[item.quantity for item in items],
        weights=[item.weight_grams for item in items],
        volumes=[item.volume_cm3 for item in items],
    )
    await _ADD_CHANGES.run(
        work.db,
        ids=[change.id for change in changes],
        order_ids=[change.order_id for change in changes],
        olds=[change.old_status for change in changes],
        news=[change.new_status for change in changes],
        comments=[change.comment for change in changes],
        users=[change.changed_by_user_id for change in changes],
        times=[change.created_at for change in changes],
    )


async def referred(
    work: Work, user_id: UserId, company_id: CompanyId | None, references: Sequence[str]
) -> dict[str, str]:
    """Return the numbers of the orders that a company, or else a user, has by these references."""
    found = await _REFERRED.all(
        work.db, user_id=user_id, company_id=company_id, references=list(references)
    )
    return {one.external_reference: one.order_number for one in found}


async def items(work: Work, order_id: OrderId) -> list[OrderItem]:
    """Return the lines of an order."""
    return await _ITEMS.all(work.db, order_id=order_id)


async def load(work: Work, order_id: OrderId) -> Load:
    """Return how much the lines of an order weigh and measure together."""
    return await _LOAD.value(work.db, order_id=order_id)


async def count_open(work: Work, user_id: UserId) -> int:
    """Return how many orders of a customer are under way."""
    return await _COUNT_OPEN.value(work.db, user_id=user_id)


async def save_move(work: Work, moved: Order, change: StatusChange) -> None:
    """Save a new status together with its line of history."""
    await _SAVE_MOVE.run(work.db, **columns(moved, ("id", *_MOVED)))
    await _ADD_CHANGE.run(work.db, **columns(change))


async def changes(work: Work, order_id: OrderId) -> list[StatusChange]:
    """Return the history of an order, oldest first."""
    return await _CHANGES.all(work.db, order_id=order_id)


async def next_numbers(work: Work, count: int) -> list[int]:
    """Return numbers that no order has had; numbers may have gaps, never doubles."""
    return await _NEXT_NUMBERS.all(work.db, count=count)


async def page(work: Work, choice: Choice, place: Place) -> tuple[list[Order], int]:
    """Return some orders, newest first, and the number of all that fit."""
    chosen = columns(choice) | {"scope": work.actor.scope}
    found = await _PAGE.all(work.db, **chosen, **columns(place))
    return found, await _COUNT.value(work.db, **chosen)
