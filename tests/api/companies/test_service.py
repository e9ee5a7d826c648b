"""Companies: those that serve a zone are found there, their people sign in for them."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.cast import Cast
from tests.support.people import PASSWORD

ADMIN, OPEN = "/api/v1/admin/companies", "/api/v1/companies"
VERA = {"email": "Vera@Shop.example", "password": PASSWORD, "firstName": "V", "lastName": "V"}


async def test_a_company_serves_its_zones_or_all(cast: Cast) -> None:
    everywhere = (await cast.admin.post(ADMIN, {"name": "Everywhere"})).data
    here = (await cast.admin.post(ADMIN, {"name": "Here", "zoneIds": [cast.zone_id]})).data
    anybody = cast.stack.person()
    here_only = (await anybody.get(f"{OPEN}?zoneId={cast.zone_id}")).data["items"]
    assert here_only == [everywhere, here]
    assert (await anybody.get(f"{OPEN}?zoneId={uuid4()}")).data["items"] == [everywhere]
    one = await anybody.get(f"{OPEN}/{here['id']}")
    assert (one.data, one.headers["ETag"]) == (here, '"1"')
    assert "contactPhone" not in one.data


@pytest.mark.parametrize(
    ("draft", "status", "wrong"),
    [
        ({"name": ""}, 422, {"name"}),
        ({"name": "x" * 101}, 422, {"name"}),
        ({"name": "a", "contactPhone": "12"}, 422, {"contactPhone"}),
        ({"name": "a", "contactEmail": "not an address"}, 422, {"contactEmail"}),
        ({"name": "a", "zoneIds": ["7"]}, 422, {"zoneIds.0"}),
        ({"name": "a", "zoneIds": [str(uuid4())]}, 404, set()),
    ],
    ids=range(6),
)
async def test_a_company_that_is_not_right_is_not_added(
    cast: Cast, draft: dict[str, Any], status: int, wrong: set[str]
) -> None:
    answer = await cast.admin.post(ADMIN, draft)
    assert (answer.status, set(answer.fields)) == (status, wrong)
    assert (await cast.admin.get(OPEN)).data["totalCount"] == 0


async def test_a_vendor_signs_in_for_the_company(cast: Cast) -> None:
    company = (await cast.admin.post(ADMIN, {"name": "Shop"})).data
    path = f"{ADMIN}/{company['id']}/vendors"
    added = (await cast.admin.post(path, VERA)).data
    assert (added["email"], added["companyId"]) == ("vera@shop.example", company["id"])
    vendor = cast.stack.person()
    login = {"login": VERA["email"], "password": PASSWORD}
    vendor.keep((await vendor.post("/api/v1/auth/login", login)).data)
    assert (vendor.me["role"], vendor.me["companyId"]) == ("vendor", company["id"])
    again = await cast.admin.post(path, VERA)
    assert (again.status, again.fields) == (422, {"email": "taken"})
    assert (await cast.admin.post(f"{ADMIN}/{uuid4()}/vendors", VERA)).status == 404
    audits = await cast.stack.rows(
        "SELECT action, new_values FROM audit_logs WHERE user_id = $1 ORDER BY id",
        UUID(cast.admin.me["id"]),
    )
    assert [row["action"] for row in audits][-2:] == ["company.add", "user.add"]
    assert PASSWORD not in str([row["new_values"] for row in audits])
