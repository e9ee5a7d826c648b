"""Moving orders by HTTP: each role as the table says, each move with one line of history."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from api.orders.lifecycle import OrderStatus
from tests.support.books import check_books
from tests.support.cast import Cast
from tests.support.machines import ORDER_MOVES
from tests.support.people import DROPOFF, PICKUP, Answer, Person

DRAFT: dict[str, Any] = {"pickup": PICKUP, "dropoff": DROPOFF, "items": [{"title": "A parcel"}]}


async def place(customer: Person, **changes: Any) -> dict[str, Any]:
    """Place an order and let nothing follow from it."""
    return dict((await customer.post("/api/v1/orders", DRAFT | changes, key=uuid4().hex)).data)


async def put_into(cast: Cast, status: str) -> None:
    """Bring every order into a status without anybody's act."""
    await cast.stack.rows("UPDATE orders SET status = $1", status)


async def history(cast: Cast, order_id: str) -> list[tuple[str | None, str, str | None]]:
    """Return an order's changes: from, to, by whom."""
    rows = await cast.stack.rows(
        "SELECT * FROM order_status_history WHERE order_id::text = $1 ORDER BY id", order_id
    )
    who = [str(row["changed_by_user_id"] or "") for row in rows]
    return [(r["old_status"], r["new_status"], by) for r, by in zip(rows, who, strict=True)]


async def move(role: str, person: Person, order_id: str, status: str) -> Answer:
    """Try a move as the role's own endpoint has it."""
    if role == "customer":
        return await person.post(f"/api/v1/orders/{order_id}/cancel", {"reason": "why not"})
    place = "vendor" if role == "vendor" else "admin"
    path = f"/api/v1/{place}/orders/{order_id}/status"
    return await person.put(path, {"status": status, "comment": "why not"})


async def test_an_order_that_has_not_moved_is_not_sent_again(cast: Cast) -> None:
    customer = await cast.customer()
    order = await place(customer)
    for reader, path in ((customer, "orders"), (cast.admin, "admin/orders")):
        read = await reader.get(f"/api/v1/{path}/{order['id']}")
        assert read.headers["ETag"] == f'"{read.data["version"]}"'
        known = {"If-None-Match": read.headers["ETag"]}
        assert (await reader.get(f"/api/v1/{path}/{order['id']}", headers=known)).status == 304
    (await move("operator", cast.admin, order["id"], "cancelled")).data  # noqa: B018
    read = await customer.get(f"/api/v1/orders/{order['id']}", headers=known)
    assert (read.data["status"], read.headers["ETag"] != known["If-None-Match"]) == (
        "cancelled",
        True,
    )


@pytest.mark.parametrize("role", ["customer", "vendor", "operator"])
async def test_from_every_status_each_role_moves_as_the_table_says(cast: Cast, role: str) -> None:
    company, vendor = await cast.shop()
    customer = await cast.customer()
    person = {"customer": customer, "vendor": vendor, "operator": cast.admin}[role]
    order_id = (await place(customer, companyId=company))["id"]
    statuses = ["cancelled"] if role == "customer" else [status.value for status in OrderStatus]
    for old in OrderStatus:
        for new in statuses:
            await put_into(cast, old)
            before = await history(cast, order_id)
            got = await move(role, person, order_id, new)
            lines = (await history(cast, order_id))[len(before) :]
            case = (old.value, new, got.status)
            if role == "operator" and new == "delivered":
                assert got.code == "not_at_the_counter", case
            elif old == new:
                assert (got.status, lines) == (200, []), case
            elif role in ORDER_MOVES.get((old.value, new), "").split():
                assert (got.status, got.data["status"]) == (200, new), case
                assert lines == [(old.value, new, person.me["id"])], case
            else:
                assert (got.status, got.code, lines) == (409, "invalid_transition", []), case
                assert f"is {old.value} and cannot become {new}" in got.body["message"]


async def test_who_cannot_cancel_a_ready_order_is_told_who_can(cast: Cast) -> None:
    customer = await cast.customer()
    order = await place(customer)
    got = await move("customer", customer, order["id"], "cancelled")
    assert got.body["message"] == (
        "the order is ready_for_delivery and cannot become cancelled except by an operator; "
        "possible now: nothing for a customer"
    )
    assert (await move("operator", cast.admin, order["id"], "cancelled")).status == 200


@pytest.mark.parametrize("status", ["eaten", "", None, 7, ["cancelled"]])
async def test_a_status_that_does_not_exist_is_named(cast: Cast, status: Any) -> None:
    company, vendor = await cast.shop()
    order = await place(await cast.customer(), companyId=company)
    got = await vendor.put(f"/api/v1/vendor/orders/{order['id']}/status", {"status": status})
    assert (got.status, set(got.fields)) == (422, {"status"})


