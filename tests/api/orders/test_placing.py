"""Placing an order: every wrong field is named, nothing is half-written, the promise is kept."""

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from api.kit.clock import real_now
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP, Answer, Person
from tests.support.road import dossier, stand

PATH = "/api/v1/orders"
GOOD: dict[str, Any] = {
    "pickup": PICKUP,
    "dropoff": DROPOFF,
    "items": [{"title": "A parcel"}],
}
CORNER = DROPOFF | {"latitude": 41.25, "longitude": -8.5}


def ahead(**span: float) -> str:
    """Return a time ahead of now."""
    return (real_now() + timedelta(**span)).isoformat()


async def place(customer: Person, **changes: Any) -> Answer:
    """Place the good order with changes."""
    return await customer.post(PATH, GOOD | changes, key=uuid4().hex)


async def written(cast: Cast) -> int:
    """Return how many rows all the tables of an order have."""
    rows = await cast.stack.rows(
        "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM order_items) "
        "+ (SELECT count(*) FROM order_status_history) + (SELECT count(*) FROM idempotency_keys) "
        "+ (SELECT count(*) FROM outbox WHERE topic LIKE 'order%') AS count"
    )
    return int(rows[0]["count"])


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"pickup": None}, {"pickup": "model_type"}),
        ({"pickup": PICKUP | {"latitude": 91}}, {"pickup.latitude": "less_than_equal"}),
        ({"pickup": PICKUP | {"longitude": -180.1}}, {"pickup.longitude": "greater_than_equal"}),
        ({"pickup": PICKUP | {"latitude": "41.15"}}, {"pickup.latitude": "float_type"}),
        ({"pickup": PICKUP | {"latitude": None}}, {"pickup.latitude": "float_type"}),
        ({"pickup": PICKUP | {"address": " "}}, {"pickup.address": "string_too_short"}),
        ({"pickup": PICKUP | {"address": "x" * 301}}, {"pickup.address": "string_too_long"}),
        ({"pickup": PICKUP | {"contactPhone": "112"}}, {"pickup.contactPhone": "value_error"}),
        ({"pickup": PICKUP | {"lat": 1}}, {"pickup.lat": "unknown_field"}),
        (
            {"dropoff": {"latitude": 41.1}},
            {"dropoff.longitude": "required", "dropoff.address": "required"},
        ),
        (
            {"dropoff": DROPOFF | {"latitude": 48.85, "longitude": 2.35}},
            {"dropoff": "outside_zones"},
        ),
        (
            {"dropoff": DROPOFF | {"latitude": -8.63, "longitude": 41.16}},
            {"dropoff": "outside_zones"},
        ),
        ({"pickup": PICKUP | {"latitude": 0, "longitude": 0}}, {"pickup": "outside_zones"}),
        ({"items": []}, {"items": "too_short"}),
        ({"items": [{"title": "a"}] * 101}, {"items": "too_long"}),
        ({"items": [{"title": ""}]}, {"items.0.title": "string_too_short"}),
        ({"items": [{"title": "x" * 201}]}, {"items.0.title": "string_too_long"}),
        ({"items": [{"title": "a", "quantity": 0}]}, {"items.0.quantity": "greater_than_equal"}),
        ({"items": [{"title": "a", "quantity": 1001}]}, {"items.0.quantity": "less_than_equal"}),
        ({"items": [{"title": "a", "quantity": True}]}, {"items.0.quantity": "int_type"}),
        ({"items": [{"title": "a", "quantity": 1.5}]}, {"items.0.quantity": "int_type"}),
        (
            {"items": [{"title": "a", "weightGrams": 1_000_001}]},
            {"items.0.weightGrams": "less_than_equal"},
        ),
        ({"items": [{"title": "a", "volumeCm3": -1}]}, {"items.0.volumeCm3": "greater_than_equal"}),
        ({"items": [{"title": "a", "price": 1}]}, {"items.0.price": "unknown_field"}),
        (
            {"items": [{"title": "a", "quantity": 51, "weightGrams": 1_000_000}]},
            {"items": "too_much"},
        ),
        (
            {"items": [{"title": "a", "quantity": 11, "volumeCm3": 10_000_000}]},
            {"items": "too_much"},
        ),
        ({"paymentMethod": "card"}, {"paymentMethod": "enum"}),
        ({"companyId": "7"}, {"companyId": "uuid_parsing"}),
        ({"notes": "x" * 2001}, {"notes": "string_too_long"}),
        ({"gift": {}}, {"gift.recipientName": "required"}),
        (
            {"gift": {"recipientName": "R", "recipientPhone": "+1"}},
            {"gift.recipientPhone": "value_error"},
        ),
        ({"readyAt": "2026-11-21T12:00:00"}, {"readyAt": "timezone_aware"}),
        ({"readyAt": "today"}, {"readyAt": "datetime_parsing"}),
        ({"readyAt": 1_900_000_000}, {"readyAt": "datetime_type"}),
        ({"readyAt": "0001-01-01T00:00:00+14:00"}, {"readyAt": "value_error"}),
        ({"readyAt": "9999-12-31T23:59:59-14:00"}, {"readyAt": "value_error"}),
        ({"readyAt": "2090-01-01T00:00:00Z"}, {"readyAt": "too_far"}),
        ({"readyAt": "2001-01-01T00:00:00Z"}, {"readyAt": "too_early"}),
        ({"windowStart": ahead(hours=1)}, {"windowEnd": "required"}),
        ({"windowEnd": ahead(hours=1)}, {"windowStart": "required"}),
        (
            {"windowStart": ahead(hours=2), "windowEnd": ahead(hours=1)},
            {"windowEnd": "too_early"},
        ),
        (
            {"windowStart": "2020-01-01T00:00:00Z", "windowEnd": ahead(days=90)},
            {"windowEnd": "too_far"},
        ),
        (
            {"windowStart": "2020-01-01T00:00:00Z", "windowEnd": "2021-01-01T00:00:00Z"},
            {"windowEnd": "too_early"},
        ),
        (
            {"readyAt": ahead(hours=3), "windowStart": ahead(hours=1), "windowEnd": ahead(hours=2)},
            {"windowEnd": "too_early"},
        ),
        ({"status": "delivered"}, {"status": "unknown_field"}),
        (
            {"userId": str(uuid4()), "paid": True},
            {"userId": "unknown_field", "paid": "unknown_field"},
        ),
        ({"deliveryFee": {"amount": 0}}, {"deliveryFee": "unknown_field"}),
    ],
    ids=range(47),
)
async def test_a_wrong_field_is_named_and_nothing_is_written(
    cast: Cast, changes: dict[str, Any], wrong: dict[str, str]
) -> None:
    customer = await cast.customer()
    before = await written(cast)
    answer = await place(customer, **changes)
    assert (answer.status, answer.fields) == (422, wrong)
    assert all(error["message"] for error in answer.body["errors"])
    assert await written(cast) == before


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("41.15", "NaN", {"pickup.latitude": "invalid_number"}),
        ("41.15", "-Infinity", {"pickup.latitude": "invalid_number"}),
        ("41.15", "1e999", {"pickup.latitude": "invalid_number"}),
        ("41.15", "1" + "0" * 400, {"pickup.latitude": "invalid_number"}),
        ('"A parcel"', '"\\ud800"', {"items.0.title": "invalid_text"}),
        ('"A parcel"', '"\\u0000"', {"items.0.title": "invalid_text"}),
        ('"title"', '"title": "B", "title"', {"items.0.title": "duplicate_key"}),
        ('"pickup"', '"notes": "a", "notes": "b", "pickup"', {"notes": "duplicate_key"}),
        ("{", "", {"body": "invalid_json"}),
        ('"A parcel"', '"' + "[" * 5 + '"}' + "[" * 2000, {"body": "invalid_json"}),
    ],
)
async def test_json_that_cannot_be_kept_is_refused_whole(
    cast: Cast, old: str, new: str, wrong: dict[str, str]
) -> None:
    customer = await cast.customer()
    before = await written(cast)
    raw = json.dumps(GOOD).replace(old, new, 1).encode()
    answer = await customer.post(PATH, raw=raw, key="k")
    assert (answer.status, answer.fields) == (422, wrong)
    assert await written(cast) == before


