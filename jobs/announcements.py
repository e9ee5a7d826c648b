"""ANNOUNCEMENTS: which event is told to whom, under which name. The only such place."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.alerts.events import AlertChanged
from api.couriers.events import CourierMoved, VerificationChanged, ZoneCrossed
from api.deliveries import repository as deliveries
from api.deliveries.events import DeliveryMoved, EtaChanged, RouteChanged, StopReached
from api.following.events import LinkEnded
from api.identity.events import SessionEnded
from api.kit.events import Event
from api.kit.ids import CompanyId, ZoneId
from api.kit.work import Work
from api.offers import repository as offers
from api.offers.events import OfferClosed, OfferMade
from api.offers.lifecycle import OfferStatus
from api.orders import repository as orders
from api.orders.events import OrderMoved, OrderPlaced
from tracking import rooms
from tracking.news import Control


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event for sockets in these rooms, or (without rooms) for the realtime programs.

    `ends` names a session or link whose tickets open nothing from now on.
    """

    name: str
    body: dict[str, Any]
    rooms: tuple[str, ...] = ()
    ends: str | None = None


Plain = Callable[[Any], list[Announcement]]
"""Tells an event from the event alone."""

Looked = Callable[[Work, Any], Awaitable[list[Announcement]]]
"""Looks something up before it tells an event."""


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _text(value: object | None) -> str | None:
    return None if value is None else str(value)


def _dispatchers(zone_id: ZoneId | None) -> tuple[str, ...]:
    return (rooms.PLATFORM,) if zone_id is None else (rooms.PLATFORM, rooms.zone(zone_id))


def _shop(company_id: CompanyId | None) -> tuple[str, ...]:
    return () if company_id is None else (rooms.company(company_id),)


def _order_placed(event: OrderPlaced) -> list[Announcement]:
    body = {
        "orderId": str(event.order_id),
        "orderNumber": event.order_number,
        "status": event.status,
        "companyId": _text(event.company_id),
        "zoneId": str(event.zone_id),
    }
    told = (*_dispatchers(event.zone_id), *_shop(event.company_id))
    return [Announcement("order:new", body, told)]


async def _order_moved(work: Work, event: OrderMoved) -> list[Announcement]:
    body = {
        "orderId": str(event.order_id),
        "orderNumber": event.order_number,
        "status": event.status,
        "oldStatus": event.old_status,
        "companyId": _text(event.company_id),
        "zoneId": str(event.zone_id),
    }
    told = (
        *_dispatchers(event.zone_id),
        *_shop(event.company_id),
        rooms.user(event.user_id),
        rooms.order(event.order_id),
        *(
            rooms.courier(delivery.courier_id)
            for delivery in await deliveries.of_order(work, event.order_id)
            if delivery.courier_id is not None
        ),
    )
    return [Announcement("order:updated", body, told)]


def _delivery_moved(event: DeliveryMoved) -> list[Announcement]:
    body = {
        "deliveryId": str(event.delivery_id),
        "orderId": str(event.order_id),
        "status": event.status,
        "oldStatus": event.old_status,
        "courierId": _text(event.courier_id),
        "zoneId": str(event.zone_id),
    }
    concerned = [one for one in (event.courier_id, event.former_courier_id) if one]
    told = (
        *_dispatchers(event.zone_id),
        rooms.order(event.order_id),
        *(rooms.courier(one) for one in concerned),
    )
    return [Announcement("delivery:updated", body, told)]


def _eta_changed(event: EtaChanged) -> list[Announcement]:
    body = {
        "deliveryId": str(event.delivery_id),
        "orderId": str(event.order_id),
        "etaMs": _ms(event.eta_at),
        "fromMs": _ms(event.eta_from),
        "untilMs": _ms(event.eta_until),
    }
    told = (*_dispatchers(event.zone_id), rooms.order(event.order_id))
    return [Announcement("delivery:eta", body, told)]


def _stop_reached(event: StopReached) -> list[Announcement]:
    body = {
        "deliveryId": str(event.delivery_id),
        "orderId": str(event.order_id),
        "courierId": str(event.courier_id),
        "stop": event.stop,
        "reachedMs": _ms(event.reached_at),
    }
    told = (
        *_dispatchers(event.zone_id),
        rooms.order(event.order_id),
        rooms.courier(event.courier_id),
    )
    return [Announcement("stop:reached", body, told)]


def _route_changed(event: RouteChanged) -> list[Announcement]:
    body = {"courierId": str(event.courier_id)}
    return [Announcement("route:updated", body, (rooms.courier(event.courier_id), rooms.PLATFORM))]


