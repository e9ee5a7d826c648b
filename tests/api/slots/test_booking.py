"""Places of delivery slots: taken by orders and given back, never one too many or too few."""

import asyncio
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.kit.clock import real_now
from tests.api.slots.test_service import change
from tests.support.books import check_books
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP, Answer, Person

RACERS, PLACES = 40, 3
DRAFT: dict[str, Any] = {"pickup": PICKUP, "dropoff": DROPOFF, "items": [{"title": "A parcel"}]}


async def order(customer: Person, slot: dict[str, Any], key: str = "", **changes: Any) -> Answer:
    """Place an order in a slot."""
    draft = DRAFT | {"slotId": slot["id"]} | changes
    return await customer.post("/api/v1/orders", draft, key=key or uuid4().hex)


async def cancel(customer: Person, placed: dict[str, Any]) -> Answer:
    """Cancel an order as its customer."""
    return await customer.post(f"/api/v1/orders/{placed['id']}/cancel", {"reason": "no time"})


async def taken(cast: Cast, slot: dict[str, Any]) -> int:
    """Return how many places of a slot are taken."""
    sql = "SELECT current_orders FROM delivery_slots WHERE id = $1"
    return int((await cast.stack.rows(sql, UUID(slot["id"])))[0]["current_orders"])


async def test_of_forty_racers_for_the_last_three_places_three_win(cast: Cast) -> None:
    """Statement 47: the others get 409 with a code and what to do, and leave no trace."""
    slot = await cast.slot(maxOrders=PLACES + 2)
    early = await cast.customer()
    for _ in range(2):
        (await order(early, slot)).data  # noqa: B018  # fails unless 2xx
    racers = [await cast.customer() for _ in range(RACERS)]
    answers = await asyncio.gather(*(order(racer, slot) for racer in racers))
    won = [answer for answer in answers if answer.status == 201]
    lost = [answer for answer in answers if answer.status != 201]
    assert (len(won), len(lost)) == (PLACES, RACERS - PLACES)
    assert {(answer.status, answer.code) for answer in lost} == {(409, "slot_full")}
    assert all("GET /api/v1/delivery-slots" in answer.body["message"] for answer in lost)
    assert {answer.data["slotId"] for answer in won} == {slot["id"]}
    (rows,) = await cast.stack.rows("SELECT count(*) FROM orders")
    assert rows["count"] == PLACES + 2
    await check_books(cast.stack)


async def test_places_that_become_free_are_won_by_as_many(cast: Cast) -> None:
    """Statement 47: cancelling, booking and a smaller number of places, all at once."""
    slot = await cast.slot(maxOrders=4)
    company, _vendor = await cast.shop()
    customer = await cast.customer()
    placed = [(await order(customer, slot, companyId=company)).data for _ in range(4)]
    answers = await asyncio.gather(
        *(cancel(customer, one) for one in placed[:2] * 3),
        *(order(customer, slot, companyId=company) for _ in range(8)),
        change(cast.admin, slot, 1, maxOrders=3),
    )
    assert {answer.status for answer in answers} <= {200, 201, 409}
    await check_books(cast.stack)
    (row,) = await cast.stack.rows("SELECT * FROM delivery_slots")
    more = [(await order(customer, slot)).status for _ in range(5)]
    assert more.count(201) == row["max_orders"] - row["current_orders"]
    await check_books(cast.stack)


async def test_an_order_that_is_sent_again_takes_one_place(cast: Cast) -> None:
    slot = await cast.slot()
    customer = await cast.customer()
    key = uuid4().hex
    answers = await asyncio.gather(*(order(customer, slot, key) for _ in range(6)))
    assert {answer.status for answer in answers} <= {201, 409}
    first = (await order(customer, slot, key)).data
    assert first == (await order(customer, slot, key)).data
    assert await taken(cast, slot) == 1


async def test_an_order_that_fails_takes_none(cast: Cast) -> None:
    slot = await cast.slot()
    customer = await cast.customer()
    late = (real_now() + timedelta(days=30)).isoformat()
    refused = await order(customer, slot, readyAt=late)
    assert (refused.status, refused.fields) == (422, {"readyAt": "too_late"})
    assert await taken(cast, slot) == 0


@pytest.mark.parametrize("by", ["customer", "shop", "operator"])
async def test_a_cancelled_order_gives_its_place_back_once(cast: Cast, by: str) -> None:
    slot = await cast.slot(maxOrders=1)
    company, vendor = await cast.shop()
    customer = await cast.customer()
    placed = (await order(customer, slot, companyId=company)).data
    assert (await order(customer, slot)).code == "slot_full"
    path = f"orders/{placed['id']}/status"
    word = {"status": "cancelled", "comment": "why not"}
    acts = {
        "customer": lambda: cancel(customer, placed),
        "shop": lambda: vendor.put(f"/api/v1/vendor/{path}", word),
        "operator": lambda: cast.admin.put(f"/api/v1/admin/{path}", word),
    }
    answers = await asyncio.gather(*(acts[by]() for _ in range(5)))
    assert {answer.status for answer in answers} == {200}
    assert await taken(cast, slot) == 0
    assert (await order(customer, slot)).status == 201
    assert (await acts[by]()).status == 200
    assert await taken(cast, slot) == 1
    await check_books(cast.stack)


