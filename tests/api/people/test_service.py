"""People as staff see them: found, corrected, blocked."""

import asyncio
from typing import Any

import pytest

from api.identity.model import WRITTEN
from tests.support.cast import Cast
from tests.support.people import PASSWORD, Answer, Person

USERS = "/api/v1/admin/users"
BLOCK = {"isActive": False, "reason": "threw eggs"}


async def found(cast: Cast, **query: Any) -> list[str]:
    """Return the ids of the people that a query finds."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    page = (await cast.admin.get(f"{USERS}?{asked}")).data
    assert page["totalCount"] == len(page["items"])
    return [one["id"] for one in page["items"]]


async def login(cast: Cast, person: Person) -> Answer:
    """Sign in anew."""
    body = {"login": person.me["phone"], "password": PASSWORD}
    return await cast.stack.person().post("/api/v1/auth/login", body)


async def test_people_are_found_by_name_contact_role_and_state(cast: Cast) -> None:
    customer, courier = await cast.customer(), await cast.courier(online=False)
    await customer.put("/api/v1/users/me", {"firstName": "Ágata", "lastName": "O%Neill"})
    mine = customer.me["id"]
    for search in ("ÁGATA", "gata%20o%25n", customer.me["phone"].replace("+", "%2B")):
        assert await found(cast, search=search) == [mine]
    assert await found(cast, search="%25%25") == []
    assert await found(cast, role="courier") == [courier.me["id"]]
    assert await found(cast, zoneId=cast.zone_id) == [courier.me["id"]]
    (await cast.admin.put(f"{USERS}/{mine}/active", BLOCK)).data  # noqa: B018
    assert await found(cast, isActive="false") == [mine]
    one = (await cast.admin.get(f"{USERS}/{mine}")).data
    assert (one["firstName"], one["blockedReason"]) == ("Ágata", "threw eggs")
    assert "password" not in str(one)


async def test_a_correction_names_the_version_it_was_made_for(cast: Cast) -> None:
    path = f"{USERS}/{(await cast.customer()).me['id']}"
    tag = (await cast.admin.get(path)).headers["ETag"]
    draft = {"firstName": "Bea", "lastName": "Bar"}
    answers = await asyncio.gather(
        *(cast.admin.put(path, draft, headers={"If-Match": tag}) for _ in range(2))
    )
    assert sorted(answer.status for answer in answers) == [200, 412]
    assert (await cast.admin.put(path, draft)).status == 428
    assert (await cast.admin.get(path)).data["firstName"] == "Bea"


async def test_a_blocked_person_is_out_at_once_until_let_in_again(cast: Cast) -> None:
    courier = await cast.courier()
    path = f"{USERS}/{courier.me['id']}/active"
    assert (await cast.admin.put(path, BLOCK)).data["isActive"] is False
    async with asyncio.timeout(10):
        while (await courier.get("/api/v1/auth/me")).status == 200:
            pass
    assert (await login(cast, courier)).code == "wrong_credentials"
    seen = (await cast.admin.get(f"/api/v1/admin/couriers/{courier.courier_id}")).data
    assert (seen["status"], seen["isActive"]) == ("offline", False)
    assert (await cast.admin.put(path, {"isActive": True})).data["blockedReason"] is None
    courier.keep((await login(cast, courier)).data)
    assert (await courier.put("/api/v1/courier/status", {"status": "online"})).status == 200
    trail = await cast.stack.rows(
        "SELECT action, old_values, new_values FROM audit_logs WHERE action LIKE 'user.%block'"
    )
    assert [row["action"] for row in trail] == ["user.block", "user.unblock"]
    assert trail[0]["new_values"] == {"isActive": False, "reason": "threw eggs"}
    assert trail[1]["old_values"] == {"isActive": False, "reason": "threw eggs"}


@pytest.mark.parametrize("body", [{"isActive": False}, {}, {"isActive": "no", "reason": "x"}])
async def test_a_block_says_why(cast: Cast, body: dict[str, Any]) -> None:
    path = f"{USERS}/{(await cast.customer()).me['id']}/active"
    assert (await cast.admin.put(path, body)).status == 422


async def test_staff_is_not_blocked_from_here(cast: Cast) -> None:
    path = f"{USERS}/{cast.admin.me['id']}/active"
    assert (await cast.admin.put(path, BLOCK)).code == "staff_account"


async def test_a_search_reads_an_index_of_trigrams(cast: Cast) -> None:
    fits = f"deleted_at IS NULL AND lower({WRITTEN}) LIKE '%anastasia%'"
    async with cast.stack.database.transaction() as db:
        await db.execute(
            "INSERT INTO users (id, role, first_name, last_name, locale, is_active, created_at, "
            "updated_at) SELECT gen_random_uuid(), 'customer', md5(n::text), '', 'en', true, "
            "now(), now() FROM generate_series(1, 5000) AS n"
        )
        await db.execute("SELECT gin_clean_pending_list('ix_users_search')")
        await db.execute("ANALYZE users")
        await db.execute("SET LOCAL enable_seqscan = off")
        plan = await db.fetch(f"EXPLAIN SELECT 1 FROM users WHERE {fits}")  # noqa: S608  # ours
    assert "ix_users_search" in str(plan)
