"""Customers that are shops: registered with a zone, kept to it, found by their kind."""

from typing import Any

import pytest

from tests.support.cast import Cast
from tests.support.examples import NOBODY
from tests.support.people import PASSWORD, PICKUP, Person

LISBON = {
    "name": "Lisbon",
    "code": "lisbon",
    "polygon": {
        "type": "Polygon",
        "coordinates": [[[-9.3, 38.6], [-9.0, 38.6], [-9.0, 38.9], [-9.3, 38.9], [-9.3, 38.6]]],
    },
    "baseFeeMinor": 250,
    "currency": "EUR",
    "timeZone": "Europe/Lisbon",
}
SHOP = {"phone": "+351919555001", "password": PASSWORD, "firstName": "Shop", "lastName": "One"}
ITEMS = {"items": [{"title": "A parcel"}]}


async def shop(cast: Cast, zone_id: str) -> Person:
    """Register a shop and sign in."""
    person = cast.stack.person()
    draft = SHOP | {"kind": "shop", "zoneId": zone_id}
    (await person.post("/api/v1/auth/register", draft)).data  # noqa: B018  # fails unless 2xx
    await cast.stack.settle()
    check = {
        "destination": SHOP["phone"],
        "purpose": "registration",
        "code": cast.stack.sms.code(SHOP["phone"]),
        "password": PASSWORD,
    }
    person.keep((await person.post("/api/v1/auth/verify-code", check)).data)
    return person


async def test_a_shop_orders_within_its_own_zone_only(cast: Cast) -> None:
    lisbon = (await cast.admin.post("/api/v1/admin/delivery-zones", LISBON)).data["id"]
    person = await shop(cast, lisbon)
    assert (person.me["customerKind"], person.me["zoneIds"]) == ("shop", [lisbon])
    here = {"latitude": 38.72, "longitude": -9.14, "address": "Rossio 1"}
    own = {"pickup": here, "dropoff": here | {"longitude": -9.15}} | ITEMS
    placed = (await person.post("/api/v1/orders", own, key="own")).data
    assert (await person.get("/api/v1/orders")).data["totalCount"] == 1
    assert (await person.get(f"/api/v1/orders/{placed['id']}")).status == 200
    there = {"pickup": PICKUP, "dropoff": PICKUP | {"longitude": -8.62}} | ITEMS
    answer = await person.post("/api/v1/orders", there, key="foreign")
    assert (answer.status, answer.fields) == (422, {"pickup": "outside_your_zone"})
    anybody = await cast.customer()
    assert (await anybody.post("/api/v1/orders", there, key="x")).status == 201


async def test_shops_are_found_by_kind_and_by_zone(cast: Cast) -> None:
    person = await shop(cast, cast.zone_id)
    await cast.customer()
    users = "/api/v1/admin/users"
    for query in ("kind=shop", f"zoneId={cast.zone_id}"):
        found = (await cast.admin.get(f"{users}?{query}")).data["items"]
        assert [one["id"] for one in found] == [person.me["id"]], query
    assert (found[0]["customerKind"], found[0]["zoneIds"]) == ("shop", [cast.zone_id])
    others = (await cast.admin.get(f"{users}?kind=individual")).data["items"]
    assert [one["customerKind"] for one in others] == ["individual"]


@pytest.mark.parametrize(
    ("draft", "field", "code"),
    [
        ({"kind": "shop"}, "zoneId", "of_shops_only"),
        ({"zoneId": NOBODY}, "zoneId", "of_shops_only"),
        ({"kind": "shop", "zoneId": NOBODY}, "zoneId", "unknown_zone"),
        ({"kind": "shop", "zoneId": NOBODY, "role": "courier"}, "kind", "not_for_couriers"),
        ({"kind": "market"}, "kind", "enum"),
    ],
)
async def test_a_shop_that_cannot_be_is_refused_known_or_not(
    cast: Cast, draft: dict[str, Any], field: str, code: str
) -> None:
    """Alike for a phone that has an account: nobody learns of it this way."""
    known = (await cast.customer()).me["phone"]
    for phone in (SHOP["phone"], known):
        body = SHOP | {"phone": phone} | draft
        answer = await cast.stack.person().post("/api/v1/auth/register", body)
        assert (answer.status, answer.fields) == (422, {field: code})