async def test_a_company_that_is_not_there_takes_no_order(cast: Cast) -> None:
    customer = await cast.customer()
    answer = await place(customer, companyId=str(uuid4()))
    assert (answer.status, answer.fields) == (422, {"companyId": "not_found"})


async def test_an_order_without_a_key_is_refused(cast: Cast) -> None:
    customer = await cast.customer()
    answer = await customer.post(PATH, GOOD)
    assert (answer.status, answer.code) == (400, "idempotency_key_missing")


async def test_an_order_is_kept_as_it_was_given(cast: Cast) -> None:
    """What the sender has ready goes out at once; what is not given is null."""
    customer = await cast.customer()
    gift = {"recipientName": "Rui", "recipientPhone": "+351 912 345 678", "message": "Parabéns 🎂"}
    items = [
        {"title": "Bolo", "quantity": 2, "weightGrams": 900, "volumeCm3": 4000},
        {"title": "Velas"},
    ]
    order = (await place(customer, gift=gift, items=items, notes=" ring twice ")).data
    assert order["status"] == "ready_for_delivery"
    assert order["pickup"] == PICKUP | {"contactName": None, "contactPhone": None, "notes": None}
    assert order["gift"] == gift | {"recipientPhone": "+351912345678", "hidePrice": True}
    assert order["items"] == [
        items[0],
        {"title": "Velas", "quantity": 1, "weightGrams": 0, "volumeCm3": 0},
    ]
    assert order["notes"] == "ring twice"
    assert order["deliveryFee"] == order["total"] == {"amount": 400, "currency": "EUR"}
    assert (await customer.get(f"{PATH}/{order['id']}")).data == order
    history = (await customer.get(f"{PATH}/{order['id']}/history")).data["changes"]
    statuses = [None, "pending", "confirmed", "preparing", "ready_for_delivery"]
    assert [(c["oldStatus"], c["newStatus"]) for c in history] == list(pairwise(statuses))


