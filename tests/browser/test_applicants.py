"""Whoever applies as a courier is seen on the console, and decided about there."""

import pytest

from tests.browser.scene import open_console
from tests.browser.tab import Tabs
from tests.support.cast import Cast
from tests.support.people import Person

pytestmark = pytest.mark.browser

_WAITING = "document.querySelectorAll('[data-test=applicants] li').length"


async def _apply(cast: Cast, person: Person) -> None:
    draft = {"vehicleType": "bicycle", "homeZoneId": cast.zone_id}
    (await person.post("/api/v1/courier/register", draft)).data  # noqa: B018  # fails unless 2xx


async def _profile(person: Person) -> tuple[str, str | None]:
    told = (await person.get("/api/v1/courier/profile")).data
    return told["verificationStatus"], told["rejectedReason"]


async def test_an_application_appears_by_itself_and_is_decided_for_everybody_who_watches(
    tabs: Tabs, cast: Cast
) -> None:
    anna, bruno = await cast.register("courier"), await cast.register("courier")
    async with cast.stack.live():
        tab, colleague = await open_console(tabs, cast), await open_console(tabs, cast)
        for watcher in (tab, colleague):
            await watcher.until(f"{_WAITING} === 0")
        await _apply(cast, anna)
        await _apply(cast, bruno)
        for watcher in (tab, colleague):
            await watcher.until(f"{_WAITING} === 2")

        await tab.page.click("[data-test=applicants] li:first-child button")
        await tab.page.click("[data-test=papers] .primary")
        await tab.until("document.querySelector('[data-test=papers]') === null")
        assert await _profile(anna) == ("verified", None)
        await colleague.until(f"{_WAITING} === 1")

        await colleague.page.click("[data-test=applicants] button")
        await colleague.page.click("[data-test=papers] button:not(.primary)")
        await colleague.page.fill("input[name=reason]", "The licence has run out")
        await colleague.page.click("form.decision .danger")
        await colleague.shows(".details .muted", "Turned away")
        assert await _profile(bruno) == ("rejected", "The licence has run out")
        await tab.page.keyboard.press("Escape")
        await tab.until(f"{_WAITING} === 0")
