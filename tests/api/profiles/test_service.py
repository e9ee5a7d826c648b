"""People about themselves: profile, contacts, wishes, consents."""

from datetime import date
from typing import Any

import pytest

from tests.api.profiles.test_iin import numbered
from tests.support.cast import Cast
from tests.support.people import PASSWORD, Answer, Person

ME = "/api/v1/users/me"
IIN = numbered(date(1990, 5, 17), 4242, 0)
DRAFT = {"firstName": "Ana", "lastName": "Sá", "locale": "pt-PT"}


async def test_a_profile_is_read_and_replaced(cast: Cast) -> None:
    person = await cast.customer()
    before = (await person.get(ME)).data
    assert (before["profileComplete"], before["isPhoneVerified"]) == (False, True)
    after = (await person.put(ME, DRAFT | {"dateOfBirth": "1990-05-17"})).data
    assert after == (await person.get(ME)).data
    assert (after["firstName"], after["dateOfBirth"], after["locale"]) == (
        "Ana",
        "1990-05-17",
        "pt-PT",
    )
    assert (await person.put(ME, DRAFT)).data["dateOfBirth"] is None


async def test_an_iin_is_checked_sealed_and_brings_the_birth_date(cast: Cast) -> None:
    person = await cast.customer()
    profile = (await person.put(ME, DRAFT | {"iin": IIN})).data
    assert (profile["iin"], profile["dateOfBirth"]) == (IIN, "1990-05-17")
    kept = str(await cast.stack.rows("SELECT users::text FROM users"))
    assert str(IIN) not in kept
    trail = str(await cast.stack.rows("SELECT audit_logs::text FROM audit_logs"))
    assert "user.profile" in trail
    assert str(IIN) not in trail


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"iin": "990517300001"}, "iin"),
        ({"iin": f"{IIN}1"}, "iin"),
        ({"iin": IIN, "dateOfBirth": "1990-05-18"}, "iin"),
        ({"dateOfBirth": "1899-12-31"}, "dateOfBirth"),
        ({"dateOfBirth": "2099-01-01"}, "dateOfBirth"),
        ({"dateOfBirth": 5}, "dateOfBirth"),
        ({"role": "admin"}, "role"),
        ({"email": "x@hermod.example"}, "email"),
        ({"firstName": ""}, "firstName"),
    ],
)
async def test_what_cannot_be_so_is_refused(cast: Cast, change: dict[str, Any], field: str) -> None:
    answer = await (await cast.customer()).put(ME, DRAFT | change)
    assert (answer.status, set(answer.fields)) == (422, {field})


async def test_an_iin_belongs_to_one_account(cast: Cast) -> None:
    first, second = await cast.customer(), await cast.customer()
    for _ in range(2):
        assert (await first.put(ME, DRAFT | {"iin": IIN})).status == 200
    answer = await second.put(ME, DRAFT | {"iin": IIN})
    assert (answer.status, answer.fields) == (422, {"iin": "taken"})
    assert (await first.put(ME, DRAFT)).status == 200
    assert (await second.put(ME, DRAFT | {"iin": IIN})).status == 200


async def ask_contact(cast: Cast, person: Person, email: str) -> Answer:
    """Ask for a code to another e-mail address."""
    answer = await person.post(f"{ME}/contact", {"email": email})
    await cast.stack.settle()
    return answer


async def test_another_contact_is_confirmed_by_a_code_and_the_former_is_told(cast: Cast) -> None:
    person = await cast.customer()
    for email in ("first@hermod.example", "second@hermod.example"):
        assert (await ask_contact(cast, person, email)).status == 202
        body = {"email": email, "code": cast.stack.mail.code(email)}
        profile = (await person.post(f"{ME}/contact/confirm", body)).data
        assert (profile["email"], profile["isEmailVerified"]) == (email, True)
    await cast.stack.settle()
    assert "another contact" in cast.stack.mail.text("first@hermod.example")
    login = {"login": "second@hermod.example", "password": PASSWORD}
    assert (await cast.stack.person().post("/api/v1/auth/login", login)).status == 200
    login["login"] = "first@hermod.example"
    assert (await cast.stack.person().post("/api/v1/auth/login", login)).status == 401


