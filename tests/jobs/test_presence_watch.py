"""The presence watch: who is silent goes off shift, who talks does not, believed or not."""

import time
from uuid import UUID

import pytest

from jobs.presence_watch import PresenceWatch
from tests.jobs.market import stand
from tests.support.cast import Cast
from tests.support.people import PICKUP, Person
from tests.support.phone import connected, ticket
from tests.support.programs import Stack
from tests.support.road import brought_to
from tracking import positions

LONG_S = 10_000.0


async def watch(stack: Stack) -> None:
    """Let the watch look once."""
    await PresenceWatch(stack.station).run_once()
    await stack.settle()


async def silence(stack: Stack, courier: Person, ago_s: float) -> None:
    """Let the phone have been heard so long ago."""
    at_ms = round((time.time() - ago_s) * 1000)
    async with stack.station.redis.pipeline() as pipeline:
        positions.save_heard(pipeline, {UUID(courier.courier_id): at_ms})
        await pipeline.execute()


async def status(courier: Person) -> str:
    """Return what a courier is doing."""
    return str((await courier.get("/api/v1/courier/profile")).data["status"])


@pytest.mark.parametrize(("ago_s", "becomes"), [(LONG_S, "offline"), (10.0, "online")])
async def test_a_courier_goes_off_shift_when_the_phone_was_not_heard_for_long(
    cast: Cast, ago_s: float, becomes: str
) -> None:
    """However fresh or old the position is."""
    courier = await cast.courier()
    await silence(cast.stack, courier, ago_s)
    await watch(cast.stack)
    assert await status(courier) == becomes


@pytest.mark.parametrize(
    ("reached", "delivery", "courier_is"),
    [("assigned_to_courier", "pending", "offline"), ("picked_up", "picked_up", "on_delivery")],
)
async def test_who_falls_silent_before_the_pickup_loses_the_order_and_with_the_goods_keeps_them(
    cast: Cast, reached: str, delivery: str, courier_is: str
) -> None:
    courier = await cast.courier()
    order, _delivery_id = await brought_to(cast, courier, reached)
    await stand(cast.stack, courier, silent_s=LONG_S)
    await silence(cast.stack, courier, LONG_S)
    await watch(cast.stack)
    assert (await cast.delivery_of(order))["status"] == delivery
    assert await status(courier) == courier_is


async def test_a_courier_whose_fixes_are_all_refused_stays_on_shift(cast: Cast) -> None:
    """The phone talks: only its position is not believed."""
    courier = await cast.courier()
    await cast.stack.settle()
    await stand(cast.stack, courier, silent_s=LONG_S)
    async with connected(cast.stack, await ticket(courier)) as phone:
        now_ms = phone.all("ready")[0][0]["nowMs"]
        epoch = now_ms // 1000
        await phone.io.call("hello", {"v": 1, "epoch": epoch, "firstSeq": 0, "lastSeq": 0})
        place = [PICKUP["latitude"], PICKUP["longitude"]]
        await phone.io.emit("p", (epoch, [[1, now_ms, *place, None, None, 900.0]]))
        await phone.wait("a")
    await cast.stack.write_trails()
    (row,) = await cast.stack.rows("SELECT refusal FROM courier_positions")
    assert row["refusal"] == "inaccurate"
    await watch(cast.stack)
    assert await status(courier) == "online"


async def test_a_courier_who_was_never_heard_is_missed_from_the_first_look_on(cast: Cast) -> None:
    """A program that starts gives everybody time to connect."""
    courier = await cast.courier()
    await watch(cast.stack)
    assert await status(courier) == "online"
