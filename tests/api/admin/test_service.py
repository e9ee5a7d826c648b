"""A dispatcher's hand: assigns, takes away, cancels; not where a courier has the goods."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.books import check_books
from tests.support.cast import Cast
from tests.support.people import Answer
from tests.support.road import answer, brought_to, by_hand, complete, decide, dossier, offer


async def set_order(cast: Cast, order: dict[str, Any], status: str) -> Answer:
    """Move an order by hand."""
    path = f"/api/v1/admin/orders/{order['id']}/status"
    return await cast.admin.put(path, {"status": status, "comment": "a test"})


async def test_a_delivery_is_assigned_by_hand_and_the_reason_kept(cast: Cast) -> None:
    courier = await cast.courier()
    order = await cast.order(await cast.customer())
    delivery_id = (await cast.delivery_of(order))["id"]
    for _ in range(2):  # the same again changes nothing
        got = (await by_hand(cast, delivery_id, courier)).data
        assert (got["status"], got["courierId"]) == ("assigned_to_courier", courier.courier_id)
    shown = await dossier(cast, delivery_id)
    assert shown["courier"]["id"] == courier.courier_id
    (kept,) = shown["offers"]
    assert (kept["source"], kept["status"]) == ("manual", "accepted")
    assert kept["card"] == {"source": "manual", "by": cast.admin.me["id"], "reason": "a test"}
    (audit,) = await cast.stack.rows("SELECT * FROM audit_logs WHERE action = 'delivery.assign'")
    assert audit["old_values"] == {"courierId": None}
    assert audit["new_values"] == {"courierId": courier.courier_id, "reason": "a test"}
    await check_books(cast.stack)


async def test_reassigning_takes_it_from_the_first_and_withdraws_what_is_open(cast: Cast) -> None:
    first, second, third = [await cast.courier() for _ in range(3)]
    order = await cast.order(await cast.customer())
    delivery_id = (await cast.delivery_of(order))["id"]
    offer_id = await offer(cast, delivery_id, first)
    (await by_hand(cast, delivery_id, second)).data  # noqa: B018  # fails unless 2xx
    assert (await answer(first, offer_id)).code == "offer_closed"
    (await by_hand(cast, delivery_id, third)).data  # noqa: B018
    assert (await second.get("/api/v1/courier/profile")).data["status"] == "online"
    assert (await second.get("/api/v1/courier/deliveries/active")).data["deliveries"] == []
    (active,) = (await third.get("/api/v1/courier/deliveries/active")).data["deliveries"]
    assert active["id"] == delivery_id
    ended = [one["status"] for one in (await dossier(cast, delivery_id))["offers"]]
    assert ended == ["withdrawn", "accepted", "accepted"]
    await check_books(cast.stack)


@pytest.mark.parametrize("status", ["picked_up", "in_transit", "failed"])
async def test_goods_that_are_aboard_are_neither_cancelled_nor_reassigned(
    cast: Cast, status: str
) -> None:
    courier, other = await cast.courier(), await cast.courier()
    order, delivery_id = await brought_to(cast, courier, status)
    before = await dossier(cast, delivery_id)
    for order_status in ("cancelled", "ready_for_delivery"):
        got = await set_order(cast, order, order_status)
        assert (got.status, got.code) == (409, "goods_aboard")
    assert (await by_hand(cast, delivery_id, other)).code == "invalid_transition"
    assert (await set_order(cast, order, "delivered")).code == "not_at_the_counter"
    assert await dossier(cast, delivery_id) == before
    await check_books(cast.stack)


@pytest.mark.parametrize("status", ["delivered", "cancelled", "returned"])
async def test_what_is_over_or_back_is_not_assigned(cast: Cast, status: str) -> None:
    courier, other = await cast.courier(), await cast.courier()
    order, delivery_id = await brought_to(
        cast,
        courier,
        {"delivered": "in_transit", "cancelled": "assigned_to_courier"}.get(status, status),
    )
    if status == "delivered":
        (await complete(courier, delivery_id)).data  # noqa: B018
    elif status == "cancelled":
        (await set_order(cast, order, "cancelled")).data  # noqa: B018
    got = await by_hand(cast, delivery_id, other)
    assert got.code == ("order_not_waiting" if status == "returned" else "invalid_transition")
    await check_books(cast.stack)


async def test_an_order_that_came_back_can_be_sent_out_again_or_given_up(cast: Cast) -> None:
    courier = await cast.courier()
    again, delivery_id = await brought_to(cast, courier, "returned")
    assert (await set_order(cast, again, "ready_for_delivery")).data[
        "status"
    ] == "ready_for_delivery"
    shown = (await dossier(cast, delivery_id))["delivery"]
    assert (shown["status"], shown["attempt"]) == ("pending", 2)
    await check_books(cast.stack)
    (await set_order(cast, again, "cancelled")).data  # noqa: B018
    given_up, delivery_id = await brought_to(cast, courier, "returned")
    assert (await set_order(cast, given_up, "cancelled")).data["status"] == "cancelled"
    assert (await decide(cast, delivery_id, "pending")).code == "invalid_transition"
    await check_books(cast.stack)


@pytest.mark.parametrize("with_courier", [False, True])
async def test_cancelling_ends_offers_and_deliveries_and_frees_the_courier(
    cast: Cast, with_courier: bool
) -> None:
    courier = await cast.courier()
    if with_courier:
        order, delivery_id = await brought_to(cast, courier)
    else:
        order = await cast.order(await cast.customer())
        delivery_id = (await cast.delivery_of(order))["id"]
        await offer(cast, delivery_id, courier)
    for _ in range(2):
        assert (await set_order(cast, order, "cancelled")).data["cancelReason"] == "a test"
    assert (await courier.get("/api/v1/courier/offers")).data == {"offers": []}
    assert (await courier.get("/api/v1/courier/profile")).data["status"] == "online"
    shown = await dossier(cast, delivery_id)
    assert shown["delivery"]["status"] == "cancelled"
    assert [one["status"] for one in shown["offers"]] == [
        "accepted" if with_courier else "withdrawn"
    ]
    await check_books(cast.stack)


@pytest.mark.parametrize("who", ["offline", "blocked", "unknown"])
async def test_who_cannot_carry_is_not_assigned(cast: Cast, who: str) -> None:
    courier = await cast.courier(online=who != "offline")
    if who == "blocked":
        await cast.stack.rows("UPDATE couriers SET is_active = false")
    if who == "unknown":
        courier.courier_id = str(uuid4())
    order = await cast.order(await cast.customer())
    delivery_id = (await cast.delivery_of(order))["id"]
    refused = "invalid_input" if who == "unknown" else "courier_unavailable"
    assert (await by_hand(cast, delivery_id, courier)).code == refused
    assert (await dossier(cast, delivery_id))["offers"] == []
    await check_books(cast.stack)


async def test_an_assignment_that_fails_leaves_the_first_courier_in_place(cast: Cast) -> None:
    courier, offline = await cast.courier(), await cast.courier(online=False)
    _order, delivery_id = await brought_to(cast, courier)
    assert (await by_hand(cast, delivery_id, offline)).code == "courier_unavailable"
    shown = (await dossier(cast, delivery_id))["delivery"]
    assert (shown["status"], shown["courierId"]) == ("assigned_to_courier", courier.courier_id)
    await check_books(cast.stack)


async def test_couriers_swapped_by_two_dispatchers_at_once_keep_the_books(cast: Cast) -> None:
    """Both hold what the other needs: one of the two is tried again, none is lost."""
    a, b = await cast.courier(), await cast.courier()
    (_, first), (_, second) = await brought_to(cast, a), await brought_to(cast, b)
    for to_first, to_second in ((b, a), (a, b), (b, a), (a, b)):
        answers = await asyncio.gather(
            by_hand(cast, first, to_first), by_hand(cast, second, to_second)
        )
        assert [got.status for got in answers] == [200, 200]
        await check_books(cast.stack)
    held = await cast.stack.rows("SELECT id, courier_id FROM deliveries")
    assert {(row["id"], row["courier_id"]) for row in held} == {
        (UUID(first), UUID(a.courier_id)),
        (UUID(second), UUID(b.courier_id)),
    }


@pytest.mark.parametrize("through", ["order", "delivery"])
async def test_delivering_again_is_noted_in_the_audit_trail(cast: Cast, through: str) -> None:
    courier = await cast.courier()
    order, delivery_id = await brought_to(cast, courier, "returned")
    if through == "order":
        (await set_order(cast, order, "ready_for_delivery")).data  # noqa: B018  # fails unless 2xx
    else:
        (await decide(cast, delivery_id, "pending")).data  # noqa: B018  # fails unless 2xx
    (audit,) = await cast.stack.rows("SELECT * FROM audit_logs WHERE action = 'order.status'")
    assert str(audit["entity_id"]) == order["id"]
    assert audit["old_values"] == {"status": "in_delivery"}
    assert audit["new_values"] == {"status": "ready_for_delivery", "comment": "a test"}
    await check_books(cast.stack)
