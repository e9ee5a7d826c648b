"""Another password: by a code or by the old one; every session and socket ends with it."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.support.cast import Cast
from tests.support.people import PASSWORD, Answer, Person
from tests.support.phone import connected, ticket

AUTH = "/api/v1/auth"
NEW = "an even longer password"


async def login(cast: Cast, who: str, password: str) -> Answer:
    """Try to sign in."""
    return await cast.stack.person().post(f"{AUTH}/login", {"login": who, "password": password})


async def forget(cast: Cast, who: str) -> Answer:
    """Say that the password is forgotten and let what follows happen."""
    answer = await cast.stack.person().post(f"{AUTH}/forgot-password", {"destination": who})
    await cast.stack.settle()
    return answer


async def reset(cast: Cast, who: str, code: str, password: str = NEW) -> Answer:
    """Set a new password with a code."""
    body = {"destination": who, "code": code, "newPassword": password}
    return await cast.stack.person().post(f"{AUTH}/reset-password", body)


def told(answer: Answer) -> str:
    """Return what a caller sees of an answer, but for what differs every time."""
    body = {name: value for name, value in answer.body.items() if name != "requestId"}
    return str((answer.status, body, sorted(answer.headers)))


async def test_a_code_sets_a_new_password_once(cast: Cast) -> None:
    phone = (await cast.customer()).me["phone"]
    assert (await forget(cast, phone)).status == 202
    code = cast.stack.sms.code(phone)
    assert (await reset(cast, phone, code)).status == 204
    assert (await login(cast, phone, PASSWORD)).code == "wrong_credentials"
    assert (await login(cast, phone, NEW)).status == 200
    assert (await reset(cast, phone, code)).code == "wrong_code"
    await cast.stack.settle()
    assert "was changed" in cast.stack.sms.messages[phone][-1]


async def test_a_code_comes_by_mail_to_who_signs_in_by_mail(cast: Cast) -> None:
    email = (await cast.shop())[1].me["email"]
    assert (await forget(cast, email)).status == 202
    assert (await reset(cast, email, cast.stack.mail.code(email))).status == 204
    assert (await login(cast, email, NEW)).status == 200


async def test_a_mail_that_is_not_taken_is_sent_again(cast: Cast) -> None:
    email = (await cast.shop())[1].me["email"]
    cast.stack.mail.failing = 1
    await forget(cast, email)
    assert email not in cast.stack.mail.messages
    await cast.stack.rows("UPDATE outbox SET next_try_at = now() WHERE published_at IS NULL")
    await cast.stack.settle()
    assert (await reset(cast, email, cast.stack.mail.code(email))).status == 204


async def test_forgetting_tells_nobody_who_has_an_account(cast: Cast) -> None:
    """Statement 36: forgotten passwords."""
    known, blocked = [(await cast.customer()).me["phone"] for _ in range(2)]
    await cast.stack.rows("UPDATE users SET is_active = false WHERE phone = $1", blocked)
    await cast.stack.settle()
    before = {who: len(cast.stack.sms.messages[who]) for who in (known, blocked)}
    unknown = "+351930000077"
    seen, rows = [], []
    for who in (known, blocked, unknown, "nobody@hermod.example"):
        counted = "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM one_time_codes) n"
        first = (await cast.stack.rows(counted))[0]["n"]
        answer = await forget(cast, who)
        assert answer.body["data"].pop("destination") == who
        seen.append(told(answer))
        rows.append((await cast.stack.rows(counted))[0]["n"] - first)
    assert seen == [seen[0]] * 4
    assert rows == [rows[0]] * 4  # the same work
    assert len(cast.stack.sms.messages[known]) == before[known] + 1
    assert len(cast.stack.sms.messages[blocked]) == before[blocked]
    assert unknown not in cast.stack.sms.messages
    assert not cast.stack.mail.messages


async def test_a_code_for_one_purpose_opens_nothing_else(cast: Cast) -> None:
    """Statement 37: a code is bound to its purpose."""
    phone = (await cast.customer()).me["phone"]
    wish = {"destination": phone, "purpose": "login"}
    assert (await cast.stack.person().post(f"{AUTH}/send-code", wish)).status == 202
    await cast.stack.settle()
    code = cast.stack.sms.code(phone)
    assert (await reset(cast, phone, code)).code == "wrong_code"
    check = wish | {"code": code}
    assert (await cast.stack.person().post(f"{AUTH}/verify-code", check)).status == 200


@pytest.mark.parametrize("how", ["reset", "change"])
async def test_another_password_ends_every_session_and_socket(cast: Cast, how: str) -> None:
    """Statement 38: open sockets too."""
    phone = await cast.courier(online=False)
    tablet = cast.stack.person()
    tablet.keep((await login(cast, phone.me["phone"], PASSWORD)).data)
    old = [(one.token, one.refresh_token) for one in (phone, tablet)]
    async with (
        connected(cast.stack, await ticket(phone)) as first,
        connected(cast.stack, await ticket(tablet)) as second,
    ):
        if how == "reset":
            await forget(cast, phone.me["phone"])
            await reset(cast, phone.me["phone"], cast.stack.sms.code(phone.me["phone"]))
        else:
            body = {"currentPassword": PASSWORD, "newPassword": NEW}
            phone.keep((await phone.post(f"{AUTH}/change-password", body)).data)
        await cast.stack.settle()
        async with asyncio.timeout(10):
            await asyncio.gather(first.io.wait(), second.io.wait())
    for access, refresh in old:
        stale = cast.stack.person()
        stale.token = access
        async with asyncio.timeout(10):
            while (await stale.get(f"{AUTH}/me")).status == 200:
                pass
        answer = await cast.stack.person().post(f"{AUTH}/refresh", {"refreshToken": refresh})
        assert answer.code == "session_over"
    if how == "change":
        assert (await phone.get(f"{AUTH}/me")).data == phone.me


async def test_changing_takes_the_password_of_today(cast: Cast) -> None:
    person = await cast.customer()
    body = {"currentPassword": "not this one", "newPassword": NEW}
    assert (await person.post(f"{AUTH}/change-password", body)).code == "wrong_credentials"
    assert (await login(cast, person.me["phone"], PASSWORD)).status == 200


@pytest.mark.parametrize("password", ["short", "", None, 12345678, "x" * 201])
async def test_a_password_that_is_none_is_refused(cast: Cast, password: Any) -> None:
    person = await cast.customer()
    body = {"currentPassword": PASSWORD, "newPassword": password}
    answer = await person.post(f"{AUTH}/change-password", body)
    assert (answer.status, set(answer.fields)) == (422, {"newPassword"})


async def test_each_act_is_in_the_audit_trail(cast: Cast) -> None:
    person = await cast.customer()
    await forget(cast, person.me["phone"])
    await reset(cast, person.me["phone"], cast.stack.sms.code(person.me["phone"]))
    person.keep((await login(cast, person.me["phone"], NEW)).data)
    change = {"currentPassword": NEW, "newPassword": PASSWORD}
    person.keep((await person.post(f"{AUTH}/change-password", change)).data)
    assert (await person.post(f"{AUTH}/logout")).status == 204
    rows = await cast.stack.rows(
        "SELECT action, user_id::text FROM audit_logs WHERE created_at > (SELECT max(created_at) "
        "FROM audit_logs WHERE action = 'user.register')"
    )
    acts = Counter(row["action"] for row in rows)
    assert acts == {
        "user.password.reset": 1,
        "user.password.change": 1,
        "session.begin": 2,
        "session.end": 3,
    }
    named = {row["user_id"] for row in rows if row["action"] == "session.begin"}
    assert named == {person.me["id"]}


async def test_a_login_that_raced_with_a_change_is_not_let_in(cast: Cast) -> None:
    person = await cast.customer()
    change = {"currentPassword": PASSWORD, "newPassword": NEW}
    logins = [login(cast, person.me["phone"], PASSWORD) for _ in range(4)]
    changed, *answers = await asyncio.gather(
        person.post(f"{AUTH}/change-password", change), *logins
    )
    assert changed.status == 200
    for answer in answers:
        if answer.status == 200:
            token = {"refreshToken": answer.data["refreshToken"]}
            refreshed = await Person(person.base).post(f"{AUTH}/refresh", token)
            assert refreshed.code == "session_over"
