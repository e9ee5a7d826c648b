"""Tickets to the realtime program: each names who comes and what they may see, once."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.cast import Cast
from tests.support.people import Person
from tracking import rooms, tickets
from tracking.tickets import Grant, Kind

PATH = "/api/v1/realtime/tickets"


async def grant(cast: Cast, person: Person, **body: Any) -> Grant:
    """Return what a person's ticket grants."""
    text = (await person.post(PATH, body)).data["ticket"]
    found = await tickets.redeem(cast.stack.station.redis, text)
    assert await tickets.redeem(cast.stack.station.redis, text) is None  # once
    assert found is not None
    return found


async def test_each_role_gets_into_its_own_rooms(cast: Cast) -> None:
    company, vendor = await cast.shop()
    customer, courier = await cast.customer(), await cast.courier()
    order = await cast.order(customer)
    own = {
        p.me["role"]: rooms.user(UUID(p.me["id"])) for p in (vendor, customer, courier, cast.admin)
    }
    for person, body, kind, expected in (
        (customer, {}, Kind.CUSTOMER, set()),
        (customer, {"orderIds": [order["id"]]}, Kind.CUSTOMER, {rooms.order(UUID(order["id"]))}),
        (courier, {}, Kind.COURIER, {rooms.courier(UUID(courier.courier_id))}),
        (vendor, {}, Kind.VENDOR, {rooms.company(UUID(company))}),
        (cast.admin, {}, Kind.STAFF, {rooms.PLATFORM}),
    ):
        found = await grant(cast, person, **body)
        assert (found.kind, found.subject) == (kind, person.me["id"])
        assert set(found.rooms) == expected | {own[person.me["role"]]}
        assert (found.courier_id is not None) == (kind is Kind.COURIER)


@pytest.mark.parametrize("whose", ["nobody's", "another's"])
async def test_a_customer_follows_own_orders_only(cast: Cast, whose: str) -> None:
    customer, other = await cast.customer(), await cast.customer()
    foreign = (await cast.order(other))["id"] if whose == "another's" else str(uuid4())
    own = (await cast.order(customer))["id"]
    got = await customer.post(PATH, {"orderIds": [own, foreign]})
    assert (got.status, got.body["message"]) == (404, "There is no such order")


async def test_a_ticket_by_link_is_to_one_order_until_the_link_ends(cast: Cast) -> None:
    customer = await cast.customer()
    order = await cast.order(customer)
    link = (await customer.post(f"/api/v1/orders/{order['id']}/tracking-links")).data
    answer = await cast.stack.person().post(f"/api/v1/tracking/{link['token']}/tickets")
    found = await tickets.redeem(cast.stack.station.redis, answer.data["ticket"])
    assert found is not None
    assert (found.kind, found.rooms) == (Kind.LINK, (rooms.order(UUID(order["id"])),))
    (row,) = await cast.stack.rows("SELECT expires_at FROM tracking_links")
    assert found.expires_ms == round(row["expires_at"].timestamp() * 1000)


async def test_who_has_nothing_to_follow_gets_no_ticket(cast: Cast) -> None:
    not_applied = await cast.register("courier")
    assert (await not_applied.post(PATH)).status == 404
    assert (await cast.stack.person().post(PATH)).status == 401
    too_many = await (await cast.customer()).post(PATH, {"orderIds": [str(uuid4())] * 51})
    assert too_many.fields == {"orderIds": "too_long"}
