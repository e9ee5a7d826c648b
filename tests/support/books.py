"""The books: what must hold in the whole database whenever nothing is under way."""

from itertools import groupby, pairwise
from typing import Any

from tests.support.programs import Stack

ABOARD = {"picked_up", "in_transit", "failed"}
WAITING = {"confirmed", "preparing", "ready_for_delivery"}


async def check_books(stack: Stack) -> None:
    """Settle what follows from what happened, then compare everything with everything."""
    await stack.settle()
    assert await stack.rows("SELECT topic, last_error FROM outbox WHERE handled_at IS NULL") == []
    orders = {row["id"]: row for row in await stack.rows("SELECT * FROM orders")}
    deliveries = {row["id"]: row for row in await stack.rows("SELECT * FROM deliveries")}
    await _histories_tell_the_statuses(stack, orders)
    await _journals_tell_the_rows(stack, deliveries)
    await _offers_fit(stack, deliveries)
    await _routes_fit(stack, deliveries)
    await _couriers_fit(stack, deliveries)
    await _slots_fit(stack, orders)
    for delivery in deliveries.values():
        status, order = delivery["status"], orders[delivery["order_id"]]["status"]
        assert status != "assigned_to_courier" or order in WAITING, (status, order)
        assert status not in ABOARD or order == "in_delivery", (status, order)
        assert status != "delivered" or order == "delivered", (status, order)
        assert status not in {"pending"} or order in WAITING, (status, order)


async def _histories_tell_the_statuses(stack: Stack, orders: dict[Any, Any]) -> None:
    rows = await stack.rows("SELECT * FROM order_status_history ORDER BY order_id, id")
    for order_id, group in groupby(rows, key=lambda row: row["order_id"]):
        lines = list(group)
        assert lines[0]["old_status"] is None
        assert all(a["new_status"] == b["old_status"] for a, b in pairwise(lines))
        assert lines[-1]["new_status"] == orders[order_id]["status"]
        assert len(lines) == orders[order_id]["version"]


async def _journals_tell_the_rows(stack: Stack, deliveries: dict[Any, Any]) -> None:
    rows = await stack.rows("SELECT * FROM delivery_events ORDER BY delivery_id, seq")
    journals = {key: list(group) for key, group in groupby(rows, lambda row: row["delivery_id"])}
    assert set(journals) == set(deliveries)
    for delivery_id, lines in journals.items():
        assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
        told, row = replayed(lines), deliveries[delivery_id]
        assert told == {name: row[name] for name in told}


def replayed(lines: list[Any]) -> dict[str, Any]:
    """Return what a delivery's journal says of its row."""
    row: dict[str, Any] = {"status": None, "attempt": 1, "generation": 1, "version": 0}
    row |= {"courier_id": None, "picked_up_at": None, "delivered_at": None}
    for line in lines:
        old, new = line["old_status"], line["new_status"]
        assert old == row["status"]
        row |= {"status": new, "version": row["version"] + 1}
        if new in {"pending", "returned"}:
            row["courier_id"] = None
        elif new != "cancelled":
            row["courier_id"] = line["courier_id"]
        if new == "pending" and old is not None:
            row["generation"] += 1
            row["attempt"] += old == "returned"
        if new == "picked_up":
            row["picked_up_at"] = line["at"]
        elif new == "pending":
            row["picked_up_at"] = None
        elif new == "delivered":
            row["delivered_at"] = line["at"]
    return row


async def _offers_fit(stack: Stack, deliveries: dict[Any, Any]) -> None:
    won: set[tuple[Any, Any, int]] = set()
    for row in await stack.rows("SELECT * FROM delivery_offers"):
        delivery = deliveries[row["delivery_id"]]
        if row["status"] == "offered":
            assert delivery["status"] == "pending"
        if row["status"] == "accepted":
            won.add((row["delivery_id"], row["courier_id"], row["generation"]))
    for delivery in deliveries.values():
        if delivery["courier_id"] is not None:
            assert (delivery["id"], delivery["courier_id"], delivery["generation"]) in won


async def _routes_fit(stack: Stack, deliveries: dict[Any, Any]) -> None:
    expected = set()
    for row in deliveries.values():
        if row["status"] in ABOARD | {"assigned_to_courier"}:
            expected.add((row["courier_id"], row["id"], "dropoff"))
        if row["status"] == "assigned_to_courier":
            expected.add((row["courier_id"], row["id"], "pickup"))
    stops = await stack.rows(
        "SELECT r.courier_id, s.delivery_id, s.kind FROM route_stops AS s "
        "JOIN delivery_routes AS r ON r.id = s.route_id AND r.status = 'in_progress' "
        "WHERE s.done_at IS NULL"
    )
    assert {tuple(stop) for stop in stops} == expected
    assert len(stops) == len(expected)


async def _couriers_fit(stack: Stack, deliveries: dict[Any, Any]) -> None:
    held = [row for row in deliveries.values() if row["courier_id"] is not None]
    for courier in await stack.rows("SELECT * FROM couriers"):
        own = [row["status"] for row in held if row["courier_id"] == courier["id"]]
        carries = any(status in ABOARD | {"assigned_to_courier"} for status in own)
        if courier["status"] in {"online", "on_delivery"}:
            assert (courier["status"] == "on_delivery") == carries
        assert courier["total_deliveries"] == own.count("delivered")


async def _slots_fit(stack: Stack, orders: dict[Any, Any]) -> None:
    """Each place that counts as taken is that of one order which was not cancelled."""
    booked = [row["slot_id"] for row in orders.values() if row["cancelled_at"] is None]
    for slot in await stack.rows("SELECT * FROM delivery_slots"):
        assert slot["current_orders"] == booked.count(slot["id"]) <= slot["max_orders"]
