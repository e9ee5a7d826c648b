"""Opening, listing and changing delivery slots by HTTP."""

import asyncio
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from api.kit.clock import real_now
from api.settings import Settings
from tests.api.staff.test_service import member
from tests.support.books import check_books
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP, Answer, Person

ADMIN, FREE = "/api/v1/admin/delivery-slots", "/api/v1/delivery-slots"
START = datetime.fromisoformat("2026-03-20T12:00:00+00:00")
BERLIN = {
    "name": "Berlin",
    "code": "berlin",
    "polygon": {
        "type": "Polygon",
        "coordinates": [[[13.0, 52.3], [13.8, 52.3], [13.8, 52.7], [13.0, 52.7], [13.0, 52.3]]],
    },
    "baseFeeMinor": 100,
    "currency": "EUR",
    "timeZone": "Europe/Berlin",
}
MITTE = {"latitude": 52.52, "longitude": 13.4, "address": "Alexanderplatz 1"}
NIGHT = [{"startTime": f"{n:02}:00", "endTime": f"{n + 1:02}:00"} for n in range(4)]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Let it be nine days before the clocks of Europe are put forward."""
    return settings.model_copy(update={"clock_epoch": real_now(), "clock_start": START})


def hours(start: str, end: str) -> dict[str, str]:
    """Return hours as clients send them."""
    return {"startTime": start, "endTime": end}


async def opening(cast: Cast, **changes: Any) -> Answer:
    """Open a slot of 28 March, or others."""
    draft = {
        "zoneId": cast.zone_id,
        "date": "2026-03-28",
        "times": [hours("09:00", "11:00")],
        "maxOrders": 3,
    }
    return await cast.admin.post(ADMIN, draft | changes)


async def change(person: Person, slot: dict[str, Any], version: int, **changes: Any) -> Answer:
    """Replace a slot as somebody who read `version` of it."""
    kept = {name: slot[name] for name in ("startTime", "endTime", "maxOrders", "isAvailable")}
    headers = {"If-Match": f'"{version}"'}
    return await person.put(f"{ADMIN}/{slot['id']}", kept | changes, headers=headers)


async def order(customer: Person, slot_id: str, **changes: Any) -> Answer:
    """Place an order in a slot."""
    draft = {"pickup": PICKUP, "dropoff": DROPOFF, "items": [{"title": "A"}], "slotId": slot_id}
    return await customer.post("/api/v1/orders", draft | changes, key=uuid4().hex)


async def test_a_slot_tells_its_hours_by_the_wall_clock_and_as_instants(cast: Cast) -> None:
    opened = (await opening(cast, date="2026-03-30")).data
    (slot,) = opened["slots"]
    assert opened["skipped"] == []
    assert (slot["date"], slot["startTime"], slot["endTime"]) == ("2026-03-30", "09:00", "11:00")
    assert slot["startsAt"] == "2026-03-30T08:00:00.000Z"  # Lisbon has summer time
    assert (slot["freePlaces"], slot["maxOrders"], slot["currentOrders"]) == (3, 3, 0)
    (listed,) = (await cast.admin.get(ADMIN)).data["items"]
    assert listed == slot
    (free,) = (
        await cast.stack.person().get(f"{FREE}?zoneId={cast.zone_id}&dateFrom=2026-03-30")
    ).data["items"]
    assert free == {name: slot[name] for name in free}
    assert "maxOrders" not in free
    assert {"endTime": "00:00"}.items() <= (
        await opening(cast, times=[hours("22:00", "00:00")])
    ).data["slots"][0].items()


async def test_a_weekly_pattern_opens_its_days_only(cast: Cast) -> None:
    times = [hours("14:00", "16:00"), hours("09:00", "11:00")]
    opened = (
        await opening(
            cast, date="2026-03-21", lastDate="2026-04-03", daysOfWeek=[1, 6], times=times
        )
    ).data["slots"]
    days = ["2026-03-21", "2026-03-23", "2026-03-28", "2026-03-30"]
    expected = [(day, start) for day in days for start in ("09:00", "14:00")]
    assert [(one["date"], one["startTime"]) for one in opened] == expected
    assert {date.fromisoformat(day).isoweekday() for day in days} == {1, 6}
    page = (await cast.admin.get(f"{ADMIN}?dateFrom=2026-03-22&dateUntil=2026-03-28")).data
    assert [one["id"] for one in page["items"]] == [one["id"] for one in opened[2:6]]
    (entry,) = await cast.stack.rows("SELECT * FROM audit_logs WHERE action = 'slot.open'")
    assert (entry["entity_id"], entry["new_values"]["slots"]) == (cast.zone_id, 8)


async def test_a_pattern_over_the_day_of_change_leaves_out_what_the_clock_jumps_over(
    cast: Cast,
) -> None:
    """Statement 46: on 29 March there is no 2 to 3 o'clock in Berlin; the reply says so."""
    zone = (await cast.admin.post("/api/v1/admin/delivery-zones", BERLIN)).data["id"]
    pattern = {"zoneId": zone, "date": "2026-03-28", "lastDate": "2026-03-30", "times": NIGHT}
    opened = (await opening(cast, **pattern)).data
    assert opened["skipped"] == [{"date": "2026-03-29", **hours("02:00", "03:00")}]
    assert [one["startTime"] for one in opened["slots"] if one["date"] == "2026-03-29"] == [
        "00:00",
        "01:00",
        "03:00",
    ]
    edges = [(one["startsAt"], one["endsAt"]) for one in opened["slots"][4:7]]
    at = [
        f"2026-03-{day}.000Z"
        for day in ("28T23:00:00", "29T00:00:00", "29T01:00:00", "29T02:00:00")
    ]
    assert edges == list(pairwise(at))
    alone = await opening(cast, zoneId=zone, date="2026-03-29", times=[NIGHT[2]])
    assert (alone.status, alone.fields) == (422, {"times": "skipped_hours"})
    autumn = await opening(cast, zoneId=zone, date="2026-10-25", times=NIGHT)
    assert autumn.data["skipped"] == []
    assert [(one["startsAt"][11:16], one["endsAt"][11:16]) for one in autumn.data["slots"]] == [
        ("22:00", "23:00"),
        ("23:00", "00:00"),
        ("00:00", "02:00"),
        ("02:00", "03:00"),
    ]
    customer = await cast.customer()
    placed = await order(customer, opened["slots"][6]["id"], pickup=MITTE, dropoff=MITTE)
    assert placed.data["promisedFrom"] == "2026-03-29T01:00:00.000Z"
    assert placed.data["promisedUntil"] == "2026-03-29T02:00:00.000Z"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"date": "2026-03-19"}, {"date": "too_early"}),
        ({"date": "2027-03-22"}, {"date": "too_far"}),
        ({"date": "1926-03-28"}, {"date": "value_error"}),
        ({"date": "28.03.2026"}, {"date": "date_parsing"}),
        ({"date": "2026-02-30"}, {"date": "date_parsing"}),
        ({"lastDate": "2026-03-27"}, {"lastDate": "too_early"}),
        ({"lastDate": "2026-06-28"}, {"lastDate": "too_far"}),
        ({"daysOfWeek": [1]}, {"lastDate": "required"}),
        ({"lastDate": "2026-03-28", "daysOfWeek": [7]}, {"daysOfWeek": "no_such_day"}),
        ({"lastDate": "2026-04-28", "daysOfWeek": []}, {"daysOfWeek": "too_short"}),
        ({"lastDate": "2026-04-28", "daysOfWeek": [0]}, {"daysOfWeek.0": "greater_than_equal"}),
        ({"times": []}, {"times": "too_short"}),
        ({"times": [hours("9:00", "11:00")]}, {"times.0.startTime": "string_pattern_mismatch"}),
        ({"times": [hours("09:00", "24:00")]}, {"times.0.endTime": "string_pattern_mismatch"}),
        ({"times": [hours("11:00", "09:00")]}, {"times.0.endTime": "too_early"}),
        ({"times": [hours("11:00", "11:00")]}, {"times.0.endTime": "too_early"}),
        ({"times": [hours("09:00", "11:00"), hours("10:00", "12:00")]}, {"times": "overlap"}),
        ({"times": [hours("09:00", "11:00")] * 2}, {"times": "overlap"}),
        ({"maxOrders": 0}, {"maxOrders": "greater_than_equal"}),
        ({"maxOrders": 10_001}, {"maxOrders": "less_than_equal"}),
        ({"maxOrders": 2.5}, {"maxOrders": "int_type"}),
        ({"zoneId": str(uuid4())}, {"zoneId": "not_found"}),
        ({"currentOrders": 3}, {"currentOrders": "unknown_field"}),
        (
            {
                "lastDate": "2026-06-27",
                "times": [hours(f"{n:02}:00", f"{n:02}:30") for n in range(24)],
            },
            {"lastDate": "too_many"},
        ),
    ],
    ids=range(24),
)
async def test_slots_with_wrong_fields_are_not_opened(
    cast: Cast, changes: dict[str, Any], wrong: dict[str, str]
) -> None:
    answer = await opening(cast, **changes)
    assert (answer.status, answer.fields) == (422, wrong)
    assert all(error["message"] for error in answer.body["errors"])
    assert (await cast.admin.get(ADMIN)).data["totalCount"] == 0


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        ("09:00", "11:00", 409),
        ("10:59", "12:00", 409),
        ("08:00", "09:01", 409),
        ("09:30", "10:00", 409),
        ("00:00", "00:00", 409),
        ("11:00", "12:00", 201),
        ("08:00", "09:00", 201),
    ],
)
async def test_a_slot_that_overlaps_another_of_the_zone_is_refused_with_all_that_came_with_it(
    cast: Cast, start: str, end: str, status: int
) -> None:
    (await opening(cast)).data  # noqa: B018  # fails unless 2xx
    answer = await opening(
        cast, date="2026-03-27", lastDate="2026-03-29", times=[hours(start, end)]
    )
    assert answer.status == status
    if status == 409:
        assert answer.code == "slot_overlap"
        assert "2026-03-28 09:00-11:00" in answer.body["message"]
    rows = await cast.stack.rows("SELECT * FROM delivery_slots")
    assert len(rows) == (1 if status == 409 else 4)