def _courier_moved(event: CourierMoved) -> list[Announcement]:
    body = {
        "courierId": str(event.courier_id),
        "status": event.status,
        "oldStatus": event.old_status,
        "zoneId": _text(event.zone_id),
    }
    told = (*_dispatchers(event.zone_id), rooms.user(event.user_id))
    return [Announcement("courier:status", body, told)]


def _verification_changed(event: VerificationChanged) -> list[Announcement]:
    body = {
        "courierId": str(event.courier_id),
        "verificationStatus": event.verification,
        "zoneId": _text(event.zone_id),
    }
    told = (*_dispatchers(event.zone_id), rooms.user(event.user_id))
    return [Announcement("courier:verification", body, told)]


def _alert_changed(event: AlertChanged) -> list[Announcement]:
    body = {
        "kind": event.kind,
        "deliveryId": str(event.delivery_id),
        "orderId": str(event.order_id),
        "courierId": _text(event.courier_id),
        "zoneId": str(event.zone_id),
        "open": event.is_open,
    }
    return [Announcement("alert:changed", body, _dispatchers(event.zone_id))]


def _zone_crossed(event: ZoneCrossed) -> list[Announcement]:
    body = {
        "courierId": str(event.courier_id),
        "zoneId": str(event.zone_id),
        "crossing": event.crossing,
        "crossedMs": _ms(event.crossed_at),
    }
    return [Announcement("courier:zone", body, _dispatchers(event.zone_id))]


async def _offer_made(work: Work, event: OfferMade) -> list[Announcement]:
    offer = await offers.offer(work, event.offer_id)
    delivery = await deliveries.delivery(work, event.delivery_id)
    if offer is None or delivery is None or offer.status is not OfferStatus.OFFERED:
        return []
    order = await orders.order(work, delivery.order_id)
    if order is None:
        return []
    body = {
        "offerId": str(offer.id),
        "deliveryId": str(delivery.id),
        "orderId": str(order.id),
        "courierId": str(offer.courier_id),
        "expiresAtMs": _ms(offer.expires_at),
        "pickup": _place(order.pickup_snapshot),
        "dropoff": _place(order.delivery_snapshot),
        "distanceM": offer.distance_m,
        "durationS": offer.duration_s,
        "feeMinor": delivery.fee_minor,
        "currency": delivery.currency,
    }
    told = (rooms.courier(offer.courier_id), *_dispatchers(delivery.zone_id))
    return [Announcement("offer:new", body, told)]


def _place(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    return {name: snapshot[name] for name in ("latitude", "longitude", "address")}


_ENDED = {OfferStatus.REJECTED: "rejected", OfferStatus.EXPIRED: "expired"}


async def _offer_closed(work: Work, event: OfferClosed) -> list[Announcement]:
    reason = event.reason if event.status is OfferStatus.WITHDRAWN else _ENDED.get(event.status)
    delivery = await deliveries.delivery(work, event.delivery_id)
    if reason is None or delivery is None:
        return []
    body = {
        "offerId": str(event.offer_id),
        "deliveryId": str(event.delivery_id),
        "courierId": str(event.courier_id),
        "reason": reason,
    }
    told = (rooms.courier(event.courier_id), *_dispatchers(delivery.zone_id))
    return [Announcement("offer:withdrawn", body, told)]


def _session_ended(event: SessionEnded) -> list[Announcement]:
    session_id = str(event.session_id)
    return [Announcement(Control.SESSION_ENDED, {"session_id": session_id}, ends=session_id)]


def _link_ended(event: LinkEnded) -> list[Announcement]:
    link_id = str(event.link_id)
    return [Announcement(Control.LINK_ENDED, {"link_id": link_id}, ends=link_id)]


ANNOUNCEMENTS: dict[type[Event], Plain] = {
    OrderPlaced: _order_placed,
    DeliveryMoved: _delivery_moved,
    EtaChanged: _eta_changed,
    RouteChanged: _route_changed,
    StopReached: _stop_reached,
    ZoneCrossed: _zone_crossed,
    AlertChanged: _alert_changed,
    CourierMoved: _courier_moved,
    VerificationChanged: _verification_changed,
    SessionEnded: _session_ended,
    LinkEnded: _link_ended,
}

LOOKED_UP: dict[type[Event], Looked] = {
    OfferMade: _offer_made,
    OfferClosed: _offer_closed,
    OrderMoved: _order_moved,
}


async def announcements_of(work: Work, event: Event) -> list[Announcement]:
    """Return what `event` tells, and to whom; nothing for events that concern nobody live."""
    if type(event) in LOOKED_UP:
        return await LOOKED_UP[type(event)](work, event)
    plain = ANNOUNCEMENTS.get(type(event))
    return plain(event) if plain else []
