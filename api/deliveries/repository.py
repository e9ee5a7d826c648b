"""Every statement about deliveries and their events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam

from api.deliveries.lifecycle import EXPECTED, OPEN, DeliveryStatus
from api.deliveries.model import Delivery, DeliveryEvent, deliveries, delivery_events
from api.kit.ids import CourierId, DeliveryId, OrderId, ZoneId
from api.kit.page import Place
from api.kit.statement import Command, Query, columns, inserting, locked, saving, selecting
from api.kit.work import Work

_ALL = selecting(Delivery, deliveries)
_DELIVERY = _ALL.where(deliveries.c.id == bindparam("id"))
_GET = Query(Delivery, _DELIVERY)
_LOCK = Query(Delivery, locked(_DELIVERY))
_OF_ORDER = Query(
    Delivery, _ALL.where(deliveries.c.order_id == bindparam("order_id")).order_by(deliveries.c.id)
)
_ADD = inserting(Delivery, deliveries)
_MOVED = (
    "courier_id",
    "status",
    "assigned_at",
    "picked_up_at",
    "delivered_at",
    "failed_at",
    "eta_at",
    "eta_from",
    "eta_until",
    "attempt",
    "generation",
    "failure_reason",
    "received_by",
    "version",
    "updated_at",
)
_SAVE_MOVE = saving(deliveries, _MOVED)
_NEXT_SEQ = Query(
    int,
    "SELECT coalesce(max(seq), 0) + 1 FROM delivery_events WHERE delivery_id = :delivery_id",
)
_ADD_EVENT = inserting(DeliveryEvent, delivery_events)
_EVENTS = Query(
    DeliveryEvent,
    selecting(DeliveryEvent, delivery_events)
    .where(delivery_events.c.delivery_id == bindparam("delivery_id"))
    .order_by(delivery_events.c.seq),
)
_OPEN_OF_COURIER = Query(
    Delivery,
    """
    SELECT * FROM deliveries
    WHERE courier_id = :courier_id AND status = ANY(:open) ORDER BY id
    """,
)
_COUNT_OPEN = Query(
    int,
    "SELECT count(*) FROM deliveries WHERE courier_id = :courier_id AND status = ANY(:open)",
)
_DONE_BY_COURIER = """
    FROM (
        SELECT * FROM deliveries
        WHERE courier_id = :courier_id AND status IN ('delivered', 'cancelled')
        UNION ALL  -- what was brought back is nobody's: the journal knows whose it was
        SELECT d.* FROM deliveries AS d
        WHERE d.status = 'returned'
          AND EXISTS (SELECT FROM delivery_events AS e
                      WHERE e.delivery_id = d.id AND e.new_status = 'returned'
                        AND e.courier_id = :courier_id)
    ) AS done
"""
_HISTORY = Query(
    Delivery, "SELECT *" + _DONE_BY_COURIER + "ORDER BY id DESC LIMIT :limit OFFSET :offset"
)
_HISTORY_COUNT = Query(int, "SELECT count(*)" + _DONE_BY_COURIER)
_CHOSEN = """
    FROM deliveries
    WHERE (:courier_id::uuid IS NULL OR courier_id = :courier_id)
      AND (:order_id::uuid IS NULL OR order_id = :order_id)
      AND (:zone_id::uuid IS NULL OR zone_id = :zone_id)
      AND (:scope::uuid[] IS NULL OR zone_id = ANY(:scope))
      AND (:statuses::text[] IS NULL OR status = ANY(:statuses))
