"""Registering, confirming, signing in: nobody learns who has an account, no code is guessed."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import bcrypt
import pytest

from api.identity.codes import MAX_TRIES
from tests.support.cast import Cast
from tests.support.people import PASSWORD, Answer, Person
from tests.support.programs import Stack

PHONE = "+351931112233"
REGISTER, VERIFY, LOGIN = (f"/api/v1/auth/{act}" for act in ("register", "verify-code", "login"))


def draft(phone: str = PHONE, **changes: str) -> dict[str, str]:
    """Return a registration."""
    return {"phone": phone, "password": PASSWORD, "firstName": "Ana", "lastName": "Sá"} | changes


def told(answer: Answer) -> tuple[int, dict[str, Any], set[str]]:
    """Return everything that a caller sees of an answer, but for what differs every time."""
    body = {name: value for name, value in answer.body.items() if name != "requestId"}
    return answer.status, body, set(answer.headers)


async def check(person: Person, code: str, phone: str = PHONE, **changes: str | None) -> Answer:
    """Try a code."""
    tried = {"destination": phone, "purpose": "registration", "code": code, "password": PASSWORD}
    return await person.post(VERIFY, tried | changes)


async def registered(stack: Stack) -> tuple[Person, str]:
    """Register and return the code that came."""
    person = stack.person()
    assert (await person.post(REGISTER, draft())).status == 202
    await stack.settle()
    return person, stack.sms.code(PHONE)


@pytest.fixture
def work_done(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count what costs time: password hashes made and checked."""
    done: Counter[str] = Counter()
    for name in ("hashpw", "checkpw"):
        real = getattr(bcrypt, name)

        def spy(*arguments: bytes, of: str = name, real: Any = real) -> Any:
            done[of] += 1
            return real(*arguments)

        monkeypatch.setattr(bcrypt, name, spy)
    return done


async def test_registering_answers_alike_for_known_and_unknown_phones(
    cast: Cast, work_done: Counter[str]
) -> None:
    """Statement 36: the same answer after the same work."""
    known = (await cast.customer()).me["phone"]
    seen = []
    for phone in (known, PHONE, PHONE):  # known, new, new but not yet confirmed
        work_done.clear()
        answer = await cast.stack.person().post(REGISTER, draft(phone))
        status, body, headers = told(answer)
        assert body["data"].pop("destination") == phone
        seen.append((status, str(body), headers, dict(work_done)))
    assert seen[0] == seen[1] == seen[2]
    assert (seen[0][0], seen[0][3]) == (202, {"hashpw": 1})
    before = len(cast.stack.sms.messages[known])
    await cast.stack.settle()
    (warned,) = cast.stack.sms.messages[known][before:]
    assert "You have an account" in warned
    assert "code is" in cast.stack.sms.messages[PHONE][-1]


async def test_nothing_of_a_known_account_changes_when_somebody_registers_it(cast: Cast) -> None:
    customer = await cast.customer()
    taken = draft(customer.me["phone"], password="somebody else's", firstName="Eve")
    (await cast.stack.person().post(REGISTER, taken)).data  # noqa: B018  # fails unless 2xx
    assert (await customer.get("/api/v1/auth/me")).data == customer.me
    login = {"login": customer.me["phone"], "password": "somebody else's"}
    assert (await cast.stack.person().post(LOGIN, login)).status == 401


async def test_the_same_registration_many_times_at_once_opens_one_account(stack: Stack) -> None:
    answers = await asyncio.gather(*(stack.person().post(REGISTER, draft()) for _ in range(12)))
    assert {answer.status for answer in answers} == {202}
    (row,) = await stack.rows("SELECT count(*) FROM users WHERE phone = $1", PHONE)
    assert row["count"] == 1
    await stack.settle()
    assert (await check(stack.person(), stack.sms.code(PHONE))).status == 200


async def test_a_new_registration_replaces_one_that_was_never_confirmed(stack: Stack) -> None:
    person, old_code = await registered(stack)
    (await person.post(REGISTER, draft(firstName="Bea", role="courier"))).data  # noqa: B018
    await stack.settle()
    assert (await check(person, old_code)).code == "wrong_code"
    me = (await check(person, stack.sms.code(PHONE))).data["user"]
    assert (me["firstName"], me["role"]) == ("Bea", "courier")


