"""Offers: made by the tick, answered by couriers, closed by time or by a dispatcher's hand.

Exactly one of accept, reject, expire and withdraw wins: each locks the delivery, then the offer,
and reads the clock when it has the lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from api.couriers import repository as courier_rows
from api.couriers import service as couriers
from api.deliveries import service as deliveries
from api.deliveries.lifecycle import DeliveryStatus
from api.deliveries.model import Delivery, StopKind
from api.deliveries.routing import PlannedStop
from api.kit.db import UniqueViolation
from api.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from api.kit.ids import CourierId, DeliveryId, OfferId, new_id
from api.kit.lifecycle import By
from api.kit.work import Work
from api.offers import repository
from api.offers.events import OfferClosed, OfferMade
from api.offers.lifecycle import OFFER, OfferSource, OfferStatus
from api.offers.model import Offer


class OfferClosedAlready(Conflict):
    """The offer was answered, ran out, or was withdrawn."""

    code, title = "offer_closed", "This offer is no longer open"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the dispatch tick wants to offer to whom, and why."""

    delivery_id: DeliveryId
    courier_id: CourierId
    score: int
    duration_s: int
    plan: tuple[PlannedStop, ...]
    card: dict[str, Any]


async def make(work: Work, proposal: Proposal, life: timedelta) -> Offer | None:
    """Offer a delivery to a courier; None where either is no longer free for it."""
    delivery = await deliveries.lock(work, proposal.delivery_id)
    if delivery.status is not DeliveryStatus.PENDING:
        return None
    if await couriers.lock_working(work, proposal.courier_id) is None:
        return None
    offer = _offer(work, delivery, proposal, OfferSource.TICK, life)
    try:
        async with work.db.transaction():
            await repository.add(work, offer)
    except UniqueViolation:
        return None
    work.emit(OfferMade(offer.id, offer.delivery_id, offer.courier_id))
    return offer


async def open_offers(work: Work) -> list[Offer]:
    """Return the open offers of the acting courier."""
    courier = await couriers.own(work)
    found = await repository.live_of_courier(work, courier.id)
    return [offer for offer in found if offer.expires_at > work.now]


async def accept(work: Work, offer_id: OfferId) -> Delivery:
    """Win the offer for the acting courier; accepting it again answers the same."""
    offer, delivery = await _lock_own(work, offer_id)
    if offer.status is OfferStatus.ACCEPTED and delivery.courier_id == offer.courier_id:
        return delivery
    if offer.status is not OfferStatus.OFFERED or offer.expires_at <= work.now:
        raise OfferClosedAlready
    await _close(work, offer, OfferStatus.ACCEPTED, By.COURIER)
    return await deliveries.assign(work, delivery, offer.courier_id, plan_of(offer), By.COURIER)


async def reject(work: Work, offer_id: OfferId, reason: str | None) -> Offer:
    """Turn the offer down; the delivery is not offered to this courier again."""
    offer, _delivery = await _lock_own(work, offer_id)
    if offer.status is OfferStatus.REJECTED:
        return offer
    if offer.status is not OfferStatus.OFFERED:
        raise OfferClosedAlready
    return await _close(work, offer, OfferStatus.REJECTED, By.COURIER, reason)


async def expire(work: Work, offer: Offer) -> bool:
    """Close an offer whose time is over; False where it was answered meanwhile."""
    await deliveries.lock(work, offer.delivery_id)
    locked = await repository.lock(work, offer.id)
    if locked is None or locked.status is not OfferStatus.OFFERED or locked.expires_at > work.now:
        return False
    await _close(work, locked, OfferStatus.EXPIRED, By.SYSTEM, "expired")
    return True


async def withdraw_open(work: Work, delivery_id: DeliveryId, reason: str) -> None:
    """Close the open offer of a delivery, whose row is locked, if it has one."""
    offer = await repository.live_of_delivery(work, delivery_id)
    if offer is not None:
        await _close(work, offer, OfferStatus.WITHDRAWN, By.SYSTEM, reason)


