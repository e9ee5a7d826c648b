"""No line of the log holds what belongs to a person: a journey with planted values, then a scan."""

import logging
from typing import Any

import pytest

from api.kit import logs
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PASSWORD, PICKUP
from tests.support.phone import connected, ticket
from tests.support.road import brought_to, complete, report

PLANTED = {
    "phone": "+351935551001",
    "sender's phone": "+351935551002",
    "recipient's phone": "+351935551003",
    "password": "correct horse battery staple",
    "wrong password": "incorrect horse battery",
    "e-mail": "planted.person@hermod.example",
    "first name": "Plantagenet",
    "address": "Rua Plantada 77",
    "note": "the key is under the planted pot",
    "search": "H1planted",
}


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Write down every line of our programs, as they would write it."""
    caplog.handler.setFormatter(logs.JsonLines("test"))
    for noisy in ("asyncio", "aiohttp.access", "engineio", "socketio"):
        caplog.set_level(logging.WARNING, noisy)
    caplog.set_level(logging.DEBUG)
    return caplog


async def live(cast: Cast) -> dict[str, str]:
    """Do everything that a person does, wrongly first; return the secrets that came up."""
    stack, person = cast.stack, cast.stack.person()
    draft = {"phone": PLANTED["phone"], "password": PLANTED["password"]}
    draft |= {"firstName": PLANTED["first name"], "lastName": PLANTED["first name"]}
    await person.post("/api/v1/auth/register", draft | {"phone": PLANTED["phone"] + "0" * 20})
    stack.sms.failing = 1
    for _ in range(2):
        (await person.post("/api/v1/auth/register", draft)).data  # noqa: B018
        await stack.settle()  # the first message is not taken
    code = stack.sms.code(PLANTED["phone"])
    check = {"destination": PLANTED["phone"], "purpose": "registration", "code": code}
    check |= {"password": PLANTED["password"]}
    await person.post("/api/v1/auth/verify-code", check | {"code": "000000"})
    person.keep((await person.post("/api/v1/auth/verify-code", check)).data)
    for login in (PLANTED["phone"], PLANTED["e-mail"]):
        wrong = {"login": login, "password": PLANTED["wrong password"]}
        assert (await stack.person().post("/api/v1/auth/login", wrong)).status == 401
    company, _vendor = await cast.shop()
    vendor = {"email": PLANTED["e-mail"], "password": PASSWORD, "firstName": "V", "lastName": "V"}
    for _ in range(2):  # the second time it is taken
        await cast.admin.post(f"/api/v1/admin/companies/{company}/vendors", vendor)
    pickup = PICKUP | {"contactPhone": PLANTED["sender's phone"], "address": PLANTED["address"]}
    gift = {"recipientName": PLANTED["first name"], "recipientPhone": PLANTED["recipient's phone"]}
    order: dict[str, Any] = {"pickup": pickup, "dropoff": DROPOFF, "notes": PLANTED["note"]}
    await person.post("/api/v1/orders", order, key="k")  # without items
    courier = await cast.courier()
    placed, delivery_id = await brought_to(
        cast, courier, customer=person, pickup=pickup, gift=gift, notes=PLANTED["note"]
    )
    device = (await courier.post("/api/v1/courier/devices", {"name": "app"})).data["token"]
    for path in (f"id={device}&lat=41.1512345&lon=-8.6112345", f"id={device}&lat=north"):
        await stack.person().get(f"/phones/osmand?{path}")
    link = (await person.post(f"/api/v1/orders/{placed['id']}/tracking-links")).data["token"]
    entry = await ticket(person)
    async with connected(stack, entry):
        (await report(courier, delivery_id, "picked_up")).data  # noqa: B018
        (await complete(courier, delivery_id, receivedBy=PLANTED["first name"])).data  # noqa: B018
        await stack.settle()
    await stack.person().get(f"/api/v1/tracking/{link}")
    await cast.admin.get(f"/api/v1/admin/orders?search={PLANTED['search']}")
    await stack.person().get(f"/t/{link}?phone={PLANTED['phone']}")
    old = str(person.refresh_token)
    for _ in range(3):
        renewed = await person.post("/api/v1/auth/refresh", {"refreshToken": person.refresh_token})
        person.keep(renewed.data)
    assert (await person.post("/api/v1/auth/refresh", {"refreshToken": old})).status == 401
    return {
        "code": code,
        "access token": str(person.token),
        "refresh token": old,
        "link": link,
        "ticket": entry,
        "device": device,
        "place": "41.1512345",
    }


async def test_a_whole_life_leaves_nothing_personal_in_the_log(
    cast: Cast, lines: pytest.LogCaptureFixture
) -> None:
    """Statement 44: the log."""
    secrets = await live(cast)
    text = lines.text
    assert "/api/v1/auth/verify-code" in text  # the scan would find what is there
    assert "a reaction failed" in text
    assert '"status":401' in text
    assert '"status":422' in text
    for name, secret in (PLANTED | secrets).items():
        assert secret not in text, name
        assert secret.removeprefix("+") not in text, name
