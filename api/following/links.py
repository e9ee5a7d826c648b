"""Tracking links: giving one out, reading what its holder may know, taking it back."""

import secrets
from datetime import datetime, timedelta

from api.following import repository
from api.following.events import LinkEnded
from api.following.model import TrackingLink
from api.identity.tokens import hashed
from api.kit.errors import NotFound
from api.kit.ids import OrderId, new_id
from api.kit.work import Work
from api.orders import service as orders
from api.orders.lifecycle import OVER
from api.orders.model import Order

LIFE = timedelta(days=7)
"""How long a link lives after the promise, where the order does not end."""

AFTER_END = timedelta(hours=24)


class NoSuchLink(NotFound):
    """Unknown, expired and revoked links answer alike."""

    code, title = "no_such_link", "This link does not work (any more)"


async def give_out(work: Work, order_id: OrderId) -> tuple[str, TrackingLink]:
    """Make a link to an order of the acting customer; return its token, which is not kept."""
    order = await orders.own(work, order_id)
    token = secrets.token_urlsafe(16)
    link = TrackingLink(
        id=new_id(),
        order_id=order.id,
        token_hash=hashed(token),
        expires_at=_end_of(order, work.now),
        revoked_at=None,
        created_at=work.now,
    )
    await repository.add(work, link)
    work.record("tracking_link.add", "order", order_id)
    return token, link


def _end_of(order: Order, now: datetime) -> datetime:
    """Return when a link that is made now ends; an order may be for a day far ahead."""
    if order.status in OVER:
        return now + AFTER_END
    return max(now, order.promised_until) + LIFE


async def find(work: Work, token: str) -> TrackingLink:
    """Return the open link with this token; raise `NoSuchLink`."""
    link = await repository.by_hash(work, hashed(token))
    if link is None or link.revoked_at is not None or link.expires_at <= work.now:
        raise NoSuchLink
    return link


async def take_back(work: Work, order_id: OrderId) -> int:
    """Revoke every link to an order of the acting customer; their sockets close."""
    await orders.own(work, order_id)
    ended = await repository.revoke_all(work, order_id)
    for link in ended:
        work.emit(LinkEnded(link.id, order_id))
    if ended:
        work.record("tracking_link.revoke", "order", order_id)
    return len(ended)


async def order_ended(work: Work, order_id: OrderId) -> None:
    """Let the links of a finished order end a day later."""
    await repository.shorten(work, order_id, work.now + AFTER_END)
