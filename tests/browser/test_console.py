"""The dispatcher's console in a real browser, on a real installation."""

from datetime import timedelta

import pytest

from api.kit.clock import real_now
from tests.browser.scene import console_link, open_console, rider
from tests.browser.tab import Tabs
from tests.support.cast import Cast
from tests.support.past import copy_delivered
from tests.support.road import WAY, brought_to, complete, dossier, report
from tests.support.trails import fix, lay

pytestmark = pytest.mark.browser


async def test_a_one_time_link_opens_the_console_and_leaves_the_address(
    tabs: Tabs, cast: Cast
) -> None:
    async with cast.stack.live():
        tab = await open_console(tabs, cast)
        assert await tab.says("location.hash + location.search") == ""
        await tab.page.reload()
        await tab.phase("live")


async def test_a_used_link_shows_the_door_and_says_why(tabs: Tabs, cast: Cast) -> None:
    link = await console_link(cast)
    async with cast.stack.live():
        first = await tabs.open(link)
        await first.phase("live")
        second = await tabs.open(link)
        assert "code" in await second.shows("[role=alert]")


async def test_a_courier_is_told_that_the_console_is_for_dispatchers(
    tabs: Tabs, cast: Cast
) -> None:
    courier = await cast.courier()
    async with cast.stack.live():
        tab = await tabs.open("/")
        await tab.page.fill("input[name=login]", courier.me["phone"])
        await tab.page.fill("input[name=password]", "a long enough password")
        await tab.page.click("button.primary")
        await tab.shows("[role=alert]", "for dispatchers")


async def test_a_courier_moves_on_the_map_and_is_found_by_a_click(tabs: Tabs, cast: Cast) -> None:
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        tab = await open_console(tabs, cast)
        where = f"JSON.stringify(window.hermodMap?.project('{courier.id}') ?? null)"
        before = await tab.until(f"{where} !== 'null' && {where}")
        await courier.near_pickup(0.0012)
        await tab.until(f"{where} !== {before!r}")
        place = await tab.says(
            f"""(() => {{ const {{x, y}} = window.hermodMap.project('{courier.id}');
                const box = document.querySelector('[data-test=map]').getBoundingClientRect();
                return [box.x + x, box.y + y]; }})()"""
        )
        await tab.page.mouse.click(*place)
        await tab.shows("[data-test=courier-name]", courier.person.me["lastName"])