async def test_a_code_confirms_no_password_but_that_of_who_enters_it(stack: Stack) -> None:
    victim, _code = await registered(stack)
    thief = draft(password="the thief's password", role="courier")
    (await stack.person().post(REGISTER, thief)).data  # noqa: B018  # fails unless 2xx
    await stack.settle()
    assert (await check(victim, stack.sms.code(PHONE))).code == "wrong_code"
    login = {"login": PHONE, "password": "the thief's password"}
    assert (await stack.person().post(LOGIN, login)).code == "wrong_credentials"
    (await victim.post(REGISTER, draft())).data  # noqa: B018  # fails unless 2xx
    await stack.settle()
    assert (await check(victim, stack.sms.code(PHONE))).data["user"]["role"] == "customer"
    assert (await stack.person().post(LOGIN, login)).code == "wrong_credentials"
    assert (await victim.post(LOGIN, login | {"password": PASSWORD})).status == 200


async def test_a_registration_is_not_confirmed_without_its_password(stack: Stack) -> None:
    person, code = await registered(stack)
    bare = {"destination": PHONE, "purpose": "registration", "code": code}
    answer = await person.post(VERIFY, bare)
    assert (answer.status, set(answer.fields)) == (422, {"password"})
    assert (await check(person, code)).status == 200


@pytest.mark.parametrize(("wrong_tries", "status"), [(MAX_TRIES - 1, 200), (MAX_TRIES, 401)])
async def test_wrong_tries_are_counted_although_they_are_refused(
    stack: Stack, wrong_tries: int, status: int
) -> None:
    """Statement 37: five tries, then the right code is refused too."""
    person, code = await registered(stack)
    for _ in range(wrong_tries):
        assert (await check(person, wrong(code))).code == "wrong_code"
    assert (await check(person, code)).status == status


async def test_parallel_guesses_are_counted_one_by_one(stack: Stack) -> None:
    """Statement 37: guessing at once is no way round."""
    person, code = await registered(stack)
    guesses = [wrong(code, by) for by in range(1, 41)]
    answers = await asyncio.gather(*(check(stack.person(), guess) for guess in guesses))
    assert {answer.code for answer in answers} == {"wrong_code"}
    (row,) = await stack.rows("SELECT attempts FROM one_time_codes")
    assert row["attempts"] == MAX_TRIES
    assert (await check(person, code)).code == "wrong_code"


