"""Test keys: the same API over tables of their own; nothing live is read, changed or told."""

from typing import Any

import pytest

from api.endpoints import ENDPOINTS
from api.kit.rate_limit import RateClass
from tests.api.service_keys.test_keys import GRANTABLE, KEYS, ORDER, program, used_up
from tests.support.cast import Cast
from tests.support.examples import DRAWN, ask, name_of
from tests.support.people import Person
from tests.support.road import brought_to

SCOPES = sorted(one for one in GRANTABLE if not one.startswith(("monitoring:", "setting:")))
COUNTED = (
    "orders",
    "deliveries",
    "zones",
    "companies",
    "users",
    "outbox",
    "audit_logs",
    "content_entries",
)


async def tester(cast: Cast, *scopes: str, **draft: Any) -> Person:
    """Return a program with a test key."""
    return await program(cast, *(scopes or SCOPES), isTest=True, **draft)


async def live_picture(cast: Cast) -> list[int]:
    """Return how many rows the live tables hold, and when they were changed last."""
    found = []
    for table in COUNTED:
        (row,) = await cast.stack.rows(
            f"SELECT count(*) || md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) AS n "  # noqa: S608  # ours
            f"FROM public.{table} AS t"
        )
        found.append(row["n"])
    return found


async def test_a_test_key_reads_and_changes_nothing_live_at_any_endpoint(cast: Cast) -> None:
    """Statement 42: a key with every scope there is, asking for everything that lives."""
    company, _vendor = await cast.shop()
    customer, courier = await cast.customer(), await cast.courier()
    order, delivery_id = await brought_to(cast, courier, customer=customer, companyId=company)
    page = {"slug": "terms", "locale": "en", "title": "Live terms", "body": "x"}
    content = (await cast.admin.post("/api/v1/admin/content", page)).data
    ids = {
        "orderId": order["id"],
        "deliveryId": delivery_id,
        "courierId": str(courier.courier_id),
        "userId": customer.me["id"],
        "zoneId": cast.zone_id,
        "companyId": company,
        "contentId": content["id"],
    }
    till = await tester(cast)
    before = await live_picture(cast)
    asked = 0
    for endpoint in ENDPOINTS:
        named, unnamed = await ask(till, endpoint, ids), await ask(till, endpoint)
        told = (name_of(endpoint), named.status, named.body)
        if "{" in endpoint.path:
            assert named.status == unnamed.status, told
        if "{" in endpoint.path and endpoint.permission in SCOPES:
            assert named.status == 404, told
            asked += 1
        shown = str(named.body)
        for name, one in ids.items():
            assert one not in shown, (name, told)
        if endpoint.rate_class is RateClass.AUTH:
            assert (named.status, named.code) == (403, "forbidden"), told
    assert asked >= 15
    assert await live_picture(cast) == before


async def test_what_a_test_key_makes_is_seen_by_test_keys_alone(cast: Cast) -> None:
    till, live = await tester(cast), await program(cast, *SCOPES)
    assert (await till.get("/api/v1/delivery-zones")).data["items"] == []
    zone = (await till.post("/api/v1/admin/delivery-zones", DRAWN)).data
    order = (await till.post("/api/v1/orders", ORDER, key="one")).data
    again = (await till.post("/api/v1/orders", ORDER, key="one")).data
    assert (order["status"], again["id"]) == ("ready_for_delivery", order["id"])
    mine = f"/api/v1/orders/{order['id']}"
    assert (await till.get(mine)).data["id"] == order["id"]
    staff = f"/api/v1/admin/orders/{order['id']}"
    assert (await till.get(staff)).status == 200
    for stranger in (live, cast.admin):
        assert (await stranger.get(staff)).status == 404
        assert order["id"] not in str((await stranger.get("/api/v1/admin/orders")).body)
        path = f"/api/v1/admin/delivery-zones/{zone['id']}"
        assert (await stranger.get(path)).status == 404
    (row,) = await cast.stack.rows("SELECT count(*) AS n FROM public.orders")
    assert row["n"] == 0
    move = {"status": "cancelled", "comment": "only a test"}
    assert (await till.put(f"{staff}/status", move)).data["status"] == "cancelled"


