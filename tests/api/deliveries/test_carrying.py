"""On the road: each step as the table says, told twice without harm, and the books fit."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from api.deliveries import service as deliveries
from api.kit.db import UniqueViolation
from api.kit.ids import OrderId, new_id
from tests.support.books import check_books
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP, Person
from tests.support.road import (
    answer,
    brought_to,
    by_hand,
    complete,
    decide,
    dossier,
    offer,
    report,
)

COURIER_SAYS = ("pending", "picked_up", "in_transit", "failed", "returned", "delivered")
STAFF_SAYS = ("pending", "in_transit", "failed", "returned")
COURIER_MOVES = [
    ("assigned_to_courier", "pending"),
    ("assigned_to_courier", "picked_up"),
    ("picked_up", "in_transit"),
    ("picked_up", "failed"),
    ("picked_up", "delivered"),
    ("in_transit", "delivered"),
    ("in_transit", "failed"),
    ("failed", "in_transit"),
    ("failed", "returned"),
]
STAFF_MOVES = [
    ("assigned_to_courier", "pending"),
    ("picked_up", "failed"),
    ("in_transit", "failed"),
    ("failed", "in_transit"),
    ("failed", "returned"),
    ("returned", "pending"),
]
COPY = """
    INSERT INTO deliveries
    SELECT (jsonb_populate_record(d, jsonb_build_object('id', $1::text))).* FROM deliveries AS d
"""
STATUSES = (
    "assigned_to_courier",
    "picked_up",
    "in_transit",
    "failed",
    "returned",
    "delivered",
    "cancelled",
)


async def at(cast: Cast, courier: Person, status: str) -> tuple[dict[str, Any], str]:
    """Return an order and its delivery in any status that a courier had a hand in."""
    if status == "delivered":
        order, delivery_id = await brought_to(cast, courier, "in_transit")
        (await complete(courier, delivery_id)).data  # noqa: B018  # fails unless 2xx
    elif status == "cancelled":
        order, delivery_id = await brought_to(cast, courier)
        path = f"/api/v1/admin/orders/{order['id']}/status"
        (await cast.admin.put(path, {"status": "cancelled"})).data  # noqa: B018
    else:
        order, delivery_id = await brought_to(cast, courier, status)
    return order, delivery_id


async def say(cast: Cast, courier: Person, delivery_id: str, by: str, status: str) -> Any:
    """Move a delivery as the courier, or as staff."""
    if by == "operator":
        return await decide(cast, delivery_id, status)
    if status == "delivered":
        return await complete(courier, delivery_id)
    return await report(courier, delivery_id, status)


@pytest.mark.parametrize("status", STATUSES)
async def test_every_other_step_is_refused_and_the_same_again_changes_nothing(
    cast: Cast, status: str
) -> None:
    courier = await cast.courier()
    _order, delivery_id = await at(cast, courier, status)
    before = await dossier(cast, delivery_id)
    tried = [("courier", new, COURIER_MOVES) for new in COURIER_SAYS]
    tried += [("operator", new, STAFF_MOVES) for new in STAFF_SAYS]
    for by, new, moves in tried:
        if (status, new) in moves:
            continue
        got = await say(cast, courier, delivery_id, by, new)
        if by == "courier" and status == "returned" and new != status:
            assert got.status == 404, (by, new)  # it is no longer the courier's
        elif new == status:
            assert (got.status, got.data["status"]) == (200, status), (by, new)
        else:
            assert (got.status, got.code) == (409, "invalid_transition"), (by, new)
    assert await dossier(cast, delivery_id) == before
    await check_books(cast.stack)


@pytest.mark.parametrize(
    ("by", "old", "new"),
    [("courier", *move) for move in COURIER_MOVES] + [("operator", *move) for move in STAFF_MOVES],
)
async def test_each_step_of_the_table_is_made_and_written_down(
    cast: Cast, by: str, old: str, new: str
) -> None:
    courier = await cast.courier()
    order, delivery_id = await at(cast, courier, old)
    got = (await say(cast, courier, delivery_id, by, new)).data
    assert got["status"] == new
    line = (await dossier(cast, delivery_id))["events"][-1]
    assert (line["oldStatus"], line["newStatus"], line["data"]["by"]) == (old, new, by)
    (row,) = await cast.stack.rows(
        "SELECT actor_id FROM delivery_events WHERE delivery_id = $1 ORDER BY seq DESC LIMIT 1",
        UUID(delivery_id),
    )
    who = courier if by == "courier" else cast.admin
    assert str(row["actor_id"]) == who.me["id"]
    audited = await cast.stack.rows("SELECT 1 FROM audit_logs WHERE action = 'delivery.status'")
    assert len(audited) == (by == "operator")
    assert order["id"] == got["orderId"]
    await check_books(cast.stack)


async def test_goods_are_not_taken_before_the_shop_has_them_ready(cast: Cast) -> None:
    company, vendor = await cast.shop()
    courier = await cast.courier()
    order, delivery_id = await brought_to(cast, courier, companyId=company)
    shop = f"/api/v1/vendor/orders/{order['id']}/status"
    for status in (None, "preparing"):
        if status is not None:
            (await vendor.put(shop, {"status": status})).data  # noqa: B018
        assert (await report(courier, delivery_id, "picked_up")).code == "not_ready"
    (await vendor.put(shop, {"status": "ready_for_delivery"})).data  # noqa: B018
    assert (await report(courier, delivery_id, "picked_up")).data["status"] == "picked_up"
    await check_books(cast.stack)


async def test_a_delivery_given_back_leaves_its_courier_free(cast: Cast) -> None:
    courier = await cast.courier()
    _order, delivery_id = await brought_to(cast, courier)
    assert (await courier.get("/api/v1/courier/profile")).data["status"] == "on_delivery"
    (await report(courier, delivery_id, "pending", comment="flat tyre")).data  # noqa: B018
    assert (await courier.get("/api/v1/courier/profile")).data["status"] == "online"
    assert (await courier.get("/api/v1/courier/deliveries/active")).data == {"deliveries": []}
    assert (await courier.get("/api/v1/courier/route")).data == {"stops": []}
    assert (await dossier(cast, delivery_id))["events"][-1]["data"]["comment"] == "flat tyre"
    await check_books(cast.stack)


@pytest.mark.parametrize(
    ("carried", "said"), [("assigned_to_courier", "pending"), ("failed", "returned")]
)
async def test_giving_up_a_delivery_again_is_answered_as_before(
    cast: Cast, carried: str, said: str
) -> None:
    """The answer was lost on a bad line; it is no longer the courier's, but the act was."""
    courier, other = await cast.courier(), await cast.courier()
    _order, delivery_id = await brought_to(cast, courier, carried)
    answered = (await report(courier, delivery_id, said, comment="flat tyre")).data
    before = await dossier(cast, delivery_id)
    assert (await report(courier, delivery_id, said, comment="flat tyre")).data == answered
    assert (await report(other, delivery_id, said)).status == 404
    assert await dossier(cast, delivery_id) == before
    if said == "returned":
        (await decide(cast, delivery_id, "pending")).data  # noqa: B018  # fails unless 2xx
    (await by_hand(cast, delivery_id, other)).data  # noqa: B018  # fails unless 2xx
    assert (await report(courier, delivery_id, said)).status == 404
    await check_books(cast.stack)