async def test_a_code_for_a_contact_works_for_who_asked_only(cast: Cast) -> None:
    mine, theirs = await cast.customer(), await cast.customer()
    await ask_contact(cast, mine, "new@hermod.example")
    body = {"email": "new@hermod.example", "code": cast.stack.mail.code("new@hermod.example")}
    assert (await theirs.post(f"{ME}/contact/confirm", body)).code == "wrong_code"
    assert (await theirs.get(ME)).data["email"] is None


async def test_nobody_learns_that_a_contact_is_taken(cast: Cast) -> None:
    person = await cast.customer()
    told = []
    for email in ("admin@hermod.example", "free@hermod.example"):
        answer = await ask_contact(cast, person, email)
        assert answer.body["data"].pop("destination") == email
        told.append((answer.status, answer.body))
    assert told[0] == told[1]
    assert set(cast.stack.mail.messages) == {"free@hermod.example"}


@pytest.mark.parametrize(
    ("what", "empty", "wish"),
    [
        (
            "preferences",
            {
                "contactless": False,
                "callOnArrival": False,
                "substitutions": "ask",
                "courierNote": None,
            },
            {
                "contactless": True,
                "callOnArrival": True,
                "substitutions": "refuse",
                "courierNote": "Dog",
            },
        ),
        (
            "notification-settings",
            {
                "pushEnabled": True,
                "smsEnabled": True,
                "emailEnabled": True,
                "promoEnabled": False,
                "quietFrom": None,
                "quietTo": None,
            },
            {
                "pushEnabled": False,
                "smsEnabled": False,
                "emailEnabled": True,
                "promoEnabled": True,
                "quietFrom": "22:00:00",
                "quietTo": "07:30:00",
            },
        ),
    ],
)
async def test_wishes_have_defaults_and_are_kept(
    cast: Cast, what: str, empty: dict[str, Any], wish: dict[str, Any]
) -> None:
    person, other = await cast.customer(), await cast.customer()
    assert (await person.get(f"{ME}/{what}")).data == empty
    for _ in range(2):
        assert (await person.put(f"{ME}/{what}", wish)).data == wish
    assert (await person.get(f"{ME}/{what}")).data == wish
    assert (await other.get(f"{ME}/{what}")).data == empty
    answer = await person.put(f"{ME}/{what}", wish | {"colour": "red"})
    assert (answer.status, set(answer.fields)) == (422, {"colour"})


@pytest.mark.parametrize(
    "half", [{"quietFrom": "22:00:00"}, {"quietFrom": "22:00:00Z", "quietTo": "07:00:00"}]
)
async def test_quiet_hours_have_two_local_ends(cast: Cast, half: dict[str, str]) -> None:
    answer = await (await cast.customer()).put(f"{ME}/notification-settings", half)
    assert answer.status == 422


async def test_every_answer_about_a_consent_is_kept_the_newest_holds(cast: Cast) -> None:
    person = await cast.customer()
    assert (await person.get(f"{ME}/consents")).data == {"consents": []}
    for given in (True, False, True):
        said = {"given": given, "version": "2026-11"}
        assert (await person.put(f"{ME}/consents/marketing", said)).data["given"] is given
    assert (await person.put(f"{ME}/consents/terms", said)).status == 200
    held = (await person.get(f"{ME}/consents")).data["consents"]
    assert [(one["kind"], one["given"]) for one in held] == [("marketing", True), ("terms", True)]
    assert len(await cast.stack.rows("SELECT 1 FROM consents")) == 4
    assert (await person.put(f"{ME}/consents/world", said)).status == 422
