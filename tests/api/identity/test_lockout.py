"""Lockout: guessing ends soon, tells nothing, and locks out nobody who sits elsewhere."""

import asyncio
from typing import Any

import pytest

from api.settings import Settings
from tests.support.cast import Cast
from tests.support.people import PASSWORD, Answer

HERE, THERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Believe the addresses that the tests invent; lock after three wrong passwords."""
    return settings.model_copy(update={"trusted_proxies": ("127.0.0.1",), "lock_after": 3})


async def login(cast: Cast, who: str, password: str, address: str = HERE) -> Answer:
    """Try to sign in from an address."""
    body = {"login": who, "password": password}
    headers = {"X-Forwarded-For": address}
    return await cast.stack.person().post("/api/v1/auth/login", body, headers=headers)


async def wrong(cast: Cast, who: str, times: int, address: str = HERE) -> list[Answer]:
    """Guess wrongly."""
    return [await login(cast, who, "a guess", address) for _ in range(times)]


async def locks(cast: Cast) -> list[Any]:
    """Return the locks that the audit trail knows."""
    return await cast.stack.rows("SELECT * FROM audit_logs WHERE action = 'login.lock'")


async def test_after_wrong_guesses_even_the_right_password_is_refused_alike(cast: Cast) -> None:
    """Statement 36: a lock answers like a wrong password."""
    person = await cast.customer()
    answers = await wrong(cast, person.me["phone"], 3)
    answers += [await login(cast, person.me["phone"], PASSWORD)]
    answers += await wrong(cast, "+351930000001", 4)  # nobody
    for answer in answers:
        answer.body.pop("requestId")
    assert {str((answer.status, answer.body)) for answer in answers} == {
        str((401, answers[0].body))
    }


async def test_from_another_network_the_owner_gets_in(cast: Cast) -> None:
    """Statement 36: nobody is locked out by others."""
    phone = (await cast.customer()).me["phone"]
    await wrong(cast, phone, 3)
    assert (await login(cast, phone, PASSWORD, "198.51.100.200")).status == 401  # the same network
    assert (await login(cast, phone, PASSWORD, THERE)).status == 200
    assert (await login(cast, phone, PASSWORD, "2001:db8::1")).status == 200


async def test_success_forgets_the_failures_before(cast: Cast) -> None:
    phone = (await cast.customer()).me["phone"]
    for _ in range(3):
        await wrong(cast, phone, 2)
        assert (await login(cast, phone, PASSWORD)).status == 200


async def test_phone_and_mail_of_one_account_are_counted_together(cast: Cast) -> None:
    person = await cast.customer()
    await cast.stack.rows(
        "UPDATE users SET email = 'both@hermod.example' WHERE phone = $1", person.me["phone"]
    )
    await wrong(cast, person.me["phone"], 2)
    await wrong(cast, "both@hermod.example", 1)
    assert (await login(cast, "both@hermod.example", PASSWORD)).status == 401


async def test_parallel_guesses_are_counted_one_by_one(cast: Cast) -> None:
    phone = (await cast.customer()).me["phone"]
    await asyncio.gather(*(login(cast, phone, f"guess {number}") for number in range(20)))
    (lock,) = await locks(cast)
    assert lock["new_values"] == {"seconds": 900}


async def test_each_further_lock_takes_twice_as_long_and_time_lifts_it(cast: Cast) -> None:
    """Statement 36: exponential."""
    phone = (await cast.customer()).me["phone"]
    redis = cast.stack.station.redis
    for _ in range(3):
        await wrong(cast, phone, 4)
        (key,) = [key async for key in redis.scan_iter("lock:*")]
        await redis.hset(key, "until", "0")  # time goes by
    assert [row["new_values"]["seconds"] for row in await locks(cast)] == [900, 1800, 3600]
    assert (await login(cast, phone, PASSWORD)).status == 200


async def test_a_lock_is_noted_for_known_and_unknown_accounts_without_their_contact(
    cast: Cast,
) -> None:
    person = await cast.customer()
    await wrong(cast, person.me["phone"], 3)
    await wrong(cast, "nobody@hermod.example", 3)
    known, unknown = await locks(cast)
    assert (known["entity_type"], known["entity_id"]) == ("user", person.me["id"])
    assert unknown["entity_type"] == "login"
    assert "nobody" not in str(unknown)


async def test_a_new_password_begins_a_new_count(cast: Cast) -> None:
    phone = (await cast.customer()).me["phone"]
    await wrong(cast, phone, 3)
    forgotten = {"destination": phone}
    await cast.stack.person().post("/api/v1/auth/forgot-password", forgotten)
    await cast.stack.settle()
    body = forgotten | {"code": cast.stack.sms.code(phone), "newPassword": "a new password"}
    assert (await cast.stack.person().post("/api/v1/auth/reset-password", body)).status == 204
    assert (await login(cast, phone, "a new password")).status == 200


async def test_a_hash_of_another_cost_is_made_anew_at_sign_in(cast: Cast) -> None:
    phone = (await cast.customer()).me["phone"]
    by_phone = "SELECT password_hash FROM users WHERE phone = $1"
    before = (await cast.stack.rows(by_phone, phone))[0]["password_hash"]
    old = before.replace("$04$", "$05$")  # the salt and digest no longer fit: sign-in fails
    await cast.stack.rows("UPDATE users SET password_hash = $2 WHERE phone = $1", phone, old)
    assert (await login(cast, phone, PASSWORD)).status == 401
    await cast.stack.rows("UPDATE users SET password_hash = $2 WHERE phone = $1", phone, before)
    assert (await login(cast, phone, PASSWORD)).status == 200
    assert (await cast.stack.rows(by_phone, phone))[0]["password_hash"] == before


async def test_staff_lift_a_lock_by_letting_the_person_in(cast: Cast) -> None:
    person = await cast.customer()
    await wrong(cast, person.me["phone"], 3)
    assert (await login(cast, person.me["phone"], PASSWORD)).status == 401
    path = f"/api/v1/admin/users/{person.me['id']}/active"
    assert (await cast.admin.put(path, {"isActive": True})).status == 200
    assert (await login(cast, person.me["phone"], PASSWORD)).status == 200