async def test_the_same_slot_opened_at_once_by_many_is_opened_once(cast: Cast) -> None:
    answers = await asyncio.gather(*(opening(cast) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 7
    assert {answer.code for answer in answers if answer.status == 409} == {"slot_overlap"}


async def test_the_public_sees_what_takes_orders_only(cast: Cast) -> None:
    times = [hours(f"{n:02}:00", f"{n + 1:02}:00") for n in range(10, 20)]
    slots = (await opening(cast, date="2026-03-20", times=times, maxOrders=1)).data["slots"]
    booked, closed = slots[5], slots[6]
    customer = await cast.customer()
    (await order(customer, booked["id"])).data  # noqa: B018  # fails unless 2xx
    (await change(cast.admin, closed, 1, isAvailable=False)).data  # noqa: B018
    page = (await cast.stack.person().get(f"{FREE}?zoneId={cast.zone_id}")).data
    assert [one["startTime"] for one in page["items"]] == [
        f"{n}:00" for n in (13, 14, 17, 18, 19)
    ]  # it is past noon: the slot of 12 has begun
    assert (page["totalCount"], page["items"][0]["freePlaces"]) == (5, 1)
    none = await cast.stack.person().get(f"{FREE}?zoneId={cast.zone_id}&dateFrom=2026-03-21")
    assert none.data["items"] == []


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("", "zoneId", "required"),
        (f"zoneId={uuid4()}", "zoneId", "not_found"),
        ("zoneId={zone}&dateFrom=2026-03-21&dateUntil=2026-03-20", "dateUntil", "too_early"),
        ("zoneId={zone}&dateFrom=2026-03-21&dateUntil=2026-06-21", "dateUntil", "too_far"),
        ("zoneId={zone}&dateFrom=9999-12-31", "dateFrom", "value_error"),
    ],
    ids=range(5),
)
async def test_a_list_of_too_much_or_of_nothing_is_refused(
    cast: Cast, query: str, field: str, code: str
) -> None:
    answer = await cast.stack.person().get(f"{FREE}?{query.format(zone=cast.zone_id)}")
    assert (answer.status, answer.fields) == (422, {field: code})