async def test_the_slot_is_the_promise(cast: Cast) -> None:
    slot = await cast.slot()
    customer = await cast.customer()
    placed = (await order(customer, slot)).data
    assert (placed["promisedFrom"], placed["promisedUntil"]) == (slot["startsAt"], slot["endsAt"])
    opens, ready = (datetime.fromisoformat(at) for at in (slot["startsAt"], placed["readyAt"]))
    assert timedelta(0) < opens - ready < timedelta(hours=1)  # no courier waits for a day
    await cast.stack.settle()
    delivery = await cast.delivery_of(placed)
    assert (delivery["windowStart"], delivery["windowEnd"]) == (slot["startsAt"], slot["endsAt"])
    early = real_now().isoformat()
    asked = (await order(customer, slot, readyAt=early)).data
    assert asked["readyAt"] == asked["placedAt"]
    assert (await customer.get(f"/api/v1/orders/{asked['id']}")).data["slotId"] == slot["id"]


async def test_a_window_beside_a_slot_is_the_slots_own_or_refused(cast: Cast) -> None:
    slot = await cast.slot()
    customer = await cast.customer()
    own = {"windowStart": slot["startsAt"], "windowEnd": slot["endsAt"]}
    assert (await order(customer, slot, **own)).status == 201
    later = (datetime.fromisoformat(slot["endsAt"]) + timedelta(minutes=1)).isoformat()
    wider = await order(customer, slot, **own | {"windowEnd": later})
    assert (wider.status, wider.fields) == (422, {"windowEnd": "not_the_slots"})
    assert slot["endsAt"][:16] in wider.body["errors"][0]["message"]
    assert await taken(cast, slot) == 1


async def test_a_slot_that_takes_no_order_says_why(cast: Cast) -> None:
    customer = await cast.customer()
    slot = await cast.slot()
    (await change(cast.admin, slot, 1, isAvailable=False)).data  # noqa: B018  # fails unless 2xx
    closed = await order(customer, slot)
    assert (closed.status, closed.code) == (409, "slot_closed")
    unknown = await order(customer, {"id": str(uuid4())})
    assert (unknown.status, unknown.fields) == (422, {"slotId": "not_found"})
    sql = "UPDATE delivery_slots SET is_available = true, date = $1, start_time = $2"
    await cast.stack.rows(sql, real_now().date() - timedelta(days=1), time(9))
    begun = await order(customer, slot)
    assert (begun.status, begun.code) == (409, "slot_begun")
    assert await taken(cast, slot) == 0


async def test_a_slot_of_another_zone_is_refused(cast: Cast) -> None:
    polygon = {
        "type": "Polygon",
        "coordinates": [[[-9.3, 38.6], [-9.0, 38.6], [-9.0, 38.9], [-9.3, 38.9], [-9.3, 38.6]]],
    }
    drawn = {"name": "Lisbon", "code": "lisbon", "polygon": polygon, "baseFeeMinor": 1}
    drawn |= {"currency": "EUR", "timeZone": "Europe/Lisbon"}
    other = (await cast.admin.post("/api/v1/admin/delivery-zones", drawn)).data["id"]
    slot = await cast.slot(other)
    foreign = await order(await cast.customer(), slot)
    assert (foreign.status, foreign.fields) == (422, {"slotId": "other_zone"})
    assert cast.zone_id in foreign.body["errors"][0]["message"]
    assert await taken(cast, slot) == 0


@pytest.mark.parametrize("seed", range(4))
async def test_free_places_and_booked_ones_make_the_capacity_whatever_happens(
    cast: Cast, seed: int
) -> None:
    """Statement 47: any sequence of booking, cancelling and changing, against a simple account."""
    random = Random(seed)
    slot = await cast.slot(maxOrders=2)
    company, _vendor = await cast.shop()
    customer = await cast.customer()
    version, capacity, is_open = 1, 2, True
    held: list[dict[str, Any]] = []
    for _ in range(40):
        match random.choice(["book", "book", "cancel", "resize", "switch"]):
            case "book":
                answer = await order(customer, slot, companyId=company)
                wanted = 201 if is_open and len(held) < capacity else 409
                assert answer.status == wanted
                if wanted == 201:
                    held.append(answer.data)
            case "cancel" if held:
                gone = held.pop(random.randrange(len(held)))
                for _again in range(random.choice([1, 2])):
                    assert (await cancel(customer, gone)).status == 200
            case "resize":
                size = random.randint(1, 5)
                answer = await change(
                    cast.admin, slot, version, maxOrders=size, isAvailable=is_open
                )
                assert answer.status == (200 if size >= len(held) else 409)
                if answer.status == 200:
                    version, capacity = version + 1, size
            case "switch":
                answer = await change(
                    cast.admin, slot, version, maxOrders=capacity, isAvailable=not is_open
                )
                version, is_open = version + 1, not is_open
                assert answer.status == 200
        (shown,) = (await cast.admin.get("/api/v1/admin/delivery-slots")).data["items"]
        assert shown["freePlaces"] + shown["currentOrders"] == shown["maxOrders"] == capacity
        assert shown["currentOrders"] == len(held)
    await check_books(cast.stack)
