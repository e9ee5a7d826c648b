"""The courier's app in a real browser: from registering to the door, honest about its position."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from benchmarks.city.waiting import wait_until
from tests.browser.scene import open_console
from tests.browser.tab import PATIENCE_S, Tab, Tabs
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PASSWORD, PICKUP, Person
from tests.support.road import brought_to, dossier
from tracking import gateway, keys
from tracking.phones import admit

pytestmark = pytest.mark.browser

_HERE = {"latitude": PICKUP["latitude"] + 0.001, "longitude": PICKUP["longitude"], "accuracy": 8}
_PHONE: dict[str, Any] = {"width": 390, "height": 844, "phone": True}


async def sign_in(tabs: Tabs, courier: Person, **options: Any) -> Tab:
    """Open the app in a browser of its own and sign a courier in."""
    granted = {"permissions": ["geolocation"], "geolocation": _HERE} | options
    return await fill_in(await tabs.open("/courier", **_PHONE, **granted), courier)


async def fill_in(tab: Tab, courier: Person) -> Tab:
    """Sign a courier in where the app is open."""
    await tab.page.fill("input[name=phone]", courier.me["phone"])
    await tab.page.fill("input[name=password]", PASSWORD)
    await tab.page.click("button.primary")
    await tab.shows("[data-test=status]")
    return tab


async def code_sent_to(phone: str, cast: Cast) -> str:
    """Wait for a text message and return the code in it."""
    assert await wait_until(lambda: bool(cast.stack.sms.messages[phone]), PATIENCE_S)
    return cast.stack.sms.code(phone)


async def history(cast: Cast) -> list[Any]:
    """Return the trail's rows once every durable fix has found its place there."""
    async with asyncio.timeout(PATIENCE_S):
        while await cast.stack.rows("SELECT 1 FROM trail_journal"):  # noqa: ASYNC110  # tells nobody
            await asyncio.sleep(0.05)
    return await cast.stack.rows("SELECT seq, epoch FROM courier_positions ORDER BY seq")


async def walk(tab: Tab, step: int) -> None:
    """Go so many metres north of where the walk began, and a moment later look around."""
    await tab.context.set_geolocation(_HERE | {"latitude": _HERE["latitude"] + step / 100_000})
    await tab.page.wait_for_timeout(300)


async def walk_until_wait(tab: Tab, count: int) -> int:
    """Go north, a metre per step, until the app says that so many positions wait or more."""
    for step in itertools.count(1):
        await walk(tab, step)
        said = (await tab.shows("[data-test=waiting]")).split()[0]
        if said.isdigit() and int(said) >= count:
            return int(said)
    raise AssertionError


async def test_somebody_registers_applies_and_may_work_once_verified(
    tabs: Tabs, cast: Cast
) -> None:
    phone = "+351912000777"
    async with cast.stack.live():
        tab = await tabs.open("/courier", **_PHONE)
        await tab.page.click("text=No account yet")
        for name, value in (
            ("firstName", "Әлия"),
            ("lastName", "Sousa"),
            ("phone", phone),
            ("password", PASSWORD),
        ):
            await tab.page.fill(f"input[name={name}]", value)
        await tab.page.click("button.primary")
        await tab.shows("form", "We sent a code")
        await tab.page.fill("input[name=code]", await code_sent_to(phone, cast))
        await tab.page.click("button.primary")
        await tab.shows("h2", "How will you work?")
        await tab.until("document.querySelector('option') !== null")
        await tab.page.check("input[value=motorcycle]")
        await tab.page.click("button.primary")
        await tab.shows("h2", "checking your application")
        (found,) = (await cast.admin.get("/api/v1/admin/couriers")).data["items"]
        path = f"/api/v1/admin/couriers/{found['id']}/verification"
        (await cast.admin.put(path, {"status": "verified"})).data  # noqa: B018
        await tab.shows("button", "Go online")


