"""Members of the staff who were removed: gone from every read, put back as they were."""

import asyncio
from typing import Any

import pytest

from api.tables import metadata
from tests.api.staff.test_service import ADMINS, LOGIN, member, out
from tests.support.cast import Cast
from tests.support.people import PASSWORD, Answer, Person

SOFT = {"users", "companies", "files", "webhooks"}
"""Tables whose rows may be marked as deleted: users and companies can come back, files cannot,
since their bytes go."""


async def remove(cast: Cast, who: Person) -> None:
    """Take a member off the staff."""
    assert (await cast.admin.ask("DELETE", f"{ADMINS}/{who.me['id']}")).status == 204


async def restore(cast: Cast, who: Person) -> Answer:
    """Put a member back."""
    return await cast.admin.post(f"{ADMINS}/{who.me['id']}/restore")


async def sign_in(cast: Cast, who: Person) -> Answer:
    """Sign in with the password of before."""
    return await cast.stack.person().post(LOGIN, {"login": who.me["email"], "password": PASSWORD})


async def edits(cast: Cast, action: str) -> list[Any]:
    """Return what the audit trail holds of an action."""
    return await cast.stack.rows("SELECT * FROM audit_logs WHERE action = $1", action)


def test_every_table_whose_rows_may_be_marked_as_deleted_is_known() -> None:
    """Statement 43: a new one has to be decided about."""
    assert {t.name for t in metadata.tables.values() if "deleted_at" in t.columns} == SOFT


async def test_a_removed_member_is_in_no_read_but_the_list_of_the_removed(cast: Cast) -> None:
    """Statement 43: lists, counts, by id, search, sign-in."""
    lia = await member(cast, "operator")
    before = (await cast.admin.get(f"{ADMINS}/stats")).data
    await remove(cast, lia)
    for path in (ADMINS, "/api/v1/admin/users", f"/api/v1/admin/users?search={lia.me['email']}"):
        assert lia.me["id"] not in str((await cast.admin.get(path)).data), path
    for path in (f"{ADMINS}/{lia.me['id']}", f"/api/v1/admin/users/{lia.me['id']}"):
        assert (await cast.admin.get(path)).status == 404, path
    assert (await cast.admin.get(f"{ADMINS}/stats")).data != before
    assert (await sign_in(cast, lia)).status == 401
    removed = (await cast.admin.get(f"{ADMINS}?isRemoved=true")).data
    assert [(one["id"], one["deletedAt"] is not None) for one in removed["items"]] == [
        (lia.me["id"], True)
    ]
    assert removed["totalCount"] == 1


async def test_a_removed_member_comes_back_as_they_were_and_signs_in_anew(cast: Cast) -> None:
    """Statement 43: restored with role, zones, permissions and password; sessions stay ended."""
    lia = await member(
        cast, "location_admin", zoneIds=[cast.zone_id], permissions=["dispatch:read"]
    )
    before = (await cast.admin.get(f"{ADMINS}/{lia.me['id']}")).data
    await remove(cast, lia)
    back = await restore(cast, lia)
    assert back.headers["ETag"] == f'"{back.data["version"]}"'
    kept = set(before) - {"version", "updatedAt"}
    assert {name: back.data[name] for name in kept} == {name: before[name] for name in kept}
    assert back.data["version"] > before["version"]
    await out(lia)  # ended sessions are learned of within a second
    assert (await lia.get("/api/v1/auth/me")).code == "session_over"
    refresh = {"refreshToken": lia.refresh_token}
    assert (await cast.stack.person().post("/api/v1/auth/refresh", refresh)).status == 401
    assert (await sign_in(cast, lia)).status == 200
    assert (await cast.admin.get(f"{ADMINS}?isRemoved=true")).data["items"] == []


async def test_a_member_who_was_blocked_comes_back_blocked(cast: Cast) -> None:
    """Statement 43: what was true before the removal is true again, no more."""
    lia = await member(cast, "operator")
    path = f"{ADMINS}/{lia.me['id']}/active"
    (await cast.admin.put(path, {"isActive": False})).data  # noqa: B018  # fails unless 2xx
    await remove(cast, lia)
    assert (await restore(cast, lia)).data["isActive"] is False
    assert (await sign_in(cast, lia)).status == 401