async def test_nothing_follows_from_a_test_order(cast: Cast) -> None:
    courier = await cast.courier()
    sent = {phone: len(texts) for phone, texts in cast.stack.sms.messages.items()}
    till = await tester(cast)
    (await till.post("/api/v1/admin/delivery-zones", DRAWN)).data  # noqa: B018  # fails unless 2xx
    (await till.post("/api/v1/orders", ORDER, key="one")).data  # noqa: B018
    await cast.stack.dispatch()
    assert (await courier.get("/api/v1/courier/offers")).data == {"offers": []}
    assert (await till.get("/api/v1/admin/deliveries")).data["totalCount"] == 0
    assert {phone: len(texts) for phone, texts in cast.stack.sms.messages.items()} == sent


async def test_a_test_service_is_kept_to_things_of_the_test_world(cast: Cast) -> None:
    till = await tester(cast)
    zone = (await till.post("/api/v1/admin/delivery-zones", DRAWN)).data["id"]
    shop = (await till.post("/api/v1/admin/companies", {"name": "Shop"})).data["id"]
    draft = {"name": "Till", "scopes": ["shop:*"], "isTest": True}
    for field, foreign in (("zoneIds", [cast.zone_id]), ("companyId", str(cast.zone_id))):
        assert (await cast.admin.post(KEYS, draft | {field: foreign})).status == 422
    seller = await tester(cast, "shop:*", companyId=shop)
    assert seller.me["companyId"] == shop
    order = (await till.post("/api/v1/orders", ORDER | {"companyId": shop}, key="one")).data
    assert [o["id"] for o in (await seller.get("/api/v1/vendor/orders")).data["items"]] == [
        order["id"]
    ]
    kept = await tester(cast, "dispatch:read", zoneIds=[zone])
    assert kept.me["zoneIds"] == [zone]
    assert (await kept.get("/api/v1/admin/orders")).data["totalCount"] == 1
    assert (await cast.admin.post(KEYS, draft | {"isTest": False, "zoneIds": [zone]})).fields == {
        "zoneIds.0": "unknown_zone"
    }


async def test_a_service_is_of_one_world(cast: Cast) -> None:
    live, till = await program(cast, "zone:read"), await tester(cast, "zone:read")
    draft = {"name": "Till", "scopes": ["zone:read"]}
    for other, is_test in ((live, True), (till, False)):
        wish = draft | {"serviceId": other.me["serviceId"], "isTest": is_test}
        assert (await cast.admin.post(KEYS, wish)).fields == {"serviceId": "unknown_service"}
    second = await tester(cast, "zone:read", serviceId=till.me["serviceId"])
    assert second.me["serviceId"] == till.me["serviceId"]


async def test_a_test_key_is_told_by_its_looks_and_ends_like_others(cast: Cast) -> None:
    live, till = await program(cast, "zone:read"), await tester(cast, "zone:read")
    assert str(till.token).startswith("hermod_test_")
    assert not str(live.token).startswith("hermod_test_")
    for is_test, one in (("true", till), ("false", live)):
        found = (await cast.admin.get(f"{KEYS}?isTest={is_test}")).data["items"]
        assert [key["id"] for key in found] == [one.me["id"]]
    good = str(till.token)
    till.token = "hermod_" + good.removeprefix("hermod_test_")
    assert (await till.get("/api/v1/delivery-zones")).code == "bad_api_key"
    till.token = good
    assert (await till.get("/api/v1/admin/delivery-zones")).status == 200
    assert (await cast.admin.ask("DELETE", f"{KEYS}/{till.me['id']}")).status == 204
    await used_up(till, "/api/v1/admin/delivery-zones")


async def test_a_key_whose_test_world_was_begun_anew_opens_nothing(cast: Cast) -> None:
    till = await tester(cast, "zone:read")
    await cast.stack.rows("DELETE FROM sandbox.users")
    await used_up(till, "/api/v1/admin/delivery-zones")


@pytest.mark.parametrize("scope", ["monitoring:read", "setting:read", "setting:*"])
async def test_the_programs_themselves_are_not_part_of_the_test_world(
    cast: Cast, scope: str
) -> None:
    draft = {"name": "Till", "scopes": [scope], "isTest": True}
    assert (await cast.admin.post(KEYS, draft)).fields == {"scopes.0": "unknown_scope"}
