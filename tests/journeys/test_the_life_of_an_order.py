"""The life of one order, from the click to the door, through every program."""

import asyncio
import itertools

from tests.support.cast import Cast
from tests.support.people import PICKUP
from tests.support.phone import Client, connected, ticket


async def report_in(phone: Client, hello: dict[str, int], fix: list[float]) -> None:
    """Send the first fix until it is taken: the gateway may not have heard of the shift yet."""
    async with asyncio.timeout(10):
        while not phone.all("a"):
            await phone.io.call("hello", hello)
            await phone.io.emit("p", (hello["epoch"], [fix]))
            await asyncio.sleep(0.2)


async def is_told(follower: Client, status: str) -> None:
    """Wait until followers are told of a status; earlier ones may be told late."""
    for number in itertools.count(1):
        (told,) = await follower.wait("order:updated", number)
        if told["status"] == status:
            return


async def test_an_order_is_placed_offered_carried_followed_and_delivered(cast: Cast) -> None:
    """Every room of the house takes part."""
    stack = cast.stack
    company_id, vendor = await cast.shop()
    customer = await cast.customer()
    courier = await cast.courier()
    async with stack.live(), connected(stack, await ticket(courier)) as phone:
        now_ms = phone.all("ready")[0][0]["nowMs"]
        hello = {"v": 1, "epoch": now_ms // 1000, "firstSeq": 0, "lastSeq": 0}
        here = [PICKUP["latitude"] + 0.002, PICKUP["longitude"], 5.0, 180.0, 8.0]
        await report_in(phone, hello, [1, now_ms, *here])
        _epoch, accepted, _durable, _interval = await phone.wait("a")
        assert accepted == 1

        order = await cast.order(customer, companyId=company_id)
        assert order["status"] == "confirmed"
        (offer,) = await phone.wait("offer:new")
        path = f"/api/v1/courier/offers/{offer['offerId']}/accept"
        delivery = (await courier.post(path)).data
        assert delivery["status"] == "assigned_to_courier"

        status = f"/api/v1/courier/deliveries/{delivery['id']}/status"
        too_early = await courier.put(status, {"status": "picked_up"})
        assert too_early.code == "not_ready"

        shop = f"/api/v1/vendor/orders/{order['id']}/status"
        for step in ("preparing", "ready_for_delivery"):
            (await vendor.put(shop, {"status": step})).data  # noqa: B018  # fails unless 2xx
        (await courier.put(status, {"status": "picked_up"})).data  # noqa: B018

        link = (await customer.post(f"/api/v1/orders/{order['id']}/tracking-links")).data
        anybody = stack.person()
        entry = (await anybody.post(f"/api/v1/tracking/{link['token']}/tickets")).data["ticket"]
        async with connected(stack, entry) as follower:
            await asyncio.sleep(0.3)
            there = [PICKUP["latitude"] + 0.0021, PICKUP["longitude"], 5.0, 0.0, 8.0]
            await phone.io.emit("p", (hello["epoch"], [[2, now_ms + 3000, *there]]))
            (seen,) = await follower.wait("delivery:location")
            assert seen["exact"] is True
            assert abs(seen["latitude"] - there[0]) < 1e-4  # smoothed: within ten metres

            complete = f"/api/v1/courier/deliveries/{delivery['id']}/complete"
            done = (await courier.post(complete, {"receivedBy": "Rui"})).data
            assert done["status"] == "delivered"
            await is_told(follower, "delivered")
    shown = (await customer.get(f"/api/v1/orders/{order['id']}")).data
    assert shown["status"] == "delivered"
    history = (await customer.get(f"/api/v1/orders/{order['id']}/history")).data["changes"]
    assert [change["newStatus"] for change in history] == [
        "pending",
        "confirmed",
        "preparing",
        "ready_for_delivery",
        "in_delivery",
        "delivered",
    ]
