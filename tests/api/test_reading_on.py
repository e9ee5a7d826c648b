"""Lists that are read on from their last row: what comes and goes meanwhile hides nothing."""

import pytest

from tests.support.cast import Cast
from tests.support.people import Person

STAFF = "/api/v1/admin"
LISTS = (
    f"{STAFF}/orders",
    f"{STAFF}/deliveries",
    f"{STAFF}/couriers",
    f"{STAFF}/delivery-zones",
    f"{STAFF}/delivery-slots",
    "/api/v1/companies",
)


async def read_on(person: Person, path: str, query: str = "", after: str = "") -> list[str]:
    """Return the ids of a list, two rows at a time, beginning after a row."""
    ids: list[str] = []
    while True:
        place = f"&after={after}" if after else ""
        items = (await person.get(f"{path}?pageSize=2{query}{place}")).data["items"]
        ids += [item["id"] for item in items]
        if len(items) < 2:
            return ids
        after = ids[-1]


async def test_reading_on_gives_every_row_once_and_in_the_same_order(cast: Cast) -> None:
    customer = await cast.customer()
    for number in range(3):
        await cast.order(customer)
        await cast.courier(online=False)
        await cast.shop()
        await cast.slot(times=[{"startTime": f"0{number}:00", "endTime": f"0{number}:30"}])
        zone = {"name": f"Z{number}", "code": f"z-{number}", "baseFeeMinor": 1, "currency": "EUR"}
        corners = [[[number, 1], [number + 0.1, 1], [number + 0.1, 2], [number, 1]]]
        polygon = {"type": "Polygon", "coordinates": corners}
        drawn = zone | {"polygon": polygon, "timeZone": "Europe/Lisbon"}
        (await cast.admin.post(f"{STAFF}/delivery-zones", drawn)).data  # noqa: B018  # fails unless 2xx
    for path in LISTS:
        page = (await cast.admin.get(path)).data
        assert page["totalCount"] >= 3, path
        assert await read_on(cast.admin, path) == [item["id"] for item in page["items"]], path


async def test_what_stays_in_the_list_is_read_although_others_leave_it(cast: Cast) -> None:
    customer = await cast.customer()
    orders = [(await cast.order(customer))["id"] for _ in range(5)]
    path, query = f"{STAFF}/orders", "&status=ready_for_delivery"
    first = (await cast.admin.get(f"{path}?pageSize=2{query}")).data["items"]
    gone = first[0]["id"]
    cancelled = {"status": "cancelled", "comment": "a test"}
    (await cast.admin.put(f"{path}/{gone}/status", cancelled)).data  # noqa: B018
    rest = await read_on(cast.admin, path, query, after=first[-1]["id"])
    assert {one["id"] for one in first} | set(rest) == set(orders)


@pytest.mark.parametrize("query", ["page=2&after={id}", "after=no-id"])
async def test_a_place_that_cannot_be_is_refused(cast: Cast, query: str) -> None:
    answer = await cast.admin.get(f"{STAFF}/orders?{query.format(id=cast.zone_id)}")
    assert (answer.status, list(answer.fields)) == (422, ["after"])
