"""The customer's tracking page in a real browser: the link shows one order, nothing else."""

import asyncio
from itertools import count

import pytest

from tests.browser.scene import NEAR_SHOP, rider, tracking_path
from tests.browser.tab import Tabs
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP
from tests.support.road import brought_to, by_hand, complete, decide

pytestmark = pytest.mark.browser

PROMISE_HAS_PASSED = """
UPDATE orders SET promised_from = now() - interval '1 hour',
                  promised_until = now() - interval '1 minute'
"""
_WHERE = "JSON.stringify(window.hermodMap?.shown ?? null)"


async def test_the_courier_moves_and_the_order_is_delivered(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        order = await cast.order(customer, dropoff=NEAR_SHOP)
        path = await tracking_path(customer, order)
        tab = await tabs.open(path, width=390, height=844, phone=True)
        await tab.map_is_there()
        delivery = await courier.accept()
        await tab.shows("h1", "on the way to pick it up")
        await courier.report(delivery, "picked_up")
        await tab.shows("h1", "is on the way to you")
        await tab.shows("[data-test=eta]")
        for lat in (41.1512, 41.1514, 41.1516, 41.1518):
            await courier.at(lat, PICKUP["longitude"], speed_mps=22.0, heading_deg=0.0)
            await tab.until(f"Math.abs((window.hermodMap?.shown?.[0] ?? 0) - {lat}) < 0.0001")
        await tab.shows("h1", "is almost there")
        await courier.complete(delivery)
        await tab.shows("h1", "Delivered")
        assert await tab.says("document.querySelectorAll('.steps .done').length") == 4


async def test_before_pickup_the_page_knows_the_place_only_roughly(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        order = await cast.order(customer)
        await courier.accept()
        await courier.at(PICKUP["latitude"] + 0.0007, PICKUP["longitude"] + 0.0003)
        tab = await tabs.open(await tracking_path(customer, order))
        await tab.shows(".map-note", "Somewhere in this area")
        assert await tab.says(_WHERE) == "null"


async def test_a_link_that_was_made_up_tells_nothing(tabs: Tabs, cast: Cast) -> None:
    tab = await tabs.open("/t/this-was-made-up-0123")
    await tab.shows("h1", "does not work")
    assert "H1" not in await tab.page.inner_text("main")


async def test_a_cancelled_order_says_so(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    company_id, _vendor = await cast.shop()
    async with cast.stack.live():
        order = await cast.order(customer, companyId=company_id)
        tab = await tabs.open(await tracking_path(customer, order))
        await tab.shows("h1", "We have your order")
        (await customer.post(f"/api/v1/orders/{order['id']}/cancel", {})).data  # noqa: B018
        await tab.shows("h1", "was cancelled")


async def test_an_order_that_came_back_is_followed_when_it_goes_out_again(
    tabs: Tabs, cast: Cast
) -> None:
    customer, courier = await cast.customer(), await cast.courier()
    order, delivery_id = await brought_to(cast, courier, "returned", customer)
    async with cast.stack.live():
        tab = await tabs.open(await tracking_path(customer, order))
        await tab.shows("h1", "going back to the sender")
        (await decide(cast, delivery_id, "pending")).data  # noqa: B018  # fails unless 2xx
        await tab.shows("h1", "finding a courier")


async def test_a_late_order_that_nobody_carries_says_that_it_is_late(
    tabs: Tabs, cast: Cast
) -> None:
    customer = await cast.customer()
    order = await cast.order(customer)
    await cast.stack.rows(PROMISE_HAS_PASSED)
    tab = await tabs.open(await tracking_path(customer, order), width=390, height=844, phone=True)
    await tab.shows("[data-test=promise]", "Later than promised")
    await tab.shows("[data-test=eta]", "cannot say yet")


async def test_the_age_is_that_of_the_position_whatever_news_come(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with rider(cast) as courier, cast.stack.live():
        courier.now_ms -= 180_000
        await courier.near_pickup()
        order = await cast.order(customer)
        delivery_id = (await cast.delivery_of(order))["id"]
        (await by_hand(cast, delivery_id, courier.person)).data  # noqa: B018  # fails unless 2xx
        tab = await tabs.open(await tracking_path(customer, order))
        await tab.shows("h1", "on the way to pick it up")
        await tab.shows("[data-test=age]", "3m ago")


async def test_a_gift_shows_its_message_and_no_phone_number(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    gift = {
        "message": "С днём рождения, әже!",
        "recipientName": "Әлия",
        "recipientPhone": "+351910000001",
    }
    order = await cast.order(
        customer, gift=gift, dropoff=DROPOFF | {"contactPhone": "+351910000002"}
    )
    tab = await tabs.open(await tracking_path(customer, order), language="kk")
    await tab.shows(".gift", "С днём рождения, әже!")
    assert "+351" not in await tab.page.content()
    assert await tab.says("document.fonts.check('16px \"Noto Sans Variable\"', 'әғқңөұүһі')")


async def test_offline_says_how_old_the_knowledge_is_and_heals(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        order = await cast.order(customer)
        tab = await tabs.open(await tracking_path(customer, order))
        await tab.map_is_there()
        await tab.context.set_offline(True)
        await tab.shows(".note", "offline")
        await courier.accept()
        await tab.context.set_offline(False)
        await tab.shows("h1", "on the way to pick it up")
        await tab.until("document.querySelector('.note') === null")


@pytest.mark.parametrize("language", ["en", "ru", "kk", "ar"])
async def test_the_page_fits_the_narrowest_phone(tabs: Tabs, cast: Cast, language: str) -> None:
    customer = await cast.customer()
    order = await cast.order(customer)
    path = await tracking_path(customer, order)
    tab = await tabs.open(path, width=320, height=640, phone=True, language=language)
    await tab.shows(".steps")
    assert await tab.says("document.documentElement.scrollWidth") == 320
    assert await tab.says("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    small = """[...document.querySelectorAll('button, select, a')]
        .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 43.5
                && !one.closest('.maplibregl-ctrl')).map((one) => one.outerHTML.slice(0, 80))"""
    assert await tab.says(small) == []


async def test_a_stop_before_is_forgotten_when_it_is_done_however_much_is_heard(
    tabs: Tabs, cast: Cast
) -> None:
    """Positions keep the page busy; none of them says how many stops are left."""
    customer = await cast.customer()
    async with rider(cast) as courier:
        _order, first = await brought_to(cast, courier.person, "in_transit")
        order, _second = await brought_to(cast, courier.person, "in_transit", customer=customer)
        async with cast.stack.live():
            await courier.near_pickup()
            tab = await tabs.open(await tracking_path(customer, order))
            await tab.shows("main", "1 stop before you")

            async def ride() -> None:
                for step in count(1):
                    await courier.near_pickup(0.001 + step * 0.00005)
                    await asyncio.sleep(0.5)

            riding = asyncio.create_task(ride())
            seen = await tab.until(f"{_WHERE} !== 'null' && {_WHERE}")
            await tab.until(f"{_WHERE} !== {seen!r}")  # it hears positions, after its last question
            (await complete(courier.person, first)).data  # noqa: B018  # fails unless 2xx
            await tab.until("!document.body.innerText.includes('1 stop before you')")
            riding.cancel()
