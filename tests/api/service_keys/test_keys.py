"""API keys: each opens what its scopes say, as its service, until it is revoked or too old."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.endpoints import ENDPOINTS
from api.kit.actor import PUBLIC, SIGNED_IN, carries
from api.kit.clock import real_now
from api.service_keys.service import grantable
from tests.api.staff.test_service import member
from tests.support.cast import Cast
from tests.support.examples import NOBODY, ask, name_of
from tests.support.people import DROPOFF, PICKUP, Person

KEYS = "/api/v1/admin/api-keys"
GRANTABLE = grantable(endpoint.permission for endpoint in ENDPOINTS)
ORDER = {"pickup": PICKUP, "dropoff": DROPOFF, "items": [{"title": "A parcel"}]}


async def program(cast: Cast, *scopes: str, **draft: Any) -> Person:
    """Make a key and return the program that has it."""
    body = {"name": "Till system", "scopes": scopes, "ratePerMin": 100_000} | draft
    made = (await cast.admin.post(KEYS, body)).data
    return Person(cast.admin.base, token=made["key"], me=made)


async def used_up(who: Person, path: str) -> None:
    """Wait until a key opens nothing any more."""
    async with asyncio.timeout(10):
        while (answer := await who.get(path)).status == 200:
            pass
    assert (answer.status, answer.code) == (401, "bad_api_key")


async def test_a_key_opens_what_its_scopes_carry_and_nothing_else(cast: Cast) -> None:
    """Statement 42: each scope at every endpoint of the table."""
    assert {"dispatch:read", "order:create", "user:lookup"} <= GRANTABLE
    assert not [one for one in GRANTABLE if one.startswith(("admin:", "key:", "carry:"))]
    for scope in sorted({*GRANTABLE, "order:*", "zone:*"}):
        holder = await program(cast, scope)
        for endpoint in ENDPOINTS:
            if endpoint.permission == PUBLIC:
                continue
            answer = await ask(holder, endpoint)
            told = (scope, name_of(endpoint), answer.status, answer.body)
            assert answer.status < 500, told
            if endpoint.permission in GRANTABLE and carries(
                frozenset({scope}), endpoint.permission
            ):
                assert answer.status not in {401, 403}, told
            else:
                assert (answer.status, answer.code) == (403, "forbidden"), told


async def test_a_key_is_shown_once_and_kept_as_a_hash(cast: Cast) -> None:
    till = await program(cast, "dispatch:read")
    listed = (await cast.admin.get(KEYS)).data["items"]
    assert [one["id"] for one in listed] == [till.me["id"]]
    assert "key" not in listed[0]
    secret = str(till.token)[40:]
    for table in ("api_keys", "audit_logs", "outbox", "idempotency_keys"):
        rows = await cast.stack.rows(f"SELECT t::text FROM {table} AS t")  # noqa: S608  # ours
        assert secret not in str(rows), table


async def test_a_program_acts_as_its_service_with_every_key_of_it(cast: Cast) -> None:
    first = await program(cast, "order:create", "order:read")
    service = first.me["serviceId"]
    second = await program(cast, "order:read", serviceId=service)
    key = uuid4().hex
    placed = (await first.post("/api/v1/orders", ORDER, key=key)).data
    again = await first.post("/api/v1/orders", ORDER, key=key)
    assert again.data["id"] == placed["id"]
    seen = (await second.get(f"/api/v1/orders/{placed['id']}")).data
    assert seen["id"] == placed["id"]
    stranger = await program(cast, "order:read")
    assert (await stranger.get(f"/api/v1/orders/{placed['id']}")).status == 404
    (row,) = await cast.stack.rows("SELECT u.role FROM orders JOIN users AS u ON u.id = user_id")
    assert row["role"] == "service"


async def test_a_key_kept_to_a_company_works_for_that_shop_only(cast: Cast) -> None:
    company, _vendor = await cast.shop()
    other, _other_vendor = await cast.shop()
    till = await program(cast, "shop:*", companyId=company)
    customer = await cast.customer()
    own = await cast.order(customer, companyId=company)
    foreign = await cast.order(customer, companyId=other)
    shown = (await till.get("/api/v1/vendor/orders")).data["items"]
    assert [one["id"] for one in shown] == [own["id"]]
    move = {"status": "preparing"}
    assert (await till.put(f"/api/v1/vendor/orders/{own['id']}/status", move)).status == 200
    assert (await till.put(f"/api/v1/vendor/orders/{foreign['id']}/status", move)).status == 404


async def test_a_key_kept_to_zones_sees_these_alone(cast: Cast) -> None:
    customer = await cast.customer()
    order = await cast.order(customer)
    card = f"/api/v1/internal/users/{customer.me['id']}"
    here = await program(cast, "dispatch:read", "user:lookup", zoneIds=[cast.zone_id])
    assert (await here.get(f"/api/v1/admin/orders/{order['id']}")).status == 200
    assert (await here.get(card)).status == 200
    drawn = {
        "name": "Lisbon",
        "code": "lisbon",
        "polygon": {
            "type": "Polygon",
            "coordinates": [[[-9.3, 38.6], [-9.0, 38.6], [-9.0, 38.9], [-9.3, 38.6]]],
        },
        "baseFeeMinor": 250,
        "currency": "EUR",
        "timeZone": "Europe/Lisbon",
    }
    zone = (await cast.admin.post("/api/v1/admin/delivery-zones", drawn)).data["id"]
    scopes = ("dispatch:read", "audit:read", "user:lookup")
    elsewhere = await program(cast, *scopes, zoneIds=[zone])
    assert (await elsewhere.get(card)).status == 404
    assert (await elsewhere.get(f"/api/v1/admin/orders/{order['id']}")).status == 404
    assert (await elsewhere.get("/api/v1/admin/orders")).data["totalCount"] == 0
    assert (await elsewhere.get("/api/v1/admin/audit-logs")).status == 403


async def test_a_revoked_key_opens_nothing_within_a_second(cast: Cast) -> None:
    till, other = await program(cast, "dispatch:read"), await program(cast, "dispatch:read")
    path = f"{KEYS}/{till.me['id']}"
    assert (await till.get("/api/v1/admin/orders")).status == 200
    assert (await cast.admin.ask("DELETE", path)).status == 204
    await used_up(till, "/api/v1/admin/orders")
    assert (await cast.admin.ask("DELETE", path)).status == 204  # once more changes nothing
    assert (await other.get("/api/v1/admin/orders")).status == 200
    rows = await cast.stack.rows(
        "SELECT action FROM audit_logs WHERE entity_id = $1 ORDER BY id",
        till.me["id"],
    )
    assert [row["action"] for row in rows] == ["api_key.add", "api_key.revoke"]
    assert (await cast.admin.ask("DELETE", f"{KEYS}/{NOBODY}")).status == 404
    active = (await cast.admin.get(f"{KEYS}?isActive=true")).data["items"]
    assert [one["id"] for one in active] == [other.me["id"]]


async def test_the_keys_of_a_blocked_service_open_nothing(cast: Cast) -> None:
    till = await program(cast, "dispatch:read")
    assert (await till.get("/api/v1/admin/orders")).status == 200
    path = f"/api/v1/admin/users/{till.me['serviceId']}/active"
    (await cast.admin.put(path, {"isActive": False, "reason": "too curious"})).data  # noqa: B018
    await used_up(till, "/api/v1/admin/orders")


async def test_a_key_ends_at_its_time(cast: Cast) -> None:
    till = await program(cast, "dispatch:read", expiresAt=soon(2))
    assert (await till.get("/api/v1/admin/orders")).status == 200
    await used_up(till, "/api/v1/admin/orders")


def soon(seconds: int) -> str:
    """Return a time a few seconds ahead."""
    return (real_now() + timedelta(seconds=seconds)).isoformat()


async def test_the_last_use_is_noted(cast: Cast) -> None:
    till = await program(cast, "dispatch:read")
    assert till.me["lastUsedAt"] is None
    assert (await till.get("/api/v1/admin/orders")).status == 200
    async with asyncio.timeout(10):
        while (await cast.admin.get(KEYS)).data["items"][0]["lastUsedAt"] is None:
            pass


async def test_a_key_has_a_limit_of_its_own(cast: Cast) -> None:
    slow = await program(cast, "dispatch:read", ratePerMin=1)
    answers = [await slow.get("/api/v1/admin/orders") for _ in range(12)]
    assert [answer.status for answer in answers] == [200] * 10 + [429] * 2
    assert answers[0].headers["RateLimit-Policy"] == '"key";q=1;w=60'
    assert (await cast.admin.get("/api/v1/admin/orders")).status == 200


@pytest.mark.parametrize(
    ("draft", "field", "code"),
    [
        ({"scopes": []}, "scopes", "too_short"),
        ({"scopes": ["*"]}, "scopes.0", "string_pattern_mismatch"),
        ({"scopes": ["dispatch:raed"]}, "scopes.0", "unknown_scope"),
        ({"scopes": ["dispatch:read", "admin:manage"]}, "scopes.1", "unknown_scope"),
        ({"scopes": ["key:manage"]}, "scopes.0", "unknown_scope"),
        ({"scopes": ["carry:work"]}, "scopes.0", "unknown_scope"),
        ({"scopes": [SIGNED_IN]}, "scopes.0", "string_pattern_mismatch"),
        ({"expiresAt": "2026-01-01T00:00:00Z"}, "expiresAt", "in_the_past"),
        ({"zoneIds": [NOBODY]}, "zoneIds.0", "unknown_zone"),
        ({"companyId": NOBODY}, "companyId", "unknown_company"),
        ({"serviceId": NOBODY}, "serviceId", "unknown_service"),
        ({"serviceId": NOBODY, "companyId": NOBODY}, "serviceId", "kept_already"),
    ],
)
async def test_a_key_that_cannot_be_is_refused(
    cast: Cast, draft: dict[str, Any], field: str, code: str
) -> None:
    answer = await cast.admin.post(KEYS, {"name": "Till", "scopes": ["dispatch:read"]} | draft)
    assert (answer.status, answer.fields) == (422, {field: code})
    assert await cast.stack.rows("SELECT 1 FROM api_keys") == []


async def test_nobody_hands_out_what_they_lack(cast: Cast) -> None:
    narrow = await member(cast, "super_admin", permissions=["key:manage", "zone:read"])
    draft = {"name": "Till", "scopes": ["zone:*"]}
    assert (await narrow.post(KEYS, draft)).fields == {"scopes.0": "beyond_yours"}
    assert (await narrow.post(KEYS, draft | {"scopes": ["zone:read"]})).status == 201
    admin = await member(cast, "admin")
    assert (await admin.get(KEYS)).status == 403


async def test_a_person_cannot_be_given_a_key(cast: Cast) -> None:
    draft = {"name": "Till", "scopes": ["zone:read"], "serviceId": cast.admin.me["id"]}
    assert (await cast.admin.post(KEYS, draft)).fields == {"serviceId": "unknown_service"}


async def test_a_program_looks_up_who_somebody_is_and_no_more(cast: Cast) -> None:
    customer = await cast.customer()
    till = await program(cast, "user:lookup")
    card = (await till.get(f"/api/v1/internal/users/{customer.me['id']}")).data
    assert card == {
        "id": customer.me["id"],
        "role": "customer",
        "firstName": "Customer",
        "lastName": customer.me["lastName"],
        "locale": "en",
        "companyId": None,
        "isActive": True,
    }
    assert (await till.get("/api/v1/admin/users")).status == 403


@pytest.mark.parametrize("bad", ["mark", "secret", "short", "unknown", "odd"])
async def test_a_text_that_is_no_key_of_ours_opens_nothing(cast: Cast, bad: str) -> None:
    till = await program(cast, "dispatch:read")
    good = str(till.token)
    assert good.isascii()
    middle = "A" if good[50] != "A" else "B"
    till.token = {
        "mark": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "secret": good[:50] + middle + good[51:],
        "short": "hermod_",
        "unknown": "hermod_" + "0" * 70,
        "odd": "hermod_caf\u00e9",
    }[bad]
    for path in ("/api/v1/admin/orders", "/api/v1/delivery-zones"):
        answer = await till.get(path)
        assert (answer.status, answer.code) == (401, "bad_api_key")
