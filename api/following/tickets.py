"""Tickets to the realtime program: who may come, and into which rooms."""

from dataclasses import replace
from datetime import timedelta

from api.couriers import service as couriers
from api.following.model import TrackingLink
from api.following.schema import TicketView
from api.kit.actor import Role
from api.kit.clock import real_now
from api.kit.errors import Forbidden
from api.kit.ids import OrderId
from api.kit.work import Work
from api.live import REDIS
from api.orders import service as orders
from api.settings import SETTINGS
from tracking import rooms, tickets
from tracking.policy import TrackingPolicy
from tracking.tickets import Grant, Kind

_LIFE_S = TrackingPolicy().ticket_s


async def for_actor(work: Work, order_ids: list[OrderId]) -> TicketView:
    """Issue a ticket to whoever is signed in; customers name the own orders they follow."""
    return await _issue(work, await _grant(work, order_ids))


async def _grant(work: Work, order_ids: list[OrderId]) -> Grant:
    role = work.actor.role
    own = rooms.user(work.actor.id)
    match role:
        case Role.COURIER:
            courier = await couriers.own(work)
            return replace(
                _base(work, Kind.COURIER, own, rooms.courier(courier.id)), courier_id=courier.id
            )
        case Role.CUSTOMER:
            for order_id in order_ids:
                await orders.own(work, order_id)
            return _base(work, Kind.CUSTOMER, own, *map(rooms.order, order_ids))
        case Role.VENDOR if work.actor.company_id is not None:
            return _base(work, Kind.VENDOR, own, rooms.company(work.actor.company_id))
        case _ if work.actor.may("dispatch:read"):
            if work.actor.scope is not None:
                return _base(work, Kind.ZONE_STAFF, own, *map(rooms.zone, work.actor.scope))
            return _base(work, Kind.STAFF, own, rooms.PLATFORM)
    raise Forbidden(f"The role {role} has nothing to follow live")


def _base(work: Work, kind: Kind, *joined: str) -> Grant:
    return Grant(
        kind=kind,
        role=str(work.actor.role),
        subject=str(work.actor.id),
        rooms=joined,
        session_id=str(work.actor.session_id),
    )


async def for_link(work: Work, link: TrackingLink) -> TicketView:
    """Issue a ticket to whoever holds a tracking link."""
    grant = Grant(
        kind=Kind.LINK,
        role="link",
        subject=str(link.id),
        rooms=(rooms.order(link.order_id),),
        expires_ms=round(link.expires_at.timestamp() * 1000),
    )
    return await _issue(work, grant)


async def _issue(work: Work, grant: Grant) -> TicketView:
    ticket = await tickets.issue(work[REDIS], grant, _LIFE_S)
    return TicketView(
        ticket=ticket,
        url=work[SETTINGS].realtime_address,
        expires_at=real_now() + timedelta(seconds=_LIFE_S),
    )
