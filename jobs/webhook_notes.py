"""Webhook messages, written with the reactions to an event: what its service may see.

Only rows are written here, in the transaction of the reactions: an event makes each message once,
and whether anybody takes it does not matter to the order.
"""

from collections.abc import Sequence
from uuid import UUID

import orjson

from api.kit.actor import carries
from api.kit.clock import real_now
from api.kit.events import Event
from api.kit.ids import OrderId, new_id
from api.kit.outbox import OutboxRow
from api.kit.work import Work
from api.orders import repository as orders
from api.webhooks import repository
from api.webhooks.model import Message, MessageStatus, Taker
from api.webhooks.retrying import TRIES
from jobs.announcements import Announcement, announcements_of
from tracking import rooms


async def write(work: Work, row: OutboxRow, event: Event) -> None:
    """Write a message to every webhook that wants the event and whose service may see it."""
    takers = await repository.takers(work, row.topic, real_now())
    if not takers:
        return
    announcements = await announcements_of(work, event)
    customer = await _customer(work, event) if _some_follow_orders(takers) else None
    for announcement in announcements:
        body = _body(work, row, announcement)
        for taker in takers:
            if _sees(taker, announcement, event, customer):
                await repository.add_message(work, _message(row, taker, body))


def _some_follow_orders(takers: Sequence[Taker]) -> bool:
    return any(carries(frozenset(one.scopes), "order:read") for one in takers)


async def _customer(work: Work, event: Event) -> UUID | None:
    """Return who placed the order that an event is about; None for other events."""
    order_id: OrderId | None = getattr(event, "order_id", None)
    order = None if order_id is None else await orders.order(work, order_id)
    return None if order is None else order.user_id


def _sees(taker: Taker, told: Announcement, event: Event, customer: UUID | None) -> bool:
    """Tell whether an event is told in a room that the service could follow with its keys.

    As in `api/following/tickets.py`: dispatchers see their zones or everything, shops their
    company, and who placed an order follows that.
    """
    scopes = frozenset(taker.scopes)
    own: set[str] = set()
    if carries(scopes, "dispatch:read"):
        own |= {rooms.zone(one) for one in taker.zone_ids} or {rooms.PLATFORM}
    if carries(scopes, "shop:read") and taker.company_id is not None:
        own.add(rooms.company(taker.company_id))
    if carries(scopes, "order:read") and customer == taker.user_id:
        own |= {rooms.user(taker.user_id), rooms.order(event.order_id)}  # type: ignore[attr-defined]  # it has a customer
    return not own.isdisjoint(told.rooms)


def _body(work: Work, row: OutboxRow, told: Announcement) -> str:
    envelope = {
        "id": row.id,
        "type": row.topic,
        "timestamp": work.now,
        "sequence": row.seq,
        "data": told.body,
    }
    return orjson.dumps(envelope, option=orjson.OPT_UTC_Z).decode()


def _message(row: OutboxRow, taker: Taker, body: str) -> Message:
    now = real_now()
    return Message(
        id=new_id(),
        webhook_id=taker.id,
        event_id=row.id,
        event_seq=row.seq,
        topic=row.topic,
        body=body,
        status=MessageStatus.WAITING,
        attempts=0,
        tries_left=TRIES,
        next_at=now,
        leased_until=None,
        tried_at=None,
        answer_status=None,
        last_error=None,
        created_at=now,
    )