async def test_cancelling_twice_at_once_is_one_cancellation(cast: Cast) -> None:
    company, _vendor = await cast.shop()
    customer = await cast.customer()
    order = await cast.order(customer, companyId=company)
    cancels = [move("customer", customer, order["id"], "cancelled") for _ in range(8)]
    answers = await asyncio.gather(*cancels)
    assert {(got.data["status"], got.data["cancelReason"]) for got in answers} == {
        ("cancelled", "why not")
    }
    await check_books(cast.stack)
    assert (await cast.delivery_of(order))["status"] == "cancelled"


async def test_customer_and_shop_at_the_same_time_leave_one_history(cast: Cast) -> None:
    company, vendor = await cast.shop()
    customer = await cast.customer()
    for _ in range(10):
        order = await cast.order(customer, companyId=company)
        acts = [move("customer", customer, order["id"], "cancelled")]
        acts += [
            move("vendor", vendor, order["id"], status) for status in ("preparing", "cancelled")
        ]
        answers = await asyncio.gather(*acts)
        assert {got.status for got in answers} <= {200, 409}
        shown = (await customer.get(f"/api/v1/orders/{order['id']}")).data
        assert shown["status"] == "cancelled"
    await check_books(cast.stack)


async def test_a_dispatchers_move_is_audited_with_old_and_new(cast: Cast) -> None:
    company, _vendor = await cast.shop()
    order = await place(await cast.customer(), companyId=company)
    (await move("operator", cast.admin, order["id"], "preparing")).data  # noqa: B018
    (await move("operator", cast.admin, order["id"], "preparing")).data  # noqa: B018
    (audit,) = await cast.stack.rows("SELECT * FROM audit_logs WHERE action = 'order.status'")
    assert (audit["entity_id"], str(audit["user_id"])) == (order["id"], cast.admin.me["id"])
    assert audit["old_values"] == {"status": "confirmed"}
    assert audit["new_values"] == {"status": "preparing", "comment": "why not"}


async def test_everybody_sees_their_own_orders_newest_first(cast: Cast) -> None:
    (company, vendor), (_other, other_vendor) = await cast.shop(), await cast.shop()
    ana, rui = await cast.customer(), await cast.customer()
    first = await place(ana, companyId=company)
    second = await place(ana)
    third = await place(rui, companyId=company)
    for person, path, expected in (
        (ana, "/api/v1/orders", [second, first]),
        (ana, "/api/v1/orders?status=confirmed", [first]),
        (ana, "/api/v1/orders?status=confirmed&status=ready_for_delivery", [second, first]),
        (ana, "/api/v1/orders?pageSize=1&page=2", [first]),
        (rui, "/api/v1/orders", [third]),
        (vendor, "/api/v1/vendor/orders", [third, first]),
        (other_vendor, "/api/v1/vendor/orders", []),
        (cast.admin, "/api/v1/admin/orders", [third, second, first]),
        (cast.admin, f"/api/v1/admin/orders?companyId={company}", [third, first]),
        (cast.admin, f"/api/v1/admin/orders?zoneId={uuid4()}", []),
        (cast.admin, f"/api/v1/admin/orders?search={second['orderNumber'].lower()}", [second]),
        (cast.admin, "/api/v1/admin/orders?search=%25", []),
        (cast.admin, "/api/v1/admin/orders?search=H______", []),
        (cast.admin, "/api/v1/admin/orders?search=%27%20OR%201=1--", []),
        (cast.admin, "/api/v1/admin/orders?search=%5C", []),
    ):
        page = (await person.get(path)).data
        assert [one["id"] for one in page["items"]] == [one["id"] for one in expected], path
    assert page == {"items": [], "page": 1, "pageSize": 20, "totalCount": 0, "totalPages": 0}


@pytest.mark.parametrize("query", ["page=0", "page=100001", "pageSize=101", "status=eaten"])
async def test_a_list_has_its_limits(cast: Cast, query: str) -> None:
    assert (await cast.admin.get(f"/api/v1/admin/orders?{query}")).status == 422
    assert (await cast.admin.get("/api/v1/admin/orders?page=100000&pageSize=100")).status == 200


async def test_a_shop_reads_what_to_pack(cast: Cast) -> None:
    """Every line of its own orders, nothing of another shop's or of nobody's."""
    company, vendor = await cast.shop()
    _other_company, other_vendor = await cast.shop()
    customer = await cast.customer()
    items = [{"title": "Tulips", "quantity": 12}, {"title": "A card", "quantity": 1}]
    order = await cast.order(customer, companyId=company, items=items)
    path = f"/api/v1/vendor/orders/{order['id']}"
    shown = (await vendor.get(path)).data
    assert [(item["title"], item["quantity"]) for item in shown["items"]] == [
        ("Tulips", 12),
        ("A card", 1),
    ]
    assert (await other_vendor.get(path)).status == 404
    assert (await customer.get(path)).status == 403
    bare = await cast.order(customer)
    assert (await vendor.get(f"/api/v1/vendor/orders/{bare['id']}")).status == 404