async def test_an_offer_is_taken_and_carried_to_the_door(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    courier = await cast.courier(online=False)
    async with cast.stack.live():
        tab = await sign_in(tabs, courier)
        await tab.page.click("button:has-text('Go online')")
        await tab.shows("[data-test=gps]", "GPS to")
        order = await cast.order(customer)
        await tab.shows("[data-test=countdown]", "0:")
        await tab.page.click("button:has-text('Accept')")
        await tab.shows(".stop-where", PICKUP["address"])
        for act, sign in (
            ("Picked up", "On my way"),
            ("On my way", "Delivered"),
            ("Delivered", "Waiting for an offer"),
        ):
            await tab.page.click(f"button.large:has-text('{act}')")
            await tab.shows(".screen", sign)
        done = (await customer.get(f"/api/v1/orders/{order['id']}")).data
        assert done["status"] == "delivered"


async def test_who_has_a_failed_delivery_aboard_hands_the_next_one_over(
    tabs: Tabs, cast: Cast
) -> None:
    """What failed goes back after it, or is tried again, at any time."""
    courier, door = await cast.courier(), DROPOFF | {"address": "Door street 2"}
    _order, failed = await brought_to(cast, courier, "failed")
    gift = {"recipientName": "Greta", "recipientPhone": "+351912345678"}
    _order, second = await brought_to(cast, courier, "in_transit", dropoff=door, gift=gift)
    async with cast.stack.live():
        tab = await sign_in(tabs, courier)
        await tab.shows("[data-test=stop]:nth-child(1 of [data-test=stop])", "Door street 2")
        await tab.shows("[data-test=stop]:nth-child(2 of [data-test=stop])", "Brought back")
        await tab.shows("a[href='tel:+351912345678']", "Call")
        await tab.page.click("button.large:has-text('Delivered')")
        await tab.until("document.querySelectorAll('[data-test=stop]').length === 1")
        assert (await dossier(cast, second))["delivery"]["status"] == "delivered"
        await tab.page.click("button.large:has-text('Brought back')")
        await tab.shows(".screen", "Waiting for an offer")
        assert (await dossier(cast, failed))["delivery"]["status"] == "returned"


async def test_a_refused_offer_goes_away(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    courier = await cast.courier(online=False)
    async with cast.stack.live():
        tab = await sign_in(tabs, courier)
        await tab.page.click("button:has-text('Go online')")
        await cast.order(customer)
        await tab.shows("dialog", "New offer")
        await tab.page.click("button:has-text('Refuse')")
        await tab.until("document.querySelector('dialog') === null")


async def test_positions_without_network_are_kept_and_reach_the_server_once(
    tabs: Tabs, cast: Cast
) -> None:
    courier = await cast.courier(online=False)
    async with cast.stack.live():
        tab = await sign_in(tabs, courier)
        await tab.page.click("button:has-text('Go online')")
        await tab.phase("live")
        await tab.shows("[data-test=waiting]", "Every position is saved")
        await tab.context.set_offline(True)
        await tab.phase("offline")
        waiting = await walk_until_wait(tab, 4)
        await tab.context.set_offline(False)
        await tab.phase("live")
        await tab.shows("[data-test=waiting]", "Every position is saved")
        rows = await history(cast)
    # Fixes sent before realtime heard of the shift are refused; from then on none is missing.
    first = rows[0]["seq"]
    assert [row["seq"] for row in rows] == list(range(first, first + len(rows)))
    assert len(rows) >= waiting
    assert len({row["epoch"] for row in rows}) == 1


async def test_a_phone_is_connected_once_its_hello_was_answered(tabs: Tabs, cast: Cast) -> None:
    courier = await cast.courier(online=False)
    redis = cast.stack.station.redis
    await redis.set(keys.ACCEPTED, "no hash: how far the fixes got cannot be read")
    async with cast.stack.live():
        tab = await sign_in(tabs, courier)
        await tab.phase("reconnecting")
        await redis.delete(keys.ACCEPTED)
        await tab.phase("live")
        await tab.page.click("button:has-text('Go online')")
        await tab.shows("[data-test=gps]", "sent")
        await tab.shows("[data-test=waiting]", "Every position is saved")
        assert await history(cast)


async def test_a_phone_that_is_told_to_say_hello_does_and_no_fix_is_missing(
    tabs: Tabs, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    courier = await cast.courier()
    faults = [ValueError("one event is lost")]
    taken: list[Sequence[int]] = []

    def admit_all_but_one_event(*arguments: Any) -> Sequence[int]:
        if faults:
            raise faults.pop()
        taken.append(admit(*arguments))
        return taken[-1]

    async with cast.stack.live():
        tab = await sign_in(tabs, courier)
        await tab.phase("live")
        monkeypatch.setattr(gateway, "admit", admit_all_but_one_event)
        for step in range(100):
            if len(taken) >= 2:
                break
            await walk(tab, step)
        assert taken, "the phone goes on sending what the server cannot take"
        await tab.shows("[data-test=waiting]", "Every position is saved")
        await tab.phase("live")
        rows = await history(cast)
    first = rows[0]["seq"]
    assert [row["seq"] for row in rows] == list(range(first, first + len(rows)))


async def test_without_permission_the_app_says_what_to_do(tabs: Tabs, cast: Cast) -> None:
    courier = await cast.courier()
    async with cast.stack.live():
        tab = await sign_in(tabs, courier, permissions=[])
        await tab.shows("[role=alert]", "Location is blocked")


async def test_signing_in_leaves_a_console_in_the_same_browser_alone(
    tabs: Tabs, cast: Cast
) -> None:
    courier = await cast.courier(online=False)
    async with cast.stack.live():
        console = await open_console(tabs, cast)
        beside = await Tab.open(console.context, console.origins)
        await beside.page.goto(tabs.base + "/courier")
        await fill_in(beside, courier)
        await console.page.reload()
        await console.phase("live")
        await beside.page.reload()
        await beside.shows("[data-test=status]")


async def test_a_second_device_takes_over_and_the_first_is_told(tabs: Tabs, cast: Cast) -> None:
    courier = await cast.courier()
    async with cast.stack.live():
        first = await sign_in(tabs, courier)
        await first.phase("live")
        second = await sign_in(tabs, courier)
        await second.phase("live")
        await first.shows("[data-test=connection]", "another device")


BLOCKED = """
IDBFactory.prototype.open = () => {
  throw new DOMException('The operation is insecure.', 'SecurityError');
};
"""
FULL = """
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...written) {
  const request = put.apply(this, written);
  if (this.name === 'fixes') this.transaction.abort();
  return request;
};
"""


@pytest.mark.parametrize("fault", [BLOCKED, FULL], ids=["blocked", "full"])
async def test_a_phone_whose_storage_fails_sends_all_the_same_and_says_so(
    tabs: Tabs, cast: Cast, fault: str
) -> None:
    courier = await cast.courier(online=False)
    async with cast.stack.live():
        tab = await tabs.open("/courier", **_PHONE, permissions=["geolocation"], geolocation=_HERE)
        await tab.context.add_init_script(fault)
        await tab.page.reload()
        await fill_in(tab, courier)
        await tab.phase("live")
        await tab.page.click("button:has-text('Go online')")
        await tab.shows("[data-test=gps]", "sent")
        await tab.shows("[data-test=waiting]", "Every position is saved")
        await tab.shows("[data-test=trouble]", "cannot store positions")
        assert await history(cast)


async def test_saved_is_said_only_of_what_the_server_acknowledged(tabs: Tabs, cast: Cast) -> None:
    courier = await cast.courier()
    async with cast.stack.live():
        tab = await sign_in(tabs, courier, permissions=[])
        await tab.phase("live")
        await tab.shows("[data-test=waiting]", "No position is saved")
