"""Tracking links: who holds one follows one order, until it ends; all others see nothing."""

from datetime import timedelta
from typing import Any

import pytest

from api.kit.clock import real_now
from tests.support.cast import Cast
from tests.support.people import Answer, Person
from tests.support.road import brought_to, complete

DAY = timedelta(days=1)


async def give_out(customer: Person, order: dict[str, Any]) -> str:
    """Return the token of a new link."""
    return str((await customer.post(f"/api/v1/orders/{order['id']}/tracking-links")).data["token"])


async def follow(cast: Cast, token: str) -> Answer:
    """Look at an order as somebody who has nothing but a link."""
    return await cast.stack.person().get(f"/api/v1/tracking/{token}")


def told(answer: Answer) -> tuple[int, str, str]:
    """Return what a stranger learns from a link that does not work."""
    return answer.status, answer.code, answer.body["message"]


async def test_every_link_that_does_not_work_is_answered_alike(cast: Cast) -> None:
    customer = await cast.customer()
    order, other = [await cast.order(customer) for _ in range(2)]
    revoked, expired = await give_out(customer, order), await give_out(customer, other)
    taken_back = await customer.ask("DELETE", f"/api/v1/orders/{order['id']}/tracking-links")
    assert taken_back.status == 204
    await cast.stack.rows(
        "UPDATE tracking_links SET expires_at = expires_at - $1::interval", 8 * DAY
    )
    unknown = "x" * len(revoked)
    answers = [await follow(cast, token) for token in (revoked, expired, unknown)]
    tickets = [
        await cast.stack.person().post(f"/api/v1/tracking/{token}/tickets")
        for token in (revoked, expired, unknown)
    ]
    assert {told(answer) for answer in answers + tickets} == {
        (404, "no_such_link", "This link does not work (any more)")
    }


async def test_a_link_shows_its_order_and_gets_a_ticket_to_it(cast: Cast) -> None:
    customer = await cast.customer()
    order, other = [await cast.order(customer) for _ in range(2)]
    token = await give_out(customer, order)
    seen = (await follow(cast, token)).data
    assert (seen["orderId"], seen["orderStatus"]) == (order["id"], "ready_for_delivery")
    assert other["id"] not in str(seen)
    ticket = await cast.stack.person().post(f"/api/v1/tracking/{token}/tickets")
    assert ticket.data["ticket"]
    assert "Idempotency-Replayed" not in ticket.headers


async def test_taking_links_back_ends_them_all_and_a_new_one_works(cast: Cast) -> None:
    customer = await cast.customer()
    order = await cast.order(customer)
    tokens = [await give_out(customer, order) for _ in range(3)]
    assert len(set(tokens)) == 3
    path = f"/api/v1/orders/{order['id']}/tracking-links"
    for _ in range(2):
        assert (await customer.ask("DELETE", path)).status == 204
    assert {(await follow(cast, token)).status for token in tokens} == {404}
    events = await cast.stack.rows("SELECT 1 FROM outbox WHERE topic = 'link.ended'")
    assert len(events) == 3
    assert (await follow(cast, await give_out(customer, order))).status == 200


async def test_only_the_hash_of_a_token_is_kept(cast: Cast) -> None:
    customer = await cast.customer()
    token = await give_out(customer, await cast.order(customer))
    (row,) = await cast.stack.rows("SELECT * FROM tracking_links")
    assert token not in str(dict(row))
    assert len(row["token_hash"]) == 32


async def test_links_to_a_delivered_order_end_a_day_later(cast: Cast) -> None:
    courier, customer = await cast.courier(), await cast.customer()
    order, delivery_id = await brought_to(cast, courier, "in_transit", customer)
    link = await give_out(customer, order)
    (await complete(courier, delivery_id)).data  # noqa: B018  # fails unless 2xx
    await cast.stack.settle()
    assert (await follow(cast, link)).status == 200
    await cast.stack.rows("UPDATE tracking_links SET expires_at = expires_at - $1::interval", DAY)
    assert (await follow(cast, link)).status == 404


@pytest.mark.parametrize("token", ["short", "x" * 101, "%00" * 12, "..%2F..%2Fetc%2Fpasswd"])
async def test_a_token_of_no_link_is_refused(cast: Cast, token: str) -> None:
    assert (await follow(cast, token)).status in {404, 422}


async def days_left(cast: Cast) -> float:
    """Return how long the newest link lives."""
    (row,) = await cast.stack.rows(
        "SELECT expires_at - created_at AS life FROM tracking_links ORDER BY id DESC LIMIT 1"
    )
    return float(row["life"] / DAY)


async def test_a_link_outlives_the_promise_of_an_order_for_another_day(cast: Cast) -> None:
    customer = await cast.customer()
    ready_at = real_now() + 30 * DAY
    await give_out(customer, await cast.order(customer, readyAt=ready_at.isoformat()))
    assert 37 <= await days_left(cast) < 38


async def test_a_link_made_after_the_end_lives_a_day(cast: Cast) -> None:
    courier, customer = await cast.courier(), await cast.customer()
    delivered, delivery_id = await brought_to(cast, courier, "in_transit", customer)
    (await complete(courier, delivery_id)).data  # noqa: B018  # fails unless 2xx
    cancelled = await cast.order(customer)
    path = f"/api/v1/admin/orders/{cancelled['id']}/status"
    change = {"status": "cancelled", "comment": "No longer wanted"}
    (await cast.admin.put(path, change)).data  # noqa: B018  # fails unless 2xx
    for order in (delivered, cancelled):
        await give_out(customer, order)
        assert await days_left(cast) == 1
