"""One order from placing to the door, as the dispatcher and the customer see it."""

from typing import Any

import pytest

from tests.browser.scene import NEAR_SHOP, Rider, open_console, rider, tracking_path
from tests.browser.tab import Tab, Tabs
from tests.support.cast import Cast
from tests.support.people import PICKUP, Person

pytestmark = pytest.mark.browser

_SHOWN = "window.hermodMap?.shown"


async def test_an_order_is_followed_from_placing_to_the_door(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        console = await open_console(tabs, cast)
        await console.shows(".empty", "No open orders")
        order = await cast.order(customer, dropoff=NEAR_SHOP)
        await console.shows(f"[data-number={order['orderNumber']}]")
        tracking = await tabs.open(
            await tracking_path(customer, order), width=390, height=844, phone=True
        )
        await tracking.map_is_there()
        delivery = await courier.accept()
        await console.shows("[data-test=order] .chip", "To pickup")
        await tracking.shows("h1", "on the way to pick it up")
        await courier.report(delivery, "picked_up")
        await console.shows("[data-test=order] .chip", "On the way")
        await tracking.shows("h1", "is on the way to you")
        await _ride(courier, console, tracking)
        await courier.complete(delivery)
        await tracking.shows("h1", "Delivered")
        await console.shows(".empty", "No open orders")
        await console.page.click(".filter.done")
        await console.shows("[data-test=order] .chip", "Delivered")
        await _is_delivered(customer, order)


async def _ride(courier: Rider, console: Tab, tracking: Tab) -> None:
    """Ride north; both maps show every position."""
    where = f"JSON.stringify(window.hermodMap?.project('{courier.id}') ?? null)"
    before = await console.until(f"{where} !== 'null' && {where}")
    seen = PICKUP["latitude"] + 0.001
    for lat in (41.1512, 41.1514, 41.1516):
        await courier.at(lat, PICKUP["longitude"], speed_mps=22.0, heading_deg=0.0)
        await tracking.until(f"({_SHOWN}?.[0] ?? 0) > {seen}")
        seen = await tracking.says(f"{_SHOWN}[0]")
        before = await console.until(f"{where} !== {before!r} && {where}")


async def _is_delivered(customer: Person, order: dict[str, Any]) -> None:
    assert (await customer.get(f"/api/v1/orders/{order['id']}")).data["status"] == "delivered"