async def withdraw_from(work: Work, courier_id: CourierId, reason: str) -> None:
    """Close what a courier is offered."""
    for found in await repository.live_of_courier(work, courier_id):
        await deliveries.lock(work, found.delivery_id)
        offer = await repository.lock(work, found.id)
        if offer is not None and offer.status is OfferStatus.OFFERED:
            await _close(work, offer, OfferStatus.WITHDRAWN, By.SYSTEM, reason)


async def assign_by_hand(
    work: Work, delivery_id: DeliveryId, courier_id: CourierId, reason: str
) -> Delivery:
    """Give a delivery to a courier as a dispatcher decides, taking it from another if need be.

    The goods must not be aboard. The decision is kept like an accepted offer, with its reason.
    Raises `InvalidInput` for a courier who is not there.
    """
    delivery = await deliveries.lock(work, delivery_id)
    if delivery.courier_id == courier_id and delivery.status is DeliveryStatus.ASSIGNED:
        return delivery
    if await courier_rows.named(work, courier_id) is None:
        raise InvalidInput(
            fields=[FieldError("courierId", "not_found", "there is no such courier")]
        )
    await withdraw_open(work, delivery_id, "taken")
    former = delivery.courier_id
    await courier_rows.lock_all(work, [one for one in (courier_id, former) if one])
    if delivery.status is not DeliveryStatus.PENDING:
        delivery = await deliveries.take_back(work, delivery, By.OPERATOR, reason)
    card = {"source": "manual", "by": str(work.actor.user_id), "reason": reason}
    proposal = Proposal(delivery_id, courier_id, 0, 0, (), card)
    offer = _offer(work, delivery, proposal, OfferSource.MANUAL, timedelta(0))
    assigned = await deliveries.assign(work, delivery, courier_id, (), By.OPERATOR)
    await repository.add(work, replace(offer, status=OfferStatus.ACCEPTED, answered_at=work.now))
    work.record(
        "delivery.assign",
        "delivery",
        delivery_id,
        old={"courierId": str(former) if former else None},
        new={"courierId": str(courier_id), "reason": reason},
    )
    return assigned


def plan_of(offer: Offer) -> Sequence[PlannedStop]:
    """Return the sequence of stops that the offer was made for."""
    return [
        PlannedStop(DeliveryId(UUID(stop["deliveryId"])), StopKind(stop["kind"]))
        for stop in offer.plan
    ]


async def _lock_own(work: Work, offer_id: OfferId) -> tuple[Offer, Delivery]:
    courier = await couriers.own(work)
    found = await repository.offer(work, offer_id)
    if found is None or found.courier_id != courier.id:
        raise NotFound("There is no such offer")
    delivery = await deliveries.lock(work, found.delivery_id)
    offer = await repository.lock(work, offer_id)
    if offer is None:
        raise NotFound("There is no such offer")
    work.tick()
    return offer, delivery


async def _close(
    work: Work, offer: Offer, status: OfferStatus, by: By, reason: str | None = None
) -> Offer:
    closed = replace(
        offer,
        status=OFFER.advance(offer.status, status, by),
        reject_reason=reason if status is OfferStatus.REJECTED else offer.reject_reason,
        answered_at=work.now,
        updated_at=work.now,
    )
    await repository.close(work, closed)
    work.emit(OfferClosed(offer.id, offer.delivery_id, offer.courier_id, status, reason))
    return closed


def _offer(
    work: Work, delivery: Delivery, proposal: Proposal, source: OfferSource, life: timedelta
) -> Offer:
    return Offer(
        id=OfferId(new_id()),
        delivery_id=delivery.id,
        courier_id=proposal.courier_id,
        generation=delivery.generation,
        status=OfferStatus.OFFERED,
        source=source,
        score=proposal.score,
        distance_m=delivery.distance_m,
        duration_s=proposal.duration_s,
        plan=[
            {"deliveryId": str(stop.delivery_id), "kind": stop.kind.value} for stop in proposal.plan
        ],
        card=proposal.card,
        reject_reason=None,
        offered_at=work.now,
        expires_at=work.now + life,
        answered_at=None,
        created_at=work.now,
        updated_at=work.now,
    )