async def test_a_code_opens_once_even_when_used_twice_at_once(stack: Stack) -> None:
    """Statement 37: single use."""
    _person, code = await registered(stack)
    answers = await asyncio.gather(*(check(stack.person(), code) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [401] * 7
    (row,) = await stack.rows("SELECT count(*) FROM sessions")
    assert row["count"] == 1
    assert (await check(stack.person(), code)).code == "wrong_code"


async def test_every_code_that_does_not_fit_is_answered_alike(stack: Stack) -> None:
    person, code = await registered(stack)
    answers = [
        await check(person, wrong(code)),
        await check(person, code, phone="+351939999999"),
        await check(person, code, phone="nobody@hermod.example"),
        await check(person, code, phone="+not a phone"),
        await check(person, code, purpose="login", password=None),
        await check(person, wrong(code), password="not the password"),
    ]
    await stack.rows(
        "UPDATE one_time_codes SET expires_at = expires_at - $1::interval", timedelta(days=1)
    )
    answers.append(await check(person, code))
    assert {str(told(answer)) for answer in answers} == {str(told(answers[0]))}
    assert (answers[0].status, answers[0].code) == (401, "wrong_code")


async def test_codes_and_passwords_are_nowhere_in_the_database(stack: Stack) -> None:
    _person, code = await registered(stack)
    tables = await stack.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    kept = ""
    for row in tables:
        kept += str(await stack.rows(f"SELECT t::text FROM {row['tablename']} AS t"))  # noqa: S608  # ours
    assert PHONE in kept  # the search would find them
    assert PASSWORD not in kept
    assert f"'{code}'" not in kept
    assert f",{code}," not in kept


async def test_confirming_is_noted_in_the_audit_trail(stack: Stack) -> None:
    person, code = await registered(stack)
    me = (await check(person, code)).data["user"]
    (row,) = await stack.rows("SELECT * FROM audit_logs WHERE action = 'user.register'")
    assert (row["entity_id"], row["new_values"]) == (me["id"], {"role": "customer"})


async def test_every_login_that_fails_is_answered_alike_after_the_same_work(
    cast: Cast, work_done: Counter[str]
) -> None:
    """Statement 36: bcrypt is counted, not timed."""
    stack = cast.stack
    _person, _code = await registered(stack)  # never confirmed
    wrong_password, blocked, deleted = [await cast.customer() for _ in range(3)]
    await stack.rows("UPDATE users SET is_active = false WHERE phone = $1", blocked.me["phone"])
    await stack.rows("UPDATE users SET deleted_at = now() WHERE phone = $1", deleted.me["phone"])
    seen = []
    for login, password in (
        ("+351930000000", PASSWORD),
        ("nobody@hermod.example", PASSWORD),
        ("+not a phone", PASSWORD),
        (PHONE, PASSWORD),
        (wrong_password.me["phone"], "not the password"),
        (wrong_password.me["phone"], PASSWORD + " "),
        (blocked.me["phone"], PASSWORD),
        (deleted.me["phone"], PASSWORD),
        ("admin@hermod.example", "has no password"),
    ):
        work_done.clear()
        answer = await stack.person().post(LOGIN, {"login": login, "password": password})
        seen.append((str(told(answer)), dict(work_done)))
    assert seen == [seen[0]] * len(seen)
    assert "wrong_credentials" in seen[0][0]
    assert seen[0][1] == {"checkpw": 1}


@pytest.mark.parametrize("written", [f"  {PHONE} ", "+351 93 111 22 33", "+351 (931) 112-233"])
async def test_a_phone_may_be_written_as_people_write_it(stack: Stack, written: str) -> None:
    person, code = await registered(stack)
    assert (await check(person, code, phone=written)).status == 200
    answer = await person.post(LOGIN, {"login": written, "password": PASSWORD})
    assert answer.data["user"]["phone"] == PHONE


async def test_an_email_address_is_the_same_in_capitals(cast: Cast) -> None:
    _company, vendor = await cast.shop()
    login = {"login": vendor.me["email"].upper(), "password": PASSWORD}
    assert (await cast.stack.person().post(LOGIN, login)).data["user"] == vendor.me


async def test_an_account_is_opened_with_an_email_address_as_well(stack: Stack) -> None:
    email = "ana@hermod.example"
    given = {name: value for name, value in draft().items() if name != "phone"}
    person = stack.person()
    assert (await person.post(REGISTER, given | {"email": email.upper()})).status == 202
    await stack.settle()
    code = stack.mail.code(email)
    me = (await check(person, code, phone=email)).data["user"]
    assert (me["email"], me["phone"]) == (email, None)
    assert (await person.post(LOGIN, {"login": email, "password": PASSWORD})).status == 200


@pytest.mark.parametrize(
    ("contact", "field"),
    [({}, "phone"), ({"phone": PHONE, "email": "ana@hermod.example"}, "email")],
)
async def test_an_account_has_one_contact_at_first(
    stack: Stack, contact: dict[str, str], field: str
) -> None:
    given = {name: value for name, value in draft().items() if name != "phone"}
    answer = await stack.person().post(REGISTER, given | contact)
    assert (answer.status, set(answer.fields)) == (422, {field})


async def test_a_lost_registration_code_is_sent_again(stack: Stack) -> None:
    person, old = await registered(stack)
    wish = {"destination": PHONE, "purpose": "registration"}
    assert (await person.post("/api/v1/auth/send-code", wish)).status == 202
    await stack.settle()
    assert (await check(person, old)).code == "wrong_code"
    assert (await check(person, stack.sms.code(PHONE))).status == 200
    before = len(stack.sms.messages[PHONE])
    assert (await person.post("/api/v1/auth/send-code", wish)).status == 202
    await stack.settle()
    assert len(stack.sms.messages[PHONE]) == before  # there is nothing left to confirm


def wrong(code: str, by: int = 1) -> str:
    """Return a code other than `code`."""
    return f"{(int(code) + by) % 1_000_000:06d}"
