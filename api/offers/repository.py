"""Every statement about offers."""

from datetime import datetime

from sqlalchemy import bindparam

from api.kit.ids import CourierId, DeliveryId, OfferId
from api.kit.statement import Query, columns, inserting, locked, saving, selecting
from api.kit.work import Work
from api.offers.model import Offer, delivery_offers

_ALL = selecting(Offer, delivery_offers)
_GET = Query(Offer, _ALL.where(delivery_offers.c.id == bindparam("id")))
_LOCK = Query(Offer, locked(_ALL.where(delivery_offers.c.id == bindparam("id"))))
_LIVE_OF_DELIVERY = Query(
    Offer,
    """
    SELECT * FROM delivery_offers
    WHERE delivery_id = :delivery_id AND status = 'offered' FOR NO KEY UPDATE
    """,
)
_LIVE_OF_COURIER = Query(
    Offer,
    """
    SELECT * FROM delivery_offers
    WHERE courier_id = :courier_id AND status = 'offered' ORDER BY offered_at
    """,
)
_OF_DELIVERY = Query(
    Offer, "SELECT * FROM delivery_offers WHERE delivery_id = :delivery_id ORDER BY id"
)
_OVERDUE = Query(
    Offer,
    """
    SELECT * FROM delivery_offers
    WHERE status = 'offered' AND expires_at <= :now ORDER BY expires_at LIMIT :at_most
    """,
)
_ADD = inserting(Offer, delivery_offers)
_CLOSED = ("status", "reject_reason", "answered_at", "updated_at")
_CLOSE = saving(delivery_offers, _CLOSED)


async def offer(work: Work, offer_id: OfferId) -> Offer | None:
    """Return the offer with this id."""
    return await _GET.one(work.db, id=offer_id)


async def lock(work: Work, offer_id: OfferId) -> Offer | None:
    """Return the offer and hold its row until the transaction ends."""
    return await _LOCK.one(work.db, id=offer_id)


async def live_of_delivery(work: Work, delivery_id: DeliveryId) -> Offer | None:
    """Return the open offer of a delivery, locked."""
    return await _LIVE_OF_DELIVERY.one(work.db, delivery_id=delivery_id)


async def live_of_courier(work: Work, courier_id: CourierId) -> list[Offer]:
    """Return the open offers of a courier."""
    return await _LIVE_OF_COURIER.all(work.db, courier_id=courier_id)


async def of_delivery(work: Work, delivery_id: DeliveryId) -> list[Offer]:
    """Return every offer of a delivery, oldest first."""
    return await _OF_DELIVERY.all(work.db, delivery_id=delivery_id)


async def overdue(work: Work, now: datetime, at_most: int) -> list[Offer]:
    """Return open offers whose time is over."""
    return await _OVERDUE.all(work.db, now=now, at_most=at_most)


async def add(work: Work, added: Offer) -> None:
    """Save a new offer; raise `UniqueViolation` where delivery or courier has an open one."""
    await _ADD.run(work.db, **columns(added))


async def close(work: Work, closed: Offer) -> None:
    """Save how an offer ended."""
    await _CLOSE.run(work.db, **columns(closed, ("id", *_CLOSED)))
