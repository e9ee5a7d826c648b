"""Couriers: applying, being verified, beginning and ending a shift."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.kit.clock import real_now
from tests.support.cast import Cast
from tests.support.people import Answer, Person
from tests.support.road import brought_to, report

REGISTER, PROFILE, STATUS = (f"/api/v1/courier/{act}" for act in ("register", "profile", "status"))
STAFF = "/api/v1/admin/couriers"
NORTH = {
    "type": "Polygon",
    "coordinates": [[[-8.7, 41.3], [-8.5, 41.3], [-8.5, 41.4], [-8.7, 41.4], [-8.7, 41.3]]],
}


async def go(courier: Person, status: str, **more: Any) -> Answer:
    """Change the courier's own status."""
    return await courier.put(STATUS, {"status": status} | more)


async def verdict(cast: Cast, courier: Person, status: str, reason: str | None = None) -> Answer:
    """Decide on a courier's papers as a manager."""
    path = f"{STAFF}/{courier.courier_id}/verification"
    return await cast.admin.put(path, {"status": status, "reason": reason})


async def give_all_back(courier: Person) -> None:
    """Give back what was assigned."""
    for one in (await courier.get("/api/v1/courier/deliveries/active")).data["deliveries"]:
        (await report(courier, one["id"], "pending")).data  # noqa: B018  # fails unless 2xx


async def applicant(cast: Cast) -> Person:
    """Return somebody who has applied and waits."""
    person = await cast.register("courier")
    draft = {"vehicleType": "bicycle", "homeZoneId": cast.zone_id}
    person.courier_id = (await person.post(REGISTER, draft)).data["id"]
    return person


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"vehicleType": "rocket"}, {"vehicleType"}),
        ({"capacityItems": 0}, {"capacityItems"}),
        ({"capacityGrams": 50_000_001}, {"capacityGrams"}),
        ({"capacityCm3": -1}, {"capacityCm3"}),
        ({"homeZoneId": "here"}, {"homeZoneId"}),
        ({"status": "online"}, {"status"}),
        ({"verificationStatus": "verified"}, {"verificationStatus"}),
        ({"userId": str(uuid4())}, {"userId"}),
    ],
    ids=range(8),
)
async def test_an_application_cannot_name_what_is_not_the_applicants(
    cast: Cast, changes: dict[str, Any], wrong: set[str]
) -> None:
    person = await cast.register("courier")
    draft = {"vehicleType": "bicycle", "homeZoneId": cast.zone_id} | changes
    answer = await person.post(REGISTER, draft)
    assert (answer.status, set(answer.fields)) == (422, wrong)
    assert (await person.get(PROFILE)).status == 404


async def test_the_same_application_many_times_at_once_is_one(cast: Cast) -> None:
    person = await cast.register("courier")
    draft = {"vehicleType": "bicycle", "homeZoneId": cast.zone_id}
    answers = await asyncio.gather(*(person.post(REGISTER, draft) for _ in range(10)))
    assert len({answer.data["id"] for answer in answers}) == 1
    nowhere = await person.post(REGISTER, draft | {"homeZoneId": str(uuid4())})
    assert nowhere.status == 404


async def test_papers_are_verified_or_rejected_with_a_reason_and_looked_at_again(
    cast: Cast,
) -> None:
    person = await applicant(cast)
    assert (await go(person, "online")).code == "not_verified"
    assert (await verdict(cast, person, "rejected")).status == 422
    assert (await verdict(cast, person, "pending")).status == 422
    assert (await verdict(cast, person, "rejected", "no licence")).status == 200
    assert (await person.get(PROFILE)).data["rejectedReason"] == "no licence"
    assert (await verdict(cast, person, "verified")).code == "invalid_transition"
    assert (await go(person, "online")).code == "not_verified"
    draft = {"vehicleType": "car", "homeZoneId": cast.zone_id}
    again = (await person.put(PROFILE, draft)).data
    assert (again["verificationStatus"], again["rejectedReason"]) == ("pending", None)
    for _ in range(2):  # the same verdict again changes nothing
        assert (await verdict(cast, person, "verified")).data["verificationStatus"] == "verified"
    assert (await verdict(cast, person, "rejected", "x")).code == "invalid_transition"
    assert (await go(person, "online")).data["status"] == "online"
    audits = await cast.stack.rows(
        "SELECT new_values->>'verification' AS now FROM audit_logs "
        "WHERE action = 'courier.verify' ORDER BY id"
    )
    assert [row["now"] for row in audits] == ["rejected", "verified"]
    told = await cast.stack.rows(
        "SELECT payload->>'verification' AS now FROM outbox "
        "WHERE topic = 'courier.verification' AND payload->>'courier_id' = $1 ORDER BY id",
        person.courier_id,
    )
    assert [row["now"] for row in told] == ["pending", "rejected", "pending", "verified"]


async def test_a_change_of_vehicle_keeps_a_verified_courier_verified(cast: Cast) -> None:
    courier = await cast.courier(online=False, capacityItems=2)
    draft = {"vehicleType": "car", "homeZoneId": cast.zone_id, "capacityItems": 9}
    changed = (await courier.put(PROFILE, draft)).data
    assert (changed["vehicleType"], changed["capacityItems"]) == ("car", 9)
    assert (changed["verificationStatus"], changed["status"]) == ("verified", "offline")