async def test_a_failed_delivery_is_returned_and_tried_again_by_another(cast: Cast) -> None:
    first, second = await cast.courier(), await cast.courier()
    order, delivery_id = await brought_to(cast, first, "returned")
    assert (await decide(cast, delivery_id, "pending")).data["attempt"] == 2
    shown = (await cast.admin.get(f"/api/v1/admin/orders/{order['id']}")).data
    assert shown["status"] == "ready_for_delivery"
    (await answer(second, await offer(cast, delivery_id, second))).data  # noqa: B018
    for status in ("picked_up", "in_transit"):
        (await report(second, delivery_id, status)).data  # noqa: B018
    done = (await complete(second, delivery_id, receivedBy="Rui")).data
    assert (done["status"], done["receivedBy"], done["failureReason"]) == ("delivered", "Rui", None)
    await check_books(cast.stack)
    finished = (await second.get("/api/v1/courier/deliveries/history")).data["items"]
    assert [one["id"] for one in finished] == [delivery_id]


@pytest.mark.parametrize("afterwards", ["tried again", "cancelled"])
async def test_staff_settle_what_a_courier_who_is_gone_had_aboard(
    cast: Cast, afterwards: str
) -> None:
    """The courier is blocked and says nothing any more; the order is not stuck for good."""
    gone, other = await cast.courier(), await cast.courier()
    order, delivery_id = await brought_to(cast, gone, "picked_up")
    path = f"/api/v1/admin/users/{gone.me['id']}/active"
    block = {"isActive": False, "reason": "rode away"}
    (await cast.admin.put(path, block)).data  # noqa: B018  # fails unless 2xx
    failed = (await decide(cast, delivery_id, "failed", reason="vehicle")).data
    assert (failed["status"], failed["failureReason"]) == ("failed", "vehicle")
    assert (await decide(cast, delivery_id, "returned")).data["courierId"] is None
    if afterwards == "tried again":
        (await decide(cast, delivery_id, "pending")).data  # noqa: B018
        (await by_hand(cast, delivery_id, other)).data  # noqa: B018
    else:
        staff = f"/api/v1/admin/orders/{order['id']}/status"
        over = (await cast.admin.put(staff, {"status": "cancelled", "comment": "lost"})).data
        assert over["status"] == "cancelled"
    await cast.stack.settle()
    (row,) = await cast.stack.rows(
        "SELECT status FROM couriers WHERE id = $1", UUID(gone.courier_id)
    )
    assert row["status"] != "on_delivery"
    await check_books(cast.stack)


