"""REACTIONS: what follows from which event. The only such place.

Reactions of the core lane run in one transaction with the mark that they ran: exactly once.
The messages of webhooks are written in that transaction too, for every event (`webhook_notes.py`).
Calls of the other lanes go to other people's servers, outside of any transaction: at least once.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from api.couriers import service as couriers
from api.couriers.events import CourierMoved
from api.couriers.lifecycle import WORKING
from api.deliveries import repository as delivery_rows
from api.deliveries import service as deliveries
from api.deliveries.events import DeliveryMoved, RouteChanged, StopReached
from api.following import links
from api.identity.events import (
    CodeRequested,
    ContactChanged,
    KnownContactRegistered,
    PasswordChanged,
    SignInLinked,
)
from api.identity.tokens import TOKENS
from api.integrations.mail import MAIL
from api.integrations.sms import SMS
from api.kit.events import LETTERS, Event, lane_to
from api.kit.ids import CourierId
from api.kit.work import Work
from api.offers import service as offers
from api.offers.events import OfferClosed
from api.orders.events import OrderMoved
from api.orders.lifecycle import OVER, OrderStatus
from jobs.station import Station

Reaction = Callable[[Work, Any], Awaitable[None]]
Call = Callable[[Station, Any], Awaitable[None]]


async def open_delivery(work: Work, event: OrderMoved) -> None:
    """A confirmed order is to be delivered: dispatch looks ahead from now on."""
    if event.status is OrderStatus.CONFIRMED:
        await deliveries.open_for(work, event.order_id)


async def end_delivery(work: Work, event: OrderMoved) -> None:
    """A cancelled order is not delivered: its offer is withdrawn, its courier is free."""
    if event.status is not OrderStatus.CANCELLED:
        return
    for delivery in await delivery_rows.of_order(work, event.order_id):
        await deliveries.lock(work, delivery.id)
        await offers.withdraw_open(work, delivery.id, "cancelled")
    await deliveries.cancel_for_order(work, event.order_id)


async def take_offers_back(work: Work, event: CourierMoved) -> None:
    """Who has stopped working is offered nothing: another courier may have it at once."""
    courier = await couriers.named(work, event.courier_id)
    if courier.status not in WORKING:
        await offers.withdraw_from(work, event.courier_id, "not_working")


async def end_links(work: Work, event: OrderMoved) -> None:
    """Links to a finished order end a day later."""
    if event.status in OVER:
        await links.order_ended(work, event.order_id)


REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    CourierMoved: (take_offers_back,),
    OrderMoved: (open_delivery, end_delivery, end_links),
}


async def send_code(station: Station, event: CodeRequested) -> None:
    """Send a one-time code to the contact it is for; nothing where nobody has that contact."""
    if event.user_id is None:
        return
    code = station.resources[TOKENS].code(event.code_id)
    await _send(station, event.destination, "Your code", f"Your Hermod code is {code}")


async def warn_owner(station: Station, event: KnownContactRegistered) -> None:
    """Tell the owner of a known contact that somebody tried to register it."""
    text = "Somebody tried to register you with Hermod. You have an account: just log in."
    await _send(station, event.destination, "You have an account", text)


async def tell_password_changed(station: Station, event: PasswordChanged) -> None:
    """Tell the owner of an account that its password is another now."""
    text = "Your Hermod password was changed. If that was not you, reset it now."
    await _send(station, event.destination, "Your password was changed", text)


async def tell_contact_changed(station: Station, event: ContactChanged) -> None:
    """Tell the former contact of an account that it is not one any more."""
    text = "Your Hermod account has another contact now. If that was not you, ask our support."
    await _send(station, event.destination, "Your contact was changed", text)


async def tell_sign_in_linked(station: Station, event: SignInLinked) -> None:
    """Tell the owner of an account that there is another way into it."""
    text = (
        f"Your Hermod account can be signed in to with {event.provider.title()} now."
        " If that was not you, ask our support."
    )
    await _send(station, event.destination, "Another way to sign in", text)


async def _send(station: Station, destination: str, subject: str, text: str) -> None:
    if lane_to(destination) == LETTERS:
        await station.resources[MAIL].send(destination, subject, text)
    else:
        await station.resources[SMS].send(destination, text)


CALLS: dict[type[Event], Call] = {
    CodeRequested: send_code,
    KnownContactRegistered: warn_owner,
    PasswordChanged: tell_password_changed,
    ContactChanged: tell_contact_changed,
    SignInLinked: tell_sign_in_linked,
}


def couriers_of(event: Event) -> list[CourierId]:
    """Return the couriers whose plan an event changes."""
    match event:
        case DeliveryMoved():
            return [one for one in (event.courier_id, event.former_courier_id) if one]
        case CourierMoved() | RouteChanged() | StopReached():
            return [event.courier_id]
    return []


def count(station: Station, event: Event) -> None:
    """Count what the metrics count of events."""
    match event:
        case DeliveryMoved():
            station.metrics.deliveries.labels(event.status.value).inc()
        case OfferClosed():
            station.metrics.offers.labels(event.status.value).inc()