@pytest.mark.parametrize("status", ["online", "on_break", "on_delivery"])
async def test_what_dispatch_counts_on_is_not_changed_during_a_shift(
    cast: Cast, status: str
) -> None:
    """The vehicle, more room, the zone; less room and a new number plate are told at once."""
    room = {"capacityItems": 4, "capacityGrams": 9000, "capacityCm3": 9000}
    courier = await cast.courier(**room)
    if status == "on_delivery":
        await brought_to(cast, courier)
    else:
        await go(courier, status)
    zone = {"name": "North", "code": "north", "polygon": NORTH, "timeZone": "Europe/Lisbon"}
    fees = {"baseFeeMinor": 250, "perKmFeeMinor": 50, "currency": "EUR"}
    north = (await cast.admin.post("/api/v1/admin/delivery-zones", zone | fees)).data["id"]
    same = {"vehicleType": "motorcycle", "homeZoneId": cast.zone_id} | room
    before = (await courier.get(PROFILE)).data
    assert before["status"] == status
    more = [{name: size + 1} for name, size in room.items()]
    for change in ({"vehicleType": "car"}, {"homeZoneId": north}, *more):
        for answer in (
            await courier.put(PROFILE, same | change),
            await courier.post(REGISTER, same | change),
        ):
            assert (answer.status, answer.code) == (409, "on_shift"), change
    assert (await courier.get(PROFILE)).data == before
    less = same | {"capacityItems": 1, "vehicleNumber": "AA-01-BB"}
    assert (await courier.put(PROFILE, less)).data["capacityItems"] == 1


async def test_a_shift_goes_as_the_courier_says(cast: Cast) -> None:
    courier = await cast.courier(online=False)
    assert (await go(courier, "on_break")).code == "invalid_transition"
    ends = (real_now() + timedelta(hours=4)).replace(microsecond=0)
    begun = (await go(courier, "online", until=ends.isoformat())).data
    assert begun["shiftEndsAt"] == f"{ends:%Y-%m-%dT%H:%M:%S}.000Z"
    for status in ("on_break", "on_break", "online", "online"):
        shown = (await go(courier, status)).data
        assert (shown["status"], shown["shiftEndsAt"]) == (status, begun["shiftEndsAt"])
    await brought_to(cast, courier)
    shown = (await go(courier, "online")).data
    assert (shown["status"], shown["shiftEndsAt"]) == ("on_delivery", begun["shiftEndsAt"])
    sooner = (ends - timedelta(hours=1)).isoformat()
    assert (await go(courier, "online", until=sooner)).data["shiftEndsAt"] < begun["shiftEndsAt"]
    await give_all_back(courier)
    over = (await go(courier, "offline")).data
    assert (over["status"], over["shiftEndsAt"]) == ("offline", None)


@pytest.mark.parametrize(
    "until",
    [
        "2026-11-21T12:00:00",
        "1999-12-31T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "2099-01-01T00:00:00Z",
        1_900_000_000,
        "tomorrow",
    ],
)
async def test_a_shift_ends_ahead_within_a_week(cast: Cast, until: Any) -> None:
    courier = await cast.courier(online=False)
    answer = await go(courier, "online", until=until)
    assert (answer.status, set(answer.fields)) == (422, {"until"})


@pytest.mark.parametrize("status", ["on_delivery", "verified", "", None])
async def test_a_courier_cannot_claim_to_be_on_delivery(cast: Cast, status: str | None) -> None:
    courier = await cast.courier()
    assert (await courier.put(STATUS, {"status": status})).fields.keys() == {"status"}


async def test_a_blocked_courier_does_not_begin_a_shift(cast: Cast) -> None:
    courier = await cast.courier(online=False)
    await cast.stack.rows("UPDATE couriers SET is_active = false")
    assert (await go(courier, "online")).code == "not_verified"


async def test_staff_find_couriers_by_status_and_zone(cast: Cast) -> None:
    online, offline = await cast.courier(), await cast.courier(online=False)
    for query, found in (
        ("", {online.courier_id, offline.courier_id}),
        ("?status=online", {online.courier_id}),
        (f"?zoneId={cast.zone_id}&status=offline", {offline.courier_id}),
        (f"?zoneId={uuid4()}", set()),
    ):
        page = (await cast.admin.get(STAFF + query)).data
        assert {one["id"] for one in page["items"]} == found
        assert page["totalCount"] == len(found)


@pytest.mark.parametrize(
    "box", [(-90, -180, 90, 180), (41, -9, 42, -8), (89.9, -180, 90, 180), (42, 8, 41, -8)]
)
async def test_any_box_of_the_map_is_answered(cast: Cast, box: tuple[float, ...]) -> None:
    names = ("minLatitude", "minLongitude", "maxLatitude", "maxLongitude")
    query = "&".join(f"{name}={value}" for name, value in zip(names, box, strict=True))
    assert (await cast.admin.get(f"{STAFF}/map?{query}")).data == {"couriers": []}