async def test_a_new_order_appears_by_itself(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with cast.stack.live():
        tab = await open_console(tabs, cast)
        await tab.shows(".empty", "No open orders")
        order = await cast.order(customer)
        await tab.until(f"document.querySelector('[data-number={order['orderNumber']}]') !== null")
        assert await tab.says("document.querySelectorAll('[data-test=order]').length") == 1


async def test_the_figures_of_the_last_hour_count_more_than_a_page(tabs: Tabs, cast: Cast) -> None:
    customer, courier = await cast.customer(), await cast.courier()
    _order, delivery_id = await brought_to(cast, courier, "in_transit", customer)
    (await complete(courier, delivery_id)).data  # noqa: B018  # fails unless 2xx
    await copy_delivered(cast, 150)
    _order, later = await brought_to(cast, courier, "in_transit", customer)
    async with cast.stack.live():
        tab = await open_console(tabs, cast)
        await tab.shows("[data-test=figure-delivered]", "151")
        (await complete(courier, later)).data  # noqa: B018
        await tab.shows("[data-test=figure-delivered]", "152")


async def test_an_order_says_why_this_courier_and_the_terms_add_up(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with rider(cast) as courier, rider(cast) as other, cast.stack.live():
        await courier.near_pickup(0.002)
        await other.near_pickup(0.02)
        order = await cast.order(customer)
        await courier.accept()
        tab = await open_console(tabs, cast, f"/?order={order['id']}")
        await tab.shows(".chosen .candidate-name", courier.person.me["lastName"])
        numbers = """(selector) => [...document.querySelectorAll(`.chosen ${selector}`)]
            .map((one) => Number(one.textContent.replaceAll(',', '')))"""
        terms = await tab.page.evaluate(numbers, "[data-test=term]")
        (total,) = await tab.page.evaluate(numbers, "[data-test=total]")
        assert len(terms) > 0
        # Each number is rounded to a tenth of a second for the eye.
        assert sum(terms) == pytest.approx(total, abs=0.05 * (len(terms) + 1))
        await tab.shows(".timeline li", "Assigned")


async def test_an_order_without_couriers_says_why_nobody_takes_it(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with cast.stack.live():
        order = await cast.order(customer)
        tab = await open_console(tabs, cast, f"/?order={order['id']}")
        await tab.shows(".why-nobody", "courier")


async def test_a_dispatcher_assigns_by_hand_with_a_reason_by_keyboard(
    tabs: Tabs, cast: Cast
) -> None:
    customer = await cast.customer()
    async with rider(cast, capacityItems=1) as courier, cast.stack.live():
        await courier.near_pickup()
        order = await cast.order(customer, items=[{"title": "Boxes", "quantity": 9}])
        tab = await open_console(tabs, cast)
        keyboard = tab.page.keyboard
        await keyboard.press("/")
        await keyboard.type(order["orderNumber"])
        await keyboard.press("Escape")
        await keyboard.press("j")
        await tab.shows(".acts .button", "Assign")
        await keyboard.press("a")
        await tab.shows(".choice", courier.person.me["lastName"])
        await tab.page.check(".choice input")
        await tab.page.fill("input[name=reason]", "He is at the door already")
        await keyboard.press("Enter")
        await tab.shows(".why", "He is at the door already")
        delivery = await cast.delivery_of(order)
        assert (delivery["status"], delivery["courierId"]) == ("assigned_to_courier", courier.id)


async def test_a_delivery_that_was_brought_back_is_sent_out_again(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        order = await cast.order(customer)
        delivery_id = (await courier.accept())["id"]
        for step in WAY["returned"]:
            (await report(courier.person, delivery_id, step)).data  # noqa: B018  # fails unless 2xx
        tab = await open_console(tabs, cast, f"/?order={order['id']}")
        await tab.shows(".acts .button.primary", "Deliver again")
        assert await tab.says("document.querySelectorAll('.acts .button').length") == 2
        await tab.page.click("text=Deliver again")
        await tab.shows(".decision", "The customer reads this word for word")
        await tab.page.fill("input[name=reason]", "They are at home now")
        await tab.page.click(".decision .button.primary")
        await tab.shows(".acts .button", "Assign")
    shown = (await dossier(cast, delivery_id))["delivery"]
    assert (shown["status"], shown["attempt"]) == ("pending", 2)


async def test_a_cancelled_order_keeps_the_reason_and_leaves_the_list(
    tabs: Tabs, cast: Cast
) -> None:
    customer = await cast.customer()
    async with cast.stack.live():
        order = await cast.order(customer)
        tab = await open_console(tabs, cast, f"/?order={order['id']}")
        await tab.page.click("text=Cancel order")
        await tab.page.fill("input[name=reason]", "The shop burnt down")
        await tab.page.click(".button.danger")
        await tab.shows(".facts", "The shop burnt down")
        await tab.shows(".empty", "No open orders")


async def test_an_offline_console_says_so_and_comes_back_by_itself(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        tab = await open_console(tabs, cast)
        await tab.until("window.hermodMap?.city.fleet.couriers.size === 1")
        await tab.context.set_offline(True)
        await tab.phase("offline")
        await tab.shows(".banner", "offline for")
        await cast.order(customer)
        await tab.context.set_offline(False)
        await tab.phase("live")
        await tab.until("document.querySelectorAll('[data-test=order]').length === 1")
        assert await tab.says("window.hermodMap.city.fleet.couriers.size") == 1


async def test_a_realtime_program_that_restarts_is_found_again(tabs: Tabs, cast: Cast) -> None:
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        tab = await open_console(tabs, cast)
        await tab.until("window.hermodMap?.city.fleet.couriers.size === 1")
        await tab.says("window.hermodMap.city.connection.socket.io.engine.close()")
        await tab.phase("reconnecting")
        await tab.phase("live")
        await courier.near_pickup(0.003)
        await tab.until("window.hermodMap.city.fleet.couriers.size === 1")


async def test_list_and_search_survive_a_reload(tabs: Tabs, cast: Cast) -> None:
    async with cast.stack.live():
        tab = await open_console(tabs, cast)
        await tab.page.click(".filter.done")
        await tab.page.fill("#search", "H42")
        await tab.page.reload()
        await tab.phase("live")
        assert await tab.page.input_value("#search") == "H42"
        await tab.until("document.querySelector('.filter.done[aria-pressed=true]') !== null")


async def test_a_delivered_order_moves_to_the_finished_ones(tabs: Tabs, cast: Cast) -> None:
    customer = await cast.customer()
    async with rider(cast) as courier, cast.stack.live():
        await courier.near_pickup()
        tab = await open_console(tabs, cast)
        await cast.order(customer)
        delivery = await courier.accept()
        await tab.shows("[data-test=order] .chip", "To pickup")
        await courier.report(delivery, "picked_up")
        await tab.shows("[data-test=order] .chip", "On the way")
        await courier.complete(delivery)
        await tab.shows(".empty", "No open orders")
        await tab.page.click(".filter.done")
        await tab.shows("[data-test=order] .chip", "Delivered")


async def test_a_couriers_way_is_played_again_and_that_is_noted(tabs: Tabs, cast: Cast) -> None:
    courier = await cast.courier()
    begun = real_now() - timedelta(minutes=10)
    way = [fix(seq, begun + timedelta(seconds=seq), 5.0 * seq) for seq in range(1, 120)]
    await lay(cast.stack, courier.courier_id, way)
    async with cast.stack.live():
        tab = await open_console(tabs, cast, f"/?courier={courier.courier_id}")
        await tab.shows("[data-test=replay] h3", "Replay")
        await tab.page.click("[data-test=replay] button")
        await tab.shows("[data-test=replay-time]", "18 km/h")
        before = await tab.says("document.querySelector('[data-test=replay-time]').textContent")
        await tab.page.press("[data-test=replay] input", "End")
        await tab.until(
            f"document.querySelector('[data-test=replay-time]').textContent !== {before!r}"
        )
    (noted,) = await cast.stack.rows(
        "SELECT new_values->>'as' AS how FROM audit_logs WHERE action = 'courier.trail.read'"
    )
    assert noted["how"] == "replay"
