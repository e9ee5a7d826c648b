"""What holds on every page: nobody is kept out, the policy is kept, no stranger is asked."""

import pytest

from tests.browser.scene import console_link, rider, tracking_path
from tests.browser.tab import Tab, Tabs
from tests.support.cast import Cast

pytestmark = pytest.mark.browser

LOOKS = [("en", "dark"), ("ar", "light"), ("ru", "light"), ("kk", "dark")]


async def open_order(tabs: Tabs, cast: Cast, language: str, scheme: str) -> Tab:
    """Open the console with an order chosen, so that every panel has something in it."""
    customer = await cast.customer()
    order = await cast.order(customer)
    await cast.stack.dispatch()
    link = await console_link(cast)
    tab = await tabs.open(f"/?order={order['id']}{link[1:]}", language=language, theme=scheme)
    await tab.shows(".timeline li")
    await tab.until("document.querySelector('canvas') !== null")
    return tab


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
async def test_the_console_keeps_nobody_out(
    tabs: Tabs, cast: Cast, language: str, scheme: str
) -> None:
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        tab = await open_order(tabs, cast, language, scheme)
        assert await tab.barriers() == []
        await tab.page.keyboard.press("Escape")
        await tab.shows(".roster-row")
        await tab.page.keyboard.press("?")
        await tab.shows("dialog")
        assert await tab.barriers() == []
        assert await tab.says("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
async def test_the_tracking_page_keeps_nobody_out(
    tabs: Tabs, cast: Cast, language: str, scheme: str
) -> None:
    customer = await cast.customer()
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        order = await cast.order(customer, gift={"message": "Hi", "recipientName": "Ana"})
        delivery = await courier.accept()
        await courier.report(delivery, "picked_up")
        path = await tracking_path(customer, order)
        tab = await tabs.open(path, language=language, color_scheme=scheme, width=390, height=844)
        await tab.shows(".courier")
        await tab.until("document.querySelector('canvas') !== null")
        assert await tab.barriers() == []


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
async def test_the_courier_app_keeps_nobody_out(
    tabs: Tabs, cast: Cast, language: str, scheme: str
) -> None:
    customer = await cast.customer()
    courier = await cast.courier()
    here = {"latitude": 41.151, "longitude": -8.61, "accuracy": 8}
    async with cast.stack.live():
        tab = await tabs.open(
            "/courier",
            language=language,
            color_scheme=scheme,
            width=390,
            height=844,
            permissions=["geolocation"],
            geolocation=here,
        )
        assert await tab.barriers() == []
        await tab.page.fill("input[name=phone]", courier.me["phone"])
        await tab.page.fill("input[name=password]", "a long enough password")
        await tab.page.click("button.primary")
        await tab.phase("live")
        assert await tab.barriers() == []
        await cast.order(customer)
        await tab.shows("dialog")
        assert await tab.barriers() == []
        await tab.page.click("dialog .primary")
        await tab.shows(".stop-where")
        assert await tab.barriers() == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_the_documentation_shows_every_endpoint_and_keeps_nobody_out(
    tabs: Tabs, cast: Cast, scheme: str
) -> None:
    tab = await tabs.open("/docs", color_scheme=scheme)
    await tab.shows(".endpoint")
    paths = (await cast.admin.ask("GET", "/openapi.json")).body["paths"]
    assert await tab.says("document.querySelectorAll('.endpoint').length") == sum(
        map(len, paths.values())
    )
    await tab.says(
        "document.querySelectorAll('details').forEach((one, i) => { one.open = i < 6; })"
    )
    await tab.shows(".endpoint-body")
    assert await tab.barriers() == []