async def test_a_courier_sees_what_was_brought_back_among_the_finished(cast: Cast) -> None:
    courier, other = await cast.courier(), await cast.courier()
    _order, delivered = await at(cast, courier, "delivered")
    _order, returned = await at(cast, courier, "returned")
    _order, cancelled = await at(cast, courier, "cancelled")
    await at(cast, other, "returned")
    path = "/api/v1/courier/deliveries/history"
    shown = (await courier.get(path)).data
    assert [one["id"] for one in shown["items"]] == [cancelled, returned, delivered]
    assert shown["totalCount"] == 3
    (await decide(cast, returned, "pending")).data  # noqa: B018  # fails unless 2xx
    shown = (await courier.get(path)).data
    assert [one["id"] for one in shown["items"]] == [cancelled, delivered]  # not finished any more


async def test_a_courier_says_why_a_delivery_failed(cast: Cast) -> None:
    courier = await cast.courier()
    _order, delivery_id = await brought_to(cast, courier, "in_transit")
    assert (await report(courier, delivery_id, "failed", reason=None)).status == 422
    assert (await report(courier, delivery_id, "failed", reason="rain")).fields.keys() == {"reason"}
    failed = await report(courier, delivery_id, "failed", reason="wrong_address")
    assert failed.data["failureReason"] == "wrong_address"


async def test_where_and_when_it_happened_is_kept_as_the_phone_says(cast: Cast) -> None:
    courier = await cast.courier()
    _order, delivery_id = await brought_to(cast, courier)
    half = await report(courier, delivery_id, "picked_up", latitude=41.15)
    assert (half.status, half.fields) == (422, {"longitude": "required"})
    there = {"latitude": 41.1501, "longitude": -8.6101, "clientTs": "2026-11-21T12:00:00+01:00"}
    (await report(courier, delivery_id, "picked_up", **there)).data  # noqa: B018
    (row,) = await cast.stack.rows("SELECT * FROM delivery_events WHERE new_status = 'picked_up'")
    assert (row["location"].lat, row["location"].lng) == (41.1501, -8.6101)
    assert row["client_ts"].isoformat() == "2026-11-21T11:00:00+00:00"


async def test_handing_over_twice_at_once_counts_once(cast: Cast) -> None:
    courier = await cast.courier()
    _order, delivery_id = await brought_to(cast, courier, "in_transit")
    answers = await asyncio.gather(*(complete(courier, delivery_id) for _ in range(8)))
    assert {got.data["status"] for got in answers} == {"delivered"}
    await check_books(cast.stack)
    assert (await courier.get("/api/v1/courier/profile")).data["totalDeliveries"] == 1


async def test_a_courier_with_two_deliveries_goes_from_stop_to_stop(cast: Cast) -> None:
    courier = await cast.courier()
    _one, first = await brought_to(cast, courier)
    _two, second = await brought_to(cast, courier)

    async def stops() -> list[tuple[str, str]]:
        shown = (await courier.get("/api/v1/courier/route")).data["stops"]
        return [(stop["deliveryId"], stop["kind"]) for stop in shown]

    assert await stops() == [
        (first, "pickup"),
        (first, "dropoff"),
        (second, "pickup"),
        (second, "dropoff"),
    ]
    (await report(courier, second, "picked_up")).data  # noqa: B018
    assert await stops() == [(first, "pickup"), (first, "dropoff"), (second, "dropoff")]
    (await report(courier, first, "picked_up")).data  # noqa: B018
    (await complete(courier, first)).data  # noqa: B018
    assert await stops() == [(second, "dropoff")]
    assert (await courier.get("/api/v1/courier/profile")).data["status"] == "on_delivery"
    (await complete(courier, second)).data  # noqa: B018
    assert (await courier.get("/api/v1/courier/profile")).data["status"] == "online"
    await check_books(cast.stack)


