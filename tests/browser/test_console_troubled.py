"""The console while the API does not answer: it says so, and goes on by itself."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Route

from tests.browser.scene import console_link, open_console
from tests.browser.tab import Tab, Tabs
from tests.support.cast import Cast

pytestmark = pytest.mark.browser

_REFUSAL = {
    "success": False,
    "code": "unavailable",
    "message": "The database does not answer: try again",
    "requestId": "0197-lost",
}


@asynccontextmanager
async def unavailable(tab: Tab, paths: str) -> AsyncIterator[None]:
    """Answer some paths of the API with 503, as it does while its database is away."""

    async def refuse(route: Route) -> None:
        await route.fulfill(status=503, body=json.dumps(_REFUSAL), content_type="application/json")

    await tab.page.route(paths, refuse)
    try:
        yield
    finally:
        await tab.page.unroute(paths)


async def test_a_console_that_cannot_load_says_what_failed_and_recovers_by_itself(
    tabs: Tabs, cast: Cast
) -> None:
    customer = await cast.customer()
    async with cast.stack.live():
        order = await cast.order(customer)
        tab = await open_console(tabs, cast)
        async with unavailable(tab, "**/api/v1/admin/**"):
            await tab.page.reload()
            await tab.phase("failing")
            for panel in (".banner", ".panel.orders [role=alert]", ".panel.details [role=alert]"):
                said = await tab.shows(panel, "The database does not answer")
                assert "0197-lost" in said
                assert "Try again" in said
            assert (
                await tab.says("document.querySelector('.skeletons, .detail-head .count')") is None
            )
            assert await tab.barriers() == []
        await tab.phase("live")
        await tab.shows(f"[data-number={order['orderNumber']}]")
        assert await tab.says("document.querySelector('.banner')") is None


async def test_a_console_that_was_loaded_keeps_what_it_shows_and_says_that_it_is_old(
    tabs: Tabs, cast: Cast
) -> None:
    customer = await cast.customer()
    async with cast.stack.live():
        first = await cast.order(customer)
        tab = await open_console(tabs, cast)
        await tab.shows(f"[data-number={first['orderNumber']}]")
        async with unavailable(tab, "**/api/v1/admin/**"):
            second = await cast.order(customer)
            await tab.shows(".banner", "0197-lost")
            await tab.phase("failing")
            await tab.shows(f"[data-number={first['orderNumber']}]")
        await tab.shows(f"[data-number={second['orderNumber']}]")
        await tab.phase("live")


async def test_an_order_that_does_not_come_says_so_and_comes_later(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with cast.stack.live():
        order = await cast.order(customer)
        tab = await open_console(tabs, cast)
        async with unavailable(tab, "**/history"):
            await tab.page.click(f"[data-number={order['orderNumber']}]")
            await tab.shows(".panel.details [role=alert]", "0197-lost")
        await tab.shows(".timeline li", "Placed")
        assert await tab.says("document.querySelector('.panel.details [role=alert]')") is None


@pytest.mark.parametrize("paths", ["**/api/v1/auth/verify-code", "**/config.json"])
async def test_a_one_time_link_is_not_lost_while_the_api_does_not_answer(
    tabs: Tabs, cast: Cast, paths: str
) -> None:
    link = await console_link(cast)
    async with cast.stack.live():
        tab = await tabs.open("/docs")
        async with unavailable(tab, paths):
            await tab.page.goto(tabs.base + link)
            await tab.shows("[role=alert]", "Trying again")
            assert await tab.says("document.querySelector('input')") is None
            assert await tab.barriers() == []
            await tab.page.reload()
            await tab.shows("[role=alert]", "Trying again")
        await tab.phase("live")
        assert await tab.says("location.hash") == ""