async def test_the_audit_trail_shows_removal_and_return_with_old_and_new_values(
    cast: Cast,
) -> None:
    """Statement 43: reports keep history."""
    lia = await member(cast, "operator", zoneIds=[cast.zone_id])
    await remove(cast, lia)
    (await restore(cast, lia)).data  # noqa: B018  # fails unless 2xx
    (gone,), (back,) = await edits(cast, "staff.remove"), await edits(cast, "staff.restore")
    values = {"role": "operator", "zoneIds": [cast.zone_id], "permissions": [], "isActive": True}
    for live, removed in (("old_values", "new_values"), ("new_values", "old_values")):
        edit = gone if live == "old_values" else back
        assert edit[live] == values | {"deletedAt": None}
        assert edit[removed] == values | {"deletedAt": edit[removed]["deletedAt"]}
        assert edit[removed]["deletedAt"] is not None
        assert edit["entity_id"] == lia.me["id"]
    trail = (await cast.admin.get(f"/api/v1/admin/audit-logs?userId={lia.me['id']}")).data
    assert trail["totalCount"] > 0  # what the member did stays, too


@pytest.mark.parametrize("contact", ["email", "phone"])
async def test_a_member_whose_contact_is_taken_meanwhile_stays_removed(
    cast: Cast, contact: str
) -> None:
    """Statement 43: a conflict that says what to do; after doing it the member comes back."""
    lia = await member(cast, "operator")
    if contact == "phone":
        await cast.stack.rows(
            "UPDATE users SET phone = '+351939999999' WHERE email = $1", lia.me["email"]
        )
    await remove(cast, lia)
    if contact == "phone":
        other = await cast.register("customer", "+351939999999")
    else:
        other = await member(cast, "support")
        await cast.stack.rows(
            "UPDATE users SET email = $1 WHERE email = $2", lia.me["email"], other.me["email"]
        )
    answer = await restore(cast, lia)
    assert (answer.status, answer.code) == (409, "contact_in_use")
    assert {"email": "e-mail address", "phone": "phone number"}[contact] in answer.body["message"]
    assert "have them change or remove it first" in answer.body["message"]
    assert (await cast.admin.get(f"{ADMINS}/{lia.me['id']}")).status == 404
    assert await edits(cast, "staff.restore") == []
    if contact == "phone":
        assert (await other.ask("DELETE", "/api/v1/users/me")).status == 204
    else:
        await remove(cast, other)
    assert (await restore(cast, lia)).status == 200


async def test_restoring_twice_at_once_is_one_return(cast: Cast) -> None:
    """Statement 43: and whoever is there already just stays."""
    lia = await member(cast, "operator")
    await remove(cast, lia)
    answers = await asyncio.gather(*(restore(cast, lia) for _ in range(5)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.data["version"] for answer in answers}) == 1
    assert len(await edits(cast, "staff.restore")) == 1


async def test_a_version_read_before_the_removal_is_stale_after_the_return(cast: Cast) -> None:
    lia = await member(cast, "operator")
    path = f"{ADMINS}/{lia.me['id']}"
    match = {"If-Match": (await cast.admin.get(path)).headers["ETag"]}
    await remove(cast, lia)
    (await restore(cast, lia)).data  # noqa: B018  # fails unless 2xx
    draft = {"role": "support", "firstName": "Lia", "lastName": "Lopes"}
    assert (await cast.admin.put(path, draft, headers=match)).code == "stale_version"


async def test_only_who_may_remove_restores_and_only_members_of_the_staff(cast: Cast) -> None:
    lia, erased = await member(cast, "operator"), await cast.customer()
    await remove(cast, lia)
    assert (await erased.ask("DELETE", "/api/v1/users/me")).status == 204
    for who in (await member(cast, "admin"), await cast.customer()):
        answer = await who.post(f"{ADMINS}/{lia.me['id']}/restore")
        assert (answer.status, answer.code) == (403, "forbidden")
    assert (await restore(cast, erased)).status == 404  # erased for good
    removed = (await cast.admin.get(f"{ADMINS}?isRemoved=true")).data
    assert [one["id"] for one in removed["items"]] == [lia.me["id"]]


async def test_a_company_marked_as_deleted_takes_no_orders_and_stands_in_the_old_ones(
    cast: Cast,
) -> None:
    """Statement 43: companies (nothing removes them yet: the mark is set by hand)."""
    company, _vendor = await cast.shop()
    customer = await cast.customer()
    order = await cast.order(customer, companyId=company)
    await cast.stack.rows("UPDATE companies SET deleted_at = now() WHERE id::text = $1", company)
    assert company not in str((await cast.admin.get("/api/v1/companies")).data)
    draft = {name: order[name] for name in ("pickup", "dropoff")} | {"items": [{"title": "A"}]}
    answer = await customer.post("/api/v1/orders", draft | {"companyId": company}, key="again")
    assert answer.fields == {"companyId": "not_found"}
    kept = (await cast.admin.get(f"/api/v1/admin/orders/{order['id']}")).data
    assert kept["companyId"] == company
    await cast.stack.rows("UPDATE companies SET deleted_at = NULL WHERE id::text = $1", company)
    assert company in str((await cast.admin.get("/api/v1/companies")).data)