async def test_a_slot_is_changed_by_whoever_read_it_last(cast: Cast) -> None:
    slot = (await opening(cast)).data["slots"][0]
    changed = await change(cast.admin, slot, 1, maxOrders=5, endTime="12:00")
    assert (changed.data["maxOrders"], changed.data["endTime"]) == (5, "12:00")
    assert changed.headers["ETag"] == '"2"'
    assert (await change(cast.admin, slot, 1, maxOrders=9)).code == "stale_version"
    read = await cast.admin.get(f"{ADMIN}/{slot['id']}")
    assert read.headers["ETag"] == '"2"'
    assert read.data == {name: changed.data[name] for name in read.data}
    assert "currentOrders" not in read.data  # a booking would change it, and not the version
    blind = await cast.admin.put(
        f"{ADMIN}/{slot['id']}", hours("09:00", "10:00") | {"maxOrders": 1}
    )
    assert blind.status == 428
    (entry,) = await cast.stack.rows("SELECT * FROM audit_logs WHERE action = 'slot.change'")
    assert entry["old_values"]["max_orders"] == 3
    assert entry["new_values"]["hours"] == "2026-03-28 09:00-12:00"
    (await opening(cast, times=[hours("13:00", "14:00")])).data  # noqa: B018
    assert (await change(cast.admin, slot, 2, endTime="13:01")).code == "slot_overlap"
    assert (await change(cast.admin, slot, 2, endTime="13:00")).status == 200


