"""The audit trail: written with every act, read by administrators, changed by nobody."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from api.kit.clock import real_now
from tests.support.cast import Cast

TRAIL = "/api/v1/admin/audit-logs"


async def entries(cast: Cast, **query: Any) -> list[dict[str, Any]]:
    """Return what a query finds."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    page = (await cast.admin.get(f"{TRAIL}?{asked}")).data
    assert page["totalCount"] == len(page["items"])
    return list(page["items"])


async def test_an_act_is_found_by_actor_thing_act_and_time(cast: Cast) -> None:
    customer, other = await cast.customer(), await cast.customer()
    path = f"/api/v1/admin/users/{customer.me['id']}/active"
    began = real_now().isoformat().replace("+", "%2B")
    (await cast.admin.put(path, {"isActive": False, "reason": "eggs"})).data  # noqa: B018
    (block,) = await entries(cast, action="user.block")
    assert (block["actorName"], block["userId"]) == ("Ada Admin", cast.admin.me["id"])
    assert (block["entityType"], block["entityId"]) == ("user", customer.me["id"])
    assert (block["oldValues"], block["newValues"]) == (
        {"isActive": True, "reason": None},
        {"isActive": False, "reason": "eggs"},
    )
    assert block["ipAddress"] == "127.0.0.1"
    assert str(block["userAgent"]).startswith("Python/")
    assert block in await entries(cast, entityType="user", entityId=customer.me["id"])
    assert block in await entries(cast, action="user", userId=cast.admin.me["id"])
    assert block in await entries(cast, since=began)
    assert block not in await entries(cast, until=began)
    assert await entries(cast, action="user.blo") == []
    assert block not in await entries(cast, userId=other.me["id"])
    newest = (await cast.admin.get(f"{TRAIL}?pageSize=1")).data
    assert newest["totalCount"] == newest["totalPages"] > 2
    assert newest["items"][0]["createdAt"] >= block["createdAt"]


async def test_a_client_may_call_itself_what_it_likes(cast: Cast) -> None:
    for number, name in enumerate(("x" * 500, "café/1.0")):
        draft = {"name": f"Shop {number}"}
        headers = {"User-Agent": name}
        made = await cast.admin.post("/api/v1/admin/companies", draft, headers=headers)
        assert made.status == 201
    found = [one["userAgent"] for one in await entries(cast, action="company.add")]
    assert found == ["café/1.0", "x" * 200]


async def test_an_act_that_fails_leaves_no_entry(cast: Cast) -> None:
    before = len(await entries(cast, pageSize=100))
    zone = f"/api/v1/admin/delivery-zones/{cast.zone_id}"
    stale = await cast.admin.ask("DELETE", zone, headers={"If-Match": '"7"'})
    assert stale.status == 412
    assert len(await entries(cast, pageSize=100)) == before


@pytest.mark.parametrize(
    "change", ["UPDATE audit_logs SET action = 'nothing'", "DELETE FROM audit_logs"]
)
async def test_nobody_rewrites_the_trail(cast: Cast, change: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await cast.stack.rows(change)


@pytest.mark.parametrize("query", ["action=%25", "since=yesterday", "colour=red", "userId=7"])
async def test_a_question_that_makes_no_sense_is_refused(cast: Cast, query: str) -> None:
    assert (await cast.admin.get(f"{TRAIL}?{query}")).status == 422


async def test_entries_of_the_future_are_none(cast: Cast) -> None:
    later = (real_now() + timedelta(days=1)).isoformat().replace("+", "%2B")
    assert await entries(cast, since=later) == []
