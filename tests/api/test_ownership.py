"""Whose things are whose: another's order, delivery or offer answers like one that is not there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from api.endpoints import ENDPOINTS
from api.kit.endpoint import Owner
from tests.support.books import check_books
from tests.support.cast import Cast
from tests.support.examples import ADDRESS, PICTURE, ask, name_of
from tests.support.people import Person
from tests.support.road import brought_to, dossier, offer

PNG = {"Content-Type": "image/png"}
PRIVATE = [
    endpoint
    for endpoint in ENDPOINTS
    if endpoint.owner in {Owner.OWN_ORDERS, Owner.OWN_COMPANY, Owner.OWN_DELIVERIES, Owner.SELF}
    and "{" in endpoint.path
    and "{kind}" not in endpoint.path
]


@dataclass
class World:
    """Somebody's things, and strangers of the same role."""

    cast: Cast
    ids: Mapping[str, str]
    strangers: Mapping[Owner, Person]
    owners: Mapping[str, Person]
    delivery_id: str

    async def picture(self) -> tuple[object, ...]:
        """Return everything that a stranger could have changed."""
        counted = await self.cast.stack.rows(
            "SELECT count(*) FROM tracking_links UNION ALL "
            "SELECT count(*) FROM sessions WHERE revoked_at IS NULL UNION ALL "
            "SELECT count(*) FROM addresses UNION ALL "
            "SELECT count(*) FROM courier_devices WHERE revoked_at IS NULL UNION ALL "
            "SELECT count(*) FROM files WHERE deleted_at IS NULL"
        )
        return await dossier(self.cast, self.delivery_id), counted


@pytest.fixture
async def world(cast: Cast) -> World:
    """Return an order of a shop on its way with one courier, another offered to a second one."""
    company, vendor = await cast.shop()
    carrying, offered = await cast.courier(), await cast.courier()
    customer = await cast.customer()
    order, delivery_id = await brought_to(cast, carrying, customer=customer, companyId=company)
    waiting = await cast.order(customer)
    offer_id = await offer(cast, (await cast.delivery_of(waiting))["id"], offered)
    (await customer.post(f"/api/v1/orders/{order['id']}/tracking-links")).data  # noqa: B018
    strangers = {
        Owner.OWN_ORDERS: await cast.customer(),
        Owner.OWN_COMPANY: (await cast.shop())[1],
        Owner.OWN_DELIVERIES: await cast.courier(),
        Owner.SELF: await cast.customer(),
    }
    made = (await carrying.post("/api/v1/courier/devices", {"name": "app"})).data
    (session,) = (await customer.get("/api/v1/auth/sessions")).data["sessions"]
    ids = {
        "orderId": order["id"],
        "deliveryId": delivery_id,
        "offerId": str(offer_id),
        "sessionId": session["id"],
        "deviceId": made["device"]["id"],
        "fileId": (await customer.post("/api/v1/files", raw=PICTURE, headers=PNG)).data["id"],
        "addressId": (await customer.post("/api/v1/users/me/addresses", ADDRESS)).data["id"],
    }
    owners = dict.fromkeys(ids, customer) | {
        "deliveryId": carrying,
        "offerId": offered,
        "deviceId": carrying,
        "vendor": vendor,
    }
    return World(cast, ids, strangers, owners, delivery_id)


async def test_a_strangers_answer_is_that_for_a_thing_that_is_not_there(world: World) -> None:
    """Statement 40: every endpoint that takes an id of somebody's."""
    assert len(PRIVATE) >= 11
    before = await world.picture()
    for endpoint in PRIVATE:
        carries = endpoint.permission.startswith("carry:")
        stranger = world.strangers[Owner.OWN_DELIVERIES if carries else endpoint.owner]
        foreign, missing = await ask(stranger, endpoint, world.ids), await ask(stranger, endpoint)
        for answer in (foreign, missing):
            assert answer.body.pop("requestId")
        told = (foreign.status, foreign.body, set(foreign.headers))
        assert told == (404, missing.body, set(missing.headers)), name_of(endpoint)
    assert await world.picture() == before
    await check_books(world.cast.stack)


async def test_the_owner_gets_in_where_the_stranger_does_not(world: World) -> None:
    """The other half of the matrix: whatever the answer is, it is not that nothing is there."""
    for endpoint in sorted(PRIVATE, key=lambda e: (e.method == "DELETE", "session" in e.path)):
        (named,) = re.findall(r"{(\w+)}", endpoint.path)
        shop = endpoint.owner is Owner.OWN_COMPANY
        answer = await ask(world.owners["vendor" if shop else named], endpoint, world.ids)
        told = (name_of(endpoint), answer.status, answer.body)
        assert answer.status not in {401, 403, 404}, told
        assert answer.status < 500, told


async def test_a_courier_reads_nothing_of_what_others_carry(world: World) -> None:
    stranger = world.strangers[Owner.OWN_DELIVERIES]
    for path, empty in (
        ("/api/v1/courier/deliveries/active", {"deliveries": []}),
        ("/api/v1/courier/route", {"stops": []}),
        ("/api/v1/courier/offers", {"offers": []}),
    ):
        assert (await stranger.get(path)).data == empty
    assert (await stranger.get("/api/v1/courier/deliveries/history")).data["totalCount"] == 0
