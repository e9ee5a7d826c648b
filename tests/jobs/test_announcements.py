"""Announcements: who is told what, and that nobody else is."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.alerts.events import AlertChanged
from api.alerts.model import AlertKind
from api.couriers.events import CourierMoved, VerificationChanged, ZoneCrossed
from api.couriers.lifecycle import CourierStatus, Verification
from api.deliveries.events import DeliveryMoved, EtaChanged, RouteChanged, StopReached
from api.deliveries.lifecycle import DeliveryStatus
from api.deliveries.model import StopKind
from api.following.events import LinkEnded
from api.identity.events import PasswordChanged, SessionEnded
from api.kit.events import Event
from api.kit.ids import (
    CompanyId,
    CourierId,
    DeliveryId,
    OfferId,
    OrderId,
    SessionId,
    UserId,
    ZoneId,
)
from api.offers.events import OfferClosed, OfferMade
from api.offers.lifecycle import OfferStatus
from api.orders.events import OrderMoved, OrderPlaced
from api.orders.lifecycle import OrderStatus
from jobs.announcements import announcements_of
from jobs.station import Station
from tests.jobs.market import answer, assign, only_offer, stand
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP

ORDER, DELIVERY, OFFER = OrderId(uuid4()), DeliveryId(uuid4()), OfferId(uuid4())
ANNA, BRUNO = CourierId(uuid4()), CourierId(uuid4())
USER, ZONE, COMPANY = UserId(uuid4()), ZoneId(uuid4()), CompanyId(uuid4())
SESSION, LINK = SessionId(uuid4()), uuid4()
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
STAFF = {"platform", f"zone:{ZONE}"}

PLACED = OrderPlaced(ORDER, "H1", USER, COMPANY, ZONE, OrderStatus.PENDING)
MOVED = OrderMoved(ORDER, "H1", USER, COMPANY, ZONE, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
ON_ITS_WAY = DeliveryMoved(
    DELIVERY, ORDER, ZONE, ANNA, None, DeliveryStatus.ASSIGNED, DeliveryStatus.PICKED_UP
)
GIVEN_BACK = DeliveryMoved(
    DELIVERY, ORDER, ZONE, None, BRUNO, DeliveryStatus.ASSIGNED, DeliveryStatus.PENDING
)


@pytest.mark.parametrize(
    ("event", "name", "rooms"),
    [
        (PLACED, "order:new", STAFF | {f"company:{COMPANY}"}),
        (replace(PLACED, company_id=None), "order:new", STAFF),
        (MOVED, "order:updated", STAFF | {f"company:{COMPANY}", f"user:{USER}", f"order:{ORDER}"}),
        (
            replace(MOVED, company_id=None),
            "order:updated",
            STAFF | {f"user:{USER}", f"order:{ORDER}"},
        ),
        (ON_ITS_WAY, "delivery:updated", STAFF | {f"order:{ORDER}", f"courier:{ANNA}"}),
        (GIVEN_BACK, "delivery:updated", STAFF | {f"order:{ORDER}", f"courier:{BRUNO}"}),
        (EtaChanged(DELIVERY, ORDER, ZONE, AT, AT, AT), "delivery:eta", STAFF | {f"order:{ORDER}"}),
        (
            StopReached(DELIVERY, ORDER, ZONE, ANNA, StopKind.DROPOFF, AT),
            "stop:reached",
            STAFF | {f"order:{ORDER}", f"courier:{ANNA}"},
        ),
        (ZoneCrossed(ANNA, ZONE, "left", AT), "courier:zone", STAFF),
        (
            VerificationChanged(ANNA, USER, ZONE, Verification.PENDING),
            "courier:verification",
            STAFF | {f"user:{USER}"},
        ),
        (
            AlertChanged(AlertKind.STUCK, DELIVERY, ORDER, ANNA, ZONE, is_open=True),
            "alert:changed",
            STAFF,
        ),
        (RouteChanged(ANNA), "route:updated", {"platform", f"courier:{ANNA}"}),
        (
            CourierMoved(ANNA, USER, ZONE, CourierStatus.ONLINE, CourierStatus.OFFLINE),
            "courier:status",
            STAFF | {f"user:{USER}"},
        ),
    ],
    ids=lambda value: value.topic if isinstance(value, Event) else "",
)
async def test_an_event_is_told_to_whom_it_concerns_and_nobody_else(
    station: Station, event: Event, name: str, rooms: set[str]
) -> None:
    """Rooms as the protocol lists them; each once, or a socket would hear it twice."""
    async with station.work(read_only=True) as work:
        (told,) = await announcements_of(work, event)
    assert told.name == name
    assert set(told.rooms) == rooms
    assert len(told.rooms) == len(rooms)
    assert told.ends is None


@pytest.mark.parametrize(
    ("status", "reason", "told"),
    [
        (OfferStatus.ACCEPTED, None, None),
        (OfferStatus.REJECTED, "too far", "rejected"),
        (OfferStatus.EXPIRED, "expired", "expired"),
        (OfferStatus.WITHDRAWN, "cancelled", "cancelled"),
        (OfferStatus.WITHDRAWN, "taken", "taken"),
    ],
)
async def test_an_offer_withdrawn_says_why(
    cast: Cast, status: OfferStatus, reason: str | None, told: str | None
) -> None:
    """One of the four reasons of the protocol; who accepted it needs no telling."""
    delivery = await cast.delivery_of(await cast.order(await cast.customer()))
    closed = OfferClosed(OFFER, DeliveryId(UUID(delivery["id"])), ANNA, status, reason)
    async with cast.stack.station.work(read_only=True) as work:
        found = await announcements_of(work, closed)
    assert [one.body["reason"] for one in found] == ([] if told is None else [told])
    for one in found:
        assert set(one.rooms) == {"platform", f"zone:{cast.zone_id}", f"courier:{ANNA}"}


@pytest.mark.parametrize(
    ("event", "body", "ends"),
    [
        (SessionEnded(SESSION, USER, "logout"), {"session_id": str(SESSION)}, str(SESSION)),
        (LinkEnded(LINK, ORDER), {"link_id": str(LINK)}, str(LINK)),
    ],
    ids=["session", "link"],
)
async def test_the_end_of_a_session_or_link_is_told_to_gateways_and_voids_its_tickets(
    station: Station, event: Event, body: dict[str, str], ends: str
) -> None:
    """A control message: no room hears it."""
    async with station.work(read_only=True) as work:
        (told,) = await announcements_of(work, event)
    assert (told.body, told.rooms, told.ends) == (body, (), ends)
    assert told.name.startswith("!")


async def test_what_concerns_nobody_live_is_told_nobody(station: Station) -> None:
    """Some events have reactions only."""
    async with station.work(read_only=True) as work:
        event = PasswordChanged(USER, "anna@example.com", "en")
        assert await announcements_of(work, event) == []


async def test_a_courier_is_told_when_the_order_is_ready(cast: Cast) -> None:
    """Whoever is to pick it up waits for exactly that; a courier of another order hears nothing."""
    company_id, _vendor = await cast.shop()
    customer, courier, other = await cast.customer(), await cast.courier(), await cast.courier()
    order = await cast.order(customer, companyId=company_id)
    delivery = await cast.delivery_of(order)
    await assign(cast, delivery, courier)
    async with cast.stack.station.work(read_only=True) as work:
        event = replace(MOVED, order_id=OrderId(UUID(order["id"])))
        (told,) = await announcements_of(work, event)
    assert f"courier:{courier.courier_id}" in told.rooms
    assert f"courier:{other.courier_id}" not in told.rooms


async def test_an_offer_is_told_with_all_that_a_courier_decides_by(cast: Cast) -> None:
    """Places with addresses, fee, distance, time; nothing of it once the offer is over."""
    customer, courier = await cast.customer(), await cast.courier()
    await stand(cast.stack, courier)
    order = await cast.order(customer)
    await cast.stack.dispatch()
    offer = await only_offer(courier)
    made = OfferMade(
        OfferId(UUID(offer["id"])),
        DeliveryId(UUID(offer["deliveryId"])),
        CourierId(UUID(courier.courier_id)),
    )
    async with cast.stack.station.work(read_only=True) as work:
        (told,) = await announcements_of(work, made)
    assert set(told.rooms) == {f"courier:{courier.courier_id}", "platform", f"zone:{cast.zone_id}"}
    body: dict[str, Any] = told.body
    assert body["orderId"] == order["id"]
    assert body["pickup"] == PICKUP
    assert body["dropoff"] == DROPOFF
    assert (body["feeMinor"] > 0, body["currency"]) == (True, "EUR")
    assert body["distanceM"] > 1000
    await answer(courier, offer, "reject")
    async with cast.stack.station.work(read_only=True) as work:
        assert await announcements_of(work, made) == []