async def test_the_route_of_a_failed_delivery_leads_back(cast: Cast) -> None:
    """To where the goods came from, until they are tried again."""
    courier = await cast.courier()
    _order, delivery_id = await brought_to(cast, courier, "in_transit")
    await cast.stack.rows("UPDATE route_stops SET reached_at = now() RETURNING id")

    async def stop() -> dict[str, Any]:
        (found,) = (await courier.get("/api/v1/courier/route")).data["stops"]
        return dict(found)

    assert (await stop())["latitude"] == DROPOFF["latitude"]
    (await report(courier, delivery_id, "failed")).data  # noqa: B018
    back = await stop()
    assert (back["latitude"], back["longitude"]) == (PICKUP["latitude"], PICKUP["longitude"])
    assert (back["address"], back["reachedAt"]) == (PICKUP["address"], None)
    (await report(courier, delivery_id, "in_transit")).data  # noqa: B018
    assert (await stop())["address"] == DROPOFF["address"]


async def test_what_has_failed_goes_back_after_the_couriers_other_stops(cast: Cast) -> None:
    """The others have nothing to do with it; who tries again goes there at once."""
    courier, customer = await cast.courier(), await cast.customer()
    _order, failed = await brought_to(cast, courier, "in_transit")
    order, second = await brought_to(cast, courier, "in_transit", customer)

    async def sequence() -> tuple[list[str], list[str], int]:
        await cast.stack.settle()
        route = (await courier.get("/api/v1/courier/route")).data["stops"]
        active = (await courier.get("/api/v1/courier/deliveries/active")).data["deliveries"]
        seen = (await customer.get(f"/api/v1/orders/{order['id']}/tracking")).data
        stops = [stop["deliveryId"] for stop in route]
        return stops, [one["id"] for one in active], seen["stopsBefore"]

    before = len(await cast.stack.rows("SELECT 1 FROM outbox WHERE topic = 'route.changed'"))
    assert await sequence() == ([failed, second], [failed, second], 1)
    (await report(courier, failed, "failed")).data  # noqa: B018  # fails unless 2xx
    assert await sequence() == ([second, failed], [second, failed], 0)
    told = len(await cast.stack.rows("SELECT 1 FROM outbox WHERE topic = 'route.changed'"))
    assert told == before + 1
    _order, third = await brought_to(cast, courier)
    assert (await sequence())[0] == [second, third, third, failed]
    (await report(courier, failed, "in_transit")).data  # noqa: B018  # fails unless 2xx
    assert await sequence() == ([failed, second, third, third], [failed, second, third], 1)


async def test_how_to_reach_people_is_told_while_the_delivery_is_open(cast: Cast) -> None:
    courier = await cast.courier()
    reachable = DROPOFF | {"contactName": "Rui", "contactPhone": "+351912345678", "notes": "blue"}
    _order, delivery_id = await brought_to(cast, courier, "picked_up", dropoff=reachable)
    moving = (await report(courier, delivery_id, "in_transit")).data
    assert moving["dropoff"]["contactPhone"] == "+351912345678"
    for _ in range(2):  # said again it is answered alike
        done = (await complete(courier, delivery_id)).data
        kept = [done["dropoff"][name] for name in ("contactName", "contactPhone", "notes")]
        assert (kept, done["dropoff"]["address"]) == ([None] * 3, DROPOFF["address"])


async def test_an_order_has_one_live_delivery_however_often_it_is_opened(cast: Cast) -> None:
    draft = {"pickup": PICKUP, "dropoff": DROPOFF, "items": [{"title": "A parcel"}]}
    order = (await (await cast.customer()).post("/api/v1/orders", draft, key="k")).data

    async def open_it() -> object:
        async with cast.stack.station.work() as work:
            return await deliveries.open_for(work, OrderId(UUID(order["id"])))

    opened = await asyncio.gather(*(open_it() for _ in range(8)))
    assert sum(one is not None for one in opened) == 1
    with pytest.raises(UniqueViolation, match="uq_deliveries_order_id_live"):
        await cast.stack.rows(COPY, str(new_id()))
    await check_books(cast.stack)


@pytest.mark.parametrize("seed", range(6))
async def test_courier_and_dispatcher_at_the_same_time_leave_the_books_in_order(
    cast: Cast, seed: int
) -> None:
    """Whoever comes second is refused or finds it done; nothing is half one, half the other."""
    here, there = await cast.courier(), await cast.courier()
    order, delivery_id = await brought_to(cast, here)
    staff = f"/api/v1/admin/orders/{order['id']}/status"
    acts = [
        lambda: report(here, delivery_id, "picked_up"),
        lambda: report(here, delivery_id, "pending"),
        lambda: by_hand(cast, delivery_id, there),
        lambda: cast.admin.put(staff, {"status": "cancelled"}),
        lambda: decide(cast, delivery_id, "pending"),
    ]
    chosen = acts[seed % 5 :] + acts[: seed % 5]
    answers = await asyncio.gather(*(act() for act in chosen))
    assert {got.status for got in answers} <= {200, 404, 409}
    assert any(got.status == 200 for got in answers)
    await check_books(cast.stack)