"""
_PAGE = Query(
    Delivery,
    "SELECT *"
    + _CHOSEN
    + "AND (:after::uuid IS NULL OR id < :after) ORDER BY id DESC LIMIT :limit OFFSET :offset",
)
_COUNT = Query(int, "SELECT count(*)" + _CHOSEN)
_SET_ETAS = Command(
    """
    WITH free AS (
        SELECT id FROM deliveries
        WHERE id = ANY(:ids) AND status = ANY(:expected) FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE deliveries AS d SET eta_at = n.eta_at, eta_from = n.eta_from, eta_until = n.eta_until
    FROM unnest(:ids::uuid[], :etas::timestamptz[], :froms::timestamptz[], :untils::timestamptz[])
         AS n(id, eta_at, eta_from, eta_until) JOIN free USING (id)
    WHERE d.id = n.id
    """
)


@dataclass(frozen=True, slots=True)
class ExpectedAt:
    """When we now expect a delivery, and from when to when it comes in four of five cases."""

    delivery_id: DeliveryId
    eta_at: datetime
    eta_from: datetime
    eta_until: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """Which deliveries a list shows; None stands for all."""

    courier_id: CourierId | None = None
    order_id: OrderId | None = None
    zone_id: ZoneId | None = None
    statuses: list[DeliveryStatus] | None = None


async def delivery(work: Work, delivery_id: DeliveryId) -> Delivery | None:
    """Return the delivery with this id."""
    return await _GET.one(work.db, id=delivery_id)


async def lock(work: Work, delivery_id: DeliveryId) -> Delivery | None:
    """Return the delivery and hold its row until the transaction ends."""
    return await _LOCK.one(work.db, id=delivery_id)


async def of_order(work: Work, order_id: OrderId) -> list[Delivery]:
    """Return the deliveries of an order, oldest first."""
    return await _OF_ORDER.all(work.db, order_id=order_id)


async def add(work: Work, added: Delivery) -> None:
    """Save a new delivery; raise `UniqueViolation` where the order has a live one."""
    await _ADD.run(work.db, **columns(added))


async def save_move(work: Work, moved: Delivery) -> None:
    """Save a new status and what came with it."""
    await _SAVE_MOVE.run(work.db, **columns(moved, ("id", *_MOVED)))


async def next_seq(work: Work, delivery_id: DeliveryId) -> int:
    """Return the number of the delivery's next event; the delivery's row must be locked."""
    return await _NEXT_SEQ.value(work.db, delivery_id=delivery_id)


async def add_event(work: Work, event: DeliveryEvent) -> None:
    """Save an event of a delivery."""
    await _ADD_EVENT.run(work.db, **columns(event))


async def events(work: Work, delivery_id: DeliveryId) -> list[DeliveryEvent]:
    """Return the events of a delivery, oldest first."""
    return await _EVENTS.all(work.db, delivery_id=delivery_id)


async def open_of_courier(work: Work, courier_id: CourierId) -> list[Delivery]:
    """Return what a courier works on."""
    return await _OPEN_OF_COURIER.all(work.db, courier_id=courier_id, open=list(OPEN))


async def count_open(work: Work, courier_id: CourierId) -> int:
    """Return how many deliveries a courier works on."""
    return await _COUNT_OPEN.value(work.db, courier_id=courier_id, open=list(OPEN))


async def history(
    work: Work, courier_id: CourierId, limit: int, offset: int
) -> tuple[list[Delivery], int]:
    """Return some finished deliveries of a courier, newest first, and the number of all."""
    found = await _HISTORY.all(work.db, courier_id=courier_id, limit=limit, offset=offset)
    return found, await _HISTORY_COUNT.value(work.db, courier_id=courier_id)


async def page(work: Work, choice: Choice, place: Place) -> tuple[list[Delivery], int]:
    """Return some deliveries, newest first, and the number of all that fit."""
    chosen = columns(choice) | {"scope": work.actor.scope}
    found = await _PAGE.all(work.db, **chosen, **columns(place))
    return found, await _COUNT.value(work.db, **chosen)


async def set_etas(work: Work, expected: Sequence[ExpectedAt]) -> None:
    """Save when we now expect deliveries; those just being worked on are left for later."""
    await _SET_ETAS.run(
        work.db,
        ids=[one.delivery_id for one in expected],
        etas=[one.eta_at for one in expected],
        froms=[one.eta_from for one in expected],
        untils=[one.eta_until for one in expected],
        expected=list(EXPECTED),
    )