async def test_what_is_booked_is_neither_moved_nor_left_without_a_place(cast: Cast) -> None:
    slot = (await opening(cast)).data["slots"][0]
    customer = await cast.customer()
    for _ in range(2):
        (await order(customer, slot["id"])).data  # noqa: B018  # fails unless 2xx
    fewer = await change(cast.admin, slot, 1, maxOrders=1)
    assert (fewer.status, fewer.code) == (409, "slot_below_booked")
    assert "2 orders are booked" in fewer.body["message"]
    moved = await change(cast.admin, slot, 1, startTime="10:00")
    assert (moved.status, moved.code) == (409, "slot_booked")
    exact = await change(cast.admin, slot, 1, maxOrders=2, isAvailable=False)
    assert (exact.data["freePlaces"], exact.data["currentOrders"]) == (0, 2)
    await check_books(cast.stack)


async def test_who_is_kept_to_a_zone_opens_slots_there_only(cast: Cast) -> None:
    zone = (await cast.admin.post("/api/v1/admin/delivery-zones", BERLIN)).data["id"]
    operator = await member(cast, "operator", zoneIds=[zone])
    draft = {"date": "2026-03-28", "times": [hours("09:00", "11:00")], "maxOrders": 1}
    foreign = await operator.post(ADMIN, draft | {"zoneId": cast.zone_id})
    assert (foreign.status, foreign.fields) == (422, {"zoneId": "not_found"})
    assert (await operator.post(ADMIN, draft | {"zoneId": zone})).status == 201
    slot = (await opening(cast)).data["slots"][0]
    assert (await change(operator, slot, 1, maxOrders=4)).status == 404
    assert (await operator.get(ADMIN)).data["totalCount"] == 1


async def test_the_database_itself_refuses_a_place_too_many(cast: Cast) -> None:
    slot = await cast.slot(maxOrders=1)
    for number in (2, -1):
        with pytest.raises(Exception, match="ck_delivery_slots_places"):
            await cast.stack.rows(
                "UPDATE delivery_slots SET current_orders = $1 WHERE id::text = $2",
                number,
                slot["id"],
            )
