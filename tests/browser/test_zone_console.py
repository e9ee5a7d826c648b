"""The console of staff who are kept to some zones: positions over HTTP, the rest live."""

import pytest

from tests.api.staff.test_service import PASSWORD, member
from tests.browser.scene import rider
from tests.browser.tab import Tab, Tabs
from tests.support.cast import Cast

pytestmark = pytest.mark.browser


async def _console(tabs: Tabs, cast: Cast, role: str) -> Tab:
    """Sign in by password as a member of the staff who is kept to the tests' zone."""
    person = await member(cast, role, zoneIds=[cast.zone_id])
    tab = await tabs.open("/")
    await tab.page.fill("input[name=login]", person.me["email"])
    await tab.page.fill("input[name=password]", PASSWORD)
    await tab.page.click("button.primary")
    await tab.phase("live")
    return tab


async def test_a_zones_dispatcher_stays_live_however_the_map_is_moved(
    tabs: Tabs, cast: Cast
) -> None:
    customer = await cast.customer()
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        tab = await _console(tabs, cast, "operator")
        where = f"JSON.stringify(window.hermodMap?.project('{courier.id}') ?? null)"
        before = await tab.until(f"{where} !== 'null' && {where}")
        for _ in range(10):
            await tab.says("window.hermodMap.map.panBy([40, 0], {duration: 0})")
            await tab.page.wait_for_timeout(150)
        await tab.says("window.hermodMap.fit([])")
        await courier.near_pickup(0.0012)
        await tab.until(f"{where} !== 'null' && {where} !== {before!r}")
        order = await cast.order(customer)
        await tab.until(f"document.querySelector('[data-number={order['orderNumber']}]') !== null")
        await tab.phase("live")


async def test_a_location_admin_sees_the_zone_and_is_offered_only_what_is_allowed(
    tabs: Tabs, cast: Cast
) -> None:
    order = await cast.order(await cast.customer())
    async with cast.stack.live():
        tab = await _console(tabs, cast, "location_admin")
        await tab.page.click(f"[data-number={order['orderNumber']}]")
        await tab.shows(".acts", "Cancel")
        assert "Assign" not in await tab.page.inner_text(".acts")