async def test_the_promise_is_the_window_that_was_asked_for(cast: Cast) -> None:
    customer = await cast.customer()
    start, end = (real_now() + timedelta(hours=h) for h in (2, 3))
    window = {"windowStart": start.isoformat(), "windowEnd": end.isoformat()}
    order = (await place(customer, **window)).data
    shown = [f"{moment:%Y-%m-%dT%H:%M:%S}" for moment in (start, end)]
    assert [order["promisedFrom"][:19], order["promisedUntil"][:19]] == shown


async def test_a_window_that_has_begun_is_promised_from_now(cast: Cast) -> None:
    customer = await cast.customer()
    window = {"windowStart": "2000-01-01T00:00:00Z", "windowEnd": ahead(hours=1)}
    order = (await place(customer, readyAt=ahead(hours=-5), **window)).data
    assert order["promisedFrom"] == order["placedAt"] == order["readyAt"]
    await cast.stack.dispatch()  # an old date must not stop the tick


@pytest.mark.parametrize("ready", [{}, {"readyAt": ahead(minutes=1)}], ids=["unsaid", "soon"])
async def test_nobody_is_sent_for_what_may_be_delivered_tomorrow_only(
    cast: Cast, ready: dict[str, str]
) -> None:
    """Its courier would be busy until then, and could take nothing else."""
    courier, customer = await cast.courier(), await cast.customer()
    await stand(cast, courier, PICKUP["latitude"], PICKUP["longitude"])
    window = {"windowStart": ahead(hours=24), "windowEnd": ahead(hours=25)}
    order = (await place(customer, **window, **ready)).data
    await cast.stack.settle()
    await cast.stack.dispatch()
    assert (await courier.get("/api/v1/courier/offers")).data["offers"] == []
    delivery = await cast.delivery_of(order)
    assert ahead(hours=22) < delivery["readyAt"] < window["windowStart"]


async def test_without_a_window_the_promise_lies_after_readiness(cast: Cast) -> None:
    customer = await cast.customer()
    now, later = [(await place(customer, readyAt=at)).data for at in (None, ahead(hours=5))]
    assert now["readyAt"] <= now["promisedFrom"] < now["promisedUntil"] < later["promisedFrom"]
    assert later["readyAt"] <= later["promisedFrom"] < later["promisedUntil"]


async def test_later_changes_of_a_zone_leave_an_order_as_it_was(cast: Cast) -> None:
    customer = await cast.customer()
    order = (await place(customer)).data
    page = (await cast.admin.get("/api/v1/admin/delivery-zones")).data["items"][0]
    names = ("name", "code", "polygon", "perKmFeeMinor", "currency", "timeZone")
    dearer = {name: page[name] for name in names} | {"baseFeeMinor": 9999}
    path = f"/api/v1/admin/delivery-zones/{page['id']}"
    (await cast.admin.put(path, dearer, headers={"If-Match": '"1"'})).data  # noqa: B018
    assert (await customer.get(f"{PATH}/{order['id']}")).data == order
    assert (await place(customer)).data["total"]["amount"] == 9999 + 3 * 50


async def test_the_most_extreme_orders_do_not_stop_the_tick(cast: Cast) -> None:
    """What the door takes, dispatch can count with."""
    customer, courier = await cast.customer(), await cast.courier(capacityItems=1000)
    await stand(cast, courier, PICKUP["latitude"], PICKUP["longitude"])
    far = {"windowStart": ahead(days=59), "windowEnd": ahead(days=59, hours=1)}
    heavy = {"title": "a", "quantity": 50, "weightGrams": 1_000_000}
    for changes in (
        {"items": [heavy]},
        {"items": [{"title": "a", "quantity": 10, "volumeCm3": 10_000_000}]},
        {"items": [{"title": "a", "quantity": 1000}] * 100},
        {"readyAt": ahead(days=59)},
        {"readyAt": ahead(days=58), **far},
        {"windowStart": ahead(seconds=30), "windowEnd": ahead(seconds=31)},
        {"dropoff": PICKUP},
        {"pickup": PICKUP | {"latitude": 41.1, "longitude": -8.7}, "dropoff": CORNER},
    ):
        assert (await place(customer, **changes)).status == 201
    await cast.stack.dispatch()
    page = (await cast.admin.get("/api/v1/admin/deliveries")).data
    assert page["totalCount"] == 8
    for delivery in page["items"]:
        shown = await dossier(cast, delivery["id"])
        assert shown["offers"] or shown["whyUnassigned"], delivery
