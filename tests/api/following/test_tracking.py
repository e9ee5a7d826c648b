"""What a follower sees of the courier: roughly before pickup, exactly on the way, never after."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from geo.point import Point, distance_m
from tests.support.cast import Cast
from tests.support.people import PICKUP, Person
from tests.support.road import brought_to, complete, decide, report, stand

HERE = Point(PICKUP["latitude"] + 0.00123, PICKUP["longitude"] + 0.00321)
SENDER, RECIPIENT = "+351919111222", "+351919333444"


@dataclass
class Followed:
    """An order with phone numbers everywhere, and the people who have to do with it."""

    cast: Cast
    customer: Person
    courier: Person
    order: dict[str, Any]
    delivery_id: str
    link: str

    async def picture(self) -> dict[str, Any]:
        """Return what the customer and the holder of a link see: the same."""
        anybody = self.cast.stack.person()
        own = (await self.customer.get(f"/api/v1/orders/{self.order['id']}/tracking")).data
        assert (await anybody.get(f"/api/v1/tracking/{self.link}")).data == own
        return dict(own)


@pytest.fixture
async def followed(cast: Cast) -> Followed:
    """Return an order that a courier has accepted; the courier stands at `HERE`."""
    courier, customer = await cast.courier(), await cast.customer()
    pickup = PICKUP | {"contactPhone": SENDER, "contactName": "Zé", "notes": "the blue door"}
    gift = {"recipientName": "Rui", "recipientPhone": RECIPIENT, "message": "Parabéns"}
    order, delivery_id = await brought_to(
        cast, courier, customer=customer, pickup=pickup, gift=gift
    )
    await stand(cast, courier, HERE.lat, HERE.lng)
    path = f"/api/v1/orders/{order['id']}/tracking-links"
    link = (await customer.post(path)).data["token"]
    return Followed(cast, customer, courier, order, delivery_id, link)


def away_m(seen: dict[str, Any]) -> float:
    """Return how far from the courier the follower sees them."""
    position = seen["position"]
    return distance_m(HERE, Point(position["latitude"], position["longitude"]))


async def test_before_the_pickup_the_courier_is_seen_roughly(followed: Followed) -> None:
    seen = await followed.picture()
    assert seen["courierName"] == "Courier"
    assert (seen["position"]["exact"], seen["position"]["headingDeg"]) == (False, None)
    assert 20 < away_m(seen) < 700
    await stand(followed.cast, followed.courier, HERE.lat + 0.0001, HERE.lng)
    again = (await followed.picture())["position"]
    assert again["latitude"] == seen["position"]["latitude"]  # small steps are not seen


@pytest.mark.parametrize("status", ["picked_up", "in_transit"])
async def test_while_the_goods_are_aboard_the_courier_is_seen_exactly(
    followed: Followed, status: str
) -> None:
    for step in ("picked_up", "in_transit"):
        (await report(followed.courier, followed.delivery_id, step)).data  # noqa: B018
        if step == status:
            break
    seen = await followed.picture()
    assert (seen["deliveryStatus"], seen["position"]["exact"]) == (status, True)
    assert away_m(seen) < 1


@pytest.mark.parametrize("end", ["delivered", "failed", "returned", "given back", "tried again"])
async def test_afterwards_the_courier_is_nobodys_business(followed: Followed, end: str) -> None:
    courier, delivery_id = followed.courier, followed.delivery_id
    if end == "given back":
        (await report(courier, delivery_id, "pending")).data  # noqa: B018  # fails unless 2xx
    else:
        (await report(courier, delivery_id, "picked_up")).data  # noqa: B018
        if end == "delivered":
            (await complete(courier, delivery_id, receivedBy="Rui")).data  # noqa: B018
        else:
            (await report(courier, delivery_id, "failed")).data  # noqa: B018
        if end in {"returned", "tried again"}:
            (await report(courier, delivery_id, "returned")).data  # noqa: B018
        if end == "tried again":
            (await decide(followed.cast, delivery_id, "pending")).data  # noqa: B018
    await brought_to(followed.cast, courier)  # the courier goes on to somebody else
    await stand(followed.cast, courier, HERE.lat, HERE.lng)
    seen = await followed.picture()
    assert (seen["position"], seen["courierName"], seen["courierVehicle"]) == (None, None, None)
    assert (seen["stopsBefore"], seen["etaAt"]) == (0, None)
    assert (seen["deliveredAt"] is not None) == (end == "delivered")


async def test_no_phone_number_note_or_id_of_another_person_is_shown(followed: Followed) -> None:
    (await report(followed.courier, followed.delivery_id, "picked_up")).data  # noqa: B018
    text = json.dumps(await followed.picture(), ensure_ascii=False)
    assert "Rua das Flores 1, Porto" in text  # the search would find them
    hidden = (SENDER, RECIPIENT, "the blue door", "Zé", followed.courier.me["phone"])
    hidden += (followed.courier.courier_id, followed.courier.me["id"], followed.order["userId"])
    for secret in hidden:
        assert secret not in text


async def test_stops_for_others_before_ours_are_counted(followed: Followed) -> None:
    courier = followed.courier
    assert (await followed.picture())["stopsBefore"] == 0
    customer = await followed.cast.customer()
    later, _delivery = await brought_to(followed.cast, courier, customer=customer)
    second = (await customer.get(f"/api/v1/orders/{later['id']}/tracking")).data
    assert second["stopsBefore"] == 2
    (await report(courier, followed.delivery_id, "picked_up")).data  # noqa: B018
    second = (await customer.get(f"/api/v1/orders/{later['id']}/tracking")).data
    assert second["stopsBefore"] == 1


async def test_an_order_that_waits_for_a_courier_shows_its_promise(cast: Cast) -> None:
    customer = await cast.customer()
    order = await cast.order(customer)
    seen = (await customer.get(f"/api/v1/orders/{order['id']}/tracking")).data
    assert (seen["deliveryStatus"], seen["position"], seen["courierName"]) == (
        "pending",
        None,
        None,
    )
    assert seen["promisedUntil"] == order["promisedUntil"]
