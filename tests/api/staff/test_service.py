"""The staff: added, kept to zones and permissions, changed with effect at once, never empty."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.support.cast import Cast
from tests.support.people import PASSWORD, Answer, Person
from tests.support.phone import connected, ticket

ADMINS = "/api/v1/admin/admins"
LOGIN = "/api/v1/auth/login"
NEW = {"password": PASSWORD, "firstName": "Lia", "lastName": "Lopes"}


async def member(cast: Cast, role: str, **draft: Any) -> Person:
    """Add a member of the staff and sign in as them."""
    email = f"{role}.{uuid4().hex[:10]}@staff.example"
    made = (await cast.admin.post(ADMINS, NEW | {"role": role, "email": email} | draft)).data
    person = cast.stack.person()
    person.keep((await person.post(LOGIN, {"login": email, "password": PASSWORD})).data)
    assert person.me["id"] == made["id"]
    return person


async def change(cast: Cast, who: Person, act: str, body: Any, **options: Any) -> Answer:
    """Change something about a member."""
    return await cast.admin.put(f"{ADMINS}/{who.me['id']}{act}", body, **options)


async def out(person: Person) -> None:
    """Wait until the person's access token opens nothing any more."""
    async with asyncio.timeout(10):
        while (await person.get("/api/v1/auth/me")).status == 200:
            pass


async def test_a_member_is_added_listed_and_signs_in(cast: Cast) -> None:
    lia = await member(cast, "location_admin", zoneIds=[cast.zone_id])
    assert lia.me["zoneIds"] == [cast.zone_id]
    assert "dispatch:read" in lia.me["permissions"]
    listed = (await cast.admin.get(f"{ADMINS}?role=location_admin")).data
    assert [one["id"] for one in listed["items"]] == [lia.me["id"]]
    stats = (await cast.admin.get(f"{ADMINS}/stats")).data["roles"]
    assert {one["role"]: one["active"] for one in stats} == {
        "location_admin": 1,
        "super_admin": 1,
    }
    again = NEW | {"role": "support", "email": lia.me["email"].upper()}
    assert (await cast.admin.post(ADMINS, again)).fields == {"email": "taken"}


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"role": "admin", "zoneIds": ["01a1fdf9-ebdd-7dc8-96a3-afe9e27e6ada"]}, "zoneIds"),
        ({"role": "support", "permissions": ["order:manage"]}, "permissions"),
        ({"role": "support", "permissions": ["*"]}, "permissions.0"),
        ({"role": "customer"}, "role"),
        ({"role": "support", "zoneIds": ["01a1fdf9-ebdd-7dc8-96a3-afe9e27e6ada"]}, "zoneIds.0"),
    ],
)
async def test_what_cannot_be_is_refused(cast: Cast, draft: dict[str, Any], field: str) -> None:
    answer = await cast.admin.post(ADMINS, NEW | {"email": "x@staff.example"} | draft)
    assert (answer.status, set(answer.fields)) == (422, {field})


async def test_narrowed_permissions_take_away_and_never_add(cast: Cast) -> None:
    narrow = await member(cast, "manager", permissions=["dispatch:read"])
    assert (await narrow.get("/api/v1/admin/orders")).status == 200
    assert (await narrow.get("/api/v1/admin/users")).status == 403
    whole = await member(cast, "manager")
    assert (await whole.get("/api/v1/admin/users")).status == 200
    assert (await whole.get(ADMINS)).status == 403


async def test_only_super_admins_manage_the_staff(cast: Cast) -> None:
    admin = await member(cast, "admin")
    assert (await admin.get(ADMINS)).code == "forbidden"
    assert (await admin.get("/api/v1/admin/users")).status == 200


async def test_a_change_of_rights_holds_at_once_on_sockets_too(cast: Cast) -> None:
    """Statement 41: on the next request and on live sockets."""
    lia = await member(cast, "manager")
    tag = (await cast.admin.get(f"{ADMINS}/{lia.me['id']}")).headers["ETag"]
    draft = {"role": "support", "firstName": "Lia", "lastName": "Lopes"}
    async with connected(cast.stack, await ticket(lia)) as socket:
        match = {"If-Match": tag}
        assert (await change(cast, lia, "", draft, headers=match)).data["role"] == "support"
        await cast.stack.settle()
        async with asyncio.timeout(10):
            await socket.io.wait()
    await out(lia)
    assert (await change(cast, lia, "", draft, headers=match)).status == 412
    login = {"login": lia.me["email"], "password": PASSWORD}
    lia.token = None
    lia.keep((await lia.post(LOGIN, login)).data)
    assert lia.me["role"] == "support"
    rows = await cast.stack.rows("SELECT * FROM audit_logs WHERE action = 'staff.change'")
    assert [(r["old_values"]["role"], r["new_values"]["role"]) for r in rows] == [
        ("manager", "support")
    ]


async def test_a_member_goes_and_the_address_is_free_again(cast: Cast) -> None:
    """Statement 43: gone from every list, the address is free, the trail keeps the history."""
    lia = await member(cast, "operator")
    assert (await cast.admin.ask("DELETE", f"{ADMINS}/{lia.me['id']}")).status == 204
    await out(lia)
    assert (await cast.admin.get(f"{ADMINS}/{lia.me['id']}")).status == 404
    again = NEW | {"role": "operator", "email": lia.me["email"]}
    assert (await cast.admin.post(ADMINS, again)).status == 201


async def test_an_inactive_member_is_out_until_let_in(cast: Cast) -> None:
    lia = await member(cast, "operator")
    assert (await change(cast, lia, "/active", {"isActive": False})).data["isActive"] is False
    await out(lia)
    lia.token = None
    login = {"login": lia.me["email"], "password": PASSWORD}
    assert (await lia.post(LOGIN, login)).status == 401
    assert (await change(cast, lia, "/active", {"isActive": True})).status == 200
    lia.token = None
    assert (await lia.post(LOGIN, login)).status == 200


async def test_a_password_is_reset_by_a_code_in_the_mail(cast: Cast) -> None:
    lia = await member(cast, "operator")
    path = f"{ADMINS}/{lia.me['id']}/reset-password"
    assert (await cast.admin.post(path)).status == 202
    await cast.stack.settle()
    email = lia.me["email"]
    body = {"destination": email, "code": cast.stack.mail.code(email), "newPassword": "new " * 4}
    assert (await cast.stack.person().post("/api/v1/auth/reset-password", body)).status == 204


async def test_there_is_always_a_super_admin(cast: Cast) -> None:
    assert (await change(cast, cast.admin, "/active", {"isActive": False})).code == "not_oneself"
    first, second = await member(cast, "super_admin"), await member(cast, "super_admin")
    (await cast.admin.get(ADMINS)).data  # noqa: B018
    stop = {"isActive": False}
    answers = await asyncio.gather(
        first.put(f"{ADMINS}/{second.me['id']}/active", stop),
        second.put(f"{ADMINS}/{first.me['id']}/active", stop),
        first.put(f"{ADMINS}/{cast.admin.me['id']}/active", stop),
        second.put(f"{ADMINS}/{cast.admin.me['id']}/active", stop),
    )
    assert {answer.status for answer in answers} <= {200, 401, 409}
    (row,) = await cast.stack.rows(
        "SELECT count(*) FROM users WHERE role = 'super_admin' AND is_active"
    )
    assert row["count"] >= 1
