"""The door of following: tickets to the realtime program, tracking, links."""

from api.following import links, tickets, tracking
from api.following.schema import (
    LinkPath,
    LinkView,
    TicketDraft,
    TicketView,
    TrackingView,
)
from api.kit.actor import PUBLIC, SIGNED_IN
from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.schema import Empty, Nothing
from api.kit.work import Work
from api.orders import service as orders
from api.orders.schema import OrderPath


async def ticket(work: Work, _path: Nothing, _query: Nothing, draft: TicketDraft) -> TicketView:
    """Get a ticket to the realtime program."""
    return await tickets.for_actor(work, draft.order_ids or [])


async def link_ticket(work: Work, path: LinkPath, _query: Nothing, _body: Nothing) -> TicketView:
    """Get a ticket to the realtime program for the holder of a tracking link."""
    return await tickets.for_link(work, await links.find(work, path.token))


async def track(work: Work, path: OrderPath, _query: Nothing, _body: Nothing) -> TrackingView:
    """Status, ETA and courier of one of the customer's own orders."""
    return await tracking.picture(work, await orders.own(work, path.order_id))


async def track_by_link(
    work: Work, path: LinkPath, _query: Nothing, _body: Nothing
) -> TrackingView:
    """Status, ETA and courier of the order of a tracking link."""
    link = await links.find(work, path.token)
    return await tracking.picture(work, await orders.get(work, link.order_id))


async def give_out(work: Work, path: OrderPath, _query: Nothing, _body: Nothing) -> LinkView:
    """Make a tracking link for somebody without an account; its token is shown once."""
    token, link = await links.give_out(work, path.order_id)
    return LinkView(token=token, path=f"/t/{token}", expires_at=link.expires_at)


async def take_back(work: Work, path: OrderPath, _query: Nothing, _body: Nothing) -> Empty:
    """Revoke every tracking link of an order."""
    await links.take_back(work, path.order_id)
    return Empty()


_ORDER = "/api/v1/orders/{orderId}"
_NO_KEY = Idempotency.UNUSED  # tickets and tokens are not kept for retries

ENDPOINTS = (
    Endpoint(
        "POST", "/api/v1/realtime/tickets", ticket, SIGNED_IN, Owner.SELF, idempotency=_NO_KEY
    ),
    Endpoint("GET", f"{_ORDER}/tracking", track, "order:read", Owner.OWN_ORDERS),
    Endpoint(
        "POST",
        f"{_ORDER}/tracking-links",
        give_out,
        "order:read",
        Owner.OWN_ORDERS,
        status=201,
        idempotency=_NO_KEY,
    ),
    Endpoint(
        "DELETE",
        f"{_ORDER}/tracking-links",
        take_back,
        "order:read",
        Owner.OWN_ORDERS,
        status=204,
    ),
    Endpoint("GET", "/api/v1/tracking/{token}", track_by_link, PUBLIC, Owner.LINK_HOLDER),
    Endpoint(
        "POST",
        "/api/v1/tracking/{token}/tickets",
        link_ticket,
        PUBLIC,
        Owner.LINK_HOLDER,
        idempotency=_NO_KEY,
    ),
)
